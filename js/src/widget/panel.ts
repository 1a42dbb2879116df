/** The panel: a dialog, or a region of the page, with the parts of the chat in it, and what is said when something is wrong. */

import { hasConsent } from "./consent.js";
import { button, make, mark, setText } from "./dom.js";
import { icon } from "./icons.js";
import type { Context } from "./part.js";

let count = 0;

/** How the panel stands. */
export interface Stance {
  readonly isOpen: boolean;
  /** Over the page, rather than in it. */
  readonly isFloating: boolean;
  /** Over all of the page. */
  readonly isCovering: boolean;
}

/** The panel of one widget. */
export class Panel {
  readonly element = make("div", { part: "panel", class: "panel", tabindex: "-1", id: `panel-${++count}` });
  readonly #context: Context;
  readonly #problem = make("p", { role: "alert", part: "problem", class: "problem" });
  /** The way out of a panel that covers the window and has no header. */
  readonly #wayOut: HTMLButtonElement;

  /** `close` closes it; `inner` is what it holds, from top to bottom. */
  constructor(context: Context, close: () => void, inner: readonly HTMLElement[]) {
    this.#context = context;
    this.#wayOut = button({ class: "way-out", part: "way-out" }, close, icon("close"));
    this.element.append(this.#wayOut, ...inner, this.#problem);
  }

  /** Says what is wrong; an empty text: nothing. */
  say(problem: string): void {
    setText(this.#problem, problem);
  }

  update({ isOpen, isFloating, isCovering }: Stance): void {
    const context = this.#context;
    const { heading, showHeader = true } = context.options;
    this.element.hidden = !isOpen;
    // While it goes, it is still there.
    mark(this.element, "inert", isOpen ? null : "");
    mark(this.element, "role", isFloating ? "dialog" : "region");
    mark(this.element, "aria-modal", isCovering ? "true" : null);
    mark(this.element, "aria-label", heading === undefined || heading === "" ? context.say("heading") : heading);
    this.#wayOut.hidden = showHeader || !isCovering;
    mark(this.#wayOut, "aria-label", context.say("closeChat"));
  }

  /** Where the user goes on who loses what had the focus. */
  exitOf(lost: Element): HTMLElement | null {
    // Whoever was writing presses on: not on a button, which a blank or Enter would press.
    const ending = lost.localName === "textarea" ? this.element.querySelector<HTMLElement>("[part~='ending']") : null;
    return ending?.hidden === false ? ending : this.entrance;
  }

  /** What the user came for: the text box, or what is asked before there is one. */
  get entrance(): HTMLElement | null {
    const { element } = this;
    // It is read before it is agreed to.
    if (!hasConsent(this.#context)) return element.querySelector("[part~='disclaimer']");
    const inputs = element.querySelectorAll<HTMLElement>("textarea:not(:disabled), [part~='new-chat']");
    return [...inputs].find((input) => input.getClientRects().length > 0) ?? null;
  }
}
