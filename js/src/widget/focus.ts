/**
 * Where the focus goes when the panel opens, where it returns to, how it stays in a panel that covers the page, where it goes when
 * what has it is gone (never to the page, where no key reaches the chat), and how it is kept from a page that wants it for a dialog
 * of its own.
 */

import { media } from "./media.js";

const FOCUSABLE = "a[href], button, textarea, input, select, summary, [tabindex='0']";

/** What a page keeps the focus in. */
const TRAPS = "dialog, [role='dialog'], [role='alertdialog'], [aria-modal='true']";

/** A page that takes the focus back does so within this time, in milliseconds. */
const TAKING_MS = 1000;

/** The focus around one panel. */
export class Focus {
  readonly #root: ShadowRoot;
  readonly #panel: HTMLElement;
  readonly #taken: (from: HTMLElement) => void;
  #before: HTMLElement | null = null;
  /** What has it, or had it when the element was taken out of the document. */
  #current: HTMLElement | null = null;
  /** When the focus came in from the page, as `performance.now()` counts, if the user has not made for the page since. */
  #entered = -Infinity;

  /** `taken`: a dialog of the page has taken the focus away from where the user had just gone in. */
  constructor(root: ShadowRoot, panel: HTMLElement, taken: (from: HTMLElement) => void) {
    this.#root = root;
    this.#panel = panel;
    this.#taken = taken;
    // Of what comes from beside the panel, as from the launcher, the window does not hear.
    panel.addEventListener("focusin", ({ target, relatedTarget }) => {
      const isFromPanel = relatedTarget instanceof Node && panel.contains(relatedTarget);
      if (!isFromPanel) this.#entered = performance.now();
      this.#current = target as HTMLElement;
    });
    panel.addEventListener("focusout", ({ target, relatedTarget }) => {
      this.#gone(target as HTMLElement, relatedTarget);
    });
    panel.addEventListener("keydown", ({ key }) => {
      if (key === "Tab") this.#entered = -Infinity;
    });
  }

  /**
   * The focus or the pointer goes somewhere, as the window hears of it before all else. Whether it is the focus that comes from the
   * page into the panel: a page that keeps the focus in a dialog is not to hear of it.
   */
  hears(event: Event): boolean {
    const path = event.composedPath();
    const isInPanel = path.includes(this.#panel);
    if (event.type === "pointerdown" && !isInPanel) this.#entered = -Infinity;
    if (event.type === "pointerdown" || !isInPanel) return false;
    this.#current = path[0] as HTMLElement;
    this.#entered = performance.now();
    return true;
  }

  /** Whether the focus is in the panel. */
  get isInside(): boolean {
    return this.#panel.contains(this.#root.activeElement);
  }

  /** Whether the panel can be seen and yet the focus does not go there: the page has made it inert. */
  get isRefused(): boolean {
    const isSeen = this.#panel.getClientRects().length > 0 && getComputedStyle(this.#panel).visibility === "visible";
    return isSeen && !this.isInside;
  }

  /** The element is in a document again: what had the focus has it, if nothing else has it now. */
  comeBack(): void {
    const { activeElement, body } = document;
    if (!activeElement || activeElement === body) this.#current?.focus({ preventScroll: true });
  }

  #gone(target: HTMLElement, to: EventTarget | null): void {
    // The panel is a dialog, too.
    const isOfPage = to instanceof Element && to.getRootNode() !== this.#root;
    if (isOfPage && to.closest(TRAPS) && performance.now() - this.#entered < TAKING_MS) {
      // Not before the focus is where the page wants it.
      queueMicrotask(() => {
        this.#taken(target);
      });
    }
    // Some browsers tell of it as the element leaves the document, too.
    setTimeout(() => {
      if (this.#panel.isConnected && !this.isInside) this.#current = null;
    });
  }

  /** Goes in: to `wanted`, or to the panel itself where that would bring up a keyboard that hides what is there to be read. */
  enter(wanted: HTMLElement | null): void {
    // Around the element there may be another shadow root, of which the document knows the host alone.
    const around = this.#root.host.getRootNode() as Document | ShadowRoot;
    const active = this.#root.activeElement ?? around.activeElement;
    if (!this.#panel.contains(active)) this.#before = active instanceof HTMLElement ? active : null;
    this.move(wanted);
  }

  /** Goes there within the panel, or to the panel itself as `enter` does. */
  move(wanted: HTMLElement | null): void {
    const bringsKeyboard = wanted?.localName === "textarea" && media("(pointer: coarse)")?.matches === true;
    (bringsKeyboard ? this.#panel : (wanted ?? this.#panel)).focus({ preventScroll: true });
  }

  /** Makes a change. Where it takes away what has the focus, `goOn` is told what that was, and moves it. */
  during(change: () => void, goOn: (lost: Element) => void): void {
    const active = this.#root.activeElement;
    change();
    if (!active || !isGone(active)) return;
    // A browser may be late to notice.
    const { activeElement } = this.#root;
    if (activeElement === null || activeElement === active) goOn(active);
  }

  /** Comes back to where it was, or to `otherwise`; unless the user has gone elsewhere meanwhile. */
  leave(otherwise: HTMLElement): void {
    const { isInside } = this;
    const before = this.#before;
    this.#before = null;
    if (!isInside) return;
    const isThere = before?.isConnected && before !== document.body && before.getClientRects().length > 0;
    (isThere ? before : otherwise).focus({ preventScroll: true });
  }

  /** Keeps the Tab key within the panel. */
  keep(event: KeyboardEvent): void {
    const reachable = [...this.#panel.querySelectorAll<HTMLElement>(FOCUSABLE)].filter(
      (element) => !element.matches(":disabled") && element.tabIndex >= 0 && element.getClientRects().length > 0,
    );
    const [first, last] = [reachable[0], reachable.at(-1)];
    const active = this.#root.activeElement;
    if (!first || !last) return;
    // What has the focus without being reachable stands before what the key would lead to.
    const isBeforeFirst = active === first || (active !== null && !isBehind(first, active));
    if (event.shiftKey ? isBeforeFirst : active === last) {
      event.preventDefault();
      (event.shiftKey ? last : first).focus();
    }
  }
}

/** What is not shown, without asking for the layout. */
const HIDDEN = "[hidden], .root[data-final] [part~='retry']";

/** Whether an element that had the focus cannot have it any more. */
export function isGone(element: Element): boolean {
  return !element.isConnected || element.matches(":disabled") || element.closest(HIDDEN) !== null;
}

function isBehind(element: Element, other: Element): boolean {
  return (element.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_FOLLOWING) !== 0;
}
