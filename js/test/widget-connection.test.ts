/** When the chat of a widget connects. */

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { local, wipe } from "./storages.js";

import type { Chat, ChatOptions } from "../src/index.js";
import { PLACE } from "../src/place.js";
import { SharedChats } from "../src/shared-chats.js";
import { Connection } from "../src/widget/connection.js";
import { giveConsent } from "../src/widget/consent.js";
import { Memory } from "../src/widget/memory.js";
import type { PolyChatOptions } from "../src/widget/types.js";

const TOKEN = { connectorToken: "a-token" };

beforeEach(wipe);

/** A connection, what its chats were told, and how often it was asked for stored sessions. */
function open(hasSession: boolean | Error = false) {
  const told: string[] = [];
  const asked: ChatOptions[] = [];
  let found = 0;
  const client = {
    createChat: ({ connectorToken = "none", streaming, persistence = "local" }: ChatOptions): Chat => {
      if (typeof streaming === "string") throw new Error("streaming must be true or false");
      const tell = (what: string) => () => {
        told.push(`${what} ${connectorToken}`);
        return Promise.resolve();
      };
      const place = { name: connectorToken, persistence };
      return { [PLACE]: place, reconnect: tell("connect"), close: tell("close") } as unknown as Chat;
    },
    hasResumableSession: (options: ChatOptions) => {
      asked.push(options);
      return hasSession instanceof Error ? Promise.reject(hasSession) : Promise.resolve(hasSession);
    },
  };
  const chats = new SharedChats((options) => client.createChat(options));
  const memory = new Memory(() => undefined);
  const connection = new Connection(client, chats, memory, () => {
    found += 1;
  });
  return { connection, told, asked, found: () => found, memory };
}

/** All that was put off to the end of this turn is done. */
const turn = (): Promise<unknown> => new Promise((resolve) => setTimeout(resolve));

test("a closed panel of a new visitor connects nothing, and does not even look for a session", async () => {
  const { connection, told, asked } = open();
  connection.use(TOKEN, false);
  await turn();
  assert.notEqual(connection.chat, null);
  assert.deepEqual([told, asked], [[], []]);
});

test("the first time that the panel is open it connects, once, and stays when the panel is closed", () => {
  const { connection, told } = open();
  connection.use(TOKEN, false);
  const { chat } = connection;
  for (const isOpen of [true, true, false]) connection.use(TOKEN, isOpen);
  assert.deepEqual(told, ["connect a-token"]);
  assert.equal(connection.chat, chat);
});

test("autoConnect connects at once, or not at all", () => {
  const { connection, told } = open();
  connection.use({ ...TOKEN, autoConnect: true }, false);
  assert.deepEqual(told, ["connect a-token"]);
  const other = open();
  other.connection.use({ ...TOKEN, autoConnect: false }, true);
  assert.deepEqual(other.told, []);
});

test("a visitor who has a session goes on with it though the panel is closed", async () => {
  const first = open();
  first.connection.use(TOKEN, true);
  first.connection.remember();
  const { connection, told, asked, found } = open(true);
  connection.use(TOKEN, false);
  connection.use({ ...TOKEN, theme: "dark" }, false);
  assert.deepEqual(asked, [TOKEN]);
  await turn();
  assert.equal(found(), 1);
  connection.use(TOKEN, false);
  assert.deepEqual(told, ["connect a-token"]);
});

test("a session that is gone is not looked for on the next page", async () => {
  open().connection.remember();
  assert.equal(local.values.size, 0, "no chat, nothing to remember");
  const first = open();
  first.connection.use(TOKEN, true);
  first.connection.remember();
  const second = open(false);
  second.connection.use(TOKEN, false);
  await turn();
  assert.deepEqual([second.asked.length, second.found()], [1, 0]);
  const third = open(true);
  third.connection.use(TOKEN, false);
  await turn();
  assert.deepEqual([third.asked, third.told], [[], []]);
});

test("a store of the application's own is always asked, and one that fails is as one that is empty", async () => {
  const persistence = {
    get: () => Promise.resolve(null),
    set: () => Promise.resolve(),
    remove: () => Promise.resolve(),
  };
  const { connection, told, asked, found } = open(new Error("broken"));
  connection.use({ ...TOKEN, persistence }, false);
  await turn();
  assert.deepEqual([asked.length, found(), told], [1, 0, []]);
});

test("nothing connects before the user has agreed", async () => {
  local.values.set("poly-chat:a-token:begun", "1");
  const { connection, told, asked, memory } = open(true);
  const options: PolyChatOptions = { ...TOKEN, requireConsent: true, disclaimer: "Terms", autoConnect: true };
  connection.use(options, true);
  await turn();
  assert.deepEqual([told, asked], [[], []]);
  giveConsent({ options, memory });
  connection.use(options, true);
  assert.deepEqual(told, ["connect a-token"]);
  // Other terms: it leaves until the user agrees to them.
  connection.use({ ...options, disclaimer: "Other terms" }, true);
  await turn();
  assert.deepEqual(told, ["connect a-token", "close a-token"]);
});

test("with other options it is another chat, and the first is closed", async () => {
  const { connection, told } = open();
  connection.use(TOKEN, true);
  connection.use({ connectorToken: "another" }, true);
  await turn();
  assert.deepEqual(told, ["connect a-token", "connect another", "close a-token"]);
});

test("an element that is moved keeps its chat", async () => {
  const { connection, told } = open();
  connection.use(TOKEN, true);
  const { chat } = connection;
  connection.stop();
  assert.equal(connection.chat, null);
  connection.use(TOKEN, true);
  await turn();
  assert.equal(connection.chat, chat);
  assert.deepEqual(told, ["connect a-token"]);
});

test("options that are refused are no chat, and the one before is left", async () => {
  const { connection, told } = open();
  connection.use(TOKEN, true);
  assert.throws(() => {
    connection.use({ ...TOKEN, streaming: "yes" as unknown as boolean }, true);
  }, /streaming/);
  assert.equal(connection.chat, null);
  await turn();
  assert.deepEqual(told, ["connect a-token", "close a-token"]);
});
