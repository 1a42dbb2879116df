/** Who the user talks with: name, picture, whether a person. Buttons to end the chat and to close the panel. */

import type { ChatState } from "../index.js";
import { make, setText } from "./dom.js";
import type { Context, Part } from "./part.js";

/** The panel's header. `close` closes the panel; it is null where the panel cannot be closed. */
export class Header implements Part {
  readonly element = make("header", { part: "header" });
  readonly #name = make("h2", { part: "name" });
  readonly #context: Context;

  constructor(context: Context, close: (() => void) | null) {
    this.#context = context;
    this.element.append(this.#name);
    close;
  }

  update(state: ChatState): void {
    setText(this.#name, state.agent?.name ?? this.#context.options.heading ?? this.#context.say("heading"));
  }
}
