/** The button that opens the panel, its counter of new messages, and the bubble beside it. */

import { button, make, mark, setText } from "./dom.js";
import { icon } from "./icons.js";
import type { Context } from "./part.js";

/** The launcher. `toggle` opens or closes the panel. */
export class Launcher {
  readonly element = make("div", { class: "launcher-area" });
  readonly button: HTMLButtonElement;
  readonly #badge = make("span", { part: "badge", "aria-hidden": "true" });
  readonly #context: Context;

  constructor(context: Context, toggle: () => void) {
    this.#context = context;
    this.button = button({ part: "launcher", "aria-haspopup": "dialog" }, toggle, icon("chat"), this.#badge);
    this.element.append(this.button);
  }

  /** Shows whether the panel is open, and how many messages are unread. */
  update(isOpen: boolean, unread: number): void {
    const { say } = this.#context;
    const name = say.call(this.#context, isOpen ? "closeChat" : "openChat");
    mark(this.button, "aria-label", unread > 0 ? `${name}, ${this.#context.say("unread", { count: unread })}` : name);
    mark(this.button, "aria-expanded", String(isOpen));
    setText(this.#badge, unread > 0 ? String(unread) : "");
    this.#badge.hidden = unread === 0;
  }
}
