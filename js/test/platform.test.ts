import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { classify, detectPlatform, type BrowserTraits } from "../src/platform.js";

type Row = Omit<BrowserTraits, "hasWebkitMessageHandlers"> & {
  name: string;
  hasWebkitMessageHandlers?: boolean;
  expected: [string, string];
};

const table = JSON.parse(readFileSync("js/test/user-agents.json", "utf8")) as Row[];

test("the table of user agents holds at least 40, no name twice", () => {
  assert.ok(table.length >= 40);
  assert.equal(new Set(table.map(({ name }) => name)).size, table.length);
});

for (const { name, expected, ...traits } of table) {
  test(`platform of: ${name}`, () => {
    const { platform, deviceType } = classify({ hasWebkitMessageHandlers: false, ...traits });
    assert.deepEqual([platform, deviceType], expected);
  });
}

test("on a server the platform is web and the device a desktop", () => {
  assert.deepEqual(detectPlatform(), { platform: "web", deviceType: "desktop" });
});
