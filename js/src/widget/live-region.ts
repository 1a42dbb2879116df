/**
 * The element that a screen reader reads out as it changes, and whether it can be heard: not while the panel is closed, the page
 * hidden, or something of the widget's own before all else.
 */

import { make, takeOut } from "./dom.js";
import type { Context } from "./part.js";

/** Milliseconds that a text stays: long enough to be taken up, and not to be come upon much later. */
const STAY_MS = 10_000;
/** Milliseconds until a screen reader follows a region that can be heard again. */
const COME_BACK_MS = 500;

/** The live region of one widget. */
export class LiveRegion {
  readonly element = make("div", { class: "unseen", "aria-live": "polite", part: "announcer" });
  readonly #context: Context;
  readonly #comeBack: () => void;
  readonly #timers = new Set<ReturnType<typeof setTimeout>>();
  #isHushed = false;
  #wasSeen = true;
  #isComingBack = false;

  /** `comeBack` is told when it can be heard again. */
  constructor(context: Context, comeBack: () => void) {
    this.#context = context;
    this.#comeBack = comeBack;
  }

  get canBeHeard(): boolean {
    return this.#context.isSeen && !this.#isHushed && !this.#isComingBack;
  }

  /** Has a screen reader say this, once it has said what it says now. `language`: that of the text, where it is another. */
  say(text: string, language: string | null = null): void {
    if (text.trim() === "") return;
    const line = make("p", language === null ? {} : { lang: language }, text);
    this.element.append(line);
    this.after(STAY_MS, () => {
      takeOut(line);
    });
  }

  /** Does this after a while; returns the undo. */
  after(ms: number, act: () => void): () => void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      act();
    }, ms);
    this.#timers.add(timer);
    return () => {
      clearTimeout(timer);
      this.#timers.delete(timer);
    };
  }

  /** Something stands before all else, or does no longer. */
  hush(isHushed: boolean): void {
    this.#isHushed = isHushed;
    this.look();
  }

  /** Looks whether the panel has opened, or the page come back. */
  look(): void {
    const isSeen = this.#context.isSeen && !this.#isHushed;
    if (isSeen && !this.#wasSeen) {
      this.#isComingBack = true;
      this.after(COME_BACK_MS, () => {
        this.#isComingBack = false;
        this.#comeBack();
      });
    }
    this.#wasSeen = isSeen;
  }

  stop(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    this.#isHushed = this.#isComingBack = false;
    this.#wasSeen = true;
    this.element.replaceChildren();
  }
}
