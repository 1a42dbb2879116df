/** That an answer is being written: three dots where it will stand. */

import type { ChatState } from "../index.js";
import { avatarOf } from "./avatar.js";
import { make, setText } from "./dom.js";
import type { Context } from "./part.js";

/** The dots alone. */
export function dots(): HTMLElement {
  return make("span", { class: "dots", "aria-hidden": "true" }, make("span"), make("span"), make("span"));
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
    const { agent, isAgentTyping, messages } = state;
    const last = messages.at(-1);
    // A message that grows says so itself.
    const isStreaming = last?.role === "agent" && last.isStreaming;
    this.element.hidden = !isAgentTyping || isStreaming;
    if (agent === before?.agent) return;
    const name = agent?.name ?? this.#context.say(agent?.kind === "live" ? "liveAgent" : "assistant");
    setText(this.#words, this.#context.say("isTyping", { name }));
    const avatar = avatarOf(agent?.avatarUrl ?? null, agent?.name ?? null);
    this.#avatar.replaceWith(avatar);
    this.#avatar = avatar;
  }
}
