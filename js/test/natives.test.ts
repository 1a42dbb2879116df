/**
 * The face on the real module in a page that has replaced natives, as MooTools, Prototype.js and careless scripts do: a
 * conversation goes as anywhere else.
 */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { createChat, init } from "../src/index.js";
import { toJson } from "../src/json.js";
import { FakeServer, moduleBytes, until } from "./fake-server.js";
import { openPage } from "./page.js";

let leavePage = (): void => undefined;
before(async () => {
  leavePage = openPage();
  await init(moduleBytes());
});
after(() => {
  leavePage();
});

/** Puts `value` in a place of a page; returns the undo. */
function put(owner: object, name: string, value: unknown): () => void {
  const before = Object.getOwnPropertyDescriptor(owner, name);
  Reflect.defineProperty(owner, name, Object.assign(Object.create(null) as object, ENUMERABLE, { value }));
  return () => {
    if (before) Reflect.defineProperty(owner, name, Object.assign(Object.create(null) as object, before));
    else Reflect.deleteProperty(owner, name);
  };
}
const ENUMERABLE = { enumerable: true, configurable: true, writable: true };

const stringify = JSON.stringify;
/** What a page has done, and what it is known from. */
const PAGES: [string, () => () => void][] = [
  ["an Array.from that takes no function (MooTools)", () => put(Array, "from", (of: never[]) => [].slice.call(of))],
  ["a toJSON of arrays (Prototype.js)", () => put(Array.prototype, "toJSON", (): string => "[]")],
  ["an enumerable text for every object", () => put(Object.prototype, "owner", "a text")],
  ["an enumerable function for every object", () => put(Object.prototype, "each", () => undefined)],
  ["an enumerable function for every array", () => put(Array.prototype, "each", () => undefined)],
  ["a find of arrays that finds nothing", () => put(Array.prototype, "contains", () => false)],
  ["no navigator.languages", () => put(navigator, "languages", undefined)],
  [
    "a JSON.stringify of its own",
    () => put(JSON, "stringify", (...given: Parameters<typeof stringify>) => stringify(...given)),
  ],
];

for (const [page, replace] of PAGES) {
  test(`a conversation with ${page}`, async () => {
    const server = new FakeServer();
    // What the server writes is not the page's.
    const greeting = JSON.stringify(
      server.batch(
        server.event("SESSION_START", {}),
        server.event("POLY_AGENT_JOINED", { agent_name: "Ada" }),
        server.event("POLY_AGENT_MESSAGE", {
          message_id: "m",
          text: "Hello",
          attachments: [{ content_url: "https://a.example/" }],
          response_suggestions: [{ message_text: "Yes" }],
        }),
      ),
    );
    const undo = replace();
    let made: { said: unknown; echoed: unknown; raw: unknown; draftId: string | null; seen: string[] };
    try {
      const chat = createChat({ connectorToken: "token", logger: { log: () => undefined } });
      const seen: string[] = [];
      chat.on("*", ({ type }) => seen.push(type));
      await until(
        () => server.sockets.length === 1 && server.socket.readyState === 1,
        () => chat.diagnostics(),
      );
      server.socket.receive(greeting);
      await chat.ready();
      chat.raw.send({ type: "EVENT_TYPE_X", payload: { list: [1, ["two"]] } });
      void chat.send("Hi").catch(() => undefined);
      await until(
        () => server.socket.sent.some(({ type }) => type === "EVENT_TYPE_USER_MESSAGE"),
        () => chat.diagnostics(),
      );
      const sent = (type: string): unknown => server.socket.sent.find((frame) => frame.type === type)?.payload;
      const state = chat.getSnapshot();
      const [said, own] = state.messages;
      made = {
        said: said?.role === "agent" ? [said.text, said.attachments.length, said.suggestions[0]?.text] : said,
        echoed: sent("EVENT_TYPE_USER_MESSAGE"),
        raw: sent("EVENT_TYPE_X"),
        draftId: own?.role === "user" ? own.draftId : null,
        seen,
      };
      await chat.close();
    } finally {
      undo();
    }
    assert.deepEqual(made.said, ["Hello", 1, "Yes"]);
    assert.deepEqual(made.echoed, { text: "Hi" });
    assert.deepEqual(made.raw, { list: [1, ["two"]] });
    assert.match(made.draftId ?? "", /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/);
    assert.ok(made.seen.includes("agentMessage") && made.seen.includes("messagePending"), made.seen.join());
  });
}

test("JSON is of what stands there, whatever a page makes of arrays", () => {
  const undo = put(Array.prototype, "toJSON", () => "wrong");
  try {
    const date = new Date(0);
    const value = { list: [1, [], { more: ["x"] }], date, none: undefined, own: { toJSON: () => 7 } };
    assert.equal(toJson(value), '{"list":[1,[],{"more":["x"]}],"date":"1970-01-01T00:00:00.000Z","own":7}');
    assert.equal(
      toJson([1], (key, made) => (key === "0" ? "one" : made)),
      '["one"]',
    );
  } finally {
    undo();
  }
});
