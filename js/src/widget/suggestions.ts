/** Replies to tap. They go when the user has answered. */

import type { ChatState } from "../index.js";
import { hasConsent } from "./consent.js";
import { button, make, mark } from "./dom.js";
import type { Context, Part } from "./part.js";

/** A row of buttons above the text box. */
export class Suggestions implements Part {
  readonly element = make("ul", { part: "suggestions", class: "suggestions" });
  readonly #context: Context;
  readonly #goOn: () => void;

  /** `goOn` moves the focus to where the user writes. */
  constructor(context: Context, goOn: () => void) {
    this.#context = context;
    this.#goOn = goOn;
  }

  update({ suggestions, ended }: ChatState, before: ChatState | null): void {
    this.element.hidden = suggestions.length === 0 || ended !== null || !hasConsent(this.#context.options);
    mark(this.element, "aria-label", this.#context.say("suggestions"));
    if (suggestions === before?.suggestions) return;
    const hadFocus = this.element.contains((this.element.getRootNode() as ShadowRoot).activeElement);
    this.element.replaceChildren(
      ...suggestions.map(({ text }) =>
        make(
          "li",
          {},
          button({ part: "suggestion", class: "suggestion", dir: "auto" }, () => this.#context.send(text), text),
        ),
      ),
    );
    // A button that is gone takes the focus along.
    if (hadFocus) this.#goOn();
  }
}
