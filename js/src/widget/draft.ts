/** What the user has begun to write: it is there again after a reload of the tab. */

const KEY = "poly-chat-draft";
/** Milliseconds between two times that it is stored. */
const EVERY_MS = 300;

/** The text of one text box. */
export class Draft {
  #text = "";
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** What was being written when the page was left. */
  recall(): string {
    try {
      return sessionStorage.getItem(KEY) ?? "";
    } catch {
      return "";
    }
  }

  keep(text: string): void {
    this.#text = text;
    if (this.#timer === undefined) addEventListener("pagehide", this.flush, { once: true });
    this.#timer ??= setTimeout(this.flush, EVERY_MS);
  }

  readonly flush = (): void => {
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    removeEventListener("pagehide", this.flush);
    try {
      if (this.#text === "") sessionStorage.removeItem(KEY);
      else sessionStorage.setItem(KEY, this.#text);
    } catch {
      // It lasts as long as the page.
    }
  };
}
