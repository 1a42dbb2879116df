/** Where the user writes: a text box that grows, how much room there is, and the button to send. */

import { isBlank } from "../blank.js";
import type { Chat, ChatState } from "../index.js";
import { hasConsent } from "./consent.js";
import { make, mark, setText } from "./dom.js";
import { Draft } from "./draft.js";
import { icon } from "./icons.js";
import { isOfInputMethod } from "./keys.js";
import { DEFAULT_BYTES, isNear, roomFor } from "./limit.js";
import type { Context, Part } from "./part.js";

/** The text box and its button. */
export class Composer implements Part {
  readonly element = make("form", { part: "composer", class: "composer" });
  readonly #input = make("textarea", {
    part: "input",
    class: "input",
    id: "input",
    rows: "1",
    dir: "auto",
    enterkeyhint: "send",
    autocomplete: "off",
    "aria-describedby": "counter",
  });
  readonly #label = make("label", { class: "unseen", for: "input" });
  readonly #counter = make("p", { part: "counter", class: "counter", id: "counter" });
  readonly #send = make(
    "button",
    { type: "submit", part: "send", class: "send", "aria-describedby": "counter" },
    icon("send"),
  );
  /** What is being written, where it is kept, and whose it is. */
  #draft: Draft | null = null;
  #place = "";
  readonly #context: Context;
  #chat: Chat | null = null;
  #leave: (() => void) | undefined;
  #maxBytes = DEFAULT_BYTES;
  #isOver = false;
  #isNear = false;
  #isDisabled = true;

  constructor(context: Context) {
    this.#context = context;
    this.element.append(this.#label, make("div", { class: "box" }, this.#input, this.#send), this.#counter);
    this.element.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    this.#input.addEventListener("input", () => {
      if (this.#input.value !== "") context.chat?.typing();
      this.#changed();
    });
    this.#input.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || isOfInputMethod(event)) return;
      event.preventDefault();
      this.#submit();
    });
    // The focus, and with it the on-screen keyboard, stays with the text box.
    this.#send.addEventListener("mousedown", (event) => {
      event.preventDefault();
    });
  }

  /** Moves the focus into the text box, where there is one to write in. */
  focus(): void {
    if (!this.#isDisabled) this.#input.focus({ preventScroll: true });
  }

  update({ ended }: ChatState, before: ChatState | null): void {
    const { chat, memory } = this.#context;
    this.#listen(chat);
    if (!this.#draft || memory.name !== this.#place) this.#recall();
    this.#isDisabled = ended !== null || chat === null || !hasConsent(this.#context);
    this.#input.disabled = this.#isDisabled;
    if (before === null) {
      setText(this.#label, this.#context.say("messageLabel"));
      mark(this.#input, "placeholder", this.#context.say("messagePlaceholder"));
      mark(this.#send, "aria-label", this.#context.say("send"));
      this.#changed();
    }
    this.#enable();
  }

  stop(): void {
    this.#listen(null);
    this.#draft?.flush();
  }

  /** What is being written is gone, and is stored no more. */
  forget(): void {
    this.#draft?.drop();
    this.#draft = null;
    this.#input.value = "";
    this.#changed();
  }

  /** Goes on with what was being written here; what was being written elsewhere stays there. */
  #recall(): void {
    const { memory } = this.#context;
    this.#draft?.flush();
    this.#draft = new Draft(memory.of("draft"));
    this.#place = memory.name;
    this.#input.value = this.#draft.recall();
    this.#changed();
  }

  #submit(): void {
    // Why it does not go stands below; a screen reader is told again.
    if (this.#isOver) this.#context.announce(this.#counter.textContent);
    if (this.#send.disabled || !this.#context.send(this.#input.value)) return;
    this.#input.value = "";
    this.#changed();
    this.#draft?.flush();
    this.#input.focus({ preventScroll: true });
  }

  /** Follows the limit that the server sets. */
  #listen(chat: Chat | null): void {
    if (chat === this.#chat) return;
    this.#leave?.();
    this.#chat = chat;
    this.#maxBytes = DEFAULT_BYTES;
    this.#leave = chat?.on("sessionStart", ({ capabilities }) => {
      this.#maxBytes = capabilities.maxMessageSizeBytes;
      this.#changed();
    });
  }

  #changed(): void {
    const { value } = this.#input;
    this.#draft?.keep(value);
    const room = roomFor(value, this.#context.options.maxLength, this.#maxBytes);
    const [wasNear, wasOver] = [this.#isNear, this.#isOver];
    this.#isNear = isNear(room, value.length);
    this.#isOver = room < 0;
    const count = Math.abs(room);
    const text = this.#isNear ? this.#context.say(this.#isOver ? "charactersOver" : "charactersLeft", { count }) : "";
    setText(this.#counter, text);
    mark(this.#input, "aria-invalid", this.#isOver ? "true" : null);
    if ((this.#isNear && !wasNear) || (this.#isOver && !wasOver)) this.#context.announce(text);
    this.#grow();
    this.#enable();
  }

  #enable(): void {
    this.#send.disabled = this.#isDisabled || this.#isOver || isBlank(this.#input.value);
  }

  /** Where the sheet's `field-sizing` does not do it. */
  #grow(): void {
    if (typeof CSS === "object" && CSS.supports("field-sizing", "content")) return;
    const { style } = this.#input;
    style.setProperty("height", "auto");
    if (this.#input.value !== "") style.setProperty("height", `${this.#input.scrollHeight}px`);
  }
}
