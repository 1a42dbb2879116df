/** The application's calls that wait for the module's answer. */

import type { Command } from "./boundary.js";
import { toPolyError } from "./errors.js";

interface Waiting {
  /** What the module is to do, where it is for the module. */
  command: Command | null;
  /** Makes what the call's promise resolves with. */
  result: () => unknown;
  resolve: (value: never) => void;
  reject: (error: unknown) => void;
}

/** One table per chat. */
export class Calls {
  readonly #waiting = new Map<number, Waiting>();
  readonly #suspects = new Set<number>();
  #last = 0;

  /**
   * Opens a call: its number, and a promise that `settle` resolves with what `result` then returns. A rejection nobody
   * looks at is no unhandled rejection.
   */
  open<T>(result: () => T, command: Command | null = null): { call: number; promise: Promise<T> } {
    const call = ++this.#last;
    const promise = new Promise<T>((resolve, reject) => this.#waiting.set(call, { command, result, resolve, reject }));
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

  /** What the module has not answered, in the order in which it was asked. */
  commands(): [call: number, command: Command | null][] {
    return [...this.#waiting].map(([call, { command }]) => [call, command]);
  }

  /** An instance of the module has failed over `call`; whether one has before. */
  suspect(call: number): boolean {
    const wasSuspect = this.#suspects.has(call);
    this.#suspects.add(call);
    return wasSuspect;
  }

  /** Ends all calls with the same error. */
  fail(error: unknown): void {
    for (const call of [...this.#waiting.keys()]) this.settle(call, error);
  }
}
