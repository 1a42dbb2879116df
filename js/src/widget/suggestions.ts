/** Replies to tap. */

import { make } from "./dom.js";
import type { ChatState } from "../index.js";
import type { Context, Part } from "./part.js";

/** Replies to tap. */
export class Suggestions implements Part {
  readonly element = make("ul", { part: "suggestions" });
  readonly #context: Context;

  constructor(context: Context) {
    this.#context = context;
  }

  update(_state: ChatState, _before: ChatState | null): void {
    this.#context;
  }
}
