import assert from "node:assert/strict";
import { test } from "node:test";

import type { Change } from "../src/boundary.js";
import { PolyError } from "../src/errors.js";
import type { AgentMessage, ChatState, UserMessage } from "../src/state.js";
import { pendingMessage, Store } from "../src/store.js";
import { agentLine, plainError, userLine } from "./fake-module.js";

function storeWith(...changes: Change[]): Store {
  const store = new Store(() => undefined);
  for (const change of changes) store.apply(change);
  return store;
}

const texts = (store: Store): (string | null)[] => store.snapshot().messages.map((message) => message.text);

test("a new store is idle and empty", () => {
  const state = storeWith().snapshot();
  assert.deepEqual(state.connection, { status: "idle" });
  assert.deepEqual(state.messages, []);
  assert.equal(state.session, null);
  assert.equal(state.agent, null);
  assert.equal(state.isAgentTyping, false);
  assert.deepEqual(state.suggestions, []);
  assert.equal(state.handoff.phase, "none");
  assert.equal(state.language, null);
  assert.equal(state.ended, null);
});

test("the snapshot is the same object until something changes", () => {
  const store = storeWith(agentLine(0, "Hello"));
  const before = store.snapshot();
  assert.equal(store.snapshot(), before);
  store.apply({ op: "typing", isAgentTyping: true });
  assert.notEqual(store.snapshot(), before);
  assert.equal(before.isAgentTyping, false);
});

test("a change to what is already so changes nothing", () => {
  let changes = 0;
  const store = new Store(() => (changes += 1));
  const before = store.snapshot();
  store.apply({ op: "typing", isAgentTyping: false });
  store.apply({ op: "language", language: null });
  store.apply({ op: "ended", ended: null });
  assert.equal(store.snapshot(), before);
  assert.equal(changes, 0);
});

test("every op sets its own part and leaves the others the same objects", () => {
  const parts: [Change, keyof ChatState, unknown][] = [
    [{ op: "connection", connection: { status: "open" } }, "connection", { status: "open" }],
    [
      { op: "connection", connection: { status: "reconnecting", attempt: 2, retryInMs: 900 } },
      "connection",
      { status: "reconnecting", attempt: 2, retryInMs: 900 },
    ],
    [
      { op: "session", session: { id: "s", resumed: false, streaming: true } },
      "session",
      { id: "s", resumed: false, streaming: true },
    ],
    [
      { op: "agent", agent: { kind: "live", name: "Sarah", avatarUrl: null } },
      "agent",
      { kind: "live", name: "Sarah", avatarUrl: null },
    ],
    [{ op: "typing", isAgentTyping: true }, "isAgentTyping", true],
    [{ op: "idleWarning", idleWarning: true }, "idleWarning", true],
    [
      { op: "suggestions", suggestions: [{ text: "Yes", payload: null }] },
      "suggestions",
      [{ text: "Yes", payload: null }],
    ],
    [{ op: "handoff", handoff: { phase: "queued", position: 3 } }, "handoff", { phase: "queued", position: 3 }],
    [{ op: "language", language: "es" }, "language", "es"],
    [{ op: "ended", ended: { reason: "REASON_USER_END" } }, "ended", { reason: "REASON_USER_END" }],
  ];
  const store = storeWith(agentLine(0, "Hello"));
  for (const [change, part, expected] of parts) {
    const before = store.snapshot();
    store.apply(change);
    const after = store.snapshot();
    assert.deepEqual(after[part], expected);
    for (const other of Object.keys(before) as (keyof ChatState)[]) {
      if (other !== part) assert.equal(after[other], before[other], `${other} after ${change.op}`);
    }
  }
});

test("errors become PolyErrors", () => {
  const failed = plainError("session/reconnect-exhausted", true);
  const store = storeWith(
    { op: "connection", connection: { status: "failed", error: failed } },
    userLine(0, "d", "Hi"),
  );
  const { connection } = store.snapshot();
  assert.equal(connection.status, "failed");
  assert.ok(connection.error instanceof PolyError);
  assert.equal(connection.error.code, "session/reconnect-exhausted");
  assert.equal(connection.error.retryable, true);

  const error = plainError("message/not-delivered", true);
  const body = { role: "user" as const, text: "Hi", draftId: "d", messageId: null, delivery: "failed", error };
  store.apply({ op: "replace", at: 0, message: { id: "d", timestamp: 1, body } });
  const message = store.snapshot().messages[0] as UserMessage;
  assert.ok(message.error instanceof PolyError);
  assert.equal(message.delivery, "failed");
});

test("messages are inserted, moved, removed and cleared by place", () => {
  const store = storeWith(agentLine(0, "a"), agentLine(1, "c"), agentLine(1, "b"), agentLine(0, "first"));
  assert.deepEqual(texts(store), ["first", "a", "b", "c"]);
  store.apply({ op: "move", from: 0, to: 3 });
  assert.deepEqual(texts(store), ["a", "b", "c", "first"]);
  store.apply({ op: "move", from: 2, to: 0 });
  assert.deepEqual(texts(store), ["c", "a", "b", "first"]);
  store.apply({ op: "remove", at: 1 });
  assert.deepEqual(texts(store), ["c", "b", "first"]);
  store.apply({ op: "clear" });
  assert.deepEqual(texts(store), []);
});

test("a place that is not in the list harms nothing", () => {
  const store = storeWith(agentLine(0, "a"));
  const odd: Change[] = [
    { op: "append", at: 7, text: "x" },
    { op: "remove", at: 7 },
    { op: "move", from: 7, to: 0 },
    { ...(agentLine(9, "x") as Extract<Change, { op: "insert" }>), op: "replace", at: 9 },
  ];
  for (const change of odd) store.apply(change);
  assert.deepEqual(texts(store), ["a"]);
});

test("appending changes that message alone, and never an older snapshot", () => {
  const store = storeWith(agentLine(0, "One"), agentLine(1, "Two", true));
  const before = store.snapshot();
  store.apply({ op: "append", at: 1, text: " and" });
  store.apply({ op: "append", at: 1, text: " more" });
  const after = store.snapshot();
  assert.equal(after.messages[0], before.messages[0]);
  assert.notEqual(after.messages[1], before.messages[1]);
  assert.equal((before.messages[1] as AgentMessage).text, "Two");
  assert.equal((after.messages[1] as AgentMessage).text, "Two and more");
  store.apply({ op: "append", at: 1, text: "!" });
  assert.equal((after.messages[1] as AgentMessage).text, "Two and more");
  assert.equal((store.snapshot().messages[1] as AgentMessage).text, "Two and more!");
});

test("what a reader does to a snapshot does not reach the chat", () => {
  const store = storeWith(agentLine(0, "a"), agentLine(1, "b"));
  const state = store.snapshot();
  (state.messages as unknown[]).reverse();
  assert.throws(() => ((state.messages[0] as { text: string }).text = "x"), TypeError);
  assert.throws(() => ((state as { language: string }).language = "x"), TypeError);
  store.apply(agentLine(2, "c"));
  assert.deepEqual(texts(store), ["a", "b", "c"]);
});

test("the parts of a snapshot cannot be changed either", () => {
  const handoff = { phase: "queued", position: 1 };
  const store = storeWith(agentLine(0, "a"), { op: "handoff", handoff }, { op: "suggestions", suggestions: [] });
  const state = store.snapshot();
  const parts: object[] = [state, state.handoff, state.suggestions, state.connection];
  for (const part of [...parts, (state.messages[0] as AgentMessage).attachments]) assert.ok(Object.isFrozen(part));
});

test("times are dates", () => {
  const [message] = storeWith(agentLine(0, "a")).snapshot().messages;
  assert.ok(message?.timestamp instanceof Date);
  assert.equal(message.timestamp.getTime(), 1_700_000_000_000);
});

test("a draft stands after the engine's messages until the engine has it", () => {
  const store = storeWith(agentLine(0, "Hello"));
  store.putDraft(pendingMessage("d1", "One"));
  store.putDraft(pendingMessage("d2", "Two"));
  assert.deepEqual(texts(store), ["Hello", "One", "Two"]);
  store.apply(userLine(1, "d1", "One"));
  assert.deepEqual(texts(store), ["Hello", "One", "Two"]);
  store.apply(agentLine(2, "Reply"));
  store.apply(userLine(3, "d2", "Two"));
  assert.deepEqual(texts(store), ["Hello", "One", "Reply", "Two"]);
  assert.deepEqual([store.draft("d1"), store.draft("d2")], [undefined, undefined]);
});

test("the user's message is found by its draft id, as it now stands", () => {
  const store = storeWith(userLine(0, "d1", "One"), agentLine(1, "Reply"));
  store.putDraft(pendingMessage("d2", "Two"));
  assert.equal(store.userMessage("d1")?.text, "One");
  assert.equal(store.userMessage("d2")?.delivery, "pending");
  assert.equal(store.userMessage("d3"), undefined);
});

/**
 * How many times the work for `2n` takes what that for `n` takes: the median of many pairs of short runs, one right after the other, so
 * that a machine that is slow for seconds is so for both.
 */
function growth(n: number, work: (n: number) => void): number {
  const time = (size: number): number => {
    const started = performance.now();
    work(size);
    return performance.now() - started;
  };
  const ratios = Array.from({ length: 201 }, () => {
    const once = time(n);
    return time(2 * n) / once;
  });
  ratios.sort((one, other) => one - other);
  return ratios[100] ?? NaN;
}

test("2n chunks cost at most 2.2 times what n cost, with a snapshot after each", () => {
  const ratio = growth(2_000, (chunks) => {
    const store = storeWith(agentLine(0, "", true));
    for (let chunk = 0; chunk < chunks; chunk++) {
      store.apply({ op: "append", at: 0, text: " word" });
      store.snapshot();
    }
    assert.equal((store.snapshot().messages[0] as AgentMessage).text.length, chunks * 5);
  });
  assert.ok(ratio <= 2.2, `the cost grew ${ratio.toFixed(2)} times`);
});

test("a history of 2n messages costs at most 2.2 times what n cost", () => {
  const ratio = growth(2_000, (messages) => {
    const store = new Store(() => undefined);
    for (let at = 0; at < messages; at++) store.apply(agentLine(at, "text"));
    assert.equal(store.snapshot().messages.length, messages);
  });
  assert.ok(ratio <= 2.2, `the cost grew ${ratio.toFixed(2)} times`);
});

test("thousands of changes between two snapshots copy the list of messages once", () => {
  const store = storeWith(...Array.from({ length: 100 }, (_, at) => agentLine(at, "text")));
  store.snapshot();
  const prototype = Array.prototype as unknown as Record<string, (...args: unknown[]) => unknown>;
  const originals = { concat: prototype.concat, slice: prototype.slice };
  let copies = 0;
  for (const [name, original] of Object.entries(originals)) {
    prototype[name] = function (...args) {
      copies += 1;
      return original?.apply(this, args);
    };
  }
  for (let change = 0; change < 5_000; change++) store.apply({ op: "append", at: change % 100, text: "x" });
  const { messages } = store.snapshot();
  Object.assign(prototype, originals);
  assert.equal(copies, 1);
  assert.equal((messages[99] as AgentMessage).text, `text${"x".repeat(50)}`);
});
