/** Beside the conversation: the events as they come, the wire as it is, and the diagnostics. */

import type { Chat, ChatEvent } from "/pkg/index.js";
import { find, keepingEnd, make } from "./dom.js";

/** Entries that are kept in view; older ones go. */
const MAX_ENTRIES = 500;

const events = find("#events");
const wire = find("#wire");
const wirePanel = find("#wire-panel");
const wireToggle = find("#wire-toggle", HTMLInputElement);
const count = find("#event-count");
const diagnostics = find("#diagnostics");

/** Shows what happens in `chat`. Returns the undo. */
export function inspect(chat: Chat): () => void {
  let heard = 0;
  clear();
  const off = chat.on("*", (event) => {
    heard += 1;
    count.textContent = String(heard);
    append(events, eventEntry(event));
  });

  let offWire = (): void => undefined;
  const watch = (): void => {
    offWire();
    keepingEnd(events.parentElement ?? events, () => {
      wirePanel.hidden = !wireToggle.checked;
    });
    offWire = wireToggle.checked
      ? chat.raw.on(({ direction, text }) => {
          append(wire, wireEntry(direction, text));
        })
      : () => undefined;
  };
  wireToggle.onchange = watch;
  watch();

  find("#clear").onclick = clear;
  find("#diagnose").onclick = () => {
    diagnostics.hidden = !diagnostics.hidden;
    diagnostics.textContent = JSON.stringify(chat.diagnostics(), null, 2);
  };
  return () => {
    off();
    offWire();
  };
}

function clear(): void {
  events.replaceChildren();
  wire.replaceChildren();
}

function append(list: HTMLElement, entry: HTMLElement): void {
  const scroll = list.parentElement ?? list;
  keepingEnd(scroll, () => {
    list.append(entry);
    if (list.childElementCount > MAX_ENTRIES) list.firstElementChild?.remove();
  });
}

function eventEntry(event: ChatEvent): HTMLElement {
  const details = make("details", {}, make("summary", {}, clock(), ` ${event.type}`, brief(event)));
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
function brief(event: ChatEvent): string {
  switch (event.type) {
    case "agentMessageChunk":
      return `: ${event.delta}`;
    case "agentMessage":
    case "liveAgentMessage":
    case "userMessage":
    case "systemMessage":
    case "messagePending":
      return `: ${event.text}`;
    case "languageChanged":
      return `: ${event.languageCode}`;
    case "handoffQueueStatus":
      return `: ${event.position ?? "?"}`;
    case "unknown":
      return `: ${event.wireType}`;
    default:
      return "";
  }
}

function wireEntry(direction: "in" | "out", text: string): HTMLElement {
  const arrow = make("span", { class: "direction" }, direction === "in" ? "← " : "→ ");
  return make("li", { "data-direction": direction }, arrow, make("code", {}, text));
}

/** An Error has nothing that JSON shows by itself. */
function plainly(_key: string, value: unknown): unknown {
  return value instanceof Error ? { ...(value as object), message: value.message } : value;
}

function clock(): HTMLElement {
  return make("time", {}, new Date().toISOString().slice(11, 23));
}
