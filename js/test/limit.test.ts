import assert from "node:assert/strict";
import { test } from "node:test";

import { DEFAULT_BYTES, isNear, roomFor } from "../src/widget/limit.js";

test("room is counted in characters where the page sets a limit", () => {
  assert.equal(roomFor("", 200, DEFAULT_BYTES), 200);
  assert.equal(roomFor("abc", 3, DEFAULT_BYTES), 0);
  assert.equal(roomFor("abcd", 3, DEFAULT_BYTES), -1);
});

test("a short text has all the room that the server gives", () => {
  assert.equal(roomFor("a".repeat(100), undefined, DEFAULT_BYTES), Infinity);
});

test("room is estimated from bytes near what the server takes", () => {
  for (const [letter, bytes] of [
    ["a", 1],
    ["é", 2],
    ["日", 3],
    // JSON writes it as \u0007.
    ["\u0007", 6],
  ] as const) {
    const most = Math.floor((DEFAULT_BYTES - 600) / bytes);
    const fits = roomFor(letter.repeat(most - 100), undefined, DEFAULT_BYTES);
    assert.ok(fits > 0 && fits < 300, `${letter}: ${fits}`);
    const over = roomFor(letter.repeat(most + 1_000), undefined, DEFAULT_BYTES);
    assert.ok(over < 0 && over > -1_300, `${letter}: ${over}`);
  }
});

test("what is over the limit of the server is over it with a higher limit of the page too", () => {
  assert.ok(roomFor("a".repeat(2_000), 100_000, 1_024) < 0);
});

test("the user is told of the last tenth, and of no more than a hundred characters", () => {
  const cases: [room: number, length: number, isTold: boolean][] = [
    [21, 179, false],
    [20, 180, true],
    [101, 99_899, false],
    [100, 99_900, true],
    // A limit of 40: of the last ten.
    [11, 29, false],
    [10, 30, true],
    [-1, 41, true],
    [Infinity, 5, false],
  ];
  for (const [room, length, isTold] of cases) assert.equal(isNear(room, length), isTold, `${room} of ${length}`);
});
