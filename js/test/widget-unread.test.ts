/** What is unread, and the number in the page's title. */

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { comeBack, elsewhere, local, wipe } from "./storages.js";

import { IDLE } from "../src/idle.js";
import type { AgentMessage, Chat, ChatState, UserMessage } from "../src/index.js";
import { PLACE } from "../src/place.js";
import { Memory } from "../src/widget/memory.js";
import { Unread } from "../src/widget/unread.js";

/** A page's title, and who watches it. */
const page = { title: "Shop", hidden: false, head: {} };
let watchers = new Set<() => void>();
let timers: (() => void)[] = [];

/** The page writes its title itself. */
function write(title: string): void {
  page.title = title;
  for (const watcher of [...watchers]) watcher();
}

/** As much time passes as any timer asks for. */
function wait(): void {
  const due = timers;
  timers = [];
  for (const timer of due) timer();
}

Object.assign(globalThis, {
  document: page,
  MutationObserver: class {
    readonly #watcher: () => void;

    constructor(watcher: () => void) {
      this.#watcher = watcher;
    }

    observe(): void {
      watchers.add(this.#watcher);
    }

    disconnect(): void {
      watchers.delete(this.#watcher);
    }
  },
  setTimeout: (timer: () => void) => timers.push(timer),
  clearTimeout: () => {
    timers = [];
  },
});

beforeEach(() => {
  Object.assign(page, { title: "Shop", hidden: false });
  wipe();
  timers = [];
  watchers = new Set();
});

/** The counter of a widget with the chat of this name. */
const counter = (name = "a"): Unread => {
  const memory = new Memory(() => undefined);
  memory.use({ [PLACE]: { name, persistence: "local" } } as unknown as Chat, {}, "");
  return new Unread(memory);
};

const agent = (messageId: string): AgentMessage => ({ role: "agent", messageId, id: messageId }) as AgentMessage;
const user = (id: string): UserMessage => ({ role: "user", messageId: id, id }) as UserMessage;
const state = (...messages: ChatState["messages"]): ChatState => ({ ...IDLE, messages });

test("messages of agents that come while no one looks are unread", () => {
  const unread = counter();
  assert.equal(unread.update(state(agent("1")), true), false);
  assert.equal(unread.update(state(agent("1"), user("2"), agent("3")), false), true);
  assert.equal(unread.count, 1);
  assert.equal(unread.update(state(agent("1"), user("2"), agent("3")), false), false);
  assert.equal(unread.update(state(agent("1"), user("2"), agent("3"), agent("4")), false), true);
  assert.equal(unread.count, 2);
  assert.equal(unread.update(state(agent("1"), user("2"), agent("3"), agent("4")), true), true);
  assert.equal(unread.count, 0);
  unread.stop();
});

test("a page that is opened anew counts on from what was seen", () => {
  counter().update(state(agent("1"), agent("2")), true);
  const later = counter();
  later.update(state(agent("1"), agent("2"), agent("3")), false);
  assert.equal(later.count, 1);
  later.stop();
});

test("each chat of a browser has its own", () => {
  const [one, other] = [counter("a"), counter("b")];
  one.update(state(agent("a1")), true);
  other.update(state(agent("b1")), true);
  one.update(state(agent("a1"), agent("a2")), true);
  const [oneLater, otherLater] = [counter("a"), counter("b")];
  oneLater.update(state(agent("a1"), agent("a2")), false);
  otherLater.update(state(agent("b1")), false);
  assert.deepEqual([oneLater.count, otherLater.count], [0, 0]);
  // Not one more for each message seen.
  assert.deepEqual([...local.values.values()], ["a2", "b1"]);
});

test("what is read in a window beside this one is read", () => {
  const here = counter();
  here.update(state(agent("1"), agent("2")), false);
  assert.equal(here.count, 2);
  elsewhere("poly-chat:a:seen", "1");
  here.update(state(agent("1"), agent("2")), false);
  assert.equal(here.count, 1);
  elsewhere("poly-chat:a:seen", "2");
  here.update(state(agent("1"), agent("2")), false);
  assert.equal(here.count, 0);
  // Seen here too, it is not remembered anew when that is cleared.
  here.update(state(agent("1"), agent("2")), true);
  elsewhere("poly-chat:a:seen", null);
  here.update(state(agent("1"), agent("2")), true);
  assert.deepEqual([here.count, local.values.size], [0, 0]);
  here.stop();
});

test("a storage that is denied or holds nonsense costs no more than the memory", () => {
  local.values.set("poly-chat:a:seen", "{not json");
  const unread = counter();
  unread.update(state(agent("1")), false);
  assert.equal(unread.count, 1);
  local.isDenied = true;
  comeBack();
  const denied = counter("denied");
  denied.update(state(agent("1")), true);
  denied.update(state(agent("1"), agent("2")), false);
  assert.equal(denied.count, 1);
  unread.stop();
  denied.stop();
});

test("the title shows the number while the page is hidden, and is then as it was", () => {
  const unread = counter();
  unread.update(state(agent("1")), false);
  assert.equal(page.title, "Shop");
  page.hidden = true;
  unread.update(state(agent("1")), false);
  assert.equal(page.title, "(1) Shop");
  unread.update(state(agent("1"), agent("2")), false);
  assert.equal(page.title, "(2) Shop");
  page.hidden = false;
  unread.update(state(agent("1"), agent("2")), true);
  assert.equal(page.title, "Shop");
  assert.equal(watchers.size, 0);
});

test("a title that the page writes meanwhile has the number too, and stays", () => {
  const unread = counter();
  page.hidden = true;
  unread.update(state(agent("1")), false);
  write("Basket");
  assert.equal(page.title, "Basket");
  wait();
  assert.equal(page.title, "(1) Basket");
  unread.update(state(agent("1"), agent("2")), false);
  assert.equal(page.title, "(2) Basket");
  write("Sold");
  unread.stop();
  assert.equal(page.title, "Sold");
  wait();
  assert.equal(page.title, "Sold");
});

test("widgets of one page put one number into the title", () => {
  const [one, other] = [counter(), counter()];
  page.hidden = true;
  one.update(state(agent("1"), agent("2")), false);
  other.update(state(agent("3")), false);
  assert.equal(page.title, "(2) Shop");
  one.stop();
  assert.equal(page.title, "(1) Shop");
  other.stop();
  assert.equal(page.title, "Shop");
});
