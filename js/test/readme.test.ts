/** What the README says of options and files is what there is. */

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
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

/** Where a page links to, pictures too; addresses of other sites are left out. */
const linksOf = (page: string): string[] =>
  found(prose(read(page)), /\]\((?!\w+:)([^)\s]+)\)/g).concat(
    found(prose(read(page)), /<img[^>]* src="(?!\w+:)([^"]+)"/g),
  );

/** A page without its listings and code. */
const prose = (text: string): string => text.replace(/^(```+)[^]*?^\1/gm, "").replace(/`[^`\n]*`/g, "");

/** The anchors that a page's headings have, as registries and GitHub make them. */
const anchorsOf = (page: string): Set<string> =>
  new Set(
    found(read(page).replace(/^(```+)[^]*?^\1/gm, ""), /^#+ (.+)$/gm).map((heading) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, "")
        .replaceAll(" ", "-"),
    ),
  );

/** What is wrong with the links of a page, among files of which `has` says whether they are there. */
function deadLinks(page: string, has: (path: string) => boolean): string[] {
  return linksOf(page).filter((link) => {
    const [path = "", anchor] = link.split("#");
    const target = path === "" ? page : normalize(join(dirname(page), path));
    return !has(target) || (anchor !== undefined && !anchorsOf(target).has(anchor));
  });
}

test("what the documents link to is there", () => {
  const guides = readdirSync("docs/guides").map((name) => `docs/guides/${name}`);
  const examples = readdirSync("examples").map((name) => `examples/${name}/README.md`);
  for (const page of ["README.md", "CONTRIBUTING.md", "SECURITY.md", "RELEASING.md", ...guides, ...examples]) {
    assert.deepEqual(deadLinks(page, existsSync), [], page);
  }
  assert.ok(linksOf("README.md").length > 20);
});

test("what the documents link to is in the package, as far as they are themselves", () => {
  const pack = ["pack", "--dry-run", "--json", "--ignore-scripts"];
  const { stdout, status } = spawnSync("npm", pack, { encoding: "utf8" });
  assert.equal(status, 0);
  const [packed] = JSON.parse(stdout) as [{ files: { path: string }[] }];
  const files = new Set(packed.files.map(({ path }) => path));
  // A link to a folder is one to what is in it.
  for (const file of [...files]) for (let at = dirname(file); at !== "."; at = dirname(at)) files.add(at);
  const pages = [...files].filter((file) => file.endsWith(".md"));
  for (const guide of readdirSync("docs/guides")) assert.ok(pages.includes(`docs/guides/${guide}`), guide);
  for (const page of pages)
    assert.deepEqual(
      deadLinks(page, (path) => files.has(path)),
      [],
      page,
    );
});
