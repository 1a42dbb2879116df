/**
 * What a screen reader says without being asked: each finished message of an agent once, lines that no one wrote, a place in the
 * queue, that the connection is lost or back, and the end. Not the history, nor what the user wrote.
 */

import type { AgentMessage, Chat, ChatState } from "../index.js";
import { make } from "./dom.js";
import { textOfEnd } from "./ending.js";
import { plainText } from "./markdown.js";
import { isShown, noticeOf } from "./notices.js";
import type { Context, Part } from "./part.js";

/** Milliseconds that a text stays: long enough to be taken up, and not to be come upon much later. */
const STAY_MS = 10_000;
/** Messages that are read at once: of what came while the connection was lost, the last. */
const MOST_AT_ONCE = 3;
/** Characters of one message that are read. */
const MOST = 2_000;

/** The live region. */
export class Announcer implements Part {
  readonly element = make("div", { class: "unseen", "aria-live": "polite", part: "announcer" });
  readonly #context: Context;
  readonly #timers = new Set<ReturnType<typeof setTimeout>>();
  /** Ids of messages that have been said, or are not to be. */
  readonly #done = new Set<string>();
  #chat: Chat | null = null;
  #leave: (() => void) | undefined;
  /** Whether what is replayed is what was said on an earlier page, rather than what came while the connection was lost. */
  #isHistory = false;
  /** Whether the connection is lost, as far as the user has been told. */
  #isLost = false;

  constructor(context: Context) {
    this.#context = context;
  }

  /** Has a screen reader say this, once it has said what it says now. */
  say(text: string): void {
    if (text.trim() === "") return;
    const line = make("p", {}, text);
    this.element.append(line);
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      line.remove();
    }, STAY_MS);
    this.#timers.add(timer);
  }

  update(state: ChatState, before: ChatState | null): void {
    if (before === null) {
      this.#pass(state);
      this.#listen(this.#context.chat);
      return;
    }
    this.#sayMessages(state, before);
    this.#sayConnection(state, before);
    if (state.ended && !before.ended) this.say(this.#context.say(textOfEnd(state.ended)));
    const { position } = state.handoff;
    if (position !== null && position !== before.handoff.position) {
      this.say(this.#context.say("queuePosition", { position }));
    }
  }

  stop(): void {
    this.#listen(null);
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    this.element.replaceChildren();
  }

  /** What is there now is not said. */
  #pass({ messages }: ChatState): void {
    for (const message of messages) {
      if (message.role !== "agent" || !message.isStreaming) this.#done.add(message.id);
    }
  }

  /** Passes over the history that a resumed session brings, in however many pieces. */
  #listen(chat: Chat | null): void {
    if (chat === this.#chat) return;
    this.#leave?.();
    this.#chat = chat;
    this.#isHistory = chat?.getSnapshot().session?.resumed === true;
    this.#leave = chat?.on("*", (event) => {
      if (event.type === "connected") this.#isHistory = event.resumed && !this.#isLost;
      if (!this.#isHistory || !("replayed" in event) || !event.replayed) return;
      this.#done.add(event.id);
      if ("messageId" in event && !("isComplete" in event && !event.isComplete)) this.#done.add(event.messageId);
    });
  }

  #sayMessages({ messages }: ChatState, before: ChatState): void {
    if (messages === before.messages) return;
    let from = messages.length;
    while (from > 0 && messages[from - 1] !== before.messages[from - 1]) from -= 1;
    const news = [];
    for (const message of messages.slice(from)) {
      if (message.role === "user" || this.#done.has(message.id)) continue;
      if (message.role === "agent" && this.#done.has(message.messageId)) continue;
      if (message.role === "system" && !isShown(message)) continue;
      if (message.role === "agent" && message.isStreaming) continue;
      this.#done.add(message.id);
      news.push(message);
    }
    for (const message of news.slice(-MOST_AT_ONCE)) {
      this.say(message.role === "agent" ? this.#wordsOf(message) : noticeOf(message, this.#context));
    }
  }

  #sayConnection({ connection, ended }: ChatState, before: ChatState): void {
    const [now, then] = [connection.status, before.connection.status];
    if (now === then || ended) return;
    if (now === "failed") this.say(this.#context.say("failed"));
    if (now === "reconnecting" && !this.#isLost) {
      this.#isLost = true;
      this.say(this.#context.say("reconnecting"));
    } else if (now === "open" && this.#isLost) {
      this.#isLost = false;
      this.say(this.#context.say("connectedAgain"));
    }
  }

  #wordsOf({ agent, agentName, text, attachments, callActions }: AgentMessage): string {
    const name = agentName ?? this.#context.say(agent === "live" ? "liveAgent" : "assistant");
    const titles = [
      ...attachments.map(({ title, callToActionText }) => title ?? callToActionText ?? ""),
      ...callActions.map(({ title }) => title),
    ];
    const words = [plainText(text).slice(0, MOST), ...titles].filter((part) => part.trim() !== "");
    return words.length === 0 ? "" : `${name}: ${words.map(asSentence).join(" ")}`;
  }
}

/** With a stop at its end, so that the next one is not read as part of it. */
function asSentence(text: string): string {
  return /[\p{L}\p{N}]$/u.test(text) ? `${text}.` : text;
}
