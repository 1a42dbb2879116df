/** What the transcript reckons without a document: groups and days, the window, where the reader is. */

import assert from "node:assert/strict";
import test from "node:test";

import type { AgentMessage, ChatMessage, SystemMessage, UserMessage } from "../src/index.js";
import { isShown } from "../src/widget/notices.js";
import { isSamePlace, type Place, placeOf } from "../src/widget/places.js";
import { isAtEndAfter } from "../src/widget/scroll.js";
import { Times } from "../src/widget/times.js";
import { drawingOrder, earlierStart, FEW, MORE, startOf } from "../src/widget/window.js";

const NOON = new Date(2026, 1, 14, 12, 0);

function after(minutes: number): Date {
  return new Date(NOON.getTime() + minutes * 60_000);
}

function user(minutes: number, more: Partial<UserMessage> = {}): UserMessage {
  const id = `user-${minutes}`;
  const timestamp = after(minutes);
  return { id, timestamp, role: "user", text: "", draftId: id, messageId: id, delivery: "sent", error: null, ...more };
}

function agent(minutes: number, more: Partial<AgentMessage> = {}): AgentMessage {
  const id = `agent-${minutes}`;
  return {
    id,
    timestamp: after(minutes),
    role: "agent",
    agent: "poly",
    agentName: "Ada",
    avatarUrl: null,
    messageId: id,
    text: "",
    isStreaming: false,
    attachments: [],
    suggestions: [],
    callActions: [],
    ...more,
  };
}

function system(event: SystemMessage["event"], text: string | null = null): SystemMessage {
  return { id: event, timestamp: NOON, role: "system", event, text, level: "info" };
}

/** For each line: `[` where a group begins, `]` where one ends, `|` where a day begins. */
function drawn(messages: readonly ChatMessage[], now = NOON): string {
  const places = messages.map((message, at) =>
    placeOf(messages[at - 1] ?? null, message, messages[at + 1] ?? null, false, now),
  );
  return places
    .map(({ isFirst, isLast, isNewDay }) => `${isNewDay ? "|" : ""}${isFirst ? "[" : ""}.${isLast ? "]" : ""}`)
    .join("");
}

test("lines of one author are a group", () => {
  assert.equal(drawn([agent(0), agent(1), user(2), user(3), user(4), agent(5)]), "[..][...][.]");
  assert.equal(drawn([]), "");
});

test("another agent, a notice, a pause and a failure end a group", () => {
  const sarah = agent(1, { agent: "live", agentName: "Sarah" });
  assert.equal(drawn([agent(0), sarah, agent(2)]), "[.][.][.]");
  assert.equal(drawn([agent(0), system("agentTriggeredHandoff"), agent(0)]), "[.][.][.]");
  assert.equal(drawn([user(0), user(5)]), "[.][.]");
  assert.equal(drawn([user(0), user(4.9)]), "[..]");
  assert.equal(drawn([user(0, { delivery: "failed" }), user(0), user(0)]), "[.][..]");
});

test("a day is told where it begins, and today not at the beginning", () => {
  const day = 24 * 60;
  assert.equal(drawn([user(-day), agent(-day), user(0)]), "|[.][.]|[.]");
  assert.equal(drawn([user(0), agent(1)]), "[.][.]");
  // Two lines of one author on either side of midnight.
  assert.equal(drawn([user(11 * 60 + 59), user(12 * 60 + 1)]), "[.]|[.]");
});

test("two places are the same where nothing about them differs", () => {
  const place: Place = { isFirst: true, isLast: true, isNewDay: true, isLatestOwn: true };
  assert.ok(isSamePlace(place, { ...place }));
  for (const name of Object.keys(place)) assert.ok(!isSamePlace(place, { ...place, [name]: false }), name);
});

test("events that say nothing to the user are not shown", () => {
  const events = ["liveAgentLeft", "liveAgentJoined", "handoffAccepted", "handoffTimeout", "sessionReplaced"] as const;
  for (const event of events) assert.ok(isShown(system(event)), event);
  assert.ok(isShown(system("systemMessage", "Back soon")));
  for (const text of [null, "", " \n"]) assert.ok(!isShown(system("systemMessage", text)));
  for (const event of ["heartbeat", "unknown", "sessionEnd"] as const) assert.ok(!isShown(system(event, "x")), event);
});

test("the window holds the last lines, and lets some more be while the reader is at the end", () => {
  assert.equal(startOf(0, 0, true, null), 0);
  assert.equal(startOf(0, 150, true, null), 0);
  assert.equal(startOf(0, 151, true, null), 51);
  assert.equal(startOf(0, 2000, true, null), 1900);
  assert.equal(startOf(1900, 2050, true, null), 1900);
  assert.equal(startOf(1900, 2051, true, null), 1951);
});

test("the window takes nothing away from a reader who is not at its end, nor from the focus", () => {
  assert.equal(startOf(1000, 2000, false, null), 1000);
  assert.equal(startOf(1000, 2000, true, 1200), 1200);
  assert.equal(startOf(1000, 2000, true, 1999), 2000 - FEW);
  assert.equal(startOf(1000, 2000, true, 10), 1000);
});

test("a list that has become shorter is shown from its own last lines on", () => {
  assert.equal(startOf(1900, 500, false, null), 400);
  assert.equal(startOf(1900, 3, true, null), 0);
});

test("earlier lines come in portions, up to the first", () => {
  assert.equal(earlierStart(1900), 1900 - MORE);
  assert.equal(earlierStart(10), 0);
});

test("lines are drawn from where the reader looks, without a gap", () => {
  assert.deepEqual(drawingOrder(4, true, null), [3, 2, 1, 0]);
  assert.deepEqual(drawingOrder(4, true, 1), [3, 2, 1, 0]);
  assert.deepEqual(drawingOrder(5, false, 2), [2, 3, 4, 1, 0]);
  assert.deepEqual(drawingOrder(3, false, null), [0, 1, 2]);
  assert.deepEqual(drawingOrder(0, true, null), []);
});

test("the reader is at the end until they go away from it, be it by a pixel", () => {
  const end = { top: 500, inner: 1000, outer: 500 };
  assert.ok(isAtEndAfter(true, end, end));
  assert.ok(!isAtEndAfter(true, end, { ...end, top: 490 }));
  // While a reply grows.
  assert.ok(!isAtEndAfter(true, end, { top: 480, inner: 1040, outer: 500 }));
  assert.ok(isAtEndAfter(true, end, { top: 540, inner: 1100, outer: 500 }));
});

test("less to see is no going away", () => {
  const end = { top: 500, inner: 1000, outer: 500 };
  assert.ok(isAtEndAfter(true, end, { top: 300, inner: 800, outer: 500 }));
  assert.ok(isAtEndAfter(true, end, { top: 300, inner: 900, outer: 500 }));
  assert.ok(!isAtEndAfter(false, { ...end, top: 200 }, { top: 100, inner: 900, outer: 500 }));
});

test("the reader is back at the end when nearly there", () => {
  const above = { top: 100, inner: 1000, outer: 500 };
  assert.ok(!isAtEndAfter(false, above, { ...above, top: 400 }));
  assert.ok(isAtEndAfter(false, above, { ...above, top: 480 }));
  assert.ok(isAtEndAfter(false, above, { ...above, top: 499.5 }));
});

test("days are called as the language does", () => {
  const english = new Times("en-GB");
  assert.equal(english.day(NOON, NOON), "Today");
  assert.equal(english.day(after(-24 * 60), NOON), "Yesterday");
  assert.equal(english.day(after(-72 * 60), NOON), "Wednesday 11 February");
  assert.equal(english.day(new Date(2025, 11, 31), NOON), "31 December 2025");
  assert.equal(english.time(NOON), "12:00");
  assert.equal(new Times("de").day(NOON, NOON), "Heute");
  assert.equal(new Times("fr").day(after(-24 * 60), NOON), "Hier");
  assert.equal(new Times("ja").day(NOON, NOON), "今日");
});
