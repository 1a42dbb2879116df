/**
 * What a screen reader says without being asked: each finished message of an agent once, and how many replies are suggested; lines
 * that no one wrote; that a message of the user failed; how things stand (status-voice.ts). Not the history, nor what the user
 * wrote. Messages that come while nobody can hear it are said afterwards.
 */

import type { AgentMessage, Chat, ChatMessage, ChatState } from "../index.js";
import { nameOfAttachment, nameOfCall } from "./cards.js";
import { hasConsent } from "./consent.js";
import { LiveRegion } from "./live-region.js";
import { asSentence, shortened, spoken } from "./markdown/spoken.js";
import { isShown, noticeOf } from "./notices.js";
import type { Context, Part } from "./part.js";
import { StatusVoice } from "./status-voice.js";

/** Messages that are read at once: of what came while the connection was lost or nobody could hear it, the last. */
const MOST_AT_ONCE = 3;
/** Characters of one message that are read. */
const MOST = 2_000;
/** Characters of a message of the user that are enough to know it by. */
const ENOUGH = 100;

/** The live region, and what is said in it. */
export class Announcer implements Part {
  readonly #context: Context;
  readonly #region: LiveRegion;
  readonly #status: StatusVoice;
  /** Ids of messages that have been said, or are not to be. */
  readonly #done = new Set<string>();
  #chat: Chat | null = null;
  #leave: (() => void) | undefined;
  #state: ChatState | null = null;
  /** Whether what is replayed is what was said on an earlier page, rather than what came while the connection was lost. */
  #isHistory = false;
  /** Whether the connection has been lost since it last stood. */
  #isLost = false;
  /** Messages that are to be said, and how many before these are not. */
  #waiting: { words: string; language: string | null }[] = [];
  #leftOut = 0;
  /** The agent's message that was said last, and the one whose suggestions were. */
  #last: string | null = null;
  #suggested: string | null = null;

  constructor(context: Context) {
    this.#context = context;
    this.#region = new LiveRegion(context, this.#speak);
    this.#status = new StatusVoice(context, this.#region);
  }

  get element(): HTMLElement {
    return this.#region.element;
  }

  /** Has a screen reader say this, once it has said what it says now. */
  say(text: string): void {
    this.#region.say(text);
  }

  /** Has messages wait while something stands before all else. */
  hush(isHushed: boolean): void {
    this.#region.hush(isHushed);
  }

  update(state: ChatState): void {
    const { chat } = this.#context;
    const before = chat === this.#chat ? this.#state : null;
    this.#state = state;
    if (state.connection.status === "reconnecting") this.#isLost = true;
    this.#region.look();
    if (before) {
      this.#take(state, before);
    } else {
      this.#pass(state);
      this.#listen(chat);
    }
    this.#speak();
  }

  stop(): void {
    this.#listen(null);
    this.#status.stop();
    this.#region.stop();
    this.#state = null;
    this.#waiting = [];
    this.#leftOut = 0;
  }

  /** What is there now is not said. */
  #pass(state: ChatState): void {
    for (const message of state.messages) {
      if (message.role !== "agent" || !message.isStreaming) this.#done.add(message.id);
    }
    this.#status.begin(state);
  }

  /** Passes over the history that a resumed session brings, in however many pieces. */
  #listen(chat: Chat | null): void {
    if (chat === this.#chat) return;
    this.#leave?.();
    this.#chat = chat;
    this.#isLost = false;
    this.#isHistory = chat?.getSnapshot().session?.resumed === true;
    this.#leave = chat?.on("*", (event) => {
      if (event.type === "connected") {
        this.#isHistory = event.resumed && !this.#isLost;
        this.#isLost = false;
      }
      if (!this.#isHistory || !("replayed" in event) || !event.replayed) return;
      this.#done.add(event.id);
      if ("messageId" in event && !("isComplete" in event && !event.isComplete)) this.#done.add(event.messageId);
    });
  }

  #take({ messages }: ChatState, before: ChatState): void {
    if (messages === before.messages) return;
    let from = messages.length;
    while (from > 0 && messages[from - 1] !== before.messages[from - 1]) from -= 1;
    const earlier = new Map(before.messages.slice(from).map((message) => [message.id, message]));
    for (const message of messages.slice(from)) {
      const words = this.#wordsOf(message, earlier.get(message.id));
      if (words === "") continue;
      this.#waiting.push({ words, language: message.role === "agent" ? this.#context.languageOf(message) : null });
      if (this.#waiting.length <= MOST_AT_ONCE) continue;
      this.#waiting.shift();
      this.#leftOut += 1;
    }
  }

  /** Says what there is to say, if it can be heard. */
  readonly #speak = (): void => {
    const state = this.#state;
    if (!state || !this.#region.canBeHeard) return;
    if (this.#leftOut > 0) this.say(this.#context.say("leftOut", { count: this.#leftOut }));
    for (const { words, language } of this.#waiting) this.#region.say(words, language);
    this.#waiting = [];
    this.#leftOut = 0;
    this.#saySuggestions(state);
    this.#status.update(state);
  };

  #saySuggestions({ suggestions, ended }: ChatState): void {
    if (this.#suggested === this.#last || suggestions.length === 0) return;
    this.#suggested = this.#last;
    if (ended || !hasConsent(this.#context)) return;
    this.say(this.#context.say("suggestionCount", { count: suggestions.length }));
  }

  /** What is to be said of a message that is new or has changed; empty for nothing. */
  #wordsOf(message: ChatMessage, before: ChatMessage | undefined): string {
    if (message.role === "user") {
      const wasFailed = before?.role !== "user" || before.delivery === "failed";
      if (message.delivery !== "failed" || wasFailed) return "";
      return `${this.#context.say("notDelivered")} ${asSentence(shortened(message.text, ENOUGH))}`;
    }
    if (this.#done.has(message.id)) return "";
    if (message.role === "system") {
      if (!isShown(message)) return "";
      this.#done.add(message.id);
      return noticeOf(message, this.#context);
    }
    if (message.isStreaming || this.#done.has(message.messageId)) return "";
    this.#done.add(message.id);
    this.#last = message.id;
    return this.#wordsOfAgent(message);
  }

  #wordsOfAgent({ agent, agentName, text, attachments, callActions }: AgentMessage): string {
    const context = this.#context;
    const name = agentName ?? context.say(agent === "live" ? "liveAgent" : "assistant");
    const said = spoken(text, MOST, context.say("struckOut"));
    const words = [
      said.text,
      said.isCut ? context.say("restBelow") : "",
      ...attachments.map((attachment) => nameOfAttachment(attachment, context)),
      ...callActions.map((action) => nameOfCall(action, context)),
    ].filter((part) => part.trim() !== "");
    return words.length === 0 ? "" : `${name}: ${words.map(asSentence).join(" ")}`;
  }
}
