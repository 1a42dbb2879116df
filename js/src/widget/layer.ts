/**
 * Where the widget lies: in the browser's top layer, in which nothing that a page does to the elements around it moves or covers it
 * (`transform`, `filter`, `contain`, `overflow`). Below the page's own modal dialogs, unless the user opens the chat over one: then
 * it is a modal dialog itself, the one thing that a page cannot make inert. A browser without popovers, and a page that sets
 * `--poly-chat-z-index`, have it among the page's own layers.
 */

import { make, mark, takeOut } from "./dom.js";

/** The page's dialogs that leave nothing else to be used. Those of a widget are in its shadow root. */
const OTHERS = "dialog:modal";

/** The place of one widget's root. */
export class Layer {
  readonly #shadow: ShadowRoot;
  readonly #root: HTMLElement;
  readonly #closed: () => void;
  #above: HTMLDialogElement | null = null;
  #isWaiting = false;
  /** Whether the page says itself what lies over what; null where it has not been asked. */
  #isOrdered: boolean | null = null;

  /** `closed`: the user, or the page, has closed what lay over a dialog. */
  constructor(shadow: ShadowRoot, root: HTMLElement, closed: () => void) {
    this.#shadow = shadow;
    this.#root = root;
    this.#closed = closed;
  }

  /** Whether it lies over a modal dialog of the page. */
  get isAbove(): boolean {
    return this.#above !== null;
  }

  /** Floats, or stands where the element does. To be called again whenever there may be a change. */
  float(isFloating: boolean): void {
    const root = this.#root;
    if (this.#above) return;
    if (!isFloating || typeof root.showPopover !== "function" || (this.#isOrdered ??= this.#askOrder())) {
      mark(root, "popover", null);
      return;
    }
    mark(root, "popover", "manual");
    try {
      if (root.matches(":popover-open")) return;
      // It would lie over the page's dialog, and could not be used.
      if (document.querySelector(OTHERS)) this.#wait();
      else root.showPopover();
    } catch {
      // Among the page's own layers, then.
    }
  }

  /** The page may have set its properties since. */
  renew(): void {
    this.#isOrdered = null;
  }

  /** Lies over the modal dialog of the page that keeps the user from it. False where the browser has no dialogs. */
  raise(): boolean {
    if (this.#above) return true;
    const above = make("dialog", { class: "above", role: "presentation" });
    if (typeof above.showModal !== "function") return false;
    // The user's wish to leave is for the widget to follow.
    above.addEventListener("cancel", (event) => {
      event.preventDefault();
      this.#closed();
    });
    above.addEventListener("close", () => {
      if (this.#above === above) this.#closed();
    });
    this.#above = above;
    mark(this.#root, "popover", null);
    // Not even so is it there for a screen reader where the page has hidden what is around it.
    mark(this.#shadow.host, "aria-hidden", null);
    this.#shadow.append(above);
    move(this.#root, above);
    above.showModal();
    return true;
  }

  /** Lies below the page's dialogs again; the browser gives the focus back to what had it before. */
  lower(): void {
    const above = this.#above;
    if (!above) return;
    this.#above = null;
    above.close();
    move(this.#root, this.#shadow);
    takeOut(above);
  }

  stop(): void {
    this.lower();
    this.renew();
    document.removeEventListener("close", this.#retry, true);
    this.#isWaiting = false;
  }

  #askOrder(): boolean {
    return getComputedStyle(this.#shadow.host).getPropertyValue("--poly-chat-z-index") !== "";
  }

  #wait(): void {
    if (this.#isWaiting) return;
    this.#isWaiting = true;
    // It does not bubble.
    document.addEventListener("close", this.#retry, true);
  }

  readonly #retry = (): void => {
    if (document.querySelector(OTHERS)) return;
    document.removeEventListener("close", this.#retry, true);
    this.#isWaiting = false;
    if (this.#root.isConnected) this.float(this.#root.hasAttribute("popover"));
  };
}

/** Moves an element, which keeps its state where the browser can do that. */
function move(element: HTMLElement, to: ParentNode & Node): void {
  const parent = to as { moveBefore?: (node: Node, before: Node | null) => void };
  try {
    if (parent.moveBefore) parent.moveBefore(element, null);
    else to.appendChild(element);
  } catch {
    to.appendChild(element);
  }
}
