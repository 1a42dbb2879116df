/** The way to a person, step by step. */

import { make } from "./dom.js";
import type { ChatState } from "../index.js";
import type { Context, Part } from "./part.js";

/** The way to a person, step by step. */
export class Handoff implements Part {
  readonly element = make("section", { part: "handoff" });
  readonly #context: Context;

  constructor(context: Context) {
    this.#context = context;
  }

  update(_state: ChatState, _before: ChatState | null): void {
    this.#context;
  }
}
