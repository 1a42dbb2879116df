/**
 * Where the focus goes when the panel opens, where it returns to, how it stays in a panel that covers the page, and where it goes
 * when what has it is gone: never to the page, where no key reaches the chat.
 */

const FOCUSABLE = "a[href], button, textarea, input, select, summary, [tabindex='0']";

/** The focus around one panel. */
export class Focus {
  readonly #root: ShadowRoot;
  readonly #panel: HTMLElement;
  #before: HTMLElement | null = null;

  constructor(root: ShadowRoot, panel: HTMLElement) {
    this.#root = root;
    this.#panel = panel;
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
    const bringsKeyboard = wanted?.localName === "textarea" && matchMedia("(pointer: coarse)").matches;
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
    const isInside = this.#panel.contains(this.#root.activeElement);
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

/** Whether an element that had the focus cannot have it any more. */
export function isGone(element: Element): boolean {
  return !element.isConnected || element.matches(":disabled") || element.closest("[hidden]") !== null;
}

function isBehind(element: Element, other: Element): boolean {
  return (element.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_FOLLOWING) !== 0;
}
