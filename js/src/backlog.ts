/** What is asked of a chat before the module is there: kept in order, with its messages shown as pending. */

import { SEND, SEND_IN_DOUBT, type Command } from "./boundary.js";
import type { Calls } from "./calls.js";
import { checkText } from "./draft.js";
import { failure, PolyError } from "./errors.js";
import type { Emitter } from "./events.js";
import type { UserMessage } from "./state.js";
import { pendingMessage, type Store } from "./store.js";

/** Messages that may wait at once, and bytes of their frames together; the engine's own numbers. */
const MAX_WAITING = 100;
const MAX_WAITING_BYTES = 1_048_576;

interface Waiting {
  call: number;
  command: Command;
  /** Of the message it sends, if it sends one. */
  bytes: number;
}

/** One per chat. */
export class Backlog {
  #commands: Waiting[] = [];
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
  add(call: number, command: Command, bytes = 0): void {
    this.#commands.push({ call, command, bytes });
  }

  /** Takes back all that the module was given and has not answered: it has failed. Whether there is anything. */
  regain(): boolean {
    this.#commands = [];
    this.#told.clear();
    const undelivered = this.#store.regain();
    for (const [call, command] of this.#calls.commands()) {
      if (!command) continue;
      const [, draftId, text, metadata] = command;
      if (draftId === undefined) this.add(call, command);
      else this.#doubt(call, draftId, text, metadata);
    }
    // Those of an earlier page, which no call waits for.
    for (const { draftId, delivery } of undelivered) {
      const isKnown = this.#commands.some(({ command }) => command[1] === draftId);
      if (draftId && delivery === "pending" && !isKnown) this.#doubt(0, draftId);
    }
    return this.#commands.length > 0;
  }

  #doubt(call: number, draftId: string, text = "", metadata: Record<string, string> = {}): void {
    const draft = this.#store.draft(draftId);
    if (draft) {
      text = draft.text;
      this.#told.add(draftId);
    } else this.#store.putDraft(pendingMessage(draftId, text));
    this.#metadata.set(draftId, metadata);
    this.add(call, [SEND_IN_DOUBT, draftId, text, metadata], text.length);
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
    const waiting = this.#commands.filter(isOfMessage);
    const sum = waiting.reduce((sum, command) => sum + command.bytes, bytes);
    if (waiting.length >= MAX_WAITING || sum > MAX_WAITING_BYTES) {
      const message = "Too many messages are waiting for the connection. Try again once it is back.";
      throw new PolyError("transport/not-connected", message, { retryable: true });
    }
    const command = [SEND, draftId, text, metadata] as const;
    const { call, promise } = this.#calls.open(result, command);
    this.#metadata.set(draftId, metadata);
    this.#told.add(draftId);
    this.#store.putDraft(pendingMessage(draftId, text));
    this.add(call, command, bytes);
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
    const isOfIt = ({ command }: Waiting): boolean => command[1] === draftId;
    for (const { call } of this.#commands.filter(isOfIt)) this.#calls.settle(call, error);
    this.#commands = this.#commands.filter((waiting) => !isOfIt(waiting));
    return true;
  }

  /** Whether the engine's `messagePending` of this message repeats what was told here. Asked once for each. */
  hasTold(draftId: unknown): boolean {
    return this.#told.delete(draftId as string);
  }

  /** Gives all to the module, also what is added meanwhile. `order` returns why it was refused, if it was. */
  hand(order: (call: number, command: Command) => PolyError | null): void {
    for (let waiting = this.#commands.shift(); waiting; waiting = this.#commands.shift()) {
      const { call, command } = waiting;
      const error = order(call, command);
      if (error) this.#refuse(waiting, error);
    }
  }

  /** The module cannot be had: no call will be answered, no message will arrive. One that may have been sent waits for the history. */
  fail(error: PolyError): void {
    const undelivered = failure("message/not-delivered", { message: error.message, cause: error });
    const isInDoubt = ({ command }: Waiting): boolean => command[0] === SEND_IN_DOUBT;
    const commands = this.#commands;
    this.#commands = commands.filter(isInDoubt);
    for (const waiting of commands) if (isOfMessage(waiting) && !isInDoubt(waiting)) this.#refuse(waiting, undelivered);
    this.#calls.fail(error);
  }

  /** The chat is closed: no call will be answered, but the messages wait until it is opened again. */
  release(): void {
    this.#commands = this.#commands.filter(isOfMessage);
    this.#calls.fail(failure("transport/not-connected", { message: "The chat was closed." }));
  }

  #refuse({ call, command: [, draftId = ""] }: Waiting, error: PolyError): void {
    const draft = this.#store.draft(draftId);
    if (draft) {
      this.#told.delete(draftId);
      this.#store.putDraft({ ...draft, delivery: "failed", error });
      this.#emitter.emit({ type: "messageFailed", draftId, error });
    }
    this.#calls.settle(call, error);
  }
}

function isOfMessage({ command }: Waiting): boolean {
  return command.length > 1;
}
