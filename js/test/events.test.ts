import assert from "node:assert/strict";
import { test } from "node:test";

import type { ChatEvent } from "../src/event-types.js";
import { Emitter } from "../src/events.js";
import { turn } from "./fake-module.js";

const pending = (text: string): ChatEvent => ({ type: "messagePending", draftId: text, text });
const connecting: ChatEvent = { type: "connecting" };

/** Catches what is reported as an uncaught error while `work` runs and a turn after. */
async function reportedBy(work: () => void): Promise<unknown[]> {
  const reported: unknown[] = [];
  Object.defineProperty(globalThis, "reportError", {
    value: (error: unknown) => reported.push(error),
    configurable: true,
  });
  try {
    work();
    assert.deepEqual(reported, [], "reported while events were under way");
    await new Promise((resolve) => setTimeout(resolve, 1));
  } finally {
    Reflect.deleteProperty(globalThis, "reportError");
  }
  return reported;
}

test('a listener hears its own type, and "*" hears all, in order', () => {
  const emitter = new Emitter();
  const heard: string[] = [];
  emitter.on("connecting", ({ type }) => heard.push(type));
  emitter.on("*", ({ type }) => heard.push(`*${type}`));
  emitter.emit(connecting);
  emitter.emit(pending("a"));
  assert.deepEqual(heard, ["connecting", "*connecting", "*messagePending"]);
});

test("a listener that was taken off hears nothing more, even within the same event", () => {
  const emitter = new Emitter();
  const heard: string[] = [];
  const off: (() => void)[] = [];
  emitter.on("*", () => {
    off.forEach((remove) => {
      remove();
    });
  });
  off.push(emitter.on("*", () => heard.push("late")));
  emitter.emit(connecting);
  emitter.emit(connecting);
  assert.deepEqual(heard, []);
});

test("a listener that was added during an event hears the next one", () => {
  const emitter = new Emitter();
  const heard: string[] = [];
  const off = emitter.on("*", () => {
    off();
    emitter.on("*", ({ type }) => heard.push(type));
  });
  emitter.emit(connecting);
  emitter.emit(pending("a"));
  assert.deepEqual(heard, ["messagePending"]);
});

test("the same function added twice is two listeners", () => {
  const emitter = new Emitter();
  let heard = 0;
  const listener = (): void => void (heard += 1);
  const off = emitter.on("*", listener);
  emitter.on("*", listener);
  emitter.emit(connecting);
  off();
  off();
  emitter.emit(connecting);
  assert.equal(heard, 3);
});

test("an abort of the signal takes the listener off, before or after", () => {
  const emitter = new Emitter();
  const controller = new AbortController();
  let heard = 0;
  emitter.on("*", () => (heard += 1), controller.signal);
  emitter.emit(connecting);
  controller.abort();
  emitter.emit(connecting);
  emitter.on("*", () => (heard += 1), controller.signal);
  emitter.emit(connecting);
  assert.equal(heard, 1);
});

test("a listener that throws harms no other, and is reported afterwards", async () => {
  const emitter = new Emitter();
  const heard: string[] = [];
  const reported = await reportedBy(() => {
    emitter.on("*", () => {
      throw new Error("mine");
    });
    emitter.on("*", ({ type }) => heard.push(type));
    emitter.emit(connecting);
    emitter.emit(pending("a"));
  });
  assert.deepEqual(heard, ["connecting", "messagePending"]);
  assert.deepEqual(reported.map(String), ["Error: mine", "Error: mine"]);
});

test("what a listener causes is heard by all after what it heard itself", () => {
  const emitter = new Emitter();
  const heard: string[] = [];
  emitter.on("connecting", () => {
    emitter.emit(pending("caused"));
  });
  emitter.on("*", ({ type }) => heard.push(type));
  emitter.emit(connecting);
  assert.deepEqual(heard, ["connecting", "messagePending"]);
});

test("what is no function is refused at once", () => {
  assert.throws(() => new Emitter().on("*", undefined as never), { code: "config/invalid" });
});

test("an iteration takes events in order, those that came before it was asked too", async () => {
  const emitter = new Emitter();
  const events = emitter.iterate();
  emitter.emit(pending("1"));
  emitter.emit(pending("2"));
  const taken = [await events.next(), await events.next()];
  const waiting = [events.next(), events.next()];
  emitter.emit(pending("3"));
  emitter.emit(pending("4"));
  taken.push(...(await Promise.all(waiting)));
  assert.deepEqual(
    taken.map(({ value }) => (value as { text: string }).text),
    ["1", "2", "3", "4"],
  );
});

test("leaving the loop stops the iteration", async () => {
  const emitter = new Emitter();
  const events = emitter.iterate();
  emitter.emit(pending("1"));
  emitter.emit(pending("2"));
  for await (const event of events) {
    assert.equal(event.type, "messagePending");
    break;
  }
  emitter.emit(pending("3"));
  assert.deepEqual(await events.next(), { done: true, value: undefined });
});

test("an iteration whose signal aborts ends, whether it waits or not", async () => {
  const emitter = new Emitter();
  const controller = new AbortController();
  const events = emitter.iterate(controller.signal);
  const waiting = events.next();
  controller.abort();
  assert.equal((await waiting).done, true);
  emitter.emit(connecting);
  assert.equal((await events.next()).done, true);
  assert.equal((await emitter.iterate(controller.signal).next()).done, true);
});

test("finishing ends iterations once what they hold is taken", async () => {
  const emitter = new Emitter();
  const events = emitter.iterate();
  const other = emitter.iterate();
  const waiting = other.next();
  emitter.emit(connecting);
  const ended = other.next();
  emitter.finish();
  assert.deepEqual(await waiting, { done: false, value: connecting });
  assert.equal((await ended).done, true);
  assert.deepEqual(await events.next(), { done: false, value: connecting });
  assert.equal((await events.next()).done, true);
  const later = emitter.iterate();
  emitter.emit(connecting);
  assert.equal((await later.next()).done, false);
  await turn();
});
