/** What the user is told below the header, and may have to agree to before the chat begins. */

import { giveConsent, hasConsent } from "./consent.js";
import { button, make, mark, setText } from "./dom.js";
import { icon } from "./icons.js";
import { MarkdownView } from "./markdown.js";
import type { Context, Part } from "./part.js";

/** A note that can be put away; or, where consent is required, what stands in front of the chat. */
export class Disclaimer implements Part {
  readonly element = make("section", { part: "disclaimer", class: "disclaimer" });
  readonly #title = make("h3", { class: "consent-title", id: "consent-title" });
  readonly #text: MarkdownView;
  readonly #agree: HTMLButtonElement;
  readonly #dismiss: HTMLButtonElement;
  readonly #context: Context;
  #shown = "";
  #dismissed = "";

  constructor(context: Context) {
    this.#context = context;
    this.#text = new MarkdownView(context);
    this.#agree = button({ part: "agree", class: "main-button", "aria-describedby": "consent-title" }, () => {
      giveConsent(context);
      context.emit({ type: "widgetConsented" });
      context.goOn();
    });
    this.#dismiss = button(
      { class: "icon-button" },
      () => {
        this.#dismissed = this.#shown;
        this.element.hidden = true;
        context.goOn();
      },
      icon("close"),
    );
    this.#text.element.id = "consent-text";
    this.element.append(this.#title, this.#text.element, this.#agree, this.#dismiss);
  }

  update(): void {
    const { options } = this.#context;
    const isNeeded = !hasConsent(this.#context);
    const text = options.disclaimer ?? "";
    const isNote = text !== "" && text !== this.#dismissed && options.requireConsent !== true;
    this.element.hidden = !isNeeded && !isNote;
    if (this.element.hidden) return;
    mark(this.element, "data-consent", isNeeded ? "needed" : null);
    mark(this.element, "aria-labelledby", isNeeded ? "consent-title" : null);
    mark(this.element, "aria-describedby", isNeeded ? "consent-text" : null);
    mark(this.element, "tabindex", isNeeded ? "-1" : null);
    this.#title.hidden = this.#agree.hidden = !isNeeded;
    this.#dismiss.hidden = isNeeded;
    setText(this.#title, this.#context.say("consentNeeded"));
    setText(this.#agree, this.#context.say("agree"));
    mark(this.#dismiss, "aria-label", this.#context.say("dismiss"));
    if (text !== this.#shown) this.#text.set(text, true);
    this.#shown = text;
  }
}
