/** Replies to tap. They go when the user has answered. */

import type { ChatState } from "../index.js";
import { hasConsent } from "./consent.js";
import { button, make, mark } from "./dom.js";
import type { Context, Part } from "./part.js";

/** A row of buttons above the text box. */
export class Suggestions implements Part {
  readonly element = make("ul", { part: "suggestions", class: "suggestions", role: "list" });
  readonly #context: Context;
  /** Those of which one has been sent: a second click, be it on another, came before the page could show that. */
  #taken: ChatState["suggestions"] | null = null;

  constructor(context: Context) {
    this.#context = context;
  }

  update({ suggestions, ended }: ChatState, before: ChatState | null): void {
    this.element.hidden = suggestions.length === 0 || ended !== null || !hasConsent(this.#context);
    mark(this.element, "aria-label", this.#context.say("suggestions"));
    if (suggestions === before?.suggestions) return;
    const language = this.#context.conversationLanguage;
    this.element.replaceChildren(
      ...suggestions.map(({ text }) =>
        make(
          "li",
          {},
          button(
            { part: "suggestion", class: "suggestion", dir: "auto", ...(language === null ? {} : { lang: language }) },
            () => {
              if (this.#taken !== suggestions && this.#context.send(text)) this.#taken = suggestions;
            },
            text,
          ),
        ),
      ),
    );
  }
}
