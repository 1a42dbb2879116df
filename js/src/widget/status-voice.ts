/**
 * What a screen reader says of how things stand, each once: the connection, the queue, that somebody types, that the conversation is
 * about to end, the end.
 */

import type { ChatState } from "../index.js";
import { kindOf } from "./banner.js";
import { textOfEnd } from "./ending.js";
import { detailsOf, isWaiting, waitOf } from "./handoff.js";
import { isWarned } from "./idle.js";
import type { LiveRegion } from "./live-region.js";
import { asSentence } from "./markdown/spoken.js";
import type { Context } from "./part.js";
import { isWriting, writerOf } from "./typing.js";

/** Milliseconds that somebody types before it is said: most answers are there by then. */
const TYPING_AFTER_MS = 1_000;
/** Milliseconds for which it is then not said again; nor is a wait that alone has changed. */
const SELDOM_MS = 30_000;

/** Says it through a live region. */
export class StatusVoice {
  readonly #context: Context;
  readonly #region: LiveRegion;
  #state: ChatState | null = null;
  /** What has been said of the connection since it was last as it should be. */
  readonly #troubles = new Set<string>();
  #isEndSaid = false;
  #isWarningSaid = false;
  /** What has been said of the queue. */
  #queue: readonly string[] = [];
  #isQueueFresh = false;
  #isTypingFresh = false;
  #cancelTyping: (() => void) | null = null;

  constructor(context: Context, region: LiveRegion) {
    this.#context = context;
    this.#region = region;
  }

  /** How things stand when they are first shown is not said. */
  begin(state: ChatState): void {
    this.#state = state;
    this.#troubles.clear();
    const kind = kindOf(state, navigator.onLine);
    if (kind !== null) this.#troubles.add(kind);
    this.#isEndSaid = state.ended !== null;
    this.#isWarningSaid = isWarned(state);
    this.#queue = this.#queueOf(state);
    window.addEventListener("online", this.speak);
    window.addEventListener("offline", this.speak);
  }

  update(state: ChatState): void {
    this.#state = state;
    this.speak();
  }

  /** Says what there is to say, if it can be heard. */
  readonly speak = (): void => {
    const state = this.#state;
    if (!state || !this.#region.canBeHeard) return;
    this.#sayConnection(state);
    if (state.ended && !this.#isEndSaid) this.#region.say(this.#context.say(textOfEnd(state.ended)));
    this.#isEndSaid = state.ended !== null;
    if (isWarned(state) && !this.#isWarningSaid) this.#region.say(this.#context.say("idleWarning"));
    this.#isWarningSaid = isWarned(state);
    this.#sayQueue(state);
    this.#sayTyping(state);
  };

  stop(): void {
    window.removeEventListener("online", this.speak);
    window.removeEventListener("offline", this.speak);
    this.#state = null;
    this.#isQueueFresh = this.#isTypingFresh = false;
    this.#cancelTyping = null;
  }

  #sayConnection(state: ChatState): void {
    const { status } = state.connection;
    const kind = kindOf(state, navigator.onLine);
    // That another try is under way is not said, but how it ends is.
    if (status === "connecting") for (const end of ["failed", "unavailable"] as const) this.#troubles.delete(end);
    if (kind === null) {
      if (status === "open" && this.#troubles.size > 0 && !state.ended)
        this.#region.say(this.#context.say("connectedAgain"));
      if (status === "open" || state.ended) this.#troubles.clear();
      return;
    }
    const isKnown = this.#troubles.has(kind) || (kind === "reconnecting" && this.#troubles.size > 0);
    if (!isKnown) this.#region.say(this.#context.say(kind));
    this.#troubles.add(kind);
  }

  #queueOf({ handoff, ended }: ChatState): string[] {
    if (ended || !isWaiting(handoff)) return [];
    return [...detailsOf(handoff, this.#context), handoff.displayMessage ?? ""].filter((detail) => detail !== "");
  }

  #sayQueue(state: ChatState): void {
    const queue = this.#queueOf(state);
    const news = queue.filter((detail) => !this.#queue.includes(detail));
    if (news.length === 0) {
      this.#queue = queue;
      return;
    }
    const wait = waitOf(state.handoff, this.#context);
    if (this.#isQueueFresh && news.every((detail) => detail === wait)) return;
    this.#queue = queue;
    this.#region.say(news.map(asSentence).join(" "));
    if (this.#isQueueFresh) return;
    this.#isQueueFresh = true;
    this.#region.after(SELDOM_MS, () => {
      this.#isQueueFresh = false;
      this.speak();
    });
  }

  #sayTyping(state: ChatState): void {
    if (!isWriting(state) || state.ended) {
      this.#cancelTyping?.();
      this.#cancelTyping = null;
      return;
    }
    if (this.#cancelTyping || this.#isTypingFresh) return;
    this.#cancelTyping = this.#region.after(TYPING_AFTER_MS, () => {
      if (!this.#region.canBeHeard) return;
      this.#region.say(this.#context.say("isTyping", { name: writerOf(this.#state ?? state, this.#context) }));
      this.#isTypingFresh = true;
      this.#region.after(SELDOM_MS, () => {
        this.#isTypingFresh = false;
      });
    });
  }
}
