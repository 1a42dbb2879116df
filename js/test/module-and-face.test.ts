/** The face on the real module, against a server that the test plays. */

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { after, before, test } from "node:test";

import * as entry from "../src/index.js";
import {
  createChat,
  init,
  PolyError,
  type Chat,
  type ChatEvent,
  type ChatState,
  type UserMessage,
} from "../src/index.js";
import { ACCESS_TOKEN, FakeServer, moduleBytes, until, type Frame } from "./fake-server.js";
import { openPage } from "./page.js";

const CONNECTOR_TOKEN = "connector-token-that-is-secret";

interface Vector {
  name: string;
  frames: unknown[];
  expect: Record<string, unknown>;
  sends?: string[];
}

let leavePage = (): void => undefined;

before(async () => {
  leavePage = openPage();
  await init(moduleBytes());
  await init("https://elsewhere.example/never-asked-for.wasm");
});

after(() => {
  leavePage();
});

function open(options: object = {}): { chat: Chat; server: FakeServer; heard: ChatEvent[]; log: string[] } {
  const server = new FakeServer();
  const log: string[] = [];
  const logger = { log: (level: string, message: string) => log.push(`${level}: ${message}`) };
  const chat = createChat({ connectorToken: CONNECTOR_TOKEN, logger, ...options });
  const heard: ChatEvent[] = [];
  chat.on("*", (event) => heard.push(event));
  return { chat, server, heard, log };
}

const CAPABILITIES = {
  capabilities: {
    streaming: true,
    max_message_size_bytes: 2_000,
    max_reconnect_attempts: 5,
    heartbeat_interval_seconds: 30,
  },
};

/** A conversation that has begun. */
async function openJoined(): Promise<ReturnType<typeof open>> {
  const opened = open();
  const { chat, server } = opened;
  await until(
    () => server.sockets.length === 1 && server.socket.readyState === 1,
    () => chat.diagnostics(),
  );
  server.socket.receive(
    server.batch(server.event("SESSION_START", CAPABILITIES), server.event("POLY_AGENT_JOINED", { agent_name: "Ada" })),
  );
  await chat.ready();
  return opened;
}

const sent = (server: FakeServer, type: string): Frame[] =>
  server.sockets.flatMap((socket) => socket.sent).filter((frame) => frame.type === `EVENT_TYPE_${type}`);

test("the entry exports what it declares", () => {
  assert.deepEqual(Object.keys(entry).sort(), [
    "PolyError",
    "clearSession",
    "createChat",
    "detectPlatform",
    "hasResumableSession",
    "init",
    "version",
  ]);
});

test("a session is opened with what the options say, and nothing more", async () => {
  const { chat, server } = open({
    environment: { cluster: "test-1" },
    streaming: false,
    platform: "custom",
    deviceType: "tablet",
  });
  await until(
    () => server.sockets.length === 1,
    () => chat.diagnostics(),
  );
  const [token, session] = server.requests;
  assert.equal(token?.path, "/api/v1/access-token");
  assert.deepEqual(Object.fromEntries(token.headers), {
    "content-type": "application/json",
    "x-host": "https://www.example.com",
    "x-token": CONNECTOR_TOKEN,
  });
  assert.deepEqual(JSON.parse(session?.body ?? ""), {
    streaming_enabled: false,
    platform: "custom",
    device_type: "tablet",
  });
  assert.ok(server.socket.url.startsWith("wss://messaging.test-1.poly.ai/ws?"));
  await chat.close();
});

test("an access token of the application is used as it is", async () => {
  const reasons: string[] = [];
  const { chat, server } = open({
    connectorToken: undefined,
    getAccessToken: ({ reason }: { reason: string }) => {
      reasons.push(reason);
      return Promise.resolve({ accessToken: "own-token", expiresIn: 60 });
    },
  });
  await until(
    () => server.sockets.length === 1,
    () => chat.diagnostics(),
  );
  assert.equal(server.requests[0]?.headers.get("authorization"), "Bearer own-token");
  assert.deepEqual(reasons, ["start"]);
  await chat.close();
});

test("an application that has no access token fails the chat with its own words", async () => {
  const { chat, heard, log } = open({
    connectorToken: undefined,
    getAccessToken: () => Promise.reject(new Error("backend down")),
  });
  await assert.rejects(chat.ready(), (error) => {
    assert.ok(error instanceof PolyError);
    assert.equal(error.code, "auth/token-failed");
    assert.match(String(error.cause), /getAccessToken failed: backend down/);
    return true;
  });
  const { connection } = chat.getSnapshot();
  assert.ok(connection.status === "failed");
  assert.match(String(connection.error.cause), /backend down/);
  const disconnected = heard.find(({ type }) => type === "disconnected");
  assert.ok(disconnected?.type === "disconnected");
  assert.match(String(disconnected.error?.cause), /backend down/);
  assert.deepEqual(
    log.filter((line) => line.startsWith("error: ")).map((line) => /auth\/token-failed.*backend down/.test(line)),
    [true],
  );
});

test("a message sent before the module is there is confirmed by its echo", async () => {
  const { chat, server, heard } = open();
  const promise = chat.send("Hello", { metadata: { page: "home" } });
  const draft = chat.getSnapshot().messages[0] as UserMessage;
  assert.equal(draft.delivery, "pending");
  server.onFrame = ({ type, payload, metadata }, socket) => {
    if (type === "EVENT_TYPE_REQUEST_POLY_AGENT_JOIN") {
      queueMicrotask(() => {
        socket.receive(server.event("POLY_AGENT_JOINED", { agent_name: "Ada" }));
      });
    }
    if (type !== "EVENT_TYPE_USER_MESSAGE") return;
    queueMicrotask(() => {
      socket.receive(server.event("USER_MESSAGE", { ...payload, message_id: "m1" }, { metadata }));
    });
  };
  await until(
    () => server.sockets.length === 1 && server.socket.readyState === 1,
    () => chat.diagnostics(),
  );
  server.socket.receive(server.batch(server.event("SESSION_START", CAPABILITIES)));
  const message = await promise;
  assert.equal(message.delivery, "sent");
  assert.equal(message.messageId, "m1");
  assert.equal(message.draftId, draft.draftId);
  assert.deepEqual(
    chat
      .getSnapshot()
      .messages.map(({ role, text }) => [role, text])
      .filter(([role]) => role === "user"),
    [["user", "Hello"]],
  );
  assert.deepEqual(sent(server, "USER_MESSAGE")[0]?.metadata?.custom, { client_event_id: draft.draftId, page: "home" });
  const types = heard.map(({ type }) => type);
  assert.equal(types.filter((type) => type === "messagePending").length, 1);
  assert.ok(types.includes("messageConfirmed"));
  await chat.close();
});

test("checks are the same before and after the module is there", async () => {
  const wrong: [unknown, object?][] = [
    [""],
    [" \n"],
    ["x".repeat(140_000)],
    [7],
    ["x", { metadata: { a: 1 } }],
    ["x", { metadata: [] }],
  ];
  const codeOf = (call: () => unknown): string => {
    try {
      call();
    } catch (error) {
      assert.ok(error instanceof PolyError);
      return `${error.code}, ${error.retryable}`;
    }
    return "none";
  };
  const codesOf = (chat: Chat): string[] =>
    wrong.map(([text, options]) => codeOf(() => chat.send(text as string, options)));
  const early = open().chat;
  const before = codesOf(early);
  await early.close();
  const { chat } = await openJoined();
  assert.deepEqual(codesOf(chat), before);
  assert.equal(before.includes("none"), false);
  assert.throws(() => chat.send("x".repeat(2_000)), { code: "message/too-large" });
  await chat.close();
});

test("an ended chat takes no message, and restart begins another", async () => {
  const { chat, server } = await openJoined();
  server.socket.receive(server.event("SESSION_END", { reason: "REASON_NATURAL_END" }));
  assert.deepEqual(chat.getSnapshot().ended, { reason: "REASON_NATURAL_END" });
  assert.throws(() => chat.send("Hello"), { code: "session/ended" });
  await assert.rejects(chat.reconnect(), { code: "session/ended" });
  void chat.restart();
  await until(
    () => server.sockets.length === 2,
    () => chat.diagnostics(),
  );
  assert.equal(chat.getSnapshot().ended, null);
  await chat.close();
});

test("a dropped connection is taken up again on the same session, from the cursor", async () => {
  const { chat, server, heard } = await openJoined();
  server.socket.drop(1006);
  const { connection } = chat.getSnapshot();
  assert.ok(connection.status === "reconnecting" && connection.attempt === 1);
  const lost = heard.find((event) => event.type === "reconnecting");
  assert.ok(lost?.cause instanceof PolyError);
  void chat.reconnect();
  await until(
    () => server.sockets.length === 2,
    () => chat.diagnostics(),
  );
  assert.equal(new URL(server.socket.url).searchParams.get("cursor"), "2");
  assert.equal(sent(server, "REQUEST_POLY_AGENT_JOIN").length, 0);
  await chat.close();
  assert.equal(chat.getSnapshot().connection.status, "closed");
});

test("tokens and texts reach neither log nor diagnostics nor events nor errors", async () => {
  const { chat, server, heard, log } = await openJoined();
  void chat.send("the text of a message");
  server.socket.receive("no JSON");
  server.socket.drop(4001);
  await until(
    () => server.sockets.length === 2,
    () => chat.diagnostics(),
  );
  await chat.close();
  assert.ok(log.length > 0);
  assert.doesNotMatch(JSON.stringify([log, chat.diagnostics()]), /the text of a message/);
  const errors = heard.map((event) => ("error" in event ? String(event.error) : ""));
  const all = JSON.stringify([log, chat.diagnostics(), heard, errors, chat.getSnapshot()]);
  assert.equal(all.includes(ACCESS_TOKEN), false);
  assert.equal(all.includes(CONNECTOR_TOKEN), false);
});

test("a listener may send and close from within an event of the module", async () => {
  const { chat, server, heard } = await openJoined();
  chat.on("languageChanged", () => {
    void chat.send("Hola");
    void chat.close();
  });
  server.socket.receive(server.event("LANGUAGE_CHANGED", { language_code: "es" }));
  await until(
    () => chat.getSnapshot().connection.status === "closed",
    () => chat.diagnostics(),
  );
  assert.equal(sent(server, "USER_MESSAGE")[0]?.payload.text, "Hola");
  const types = heard.map(({ type }) => type);
  assert.deepEqual(types.slice(types.indexOf("languageChanged")), [
    "languageChanged",
    "messagePending",
    "disconnected",
  ]);
});

const folder = "tests/vectors";
for (const file of readdirSync(folder).filter((name) => name.endsWith(".json"))) {
  const vector = JSON.parse(readFileSync(`${folder}/${file}`, "utf8")) as Vector;
  test(`vector ${vector.name}`, async () => {
    const { chat, server, heard } = open();
    await until(
      () => server.sockets.length === 1 && server.socket.readyState === 1,
      () => chat.diagnostics(),
    );
    for (const frame of vector.frames) server.socket.receive(frame);
    await until(
      () => holds(vector, chat.getSnapshot(), heard),
      () => [chat.getSnapshot(), heard.map(({ type }) => type)],
    );
    if (vector.sends) {
      const types = server.socket.sent.map(({ type }) => type);
      assert.deepEqual(
        types.filter((type) => type !== "EVENT_TYPE_HEARTBEAT"),
        vector.sends,
      );
    }
    await chat.close();
  });
}

/** Events that a vector's `events` leaves out. */
const UNNAMED =
  /^(connect|reconnect|disconnect|session|message|userMessage|userTyping|userEndSession|requestPolyAgentJoin|heartbeat|agentJoined)/;

/** Whether what the vector expects is so. */
function holds({ expect }: Vector, state: ChatState, heard: ChatEvent[]): boolean {
  const conversation = state.messages.filter(({ role }) => role !== "system");
  const actual: Record<string, unknown> = {
    ...state,
    messages: conversation,
    suggestions: state.suggestions.map(({ text }) => text),
    lastAgentMessage: conversation.filter(({ role }) => role === "agent").at(-1),
    events: heard.map(({ type }) => type).filter((type) => !UNNAMED.test(type)),
  };
  return Object.entries(expect).every(([name, part]) => contains(actual[name], part));
}

/** Whether `actual` has all that `expected` names; lists must match in length. */
function contains(actual: unknown, expected: unknown): boolean {
  if (Array.isArray(expected)) {
    return (
      Array.isArray(actual) &&
      actual.length === expected.length &&
      expected.every((item, at) => contains((actual as unknown[])[at], item))
    );
  }
  if (typeof expected !== "object" || expected === null) return Object.is(actual, expected);
  if (typeof actual !== "object" || actual === null) return false;
  return Object.entries(expected).every(([name, part]) => contains((actual as Record<string, unknown>)[name], part));
}
