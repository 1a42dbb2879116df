/** Who the user talks with: name, picture, whether a person. Buttons for the whole conversation, and to close the panel. */

import type { ChatState } from "../index.js";
import { avatarOf } from "./avatar.js";
import { button, make, mark, setText } from "./dom.js";
import { icon } from "./icons.js";
import { Menu } from "./menu.js";
import type { Context, Part } from "./part.js";

/** The panel's header. */
export class Header implements Part {
  // A <header> in a dialog would be a second banner of the page.
  readonly element = make("div", { part: "header", class: "header" });
  readonly #name = make("h2", { part: "name", class: "name", dir: "auto" });
  readonly #subtitle = make("p", { part: "subtitle", class: "subtitle" });
  readonly #menu: Menu;
  readonly #close: HTMLButtonElement;
  readonly #context: Context;
  #avatar = avatarOf(null, null);

  /** `close` closes the panel. */
  constructor(context: Context, close: () => void) {
    this.#context = context;
    this.#menu = new Menu(context);
    this.#close = button({ part: "close", class: "icon-button" }, close, icon("close"));
    const who = make("div", { class: "who" }, this.#name, this.#subtitle);
    this.element.append(this.#avatar, who, this.#menu.button, this.#close, this.#menu.list);
  }

  update(state: ChatState, before: ChatState | null): void {
    const { agent, connection } = state;
    const context = this.#context;
    const { heading } = context.options;
    // A page may have a `bind` of its own.
    const say: Context["say"] = (text, values) => context.say(text, values);
    const role = agent && say(agent.kind === "live" ? "liveAgent" : "assistant");
    const isConnecting = connection.status === "connecting";
    setText(this.#name, agent?.name ?? heading ?? role ?? say("heading"));
    setText(this.#subtitle, isConnecting ? say("connecting") : agent?.name ? (role ?? "") : "");
    mark(this.element, "data-agent", agent?.kind ?? null);
    mark(this.#close, "aria-label", say("closeChat"));
    // Only what floats can be closed.
    this.#close.hidden = (this.#context.options.renderMode ?? "floating") !== "floating";
    this.#menu.update(state);
    if (agent === before?.agent) return;
    const avatar = avatarOf(agent?.avatarUrl ?? null, agent?.name ?? null);
    this.#avatar.replaceWith(avatar);
    this.#avatar = avatar;
  }

  stop(): void {
    this.#menu.stop();
  }
}
