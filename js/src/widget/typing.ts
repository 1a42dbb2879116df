/** That an answer is being written: three dots where it will stand. */

import type { ChatState } from "../index.js";
import { avatarOf } from "./avatar.js";
import { make, setText } from "./dom.js";
import type { Context } from "./part.js";

/** The dots alone. */
export function dots(): HTMLElement {
  return make("span", { class: "dots", "aria-hidden": "true" }, make("span"), make("span"), make("span"));
}

/** Whether somebody writes whose words cannot be seen yet: a message that grows says so itself. */
export function isWriting({ isAgentTyping, messages }: ChatState): boolean {
  const last = messages.at(-1);
  return isAgentTyping && !(last?.role === "agent" && last.isStreaming);
}

/** Who that is. */
export function writerOf({ agent }: ChatState, context: Context): string {
  return agent?.name ?? context.say(agent?.kind === "live" ? "liveAgent" : "assistant");
}

/** The transcript's last line while somebody writes. */
export class Typing {
  readonly element = make("div", { part: "typing", class: "typing" });
  readonly #words = make("span", { class: "unseen" });
  readonly #context: Context;
  #avatar = avatarOf(null, null);

  constructor(context: Context) {
    this.#context = context;
    this.element.hidden = true;
    this.element.append(this.#avatar, make("span", { class: "typing-bubble" }, dots(), this.#words));
  }

  update(state: ChatState, before: ChatState | null): void {
    const { agent } = state;
    this.element.hidden = !isWriting(state);
    if (agent === before?.agent) return;
    setText(this.#words, this.#context.say("isTyping", { name: writerOf(state, this.#context) }));
    const avatar = avatarOf(agent?.avatarUrl ?? null, agent?.name ?? null);
    this.#avatar.replaceWith(avatar);
    this.#avatar = avatar;
  }
}
