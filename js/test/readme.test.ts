/** What the README says of options and files is what there is. */

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";

const read = (path: string): string => readFileSync(path, "utf8");
const readme = read("README.md");
const section = (title: string): string => new RegExp(`^## ${title}$([^]*?)(?=^## )`, "m").exec(readme)?.[1] ?? "";
const found = (text: string, pattern: RegExp): string[] => [...text.matchAll(pattern)].map((match) => match[1] ?? "");

test("the table of options names only options there are", () => {
  const options = new Set(found(read("js/src/types.ts"), /^ {2}(\w+)\??:/gm));
  for (const row of found(section("Options"), /^\| (`.*?)\s+\|/gm)) {
    for (const name of found(row, /`(\w+)`/g)) assert.ok(options.has(name), name);
  }
});

test("what the README links to is there", () => {
  const links = found(readme, /\]\((?!https?:)([^)#]+)/g);
  assert.ok(links.length > 10);
  for (const link of links) assert.ok(existsSync(link), link);
});
