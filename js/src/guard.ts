/** What a page calls of the module, so that nothing goes on in an instance that has failed. */

/**
 * What an instance exports, for use in its place. Whatever is thrown out of one of its functions is a trap, or as bad as one: it left
 * in the midst of something. `failed` is told, once. From then on nothing is called any more, what the instance is still in the midst of
 * ends with the same exception, and everything else returns an empty list: that is no answer, no refusal and no pointer.
 */
export function guard(exports: WebAssembly.Exports, failed: (thrown: unknown) => void): WebAssembly.Exports {
  let depth = 0;
  let hasFailed = false;
  let first: unknown;
  const note = (thrown: unknown): void => {
    if (hasFailed) return;
    hasFailed = true;
    first = thrown;
    failed(thrown);
  };
  const guarded: WebAssembly.Exports = {};
  for (const [name, value] of Object.entries(exports)) {
    guarded[name] =
      typeof value === "function"
        ? (...values: unknown[]): unknown => {
            if (!hasFailed) {
              depth++;
              try {
                return (value as (...values: unknown[]) => unknown)(...values);
              } catch (thrown) {
                // It may have failed within itself, and have been told of there.
                note(thrown);
              } finally {
                depth--;
              }
            }
            if (depth) throw first;
            return [];
          }
        : value;
  }
  return guarded;
}
