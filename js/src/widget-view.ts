/** What `<poly-chat>` shows of a chat, and what the user does there. Texts are set as text: nothing of the server's is parsed. */

import { IDLE } from "./idle.js";
import type { AgentMessage, Chat, ChatMessage, ChatState } from "./index.js";

const STYLE = `
:host { display: flex; flex-direction: column; gap: .5em; block-size: 30em; font: inherit; }
:host([hidden]) { display: none; }
p, ol, ul { margin: 0; padding: 0; list-style: none; }
[role=log] { flex: 1; min-block-size: 0; overflow: auto; }
li { margin-block: .5em; overflow-wrap: anywhere; }
li > p { display: inline-block; max-inline-size: 85%; padding: .5em .75em; border: 1px solid; border-radius: .75em; white-space: pre-wrap; }
[data-role=user] { text-align: end; }
[data-role=system] > p { border: 0; font-size: .875em; }
img { display: block; max-inline-size: 100%; max-block-size: 12em; }
ul { display: flex; flex-wrap: wrap; gap: .5em; }
ul li { margin: 0; }
form, label { display: flex; gap: .5em; align-items: center; }
label, input { flex: 1; }
input, button { min-block-size: 2.5em; font: inherit; }
[hidden] { display: none; }
`;

const CONNECTION = {
  idle: "Not connected",
  connecting: "Connecting…",
  open: "Connected",
  reconnecting: "Connection lost. Reconnecting…",
  closing: "Ending…",
  closed: "Closed",
};

/** Lines that no one wrote, where the server says nothing better. `$` stands for what it says. */
const LINES: Partial<Record<string, string>> = {
  agentJoined: "$ has joined",
  liveAgentJoined: "$ has joined",
  agentLeft: "The assistant has left",
  liveAgentLeft: "The agent has left",
  agentTriggeredHandoff: "You will be put through to a person",
  handoffAccepted: "Waiting for a person to join",
  clientHandoffRequired: "The conversation goes on elsewhere",
  handoffFailed: "No one could be reached",
  handoffTimeout: "No one could be reached in time",
  sessionReplaced: "A new conversation",
  sessionEnd: "The conversation has ended",
};

type Child = Node | string;

/** The inside of one element. */
export class View {
  readonly #status = make("p", { role: "status" });
  readonly #again = button("Connect", () => this.#chat?.reconnect());
  readonly #anew = button("New conversation", () => this.#chat?.restart());
  readonly #list = make("ol");
  readonly #typing = make("p", {}, "An answer is being written…");
  readonly #log = make("div", { role: "log", tabindex: "0", "aria-label": "Conversation" }, this.#list, this.#typing);
  readonly #suggestions = make("ul", { "aria-label": "Suggested replies" });
  readonly #input = make("input", { type: "text", autocomplete: "off", enterkeyhint: "send" });
  readonly #send = make("button", { type: "submit" }, "Send");
  readonly #problem = make("p", { role: "alert" });
  readonly #lines = new Map<string, { element: HTMLElement; message: ChatMessage }>();
  #chat: Chat | null = null;
  #shown: ChatState | null = null;
  #leave = (): void => undefined;

  constructor(root: ShadowRoot) {
    const form = make("form", {}, make("label", {}, "Message", this.#input), this.#send);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (this.#say(this.#input.value)) this.#input.value = "";
    });
    this.#input.addEventListener("input", () => this.#chat?.typing());
    root.append(this.#status, this.#again, this.#anew, this.#log, this.#suggestions, form, this.#problem);
    dress(root);
    this.#draw();
  }

  /** Shows this chat from now on, and what is wrong where there is none. */
  show(chat: Chat | null, problem: string): void {
    this.#problem.textContent = problem;
    if (chat === this.#chat) return;
    this.#leave();
    this.#chat = chat;
    this.#leave =
      chat?.subscribe(() => {
        this.#draw();
      }) ?? (() => undefined);
    this.#draw();
  }

  #draw(): void {
    const state = this.#chat?.getSnapshot() ?? IDLE;
    const before = this.#shown;
    if (state === before) return;
    this.#shown = state;
    const isOver = state.ended !== null;
    const { connection } = state;
    setText(this.#status, connection.status === "failed" ? connection.error.message : CONNECTION[connection.status]);
    this.#again.hidden = isOver || !["failed", "closed"].includes(connection.status);
    this.#anew.hidden = !isOver;
    this.#send.disabled = this.#input.disabled = isOver || !this.#chat;
    this.#typing.hidden = !state.isAgentTyping;
    if (state.suggestions !== before?.suggestions) {
      this.#suggestions.replaceChildren(
        ...state.suggestions.map(({ text }) =>
          make(
            "li",
            {},
            button(text, () => this.#say(text)),
          ),
        ),
      );
    }
    this.#suggestions.hidden = isOver;
    if (state.messages !== before?.messages) this.#drawMessages(state.messages);
  }

  #drawMessages(messages: readonly ChatMessage[]): void {
    const log = this.#log;
    const isAtEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 20;
    const gone = new Set(this.#lines.keys());
    let next = this.#list.firstChild;
    for (const message of messages) {
      gone.delete(message.id);
      const element = this.#line(message);
      if (element === next) next = element.nextSibling;
      else this.#list.insertBefore(element, next);
    }
    for (const id of gone) {
      this.#lines.get(id)?.element.remove();
      this.#lines.delete(id);
    }
    // A message is read out once it is all there.
    log.setAttribute("aria-busy", String(messages.some((message) => message.role === "agent" && message.isStreaming)));
    if (isAtEnd) log.scrollTop = log.scrollHeight;
  }

  #line(message: ChatMessage): HTMLElement {
    const line = this.#lines.get(message.id) ?? { element: make("li"), message: null };
    const { element, message: before } = line;
    if (message === before) return element;
    this.#lines.set(message.id, { element, message });
    const text = textOf(message);
    const shown = element.firstElementChild;
    if (shown && before?.role === "agent" && message.role === "agent" && hasSameExtras(before, message)) {
      setText(shown, text);
    } else {
      element.dataset.role = message.role;
      element.replaceChildren(make("p", {}, text));
      if (message.role === "agent") element.append(...extrasOf(message));
      if (message.role === "user" && message.delivery !== "sent") element.append(...this.#delivery(message));
    }
    element.hidden = text === "" && element.childElementCount === 1;
    return element;
  }

  #delivery({ delivery, draftId }: Extract<ChatMessage, { role: "user" }>): Child[] {
    if (delivery === "pending" || draftId === null) return [make("small", {}, " Sending…")];
    return [make("small", {}, " Not delivered "), button("Send again", () => this.#chat?.retry(draftId))];
  }

  /** Whether it is on its way. */
  #say(text: string): boolean {
    setText(this.#problem, "");
    if (!this.#chat || text.trim() === "") return false;
    try {
      void this.#chat.send(text);
      return true;
    } catch (thrown) {
      setText(this.#problem, thrown instanceof Error ? thrown.message : String(thrown));
      return false;
    }
  }
}

function textOf(message: ChatMessage): string {
  if (message.role !== "system") return message.text;
  const line = LINES[message.event];
  if (line === undefined) return message.text ?? "";
  return line.includes("$") ? line.replace("$", () => message.text ?? "Someone") : line;
}

/** A list that is not changed stays the same object. */
function hasSameExtras(one: AgentMessage, other: AgentMessage): boolean {
  return one.attachments === other.attachments && one.callActions === other.callActions;
}

/** Links, images, and numbers to call. */
function extrasOf({ attachments, callActions }: AgentMessage): Child[] {
  const links = attachments.map(({ contentUrl, previewImageUrl, kind, title, callToActionText }) => {
    const source = previewImageUrl ?? (kind === "image" ? contentUrl : null);
    const label = callToActionText ?? title ?? contentUrl ?? "";
    const inner = [...(source ? [make("img", { src: source, alt: title ?? "" })] : []), label];
    return contentUrl ? link(contentUrl, inner) : make("span", {}, ...inner);
  });
  const calls = callActions.map(({ title, contactNumber }) =>
    link(`tel:${contactNumber.replace(/[^\d+*#]/g, "")}`, [title || contactNumber]),
  );
  return [...links, ...calls].map((element) => make("div", {}, element));
}

const link = (href: string, inner: Child[]): HTMLElement =>
  make("a", { href, target: "_blank", rel: "noopener noreferrer" }, ...inner);

function button(text: string, act: () => unknown): HTMLButtonElement {
  const made = make("button", { type: "button" }, text);
  made.addEventListener("click", act);
  return made;
}

function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Record<string, string> = {},
  ...inner: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...inner);
  return element;
}

/** Unless it says so already: to say it again would be read out again. */
function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** A sheet that a script has made needs no `style-src` in the page's content policy; Safari has it from 16.4 on. */
function dress(root: ShadowRoot): void {
  if (!("adoptedStyleSheets" in root)) {
    (root as ShadowRoot).append(make("style", {}, STYLE));
    return;
  }
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(STYLE);
  root.adoptedStyleSheets = [sheet];
}
