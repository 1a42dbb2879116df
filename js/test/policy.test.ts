/** The scripts of the package evaluate no string and parse no markup, so that no content policy has to allow it. */

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import test from "node:test";
import ts from "typescript";

const EVALUATES = new Set(["eval", "Function", "AsyncFunction", "GeneratorFunction", "importScripts", "DOMParser"]);
const PARSES = new Set([
  "innerHTML",
  "outerHTML",
  "srcdoc",
  "insertAdjacentHTML",
  "createContextualFragment",
  "setHTMLUnsafe",
  "parseHTMLUnsafe",
  "writeln",
]);
const TIMERS = new Set(["setTimeout", "setInterval"]);

/** What in a script would need leave to evaluate strings or to parse markup. */
function offences(script: string): string[] {
  const found: string[] = [];
  const file = ts.createSourceFile("script.js", script, ts.ScriptTarget.ESNext, false, ts.ScriptKind.JS);
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) || ts.isNewExpression(node)) {
      const { expression: callee, arguments: given = [] } = node;
      const name = ts.isIdentifier(callee)
        ? callee.text
        : ts.isPropertyAccessExpression(callee)
          ? callee.name.text
          : "";
      const isText = given[0] !== undefined && (ts.isStringLiteralLike(given[0]) || ts.isTemplateExpression(given[0]));
      if (EVALUATES.has(name) || (TIMERS.has(name) && isText)) found.push(name);
      if (ts.isPropertyAccessExpression(callee) && ts.isIdentifier(callee.expression)) {
        if (callee.expression.text === "document" && name === "write") found.push("document.write");
      }
    }
    if ((ts.isStringLiteralLike(node) || ts.isIdentifier(node)) && PARSES.has(node.text)) found.push(node.text);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

const scripts = readdirSync("pkg").filter((name) => name.endsWith(".js"));

void test("there are scripts to look at", () => {
  assert.ok(scripts.length >= 7, String(scripts));
});

for (const name of scripts) {
  void test(`${name} evaluates no string and parses no markup`, () => {
    assert.deepEqual(offences(readFileSync(`pkg/${name}`, "utf8")), []);
  });
}

void test("what evaluates or parses is found", () => {
  for (const script of [
    "eval('1')",
    "window.eval(text)",
    "new Function('return 1')",
    "setTimeout('go()', 1)",
    "self.setInterval(`go(${1})`, 1)",
    "node.innerHTML = text",
    "node['innerHTML'] = text",
    "Object.assign(frame, { srcdoc: text })",
    "node.insertAdjacentHTML('beforeend', text)",
    "document.write(text)",
    "new DOMParser()",
  ]) {
    assert.ok(offences(script).length > 0, script);
  }
  assert.deepEqual(offences("setTimeout(() => node.textContent = 'eval', 1); import(address);"), []);
});
