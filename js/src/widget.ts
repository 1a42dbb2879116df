/**
 * The entry `./widget`: `<poly-chat>`, a chat that shows itself. Importing it does nothing. What is shown, and how, is in
 * widget-view.ts.
 */

import { createChat, PolyError, type Chat, type ChatOptions } from "./index.js";
import { SharedChats, type Share } from "./shared-chats.js";
import { View } from "./widget-view.js";

/**
 * `<poly-chat>`: a transcript, a text box, and where the connection stands.
 *
 * Attributes: `connector-token`; `environment` (`us`, `uk`, `euw`, or the name of a cluster), or `api-url` with or without
 * `socket-url`. They mean what the options of `createChat` mean. Elements with equal options share one chat. It is connected
 * when the first comes into the document, and closed when the last has left it; its session is then taken up again by the next.
 */
export interface PolyChatElement extends HTMLElement {
  /** Options of `createChat`, over those of the attributes. Others than before are another chat. Default null. */
  options: ChatOptions | null;
  /**
   * The chat that is shown: the element's own, or null where there are no options yet. One that is set is shown instead, and is
   * left to who made it; null takes it away again.
   */
  get chat(): Chat | null;
  set chat(chat: Chat | null);
}

declare global {
  interface HTMLElementTagNameMap {
    "poly-chat": PolyChatElement;
  }
}

const ATTRIBUTES = ["connector-token", "environment", "api-url", "socket-url"];
const REGIONS = ["us", "uk", "euw"];

const chats = new SharedChats(createChat);

/**
 * Defines `<poly-chat>`, or an element of another name. Does nothing where there is an element of that name already, and on a
 * server. Throws a `SyntaxError` for what is no name of a custom element: small letters with a hyphen.
 */
export function defineWidget(tagName = "poly-chat"): void {
  if (typeof window === "undefined" || customElements.get(tagName)) return;
  customElements.define(tagName, elementClass());
}

/** Made when it is needed: a server has no `HTMLElement`. */
function elementClass(): CustomElementConstructor {
  return class extends HTMLElement implements PolyChatElement {
    static readonly observedAttributes = ATTRIBUTES;

    readonly #view = new View(this.attachShadow({ mode: "open" }));
    #options: ChatOptions | null = null;
    #given: Chat | null = null;
    #share: Share | null = null;
    #isStale = false;

    get options(): ChatOptions | null {
      return this.#options;
    }

    set options(options: ChatOptions | null) {
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

    connectedCallback(): void {
      // What was set before the element was defined hides its properties.
      for (const name of ["options", "chat"] as const) {
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
      let share: Share | null = null;
      let problem = "";
      try {
        const options = this.isConnected && !this.#given ? this.#wanted() : null;
        if (options) {
          share = chats.of(options);
          share.options = options;
        }
      } catch (thrown) {
        if (!(thrown instanceof PolyError)) throw thrown;
        problem = thrown.message;
      }
      if (share !== this.#share) {
        if (this.#share) chats.leave(this.#share);
        if (share) chats.join(share);
        this.#share = share;
      }
      this.#view.show(this.isConnected ? this.chat : null, problem);
    }

    #wanted(): ChatOptions | null {
      const [connectorToken, environment, apiUrl, socketUrl] = ATTRIBUTES.map((name) => this.getAttribute(name));
      const options: ChatOptions = { ...this.#options };
      if (connectorToken && !options.getAccessToken) options.connectorToken ??= connectorToken;
      if (apiUrl) options.environment ??= { apiUrl, ...(socketUrl ? { socketUrl } : {}) };
      if (environment) {
        options.environment ??= REGIONS.includes(environment) ? (environment as "us") : { cluster: environment };
      }
      const isGiven = this.#options ?? connectorToken;
      return isGiven === null || isGiven === undefined ? null : options;
    }
  };
}
