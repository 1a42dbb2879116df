/** Shows the transcript. One node per message, kept by the message's id: what did not change is not touched. */

import type {
  AgentMessage,
  Attachment,
  CallAction,
  Chat,
  ChatMessage,
  SystemMessage,
  UserMessage,
} from "/pkg/index.js";
import { make, mark } from "./dom.js";

/** A message as it is shown. */
interface Line {
  element: HTMLLIElement;
  /** What was last shown; another object means that something changed. */
  shown: ChatMessage | null;
  text: Text;
  meta: HTMLElement;
  cards: HTMLElement;
}

/** The words for a line that no one wrote, by its event; `detail` is what the server said with it. */
const SYSTEM_TEXTS: Partial<Record<string, (detail: string | null) => string>> = {
  agentTriggeredHandoff: () => "You will be connected with a person.",
  handoffAccepted: (queue) => `A person will be with you soon${queue === null ? "" : ` (${queue})`}.`,
  clientHandoffRequired: () => "This conversation continues elsewhere.",
  handoffFailed: () => "Nobody could be reached. You can go on here.",
  handoffTimeout: () => "Nobody was free in time. You can go on here.",
  agentJoined: (name) => `${name ?? "The assistant"} has joined.`,
  agentLeft: () => "The assistant has left.",
  liveAgentJoined: (name) => `${name ?? "A person"} has joined.`,
  liveAgentLeft: () => "The person has left.",
  sessionEnd: () => "The conversation has ended.",
  sessionReplaced: () => "A new conversation has begun.",
  sessionIdleWarning: () => "This conversation will end soon if nothing is said.",
};

/** Shows the messages of one chat in `list`. */
export class MessageList {
  readonly #list: HTMLElement;
  readonly #chat: Chat;
  readonly #announce: (text: string) => void;
  #lines = new Map<string, Line>();
  #shown: readonly ChatMessage[] = [];

  /** `announce` is told of each whole message of the agent, for those who hear the page. */
  constructor(list: HTMLElement, chat: Chat, announce: (text: string) => void) {
    this.#list = list;
    this.#chat = chat;
    this.#announce = announce;
    list.replaceChildren();
  }

  /** Shows `messages`. */
  show(messages: readonly ChatMessage[]): void {
    if (messages === this.#shown) return;
    this.#shown = messages;
    const lines = new Map<string, Line>();
    let place = this.#list.firstElementChild;
    for (const message of messages) {
      const line = this.#lines.get(message.id) ?? newLine(message);
      lines.set(message.id, line);
      if (line.shown !== message) this.#update(line, message);
      if (line.element === place) place = place.nextElementSibling;
      else this.#list.insertBefore(line.element, place);
    }
    for (const [id, { element }] of this.#lines) if (!lines.has(id)) element.remove();
    this.#lines = lines;
  }

  #update(line: Line, message: ChatMessage): void {
    const before = line.shown;
    line.shown = message;
    const text = message.role === "system" ? systemText(message) : message.text;
    // A piece that was added is all that is written.
    if (text.startsWith(line.text.data)) line.text.appendData(text.slice(line.text.data.length));
    else line.text.data = text;
    if (message.role === "user") this.#updateUser(line, message);
    if (message.role === "agent") this.#updateAgent(line, message, before?.role === "agent" ? before : null);
  }

  #updateUser({ element, meta }: Line, message: UserMessage): void {
    mark(element, "data-delivery", message.delivery);
    mark(element, "data-draft-id", message.draftId);
    mark(element, "data-message-id", message.messageId);
    const said = { pending: "Sending…", sent: "Sent", failed: message.error?.message ?? "Not sent" }[message.delivery];
    const { draftId } = message;
    meta.replaceChildren(time(message), make("span", { "data-testid": "delivery" }, said));
    if (message.delivery !== "failed" || draftId === null) return;
    const retry = make("button", { type: "button", "data-testid": "retry" }, "Send again");
    retry.onclick = () => {
      // Whether it arrives is seen in the transcript.
      void this.#chat.retry(draftId);
    };
    const discard = make("button", { type: "button", "data-testid": "discard" }, "Discard");
    discard.onclick = () => {
      this.#chat.discard(draftId);
    };
    meta.append(retry, discard);
  }

  #updateAgent({ element, meta, cards }: Line, message: AgentMessage, before: AgentMessage | null): void {
    mark(element, "data-agent", message.agent);
    mark(element, "data-streaming", String(message.isStreaming));
    mark(element, "data-message-id", message.messageId);
    if (before?.agentName !== message.agentName) {
      meta.replaceChildren(make("span", {}, message.agentName ?? "Assistant"), time(message));
    }
    if (before?.attachments !== message.attachments || before.callActions !== message.callActions) {
      cards.replaceChildren(...message.attachments.map(card), ...message.callActions.map(callCard));
    }
    if (!message.isStreaming && before?.isStreaming !== false) {
      this.#announce(`${message.agentName ?? "Assistant"}: ${message.text}`);
    }
  }
}

function newLine(message: ChatMessage): Line {
  const text = document.createTextNode("");
  const meta = make("p", { class: "meta" });
  const cards = make("div", { class: "cards", "data-testid": "attachments" });
  const attributes = { class: "message", "data-testid": "message", "data-role": message.role, "data-id": message.id };
  const element = make("li", attributes, make("p", { class: "text", "data-testid": "text" }, text));
  if (message.role === "system") {
    mark(element, "data-event", message.event);
    mark(element, "data-level", message.level);
  } else {
    element.append(cards, meta);
  }
  return { element, shown: null, text, meta, cards };
}

function systemText({ event, text }: SystemMessage): string {
  return SYSTEM_TEXTS[event]?.(text) ?? text ?? event;
}

function time({ timestamp }: ChatMessage): HTMLElement {
  const clock = timestamp.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  return make("time", { datetime: timestamp.toISOString() }, clock);
}

/** Addresses are those that the package lets through: http(s), mailto and tel. */
function card({ kind, title, contentUrl, previewImageUrl, callToActionText }: Attachment): HTMLElement {
  const attributes = { class: "card", "data-testid": "attachment", "data-kind": kind };
  const element = contentUrl
    ? make("a", { ...attributes, href: contentUrl, target: "_blank", rel: "noopener noreferrer" })
    : make("div", attributes);
  const picture = kind === "image" ? (contentUrl ?? previewImageUrl) : previewImageUrl;
  if (picture?.startsWith("http")) {
    element.append(make("img", { src: picture, alt: kind === "image" ? (title ?? "Image") : "", loading: "lazy" }));
  }
  element.append(make("span", {}, title ?? contentUrl ?? "Attachment"));
  if (callToActionText) element.append(make("span", { class: "action" }, callToActionText));
  return element;
}

function callCard({ title, contactNumber }: CallAction): HTMLElement {
  const href = `tel:${contactNumber.replace(/[^\d+*#]/g, "")}`;
  return make(
    "a",
    { class: "card", "data-testid": "call-action", href },
    make("span", {}, title),
    make("span", { class: "action" }, contactNumber),
  );
}
