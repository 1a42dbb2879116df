/** Sessions that outlast their chat: the face on the real module, with an adapter of the application to keep them. */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import {
  clearSession,
  createChat,
  hasResumableSession,
  init,
  type Chat,
  type ChatOptions,
  type CommonChatOptions,
  type SessionStorageAdapter,
} from "../src/index.js";
import { ACCESS_TOKEN, FakeServer, moduleBytes, until } from "./fake-server.js";
import { openPage } from "./page.js";

const TOKEN = "connector-token-that-is-secret";

let leavePage = (): void => undefined;

before(async () => {
  leavePage = openPage();
  await init(moduleBytes());
});

after(() => {
  leavePage();
});

/** A store in memory that notes its calls. */
class Memory implements SessionStorageAdapter {
  readonly map = new Map<string, string>();
  readonly calls: string[] = [];

  get(key: string): Promise<string | null> {
    this.calls.push("get");
    return Promise.resolve(this.map.get(key) ?? null);
  }
  set(key: string, value: string): Promise<void> {
    this.calls.push("set");
    this.map.set(key, value);
    return Promise.resolve();
  }
  remove(key: string): Promise<void> {
    this.calls.push("remove");
    this.map.delete(key);
    return Promise.resolve();
  }
}

interface Opened {
  chat: Chat;
  server: FakeServer;
  log: string[];
}

/** A chat whose socket is open. */
async function open(options: Partial<CommonChatOptions>): Promise<Opened> {
  const server = new FakeServer();
  const log: string[] = [];
  const logger = { log: (level: string, message: string) => log.push(`${level}: ${message}`) };
  const chat = createChat({ connectorToken: TOKEN, logger, ...options });
  await until(
    () => server.sockets.length === 1 && server.socket.readyState === 1,
    () => chat.diagnostics(),
  );
  return { chat, server, log };
}

/** A chat that has begun. */
async function converse(options: Partial<ChatOptions>): Promise<Opened> {
  const opened = await open(options);
  const { chat, server } = opened;
  server.socket.receive(
    server.batch(server.event("SESSION_START", {}), server.event("POLY_AGENT_JOINED", { agent_name: "Ada" })),
  );
  await chat.ready();
  return opened;
}

const stored = async (memory: Memory): Promise<void> => {
  await until(
    () => memory.map.size === 1,
    () => memory.calls,
  );
};

const paths = (server: FakeServer): string[] => server.requests.map(({ path }) => path.slice("/api/v1".length));

test("the next chat takes the session up, with its token and without a request", async () => {
  const persistence = new Memory();
  assert.equal(await hasResumableSession({ connectorToken: TOKEN, persistence }), false);
  const first = await converse({ persistence });
  assert.deepEqual(paths(first.server), ["/access-token", "/sessions"]);
  assert.equal(first.chat.getSnapshot().session?.resumed, false);
  await stored(persistence);
  await first.chat.close();
  const [key, record] = [...persistence.map][0] ?? ["", ""];
  assert.match(key, /^poly-messaging\.1\.[0-9a-f]{16}$/);
  assert.ok(record.includes(ACCESS_TOKEN), "an adapter gets the record as it is");
  assert.ok(!record.includes(TOKEN));
  assert.equal(await hasResumableSession({ connectorToken: TOKEN, persistence }), true);

  const next = await converse({ persistence });
  assert.deepEqual(paths(next.server), []);
  const url = new URL(next.server.socket.url);
  assert.equal(url.searchParams.get("session_id"), first.chat.getSnapshot().session?.id);
  assert.equal(url.searchParams.get("access_token"), ACCESS_TOKEN);
  assert.equal(next.chat.getSnapshot().session?.resumed, true);
  const asked = next.server.socket.sent.filter(({ type }) => type === "EVENT_TYPE_REQUEST_POLY_AGENT_JOIN");
  assert.equal(asked.length, 0, "the agent is there");
  for (const { log } of [first, next]) assert.ok(!log.some((line) => line.includes(ACCESS_TOKEN)));
  await next.chat.close();
});

test("a session belongs to its connector, server and host", async () => {
  const persistence = new Memory();
  const { chat } = await converse({ persistence });
  await stored(persistence);
  await chat.close();
  const others: ChatOptions[] = [
    { connectorToken: "another" },
    { connectorToken: TOKEN, environment: "uk" },
    { connectorToken: TOKEN, hostIdentifier: "com.example.app" },
    { getAccessToken: () => Promise.resolve({ accessToken: "x" }) },
  ];
  for (const options of others) {
    assert.equal(await hasResumableSession({ ...options, persistence }), false);
    await clearSession({ ...options, persistence });
  }
  assert.equal(await hasResumableSession({ connectorToken: TOKEN, streaming: false, persistence }), true);
});

test("a session that is cleared, ended or not wanted is not taken up", async () => {
  const persistence = new Memory();
  const cleared = await converse({ persistence });
  await stored(persistence);
  await cleared.chat.close();
  await clearSession({ connectorToken: TOKEN, persistence });
  assert.equal(persistence.map.size, 0);
  assert.equal(await hasResumableSession({ connectorToken: TOKEN, persistence }), false);

  const ended = await converse({ persistence });
  await stored(persistence);
  const end = ended.chat.end();
  ended.server.socket.receive(ended.server.event("SESSION_END", { reason: "REASON_USER_END" }));
  await end;
  await until(
    () => persistence.map.size === 0,
    () => persistence.calls,
  );

  const left = await converse({ persistence });
  await stored(persistence);
  await left.chat.close();
  const fresh = await converse({ persistence, fresh: true });
  assert.deepEqual(paths(fresh.server), ["/access-token", "/sessions"]);
  assert.equal(fresh.chat.getSnapshot().session?.resumed, false);
  await fresh.chat.close();
});

test("without persistence nothing is stored or read", async () => {
  assert.equal(await hasResumableSession({ connectorToken: TOKEN, persistence: "none" }), false);
  await clearSession({ connectorToken: TOKEN, persistence: "none" });
  const { chat, log } = await converse({ persistence: "none" });
  assert.deepEqual(
    log.filter((line) => line.startsWith("warn")),
    [],
  );
  await chat.close();
});

test("a page without any storage has its chat, and says so once", async () => {
  const { chat, log } = await converse({ persistence: "local" });
  await until(
    () => log.some((line) => line.includes("cannot be stored")),
    () => log,
  );
  assert.equal(log.filter((line) => line.startsWith("warn: The session cannot be")).length, 1);
  assert.equal(await hasResumableSession({ connectorToken: TOKEN }), false);
  await chat.close();
});

const never = new Promise<never>(() => undefined);
const fails = (): never => {
  throw new Error(ACCESS_TOKEN);
};
const rejects = (): Promise<never> => Promise.reject(new Error(ACCESS_TOKEN));
const adapters: Record<string, object> = {
  throws: { get: fails, set: fails, remove: fails },
  rejects: { get: rejects, set: rejects, remove: rejects },
  "answers with what is no string": { get: () => ({ toString: fails }), set: () => 7, remove: () => null },
  "answers with nonsense": { get: () => "nonsense", set: () => undefined, remove: () => undefined },
  "never answers": { get: () => never, set: () => never, remove: () => never },
};

for (const [what, adapter] of Object.entries(adapters)) {
  test(`an adapter that ${what} costs no more than the resume`, async () => {
    const persistence = adapter as SessionStorageAdapter;
    const { chat, server, log } = await converse({ persistence });
    const sent = chat.send("hello");
    const frame = server.socket.sent.at(-1);
    server.socket.receive(
      server.event("USER_MESSAGE", { message_id: "m", text: "hello" }, { metadata: frame?.metadata }),
    );
    assert.equal((await sent).delivery, "sent");
    assert.ok(!log.some((line) => line.includes(ACCESS_TOKEN)), log.join("\n"));
    await chat.close();
  });
}

test("questions about an adapter that fails are answered", async () => {
  const persistence = { get: rejects, set: rejects, remove: rejects };
  assert.equal(await hasResumableSession({ connectorToken: TOKEN, persistence }), false);
  await clearSession({ connectorToken: TOKEN, persistence });
  await assert.rejects(hasResumableSession({ connectorToken: "" }), { code: "config/invalid" });
  await assert.rejects(clearSession({} as ChatOptions), { code: "config/invalid" });
});

const joins = ({ server }: Opened): number =>
  server.socket.sent.filter(({ type }) => type === "EVENT_TYPE_REQUEST_POLY_AGENT_JOIN").length;

test("the agent is asked to join once the application is prepared", async () => {
  const seen: unknown[] = [];
  let prepared = (): void => undefined;
  const opened = await open({
    persistence: "none",
    beforeAgentJoin: ({ sessionId, contextId, signal }) => {
      seen.push([sessionId, contextId, signal.aborted]);
      return new Promise((resolve) => (prepared = resolve));
    },
  });
  const { chat, server } = opened;
  server.socket.receive(server.batch(server.event("SESSION_START", { context_id: "context-1" })));
  await until(
    () => seen.length === 1,
    () => chat.diagnostics(),
  );
  assert.deepEqual(seen, [[chat.getSnapshot().session?.id, "context-1", false]]);
  assert.equal(joins(opened), 0);
  prepared();
  await until(
    () => joins(opened) === 1,
    () => chat.diagnostics(),
  );
  await chat.close();
});

test("what beforeAgentJoin throws is logged, and the agent is asked all the same", async () => {
  const opened = await open({
    persistence: "none",
    beforeAgentJoin: (context) => {
      assert.ok(!("contextId" in context));
      throw new Error("no context service today");
    },
  });
  const { chat, server, log } = opened;
  server.socket.receive(server.batch(server.event("SESSION_START", {})));
  await until(
    () => joins(opened) === 1,
    () => chat.diagnostics(),
  );
  assert.ok(log.includes("warn: beforeAgentJoin failed: no context service today"), log.join("\n"));
  await chat.close();
});
