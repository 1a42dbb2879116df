/** The guide to the widget names every attribute, method, event, custom property and part that there is, and no other. */

import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { test } from "node:test";

import ts from "typescript";

import { ATTRIBUTES, optionsOf } from "../src/widget/attributes.js";

const WIDGET = "js/src/widget";
const STYLES = `${WIDGET}/styles`;

const read = (path: string): string => readFileSync(path, "utf8");
const guide = read("docs/guides/widget.md");
const section = (title: string): string =>
  new RegExp(`^## ${title}$([^]*?)(?=^## |$(?![^]))`, "m").exec(guide)?.[1] ?? "";
const found = (text: string, pattern: RegExp): string[] => [...text.matchAll(pattern)].map((match) => match[1] ?? "");
const sorted = (names: Iterable<string>): string[] => [...new Set(names)].sort();

/** Cells of the rows of all tables in a text, without the heads. */
function rowsOf(text: string): string[][] {
  const rows = text.split("\n").filter((line) => /^\| .*`/.test(line));
  return rows.map((row) =>
    row
      .slice(1, -1)
      .split("|")
      .map((cell) => cell.trim()),
  );
}

/** What stands between backticks. */
const coded = (text: string): string[] => found(text, /`([^`]*)`/g);

const sheets = readdirSync(STYLES)
  .map((name) => read(`${STYLES}/${name}`))
  .join("\n");
const scripts = readdirSync(WIDGET, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".ts"))
  .map((name) => read(`${WIDGET}/${name}`))
  .join("\n");

/** Members of an interface, or `type`s of a union, in js/src/widget/types.ts. */
const types = ts.createSourceFile("types.ts", read(`${WIDGET}/types.ts`), ts.ScriptTarget.ES2022, true);

function membersOf(name: string): string[] {
  const declaration = types.statements.find((node) => ts.isInterfaceDeclaration(node) && node.name.text === name);
  assert.ok(declaration && ts.isInterfaceDeclaration(declaration), name);
  return declaration.members.map((member) => (ts.isMethodSignature(member) ? `${nameOf(member)}()` : nameOf(member)));
}

const nameOf = (member: ts.TypeElement): string => member.name?.getText() ?? assert.fail("a member without a name");

test("the table of attributes has them all, with their types", () => {
  const rows = rowsOf(section("Attributes"));
  assert.deepEqual(sorted(rows.map(([name = ""]) => coded(name)[0] ?? "")), sorted(ATTRIBUTES));
  assert.equal(rows.length, ATTRIBUTES.length);
  for (const [name = "", type] of rows) {
    const attribute = coded(name)[0] ?? "";
    const kindOf = (value: string): string => {
      const parsed: unknown = Object.values(optionsOf((asked) => (asked === attribute ? value : null)))[0];
      return typeof parsed;
    };
    const kind = kindOf("7") === "number" ? "number" : kindOf("true") === "boolean" ? "yes/no" : "text";
    assert.equal(type, kind, attribute);
  }
});

test("the tables of properties, methods and events have them all", () => {
  const rows = rowsOf(section("Properties and methods"));
  const names = rows.flatMap(([name = ""]) => coded(name)).map((name) => name.replace(/\(\w+\)$/, "()"));
  const events = found(/export type WidgetEvent =([^]*?);\n\n/.exec(types.text)?.[1] ?? "", /"(\w+)"/g);
  assert.ok(events.length > 3);
  assert.deepEqual(sorted(names), sorted([...membersOf("PolyChatElement"), ...events]));
});

test("the table of custom properties has them all, with their values in light and dark", () => {
  const used = `${sheets}\n${scripts}`;
  const rows = rowsOf(section("Colours, sizes, parts")).filter(([name]) => name?.startsWith("`--"));
  assert.deepEqual(
    sorted(rows.map(([name = ""]) => coded(name)[0] ?? "")),
    sorted(found(used, /(--poly-chat-[a-z-]*[a-z])/g)),
  );
  const dark = found(sheets, /^\.root\[data-theme="dark"\] \{([^}]*)\}/gm).join();
  for (const [cell = "", light = "", other = ""] of rows) {
    const [name = ""] = coded(cell);
    const value = new RegExp(`var\\(${name}, ([^;]*)\\);`);
    assert.equal(value.exec(sheets)?.[1], coded(light)[0], `${name} in light`);
    assert.equal(value.exec(dark)?.[1], coded(other)[0], `${name} in dark`);
  }
});

test("the table of parts has them all", () => {
  const rows = rowsOf(section("Colours, sizes, parts")).filter(([name]) => !name?.startsWith("`--"));
  const made = found(scripts, /\bpart: ("[^"]+"|`[^`]+`)/g).flatMap((value) =>
    value
      .slice(1, -1)
      .split(" ")
      .flatMap((name) =>
        name === "message-${role}" ? ["user", "agent", "system"].map((role) => `message-${role}`) : [name],
      ),
  );
  // However else a part is given, this test would not see it.
  assert.doesNotMatch(scripts, /["'`]part["'`]\s*,|\.part\b/);
  assert.deepEqual(sorted(rows.flatMap(([, names = ""]) => coded(names))), sorted(made));
});

test("what the guide says of storage is what is stored", () => {
  const memory = read("js/src/widget/memory.ts");
  const [, items = ""] = /const IS_OWN = \{([^]*?)\} as const/.exec(memory) ?? [];
  const rows = rowsOf(section("Consent and what is stored"));
  const own = (name: string, where: string): string => `${name} ${where === "`sessionStorage`" ? "true" : "false"}`;
  assert.deepEqual(
    sorted(rows.map(([name = "", where = ""]) => own(coded(name)[0] ?? "", where))),
    sorted([...found(items, /^ {2}(\w+: \w+),$/gm).map((item) => item.replace(":", "")), "mark false"]),
  );
  // Nothing else of the widget touches a storage.
  for (const name of ["localStorage", "sessionStorage", "indexedDB"]) {
    assert.ok(!scripts.replace(memory, "").includes(name), name);
  }
});

/** What TypeScript has to say of the listings of a guide, as files of one project. */
function complaints(path: string): string[] {
  // Inside the package, which may import itself by its name.
  const folder = `target/js-tests/guides/${path.replace(/\W/g, "-")}`;
  rmSync(folder, { recursive: true, force: true });
  const files = [...read(path).matchAll(/^```tsx? title="(src\/[^"]+)"\n([^]*?)^```$/gm)].map(([, name, text]) => {
    const file = `${folder}/${name ?? ""}`;
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text ?? "");
    return file;
  });
  assert.ok(files.length > 0, path);
  const program = ts.createProgram(files, {
    strict: true,
    noEmit: true,
    jsx: ts.JsxEmit.ReactJSX,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    target: ts.ScriptTarget.ES2022,
    lib: ["lib.es2022.d.ts", "lib.dom.d.ts", "lib.dom.iterable.d.ts"],
    types: [],
  });
  return ts.getPreEmitDiagnostics(program).map(({ file, messageText }) => {
    return `${file?.fileName ?? ""}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`;
  });
}

for (const path of ["docs/guides/widget.md", "docs/guides/react.md", "docs/guides/vite.md"]) {
  test(`TypeScript takes the listings of ${path}`, () => {
    assert.deepEqual(complaints(path), []);
  });
}
