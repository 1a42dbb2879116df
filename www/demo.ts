/** The demo page: one chat, shown as it stands. `chat` and `polyMessaging` are there for the console. */

import * as polyMessaging from "/pkg/index.js";
import type { Chat, ChatState } from "/pkg/index.js";
import { find, keepingEnd, make, mark } from "./dom.js";
import { inspect } from "./inspector.js";
import { MessageList } from "./messages.js";
import { offerSettings, optionsFrom, settingsFromAddress } from "./settings.js";

declare global {
  var chat: Chat | undefined;
  var polyMessaging: unknown;
}

const connection = find('[data-testid="connection"]');
const agentName = find('[data-testid="agent-name"]');
const avatar = find("#agent-avatar", HTMLImageElement);
const resumed = find('[data-testid="resumed"]');
const language = find('[data-testid="language"]');
const handoff = find('[data-testid="handoff"]');
const messages = find('[data-testid="messages"]');
const typing = find('[data-testid="typing"]');
const scroll = find("#scroll");
const ended = find('[data-testid="ended"]');
const trouble = find('[data-testid="trouble"]');
const suggestions = find('[data-testid="suggestions"]');
const composer = find("#composer", HTMLFormElement);
const input = find('[data-testid="input"]', HTMLTextAreaElement);
const submit = find('[data-testid="send"]', HTMLButtonElement);
const endButton = find('[data-testid="end"]', HTMLButtonElement);
const problem = find('[data-testid="error"]');

let leave = (): void => undefined;

/** Opens a chat in place of the one there is. Throws where the options do not do. */
function open(settings: URLSearchParams): void {
  const chat = polyMessaging.createChat(optionsFrom(settings));
  leave();
  globalThis.chat = chat;
  const list = new MessageList(messages, chat, (text) => {
    find("#announcer").textContent = text;
  });
  let shown: ChatState | null = null;
  const show = (): void => {
    const state = chat.getSnapshot();
    keepingEnd(scroll, () => {
      render(state, shown, list);
    });
    shown = state;
  };
  const off = [chat.subscribe(show), inspect(chat)];
  leave = () => {
    for (const undo of off) undo();
    void chat.close();
  };
  show();
}

/** Shows what changed since `before`. */
function render(state: ChatState, before: ChatState | null, list: MessageList): void {
  list.show(state.messages);
  typing.hidden = !state.isAgentTyping;
  if (state.connection !== before?.connection || state.ended !== before.ended) renderConnection(state);
  if (state.session !== before?.session) {
    resumed.hidden = state.session?.resumed !== true;
    mark(resumed, "data-session", state.session?.id ?? null);
  }
  if (state.agent !== before?.agent) renderAgent(state.agent);
  if (state.language !== before?.language) renderLanguage(state.language);
  if (state.handoff !== before?.handoff) renderHandoff(state.handoff);
  if (state.suggestions !== before?.suggestions) renderSuggestions(state.suggestions);
  if (state.ended !== before?.ended) renderEnd(state.ended);
  suggestions.hidden = state.ended !== null;
}

function renderConnection({ connection: now, ended: over }: ChatState): void {
  const texts = {
    idle: "Not connected",
    connecting: "Connecting…",
    open: "Connected",
    closing: "Ending…",
    closed: "Closed",
    reconnecting: "Reconnecting…",
    failed: "Failed",
  };
  mark(connection, "data-status", now.status);
  find("#connection-text").textContent = texts[now.status];
  trouble.hidden = over !== null || !["reconnecting", "failed", "closed"].includes(now.status);
  find("#trouble-text").textContent =
    now.status === "failed"
      ? now.error.message
      : now.status === "reconnecting"
        ? `The connection was lost. Try ${now.attempt} comes in ${Math.ceil(now.retryInMs / 1000)} s.`
        : "The connection is closed.";
}

function renderAgent(agent: ChatState["agent"]): void {
  mark(agentName, "data-kind", agent?.kind ?? null);
  agentName.textContent = agent ? (agent.name ?? (agent.kind === "live" ? "A person" : "Assistant")) : "Nobody is here";
  avatar.hidden = !agent?.avatarUrl;
  mark(avatar, "src", agent?.avatarUrl ?? null);
}

function renderLanguage(code: string | null): void {
  mark(messages, "lang", code);
  mark(language, "data-language", code);
  language.hidden = code === null;
  language.textContent = code === null ? "" : nameOf(code);
}

/** The language in its own words; the server may send a code that is none. */
function nameOf(code: string): string {
  try {
    return new Intl.DisplayNames([code], { type: "language" }).of(code) ?? code;
  } catch {
    return code;
  }
}

function renderHandoff(now: ChatState["handoff"]): void {
  const texts = {
    none: "",
    requested: "Looking for a person…",
    accepted: "A person will take over.",
    queued: "Waiting for a person.",
    connected: "You are talking with a person.",
    ended: "The person has left.",
    clientRequired: "This conversation continues elsewhere.",
    failed: "No person could be reached. You can go on here.",
    timedOut: "No person was free in time. You can go on here.",
  };
  mark(handoff, "data-phase", now.phase);
  mark(handoff, "data-position", now.position);
  handoff.hidden = now.phase === "none" || now.phase === "ended";
  const more = [
    now.position !== null && `Place ${now.position}${now.queueName === null ? "" : ` in ${now.queueName}`}.`,
    now.estimatedWaitSeconds !== null && `About ${Math.ceil(now.estimatedWaitSeconds / 60)} min.`,
    now.displayMessage,
    now.phase === "clientRequired" && now.route !== null && `Route: ${now.route}.`,
    now.phase === "clientRequired" && now.reason !== null && `Reason: ${now.reason}.`,
  ];
  handoff.textContent = [texts[now.phase], ...more.filter((text) => typeof text === "string")].join(" ");
}

function renderSuggestions(now: ChatState["suggestions"]): void {
  const buttons = now.map(({ text }) => {
    const button = make("button", { type: "button", "data-testid": "suggestion" }, text);
    button.onclick = () => {
      send(text);
      input.focus();
    };
    return make("li", {}, button);
  });
  suggestions.replaceChildren(...buttons);
}

function renderEnd(now: ChatState["ended"]): void {
  mark(ended, "data-reason", now?.reason ?? null);
  ended.hidden = now === null;
  ended.textContent = now === null ? "" : `This conversation has ended (${now.reason}). Start a new chat to go on.`;
  for (const control of [input, submit, endButton]) control.disabled = now !== null;
  if (now !== null && document.activeElement === document.body) find('[data-testid="new-chat"]').focus();
}

function send(text: string): void {
  problem.textContent = "";
  try {
    // Whether it arrives is seen in the transcript.
    void globalThis.chat?.send(text);
    scroll.scrollTop = scroll.scrollHeight;
  } catch (error) {
    problem.textContent = error instanceof Error ? error.message : String(error);
  }
}

composer.onsubmit = (event) => {
  event.preventDefault();
  if (input.value.trim() === "") return;
  send(input.value);
  if (problem.textContent === "") input.value = "";
  input.focus();
};

input.onkeydown = (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  composer.requestSubmit();
};

input.oninput = () => {
  globalThis.chat?.typing();
};

/** How it goes is seen in the connection's state. */
function quietly(promise: Promise<void> | undefined): void {
  promise?.catch(() => undefined);
}

endButton.onclick = () => {
  quietly(globalThis.chat?.end());
};

find('[data-testid="new-chat"]').onclick = () => {
  problem.textContent = "";
  quietly(globalThis.chat?.restart());
  input.focus();
};

find('[data-testid="reconnect"]').onclick = () => {
  quietly(globalThis.chat?.reconnect());
};

find("#inspector-toggle").onclick = ({ currentTarget }) => {
  const shown = document.body.dataset.inspector !== "open";
  document.body.dataset.inspector = shown ? "open" : "closed";
  mark(currentTarget as Element, "aria-expanded", String(shown));
};

globalThis.polyMessaging = polyMessaging;
offerSettings(open);
try {
  open(settingsFromAddress());
} catch (error) {
  problem.textContent = error instanceof Error ? error.message : String(error);
}
