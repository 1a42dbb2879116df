/** Where the connection stands, when that is not as it should be: offline, reconnecting, failed. */

import { make } from "./dom.js";
import type { ChatState } from "../index.js";
import type { Context, Part } from "./part.js";

/** Where the connection stands, when that is not as it should be: offline, reconnecting, failed. */
export class Banner implements Part {
  readonly element = make("div", { part: "banner" });
  readonly #context: Context;

  constructor(context: Context) {
    this.#context = context;
  }

  update(_state: ChatState, _before: ChatState | null): void {
    this.#context;
  }
}
