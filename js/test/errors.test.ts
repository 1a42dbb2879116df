import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { failure, PolyError, toPolyError } from "../src/errors.js";
import { version } from "../src/version.js";
import { storedContract } from "./contract.js";
import { plainError } from "./fake-module.js";

/** The engine's table. */
const engine = new Map(storedContract().errors.map(({ code, retryable, message }) => [code, { retryable, message }]));

test("the codes of PolyErrorCode are those of the engine, in the same order", () => {
  const declared =
    readFileSync("js/src/errors.ts", "utf8").split("export type PolyErrorCode =")[1]?.split(";")[0] ?? "";
  const codes = [...declared.matchAll(/^ +\| "([^"]+)"/gm)].map(([, code]) => code);
  assert.ok(codes.length >= 21);
  assert.deepEqual(codes, [...engine.keys()]);
});

test("what the face raises by itself reads as the engine would say it", () => {
  const own = [
    "message/empty",
    "message/too-large",
    "message/not-delivered",
    "message/unknown-draft",
    "transport/not-connected",
    "internal",
  ] as const;
  for (const code of own) {
    const { message, retryable } = failure(code);
    assert.deepEqual({ retryable, message }, engine.get(code), code);
  }
});

test("a PolyError is an Error with a code", () => {
  const error = new PolyError("transport/server", "The server has a problem.", { retryable: true, retryAfterMs: 1500 });
  assert.ok(error instanceof Error);
  assert.ok(error instanceof PolyError);
  assert.equal(error.name, "PolyError");
  assert.equal(error.code, "transport/server");
  assert.equal(error.message, "The server has a problem.");
  assert.equal(error.retryable, true);
  assert.equal(error.retryAfterMs, 1500);
  assert.equal("cause" in error, false);
  assert.match(String(error), /^PolyError: The server has a problem\.$/);
});

test("a PolyError keeps what was thrown underneath", () => {
  const cause = new TypeError("x");
  assert.equal(new PolyError("internal", "text", { cause }).cause, cause);
  assert.equal(new PolyError("internal", "text").retryAfterMs, null);
});

test("a plain error of the module keeps all it says", () => {
  const error = toPolyError({ ...plainError("transport/rate-limited", true), retryAfterMs: 3000 });
  assert.ok(error instanceof PolyError);
  assert.equal(error.code, "transport/rate-limited");
  assert.equal(error.retryAfterMs, 3000);
  assert.equal(toPolyError(error), error);
});

test("anything else that is thrown is internal, and kept as the cause", () => {
  for (const thrown of [new WebAssembly.RuntimeError("unreachable"), "text", null, undefined, { code: 7 }]) {
    const error = toPolyError(thrown);
    assert.equal(error.code, "internal");
    assert.equal(error.cause, thrown);
  }
});

test("the version is that of the package and of the workspace", () => {
  const npm = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };
  const cargo = /^\[workspace\.package\]\nversion = "([^"]+)"/m.exec(readFileSync("Cargo.toml", "utf8"))?.[1];
  assert.equal(version, npm.version);
  assert.equal(version, cargo);
});
