/** The bridge on the real module, with the test as the application around the page. All that passes is held to the schema. */

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { after, afterEach, before, test } from "node:test";

import { Ajv2020 } from "ajv/dist/2020.js";

import { createChat, init, PolyError, type Chat, type ChatEvent, type PolyErrorCode } from "../src/index.js";
import { bridgeToNative, nativeStorage, type NativeCommand, type NativeMessage } from "../src/webview.js";
import { ACCESS_TOKEN, FakeServer, moduleBytes, until } from "./fake-server.js";
import { nextFrame, openPage } from "./page.js";

interface Schema {
  $defs: Record<string, { anyOf: { properties: { type: { const: string } } }[] }> & {
    error: { properties: { code: { enum: string[] } } };
  };
}

const schema = JSON.parse(readFileSync("js/src/webview.schema.json", "utf8")) as Schema;
const ajv = new Ajv2020({ strict: true, strictTypes: false, allowUnionTypes: true });
ajv.addSchema(schema, "webview");
const check = (definition: "message" | "command", value: unknown): void => {
  const validate = ajv.getSchema(`webview#/$defs/${definition}`);
  assert.ok(validate);
  assert.ok(validate(value), `${JSON.stringify(value)} ${JSON.stringify(validate.errors)}`);
};

let leavePage = (): void => undefined;
before(async () => {
  leavePage = openPage();
  // An ended chat listens to the other tabs until it is collected, and Node.js would wait for that.
  Reflect.deleteProperty(globalThis, "BroadcastChannel");
  await init(moduleBytes());
});
after(() => {
  leavePage();
});

/** What is to be undone after a test. */
const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

const globals = globalThis as unknown as Record<string, unknown>;
const give = (json: unknown, name = "polyMessaging"): void => {
  (globals[`${name}Receive`] as (json: unknown) => void)(json);
};
const command = (value: NativeCommand): void => {
  check("command", value);
  give(JSON.stringify(value));
};

/** Puts an application around the page, as WKWebView shows one. */
function openApp(name = "polyMessaging"): NativeMessage[] {
  const posted: NativeMessage[] = [];
  const postMessage = (text: string): void => {
    const message = JSON.parse(text) as NativeMessage;
    check("message", message);
    posted.push(message);
  };
  globals.webkit = { messageHandlers: { [name]: { postMessage } } };
  undo.push(() => Reflect.deleteProperty(globals, "webkit"));
  return posted;
}

const of = <K extends NativeMessage["kind"]>(posted: NativeMessage[], kind: K): (NativeMessage & { kind: K })[] =>
  posted.filter((message): message is NativeMessage & { kind: K } => message.kind === kind);

async function answerTo(posted: NativeMessage[], id: string | number | null): Promise<NativeMessage> {
  const find = (): NativeMessage | undefined => posted.find((message) => "id" in message && message.id === id);
  await until(
    () => find() !== undefined,
    () => posted,
  );
  const found = find();
  assert.ok(found);
  return found;
}

interface Opened {
  chat: Chat;
  server: FakeServer;
  posted: NativeMessage[];
}

/** A chat bridged to an application, with its socket open. */
async function open(options: object = {}, posted = openApp()): Promise<Opened> {
  const server = new FakeServer();
  const chat = createChat({ connectorToken: "connector-token-1", logger: "none", ...options });
  undo.push(() => chat.close(), bridgeToNative(chat));
  await until(
    () => server.sockets.length === 1 && server.socket.readyState === 1,
    () => chat.diagnostics(),
  );
  return { chat, server, posted };
}

/** The same, once the agent is there. */
async function openJoined(options: object = {}, posted = openApp()): Promise<Opened> {
  const opened = await open(options, posted);
  const { chat, server } = opened;
  server.onFrame = ({ type, payload, metadata }, socket) => {
    // A socket that takes a session up again begins with what is new of its history: nothing.
    if (type === "EVENT_TYPE_HEARTBEAT") socket.receive(server.batch());
    if (type === "EVENT_TYPE_HEARTBEAT")
      socket.receive(server.event("HEARTBEAT", payload, { metadata, sequence: null }));
    if (type === "EVENT_TYPE_USER_END_SESSION") {
      socket.receive(server.event("SESSION_END", { reason: "REASON_USER_END" }));
      socket.drop(1000);
    }
    if (type !== "EVENT_TYPE_USER_MESSAGE") return;
    const confirmed = { message_id: crypto.randomUUID(), text: payload.text };
    socket.receive(server.event("USER_MESSAGE", confirmed, { metadata }));
  };
  const capabilities = { streaming: true, max_message_size_bytes: 2_000 };
  server.socket.receive(
    server.batch(
      server.event("SESSION_START", { capabilities }),
      server.event("POLY_AGENT_JOINED", { agent_name: "Ada" }),
    ),
  );
  await chat.ready();
  return opened;
}

const HELLO = { message_id: "m1", text: "Hello", attachments: [], response_suggestions: [] };

test("events are posted in order, after the word that the bridge stands", async () => {
  const { posted, server } = await openJoined();
  server.socket.receive(server.event("POLY_AGENT_MESSAGE", HELLO));
  assert.equal(posted[0]?.kind, "ready");
  const types = of(posted, "event").map(({ event }) => event.type);
  assert.deepEqual(types.slice(0, 2), ["connecting", "connected"]);
  assert.deepEqual(types.slice(-1), ["agentMessage"]);
});

test("a message of the application is sent, and answered when the server has it", async () => {
  const { posted } = await openJoined();
  command({ command: "send", id: 7, text: "Hi", metadata: { from: "app" } });
  const answer = await answerTo(posted, 7);
  assert.ok(answer.kind === "result" && answer.value && "delivery" in answer.value);
  assert.equal(answer.value.delivery, "sent");
  assert.equal(typeof answer.value.timestamp, "string");
});

test("every other command does what it says", async () => {
  const { posted, chat } = await openJoined();
  const value = async (name: NativeCommand["command"], more: object = {}): Promise<unknown> => {
    command({ command: name, id: name, ...more } as NativeCommand);
    const answer = await answerTo(posted, name);
    assert.ok(answer.kind === "result", JSON.stringify(answer));
    return answer.value;
  };
  assert.equal(await value("ready"), null);
  assert.equal(await value("typing"), null);
  assert.equal(((await value("getState")) as { agent: { name: string } }).agent.name, "Ada");
  assert.equal(((await value("diagnostics")) as { connection: string }).connection, "open");
  assert.equal(await value("close"), null);
  assert.equal(chat.getSnapshot().connection.status, "closed");
  assert.equal(await value("reconnect"), null);
  assert.equal(chat.getSnapshot().connection.status, "open");
  assert.equal(await value("end"), null);
  assert.ok(chat.getSnapshot().ended);
});

test("what changes in the state is posted once it is asked for, and makes the same state", async () => {
  const { posted, server, chat } = await openJoined();
  server.socket.receive(server.event("POLY_AGENT_MESSAGE", HELLO));
  nextFrame();
  assert.deepEqual(of(posted, "state"), []);
  command({ command: "watch", id: "w", on: true });
  const answer = await answerTo(posted, "w");
  assert.ok(answer.kind === "result");
  const state = answer.value as unknown as { messages: unknown[] };
  const chunk = (index: number, text: string): void => {
    const piece = { ...HELLO, message_id: "m2", text, chunk_index: index, is_complete: index === 2 };
    server.socket.receive(server.event("POLY_AGENT_MESSAGE_CHUNK", piece));
    nextFrame();
  };
  chunk(1, "How are ");
  chunk(2, "you?");
  await chat.send("Fine");
  nextFrame();
  const changes = of(posted, "state");
  assert.ok(changes.length >= 3);
  for (const { changed, messages } of changes) {
    Object.assign(state, changed);
    if (messages) state.messages.splice(messages.at, messages.removed, ...messages.inserted);
  }
  assert.deepEqual(state, JSON.parse(JSON.stringify(chat.getSnapshot())));
  assert.deepEqual(
    changes.flatMap(({ messages }) => (messages ? [[messages.at, messages.removed]] : [])).slice(0, 2),
    [
      [2, 0],
      [2, 1],
    ].map(([at, removed]) => [(at ?? 0) + state.messages.length - 4, removed]),
  );
  command({ command: "watch", on: false });
  await chat.send("And you?");
  nextFrame();
  assert.equal(of(posted, "state").length, changes.length);
});

test("bad commands are answered by an error, and harm nothing", async () => {
  const { posted, chat } = await openJoined();
  const before = chat.getSnapshot();
  const heard: ChatEvent[] = [];
  chat.on("*", (event) => heard.push(event));
  const bad: unknown[] = [
    undefined,
    null,
    {},
    { command: "send", text: "an object" },
    "",
    "no JSON",
    "null",
    "[]",
    "7",
    '{"command":7}',
    '{"command":"explode"}',
    '{"command":"constructor"}',
    '{"command":"__proto__"}',
    '{"command":"send"}',
    '{"command":"send","text":7}',
    '{"command":"send","text":"a","metadata":null}',
    '{"command":"send","text":"a","metadata":{"a":1}}',
    '{"command":"send","text":"a","more":true}',
    '{"command":"send","text":"a","__proto__":{}}',
    '{"command":"send","text":"a","id":{}}',
    '{"command":"send","text":"a","id":1.5}',
    JSON.stringify({ command: "typing", id: "x".repeat(101) }),
    '{"command":"watch","on":"yes"}',
    '{"command":"retry","draftId":null}',
    '{"command":"storageResult","id":"1"}',
  ];
  const count = posted.length;
  for (const json of bad) give(json);
  const answers = posted.slice(count);
  assert.equal(answers.length, bad.length);
  for (const [at, answer] of answers.entries()) {
    assert.ok(answer.kind === "error", JSON.stringify([bad[at], answer]));
    assert.equal(answer.id, at === bad.length - 1 ? "1" : null);
    assert.match(answer.error.code, /^(config\/invalid|transport\/not-connected)$/, String(bad[at]));
  }
  assert.equal(chat.getSnapshot(), before);
  assert.deepEqual(heard, []);
  command({ command: "send", id: "good", text: "Still here" });
  assert.equal((await answerTo(posted, "good")).kind, "result");
});

test("what a chat refuses is answered with its code and the command's id", async () => {
  const { posted } = await openJoined();
  const refused: [NativeCommand, PolyErrorCode][] = [
    [{ command: "send", id: 1, text: " " }, "message/empty"],
    [{ command: "send", id: 2, text: "x".repeat(3_000) }, "message/too-large"],
    [{ command: "discard", id: 3, draftId: "none" }, "message/unknown-draft"],
    [{ command: "retry", id: 4, draftId: "none" }, "message/unknown-draft"],
  ];
  for (const [given, code] of refused) {
    command(given);
    const answer = await answerTo(posted, given.id as number);
    assert.ok(answer.kind === "error");
    assert.equal(answer.error.code, code);
  }
});

test("a command without an id is answered when it fails, and only then", async () => {
  const { posted, chat } = await openJoined();
  command({ command: "typing" });
  command({ command: "send", text: "" });
  await chat.send("Hi");
  assert.deepEqual(of(posted, "result"), []);
  assert.deepEqual(
    of(posted, "error").map(({ id, error }) => [id, error.code]),
    [[null, "message/empty"]],
  );
});

test("the undo ends it, and leaves the chat open", async () => {
  const { posted, chat } = await openJoined();
  undo.pop()?.();
  const count = posted.length;
  await chat.send("Hi");
  assert.equal(posted.length, count);
  assert.equal("polyMessagingReceive" in globals, false);
  assert.equal(chat.getSnapshot().connection.status, "open");
  undo.push(bridgeToNative(chat));
  assert.equal(posted.at(-1)?.kind, "ready");
});

test("Android's and React Native's objects are posted to as well", async () => {
  for (const name of ["polyMessaging", "ReactNativeWebView"]) {
    const heard: string[] = [];
    globals[name] = {
      own: "object",
      postMessage(this: { own: string }, text: string) {
        heard.push(this.own, text);
      },
    };
    undo.push(() => Reflect.deleteProperty(globals, name));
    const chat = createChat({ connectorToken: "c", autoConnect: false, logger: "none" });
    bridgeToNative(chat)();
    assert.equal(heard[0], "object");
    assert.equal((JSON.parse(heard[1] ?? "") as NativeMessage).kind, "ready");
    await chat.close();
    Reflect.deleteProperty(globals, name);
  }
});

test("an application that cannot be posted to does not stop the chat", async () => {
  const thrown: unknown[] = [];
  globals.reportError = (error: unknown) => thrown.push(error);
  globals.webkit = {
    messageHandlers: {
      polyMessaging: {
        postMessage: () => {
          throw new Error("gone");
        },
      },
    },
  };
  undo.push(() => Reflect.deleteProperty(globals, "webkit"));
  undo.push(() => Reflect.deleteProperty(globals, "reportError"));
  const { chat } = await openJoined({}, []);
  await chat.send("Hi");
  await until(
    () => thrown.length > 3,
    () => thrown,
  );
});

test("outside a web view, under a bad name and over another chat there is no bridge", () => {
  const chat = createChat({ connectorToken: "c", autoConnect: false, logger: "none" });
  undo.push(() => chat.close());
  const isRefused = (error: unknown): boolean => error instanceof PolyError && error.code === "config/invalid";
  assert.throws(() => bridgeToNative(chat), isRefused);
  assert.throws(() => nativeStorage(), isRefused);
  assert.equal("polyMessagingReceive" in globals, false);
  openApp();
  for (const name of ["", "a b", "1a", "a-b", 7 as unknown as string]) {
    assert.throws(() => bridgeToNative(chat, { name }), isRefused);
  }
  globals.polyMessagingReceive = () => undefined;
  assert.throws(() => bridgeToNative(chat), isRefused);
  Reflect.deleteProperty(globals, "polyMessagingReceive");
  undo.push(bridgeToNative(chat));
  assert.throws(() => bridgeToNative(chat), isRefused);
});

test("a session kept by the application is taken up again, and no token is in any other message", async () => {
  const posted = openApp("app");
  const records = new Map<string, string>();
  const persistence = nativeStorage({ name: "app" });
  const answer = (message: NativeMessage): void => {
    if (message.kind !== "storage") return;
    const value = message.operation === "get" ? (records.get(message.key) ?? null) : null;
    const result: NativeCommand = { command: "storageResult", id: message.id, value };
    check("command", result);
    setTimeout(() => {
      if (message.operation === "set") records.set(message.key, message.value);
      if (message.operation === "remove") records.delete(message.key);
      give(JSON.stringify(result), "app");
    }, 5);
  };
  const push = posted.push.bind(posted);
  posted.push = (message) => {
    answer(message);
    return push(message);
  };
  const visit = async (resumed: boolean): Promise<void> => {
    const server = new FakeServer();
    const chat = createChat({ connectorToken: "c", logger: "none", persistence, hostIdentifier: "com.example.app" });
    const off = bridgeToNative(chat, { name: "app" });
    await until(
      () => server.sockets.length === 1 && server.socket.readyState === 1,
      () => chat.diagnostics(),
    );
    assert.equal(server.requests.length, resumed ? 0 : 2);
    server.onFrame = ({ type }, socket) => {
      if (type !== "EVENT_TYPE_USER_END_SESSION") return;
      socket.receive(server.event("SESSION_END", { reason: "REASON_USER_END" }));
      socket.drop(1000);
    };
    server.socket.receive(server.batch(server.event("SESSION_START", { capabilities: { streaming: true } })));
    await chat.ready();
    assert.equal(chat.getSnapshot().session?.resumed, resumed);
    const id = resumed ? "end" : "close";
    const leave: NativeCommand = { command: id, id };
    check("command", leave);
    give(JSON.stringify(leave), "app");
    assert.equal((await answerTo(posted, id)).kind, "result");
    assert.equal(records.size, resumed ? 0 : 1);
    await chat.close();
    off();
  };
  await visit(false);
  const stored = [...records.values()].join();
  assert.ok(stored.includes(ACCESS_TOKEN));
  await visit(true);
  const others = posted.filter(({ kind }) => kind !== "storage");
  assert.ok(others.length > 6);
  assert.equal(JSON.stringify(others).includes(ACCESS_TOKEN), false);
});

test("what the application could not store is a failed call, without its words", async () => {
  const posted = openApp("failing");
  const storage = nativeStorage({ name: "failing" });
  const got = storage.get("poly-messaging.1.0123456789abcdef");
  const [asked] = of(posted, "storage");
  give(JSON.stringify({ command: "storageResult", id: asked?.id, value: 7 }), "failing");
  assert.equal(posted.at(-1)?.kind, "error");
  give(JSON.stringify({ command: "storageResult", id: asked?.id, failed: true }), "failing");
  await assert.rejects(got, { message: "The application could not get the session." });
  give(JSON.stringify({ command: "storageResult", id: asked?.id }), "failing");
  assert.equal(posted.at(-1)?.kind, "error");
});

test("the schema names the events and the codes that the declarations name", () => {
  const types: Record<ChatEvent["type"], true> = {
    connecting: true,
    connected: true,
    reconnecting: true,
    disconnected: true,
    sessionReplaced: true,
    messagePending: true,
    messageConfirmed: true,
    messageFailed: true,
    sessionStart: true,
    sessionEnd: true,
    sessionIdleWarning: true,
    userMessage: true,
    userTyping: true,
    userEndSession: true,
    requestPolyAgentJoin: true,
    heartbeat: true,
    agentJoined: true,
    agentThinking: true,
    agentMessage: true,
    agentMessageChunk: true,
    agentLeft: true,
    agentTriggeredHandoff: true,
    liveAgentJoined: true,
    liveAgentTyping: true,
    liveAgentMessage: true,
    liveAgentLeft: true,
    handoffAccepted: true,
    handoffQueueStatus: true,
    clientHandoffRequired: true,
    handoffFailed: true,
    handoffTimeout: true,
    systemMessage: true,
    languageChanged: true,
    unknown: true,
  };
  const codes: Record<PolyErrorCode, true> = {
    "config/invalid": true,
    "config/content-policy": true,
    "config/wasm-unavailable": true,
    "auth/unauthorized": true,
    "auth/token-failed": true,
    "auth/connector-not-found": true,
    "session/creation-failed": true,
    "session/expired": true,
    "session/lost": true,
    "session/ended": true,
    "session/reconnect-exhausted": true,
    "message/empty": true,
    "message/too-large": true,
    "message/not-delivered": true,
    "message/unknown-draft": true,
    "transport/network": true,
    "transport/timeout": true,
    "transport/rate-limited": true,
    "transport/server": true,
    "transport/protocol": true,
    "transport/not-connected": true,
    internal: true,
  };
  const named = schema.$defs.event?.anyOf.map(({ properties }) => properties.type.const);
  assert.deepEqual(named?.sort(), Object.keys(types).sort());
  assert.deepEqual(schema.$defs.error.properties.code.enum.sort(), Object.keys(codes).sort());
});

interface Vector {
  name: string;
  frames: unknown[];
}

const folder = "tests/vectors";
for (const file of readdirSync(folder).filter((name) => name.endsWith(".json"))) {
  const { name, frames } = JSON.parse(readFileSync(`${folder}/${file}`, "utf8")) as Vector;
  test(`what is posted of the transcript ${name} fits the schema`, async () => {
    const { chat, server, posted } = await open();
    command({ command: "watch", id: "w", on: true });
    const before = of(posted, "event").length;
    for (const frame of frames) {
      server.socket.receive(frame);
      nextFrame();
    }
    command({ command: "getState", id: "s" });
    const answer = await answerTo(posted, "s");
    assert.deepEqual(answer, { version: 1, kind: "result", id: "s", value: json(chat.getSnapshot()) });
    assert.ok(of(posted, "event").length > before);
    assert.ok(of(posted, "state").length > 0);
  });
}

const json = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
