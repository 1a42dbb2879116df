/** Tells subscribers of changes, at most once per animation frame. */

import { Listeners } from "./listeners.js";

/**
 * Milliseconds after which a timer stands in for an animation frame that does not come: in a page that was hidden
 * meanwhile, in an iframe out of sight.
 */
const FRAME_OVERDUE_MS = 250;

/** One per chat. */
export class Scheduler {
  readonly #listeners = new Listeners<undefined>();
  #cancel: (() => void) | null = null;

  /** Returns the unsubscribe. */
  add(listener: () => void): () => void {
    return this.#listeners.add(listener);
  }

  /** Something changed: tell the subscribers, once, soon. */
  request(): void {
    if (this.#cancel !== null || this.#listeners.size === 0) return;
    // Hidden pages get no frames.
    const shown = typeof requestAnimationFrame === "function" && !document.hidden;
    const frame = shown
      ? requestAnimationFrame(() => {
          this.#tell();
        })
      : null;
    const timer = setTimeout(
      () => {
        this.#tell();
      },
      shown ? FRAME_OVERDUE_MS : 0,
    );
    this.#cancel = () => {
      clearTimeout(timer);
      if (frame !== null) cancelAnimationFrame(frame);
    };
  }

  #tell(): void {
    this.#cancel?.();
    this.#cancel = null;
    this.#listeners.tell(undefined);
  }
}
