/**
 * The custom element: attributes and properties become options, options a chat, which a `Widget` shows. When the chat connects
 * is decided here, with presence.ts.
 */

import type { Chat, ChatOptions } from "../index.js";
import { Listeners } from "../listeners.js";
import { SharedChats, type Share } from "../shared-chats.js";
import { ATTRIBUTES, chatOptionsOf, optionsOf } from "./attributes.js";
import { checkOptions } from "./checks.js";
import { hasConsent } from "./consent.js";
import { mayBeStored, rememberChat } from "./presence.js";
import type { IconAnimation, PolyChatElement, PolyChatOptions, WidgetEvent, WidgetOptions } from "./types.js";
import { Widget } from "./widget.js";
import type { OwnTexts } from "./words.js";

/** What the element needs of the chat client: that of `.` or that of `./inline`. */
export interface Client {
  createChat(options: ChatOptions): Chat;
  hasResumableSession(options: ChatOptions): Promise<boolean>;
}

/** What an application may have set before the element was defined. */
const PROPERTIES = ["options", "chat", "texts"] as const;

const nothing = (): void => undefined;

/** Makes the element's class where it is needed: a server has no `HTMLElement`. */
export function elementClass(client: Client): CustomElementConstructor {
  const chats = new SharedChats((options) => client.createChat(options));

  return class extends HTMLElement implements PolyChatElement {
    static readonly observedAttributes = ATTRIBUTES;

    readonly #events = new Listeners<WidgetEvent>();
    readonly #ready = new Listeners<Chat>();
    readonly #widget = new Widget(this.attachShadow({ mode: "open" }), (event) => {
      this.#tell(event);
    });
    #options: PolyChatOptions | null = null;
    /** What methods have asked for since: over attributes and options. */
    #asked: WidgetOptions = {};
    #given: Chat | null = null;
    #share: Share | null = null;
    /** The share whose chat is to be connected, though nothing is open: it has a session. */
    #resumed: Share | null = null;
    #isJoined = false;
    #isStale = false;
    #wasOpened = false;
    #heard: Chat | null = null;
    #readyChat: Chat | null = null;
    #leave = nothing;
    readonly #told = new Set<string>();

    get options(): PolyChatOptions | null {
      return this.#options;
    }

    set options(options: PolyChatOptions | null) {
      this.#options = options;
      this.#asked = {};
      this.#renew();
    }

    get chat(): Chat | null {
      return this.#given ?? this.#share?.chat ?? null;
    }

    set chat(chat: Chat | null) {
      this.#given = chat;
      this.#renew();
    }

    get texts(): OwnTexts | null {
      return this.#widget.texts;
    }

    set texts(texts: OwnTexts | null) {
      this.#widget.texts = texts ?? {};
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
      this.#widget.animate(animation);
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
    }

    disconnectedCallback(): void {
      this.#renew();
    }

    attributeChangedCallback(name: string): void {
      for (const asked of Object.keys(this.#asked) as (keyof WidgetOptions)[]) {
        if (asked.toLowerCase() === name.replaceAll("-", "")) Reflect.deleteProperty(this.#asked, asked);
      }
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
        this.#use(null, false);
        this.#hear(null);
        this.#widget.stop();
        return;
      }
      const { options, problems } = checkOptions({
        ...optionsOf((name) => this.getAttribute(name)),
        ...this.#options,
        ...this.#asked,
      });
      this.#widget.options = options;
      let share: Share | null = null;
      try {
        if (!this.#given && (this.#options ?? options.connectorToken) !== undefined && this.#hasToken(options)) {
          const chatOptions = chatOptionsOf(options);
          share = chats.of(chatOptions);
          share.options = chatOptions;
        }
      } catch (thrown) {
        problems.push(thrown instanceof Error ? thrown.message : String(thrown));
      }
      this.#use(share, share !== null && this.#isWanted(share, options));
      this.#hear(this.chat);
      this.#complain(problems);
      this.#widget.show(this.chat, problems.join(" "));
      if (options.autoOpen && !this.#wasOpened) {
        this.#wasOpened = true;
        this.#widget.open(false);
      }
    }

    #hasToken(options: PolyChatOptions): boolean {
      return options.connectorToken !== undefined || options.getAccessToken !== undefined || this.#options !== null;
    }

    /** Whether the chat is to connect: someone looks at it, or has a session to go on with, and agrees. */
    #isWanted(share: Share, options: PolyChatOptions): boolean {
      if (!hasConsent(options)) return false;
      if (options.autoConnect === true || this.#widget.isOpen || options.autoOpen) return true;
      if (this.#isJoined && share === this.#share) return true;
      if (this.#resumed !== share && mayBeStored(options)) {
        void client.hasResumableSession(chatOptionsOf(options)).then((isThere) => {
          if (!isThere) return;
          this.#resumed = share;
          this.#renew();
        }, nothing);
      }
      return this.#resumed === share;
    }

    #use(share: Share | null, isWanted: boolean): void {
      if (share !== this.#share || (this.#isJoined && !isWanted)) {
        if (this.#share && this.#isJoined) chats.leave(this.#share);
        this.#isJoined = false;
        this.#share = share;
      }
      if (!share || !isWanted || this.#isJoined) return;
      this.#isJoined = true;
      chats.join(share);
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
      if (chat === this.#share?.chat) rememberChat(this.#widget.options);
      if (this.#readyChat) return;
      chat.ready().then(() => {
        if (chat !== this.#heard || this.#readyChat) return;
        this.#readyChat = chat;
        this.#ready.tell(chat);
      }, nothing);
    }

    /** Tells who made the page, once. */
    #complain(problems: readonly string[]): void {
      for (const problem of problems) {
        if (this.#told.has(problem)) continue;
        this.#told.add(problem);
        console.error(problem);
      }
    }
  };
}
