/** One line of the transcript: a message of the agent, one of the user, or a notice. Each is drawn anew only where it has changed. */

import type { AgentMessage, ChatMessage, SystemMessage, UserMessage } from "../index.js";
import { avatarOf } from "./avatar.js";
import { attachmentOf, callOf } from "./cards.js";
import { button, make, mark, setText, takeOut } from "./dom.js";
import type { Lightbox } from "./lightbox.js";
import { MarkdownView } from "./markdown.js";
import { noticeOf } from "./notices.js";
import type { Context } from "./part.js";
import { isSamePlace, type Place } from "./places.js";
import type { Times } from "./times.js";
import { dots } from "./typing.js";

/** What lines are drawn with. */
export interface Tools {
  readonly context: Context;
  readonly times: Times;
  readonly lightbox: Lightbox;
}

/** A line in the document. */
export interface Line {
  readonly element: HTMLLIElement;
  /** Shows the message at its place. Nothing happens where both are as they were. */
  show(message: ChatMessage, place: Place): void;
}

/** Makes the line of a message, which it has still to be given. */
export function lineOf(message: ChatMessage, tools: Tools): Line {
  if (message.role === "user") return new UserLine(tools);
  return message.role === "agent" ? new AgentLine(tools) : new SystemLine(tools);
}

/** Characters of a message by which a button says which one it is for. */
const ENOUGH = 60;

let count = 0;

/** Who wrote a message and when, before it, for a screen reader at least; where neighbours are seen to be of one author and time, too. */
class Byline {
  readonly element: HTMLElement;
  readonly #name = make("span");
  readonly #time = make("span", { class: "unseen" });

  constructor(attributes: Readonly<Record<string, string>>) {
    this.element = make("p", { ...attributes, id: `byline-${++count}` }, this.#name, this.#time);
  }

  /** What a screen reader goes to in one step: all of a message. */
  named(...inner: readonly HTMLElement[]): HTMLElement {
    const { id } = this.element;
    return make("div", { class: "body", role: "article", "aria-labelledby": id }, this.element, ...inner);
  }

  show(name: string, time: string): void {
    setText(this.#name, name);
    setText(this.#time, ` ${time}`);
  }
}

/** What all lines have: the day above, the time below. */
abstract class AnyLine<M extends ChatMessage> implements Line {
  readonly element: HTMLLIElement;
  protected readonly tools: Tools;
  protected readonly foot = make("p", { class: "foot" });
  #message: M | null = null;
  #place: Place | null = null;
  #day: HTMLElement | null = null;

  constructor(role: M["role"], tools: Tools) {
    this.element = make("li", {
      part: `message message-${role}`,
      class: "line",
      role: "none",
      "data-role": role,
    });
    this.tools = tools;
  }

  show(message: ChatMessage, place: Place): void {
    const own = message as M;
    const isMoved = !this.#place || !isSamePlace(this.#place, place);
    if (own === this.#message && !isMoved) return;
    if (isMoved) this.#put(message.timestamp, place);
    this.draw(own, place, this.#message);
    this.#message = own;
    this.#place = place;
  }

  protected abstract draw(message: M, place: Place, before: M | null): void;

  #put(timestamp: Date, { isFirst, isLast, isNewDay }: Place): void {
    mark(this.element, "data-first", isFirst ? "" : null);
    mark(this.element, "data-last", isLast ? "" : null);
    if (isNewDay === (this.#day !== null)) return;
    takeOut(this.#day);
    this.#day = isNewDay ? make("p", { part: "day", class: "day" }, this.tools.times.day(timestamp, new Date())) : null;
    if (this.#day) this.element.prepend(this.#day);
  }

  /** The time that it was written, for the end of a group. A screen reader has it with the author. */
  protected time({ timestamp }: M): HTMLElement {
    const datetime = timestamp.toISOString();
    return make("time", { datetime, "aria-hidden": "true" }, this.tools.times.time(timestamp));
  }
}

/** A message of the agent, or of a person. */
class AgentLine extends AnyLine<AgentMessage> {
  readonly #byline = new Byline({ part: "author" });
  readonly #bubble = make("div", { part: "bubble bubble-agent", class: "bubble", dir: "auto" });
  readonly #more = make("div", { class: "more" });
  readonly #body = this.#byline.named(this.#bubble);
  #avatar: HTMLElement | null = null;
  #markdown: MarkdownView | null = null;
  #dots: HTMLElement | null = null;

  constructor(tools: Tools) {
    super("agent", tools);
    this.element.append(this.#body);
  }

  protected draw(message: AgentMessage, place: Place, before: AgentMessage | null): void {
    const { context } = this.tools;
    const name = message.agentName ?? context.say(message.agent === "live" ? "liveAgent" : "assistant");
    this.#byline.show(name, this.tools.times.time(message.timestamp));
    this.#byline.element.className = place.isFirst ? "author" : "unseen";
    const language = context.languageOf(message);
    mark(this.#bubble, "lang", language);
    mark(this.#more, "lang", language);
    this.#drawAvatar(message, place, before);
    mark(this.element, "data-streaming", message.isStreaming ? "true" : null);
    this.#drawText(message, before);
    if (message.attachments !== before?.attachments || message.callActions !== before.callActions) {
      const made = message.attachments.map((attachment) => attachmentOf(attachment, context, this.tools.lightbox));
      const cards = made.filter((card) => card !== null);
      this.#more.replaceChildren(...cards, ...message.callActions.map((action) => callOf(action, context)));
      if (this.#more.hasChildNodes()) this.#bubble.after(this.#more);
      else takeOut(this.#more);
    }
    if (place.isLast && !message.isStreaming) {
      this.foot.replaceChildren(this.time(message));
      this.#body.append(this.foot);
    } else takeOut(this.foot);
  }

  #drawAvatar(message: AgentMessage, place: Place, before: AgentMessage | null): void {
    const isSame = before?.avatarUrl === message.avatarUrl && before.agentName === message.agentName;
    if (isSame && place.isFirst === (this.#avatar !== null)) return;
    takeOut(this.#avatar);
    this.#avatar = place.isFirst ? avatarOf(message.avatarUrl, message.agentName) : null;
    if (this.#avatar) this.#body.before(this.#avatar);
  }

  #drawText(message: AgentMessage, before: AgentMessage | null): void {
    const { text, isStreaming } = message;
    if (text === before?.text && isStreaming === before.isStreaming) return;
    if (text.trim() !== "" && !this.#markdown) {
      this.#markdown = new MarkdownView(this.tools.context);
      this.#bubble.append(this.#markdown.element);
    }
    this.#markdown?.set(text, !isStreaming);
    // A text may hold nothing that is seen, or not yet.
    const isEmpty = this.#markdown?.isEmpty ?? true;
    this.#bubble.hidden = isEmpty && !isStreaming;
    if (!isEmpty || !isStreaming) takeOut(this.#dots);
    else this.#bubble.append((this.#dots ??= dots()));
  }
}

/** A message of the user: text as it was typed, and whether it has arrived. */
class UserLine extends AnyLine<UserMessage> {
  readonly #bubble = make("div", { part: "bubble bubble-user", class: "bubble typed", dir: "auto" });
  readonly #byline = new Byline({ class: "unseen" });

  constructor(tools: Tools) {
    super("user", tools);
    this.element.append(this.#byline.named(this.#bubble, this.foot));
  }

  protected draw(message: UserMessage, place: Place, before: UserMessage | null): void {
    const { context, times } = this.tools;
    this.#byline.show(context.say("you"), times.time(message.timestamp));
    setText(this.#bubble, message.text);
    mark(this.#bubble, "lang", context.languageOf(message));
    mark(this.element, "data-delivery", message.delivery);
    if (before?.delivery !== message.delivery || before.timestamp !== message.timestamp) {
      this.foot.replaceChildren(...this.#delivery(message));
    }
    this.foot.hidden = message.delivery === "sent" && !place.isLast;
    const arrived = this.foot.querySelector<HTMLElement>("[part~=delivery]");
    if (arrived && message.delivery === "sent") arrived.hidden = !place.isLatestOwn;
  }

  #delivery(message: UserMessage): HTMLElement[] {
    const { context } = this.tools;
    const state = (text: string): HTMLElement => make("span", { part: "delivery" }, text);
    if (message.delivery === "sent") return [this.time(message), state(context.say("sent"))];
    if (message.delivery === "pending") return [state(context.say("sending"))];
    const act = (work: (draftId: string) => unknown) => () => {
      try {
        if (message.draftId !== null) work(message.draftId);
      } catch {
        // It has been sent or discarded meanwhile, which is soon shown.
      }
    };
    const text = beginningOf(message.text);
    const does = (own: Record<string, string>, name: string, work: (draftId: string) => unknown): HTMLElement =>
      button({ ...own, class: "quiet-button", "aria-label": `${name}: ${text}` }, act(work), name);
    return [
      state(context.say("notDelivered")),
      does({ part: "retry" }, context.say("retry"), (id) => context.chat?.retry(id)),
      does({ part: "discard" }, context.say("discard"), (id) => context.chat?.discard(id)),
    ];
  }
}

/** Enough of a text to know it by. */
function beginningOf(text: string): string {
  const words = text.trim().replace(/\s+/g, " ");
  return words.length <= ENOUGH ? words : `${words.slice(0, ENOUGH).replace(/[\ud800-\udbff]$/, "")}…`;
}

/** A line that no one wrote. */
class SystemLine extends AnyLine<SystemMessage> {
  readonly #notice = make("p", { part: "notice", class: "notice", dir: "auto" });

  constructor(tools: Tools) {
    super("system", tools);
    this.element.append(this.#notice);
  }

  protected draw(message: SystemMessage): void {
    mark(this.element, "data-event", message.event);
    mark(this.element, "data-level", message.level);
    setText(this.#notice, noticeOf(message, this.tools.context));
    // The server's own words.
    if (message.event === "systemMessage") mark(this.#notice, "lang", this.tools.context.languageOf(message));
  }
}
