/** The end of the conversation, and a new one. */

import type { ChatState } from "../index.js";
import { button, make, mark, setText } from "./dom.js";
import type { Context, Part } from "./part.js";
import type { Texts } from "./texts.js";

/** What is said of the reasons that need words of their own. */
const REASONS: ReadonlyMap<string, keyof Texts> = new Map([
  ["REASON_USER_ABANDONED", "chatTimedOut"],
  ["REASON_SESSION_LOST", "chatLost"],
]);

/** What is said of the end. */
export function textOfEnd({ reason }: NonNullable<ChatState["ended"]>): keyof Texts {
  return REASONS.get(reason) ?? "chatEnded";
}

/** What stands above the text box once the conversation is over. */
export class Ending implements Part {
  readonly element = make("section", { part: "ending", class: "ending", tabindex: "-1" });
  readonly #text = make("p");
  readonly #button: HTMLButtonElement;
  readonly #context: Context;
  /** Whether the user waits for a new chat to write in. */
  #isWaiting = false;

  constructor(context: Context) {
    this.#context = context;
    this.#button = button({ part: "new-chat", class: "main-button" }, () => {
      // The second click of a double click, or of one who waits for a page that hangs.
      if (this.#isWaiting) return;
      this.#isWaiting = true;
      void context.chat?.restart().catch(() => {
        this.#isWaiting = false;
      });
    });
    this.element.append(this.#text, this.#button);
  }

  update({ ended }: ChatState): void {
    this.element.hidden = ended === null;
    if (!ended) {
      // Not every browser gives the focus to a button that is clicked. The text box takes part in the same drawing, after this.
      if (this.#isWaiting) {
        queueMicrotask(() => {
          this.#context.goOn();
        });
      }
      this.#isWaiting = false;
      return;
    }
    mark(this.element, "data-reason", ended.reason);
    setText(this.#text, this.#context.say(textOfEnd(ended)));
    setText(this.#button, this.#context.say("newChat"));
  }
}
