/** The schema of what passes to a native application names the fields that the engine's table has, with its types. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { storedContract, type Fields } from "./contract.js";

interface Schema {
  type?: string | string[];
  const?: string;
  enum?: string[];
  anyOf?: Schema[];
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: Schema;
  $ref?: string;
}

const contract = storedContract();
const defs = (JSON.parse(readFileSync("js/src/webview.schema.json", "utf8")) as { $defs: Record<string, Schema> })
  .$defs;
/** What the schema calls a shape, and what the table calls it. A date is text in JSON. */
const NAMES: Record<string, string> = {
  error: "PolyError",
  attachment: "Attachment",
  suggestion: "Suggestion",
  callAction: "CallAction",
  date: "number",
};

/** The parts of a type. */
function parts(schema: Schema): string[] {
  const { $ref, anyOf, items, properties } = schema;
  if ($ref) return [NAMES[$ref.replace("#/$defs/", "")] ?? $ref];
  if (anyOf) return anyOf.flatMap(parts);
  const literals = schema.enum ?? (schema.const === undefined ? undefined : [schema.const]);
  if (literals) return literals.map((text) => JSON.stringify(text));
  return [schema.type ?? "any"].flat().map((type) => {
    if (type === "integer") return "number";
    if (type === "array") return `${text(items ?? {})}[]`;
    if (type !== "object") return type;
    if (!properties) return `Record<string, ${text(schema.additionalProperties ?? {})}>`;
    const same = Object.entries(contract.types).find(
      ([, shape]) => String(sorted(shape)) === String(sorted(fields(schema))),
    );
    return same?.[0] ?? "an object of no name";
  });
}

function text(schema: Schema): string {
  const all = parts(schema);
  return [...all.filter((part) => part !== "null").sort(), ...all.filter((part) => part === "null")].join(" | ");
}

/** The members of an object; one that may be missing has a question mark. */
function fields({ properties = {}, required = [] }: Schema, leaveOut?: string): Fields {
  const kept = Object.entries(properties).filter(([name]) => name !== leaveOut);
  return Object.fromEntries(kept.map(([name, member]) => [required.includes(name) ? name : `${name}?`, text(member)]));
}

function sorted(shape: Fields): string[][] {
  return Object.entries(shape).sort(([a], [b]) => (a < b ? -1 : 1));
}

test("each event of the schema has the fields of the table", () => {
  const variants = defs.event?.anyOf ?? [];
  assert.equal(variants.length, Object.keys(contract.events).length);
  for (const variant of variants) {
    const type = variant.properties?.type?.const ?? "";
    const told = contract.events[type];
    assert.ok(told, type);
    // An unknown event's payload crosses as text, and is read.
    const payload: Fields = type === "unknown" ? { payload: "any" } : {};
    const expected = { ...told.fields, ...payload, ...(told.envelope ? contract.envelope : {}) };
    assert.deepEqual(fields(variant, "type"), expected, type);
  }
});

test("the shapes of the schema are those of the table", () => {
  const shapes = { Attachment: "attachment", Suggestion: "suggestion", CallAction: "callAction", Handoff: "handoff" };
  for (const [name, def] of Object.entries(shapes))
    assert.deepEqual(fields(defs[def] ?? {}), contract.types[name], name);
  const { code, ...others } = fields(defs.error ?? {});
  assert.deepEqual({ ...others, code: "PolyErrorCode" }, contract.types.PolyError);
  assert.equal(
    code,
    contract.errors
      .map((error) => JSON.stringify(error.code))
      .sort()
      .join(" | "),
  );
  for (const [name, def] of [
    ["Session", "session"],
    ["Ended", "ended"],
    ["Agent", "agent"],
  ] as const) {
    assert.deepEqual(fields(defs[def]?.anyOf?.[0] ?? {}), contract.types[name], name);
  }
  for (const role of ["user", "agent", "system"] as const) {
    const expected = { ...contract.message, ...contract.messages[role] };
    const told = fields(defs[`${role}Message`] ?? {}, "role");
    if (role === "system") told.event = "string";
    assert.deepEqual(told, expected, role);
  }
});
