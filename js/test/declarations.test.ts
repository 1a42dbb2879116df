/** The declarations of the package say what everything in them is: its units, its bounds, its default, its errors. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import ts from "typescript";

const manifest = JSON.parse(readFileSync("package.json", "utf8")) as {
  exports: Record<string, string | { types: string }>;
};
const ENTRIES = Object.values(manifest.exports).flatMap((entry) => (typeof entry === "object" ? [entry.types] : []));

const program = ts.createProgram(ENTRIES, {
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  target: ts.ScriptTarget.ES2022,
  lib: ["lib.es2022.d.ts", "lib.dom.d.ts"],
  types: [],
});
const checker = program.getTypeChecker();

/** What tells by itself what it is: the name that a union is told apart by. */
const PLAIN = new Set(["role", "type", "status"]);

/** Names of what stands in the package's declarations below `node` without a word about it. */
function silent(node: ts.Node, path: string): string[] {
  const found: string[] = [];
  const visit = (child: ts.Node, within: string): void => {
    let name = within;
    const isNamed =
      ts.isPropertySignature(child) ||
      ts.isMethodSignature(child) ||
      ts.isPropertyDeclaration(child) ||
      ts.isMethodDeclaration(child) ||
      ts.isGetAccessorDeclaration(child);
    if (isNamed) {
      const own = child.name.getText();
      name = `${within}.${own}`;
      // A parameter's own members are told with the function.
      const isParameter = ts.findAncestor(child, ts.isParameter) !== undefined;
      if (!isParameter && !PLAIN.has(own) && ts.getJSDocCommentsAndTags(child).length === 0) found.push(name);
    }
    ts.forEachChild(child, (grandchild) => {
      visit(grandchild, name);
    });
  };
  ts.forEachChild(node, (child) => {
    visit(child, path);
  });
  return found;
}

for (const entry of ENTRIES) {
  test(`everything in ${entry} is documented`, () => {
    const source = program.getSourceFile(entry);
    assert.ok(source);
    const module = checker.getSymbolAtLocation(source);
    assert.ok(module, `${entry} is no module`);
    const missing: string[] = [];
    let count = 0;
    for (let symbol of checker.getExportsOfModule(module)) {
      const { name } = symbol;
      if (symbol.flags & ts.SymbolFlags.Alias) symbol = checker.getAliasedSymbol(symbol);
      const declarations = symbol.declarations ?? [];
      assert.ok(declarations.length > 0, name);
      // Of overloads, one word for all of them is enough.
      if (name !== "default" && symbol.getDocumentationComment(checker).length === 0) missing.push(name);
      for (const declaration of declarations) {
        missing.push(...silent(declaration, name));
        count += 1;
      }
    }
    assert.ok(count > 0, `${entry} exports nothing`);
    assert.deepEqual(missing, []);
  });
}

test("what an event holds is documented as well, though it is built from types that are not exported", () => {
  const source = program.getSourceFile("pkg/event-types.d.ts");
  assert.ok(source);
  assert.deepEqual(silent(source, "events"), []);
});

test("a member without a word is found", () => {
  const text = "interface A {\n/** b */\nb: string;\nc: { d: number } }\ndeclare class E { f(): void }";
  const source = ts.createSourceFile("a.d.ts", text, ts.ScriptTarget.ES2022, true);
  assert.deepEqual(silent(source, "x"), ["x.c", "x.c.d", "x.f"]);
});
