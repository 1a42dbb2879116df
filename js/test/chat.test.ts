import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";

import { DefaultChat } from "../src/chat.js";
import { PolyError } from "../src/errors.js";
import type { ChatEvent } from "../src/event-types.js";
import type { Chat, ChatOptions } from "../src/types.js";
import { agentLine, FakeLoader, plainError, turn, userLine, type FakeClient } from "./fake-module.js";
import { nextFrame, openPage } from "./page.js";

let leavePage = (): void => undefined;
const unhandled: unknown[] = [];
const note = (reason: unknown): void => void unhandled.push(reason);

beforeEach(() => {
  leavePage = openPage();
  process.on("unhandledRejection", note);
});

afterEach(async () => {
  await turn();
  leavePage();
  process.off("unhandledRejection", note);
  assert.deepEqual(unhandled.splice(0), []);
});

/** Options in which what is left out may be said to be undefined. */
type Options = { [K in keyof ChatOptions]?: ChatOptions[K] | undefined };

function open(options: Options = {}): { chat: Chat; loader: FakeLoader; heard: ChatEvent[] } {
  const loader = new FakeLoader();
  const chat = new DefaultChat(
    { connectorToken: "connector-token-1", logger: "none", ...options } as ChatOptions,
    loader,
  );
  const heard: ChatEvent[] = [];
  chat.on("*", (event) => heard.push(event));
  return { chat, loader, heard };
}

async function openLoaded(
  options: Options = {},
): Promise<{ chat: Chat; loader: FakeLoader; client: FakeClient; heard: ChatEvent[] }> {
  const opened = open(options);
  return { ...opened, client: await opened.loader.succeed() };
}

const texts = (chat: Chat): unknown[] => chat.getSnapshot().messages.map((message) => message.text);
const deliveries = (chat: Chat): unknown[] =>
  chat.getSnapshot().messages.map((message) => (message.role === "user" ? message.delivery : message.role));
/** A failure as the module throws it: no Error, since it crosses the border as data. */
const throwPlain = (code: string): never => {
  // eslint-disable-next-line @typescript-eslint/only-throw-error
  throw plainError(code);
};
const rejection = (promise: Promise<unknown>): Promise<PolyError> =>
  promise.then(
    () => assert.fail("it resolved"),
    (error: unknown) => {
      assert.ok(error instanceof PolyError);
      return error;
    },
  );

/** As the engine takes a message: shown, and told. */
function takeMessages(client: FakeClient): void {
  let at = 0;
  client.react.set("send", (_call: number, draftId: string, text: string) => {
    client.host.change(userLine(at++, draftId, text));
    client.host.event({ body: { type: "messagePending", draftId, text }, envelope: null });
  });
}

test("a chat loads the module and connects at once, in the background", async () => {
  const { chat, loader } = open();
  assert.equal(loader.loads, 1);
  assert.deepEqual(chat.getSnapshot().connection, { status: "connecting" });
  const client = await loader.succeed();
  assert.deepEqual(client.names, ["start"]);
  assert.equal(client.options.hostIdentifier, "https://www.example.com");
  assert.equal(client.logLevel, 0);
});

test("a chat with autoConnect false loads nothing until reconnect", async () => {
  const { chat, loader } = open({ autoConnect: false });
  assert.equal(loader.loads, 0);
  assert.deepEqual(chat.getSnapshot().connection, { status: "idle" });
  const ready = chat.ready();
  const message = chat.send("Hello");
  assert.deepEqual(deliveries(chat), ["pending"]);
  const reconnected = chat.reconnect();
  assert.equal(loader.loads, 1);
  const client = await loader.succeed();
  assert.deepEqual(client.names, ["start", "ready", "send", "reconnect"]);
  for (const [, call] of client.commands.slice(1)) client.host.settle(call as number, null);
  await Promise.all([ready, reconnected]);
  assert.equal((await message).text, "Hello");
});

test("what is asked before the module is there is given to it in order", async () => {
  const { chat, loader } = open();
  const frames: string[] = [];
  chat.raw.on(({ text }) => frames.push(text));
  void chat.ready();
  void chat.send("One", { metadata: { page: "home" } });
  void chat.send("Two");
  void chat.end();
  void chat.restart();
  chat.typing();
  const client = await loader.succeed();
  assert.deepEqual(client.names, ["watchFrames", "start", "ready", "send", "send", "end", "restart"]);
  const [, call, draftId, text, metadata] = client.commands[3] ?? [];
  assert.equal(typeof call, "number");
  assert.match(String(draftId), /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.equal(text, "One");
  assert.deepEqual(metadata, { page: "home" });
  client.host.frame("in", "{}");
  assert.deepEqual(frames, ["{}"]);
});

test("a message sent before the module is there shows as pending at once, and once", async () => {
  const { chat, loader, heard } = open();
  loader.onClient = takeMessages;
  const sent = chat.send("Hello");
  const [before] = chat.getSnapshot().messages;
  assert.equal(before?.role, "user");
  assert.equal(before.delivery, "pending");
  assert.equal(before.text, "Hello");
  assert.equal(before.id, before.draftId);
  assert.deepEqual(heard, [{ type: "messagePending", draftId: before.draftId, text: "Hello" }]);
  const client = await loader.succeed();
  assert.deepEqual(texts(chat), ["Hello"]);
  assert.equal(chat.getSnapshot().messages[0]?.id, before.id);
  assert.equal(heard.length, 1);

  const [, call, draftId] = client.last("send") as [string, number, string];
  const body = { role: "user" as const, text: "Hello", draftId, messageId: "m1", delivery: "sent", error: null };
  client.host.change({ op: "replace", at: 0, message: { id: draftId, timestamp: 1, body } });
  client.host.settle(call, null);
  const message = await sent;
  assert.equal(message.delivery, "sent");
  assert.equal(message.messageId, "m1");
  assert.equal(message, chat.getSnapshot().messages[0]);
});

test("a message resolves even where it is shown no more", async () => {
  const { chat, client } = await openLoaded();
  const sent = chat.send("Hello");
  const [, call, draftId] = client.last("send") as [string, number, string];
  client.host.settle(call, null);
  const message = await sent;
  assert.deepEqual([message.text, message.draftId, message.delivery], ["Hello", draftId, "sent"]);
});

for (const loaded of [false, true]) {
  const when = loaded ? "after" : "before";
  test(`metadata that is not strings by name is refused ${when} loading`, async () => {
    const { chat, loader } = open();
    if (loaded) await loader.succeed();
    for (const metadata of [{ a: 1 }, "x", null, ["x"], { a: null }]) {
      assert.throws(() => chat.send("Hello", { metadata: metadata as never }), {
        code: "config/invalid",
        message: /^metadata/,
      });
    }
    assert.deepEqual(chat.getSnapshot().messages, []);
  });

  test(`a text that is no string is an empty message ${when} loading`, async () => {
    const { chat, loader } = open();
    if (loaded) await loader.succeed();
    for (const text of [undefined, null, 7, {}]) {
      assert.throws(() => chat.send(text as never), { code: "message/empty" });
    }
  });
}

test("an empty message is refused before the module is there", () => {
  const { chat } = open();
  for (const text of ["", " ", "\n\t\u00a0", "\u0085\ufeff\u3000"])
    assert.throws(() => chat.send(text), { code: "message/empty" });
  assert.deepEqual(chat.getSnapshot().messages, []);
});

test("a frame over the limit is refused before the module is there, whatever makes it long", () => {
  const { chat } = open();
  assert.throws(() => chat.send("x".repeat(131_072)), { code: "message/too-large" });
  assert.throws(() => chat.send("é".repeat(65_500)), { code: "message/too-large" });
  assert.throws(() => chat.send("x", { metadata: { a: "x".repeat(131_072) } }), { code: "message/too-large" });
  assert.throws(() => chat.send('"'.repeat(65_500)), { code: "message/too-large" });
  assert.deepEqual(chat.getSnapshot().messages, []);
  void chat.send("x".repeat(130_800));
  assert.equal(chat.getSnapshot().messages.length, 1);
});

test("a message that the module refuses throws at once and waits for nothing", async () => {
  const { chat, client } = await openLoaded();
  for (const code of ["message/empty", "message/too-large", "session/ended"]) {
    client.refuse.set("send", plainError(code));
    assert.throws(
      () => chat.send("Hello"),
      (error) => error instanceof PolyError && error.code === code && error.message === `The text of ${code}.`,
    );
  }
});

test("a refusal of any other call rejects it", async () => {
  const { chat, client } = await openLoaded();
  for (const name of ["ready", "end", "restart", "reconnect", "close", "retry"] as const) {
    client.refuse.set(name, plainError("session/ended"));
    assert.equal((await rejection(chat[name]("d"))).code, "session/ended", name);
  }
  client.refuse.set("discard", plainError("message/unknown-draft"));
  assert.throws(
    () => {
      chat.discard("d");
    },
    { code: "message/unknown-draft" },
  );
  client.refuse.set("rawSend", plainError("transport/not-connected"));
  assert.throws(
    () => {
      chat.raw.send({ type: "X" });
    },
    { code: "transport/not-connected" },
  );
  client.refuse.set("typing", plainError("transport/not-connected"));
  chat.typing();
});

test("a rejection nobody looks at is no unhandled rejection", async () => {
  const { chat, client } = await openLoaded();
  void chat.send("Hello");
  void chat.ready();
  for (const [, call] of client.commands.slice(1))
    client.host.settle(call as number, plainError("message/not-delivered"));
  await turn();
  const other = open();
  void other.chat.ready();
  void other.chat.send("Hello");
  await other.loader.fail(new PolyError("config/wasm-unavailable", "404"));
  void other.chat.send("Again");
  void other.chat.retry("unknown");
});

test("a module that cannot be loaded fails the chat and all that waits, and reconnect loads again", async () => {
  const { chat, loader, heard } = open();
  const waiting = [chat.ready(), chat.send("One"), chat.restart()];
  const error = new PolyError("config/wasm-unavailable", "status 404", { retryable: true });
  await loader.fail(error);
  const { connection, messages } = chat.getSnapshot();
  assert.deepEqual(connection, { status: "failed", error });
  assert.equal(connection.error, error);
  assert.deepEqual(deliveries(chat), ["failed"]);
  assert.equal(messages[0]?.role === "user" && messages[0].error?.message, "status 404");
  const [readyError, sendError, restartError] = await Promise.all(waiting.map(rejection));
  assert.equal(readyError, error);
  assert.equal(restartError, error);
  assert.equal(sendError?.code, "message/not-delivered");
  assert.equal(sendError.cause, error);
  assert.deepEqual(
    heard.map(({ type }) => type),
    ["messagePending", "disconnected", "messageFailed"],
  );

  assert.equal(await rejection(chat.ready()), error);
  assert.equal((await rejection(chat.send("Two"))).cause, error);
  assert.deepEqual(deliveries(chat), ["failed", "failed"]);
  assert.equal((await rejection(chat.retry(String(messages[0]?.id)))).cause, error);
  assert.deepEqual(deliveries(chat), ["failed", "failed"]);

  const reconnected = chat.reconnect();
  assert.equal(loader.loads, 2);
  assert.deepEqual(chat.getSnapshot().connection, { status: "connecting" });
  loader.onClient = takeMessages;
  const client = await loader.succeed();
  assert.deepEqual(client.names, ["start", "reconnect"]);
  client.host.settle(client.last("reconnect")[1] as number, null);
  await reconnected;

  const retried = chat.retry(String(messages[0]?.id));
  assert.deepEqual(client.last("send").slice(2), [messages[0]?.id, "One", {}]);
  assert.deepEqual(texts(chat), ["One", "Two"]);
  assert.deepEqual(deliveries(chat), ["pending", "failed"]);
  client.host.settle(client.last("send")[1] as number, null);
  assert.equal((await retried).text, "One");
});

test("options that the module refuses fail the chat", async () => {
  const { chat, loader } = open();
  loader.onClient = () => {
    throwPlain("config/invalid");
  };
  const ready = chat.ready();
  await assert.rejects(
    loader.succeed().then(() => ready),
    { code: "config/invalid" },
  );
  assert.equal(chat.getSnapshot().connection.status, "failed");
});

test("a draft can be discarded before the module is there", async () => {
  const { chat, loader } = open();
  const first = chat.send("One");
  void chat.send("Two");
  const [message] = chat.getSnapshot().messages;
  chat.discard(String(message?.id));
  assert.deepEqual(texts(chat), ["Two"]);
  assert.deepEqual(deliveries(chat), ["pending"]);
  assert.equal((await rejection(first)).code, "message/not-delivered");
  assert.throws(
    () => {
      chat.discard(String(message?.id));
    },
    { code: "message/unknown-draft" },
  );
  assert.equal((await rejection(chat.retry("unknown"))).code, "message/unknown-draft");
  const client = await loader.succeed();
  assert.deepEqual(
    client.commands.filter(([name]) => name === "send").map(([, , , text]) => text),
    ["Two"],
  );
});

test("a draft that the module refuses when it gets it is failed, and the others are not", async () => {
  const { chat, loader, heard } = open();
  const first = chat.send("One");
  void chat.send("Two");
  loader.onClient = (client) => {
    takeMessages(client);
    const take = client.react.get("send");
    client.react.set("send", (...args: never[]) => {
      if ((args as unknown[])[2] === "One") throwPlain("message/too-large");
      take?.(...args);
    });
  };
  await loader.succeed();
  assert.equal((await rejection(first)).code, "message/too-large");
  assert.deepEqual(texts(chat), ["Two", "One"]);
  assert.deepEqual(deliveries(chat), ["pending", "failed"]);
  assert.deepEqual(
    heard.map(({ type }) => type),
    ["messagePending", "messagePending", "messageFailed"],
  );
});

test("a chat closed before the module is there stays closed, and reconnect opens it", async () => {
  const { chat, loader } = open();
  const waiting = [chat.ready(), chat.send("One")];
  await chat.close();
  await chat.close();
  assert.deepEqual(chat.getSnapshot().connection, { status: "closed" });
  assert.deepEqual(deliveries(chat), ["pending"]);
  for (const promise of waiting) assert.equal((await rejection(promise)).message, "The chat was closed.");
  const second = chat.send("Two");
  assert.equal((await rejection(chat.ready())).code, "transport/not-connected");
  await assert.rejects(loader.succeed(), /no client was made/);
  assert.deepEqual(chat.getSnapshot().connection, { status: "closed" });

  const reconnected = chat.reconnect();
  assert.equal(loader.loads, 2);
  const client = await loader.succeed();
  assert.deepEqual(client.names, ["start", "send", "send", "reconnect"]);
  for (const [, call] of client.commands.slice(1)) client.host.settle(call as number, null);
  await reconnected;
  assert.equal((await second).text, "Two");
});

test("a chat closed and reconnected while the module loads is opened once", async () => {
  const { chat, loader } = open();
  await chat.close();
  void chat.reconnect();
  assert.equal(loader.loads, 1);
  const client = await loader.succeed();
  assert.equal(loader.clients.length, 1);
  assert.deepEqual(client.names, ["start", "reconnect"]);
});

test("close goes to the module, ends iterations, and reconnect comes after it", async () => {
  const { chat, client } = await openLoaded();
  const events = chat.events();
  const next = events.next();
  const closed = chat.close();
  client.host.settle(client.last("close")[1] as number, null);
  await closed;
  assert.equal((await next).done, true);
  void chat.reconnect();
  assert.deepEqual(client.names, ["start", "close", "reconnect"]);
});

test("await using closes, where the engine has it", async () => {
  const { chat, client } = await openLoaded();
  const symbol = (Symbol as { asyncDispose?: symbol }).asyncDispose;
  assert.ok(symbol, "this Node.js has Symbol.asyncDispose");
  const disposed = (chat as unknown as Record<symbol, () => Promise<void>>)[symbol]?.();
  client.host.settle(client.last("close")[1] as number, null);
  await disposed;
});

test("ending a chat that has not begun resolves and does nothing", async () => {
  const { chat, loader } = open({ autoConnect: false });
  await chat.end();
  assert.equal(loader.loads, 0);
});

test("methods may be passed on without their object", async () => {
  const { chat, client } = await openLoaded();
  const { getSnapshot, subscribe } = chat;
  const { send, typing } = chat as unknown as Record<string, (...args: unknown[]) => unknown>;
  let told = 0;
  const unsubscribe = subscribe(() => (told += 1));
  client.host.change(agentLine(0, "Hello"));
  client.host.change({ op: "append", at: 0, text: " there" });
  assert.deepEqual(
    getSnapshot().messages.map(({ id }) => id),
    ["agent-0"],
  );
  assert.equal(told, 0);
  nextFrame();
  assert.equal(told, 1);
  unsubscribe();
  void send?.("Hi");
  typing?.();
  assert.deepEqual(client.names, ["start", "send", "typing"]);
});

test("a listener hears an event after the snapshot shows it", async () => {
  const { chat, client } = await openLoaded();
  const seen: unknown[] = [];
  chat.on("agentMessage", () => seen.push(texts(chat)));
  client.host.change(agentLine(0, "Hello"));
  client.host.event({ body: { type: "agentMessage", text: "Hello" }, envelope: null });
  assert.deepEqual(seen, [["Hello"]]);
});

test("an event is its body and its envelope in one, with dates and PolyErrors", async () => {
  const { client, heard } = await openLoaded();
  const envelope = { id: "e1", sequence: 3, timestamp: 1_700_000_000_000, metadata: { a: "b" }, replayed: true };
  client.host.event({ body: { type: "liveAgentMessage", messageId: "m", text: "Hi", agentId: null }, envelope });
  client.host.event({
    body: { type: "reconnecting", attempt: 1, retryInMs: 5, cause: plainError("transport/network") },
    envelope: null,
  });
  client.host.event({ body: { type: "disconnected", error: null }, envelope: null });
  client.host.event({ body: { type: "unknown", wireType: "X", payload: '{"error":{"code":"x"}}' }, envelope });
  assert.deepEqual(heard[0], {
    type: "liveAgentMessage",
    messageId: "m",
    text: "Hi",
    agentId: null,
    ...envelope,
    timestamp: new Date(1_700_000_000_000),
  });
  assert.ok(heard[1]?.type === "reconnecting" && heard[1].cause instanceof PolyError);
  assert.deepEqual(heard[2], { type: "disconnected", error: null });
  client.host.event({ body: { type: "unknown", wireType: "X", payload: "{1" }, envelope });
  assert.equal(heard[4]?.type === "unknown" && heard[4].payload, "{1");
  assert.deepEqual(heard[3]?.type === "unknown" && heard[3].payload, { error: { code: "x" } });
});

test("a listener may send and close from within an event, before and after loading", async () => {
  const { chat, loader } = open();
  const off = chat.on("messagePending", () => {
    off();
    void chat.send("Two");
    void chat.end();
  });
  void chat.send("One");
  assert.deepEqual(texts(chat), ["One", "Two"]);
  loader.onClient = (client) =>
    client.react.set("start", () => {
      client.host.event({ body: { type: "connecting" }, envelope: null });
    });
  const again = chat.on("connecting", () => {
    again();
    void chat.send("Three");
    void chat.close();
  });
  const client = await loader.succeed();
  assert.deepEqual(
    client.commands.map(([name, , , text]) => (name === "send" ? text : name)),
    ["start", "One", "Two", "end", "Three", "close"],
  );
});

test("a listener that throws harms neither the chat nor the module", async () => {
  const { chat, client, heard } = await openLoaded();
  const reported: unknown[] = [];
  Object.defineProperty(globalThis, "reportError", {
    value: (error: unknown) => reported.push(error),
    configurable: true,
  });
  chat.on("*", () => {
    throw new Error("mine");
  });
  client.host.event({ body: { type: "connecting" }, envelope: null });
  client.host.event({ body: { type: "connected", resumed: false }, envelope: null });
  await new Promise((resolve) => setTimeout(resolve, 1));
  Reflect.deleteProperty(globalThis, "reportError");
  assert.equal(reported.length, 2);
  assert.equal(heard.length, 2);
});

/** Has the instance of the module fail, as the loader tells it. */
async function fail(loader: FakeLoader, isHopeless = false): Promise<void> {
  loader.user?.failed(new WebAssembly.RuntimeError("unreachable"), isHopeless);
  await turn();
}

test("a chat whose module fails goes on in another, with what was not answered yet", async () => {
  const { chat, loader, client, heard } = await openLoaded();
  const lines: string[] = [];
  client.host.change({ op: "connection", connection: { status: "open" } });
  takeMessages(client);
  client.host.change(agentLine(0, "Hello"));
  client.react.set("send", (_: number, draftId: string, text: string) => {
    client.host.change(userLine(1, draftId, text));
    client.host.event({ body: { type: "messagePending", draftId, text }, envelope: null });
  });
  const sent = chat.send("Hi", { metadata: { a: "b" } });
  const [, , draftId] = client.last("send");
  const ended = chat.end();
  await fail(loader);
  assert.deepEqual(texts(chat), ["Hello", "Hi"], "all of it is shown as ever");
  assert.deepEqual(chat.getSnapshot().connection, { status: "reconnecting", attempt: 1, retryInMs: 0 });
  const next = await loader.succeed();
  assert.deepEqual(next.names, ["start", "sendInDoubt", "end"]);
  assert.deepEqual(next.commands[1]?.slice(2), [draftId, "Hi", { a: "b" }]);
  // It shows all of that anew.
  next.host.change(userLine(0, String(draftId), "Hi"));
  next.host.event({ body: { type: "messagePending", draftId, text: "Hi" }, envelope: null });
  assert.deepEqual(texts(chat), ["Hello", "Hi"]);
  next.host.change(agentLine(0, "Hello"));
  next.host.change({ op: "connection", connection: { status: "open" } });
  assert.deepEqual(texts(chat), ["Hello", "Hi"]);
  assert.equal(next.commands.length, 3);
  next.host.settle(Number(next.last("sendInDoubt")[1]), null);
  next.host.settle(Number(next.last("end")[1]), null);
  await sent;
  await ended;
  const types = heard.map(({ type }) => type);
  assert.equal(types.filter((type) => type === "messagePending").length, 1);
  const told = heard.filter((event) => event.type === "reconnecting");
  assert.equal(told.length, 1);
  assert.equal(told[0]?.cause.code, "internal");
  assert.deepEqual(lines, []);
});

test("events of before the failure that the history repeats are not told again", async () => {
  const { loader, client, heard } = await openLoaded();
  client.host.change({ op: "connection", connection: { status: "open" } });
  client.host.change(agentLine(0, "Hello"));
  await fail(loader);
  const next = await loader.succeed();
  const envelope = { id: "e", sequence: 1, timestamp: 0, metadata: {}, replayed: true };
  for (const messageId of ["agent-0", "agent-1"]) {
    next.host.event({ body: { type: "agentMessage", messageId, text: "" }, envelope });
  }
  assert.deepEqual(
    heard.flatMap((event) => (event.type === "agentMessage" ? [event.messageId] : [])),
    ["agent-1"],
  );
});

test("what the module fails over twice fails; what came with it goes on", async () => {
  const { chat, loader, client } = await openLoaded();
  client.host.change({ op: "connection", connection: { status: "open" } });
  client.refuse.set("send", [] as never);
  const poison = chat.send("poison");
  const after = chat.send("after");
  loader.onClient = (next) => {
    next.refuse.set("sendInDoubt", new WebAssembly.RuntimeError("unreachable"));
  };
  await fail(loader);
  await loader.succeed();
  assert.equal((await rejection(poison)).code, "internal");
  assert.equal((await rejection(after)).code, "internal");
  assert.deepEqual(deliveries(chat), ["failed", "failed"]);
  assert.deepEqual(texts(chat), ["poison", "after"]);
});

test("a module that fails too often fails the chat with internal, until it is told to reconnect", async () => {
  const { chat, loader, client } = await openLoaded();
  client.host.change({ op: "connection", connection: { status: "open" } });
  const ready = chat.ready();
  const sent = chat.send("Hello");
  await fail(loader, true);
  assert.equal((await rejection(ready)).code, "internal");
  assert.equal((await rejection(sent)).code, "internal");
  // It may have been sent all the same: the history will tell.
  assert.deepEqual(deliveries(chat), ["pending"]);
  const { connection } = chat.getSnapshot();
  assert.equal(connection.status === "failed" && connection.error.code, "internal");
  void chat.reconnect();
  const next = await loader.succeed();
  assert.deepEqual(next.names, ["start", "sendInDoubt", "reconnect"]);
});

test("a chat that is closed stays so where its module fails, and shows what it showed", async () => {
  const { chat, loader, client } = await openLoaded();
  client.host.change(agentLine(0, "Hello"));
  client.host.change({ op: "connection", connection: { status: "closed" } });
  const { loads } = loader;
  await fail(loader);
  assert.equal(chat.getSnapshot().connection.status, "closed");
  assert.deepEqual(texts(chat), ["Hello"]);
  assert.equal(loader.loads, loads);
  void chat.restart();
  assert.deepEqual((await loader.succeed()).names, ["restart"]);
});

test("frames are watched only while somebody listens", async () => {
  const { chat, client } = await openLoaded();
  const first = chat.raw.on(() => undefined);
  const second = chat.raw.on(() => undefined);
  first();
  second();
  second();
  assert.deepEqual(client.commands.slice(1), [
    ["watchFrames", true],
    ["watchFrames", false],
  ]);
});

test("a raw frame goes to the module as it is, and what is no JSON is refused", async () => {
  const { chat, loader } = open();
  assert.throws(
    () => {
      chat.raw.send({ type: "EVENT_TYPE_X" });
    },
    { code: "transport/not-connected" },
  );
  const client = await loader.succeed();
  const frame = { type: "EVENT_TYPE_X", metadata: { custom: { a: "b" } } };
  chat.raw.send(frame);
  assert.deepEqual(JSON.parse(String(client.last("rawSend")[1])), frame);
  const cyclic: Record<string, unknown> = { type: "X" };
  cyclic.payload = cyclic;
  for (const bad of [cyclic, { type: "X", payload: { n: 1n } }]) {
    assert.throws(
      () => {
        chat.raw.send(bad as never);
      },
      { code: "config/invalid" },
    );
  }
});

test("no more than a hundred messages wait for the module", () => {
  const { chat } = open();
  for (let count = 0; count < 100; count++) void chat.send("Hello");
  assert.throws(() => chat.send("One more"), { code: "transport/not-connected", message: /^Too many messages/ });
  assert.equal(chat.getSnapshot().messages.length, 100);
});

test("no more than a mebibyte of messages waits for the module", () => {
  const { chat } = open();
  for (let count = 0; count < 8; count++) void chat.send("x".repeat(130_900));
  assert.throws(() => chat.send("x".repeat(1_200)), { code: "transport/not-connected", message: /^Too many messages/ });
  void chat.send("x".repeat(100));
  assert.equal(chat.getSnapshot().messages.length, 9);
});

test("diagnostics hold versions and states, and neither token nor text", async () => {
  const { chat, loader } = open();
  void chat.send("the text of a message");
  const before = chat.diagnostics();
  assert.equal(before.connection, "connecting");
  assert.equal(before.messages, 1);
  assert.equal(before.platform, "web");
  assert.match(String(before.version), /^\d+\.\d+\.\d+/);
  await loader.succeed();
  const after = chat.diagnostics();
  assert.equal(after.engine, "fake");
  assert.doesNotMatch(JSON.stringify([before, after]), /connector-token-1|the text of a message/);
});

test("the module's log goes to the logger", async () => {
  const lines: unknown[][] = [];
  const { client } = await openLoaded({ logger: { log: (...line) => void lines.push(line) } });
  assert.equal(client.logLevel, 4);
  client.host.log(2, "slow");
  client.host.log(4, "detail");
  assert.deepEqual(lines, [
    ["warn", "slow"],
    ["debug", "detail"],
  ]);
});

test("getAccessToken gets the reason and a signal, and its answer is checked", async () => {
  const asked: unknown[] = [];
  let answer: () => unknown = () => ({ accessToken: "jwt", expiresIn: 86_400.9 });
  const { client } = await openLoaded({
    connectorToken: undefined,
    getAccessToken: (context) => {
      asked.push(context);
      return Promise.resolve(answer()) as never;
    },
  });
  const { signal } = new AbortController();
  assert.deepEqual(await client.host.token("start", signal), { accessToken: "jwt", expiresIn: 86_400 });
  assert.deepEqual(asked, [{ reason: "start", signal }]);
  answer = () => ({ accessToken: "jwt", expiresIn: null });
  assert.deepEqual(await client.host.token("restart", signal), { accessToken: "jwt" });
  const wrong = [undefined, null, "jwt", {}, { accessToken: "" }, { accessToken: 7 }];
  for (const value of wrong) {
    answer = () => value;
    await assert.rejects(client.host.token("start", signal), /string accessToken that is not empty/);
  }
  for (const expiresIn of ["60", 0, -1, NaN]) {
    answer = () => ({ accessToken: "secret", expiresIn });
    await assert.rejects(client.host.token("start", signal), (error: Error) => {
      assert.match(error.message, /number of seconds above 0/);
      assert.doesNotMatch(error.message, /secret/);
      return true;
    });
  }
  answer = () => {
    throw new Error("backend down");
  };
  await assert.rejects(client.host.token("start", signal), { message: "getAccessToken failed: backend down" });
});
