/**
 * A panel that covers a small screen: it keeps to the part of the window that the on-screen keyboard leaves, and the page
 * behind it does not scroll.
 */

/** Small enough that the panel covers it all. */
const SMALL = "(max-width: 480px), (max-height: 480px)";

/** Follows the window while the panel covers it. */
export class Viewport {
  readonly #root: HTMLElement;
  readonly #changed: () => void;
  #query: MediaQueryList | null = null;
  #overflow: string | null = null;

  /** `changed`: the window became small or large. */
  constructor(root: HTMLElement, changed: () => void) {
    this.#root = root;
    this.#changed = changed;
  }

  /** Whether an open panel covers the window. */
  get isSmall(): boolean {
    if (!this.#query) {
      this.#query = matchMedia(SMALL);
      this.#query.addEventListener("change", this.#changed);
    }
    return this.#query.matches;
  }

  /** The panel covers the window now, or no longer. */
  cover(isCovering: boolean): void {
    const { style } = document.documentElement;
    const isHeld = this.#overflow !== null;
    if (isCovering === isHeld) return;
    const viewport = window.visualViewport;
    if (isCovering) {
      this.#overflow = style.overflow;
      style.overflow = "hidden";
      viewport?.addEventListener("resize", this.#follow);
      viewport?.addEventListener("scroll", this.#follow);
      this.#follow();
    } else {
      style.overflow = this.#overflow ?? "";
      this.#overflow = null;
      viewport?.removeEventListener("resize", this.#follow);
      viewport?.removeEventListener("scroll", this.#follow);
    }
  }

  stop(): void {
    this.cover(false);
    this.#query?.removeEventListener("change", this.#changed);
    this.#query = null;
  }

  readonly #follow = (): void => {
    const viewport = window.visualViewport;
    // Zoomed in by hand: the user looks around in it.
    if (!viewport || viewport.scale > 1.01) return;
    this.#root.style.setProperty("--viewport-height", `${viewport.height}px`);
    this.#root.style.setProperty("--viewport-top", `${viewport.offsetTop}px`);
  };
}
