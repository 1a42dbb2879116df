/** Which language each message is in. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { IDLE } from "../src/idle.js";
import type { Chat, ChatMessage, ChatState } from "../src/index.js";
import { tonguesOf } from "../src/widget/tongues.js";

/** A chat that tells what it is told to tell. */
function chatOf(state: Partial<ChatState> = {}) {
  const listeners = new Set<(event: object) => void>();
  const chat = {
    getSnapshot: () => ({ ...IDLE, ...state }),
    on: (_type: string, listener: (event: object) => void) => listeners.add(listener),
  } as unknown as Chat;
  const tell = (type: string, more: object = {}): void => {
    for (const listener of listeners) listener({ type, ...more });
  };
  return { chat, tell, count: () => listeners.size };
}

const message = (id: string, role = "agent"): ChatMessage =>
  ({ id: `line-${id}`, role, messageId: role === "system" ? undefined : id }) as unknown as ChatMessage;

test("a message is in the language of the conversation when it came, also where all of them are replayed at once", () => {
  const { chat, tell } = chatOf();
  const tongues = tonguesOf(chat);
  tell("connected", { resumed: true });
  tell("agentMessage", { messageId: "1" });
  tell("languageChanged", { languageCode: "cy" });
  tell("userMessage", { messageId: "2" });
  tell("agentMessageChunk", { messageId: "3" });
  tell("languageChanged", { languageCode: "pt-br" });
  tell("agentMessageChunk", { messageId: "3" });
  tell("liveAgentMessage", { messageId: "4" });
  // What is no code is no language.
  for (const languageCode of ["", "no language", "x".repeat(90), 7]) {
    tell("languageChanged", { languageCode });
    assert.equal(tongues.of(message(`of ${languageCode}`, "system")), null);
  }
  assert.deepEqual(
    ["1", "2", "3", "4"].map((id) => tongues.of(message(id, id === "2" ? "user" : "agent"))),
    [null, "cy", "cy", "pt-BR"],
  );
});

test("what is on its way is in the language of now, and keeps it", () => {
  const { chat, tell } = chatOf({ language: "fr", messages: [message("0")] });
  const tongues = tonguesOf(chat);
  const pending = { id: "draft", role: "user", messageId: null } as unknown as ChatMessage;
  assert.equal(tongues.of(pending), "fr");
  tell("languageChanged", { languageCode: "en" });
  assert.deepEqual([tongues.of(pending), tongues.of(message("0")), tongues.of(message("1"))], ["fr", "fr", "en"]);
  // Another session begins without one.
  tell("connected", { resumed: false });
  assert.equal(tongues.of(message("2")), null);
});

test("widgets that show one chat have one record of it", () => {
  const { chat, count } = chatOf();
  assert.equal(tonguesOf(chat), tonguesOf(chat));
  assert.equal(count(), 1);
});

test("no more is remembered than of so many messages", () => {
  const { chat, tell } = chatOf();
  const tongues = tonguesOf(chat);
  tell("languageChanged", { languageCode: "cy" });
  for (let id = 0; id <= 20_000; id += 1) tell("agentMessage", { messageId: String(id) });
  tell("languageChanged", { languageCode: "en" });
  assert.equal(tongues.of(message("1")), "cy");
  assert.equal(tongues.of(message("0")), "en");
});
