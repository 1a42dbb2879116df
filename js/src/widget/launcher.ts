/** The button that opens the panel, its counter of new messages, and the bubble beside it. */

import { hashOf } from "../place.js";
import { button, make, mark, setText } from "./dom.js";
import { icon } from "./icons.js";
import type { Context } from "./part.js";
import type { IconAnimation } from "./types.js";

/** More than this is not counted. */
const MOST = 99;

/** The launcher. */
export class Launcher {
  readonly element = make("div", { class: "launcher-area" });
  readonly button: HTMLButtonElement;
  readonly #badge = make("span", { part: "badge", "aria-hidden": "true" });
  /** The counter for a screen reader, which says it when it changes. */
  readonly #status = make("span", { class: "unseen", role: "status" });
  readonly #prompt = make("div", { part: "prompt", class: "prompt" });
  readonly #promptText: HTMLButtonElement;
  readonly #promptClose: HTMLButtonElement;
  readonly #context: Context;
  /** Whether the application has asked for its bubble since the user put one away. */
  #isRenewed = false;

  /** `toggle` opens or closes the panel. */
  constructor(context: Context, toggle: () => void) {
    this.#context = context;
    this.button = button(
      { part: "launcher", "aria-haspopup": "dialog" },
      toggle,
      icon("chat"),
      icon("down"),
      this.#badge,
    );
    // What moves can be stopped: by whoever comes near.
    const stop = (): void => {
      this.animate("none");
    };
    this.button.addEventListener("pointerenter", stop);
    this.button.addEventListener("focus", stop);
    this.button.addEventListener("keydown", ({ key }) => {
      if (key === "Escape") stop();
    });
    this.#promptText = button({ class: "prompt-text", part: "prompt-text" }, () => {
      context.emit({ type: "widgetPromptClicked" });
      toggle();
    });
    this.#promptClose = button(
      { class: "prompt-close", part: "prompt-close" },
      () => {
        this.dismiss();
        this.button.focus();
      },
      icon("close"),
    );
    this.#prompt.append(this.#promptText, this.#promptClose);
    this.element.append(this.#prompt, this.button, this.#status);
  }

  /** Says which element it opens. */
  controls({ id }: Element): void {
    mark(this.button, "aria-controls", id);
  }

  /** The bubble has been seen: it does not come again with the same text. */
  dismiss(): void {
    const { prompt } = this.#context.options;
    this.#prompt.hidden = true;
    if (!prompt) return;
    this.#isRenewed = false;
    // It does not come again on each page of a site.
    this.#context.memory.set("prompt", hashOf(prompt));
  }

  /** A bubble that the application asks for comes, whatever was dismissed. */
  renew(): void {
    this.#isRenewed = true;
  }

  animate(animation: IconAnimation): void {
    mark(this.button, "data-animation", animation === "none" ? null : animation);
  }

  /** Shows whether the panel is open, and how many messages are unread. */
  update(isOpen: boolean, unread: number): void {
    const context = this.#context;
    const { prompt } = context.options;
    const name = context.say(isOpen ? "closeChat" : "openChat");
    const news = unread > 0 && !isOpen ? context.say("unread", { count: unread }) : "";
    mark(this.button, "aria-label", news === "" ? name : `${name}, ${news}`);
    setText(this.#status, news);
    mark(this.button, "aria-expanded", String(isOpen));
    this.button.hidden = context.options.showIcon === false;
    setText(this.#badge, unread > MOST ? `${MOST}+` : String(unread));
    this.#badge.hidden = news === "";
    this.#prompt.hidden = isOpen || !prompt || this.#isDismissed(prompt);
    setText(this.#promptText, prompt ?? "");
    mark(this.#promptClose, "aria-label", context.say("promptClose"));
  }

  #isDismissed(prompt: string): boolean {
    return !this.#isRenewed && this.#context.memory.get("prompt") === hashOf(prompt);
  }
}
