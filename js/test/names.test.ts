/** Which name was meant. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { CHAT_OPTIONS, didYouMean, meant } from "../src/names.js";

test("a name is told from its neighbours, however it is written", () => {
  const cases: [name: string, found: string | null][] = [
    ["connectorToken", "connectorToken"],
    ["connector-token", "connectorToken"],
    ["CONNECTORTOKEN", "connectorToken"],
    ["conectorToken", "connectorToken"],
    ["accessToken", null],
    ["getAccesToken", "getAccessToken"],
    ["enviroment", "environment"],
    ["hostIdentifer", "hostIdentifier"],
    ["fesh", "fresh"],
    ["x", null],
    ["", null],
    ["--", null],
    ["constructor", null],
    ["connectorToken".repeat(1000), null],
  ];
  for (const [name, found] of cases) assert.equal(meant(name, CHAT_OPTIONS), found, name.slice(0, 20));
});

test("of several the nearest is asked for, and nothing where none is near", () => {
  assert.equal(meant("eu", ["us", "uk", "euw"]), "euw");
  assert.equal(
    didYouMean("uk1", ["us", "uk"], (name) => `"${name}"`),
    ' Did you mean "uk"?',
  );
  assert.equal(didYouMean("mars", ["us", "uk"]), "");
});
