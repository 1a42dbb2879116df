/** What the user is told, and may have to agree to, before the chat begins. */

import { make } from "./dom.js";
import type { ChatState } from "../index.js";
import type { Context, Part } from "./part.js";

/** What the user is told, and may have to agree to, before the chat begins. */
export class Disclaimer implements Part {
  readonly element = make("section", { part: "disclaimer" });
  readonly #context: Context;

  constructor(context: Context) {
    this.#context = context;
  }

  update(_state: ChatState, _before: ChatState | null): void {
    this.#context;
  }
}
