/** Hands events to listeners and async iterators, in order. */

import type { ChatEvent } from "./event-types.js";
import { Listeners } from "./listeners.js";

/** One per chat. */
export class Emitter {
  readonly #byType = new Map<string, Listeners<ChatEvent>>();
  readonly #open = new Set<() => void>();
  readonly #waiting: ChatEvent[] = [];
  #telling = false;

  /** Listens for events of `type`, or for all by "*". Returns the undo; an abort of `signal` does the same. */
  on(type: string, listener: (event: ChatEvent) => void, signal?: AbortSignal): () => void {
    let listeners = this.#byType.get(type);
    if (!listeners) this.#byType.set(type, (listeners = new Listeners()));
    const remove = listeners.add(listener);
    const off = (): void => {
      remove();
      signal?.removeEventListener("abort", off);
    };
    signal?.addEventListener("abort", off);
    if (signal?.aborted) off();
    return off;
  }

  /** Tells the listeners. What they cause in turn is told after it, to all, so that all hear the same order. */
  emit(event: ChatEvent): void {
    this.#waiting.push(event);
    if (this.#telling) return;
    this.#telling = true;
    for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) {
      this.#byType.get(next.type)?.tell(next);
      this.#byType.get("*")?.tell(next);
    }
    this.#telling = false;
  }

  /** All events from this call on, until the loop is left, `signal` aborts or `finish` is called. */
  iterate(signal?: AbortSignal): AsyncIterableIterator<ChatEvent> {
    const untaken: ChatEvent[] = [];
    let first = 0;
    const takers: ((result: IteratorResult<ChatEvent>) => void)[] = [];
    const END: IteratorResult<ChatEvent> = { done: true, value: undefined };
    let live = true;
    const off = this.on("*", (event) => {
      const taker = takers.shift();
      if (taker) taker({ done: false, value: event });
      else untaken.push(event);
    });
    const finish = (): void => {
      live = false;
      off();
      this.#open.delete(finish);
      signal?.removeEventListener("abort", leave);
      for (const taker of takers.splice(0)) taker(END);
    };
    const leave = (): void => {
      finish();
      untaken.length = 0;
    };
    this.#open.add(finish);
    signal?.addEventListener("abort", leave);
    if (signal?.aborted) leave();
    return {
      next() {
        const value = untaken[first];
        if (value) {
          // Many at a time: `shift` moves all that wait, for each that is taken.
          if (++first === 1_000 || first === untaken.length) {
            untaken.splice(0, first);
            first = 0;
          }
          return Promise.resolve({ done: false, value });
        }
        return live ? new Promise((resolve) => takers.push(resolve)) : Promise.resolve(END);
      },
      return() {
        leave();
        return Promise.resolve(END);
      },
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  }

  /** Ends all iterations, once what they hold is taken. */
  finish(): void {
    for (const finish of this.#open) finish();
  }
}
