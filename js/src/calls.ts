/** The application's calls that wait for the module's answer. */

import { toPolyError } from "./errors.js";

interface Waiting {
  /** Makes what the call's promise resolves with. */
  result: () => unknown;
  resolve: (value: never) => void;
  reject: (error: unknown) => void;
}

/** One table per chat. */
export class Calls {
  readonly #waiting = new Map<number, Waiting>();
  #last = 0;

  /**
   * Opens a call: its number, and a promise that `settle` resolves with what `result` then returns. A rejection nobody
   * looks at is no unhandled rejection.
   */
  open<T>(result: () => T): { call: number; promise: Promise<T> } {
    const call = ++this.#last;
    const promise = new Promise<T>((resolve, reject) => this.#waiting.set(call, { result, resolve, reject }));
    promise.catch(() => undefined);
    return { call, promise };
  }

  /** Ends a call: well where `error` is null. A call that is not open is passed over. */
  settle(call: number, error: unknown): void {
    const waiting = this.#waiting.get(call);
    if (!waiting) return;
    this.#waiting.delete(call);
    if (error === null) waiting.resolve(waiting.result() as never);
    else waiting.reject(toPolyError(error));
  }

  /** Ends all calls with the same error. */
  fail(error: unknown): void {
    for (const call of [...this.#waiting.keys()]) this.settle(call, error);
  }
}
