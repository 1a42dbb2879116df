/** What is asked of a chat before the module is there: kept in order, with its messages shown as pending. */

import type { Client } from "./boundary.js";
import type { Calls } from "./calls.js";
import { checkText } from "./draft.js";
import { failure, PolyError } from "./errors.js";
import type { Emitter } from "./events.js";
import type { UserMessage } from "./state.js";
import { pendingMessage, type Store } from "./store.js";

/** Messages that may wait at once, and bytes of their frames together; the engine's own numbers. */
const MAX_WAITING = 100;
const MAX_WAITING_BYTES = 1_048_576;

interface Command {
  call: number;
  run: (client: Client) => void;
  /** The message it sends, if it sends one, and how many bytes that has. */
  draftId: string | null;
  bytes: number;
}

/** One per chat. */
export class Backlog {
  #commands: Command[] = [];
  /** `metadata` of the messages in the store's drafts. */
  readonly #metadata = new Map<string, Record<string, string>>();
  /** Messages whose `messagePending` was told here, and so is not to be told again by the engine. */
  readonly #told = new Set<string>();
  readonly #store: Store;
  readonly #emitter: Emitter;
  readonly #calls: Calls;

  constructor(store: Store, emitter: Emitter, calls: Calls) {
    this.#store = store;
    this.#emitter = emitter;
    this.#calls = calls;
  }

  /** Keeps a command that answers `call`. */
  add(call: number, run: (client: Client) => void, draftId: string | null = null, bytes = 0): void {
    this.#commands.push({ call, run, draftId, bytes });
  }

  /**
   * Shows and keeps a message. Throws what the engine would: `message/empty`, `message/too-large`, or
   * `transport/not-connected` where too many wait.
   */
  send(
    draftId: string,
    text: string,
    metadata: Record<string, string>,
    result: () => UserMessage,
  ): Promise<UserMessage> {
    const bytes = checkText(text, draftId, metadata);
    const waiting = this.#commands.filter((command) => command.draftId !== null);
    const sum = waiting.reduce((sum, command) => sum + command.bytes, bytes);
    if (waiting.length >= MAX_WAITING || sum > MAX_WAITING_BYTES) {
      const message = "Too many messages are waiting for the connection. Try again once it is back.";
      throw new PolyError("transport/not-connected", message, { retryable: true });
    }
    const { call, promise } = this.#calls.open(result);
    this.#metadata.set(draftId, metadata);
    this.#told.add(draftId);
    this.#store.putDraft(pendingMessage(draftId, text));
    const run = (client: Client): void => {
      client.send(call, draftId, text, metadata);
    };
    this.add(call, run, draftId, bytes);
    this.#emitter.emit({ type: "messagePending", draftId, text });
    return promise;
  }

  /** Sends a failed message that the module was never given again; null where there is none of that draft id. */
  retry(draftId: string, result: () => UserMessage): Promise<UserMessage> | null {
    const draft = this.#store.draft(draftId);
    if (draft?.delivery !== "failed") return null;
    return this.send(draftId, draft.text, this.#metadata.get(draftId) ?? {}, result);
  }

  /** Takes a message out that the module was never given; false where there is none of that draft id. */
  discard(draftId: string): boolean {
    if (!this.#store.draft(draftId)) return false;
    this.#store.removeDraft(draftId);
    this.#metadata.delete(draftId);
    this.#told.delete(draftId);
    const error = failure("message/not-delivered", { message: "The message was discarded before it was sent." });
    for (const command of this.#commands) {
      if (command.draftId === draftId) this.#calls.settle(command.call, error);
    }
    this.#commands = this.#commands.filter((command) => command.draftId !== draftId);
    return true;
  }

  /** Whether the engine's `messagePending` of this message repeats what was told here. Asked once for each. */
  hasTold(draftId: unknown): boolean {
    return this.#told.delete(draftId as string);
  }

  /** Gives all to the module, also what is added meanwhile. `refusal` makes an error of what the module throws. */
  hand(client: Client, refusal: (thrown: unknown) => PolyError): void {
    for (let command = this.#commands.shift(); command; command = this.#commands.shift()) {
      const { call, run, draftId } = command;
      try {
        run(client);
      } catch (thrown) {
        const error = refusal(thrown);
        if (draftId !== null) this.#fail(draftId, error);
        this.#calls.settle(call, error);
      }
    }
  }

  /** The module cannot be had: no call will be answered, no message will arrive. */
  fail(error: PolyError): void {
    const undelivered = failure("message/not-delivered", { message: error.message, cause: error });
    for (const { call, draftId } of this.#commands.splice(0)) {
      if (draftId === null) continue;
      this.#fail(draftId, undelivered);
      this.#calls.settle(call, undelivered);
    }
    this.#calls.fail(error);
  }

  /** The chat is closed: no call will be answered, but the messages wait until it is opened again. */
  release(): void {
    this.#commands = this.#commands.filter(({ draftId }) => draftId !== null);
    this.#calls.fail(failure("transport/not-connected", { message: "The chat was closed." }));
  }

  #fail(draftId: string, error: PolyError): void {
    const draft = this.#store.draft(draftId);
    if (!draft) return;
    this.#told.delete(draftId);
    this.#store.putDraft({ ...draft, delivery: "failed", error });
    this.#emitter.emit({ type: "messageFailed", draftId, error });
  }
}
