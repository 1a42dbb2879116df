import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";

import { DefaultChat } from "../src/chat.js";
import type { PolyError } from "../src/index.js";
import { SharedChats, type Share } from "../src/shared-chats.js";
import type { AccessToken, Chat, ChatOptions } from "../src/types.js";
import { FakeLoader } from "./fake-module.js";
import { openPage } from "./page.js";

/** A chat that only notes what is asked of it, and what it was made with. */
interface Noted {
  options: ChatOptions;
  calls: string[];
}

let leavePage = (): void => undefined;
let made: Noted[] = [];
let chats = new SharedChats(create);

function create(options: ChatOptions): Chat {
  const noted: Noted = { options, calls: [] };
  made.push(noted);
  const call = (name: string) => () => {
    noted.calls.push(name);
    return Promise.resolve();
  };
  return { reconnect: call("reconnect"), close: call("close") } as unknown as Chat;
}

/** What was asked of the chats, in the order they were made. */
const calls = (): string[][] => made.map((noted) => noted.calls);

/** All that a hook does when it is mounted with these options. */
function mount(options: ChatOptions): Share {
  const share = chats.of(options);
  share.options = options;
  assert.ok(chats.join(share));
  return share;
}

beforeEach(() => {
  leavePage = openPage();
  mock.timers.enable({ apis: ["setTimeout"] });
  made = [];
  chats = new SharedChats(create);
});

afterEach(() => {
  mock.timers.reset();
  leavePage();
});

test("equal options share a chat, which is opened once and closed behind the last", () => {
  const one = mount({
    connectorToken: "t",
    environment: { apiUrl: "https://a.example", socketUrl: "wss://a.example" },
  });
  const other = mount({
    environment: { socketUrl: "wss://a.example", apiUrl: "https://a.example" },
    connectorToken: "t",
  });
  assert.equal(one, other);
  chats.leave(one);
  mock.timers.tick(1_000);
  assert.deepEqual(calls(), [["reconnect"]]);
  chats.leave(other);
  mock.timers.tick(1);
  assert.deepEqual(calls(), [["reconnect", "close"]]);
});

test("rendering opens nothing", () => {
  chats.of({ connectorToken: "t" });
  chats.of({ connectorToken: "t" });
  assert.deepEqual(calls(), [[]]);
  assert.equal(made[0]?.options.autoConnect, false);
});

test("left and joined in the same turn, a chat stays as it is", () => {
  const share = mount({ connectorToken: "t" });
  chats.leave(share);
  assert.ok(chats.join(share));
  mock.timers.tick(1_000);
  assert.deepEqual(calls(), [["reconnect"]]);
});

test("after it was closed, the same options are a new chat", () => {
  const share = mount({ connectorToken: "t" });
  chats.leave(share);
  mock.timers.tick(1);
  assert.notEqual(mount({ connectorToken: "t" }), share);
  assert.deepEqual(calls(), [["reconnect", "close"], ["reconnect"]]);
});

test("who was away while it was closed opens it again, unless another has taken its place", () => {
  const share = mount({ connectorToken: "t" });
  chats.leave(share);
  mock.timers.tick(1);
  assert.ok(chats.join(share));
  assert.deepEqual(calls(), [["reconnect", "close", "reconnect"]]);
  assert.equal(chats.of({ connectorToken: "t" }), share);

  chats.leave(share);
  mock.timers.tick(1);
  const next = mount({ connectorToken: "t" });
  assert.equal(chats.join(share), false);
  assert.equal(chats.of({ connectorToken: "t" }), next);
  assert.equal(share.users, 0);
});

test("autoConnect: false is left to the application", () => {
  const share = mount({ connectorToken: "t", autoConnect: false });
  chats.leave(share);
  mock.timers.tick(1);
  assert.deepEqual(calls(), [["close"]]);
});

test("any other value is another chat", () => {
  const adapter = { get: () => Promise.resolve(null), set: () => Promise.resolve(), remove: () => Promise.resolve() };
  const different: ChatOptions[] = [
    { connectorToken: "t" },
    { connectorToken: "u" },
    { getAccessToken: () => Promise.resolve({ accessToken: "a" }) },
    { connectorToken: "t", environment: "uk" },
    { connectorToken: "t", environment: { cluster: "uk" } },
    { connectorToken: "t", environment: { apiUrl: "https://a.example" } },
    { connectorToken: "t", environment: { apiUrl: "https://a.example", socketUrl: "wss://a.example" } },
    { connectorToken: "t", hostIdentifier: "com.example.app" },
    { connectorToken: "t", streaming: false },
    { connectorToken: "t", platform: "ios" },
    { connectorToken: "t", deviceType: "tablet" },
    { connectorToken: "t", fresh: true },
    { connectorToken: "t", autoConnect: false },
    { connectorToken: "t", persistence: "none" },
    { connectorToken: "t", persistence: adapter },
    { connectorToken: "t", onSessionLost: "end" },
    { connectorToken: "t", beforeAgentJoin: () => undefined },
    { connectorToken: "t", heartbeatIntervalMs: 0 },
    { connectorToken: "t", sessionTimeoutMs: 1_000 },
    { connectorToken: "t", confirmTimeoutMs: 1_000 },
    { connectorToken: "t", maxReconnectAttempts: 0 },
    { connectorToken: "t", logger: "none" },
    { connectorToken: "t", logger: { log: () => undefined } },
  ];
  assert.equal(new Set(different.map((options) => chats.of(options))).size, different.length);
});

test("functions may be new ones each time: those given last are called", async () => {
  const heard: string[] = [];
  class Store {
    constructor(readonly name: string) {}
    get = (key: string): Promise<string> => Promise.resolve(`${this.name} ${key}`);
    set = (): Promise<void> => Promise.resolve();
    // A method of the class, which needs its object.
    remove(key: string): Promise<void> {
      heard.push(`${this.name} forgets ${key}`);
      return Promise.resolve();
    }
  }
  const options = (name: string): ChatOptions => ({
    getAccessToken: () => Promise.resolve({ accessToken: name }),
    beforeAgentJoin: ({ sessionId }) => void heard.push(`${name} ${sessionId}`),
    persistence: new Store(name),
    logger: { log: (level, message) => heard.push(`${name} ${level} ${message}`) },
  });
  assert.equal(mount(options("first")), mount(options("second")));
  const given = made[0]?.options;
  assert.ok(given?.getAccessToken && given.beforeAgentJoin);
  const { persistence, logger } = given;
  assert.ok(typeof persistence === "object" && typeof logger === "object");
  const { signal } = new AbortController();
  const token: AccessToken = await given.getAccessToken({ reason: "start", signal });
  assert.deepEqual(token, { accessToken: "second" });
  void given.beforeAgentJoin({ sessionId: "s", signal });
  assert.equal(await persistence.get("k"), "second k");
  await persistence.remove("k");
  logger.log("info", "hello");
  assert.deepEqual(heard, ["second s", "second forgets k", "second info hello"]);
});

test("bad options are refused as createChat refuses them, and leave nothing behind", () => {
  const real = new SharedChats((options) => new DefaultChat(options, new FakeLoader()));
  const bad: [unknown, RegExp][] = [
    [null, /^options must be/],
    ["t", /^options must be/],
    [{}, /connectorToken and getAccessToken/],
    [{ connectorToken: "t", autoConnect: "yes" }, /^autoConnect must be/],
    [{ connectorToken: "t", autoConnect: null }, /^autoConnect must be/],
    [{ connectorToken: 5n }, /^connectorToken must be/],
    [{ connectorToken: "t", getAccessToken: 1 }, /found both/],
    [{ connectorToken: "t", beforeAgentJoin: "soon" }, /^beforeAgentJoin must be/],
    [{ connectorToken: "t", persistence: { get: () => null } }, /^persistence must be/],
    [{ connectorToken: "t", logger: {} }, /^logger must be/],
    [{ connectorToken: "t", environment: { apiUrl: Symbol("a") } }, /^environment.apiUrl must be/],
  ];
  for (const [options, message] of bad) {
    for (let time = 0; time < 2; time++) {
      assert.throws(
        () => real.of(options as ChatOptions),
        (error: PolyError) => error.code === "config/invalid" && message.test(error.message),
        String(message),
      );
    }
  }
});

test("on a server nothing is shared", () => {
  leavePage();
  assert.notEqual(chats.of({ connectorToken: "t" }), chats.of({ connectorToken: "t" }));
  assert.deepEqual(calls(), [[], []]);
  leavePage = openPage();
  assert.equal(chats.of({ connectorToken: "t" }), chats.of({ connectorToken: "t" }));
  assert.equal(made.length, 3);
});
