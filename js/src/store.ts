/**
 * Applies the engine's changes to an immutable snapshot.
 *
 * Changes are gathered in place and made into a snapshot only when one is asked for, so that thousands of them between
 * two frames cost one copy of the list of messages, and a piece of text costs the same in a short message as in a long
 * one.
 */

import type { Change, PlainConnection, PlainMessage } from "./boundary.js";
import { toPolyError } from "./errors.js";
import { IDLE } from "./idle.js";
import type { ChatMessage, ChatState, UserMessage } from "./state.js";

type Draft<T> = { -readonly [K in keyof T]: T[K] };

/** A message of the user as it is before the engine knows it. */
export function pendingMessage(draftId: string, text: string): UserMessage {
  const timestamp = new Date();
  return { id: draftId, timestamp, role: "user", text, draftId, messageId: null, delivery: "pending", error: null };
}

/** Holds the state of one chat. */
export class Store {
  #snapshot: ChatState = IDLE;
  /** What differs from the snapshot, messages aside. */
  #changed: Partial<Draft<ChatState>> | null = null;
  /** The engine's list, place by place. */
  #list: ChatMessage[] = [];
  /** Messages made since the last snapshot: nobody else holds them, so they are not frozen yet. */
  #fresh: ChatMessage[] = [];
  /** Whether the messages differ from the snapshot's. */
  #listChanged = false;
  /** Messages that the engine has not been given yet. They stand after its own. */
  #drafts: UserMessage[] = [];
  /** What an engine showed that has failed, until the one after it has a history. */
  #before: ChatMessage[] = [];
  readonly #onChange: () => void;

  /** `onChange` is called after each change. */
  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  /** The state, as one object for as long as nothing changes. */
  snapshot(): ChatState {
    if (!this.#changed) return this.#snapshot;
    const next = { ...this.#snapshot, ...this.#changed };
    if (this.#listChanged) {
      // A copy, and so nobody else's list is ours; freezing it would take far longer than copying does.
      next.messages = this.#before.concat(this.#list, this.#drafts);
      this.#listChanged = false;
      this.#fresh.forEach(freeze);
      this.#fresh = [];
    }
    this.#changed = null;
    return (this.#snapshot = freeze(next));
  }

  /** Applies one change. A place that is not in the list is passed over. */
  apply(change: Change): void {
    switch (change.op) {
      case "connection":
        this.#set("connection", connectionOf(change.connection));
        if (change.connection.status === "open" && this.#before.length) {
          this.#messages();
          this.#before = [];
        }
        break;
      case "insert": {
        const message = this.#made(change.message);
        if (message.role === "user") this.#drafts = this.#drafts.filter((draft) => draft.draftId !== message.draftId);
        if (!isUndelivered(message)) this.#before = [];
        const list = this.#messages();
        // Nearly always the end, where a splice is slow.
        if (change.at === list.length) list.push(message);
        else list.splice(change.at, 0, message);
        break;
      }
      case "replace":
        if (change.at < this.#list.length) this.#messages()[change.at] = this.#made(change.message);
        break;
      case "append":
        this.#append(change.at, change.text);
        break;
      case "move": {
        const list = this.#messages();
        list.splice(change.to, 0, ...list.splice(change.from, 1));
        break;
      }
      case "remove":
        this.#messages().splice(change.at, 1);
        break;
      case "clear":
        this.#messages().length = 0;
        this.#before = [];
        break;
      case "typing":
        this.#set("isAgentTyping", change.isAgentTyping);
        break;
      default:
        // The others are named after the part of the state that they hold.
        this.#set(change.op, (change as unknown as ChatState)[change.op]);
    }
  }

  /**
   * The engine has failed. What it showed stays until another shows it. Returns what has not arrived: no engine knows of it any more.
   */
  regain(): readonly UserMessage[] {
    const { messages } = this.snapshot();
    this.#messages();
    this.#list = [];
    this.#drafts = messages.filter(isUndelivered);
    this.#before = messages.filter((message) => !isUndelivered(message));
    return this.#drafts;
  }

  /** An engine begins: it tells what differs from this, messages aside. */
  begin(): void {
    for (const [key, value] of Object.entries(IDLE)) {
      if (key !== "connection" && key !== "messages") this.#set(key as keyof ChatState, value as never);
    }
  }

  /** Shows a message that the engine has not been given yet, or shows it anew. */
  putDraft(message: UserMessage): void {
    this.#messages();
    const at = this.#drafts.findIndex((draft) => draft.draftId === message.draftId);
    this.#drafts.splice(at < 0 ? this.#drafts.length : at, 1, freeze(message));
  }

  /** The message the engine has not been given yet, if there is one with that id. */
  draft(draftId: string): UserMessage | undefined {
    return this.#drafts.find((draft) => draft.draftId === draftId);
  }

  /** Takes such a message out again. */
  removeDraft(draftId: string): void {
    this.#messages();
    this.#drafts = this.#drafts.filter((draft) => draft.draftId !== draftId);
  }

  /** The user's message of that draft id as it now stands, the newest first searched. */
  userMessage(draftId: string): UserMessage | undefined {
    const { messages } = this.snapshot();
    for (let at = messages.length - 1; at >= 0; at--) {
      const message = messages[at];
      if (message?.role === "user" && message.draftId === draftId) return message;
    }
    return undefined;
  }

  #set<K extends keyof ChatState>(key: K, value: ChatState[K]): void {
    if ((this.#changed ?? this.#snapshot)[key] === value) return;
    (this.#changed ??= {})[key] = freeze(value);
    this.#onChange();
  }

  /** The list, to be changed. */
  #messages(): ChatMessage[] {
    this.#listChanged = true;
    this.#changed ??= {};
    this.#onChange();
    return this.#list;
  }

  #made({ id, timestamp, body }: PlainMessage): ChatMessage {
    const message = { id, timestamp: new Date(timestamp), ...body } as unknown as Draft<ChatMessage>;
    if (message.role === "user" && message.error) message.error = toPolyError(message.error);
    for (const value of Object.values(message)) if (Array.isArray(value)) freeze(value);
    this.#fresh.push(message);
    return message;
  }

  #append(at: number, text: string): void {
    const message = this.#list[at];
    if (!message || message.role === "system") return;
    const list = this.#messages();
    let own: Draft<typeof message> = message;
    if (Object.isFrozen(message)) {
      own = { ...message };
      this.#fresh.push(own);
      list[at] = own;
    }
    own.text += text;
  }
}

function isUndelivered(message: ChatMessage): message is UserMessage {
  return message.role === "user" && message.delivery !== "sent";
}

function connectionOf(plain: PlainConnection): ChatState["connection"] {
  return plain.status === "failed" ? { status: plain.status, error: toPolyError(plain.error) } : plain;
}

/** So that what a page does to a snapshot by mistake is an error there, and not damage here. */
function freeze<T>(value: T): T {
  return Object.freeze(value);
}
