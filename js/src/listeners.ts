/** Functions of the application that want to be told, kept apart from each other's failures. */

import { messageOf, PolyError } from "./errors.js";

/** A set of listeners; the same function may be in it more than once. */
export class Listeners<T> {
  readonly #entries = new Set<{ listener: (value: T) => void }>();

  /** How many there are. */
  get size(): number {
    return this.#entries.size;
  }

  /** Returns the undo, which says whether there was something to undo. Throws `config/invalid` for what is no function. */
  add(listener: (value: T) => void): () => boolean {
    if (typeof listener !== "function") {
      throw new PolyError("config/invalid", `A listener must be a function, and this one is ${typeof listener}.`);
    }
    const entry = { listener };
    this.#entries.add(entry);
    return () => this.#entries.delete(entry);
  }

  /** Tells those that are there now, except those taken out meanwhile. */
  tell(value: T): void {
    for (const entry of [...this.#entries]) {
      if (!this.#entries.has(entry)) continue;
      try {
        entry.listener(value);
      } catch (thrown) {
        report(thrown);
      }
    }
  }
}

/** As an uncaught error would be: later, so that nothing under way is disturbed. */
export function report(thrown: unknown): void {
  setTimeout(() => {
    if (typeof reportError === "function") reportError(thrown);
    else console.error(messageOf(thrown), thrown);
  });
}
