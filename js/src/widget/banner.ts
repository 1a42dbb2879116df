/** Where the connection stands, when that is not as it should be: offline, reconnecting with a countdown, failed. */

import type { ChatState } from "../index.js";
import { button, make, setText } from "./dom.js";
import type { Context, Part } from "./part.js";

/** A line below the header. It is no live region, or each second of the countdown would be read out: announcer.ts says what is new. */
export class Banner implements Part {
  readonly element = make("div", { part: "banner", class: "banner" });
  readonly #text = make("p", { class: "banner-text" });
  readonly #button: HTMLButtonElement;
  readonly #context: Context;
  #state: ChatState | null = null;
  /** When the next try comes, as `performance.now()` counts. */
  #nextTry = 0;
  #ticking: ReturnType<typeof setInterval> | undefined;
  #isListening = false;

  constructor(context: Context) {
    this.#context = context;
    this.#button = button({ part: "reconnect", class: "banner-button" }, () => {
      void context.chat?.reconnect().catch(() => undefined);
    });
    this.element.append(make("div", { class: "banner-words" }, this.#text), this.#button);
  }

  update(state: ChatState, before: ChatState | null): void {
    this.#listen();
    this.#state = state;
    const { connection } = state;
    if (connection !== before?.connection && connection.status === "reconnecting") {
      // Drawn anew in another language, it counts on.
      if (before !== null || this.#ticking === undefined) this.#nextTry = performance.now() + connection.retryInMs;
      this.#ticking ??= setInterval(this.#draw, 1000);
    }
    this.#draw();
  }

  stop(): void {
    clearInterval(this.#ticking);
    this.#ticking = undefined;
    window.removeEventListener("online", this.#redraw);
    window.removeEventListener("offline", this.#redraw);
    this.#isListening = false;
  }

  #listen(): void {
    if (this.#isListening) return;
    this.#isListening = true;
    window.addEventListener("online", this.#redraw);
    window.addEventListener("offline", this.#redraw);
  }

  readonly #redraw = (): void => {
    this.#context.keepFocus(this.#draw);
  };

  readonly #draw = (): void => {
    const state = this.#state;
    if (!state) return;
    const { connection, ended } = state;
    if (connection.status !== "reconnecting") {
      clearInterval(this.#ticking);
      this.#ticking = undefined;
    }
    const kind = kindOf(state, navigator.onLine);
    this.element.hidden = kind === null;
    if (kind === null) return;
    this.element.dataset.kind = kind;
    const seconds = Math.ceil((this.#nextTry - performance.now()) / 1000);
    const isCounting = kind === "reconnecting" && seconds > 0;
    setText(this.#text, isCounting ? this.#context.say("reconnectingIn", { count: seconds }) : this.#context.say(kind));
    setText(this.#button, this.#context.say("connectNow"));
    this.#button.hidden = ended !== null || kind === "offline" || kind === "unavailable";
  };
}

/** What there is to say; null: nothing. */
export function kindOf(
  { connection, ended }: Pick<ChatState, "connection" | "ended">,
  isOnline: boolean,
): "offline" | "reconnecting" | "failed" | "unavailable" | "closed" | null {
  const { status } = connection;
  if (ended || status === "idle" || status === "closing") return null;
  // Nothing that a visitor could do helps: who made the page is told why, on the console.
  if (status === "failed" && !connection.error.retryable) return "unavailable";
  if (status === "failed" || status === "closed") return status;
  if (!isOnline) return "offline";
  return status === "reconnecting" ? status : null;
}
