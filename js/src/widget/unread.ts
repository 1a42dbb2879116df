/**
 * How many messages have come that the user has not seen. The last one seen is remembered in this browser, so that a page which
 * is opened anew counts on from there.
 */

import type { ChatState } from "../index.js";
import { countInTitle } from "./title.js";

const KEY = "poly-chat-seen";
/** Conversations whose last message is remembered: those of several connectors, or of several widgets on a page. */
const MOST = 8;

/** The counter of one widget. */
export class Unread {
  #count = 0;
  /** Ids of messages that were the last one seen, of this conversation or another. */
  #seen: ReadonlySet<string> | null = null;
  #last: string | null = null;
  #wasHidden = false;

  get count(): number {
    return this.#count;
  }

  /** Counts anew; whether the number is another one. `isSeen`: the user looks at the conversation now. */
  update({ messages }: ChatState, isSeen: boolean): boolean {
    const before = this.#count;
    // Meanwhile it may have been read in another tab.
    if (this.#wasHidden && !document.hidden) this.#seen = null;
    this.#wasHidden = document.hidden;
    const seen = (this.#seen ??= new Set(recall()));
    let count = 0;
    for (let at = messages.length - 1; at >= 0; at--) {
      const message = messages[at];
      if (message?.role !== "agent") continue;
      const { messageId } = message;
      if (messageId === this.#last || seen.has(messageId)) break;
      if (isSeen) {
        this.#see(messageId);
        break;
      }
      count += 1;
    }
    this.#count = count;
    countInTitle(this, count);
    return count !== before;
  }

  /** It takes no part in the page's title any more. */
  stop(): void {
    countInTitle(this, 0);
  }

  #see(messageId: string): void {
    const others = recall().filter((id) => id !== this.#last);
    this.#last = messageId;
    remember([messageId, ...others].slice(0, MOST));
  }
}

function recall(): string[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(stored) ? stored.filter((id) => typeof id === "string") : [];
  } catch {
    return [];
  }
}

function remember(messageIds: readonly string[]): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(messageIds));
  } catch {
    // The next page counts from its beginning.
  }
}
