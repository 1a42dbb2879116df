/**
 * How many messages have come that the user has not seen. The last one seen is remembered with the chat, so that a page which is
 * opened anew counts on from there, and another window beside this one too.
 */

import type { ChatState } from "../index.js";
import type { Memory } from "./memory.js";
import { countInTitle } from "./title.js";

/** The counter of one widget. */
export class Unread {
  readonly #memory: Memory;
  #count = 0;
  /** Id of the last message seen in this window. */
  #last: string | null = null;

  constructor(memory: Memory) {
    this.#memory = memory;
  }

  get count(): number {
    return this.#count;
  }

  /** Counts anew; whether the number is another one. `isSeen`: the user looks at the conversation now. */
  update({ messages }: ChatState, isSeen: boolean): boolean {
    const before = this.#count;
    const seen = this.#memory.get("seen");
    let count = 0;
    for (let at = messages.length - 1; at >= 0; at--) {
      const message = messages[at];
      if (message?.role !== "agent") continue;
      const { messageId } = message;
      const isKnown = messageId === this.#last || messageId === seen;
      if (isSeen) {
        this.#last = messageId;
        if (!isKnown) this.#memory.set("seen", messageId);
      }
      if (isKnown || isSeen) break;
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
}
