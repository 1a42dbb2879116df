/**
 * When the chat of an element connects: not before the user has agreed, where that is asked for; then at once where the panel
 * stands open or `autoConnect` says so, or where there is a stored session to go on with; else when the panel is first opened. A
 * visitor who never opens it begins no session, and does not even load the module.
 */

import type { Chat, ChatOptions } from "../index.js";
import type { Share, SharedChats } from "../shared-chats.js";
import { chatOptionsOf } from "./attributes.js";
import { hasConsent } from "./consent.js";
import type { Memory } from "./memory.js";
import type { PolyChatOptions } from "./types.js";

/** What the element needs of the chat client: that of `.` or that of `./inline`. */
export interface Client {
  createChat(options: ChatOptions): Chat;
  hasResumableSession(options: ChatOptions): Promise<boolean>;
}

const nothing = (): void => undefined;

/** An element's chat, of its own or shared with elements of equal options. */
export class Connection {
  readonly #client: Client;
  readonly #chats: SharedChats;
  readonly #memory: Memory;
  readonly #found: () => void;
  #share: Share | null = null;
  #isJoined = false;
  /** A stored session was looked for, and whether it is there. */
  #stored: "unknown" | "asked" | "there" = "unknown";

  /** `memory` is the element's; `found`: there is a stored session, so that it is time for another `use`. */
  constructor(client: Client, chats: SharedChats, memory: Memory, found: () => void) {
    this.#client = client;
    this.#chats = chats;
    this.#memory = memory;
    this.#found = found;
  }

  /** Connected or not. */
  get chat(): Chat | null {
    return this.#share?.chat ?? null;
  }

  /**
   * Has the chat of these options, and connects it when it is time. Throws `config/invalid`; then there is none. `id` is the
   * element's.
   */
  use(options: PolyChatOptions, isOpen: boolean, id = ""): void {
    const chatOptions = chatOptionsOf(options);
    let share: Share | null = null;
    try {
      share = this.#chats.of(chatOptions);
    } finally {
      if (share !== this.#share) this.stop();
    }
    this.#share = share;
    share.options = chatOptions;
    this.#memory.use(share.chat, options, id);
    if (!hasConsent({ options, memory: this.#memory })) {
      this.#leave();
    } else if (!this.#isJoined && (isOpen || options.autoConnect === true || this.#isStored(share))) {
      this.#isJoined = this.#chats.join(share);
    }
  }

  /** There is no chat any more. */
  stop(): void {
    this.#leave();
    this.#share = null;
    this.#stored = "unknown";
  }

  /** The chat has connected: there is a session to go on with on the next page. */
  remember(): void {
    if (this.#share && this.#memory.get("begun") === null) this.#memory.set("begun", "1");
  }

  #leave(): void {
    if (this.#share && this.#isJoined) this.#chats.leave(this.#share);
    this.#isJoined = false;
  }

  /** Whether there is a session to go on with. If that is not known it is looked for, once. */
  #isStored(share: Share): boolean {
    if (this.#stored === "unknown" && this.#memory.mayHaveSession) {
      this.#stored = "asked";
      this.#client.hasResumableSession(share.options).then((isThere) => {
        if (share !== this.#share) return;
        if (isThere) {
          this.#stored = "there";
          this.#found();
        } else {
          this.#memory.set("begun", null);
        }
      }, nothing);
    }
    return this.#stored === "there";
  }
}
