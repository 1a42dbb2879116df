/** The events as they come, and the wire as it is. */

import type { Chat, ChatEvent } from "/pkg/index.js";
import type { PolyChatElement, WidgetEvent } from "/pkg/widget.js";
import { find, keepingEnd, make } from "../dom.js";

/** Entries that are kept in view; older ones go. */
const MAX_ENTRIES = 500;

const events = find("#events");
const wire = find("#wire");
const count = find("#event-count");

let heard = 0;

/** Shows what happens in `chat`. Returns the undo. */
export function listen(chat: Chat): () => void {
  clear();
  const off = [
    chat.on("*", heardEvent),
    chat.raw.on(({ direction, text }) => {
      append(wire, wireEntry(direction, text));
    }),
  ];
  return () => {
    for (const undo of off) undo();
  };
}

/** Shows what happens to the widget itself. */
export function listenToWidget(widget: PolyChatElement): void {
  widget.onEvent((event) => {
    if (event.type.startsWith("widget")) heardEvent(event);
  });
}

/** Begins anew. */
export function clear(): void {
  events.replaceChildren();
  wire.replaceChildren();
  heard = 0;
  count.textContent = "0";
}

function heardEvent(event: WidgetEvent): void {
  heard += 1;
  count.textContent = String(heard);
  append(events, eventEntry(event));
}

function append(list: HTMLElement, entry: HTMLElement): void {
  keepingEnd(list.parentElement ?? list, () => {
    list.append(entry);
    if (list.childElementCount > MAX_ENTRIES) list.firstElementChild?.remove();
  });
}

function eventEntry(event: WidgetEvent): HTMLElement {
  const name = make("span", { class: "key" }, event.type);
  const summary = make("summary", {}, clock(), " ", name, " ", make("span", { class: "value" }, brief(event)));
  const details = make("details", {}, summary);
  // Most entries are never opened.
  details.addEventListener(
    "toggle",
    () => {
      details.append(make("pre", {}, JSON.stringify(event, plainly, 2)));
    },
    { once: true },
  );
  return make("li", { "data-type": event.type }, details);
}

/** What tells one event from the next of its type. */
function brief(event: ChatEvent | WidgetEvent): string {
  switch (event.type) {
    case "agentMessageChunk":
      return event.delta;
    case "agentMessage":
    case "liveAgentMessage":
    case "userMessage":
    case "systemMessage":
    case "messagePending":
      return event.text;
    case "languageChanged":
      return event.languageCode;
    case "handoffQueueStatus":
      return String(event.position ?? "?");
    case "reconnecting":
      return `try ${event.attempt} in ${event.retryInMs} ms`;
    case "unknown":
      return event.wireType;
    case "widgetUnread":
      return String(event.count);
    default:
      return "";
  }
}

function wireEntry(direction: "in" | "out", text: string): HTMLElement {
  const arrow = make("span", { class: "direction" }, direction === "in" ? "←" : "→");
  const said = make("span", { class: "unseen" }, direction === "in" ? "received" : "sent");
  return make("li", { "data-direction": direction }, clock(), " ", arrow, said, " ", make("code", {}, text));
}

/** An Error has nothing that JSON shows by itself. */
function plainly(_key: string, value: unknown): unknown {
  return value instanceof Error ? { ...(value as object), message: value.message } : value;
}

function clock(): HTMLElement {
  return make("time", {}, new Date().toISOString().slice(11, 23));
}
