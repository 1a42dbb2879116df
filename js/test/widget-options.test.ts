/** Attributes as options, and what is said of those that are wrong. */

import assert from "node:assert/strict";
import { test } from "node:test";
import ts from "typescript";

import { ATTRIBUTES, chatOptionsOf, optionsOf, over } from "../src/widget/attributes.js";
import { checkAnimation, checkOptions } from "../src/widget/checks.js";
import type { PolyChatOptions } from "../src/widget/types.js";
import { exportsOf, membersOf, programOf } from "./contract.js";

/** The options that these attributes say. */
const parse = (attributes: Record<string, string>): PolyChatOptions => optionsOf((name) => attributes[name] ?? null);

/** Options that are not as their type says, as they come from a page. */
const loose = (options: Record<string, unknown>): PolyChatOptions => options;

const kebab = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** What an attribute of an option with this type is read as; null where no attribute can say it. */
function kindOf(type: ts.Type): "flag" | "number" | "text" | null {
  const members = membersOf(type).filter(({ flags }) => !(flags & ts.TypeFlags.Undefined));
  const some = (flag: ts.TypeFlags): boolean => members.some(({ flags }) => flags & flag);
  if (some(ts.TypeFlags.BooleanLike)) return "flag";
  if (some(ts.TypeFlags.NumberLike)) return "number";
  return some(ts.TypeFlags.StringLike) ? "text" : null;
}

test("every option that is a text, a number or a yes/no is an attribute, and is read as what it is", () => {
  const file = "js/src/widget/types.ts";
  const program = programOf([file]);
  const checker = program.getTypeChecker();
  const options = checker.getPropertiesOfType(exportsOf(program, file)("PolyChatOptions"));
  assert.ok(options.length > 25, String(options.length));
  const expected = ["api-url", "socket-url"];
  for (const option of options) {
    const kind = kindOf(checker.getTypeOfSymbol(option));
    if (kind === null) continue;
    const attribute = kebab(option.name);
    expected.push(attribute);
    if (option.name === "environment") continue;
    const values = { flag: ["true", true], number: ["7", 7], text: ["7", "7"] } as const;
    const [value, read] = values[kind];
    assert.deepEqual(parse({ [attribute]: value }), { [option.name]: read });
  }
  assert.deepEqual([...ATTRIBUTES].sort(), expected.sort());
});

test("a yes/no is true, empty or false", () => {
  assert.deepEqual(parse({ streaming: "", fresh: "true", "auto-open": "false" }), {
    streaming: true,
    fresh: true,
    autoOpen: false,
  });
});

test("what cannot be read stays as it stands, to be named", () => {
  assert.deepEqual(parse({ "max-length": "many", "session-timeout-ms": " ", "show-icon": "no" }), {
    maxLength: "many",
    sessionTimeoutMs: " ",
    showIcon: "no",
  });
});

test("the environment is a region, a cluster or addresses", () => {
  assert.deepEqual(parse({ environment: "uk" }), { environment: "uk" });
  assert.deepEqual(parse({ environment: "dev-1" }), { environment: { cluster: "dev-1" } });
  assert.deepEqual(parse({ "api-url": "https://a.example/api/v1", environment: "uk" }), {
    environment: { apiUrl: "https://a.example/api/v1" },
  });
  assert.deepEqual(parse({ "api-url": "https://a.example/api", "socket-url": "wss://a.example/ws" }), {
    environment: { apiUrl: "https://a.example/api", socketUrl: "wss://a.example/ws" },
  });
  // Not enough; for createChat to refuse rather than to be passed over.
  assert.deepEqual(parse({ "socket-url": "wss://a.example/ws" }), { environment: { socketUrl: "wss://a.example/ws" } });
  assert.deepEqual(parse({ "api-url": "", environment: "" }), {});
});

test("options go over attributes where they say something", () => {
  assert.deepEqual(over({ theme: "dark", heading: "Desk" }, loose({ theme: "light", heading: undefined })), {
    theme: "light",
    heading: "Desk",
  });
  assert.deepEqual(over({ theme: "dark" }, null), { theme: "dark" });
});

test("the options of createChat are told from those of the widget", () => {
  const getAccessToken = (): Promise<{ accessToken: string }> => Promise.resolve({ accessToken: "" });
  assert.deepEqual(chatOptionsOf({ getAccessToken, streaming: false, theme: "dark", maxLength: 5 }), {
    getAccessToken,
    streaming: false,
  });
});

test("an option that is wrong is named, and the others stay", () => {
  const bad = {
    renderMode: "popup",
    autoOpen: "yes",
    showIcon: 1,
    showHeader: "",
    position: "left",
    theme: "black",
    language: 5,
    heading: {},
    prompt: [],
    disclaimer: true,
    maxLength: 0,
  };
  const { options, problems } = checkOptions(loose({ ...bad, connectorToken: "secret" }));
  assert.deepEqual(options, { connectorToken: "secret" });
  assert.deepEqual(problems, [
    'renderMode must be "floating", "fullscreen", "inline"; found "popup".',
    'autoOpen must be true or false; found "yes".',
    "showIcon must be true or false; found 1.",
    'showHeader must be true or false; found "".',
    'position must be "start", "end"; found "left".',
    'theme must be "auto", "light", "dark"; found "black".',
    "language must be a string; found 5.",
    "heading must be a string; found an object.",
    "prompt must be a string; found an array.",
    "disclaimer must be a string; found true.",
    "maxLength must be a whole number from 1 to 100000; found 0.",
  ]);
  assert.deepEqual(checkOptions({ theme: "dark", maxLength: 100_000 }), {
    options: { theme: "dark", maxLength: 100_000 },
    problems: [],
  });
});

test("a length is a whole number from 1 to 100000", () => {
  const isRefused = (maxLength: unknown): boolean => checkOptions(loose({ maxLength })).problems.length === 1;
  assert.deepEqual([1, 100_000].map(isRefused), [false, false]);
  assert.deepEqual([0, -1, 100_001, 1.5, Number.NaN, "10"].map(isRefused), Array(6).fill(true));
});

test("null is nothing, as a framework sets it", () => {
  assert.deepEqual(checkOptions(loose({ theme: null, heading: null })), { options: {}, problems: [] });
});

test("consent that is asked for in a wrong way is asked for all the same", () => {
  const { options, problems } = checkOptions(loose({ requireConsent: "yes" }));
  assert.deepEqual(options, { requireConsent: true });
  assert.deepEqual(problems, ['requireConsent must be true or false; found "yes".']);
  assert.deepEqual(checkOptions(loose({ requireConsent: null })).options, {});
});

test("a long text that is wrong is not said in full", () => {
  const { problems } = checkOptions(loose({ theme: "x".repeat(1000) }));
  assert.ok((problems[0] ?? "").length < 120, problems[0]);
});

test("an animation is one of those there are", () => {
  assert.equal(checkAnimation("pulse"), null);
  assert.equal(checkAnimation("spin"), 'animation must be "none", "pulse", "bounce", "shake"; found "spin".');
});
