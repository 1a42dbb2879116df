/** What can be done with the whole conversation: to end it, which is asked for twice, and to begin another. */

import type { ChatState } from "../index.js";
import { button, make, mark, setText } from "./dom.js";
import { icon } from "./icons.js";
import { isOfInputMethod } from "./keys.js";
import type { Context } from "./part.js";

/** A button that shows two more. */
export class Menu {
  readonly button: HTMLButtonElement;
  readonly list = make("div", { class: "menu", part: "menu-list", id: "menu" });
  readonly #question = make("p", { class: "menu-question", id: "menu-question" });
  readonly #end: HTMLButtonElement;
  readonly #anew: HTMLButtonElement;
  readonly #cancel: HTMLButtonElement;
  readonly #context: Context;
  #isOpen = false;
  /** Whether it has been asked for once. */
  #isAsking = false;

  constructor(context: Context) {
    this.#context = context;
    this.button = button(
      { part: "menu", class: "icon-button", "aria-controls": "menu" },
      () => {
        this.#show(!this.#isOpen);
      },
      icon("menu"),
    );
    this.#end = button({ part: "end-chat", class: "menu-item" }, () => {
      if (!this.#isAsking) {
        this.#isAsking = true;
        this.#draw();
        // Whoever goes on pressing Enter does not end it.
        this.#cancel.focus();
        context.announce(context.say("endChatQuestion"));
        return;
      }
      void context.chat?.end().catch(() => undefined);
      this.#leave();
    });
    this.#anew = button({ part: "restart", class: "menu-item" }, () => {
      void context.chat?.restart().catch(() => undefined);
      this.#leave();
      context.goOn();
    });
    this.#cancel = button({ part: "cancel", class: "menu-item" }, () => {
      this.#leave();
    });
    this.list.append(this.#question, this.#end, this.#anew, this.#cancel);
    // The second click of a double click, or a key that is held down, is no answer to what the first has asked.
    this.#end.addEventListener(
      "click",
      (event) => {
        if (event.detail > 1) event.stopImmediatePropagation();
      },
      { capture: true },
    );
    this.#end.addEventListener("keydown", (event) => {
      if (event.repeat) event.preventDefault();
    });
    const onKey = (event: KeyboardEvent): void => {
      if (event.key !== "Escape" || !this.#isOpen || isOfInputMethod(event)) return;
      event.preventDefault();
      event.stopPropagation();
      this.#leave();
    };
    this.list.addEventListener("keydown", onKey);
    this.button.addEventListener("keydown", onKey);
    this.list.addEventListener("focusout", ({ relatedTarget }) => {
      const isInside = relatedTarget instanceof Node && this.list.contains(relatedTarget);
      if (relatedTarget && !isInside && relatedTarget !== this.button) this.#show(false);
    });
    this.#draw();
  }

  update({ session, ended }: ChatState): void {
    this.button.hidden = session === null || ended !== null;
    mark(this.button, "aria-label", this.#context.say("menu"));
    setText(this.#question, this.#context.say("endChatQuestion"));
    setText(this.#end, this.#context.say("endChat"));
    setText(this.#anew, this.#context.say("newChat"));
    setText(this.#cancel, this.#context.say("cancel"));
    if (this.button.hidden) this.#show(false);
  }

  /** A tap beside it: what cannot have the focus does not take it from the list. */
  readonly #onPointer = (event: Event): void => {
    const path = event.composedPath();
    if (!path.includes(this.list) && !path.includes(this.button)) this.#show(false);
  };

  /** Nothing of it is to stay with the page. */
  stop(): void {
    this.#show(false);
  }

  #leave(): void {
    this.button.focus();
    this.#show(false);
  }

  #show(isOpen: boolean): void {
    this.#isOpen = isOpen;
    this.#isAsking = false;
    this.#draw();
    if (isOpen) document.addEventListener("pointerdown", this.#onPointer, true);
    else document.removeEventListener("pointerdown", this.#onPointer, true);
    if (isOpen) this.#end.focus();
  }

  #draw(): void {
    this.list.hidden = !this.#isOpen;
    mark(this.button, "aria-expanded", String(this.#isOpen));
    this.#question.hidden = this.#cancel.hidden = !this.#isAsking;
    this.#anew.hidden = this.#isAsking;
    mark(this.#end, "data-asking", String(this.#isAsking));
    mark(this.list, "role", this.#isAsking ? "group" : null);
    mark(this.list, "aria-labelledby", this.#isAsking ? "menu-question" : null);
  }
}
