/** What a screen reader says: each finished message once. */

import { make } from "./dom.js";
import type { ChatState } from "../index.js";
import type { Context, Part } from "./part.js";

/** What a screen reader says: each finished message once. */
export class Announcer implements Part {
  readonly element = make("div", { part: "announcer" });
  readonly #context: Context;

  constructor(context: Context) {
    this.#context = context;
  }

  /** Has a screen reader say this, once it has said what it says now. */
  say(text: string): void {
    this.element.textContent = text;
  }

  update(_state: ChatState, _before: ChatState | null): void {
    this.#context;
  }
}
