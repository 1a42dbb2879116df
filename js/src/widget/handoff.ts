/** The way to a person, step by step, with the place in the queue and the time to wait. */

import type { ChatState, HandoffState } from "../index.js";
import { make, mark, setText } from "./dom.js";
import type { Context, Part } from "./part.js";
import type { Texts } from "./texts.js";

/** The steps, in their order, and what they are called. */
const STEPS = [
  ["requested", "handoffRequested"],
  ["accepted", "handoffAccepted"],
  ["queued", "handoffQueued"],
  ["connected", "handoffConnected"],
] as const satisfies readonly (readonly [HandoffState["phase"], keyof Texts])[];

/** A box below the header, there while there is a way to go. How it ended stands in the transcript. */
export class Handoff implements Part {
  readonly element = make("section", { part: "handoff", class: "handoff" });
  readonly #title = make("p", { class: "handoff-title" });
  readonly #steps = make("ol", { class: "steps", role: "list" });
  readonly #details = make("p", { class: "handoff-details" });
  readonly #message = make("p", { class: "handoff-message", dir: "auto" });
  readonly #context: Context;

  constructor(context: Context) {
    this.#context = context;
    this.element.append(this.#title, this.#steps, this.#details, this.#message);
  }

  update({ handoff, ended }: ChatState, before: ChatState | null): void {
    if (handoff === before?.handoff && ended === before.ended) return;
    const step = STEPS.findIndex(([phase]) => phase === handoff.phase);
    const isElsewhere = handoff.phase === "clientRequired";
    mark(this.element, "data-phase", handoff.phase);
    mark(this.element, "aria-label", this.#context.say("handoffProgress"));
    this.element.hidden = (step < 0 && !isElsewhere) || ended !== null;
    if (this.element.hidden) return;
    const name = isElsewhere ? "handoffElsewhere" : STEPS[step]?.[1];
    setText(this.#title, name ? this.#context.say(name) : "");
    this.#drawSteps(step);
    setText(this.#details, detailsOf(handoff, this.#context).join(" · "));
    mark(this.#message, "lang", this.#context.conversationLanguage);
    setText(this.#message, handoff.phase === "connected" ? "" : (handoff.displayMessage ?? ""));
  }

  #drawSteps(current: number): void {
    this.#steps.hidden = current < 0 || current === STEPS.length - 1;
    this.#steps.replaceChildren(
      ...STEPS.map(([, name], index) => {
        const line = make("li", {}, make("span", { class: "unseen" }, this.#context.say(name)));
        mark(line, "data-step", index < current ? "done" : index === current ? "current" : "open");
        mark(line, "aria-current", index === current ? "step" : null);
        return line;
      }),
    );
  }
}

/** Whether a person is on the way. */
export function isWaiting({ phase }: HandoffState): boolean {
  return phase !== "connected" && STEPS.some(([step]) => step === phase);
}

/** What is known of the queue; nothing once the wait is over. */
export function detailsOf(handoff: HandoffState, context: Context): string[] {
  const { phase, queueName, position } = handoff;
  if (phase === "connected") return [];
  const details = [];
  if (queueName) details.push(queueName);
  if (position !== null) details.push(context.say("queuePosition", { position }));
  const wait = waitOf(handoff, context);
  return wait === null ? details : [...details, wait];
}

/** How long it may take; null where that is not known. */
export function waitOf({ estimatedWaitSeconds }: HandoffState, context: Context): string | null {
  if (estimatedWaitSeconds === null || estimatedWaitSeconds <= 0) return null;
  const count = Math.ceil(estimatedWaitSeconds / 60);
  return estimatedWaitSeconds < 60 ? context.say("queueWaitShort") : context.say("queueWait", { count });
}
