/** The server's warning that it is about to end a conversation in which nobody says anything, and a button to stay. */

import type { ChatState } from "../index.js";
import { button, make, setText } from "./dom.js";
import type { Context, Part } from "./part.js";

/** What stands above the text box for as long as the warning does. */
export class Idle implements Part {
  readonly element = make("section", { part: "idle", class: "idle" });
  readonly #text = make("p", { class: "banner-words" });
  readonly #stay: HTMLButtonElement;
  readonly #context: Context;

  constructor(context: Context) {
    this.#context = context;
    // Nothing less than a message is sure to count.
    this.#stay = button({ part: "stay", class: "banner-button" }, () => {
      if (context.send(context.say("stay"))) context.goOn();
    });
    this.element.append(this.#text, this.#stay);
  }

  update(state: ChatState): void {
    this.element.hidden = !isWarned(state);
    setText(this.#text, this.#context.say("idleWarning"));
    setText(this.#stay, this.#context.say("stay"));
  }
}

/** Whether the conversation is about to end. */
export function isWarned({ idleWarning, ended }: ChatState): boolean {
  return idleWarning && ended === null;
}
