import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";

import { htmlOf } from "./dom.js";
import { IDLE } from "../src/idle.js";
import type { AgentMessage, ChatState, SystemMessage, UserMessage } from "../src/state.js";
import type { Chat } from "../src/types.js";
import { Announcer } from "../src/widget/announcer.js";
import type { Context } from "../src/widget/part.js";

const context: Context = {
  chat: null,
  options: {},
  language: "en",
  isSeen: true,
  say: (text, values) => [text, ...Object.values(values ?? {})].join(" "),
  announce: () => undefined,
  emit: () => undefined,
  send: () => true,
};

const NOW = new Date("2026-03-07T18:30:00Z");

function agent(id: string, text: string, more: Partial<AgentMessage> = {}): AgentMessage {
  return {
    role: "agent",
    id,
    messageId: id,
    text,
    timestamp: NOW,
    agent: "poly",
    agentName: "Ada",
    avatarUrl: null,
    isStreaming: false,
    attachments: [],
    suggestions: [],
    callActions: [],
    ...more,
  };
}

const user = (id: string): UserMessage => ({
  role: "user",
  id,
  text: "mine",
  timestamp: NOW,
  draftId: id,
  messageId: null,
  delivery: "pending",
  error: null,
});

const system = (id: string): SystemMessage => ({
  role: "system",
  id,
  event: "liveAgentJoined",
  text: "Sarah",
  level: "info",
  timestamp: NOW,
});

/** Shows these states one after the other; what has been said then. */
function said(...states: Partial<ChatState>[]): string[] {
  const announcer = new Announcer(context);
  let before: ChatState | null = null;
  for (const changes of states) {
    const state: ChatState = { ...(before ?? { ...IDLE, connection: { status: "open" } }), ...changes };
    announcer.update(state, before);
    before = state;
  }
  const lines = [...announcer.element.children].map(htmlOf);
  announcer.stop();
  return lines;
}

beforeEach(() => {
  mock.timers.enable({ apis: ["Date", "setTimeout"], now: NOW });
});

afterEach(() => {
  mock.timers.reset();
});

test("a streamed message is said once, when it is complete", () => {
  const states = ["He", "Hello", "Hello **you**"].map((text) => ({
    messages: [agent("1", text, { isStreaming: true })],
  }));
  assert.deepEqual(said({}, ...states), []);
  assert.deepEqual(said({}, ...states, { messages: [agent("1", "Hello **you**.")] }), ["Ada: Hello you."]);
});

test("a message that has been said is not said again when it changes", () => {
  const suggestions = [{ text: "Yes", payload: null }];
  const states = [agent("1", "Hello"), agent("1", "Hello", { suggestions })].map((message) => ({
    messages: [message],
  }));
  assert.deepEqual(said({}, ...states), ["Ada: Hello."]);
});

test("several messages of one frame are all said, the user's own are not", () => {
  const messages = [agent("1", "One"), user("2"), system("3"), agent("4", "Two", { agentName: null, agent: "live" })];
  assert.deepEqual(said({}, { messages }), ["Ada: One.", "liveAgentJoined Sarah", "liveAgent: Two."]);
});

test("what is there at first, or in another language, is not said", () => {
  const messages = [agent("1", "One")];
  assert.deepEqual(said({ messages }, { messages: [...messages, agent("2", "Two")] }), ["Ada: Two."]);
});

test("the history of a resumed session is not said, what comes after it or was missed is", () => {
  const session = { id: "s", resumed: true, streaming: true };
  let state: ChatState = { ...IDLE };
  let tell: (event: object) => void = () => undefined;
  const chat = {
    getSnapshot: () => state,
    on: (_type: string, listener: (event: object) => void) => {
      tell = listener;
      return () => undefined;
    },
  } as unknown as Chat;
  const announcer = new Announcer({ ...context, chat });
  const change = (changes: Partial<ChatState>): void => {
    const before = state;
    state = { ...state, ...changes };
    announcer.update(state, before);
  };
  const arrive = (id: string, replayed: boolean): void => {
    tell({ type: "agentMessage", id: `event-${id}`, messageId: id, replayed });
    change({ messages: [...state.messages, agent(id, `Number ${id}`)] });
  };
  announcer.update(state, null);
  change({ connection: { status: "connecting" } });
  tell({ type: "connected", resumed: true });
  change({ session, connection: { status: "open" } });
  arrive("1", true);
  arrive("2", true);
  // The end of a stream that the history only begins.
  tell({ type: "agentMessageChunk", id: "c", messageId: "3", isComplete: false, replayed: true });
  change({ messages: [...state.messages, agent("3", "Number", { isStreaming: true })] });
  change({ messages: [...state.messages.slice(0, -1), agent("3", "Number 3")] });
  arrive("4", false);
  change({ connection: { status: "reconnecting", attempt: 1, retryInMs: 1 } });
  tell({ type: "connected", resumed: true });
  change({ connection: { status: "open" } });
  arrive("5", true);
  assert.deepEqual([...announcer.element.children].map(htmlOf), [
    "Ada: Number 3.",
    "Ada: Number 4.",
    "reconnecting",
    "connectedAgain",
    "Ada: Number 5.",
  ]);
  announcer.stop();
});

test("of many messages that come at once the last are said", () => {
  const messages = Array.from({ length: 50 }, (_, index) => agent(String(index), `Number ${index}`));
  assert.deepEqual(said({}, { messages }, { messages: [...messages, agent("50", "The next")] }), [
    "Ada: Number 47.",
    "Ada: Number 48.",
    "Ada: Number 49.",
    "Ada: The next.",
  ]);
});

test("titles of what stands beside a text are said with it", () => {
  const attachment = { kind: "link", contentType: null, contentUrl: null, previewImageUrl: null } as const;
  const message = agent("1", "Done.", {
    attachments: [{ ...attachment, title: "Your booking", callToActionText: "Show" }],
    callActions: [{ title: "Call us", contactNumber: "+44" }],
  });
  assert.deepEqual(said({}, { messages: [message] }), ["Ada: Done. Your booking. Call us."]);
});

test("a connection that is lost and back is said, each try is not", () => {
  const again = (attempt: number): Partial<ChatState> => ({
    connection: { status: "reconnecting", attempt, retryInMs: 1000 },
  });
  assert.deepEqual(
    said(
      {},
      again(1),
      { connection: { status: "connecting" } },
      again(2),
      again(3),
      { connection: { status: "connecting" } },
      {
        connection: { status: "open" },
      },
    ),
    ["reconnecting", "connectedAgain"],
  );
});

test("each new place in the queue is said once", () => {
  const at = (position: number | null): Partial<ChatState> => ({
    handoff: { ...IDLE.handoff, phase: "queued", position },
  });
  assert.deepEqual(said({}, at(3), at(3), at(2), at(null)), ["queuePosition 3", "queuePosition 2"]);
});

test("the end is said once, with its reason", () => {
  const ended = { reason: "REASON_USER_ABANDONED" };
  const again = { ended, messages: [agent("1", "Bye")] };
  assert.deepEqual(said({}, { ended }, again), ["chatTimedOut", "Ada: Bye."]);
  assert.deepEqual(said({}, { ended: { reason: "REASON_OTHER" } }), ["chatEnded"]);
  assert.deepEqual(said({ ended }, { connection: { status: "closed" } }), []);
});

test("what has been said goes after a while", () => {
  const announcer = new Announcer(context);
  announcer.say("One");
  assert.equal(announcer.element.children.length, 1);
  mock.timers.tick(10_000);
  assert.equal(announcer.element.children.length, 0);
});
