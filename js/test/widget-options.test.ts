/** Attributes as options, and what is said of those that are wrong. */

import assert from "node:assert/strict";
import { test } from "node:test";
import ts from "typescript";

import {
  ATTRIBUTES,
  chatOptionsOf,
  optionsOf,
  over,
  unknownAttributes,
  unknownOfScript,
} from "../src/widget/attributes.js";
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
  const expected = ["api-url", "cluster", "socket-url"];
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
  assert.deepEqual(parse({ cluster: "dev-1" }), { environment: { cluster: "dev-1" } });
  assert.deepEqual(parse({ cluster: "dev-1", environment: "uk" }), { environment: { cluster: "dev-1" } });
  // Never a host of its own: for createChat to refuse.
  for (const environment of ["eu", "US", "dev-1"]) assert.deepEqual(parse({ environment }), { environment });
  assert.deepEqual(parse({ cluster: "a", "api-url": "https://a.example/api" }), {
    environment: { cluster: "a", apiUrl: "https://a.example/api" },
  });
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
    warnings: [],
  });
});

test("a length is a whole number from 1 to 100000", () => {
  const isRefused = (maxLength: unknown): boolean => checkOptions(loose({ maxLength })).problems.length === 1;
  assert.deepEqual([1, 100_000].map(isRefused), [false, false]);
  assert.deepEqual([0, -1, 100_001, 1.5, Number.NaN, "10"].map(isRefused), Array(6).fill(true));
});

test("null is nothing, as a framework sets it", () => {
  assert.deepEqual(checkOptions(loose({ theme: null, heading: null })), {
    options: {},
    problems: [],
    warnings: [],
  });
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

test("an option that there is not is named, with the one that was meant, and goes no further", () => {
  const given = loose({ theme: "dark", headng: "Desk", connectortoken: "secret", wibble: 1, none: null });
  assert.deepEqual(checkOptions(given), {
    options: { theme: "dark" },
    problems: [],
    warnings: [
      '"headng" is no option. Did you mean heading?',
      '"connectortoken" is no option. Did you mean connectorToken?',
      '"wibble" is no option.',
    ],
  });
});

test("an attribute that there is not is named, with the one that was meant", () => {
  const silent = [
    ...ATTRIBUTES,
    ..."class id style slot part hidden lang dir title tabindex role popover onclick aria-label data-testid".split(" "),
    ..."_ngcontent-abc-c1 ng-version v-cloak data-v-7ba5bd90 x-data :theme @click #ref [theme] (open) hx-get".split(
      " ",
    ),
  ];
  assert.deepEqual(unknownAttributes(silent), []);
  assert.deepEqual(unknownAttributes(["connectortoken", "data-connector-token", "enviroment", "wibble"]), [
    '"connectortoken" is no attribute of it. Did you mean "connector-token"?',
    '"data-connector-token" is no attribute of it. Did you mean "connector-token"?',
    '"enviroment" is no attribute of it. Did you mean "environment"?',
    '"wibble" is no attribute of it.',
  ]);
  assert.ok((unknownAttributes(["x".repeat(1000)])[0] ?? "").length < 120);
});

test("an attribute of the script that looks like one of ours and is none is named", () => {
  const silent = [
    ...ATTRIBUTES.map((name) => `data-${name}`),
    ..."src async defer type id class nonce integrity crossorigin referrerpolicy data-cfasync data-domain-script".split(
      " ",
    ),
  ];
  assert.deepEqual(unknownOfScript(silent), []);
  assert.deepEqual(unknownOfScript(["data-connectortoken", "connector-token", "data-enviroment"]), [
    '"data-connectortoken" does nothing on the script. Did you mean "data-connector-token"?',
    '"connector-token" does nothing on the script. Did you mean "data-connector-token"?',
    '"data-enviroment" does nothing on the script. Did you mean "data-environment"?',
  ]);
});
