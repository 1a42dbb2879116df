/** The custom element: attributes and properties become options, options a chat, which a `Widget` shows. */

import type { Chat, ChatOptions } from "../index.js";
import { SharedChats, type Share } from "../shared-chats.js";
import { ATTRIBUTES, chatOptionsOf, optionsOf } from "./attributes.js";
import type { IconAnimation, PolyChatElement, PolyChatOptions, WidgetEvent } from "./types.js";
import { Widget } from "./widget.js";
import type { OwnTexts } from "./words.js";

/** What the element needs of the chat client: that of `.` or that of `./inline`. */
export interface Client {
  createChat(options: ChatOptions): Chat;
  hasResumableSession(options: ChatOptions): Promise<boolean>;
}

/** What an application may have set before the element was defined. */
const PROPERTIES = ["options", "chat", "texts"] as const;

/** Makes the element's class where it is needed: a server has no `HTMLElement`. */
export function elementClass(client: Client): CustomElementConstructor {
  const chats = new SharedChats((options) => client.createChat(options));

  return class extends HTMLElement implements PolyChatElement {
    static readonly observedAttributes = ATTRIBUTES;

    readonly #listeners = new Set<(event: WidgetEvent) => void>();
    readonly #widget = new Widget(this.attachShadow({ mode: "open" }), (event) => {
      for (const listener of [...this.#listeners]) listener(event);
    });
    #options: PolyChatOptions | null = null;
    #given: Chat | null = null;
    #share: Share | null = null;
    #isStale = false;

    get options(): PolyChatOptions | null {
      return this.#options;
    }

    set options(options: PolyChatOptions | null) {
      this.#options = options;
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
      return this.#widget.isOpen;
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
      this.setAttribute("show-icon", "true");
    }

    hideIcon(): void {
      this.setAttribute("show-icon", "false");
    }

    showHeader(): void {
      this.setAttribute("show-header", "true");
    }

    hideHeader(): void {
      this.setAttribute("show-header", "false");
    }

    showPrompt(text: string): void {
      this.setAttribute("prompt", text);
    }

    hidePrompt(): void {
      this.removeAttribute("prompt");
    }

    animateIcon(animation: IconAnimation): void {
      animation;
    }

    onReady(listener: (chat: Chat) => void): () => void {
      listener;
      return () => undefined;
    }

    onEvent(listener: (event: WidgetEvent) => void): () => void {
      const own = (event: WidgetEvent): void => {
        listener(event);
      };
      this.#listeners.add(own);
      return () => this.#listeners.delete(own);
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

    attributeChangedCallback(): void {
      // Together with those that are changed next.
      if (this.#isStale) return;
      this.#isStale = true;
      queueMicrotask(() => {
        this.#isStale = false;
        this.#renew();
      });
    }

    /** Has the chat that is now wanted, and shows it. */
    #renew(): void {
      const options = { ...optionsOf((name) => this.getAttribute(name)), ...this.#options };
      this.#widget.options = options;
      let share: Share | null = null;
      let problem = "";
      try {
        const isWanted = this.isConnected && !this.#given && (this.#options ?? options.connectorToken) !== undefined;
        if (isWanted && (options.connectorToken !== undefined || options.getAccessToken)) {
          const chatOptions = chatOptionsOf(options);
          share = chats.of(chatOptions);
          share.options = chatOptions;
        }
      } catch (thrown) {
        problem = thrown instanceof Error ? thrown.message : String(thrown);
      }
      if (share !== this.#share) {
        if (this.#share) chats.leave(this.#share);
        if (share) chats.join(share);
        this.#share = share;
      }
      this.#widget.show(this.isConnected ? this.chat : null, problem);
    }
  };
}
