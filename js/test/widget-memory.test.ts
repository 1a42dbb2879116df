/** What a widget remembers in this browser: where, of which chat, and when it is gone. */

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { comeBack, elsewhere, local, session, stored, wipe } from "./storages.js";

import type { Chat } from "../src/index.js";
import { parseOptions } from "../src/options.js";
import { forgetPlace, PLACE, placeOf, type Place } from "../src/place.js";
import type { CommonChatOptions } from "../src/types.js";
import { giveConsent, hasConsent } from "../src/widget/consent.js";
import { Draft } from "../src/widget/draft.js";
import { Memory, type Item } from "../src/widget/memory.js";
import { openPage } from "./page.js";

openPage();
beforeEach(wipe);

const ITEMS: Item[] = ["draft", "prompt", "consent", "seen", "begun"];
let count = 0;

/** A chat of a connector of its own, or of this one. */
function chatOf(options: Partial<CommonChatOptions & { connectorToken: string }> = {}): Chat {
  const settings = parseOptions({ connectorToken: `token-${++count}`, ...options });
  return {
    get [PLACE]() {
      return placeOf(settings);
    },
  } as unknown as Chat;
}

const placeIn = (chat: Chat): Place => (chat as unknown as { [PLACE]: Place })[PLACE];

/** What an element with this chat remembers, and how often it was told of a change. */
function open(chat: Chat, id = "") {
  const told: boolean[] = [];
  const memory = new Memory((isForgotten) => told.push(isForgotten));
  memory.use(chat, {}, id);
  return { memory, told };
}

const fill = (memory: Memory, value: string): void => {
  for (const item of ITEMS) memory.set(item, value);
};
const all = (memory: Memory): (string | null)[] => ITEMS.map((item) => memory.get(item));
const NOTHING = ITEMS.map(() => null);

test("chats of other connectors, servers and hosts have a place each", () => {
  const api = { environment: { apiUrl: "https://chat.example.com/api/v1" } } as const;
  const same = { connectorToken: "one" };
  const chats = [
    chatOf(same),
    chatOf({ connectorToken: "other" }),
    chatOf({ ...same, environment: "uk" }),
    chatOf({ ...same, ...api }),
    chatOf({ ...same, hostIdentifier: "com.example.app" }),
  ];
  const memories = chats.map((chat) => open(chat).memory);
  for (const [at, memory] of memories.entries()) fill(memory, `value ${at}`);
  comeBack();
  for (const [at, memory] of memories.entries())
    assert.deepEqual(
      all(memory),
      ITEMS.map(() => `value ${at}`),
    );
  // However the same is said.
  const again = open(chatOf({ ...same, environment: { cluster: "us-1" }, hostIdentifier: location.origin }));
  assert.equal(again.memory.get("seen"), "value 0");
  for (const { memory } of [again, ...memories.map((of) => ({ memory: of }))]) memory.stop();
});

test("of two elements with one chat each has its own draft and prompt, and the rest is of the chat", () => {
  const chat = chatOf();
  const elements = [open(chat), open(chat), open(chat, "help"), open(chat, "desk")];
  for (const [at, { memory }] of elements.entries()) fill(memory, `value ${at}`);
  for (const { memory } of elements) memory.stop();
  comeBack();
  const later = [open(chat), open(chat), open(chat, "help"), open(chat, "desk")];
  for (const [at, { memory }] of later.entries()) {
    const own = `value ${at}`;
    assert.deepEqual(all(memory), [own, own, "value 3", "value 3", "value 3"]);
    memory.stop();
  }
});

test("nothing of what tells chats apart is in a key", () => {
  const { memory } = open(chatOf({ connectorToken: "secret-token", hostIdentifier: "com.example.app" }));
  fill(memory, "x");
  assert.doesNotMatch(JSON.stringify(stored()), /secret|example/);
  assert.ok(
    Object.keys(stored()).every((key) => /^poly-chat:[0-9a-f]+:[a-z]+$/.test(key)),
    String(Object.keys(stored())),
  );
  memory.stop();
});

test("where the session is kept for the tab, all is; where it is not kept, nothing is", () => {
  const tab = open(chatOf({ persistence: "tab" })).memory;
  fill(tab, "x");
  assert.equal(local.values.size, 0);
  assert.equal(session.values.size, ITEMS.length);
  session.values.clear();
  const chat = chatOf({ persistence: "none" });
  const none = open(chat).memory;
  fill(none, "x");
  assert.deepEqual(stored(), {});
  assert.equal(none.mayHaveSession, false);
  // As long as the page, for other elements too.
  none.stop();
  const other = open(chat).memory;
  assert.deepEqual(
    all(other),
    ITEMS.map(() => "x"),
  );
  for (const memory of [tab, other]) memory.stop();
});

test("a session may be there where there has been one, and wherever the application keeps it", () => {
  const { memory } = open(chatOf());
  assert.equal(memory.mayHaveSession, false);
  memory.set("begun", "1");
  assert.equal(memory.mayHaveSession, true);
  const [get, set, remove] = [() => Promise.resolve(null), () => Promise.resolve(), () => Promise.resolve()];
  const own = open(chatOf({ persistence: { get, set, remove } })).memory;
  assert.equal(own.mayHaveSession, true);
  for (const one of [memory, own]) one.stop();
});

test("who signs out leaves nothing of this chat, and the others stay", () => {
  for (const persistence of ["local", "tab", "none"] as const) {
    const chat = chatOf({ persistence });
    const [one, other] = [open(chat), open(chat)];
    const stranger = open(chatOf()).memory;
    for (const memory of [one.memory, other.memory, stranger]) fill(memory, "x");
    const draft = new Draft(one.memory.of("draft"));
    forgetPlace(placeIn(chat));
    assert.deepEqual([one.told.at(-1), other.told.at(-1)], [true, true], persistence);
    assert.deepEqual([...all(one.memory), ...all(other.memory)], [...NOTHING, ...NOTHING]);
    assert.equal(draft.recall(), "");
    assert.deepEqual(
      Object.keys(stored()).filter((key) => key.includes(placeIn(chat).name)),
      [],
    );
    assert.deepEqual(
      all(stranger),
      ITEMS.map(() => "x"),
    );
    for (const memory of [one.memory, other.memory, stranger]) memory.stop();
    wipe();
  }
});

test("who signs out in one window leaves nothing in another, whether that is awake, asleep, or elsewhere on the site", () => {
  const chat = chatOf();
  const signOutElsewhere = (isTold: boolean): void => {
    for (const key of [...local.values.keys()]) {
      if (isTold) elsewhere(key, null);
      else local.values.delete(key);
    }
  };
  const awake = open(chat);
  const draft = new Draft(awake.memory.of("draft"));
  awake.memory.use(chat, {}, "");
  draft.keep("x");
  draft.flush();
  signOutElsewhere(true);
  assert.deepEqual(awake.told, [true]);
  fill(awake.memory, "x");
  signOutElsewhere(true);
  assert.ok(awake.told.includes(true));
  assert.deepEqual(all(awake.memory), NOTHING);
  fill(awake.memory, "x");
  awake.told.length = 0;
  signOutElsewhere(false);
  comeBack();
  assert.deepEqual(awake.told, [true]);
  assert.deepEqual(all(awake.memory), NOTHING);
  fill(awake.memory, "x");
  awake.memory.stop();
  signOutElsewhere(false);
  comeBack();
  assert.equal(session.values.size, 2, "this window still has it");
  const next = open(chat);
  assert.deepEqual(all(next.memory), NOTHING);
  assert.deepEqual(stored(), {}, "and now it has not");
  next.memory.stop();
});

test("an element that was not in the page while its user signed out finds nothing either", () => {
  const chat = chatOf({ persistence: "none" });
  const { memory, told } = open(chat);
  fill(memory, "x");
  memory.stop();
  forgetPlace(placeIn(chat));
  assert.deepEqual(told, []);
  memory.use(chat, {}, "");
  assert.deepEqual(told, [true]);
  memory.stop();
});

test("what another window changes is known here, and told", () => {
  const { memory, told } = open(chatOf());
  memory.set("seen", "1");
  elsewhere([...local.values.keys()].find((key) => key.endsWith(":seen")) ?? "", "2");
  assert.deepEqual([memory.get("seen"), told], ["2", [false]]);
  elsewhere("basket", "7");
  assert.deepEqual(told, [false], "nothing of ours");
  memory.stop();
});

test("a storage that is denied or full costs no more than that it lasts as long as the page", () => {
  const chat = chatOf();
  local.isDenied = session.isDenied = true;
  const { memory, told } = open(chat);
  fill(memory, "x");
  assert.deepEqual(
    all(memory),
    ITEMS.map(() => "x"),
  );
  forgetPlace(placeIn(chat));
  assert.deepEqual([told, all(memory)], [[true], NOTHING]);
  // Room for the tab alone.
  session.isDenied = false;
  comeBack();
  fill(memory, "a b");
  comeBack();
  assert.equal(memory.get("draft"), "a b");
  memory.stop();
});

test("an agreement is to this text alone, and of this chat", () => {
  const [one, other] = [open(chatOf()).memory, open(chatOf()).memory];
  const terms = { requireConsent: true, disclaimer: "Terms" };
  giveConsent({ options: terms, memory: one });
  comeBack();
  assert.equal(hasConsent({ options: terms, memory: one }), true);
  assert.equal(hasConsent({ options: { ...terms, disclaimer: "Other terms" }, memory: one }), false);
  assert.equal(hasConsent({ options: terms, memory: other }), false);
  assert.equal(hasConsent({ options: {}, memory: other }), true);
  for (const memory of [one, other]) memory.stop();
});

test("a draft that is dropped is never stored, and one that is emptied leaves nothing", () => {
  const { memory } = open(chatOf());
  const draft = new Draft(memory.of("draft"));
  draft.keep("Hello");
  draft.drop();
  draft.flush();
  assert.deepEqual(stored(), {});
  draft.keep("Hello");
  draft.flush();
  assert.equal(new Draft(memory.of("draft")).recall(), "Hello");
  draft.keep("");
  draft.flush();
  assert.equal(session.values.size, 0);
  memory.stop();
});
