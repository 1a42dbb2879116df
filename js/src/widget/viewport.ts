/**
 * A panel that covers the window: it keeps to the part of it that the on-screen keyboard leaves, and the page behind it does not
 * scroll.
 */

import { media } from "./media.js";

/** Small enough that an open panel covers it all: phones upright and on their side, and pages that are zoomed in. */
const SMALL = "(max-width: 30em), (max-height: 30em)";

/** Pixels that are missing from the window's height when a keyboard is there. The bars of a browser are smaller. */
const KEYBOARD = 120;

/** Widgets that cover the window, and how the page scrolled before the first of them. */
const holders = new Set<Viewport>();
let overflow = "";

/** Follows the window while the panel covers it. */
export class Viewport {
  readonly #root: HTMLElement;
  readonly #changed: () => void;
  #query: MediaQueryList | null = null;

  /** `changed`: the window became small or large. */
  constructor(root: HTMLElement, changed: () => void) {
    this.#root = root;
    this.#changed = changed;
  }

  /** Whether an open panel covers the window. */
  get isSmall(): boolean {
    if (!this.#query) {
      this.#query = media(SMALL);
      this.#query?.addEventListener("change", this.#changed);
    }
    return this.#query?.matches === true;
  }

  /** The panel covers the window now, or no longer. */
  cover(isCovering: boolean): void {
    if (isCovering === holders.has(this)) return;
    const { style } = document.documentElement;
    const viewport = window.visualViewport;
    if (isCovering) {
      if (holders.size === 0) overflow = style.overflow;
      holders.add(this);
      style.overflow = "hidden";
      viewport?.addEventListener("resize", this.#follow);
      viewport?.addEventListener("scroll", this.#follow);
      this.#follow();
    } else {
      holders.delete(this);
      if (holders.size === 0) style.overflow = overflow;
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
    const zoom = zoomOf(this.#root);
    this.#root.style.setProperty("--viewport-height", `${viewport.height / zoom}px`);
    this.#root.style.setProperty("--viewport-top", `${viewport.offsetTop / zoom}px`);
    // A keyboard covers the bar at the lower edge that the panel else keeps clear of.
    this.#root.toggleAttribute("data-keyboard", document.documentElement.clientHeight - viewport.height > KEYBOARD);
  };
}

/** How much larger the page's own style sheet has all of it drawn: 1 is as it is. The window is as large as ever. */
function zoomOf(element: Element): number {
  let zoom = 1;
  const root = element.getRootNode() as ShadowRoot;
  for (let at: Element | null = root.host; at; at = at.parentElement) zoom *= Number(getComputedStyle(at).zoom) || 1;
  return zoom;
}
