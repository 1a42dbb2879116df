/** What the README says of options and files is what there is. */

import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
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

test("what the documents link to is there", () => {
  const guides = readdirSync("docs/guides").map((name) => `docs/guides/${name}`);
  const examples = readdirSync("examples").map((name) => `examples/${name}/README.md`);
  for (const page of ["README.md", "CONTRIBUTING.md", "SECURITY.md", "RELEASING.md", ...guides, ...examples]) {
    for (const link of found(read(page), /\]\((?!https?:|#)([^)#]+)/g)) {
      assert.ok(existsSync(join(dirname(page), link)), `${page}: ${link}`);
    }
  }
  assert.ok(found(readme, /\]\((?!https?:)([^)#]+)/g).length > 10);
});
