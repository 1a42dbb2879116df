import assert from "node:assert/strict";
import { test } from "node:test";

import type { ConnectionState } from "../src/state.js";
import { kindOf } from "../src/widget/banner.js";

const at = (status: string, retryable = true): ConnectionState =>
  ({ status, error: { retryable } }) as unknown as ConnectionState;

test("what is said of the connection", () => {
  const cases: [status: string, isOnline: boolean, kind: string | null][] = [
    ["idle", true, null],
    ["idle", false, null],
    ["connecting", true, null],
    ["connecting", false, "offline"],
    ["open", true, null],
    ["open", false, "offline"],
    ["reconnecting", true, "reconnecting"],
    ["reconnecting", false, "offline"],
    ["failed", true, "failed"],
    // Whatever the browser says: nothing happens by itself any more.
    ["failed", false, "failed"],
    ["closing", true, null],
    ["closed", true, "closed"],
  ];
  for (const [status, isOnline, kind] of cases) {
    assert.equal(kindOf({ connection: at(status), ended: null }, isOnline), kind, `${status}, ${isOnline}`);
  }
});

test("nothing is said of the connection of a chat that has ended", () => {
  for (const status of ["open", "closed", "failed"]) {
    assert.equal(kindOf({ connection: at(status), ended: { reason: "REASON_USER_END" } }, true), null);
  }
});

test("where trying again is of no use, the visitor is told no more than that there is no chat", () => {
  assert.equal(kindOf({ connection: at("failed", false), ended: null }, true), "unavailable");
});
