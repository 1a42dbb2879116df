import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";

import { CONTEXT } from "./context.js";
import { htmlOf } from "./dom.js";
import { IDLE } from "../src/idle.js";
import type { AgentMessage, Attachment, ChatMessage, ChatState, SystemMessage, UserMessage } from "../src/state.js";
import type { Chat } from "../src/types.js";
import { Announcer } from "../src/widget/announcer.js";

/** The window, and whether it is online. */
const page = Object.assign(new EventTarget(), { onLine: true });
for (const [name, value] of Object.entries({ window: page, navigator: page })) {
  Object.defineProperty(globalThis, name, { value, configurable: true });
}

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

/** A page that shows one state after the other, and what is said on it. */
class Listener {
  #state: ChatState = { ...IDLE, connection: { status: "open" } };
  /** What the widget says of itself. */
  readonly context = { ...CONTEXT };
  readonly announcer = new Announcer(this.context);
  readonly #heard: string[] = [];

  show(changes: Partial<ChatState>): void {
    this.#state = { ...this.#state, ...changes };
    this.announcer.update(this.#state);
  }

  /** So much time passes. */
  wait(ms: number): void {
    this.#hear();
    mock.timers.tick(ms);
  }

  /** All that has been said since it was last asked. */
  heard(): string[] {
    this.#hear();
    return this.#heard.splice(0);
  }

  #hear(): void {
    for (const line of [...this.announcer.element.children]) {
      this.#heard.push(htmlOf(line));
      line.remove();
    }
  }
}

/** Shows these states one after the other; what has been said then. */
function said(...states: Partial<ChatState>[]): string[] {
  const listener = new Listener();
  for (const changes of states) listener.show(changes);
  const heard = listener.heard();
  listener.announcer.stop();
  return heard;
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
  const announcer = new Announcer({ ...CONTEXT, chat });
  const change = (changes: Partial<ChatState>): void => {
    state = { ...state, ...changes };
    announcer.update(state);
  };
  const arrive = (id: string, replayed: boolean): void => {
    tell({ type: "agentMessage", id: `event-${id}`, messageId: id, replayed });
    change({ messages: [...state.messages, agent(id, `Number ${id}`)] });
  };
  announcer.update(state);
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
    "leftOut 47",
    "Ada: Number 47.",
    "Ada: Number 48.",
    "Ada: Number 49.",
    "Ada: The next.",
  ]);
});

test("what stands beside a text is said with it, with a title and without", () => {
  const nothing = { contentType: null, title: null, contentUrl: null, previewImageUrl: null, callToActionText: null };
  const attachments: Attachment[] = [
    { ...nothing, kind: "link", title: "Your booking", callToActionText: "Show" },
    { ...nothing, kind: "link", contentUrl: "https://example.com/menu", callToActionText: "Our menu" },
    { ...nothing, kind: "link", contentUrl: "https://example.com/menu" },
    { ...nothing, kind: "unknown", contentUrl: "https://files.example.com/terms.pdf" },
    { ...nothing, kind: "image", contentUrl: "https://example.com/table.png" },
    { ...nothing, kind: "image", previewImageUrl: "https://example.com/table.png", title: "Your table" },
    // What is not shown is not said.
    { ...nothing, kind: "image" },
  ];
  const callActions = [
    { title: "Call us", contactNumber: "+44 1" },
    { title: "", contactNumber: "+44 2" },
  ];
  assert.deepEqual(said({}, { messages: [agent("1", "Done.", { attachments, callActions })] }), [
    "Ada: Done. Your booking. Our menu. example.com. files.example.com. picture. picture: Your table. " +
      "Call us, +44 1. call +44 2.",
  ]);
  const [, , , , image] = attachments;
  assert.deepEqual(said({}, { messages: [agent("1", "", { attachments: image ? [image] : [] })] }), ["Ada: picture."]);
});

test("a text is said as it is shown: numbers, heads of columns, what is struck out", () => {
  const cases: [markdown: string, words: string][] = [
    ["Cake, ~~8.50~~ **6.50**", "Cake, (struckOut: 8.50) 6.50."],
    ["**~~8~~ 6** today", "(struckOut: 8) 6 today."],
    ["3. Soup\n4. Fish\n   - fried\n   - ~~raw~~", "3. Soup.\n4. Fish.\nfried.\n(struckOut: raw)"],
    ["- [x] Soup\n- [ ] Fish", "☑ Soup.\n☐ Fish."],
    [
      "| Dish | Price |\n|-|-|\n| Soup | ~~8~~ 6 |\n| Fish | |\n| | 9 |",
      "Dish: Soup, Price: (struckOut: 8) 6.\nDish: Fish.\nPrice: 9.",
    ],
    ["| | Price |\n|-|-|\n| Soup | 6 |", "Soup, Price: 6."],
    ["| Dish | Price |\n|-|-|", "Dish, Price."],
    ["# Menu\n\n> Until ten\n\n`CORNER-10` [here](https://example.com)", "Menu.\nUntil ten.\nCORNER-10 here."],
    ["```\nTable 7\n```", "Table 7."],
    [
      "I'm Ada.<br><br>We have <b>soup</b> and <i>caf&eacute;</i><script>alert(1)</script><!-- not this -->.<ul><li>Lunch</li></ul>",
      "I'm Ada.\n\nWe have soup and café.\nLunch.",
    ],
  ];
  for (const [markdown, words] of cases) {
    assert.deepEqual(said({}, { messages: [agent("1", markdown)] }), [`Ada: ${words}`], markdown);
  }
});

test("a text that is too long is said up to the end of a sentence, and that there is more", () => {
  const sentence = "We are open from Tuesday to Sunday, noon to eleven. ";
  const [words = ""] = said({}, { messages: [agent("1", sentence.repeat(60))] });
  assert.match(words, /^Ada: We are .* noon to eleven\. restBelow\.$/);
  assert.ok(words.length > 1_900 && words.length < 2_030, String(words.length));
  // Where nothing ends, not in the middle of a sign.
  const [signs = ""] = said({}, { messages: [agent("1", `a${"🍰".repeat(60_000)}`)] });
  assert.match(signs, /^Ada: a(🍰)+ restBelow\.$/u);
  const [whole = ""] = said({}, { messages: [agent("1", sentence.repeat(38))] });
  assert.doesNotMatch(whole, /restBelow/);
});

test("how many replies are suggested is said once, with the message that they came with", () => {
  const suggestions = ["Yes", "No"].map((text) => ({ text, payload: null }));
  const streaming = { messages: [agent("1", "To", { isStreaming: true })], suggestions };
  const whole = { messages: [agent("1", "Today?")], suggestions };
  assert.deepEqual(said({}, streaming, whole, { suggestions: [...suggestions] }), ["Ada: Today?", "suggestionCount 2"]);
  // Those of the history are not, nor none.
  assert.deepEqual(said({ messages: whole.messages }, { suggestions }), []);
  assert.deepEqual(said({}, whole, { suggestions: [] }), ["Ada: Today?", "suggestionCount 2"]);
});

test("a message that failed is said once, and which", () => {
  const mine = (delivery: UserMessage["delivery"]): Partial<ChatState> => ({ messages: [{ ...user("1"), delivery }] });
  assert.deepEqual(said({}, mine("pending"), mine("failed"), mine("failed"), mine("pending"), mine("sent")), [
    "notDelivered mine.",
  ]);
  assert.deepEqual(said(mine("failed"), mine("pending"), mine("failed")), ["notDelivered mine."]);
  assert.deepEqual(said({}, mine("failed")), []);
});

test("that somebody types is said when it lasts, and seldom", () => {
  const listener = new Listener();
  const types = (isAgentTyping: boolean): void => {
    listener.show({ isAgentTyping });
  };
  listener.show({ agent: { kind: "poly", name: "Ada", avatarUrl: null } });
  types(true);
  listener.wait(900);
  types(false);
  listener.wait(10_000);
  assert.deepEqual(listener.heard(), []);
  for (let count = 0; count < 10; count += 1) {
    types(true);
    listener.wait(1_500);
    types(false);
    listener.wait(500);
  }
  assert.deepEqual(listener.heard(), ["isTyping Ada"]);
  listener.wait(20_000);
  types(true);
  listener.wait(1_000);
  assert.deepEqual(listener.heard(), ["isTyping Ada"]);
  // What grows is said when it is whole.
  listener.wait(40_000);
  listener.show({ messages: [agent("1", "We", { isStreaming: true })] });
  listener.wait(2_000);
  assert.deepEqual(listener.heard(), []);
  listener.announcer.stop();
});

test("what comes while it cannot be heard is said afterwards", () => {
  const cases: [name: string, cover: (listener: Listener, isCovered: boolean) => void][] = [
    [
      "an image is enlarged",
      ({ announcer }, isCovered) => {
        announcer.hush(isCovered);
      },
    ],
    ["the panel is closed", ({ context }, isCovered) => Object.assign(context, { isSeen: !isCovered })],
  ];
  for (const [name, cover] of cases) {
    const listener = new Listener();
    const messages: ChatMessage[] = [agent("0", "Here")];
    listener.show({ messages: [...messages] });
    cover(listener, true);
    for (const id of ["1", "2", "3", "4", "5"]) {
      messages.push(agent(id, `Number ${id}`));
      listener.show({ messages: [...messages] });
    }
    listener.show({ connection: { status: "reconnecting", attempt: 1, retryInMs: 1 } });
    listener.show({ connection: { status: "open" }, suggestions: [{ text: "Yes", payload: null }] });
    listener.wait(20_000);
    assert.deepEqual(listener.heard(), [], name);
    cover(listener, false);
    listener.show({});
    // A screen reader does not follow it at once.
    assert.deepEqual(listener.heard(), [], name);
    listener.wait(500);
    assert.deepEqual(
      listener.heard(),
      ["leftOut 2", "Ada: Number 3.", "Ada: Number 4.", "Ada: Number 5.", "suggestionCount 1"],
      name,
    );
    cover(listener, true);
    listener.show({ connection: { status: "closed" }, ended: { reason: "REASON_NATURAL_END" } });
    cover(listener, false);
    listener.show({});
    listener.wait(500);
    assert.deepEqual(listener.heard(), ["chatEnded"], name);
    listener.announcer.stop();
  }
});

test("a message that comes with another language is said", () => {
  const listener = new Listener();
  listener.show({ messages: [agent("1", "Hello")] });
  listener.context.language = "es";
  listener.show({ language: "es", messages: [agent("1", "Hello"), agent("2", "Hola")] });
  assert.deepEqual(listener.heard(), ["Ada: Hola."]);
  listener.announcer.stop();
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

test("offline, back, a try that fails and a chat that was closed are said", () => {
  const listener = new Listener();
  const connection = (status: string): void => {
    listener.show({ connection: { status, error: { retryable: true } } as unknown as ChatState["connection"] });
  };
  const network = (onLine: boolean): void => {
    page.onLine = onLine;
    page.dispatchEvent(new Event(onLine ? "online" : "offline"));
  };
  listener.show({});
  network(false);
  connection("reconnecting");
  assert.deepEqual(listener.heard(), ["offline"]);
  network(true);
  connection("connecting");
  assert.deepEqual(listener.heard(), []);
  connection("open");
  assert.deepEqual(listener.heard(), ["connectedAgain"]);
  connection("reconnecting");
  network(false);
  network(true);
  network(false);
  assert.deepEqual(listener.heard(), ["reconnecting", "offline"]);
  network(true);
  connection("failed");
  // Whoever presses "Connect now" hears how that ends.
  connection("connecting");
  connection("failed");
  assert.deepEqual(listener.heard(), ["failed", "failed"]);
  connection("connecting");
  connection("open");
  assert.deepEqual(listener.heard(), ["connectedAgain"]);
  connection("closing");
  connection("closed");
  assert.deepEqual(listener.heard(), ["closed"]);
  listener.announcer.stop();
  network(false);
  assert.deepEqual(listener.heard(), []);
  network(true);
});

test("the queue is said as it is shown, the time to wait alone not more than now and then", () => {
  const listener = new Listener();
  const queue = (more: Partial<ChatState["handoff"]>): void => {
    listener.show({ handoff: { ...IDLE.handoff, phase: "queued", queueName: "Support", ...more } });
  };
  listener.show({});
  queue({ position: 3, estimatedWaitSeconds: 240, displayMessage: "Thank you for waiting." });
  assert.deepEqual(listener.heard(), ["Support. queuePosition 3. queueWait 4. Thank you for waiting."]);
  queue({ position: 3, estimatedWaitSeconds: 170, displayMessage: "Thank you for waiting." });
  queue({ position: 3, estimatedWaitSeconds: 50, displayMessage: "Thank you for waiting." });
  listener.wait(29_000);
  assert.deepEqual(listener.heard(), []);
  listener.wait(1_000);
  assert.deepEqual(listener.heard(), ["queueWaitShort."]);
  queue({ position: 2, estimatedWaitSeconds: 50, displayMessage: "Thank you for waiting." });
  assert.deepEqual(listener.heard(), ["queuePosition 2."]);
  listener.show({ handoff: { ...IDLE.handoff, phase: "connected", queueName: "Support", estimatedWaitSeconds: 50 } });
  listener.wait(60_000);
  assert.deepEqual(listener.heard(), []);
  listener.announcer.stop();
});

test("each new place in the queue is said once", () => {
  const at = (position: number | null): Partial<ChatState> => ({
    handoff: { ...IDLE.handoff, phase: "queued", position },
  });
  assert.deepEqual(said({}, at(3), at(3), at(2), at(null)), ["queuePosition 3.", "queuePosition 2."]);
});

test("the end is said once, with its reason", () => {
  const ended = { reason: "REASON_USER_ABANDONED" };
  const again = { ended, messages: [agent("1", "Bye")] };
  assert.deepEqual(said({}, { ended }, again), ["chatTimedOut", "Ada: Bye."]);
  for (const reason of ["REASON_OTHER", "agent_ended", "", "constructor", "toString", "__proto__", "hasOwnProperty"]) {
    assert.deepEqual(said({}, { ended: { reason } }), ["chatEnded"], reason);
  }
  assert.deepEqual(said({ ended }, { connection: { status: "closed" } }), []);
});

test("that the conversation is about to end is said once each time", () => {
  const warned = { idleWarning: true };
  const calm = { idleWarning: false };
  assert.deepEqual(said({}, warned, { messages: [] }, calm, warned), ["idleWarning", "idleWarning"]);
  assert.deepEqual(said({}, { ...warned, ended: { reason: "REASON_USER_ABANDONED" } }), ["chatTimedOut"]);
  assert.deepEqual(said(warned, { messages: [] }), []);
});

test("what has been said goes after a while", () => {
  const announcer = new Announcer(CONTEXT);
  announcer.say("One");
  assert.equal(announcer.element.children.length, 1);
  mock.timers.tick(10_000);
  assert.equal(announcer.element.children.length, 0);
});
