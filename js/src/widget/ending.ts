/** The end of the conversation, and a new one. */

import { make } from "./dom.js";
import type { ChatState } from "../index.js";
import type { Context, Part } from "./part.js";

/** The end of the conversation, and a new one. */
export class Ending implements Part {
  readonly element = make("section", { part: "ending" });
  readonly #context: Context;

  constructor(context: Context) {
    this.#context = context;
  }

  update(_state: ChatState, _before: ChatState | null): void {
    this.#context;
  }
}
