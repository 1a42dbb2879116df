/** Where the user writes: a text box that grows, its limit, and the button to send. */

import type { ChatState } from "../index.js";
import { make, mark } from "./dom.js";
import { icon } from "./icons.js";
import type { Context, Part } from "./part.js";

/** The text box and its button. */
export class Composer implements Part {
  readonly element = make("form", { part: "composer" });
  readonly #input = make("textarea", { part: "input", rows: "1", enterkeyhint: "send", autocomplete: "off" });
  readonly #send = make("button", { type: "submit", part: "send" }, icon("send"));
  readonly #context: Context;

  constructor(context: Context) {
    this.#context = context;
    this.element.append(this.#input, this.#send);
    this.element.addEventListener("submit", (event) => {
      event.preventDefault();
      if (context.send(this.#input.value)) this.#input.value = "";
    });
  }

  /** Moves the focus into the text box. */
  focus(): void {
    this.#input.focus();
  }

  update(state: ChatState): void {
    mark(this.#input, "aria-label", this.#context.say("messageLabel"));
    mark(this.#send, "aria-label", this.#context.say("send"));
    this.#input.disabled = this.#send.disabled = state.ended !== null;
  }
}
