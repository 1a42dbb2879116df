/** What the user has begun to write in one place: it is there again after a reload of the tab. */

import type { Kept } from "./memory.js";

/** Milliseconds between two times that it is stored. */
const EVERY_MS = 300;

/** The text of one text box. */
export class Draft {
  readonly #kept: Kept;
  #text = "";
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(kept: Kept) {
    this.#kept = kept;
  }

  /** What was being written when the page was left. */
  recall(): string {
    return this.#kept.get() ?? "";
  }

  keep(text: string): void {
    this.#text = text;
    if (this.#timer === undefined) addEventListener("pagehide", this.flush, { once: true });
    this.#timer ??= setTimeout(this.flush, EVERY_MS);
  }

  readonly flush = (): void => {
    if (this.#timer === undefined) return;
    this.drop();
    this.#kept.set(this.#text === "" ? null : this.#text);
  };

  /** What is not stored yet never is. */
  drop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    removeEventListener("pagehide", this.flush);
  }
}
