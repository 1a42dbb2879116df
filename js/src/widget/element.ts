/**
 * The custom element: attributes and properties become options, options a chat (connection.ts), which a `Widget` shows. Methods
 * and events are those of `PolyChatElement`.
 */

import type { Chat } from "../index.js";
import { Listeners } from "../listeners.js";
import { SharedChats } from "../shared-chats.js";
import { ATTRIBUTES, OPTION_OF, optionsOf, over, unknownAttributes } from "./attributes.js";
import { checkAnimation, checkObject, checkOptions } from "./checks.js";
import { Connection, type Client } from "./connection.js";
import type { IconAnimation, PolyChatElement, PolyChatOptions, WidgetEvent, WidgetOptions } from "./types.js";
import { Widget } from "./widget.js";
import type { OwnTexts } from "./words.js";

/** What an application may have set before the element was defined. */
const PROPERTIES = ["options", "chat", "texts"] as const;

/** Milliseconds that an application has to set a token. */
const PATIENCE_MS = 3000;
/** More is not said of what is wrong with one element. */
const MOST_TOLD = 50;

const nothing = (): void => undefined;

/** Makes the element's class where it is needed: a server has no `HTMLElement`. */
export function elementClass(client: Client): CustomElementConstructor {
  const chats = new SharedChats((options) => client.createChat(options));

  return class extends HTMLElement implements PolyChatElement {
    static readonly observedAttributes = ATTRIBUTES;

    readonly #events = new Listeners<WidgetEvent>();
    readonly #ready = new Listeners<Chat>();
    readonly #widget = new Widget(
      this.attachShadow({ mode: "open" }),
      (event) => {
        this.#tell(event);
      },
      () => {
        this.#renew();
      },
    );
    readonly #connection = new Connection(client, chats, this.#widget.memory, () => {
      this.#renew();
    });
    #options: PolyChatOptions | null = null;
    /** What methods have asked for since: over attributes and options. */
    #asked: WidgetOptions = {};
    #given: Chat | null = null;
    #isStale = false;
    #wasOpened = false;
    #heard: Chat | null = null;
    #readyChat: Chat | null = null;
    #leave = nothing;
    readonly #told = new Set<string>();
    #missing: ReturnType<typeof setTimeout> | undefined;

    get options(): PolyChatOptions | null {
      return this.#options;
    }

    set options(options: PolyChatOptions | null | undefined) {
      const problem = checkObject(options ?? null);
      if (problem) this.#complain([problem]);
      this.#options = problem ? null : (options ?? null);
      this.#asked = {};
      this.#renew();
    }

    get chat(): Chat | null {
      return this.#given ?? this.#connection.chat;
    }

    set chat(chat: Chat | null) {
      this.#given = chat;
      this.#renew();
    }

    get texts(): OwnTexts | null {
      return this.#widget.texts;
    }

    set texts(texts: OwnTexts | null) {
      this.#widget.texts = texts;
      this.#renew();
    }

    get isOpen(): boolean {
      return this.isConnected && this.#widget.isOpen;
    }

    get unread(): number {
      return this.#widget.unread;
    }

    open(): void {
      this.#widget.open();
    }

    close(): void {
      this.#widget.close();
    }

    toggle(): void {
      this.#widget.toggle();
    }

    showIcon(): void {
      this.#ask({ showIcon: true });
    }

    hideIcon(): void {
      this.#ask({ showIcon: false });
    }

    showHeader(): void {
      this.#ask({ showHeader: true });
    }

    hideHeader(): void {
      this.#ask({ showHeader: false });
    }

    showPrompt(text: string): void {
      this.#widget.prompt();
      this.#ask({ prompt: text });
    }

    hidePrompt(): void {
      this.#ask({ prompt: "" });
    }

    animateIcon(animation: IconAnimation): void {
      const problem = checkAnimation(animation);
      if (problem) this.#complain([problem]);
      else this.#widget.animate(animation);
    }

    onReady(listener: (chat: Chat) => void): () => void {
      const leave = this.#ready.add(listener);
      if (this.#readyChat) {
        const late = new Listeners<Chat>();
        late.add(listener);
        late.tell(this.#readyChat);
      }
      return leave;
    }

    onEvent(listener: (event: WidgetEvent) => void): () => void {
      return this.#events.add(listener);
    }

    connectedCallback(): void {
      // What was set before the element was defined hides its properties.
      for (const name of PROPERTIES) {
        const early = Object.getOwnPropertyDescriptor(this, name);
        if (!early || !Reflect.deleteProperty(this, name)) continue;
        Object.assign(this, { [name]: early.value as unknown });
      }
      this.#renew();
      this.#widget.settle();
    }

    disconnectedCallback(): void {
      this.#renew();
    }

    /** Moved by `moveBefore`, it goes on as if nothing had happened. */
    connectedMoveCallback(): void {
      // Nothing has.
    }

    attributeChangedCallback(name: string): void {
      // What the attribute says now is newer than what a method has asked for.
      const option = OPTION_OF.get(name);
      if (option !== undefined) Reflect.deleteProperty(this.#asked, option);
      // Together with those that are changed next.
      if (this.#isStale) return;
      this.#isStale = true;
      queueMicrotask(() => {
        this.#isStale = false;
        this.#renew();
      });
    }

    #ask(options: WidgetOptions): void {
      this.#asked = { ...this.#asked, ...options };
      this.#renew();
    }

    #tell(event: WidgetEvent): void {
      if (event.type === "widgetOpened" || event.type === "widgetConsented") this.#renew();
      this.#events.tell(event);
    }

    /** Has the chat that is now wanted, and shows it. */
    #renew(): void {
      if (!this.isConnected) {
        this.#connection.stop();
        this.#hear(null);
        this.#widget.stop();
        return;
      }
      const attributes = optionsOf((name) => this.getAttribute(name));
      const { options, problems, warnings } = checkOptions(over(over(attributes, this.#options), this.#asked));
      const isRefused = !this.#connect(options, problems);
      this.#widget.memory.use(this.chat, options, this.id);
      this.#hear(this.chat);
      this.#complain(problems);
      this.#warn([...warnings, ...unknownAttributes(this.getAttributeNames())]);
      this.#widget.show(this.chat, options, isRefused);
      if (options.autoOpen && !this.#wasOpened) {
        this.#wasOpened = true;
        this.#widget.open(false);
      }
    }

    /** Whether the options were taken. */
    #connect(options: PolyChatOptions, problems: string[]): boolean {
      const { connectorToken, getAccessToken, renderMode = "floating" } = options;
      // Without a token there is nothing wrong yet: it may be set later.
      const isGiven = (connectorToken ?? getAccessToken ?? this.#options) != null;
      if (this.#given || !isGiven) {
        this.#connection.stop();
        if (!this.#given) this.#missToken();
        return true;
      }
      const isOpen = renderMode !== "floating" || options.autoOpen === true || this.#widget.isOpen;
      try {
        this.#connection.use(options, isOpen, this.id);
      } catch (thrown) {
        problems.push(thrown instanceof Error ? thrown.message : String(thrown));
        return false;
      }
      return true;
    }

    /** Says that there is no token, where none comes: one may be set later. */
    #missToken(): void {
      if (this.#missing !== undefined) return;
      this.#missing = setTimeout(() => {
        const { connectorToken, getAccessToken } = this.#options ?? {};
        const isThere = this.chat ?? connectorToken ?? getAccessToken ?? this.getAttribute("connector-token");
        if (this.isConnected && isThere == null) {
          this.#warn([`there is no connector-token, and no getAccessToken in options: nothing can be said here.`]);
        }
      }, PATIENCE_MS);
    }

    /** Passes on what happens in this chat. */
    #hear(chat: Chat | null): void {
      if (chat === this.#heard) return;
      this.#leave();
      this.#heard = chat;
      this.#readyChat = null;
      this.#leave =
        chat?.on("*", (event) => {
          if (event.type === "connected") this.#awaitReady(chat);
          this.#events.tell(event);
        }) ?? nothing;
      if (chat?.getSnapshot().connection.status === "open") this.#awaitReady(chat);
    }

    #awaitReady(chat: Chat): void {
      this.#connection.remember();
      if (this.#readyChat) return;
      chat.ready().then(() => {
        if (chat !== this.#heard || this.#readyChat) return;
        this.#readyChat = chat;
        this.#ready.tell(chat);
      }, nothing);
    }

    /** Tells who made the page, once. */
    #complain(problems: readonly string[]): void {
      for (const problem of problems) if (this.#isNew(problem)) console.error(`<poly-chat>: ${problem}`);
    }

    #warn(warnings: readonly string[]): void {
      for (const warning of warnings) if (this.#isNew(warning)) console.warn(`<poly-chat>: ${warning}`);
    }

    #isNew(text: string): boolean {
      const isNew = !this.#told.has(text) && this.#told.size < MOST_TOLD;
      this.#told.add(text);
      return isNew;
    }
  };
}
