/** JSON of a page that has replaced natives. */

/**
 * `value` as JSON text. Prototype.js and its like give arrays a `toJSON` that makes a text of each: what stands there counts, not
 * what that makes of it. `replace` is called as by `JSON.stringify`.
 */
export function toJson(value: unknown, replace: (key: string, value: unknown) => unknown = (_, made) => made): string {
  return JSON.stringify(value, function (this: Record<string, unknown>, key: string, made: unknown): unknown {
    const own = this[key];
    return replace(key, Array.isArray(own) ? own : made);
  });
}
