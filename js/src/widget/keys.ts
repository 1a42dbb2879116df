/**
 * Keys that are pressed while the user writes: the page's own shortcuts ("/" for its search, "j" for the next item) must not hear
 * them. A page cannot see what the user writes in: of an event from within a shadow root it knows the host alone.
 */

const EVENTS = ["keydown", "keypress", "keyup"] as const;

/** Keeps them within `root`. To be called after all listeners of `root` itself are in place. */
export function fenceKeys(root: HTMLElement): void {
  for (const name of EVENTS) {
    root.addEventListener(name, (event) => {
      const isWriting = event.target instanceof HTMLTextAreaElement || event.target instanceof HTMLInputElement;
      if (isWriting && !event.ctrlKey && !event.metaKey && !event.altKey) event.stopPropagation();
    });
  }
}
