/** The hooks as a server renders them. What they do on a page is tested on pages: tests/e2e/tests/react.rs. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { createElement, StrictMode, type ReactElement } from "react";
import { renderToString } from "react-dom/server";

import { IDLE } from "../src/idle.js";
import { createChat, type ChatOptions, type ChatState } from "../src/index.js";
import { useChat, useChatState, type ChatCalls } from "../src/react.js";

const options: ChatOptions = { connectorToken: "t" };

/** Renders what `use` returns to its last field. */
function render(use: () => unknown): unknown {
  let seen: unknown;
  const Probe = (): ReactElement => {
    seen = use();
    return createElement("p", null, "rendered");
  };
  const html = renderToString(createElement(StrictMode, null, createElement(Probe)));
  assert.match(html, /<p>rendered<\/p>/);
  return seen;
}

test("on a server a chat is idle", () => {
  assert.equal(typeof window, "undefined");
  const { chat, ...rest } = render(() => useChat(options)) as ChatState & ChatCalls;
  for (const [name, value] of Object.entries(IDLE)) assert.equal(rest[name as keyof ChatState], value, name);
  assert.deepEqual(chat.getSnapshot(), IDLE);
  assert.equal(rest.send, (chat as Omit<ChatCalls, "chat">).send);
  assert.deepEqual(Object.keys(rest).sort(), [
    ...[
      "agent",
      "connection",
      "discard",
      "end",
      "ended",
      "handoff",
      "idleWarning",
      "isAgentTyping",
      "language",
      "messages",
    ],
    ...["reconnect", "restart", "retry", "send", "session", "suggestions", "typing"],
  ]);
});

test("on a server a selector selects from the idle state", () => {
  const { chat, ...rest } = render(() => useChat(options, ({ connection: { status } }) => ({ status }))) as ChatCalls;
  assert.equal(chat.diagnostics().connection, "idle");
  assert.deepEqual(Object.entries(rest)[0], ["status", "idle"]);
  const chatMadeElsewhere = createChat(options);
  assert.equal(
    render(() => useChatState(chatMadeElsewhere, (state) => state.messages)),
    IDLE.messages,
  );
  assert.equal(
    render(() => useChatState(chatMadeElsewhere)),
    IDLE,
  );
});

test("bad options are refused while rendering", () => {
  assert.throws(() => render(() => useChat({} as ChatOptions)), { code: "config/invalid" });
});
