/** The messages: which of them stand in the document, and where the reader is among them. */

import type { ChatState } from "../index.js";
import { make } from "./dom.js";
import type { Context, Part } from "./part.js";

/** The messages, in a box that scrolls. */
export class Transcript implements Part {
  readonly element = make("div", { part: "transcript", tabindex: "0" });
  readonly #list = make("ol");
  readonly #context: Context;

  constructor(context: Context) {
    this.#context = context;
    this.element.append(this.#list);
  }

  /** Goes to the newest message and stays with it. */
  scrollToEnd(): void {
    this.element.scrollTop = this.element.scrollHeight;
  }

  update(state: ChatState): void {
    this.element.setAttribute("aria-label", this.#context.say("conversation"));
    this.#list.replaceChildren(
      ...state.messages.map((message) =>
        make("li", { part: "message", "data-role": message.role }, message.text ?? ""),
      ),
    );
  }
}
