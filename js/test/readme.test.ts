/** What the README says of codes, events and options is what there is. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { storedContract } from "./contract.js";

const read = (path: string): string => readFileSync(path, "utf8");
const readme = read("README.md");
const section = (title: string): string => new RegExp(`^## ${title}$([^]*?)(?=^## )`, "m").exec(readme)?.[1] ?? "";
const found = (text: string, pattern: RegExp): string[] => [...text.matchAll(pattern)].map((match) => match[1] ?? "");

test("the table of errors names every code of the engine, in its order", () => {
  const codes = storedContract().errors.map(({ code }) => code);
  assert.ok(codes.length > 15);
  assert.deepEqual(found(section("Errors"), /^\| `([a-z/-]+)`/gm), codes);
});

test("the table of events names every event", () => {
  const names = Object.keys(storedContract().events).sort();
  assert.ok(names.length > 30);
  const table = new Set(found(section("Events").replace(/^[^|].*$/gm, ""), /`(\w+)`/g));
  assert.deepEqual([...table].sort(), names);
});

test("the table of options names only options there are", () => {
  const options = new Set(found(read("js/src/types.ts"), /^ {2}(\w+)\??:/gm));
  for (const row of found(section("Options"), /^\| (`.*?)\s+\|/gm)) {
    for (const name of found(row, /`(\w+)`/g)) assert.ok(options.has(name), name);
  }
});
