/**
 * How many messages have come that the user has not seen, and the badge in the page's title while the page is hidden. The last
 * one seen is remembered in this browser, so that a page which is opened anew counts on from there.
 */

import type { ChatState } from "../index.js";

const KEY = "poly-chat-seen";

/** The counter of one widget. */
export class Unread {
  #count = 0;
  #seen: string | null = null;
  #isRead = false;
  #badge: { title: string; shown: string } | null = null;

  get count(): number {
    return this.#count;
  }

  /** Counts anew; whether the number is another one. */
  update({ messages }: ChatState, isSeen: boolean): boolean {
    const before = this.#count;
    if (!this.#isRead) this.#seen = recall();
    this.#isRead = true;
    let count = 0;
    let last: string | null = null;
    for (let at = messages.length - 1; at >= 0; at--) {
      const message = messages[at];
      if (message?.role !== "agent") continue;
      if (message.messageId === this.#seen) break;
      last ??= message.messageId;
      if (isSeen) break;
      count += 1;
    }
    if (isSeen && last !== null) {
      this.#seen = last;
      remember(last);
    }
    this.#count = count;
    this.#showBadge();
    return count !== before;
  }

  /** Takes the badge away. */
  stop(): void {
    if (this.#badge && document.title === this.#badge.shown) document.title = this.#badge.title;
    this.#badge = null;
  }

  #showBadge(): void {
    if (!document.hidden || this.#count === 0) {
      this.stop();
      return;
    }
    // The page may have written another title meanwhile: that one it is, then.
    const title = this.#badge && document.title === this.#badge.shown ? this.#badge.title : document.title;
    const shown = `(${this.#count}) ${title}`;
    if (document.title !== shown) document.title = shown;
    this.#badge = { title, shown };
  }
}

function recall(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

function remember(messageId: string): void {
  try {
    localStorage.setItem(KEY, messageId);
  } catch {
    // The next page counts from its beginning.
  }
}
