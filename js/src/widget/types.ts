/** The public types of `<poly-chat>`: its options, its events, its methods. */

import type { Chat, ChatEvent, ChatOptions } from "../index.js";
import type { Texts } from "./texts.js";

/** How `<poly-chat>` looks and behaves. Each is an attribute too, in kebab case: `renderMode` is `render-mode`. */
export interface WidgetOptions {
  /**
   * `floating` (default): a button in the corner of the window that opens a panel above it; on a phone the panel fills the
   * screen. `fullscreen`: the panel alone, over the whole window. `inline`: the panel alone, where the element stands in the page.
   */
  renderMode?: "floating" | "fullscreen" | "inline";
  /** Whether the panel is open from the start. Default false; fullscreen and inline are always open. */
  autoOpen?: boolean;
  /** Whether there is a button to open the panel. Default true. */
  showIcon?: boolean;
  /** Whether the panel has a header. Default true. */
  showHeader?: boolean;
  /** The corner: `end` (default) is the right where one reads from left to right. */
  position?: "start" | "end";
  /** `auto` (default) follows the user's system. */
  theme?: "auto" | "light" | "dark";
  /**
   * BCP 47 code of the language to begin with. Default: that of the browser which the widget has first. The language of the
   * conversation, once the server names one, goes before it.
   */
  language?: string;
  /** Title of the panel while no agent has joined. Default: a word of the language. */
  heading?: string;
  /** What the bubble beside the button says until the panel is first opened. Default: no bubble. */
  prompt?: string;
  /** What the user is told below the header, in Markdown: links to terms and privacy. Default: nothing. */
  disclaimer?: string;
  /** Whether the user has to agree to the disclaimer before the chat connects. Default false. */
  requireConsent?: boolean;
  /** Most characters of one message, 1 to 100 000. Default: what the server takes. */
  maxLength?: number;
}

/** Options of `createChat` and of the widget. */
export type PolyChatOptions = Partial<ChatOptions> & WidgetOptions;

/** What `onEvent` tells: each event of the chat, and what happens to the widget itself. */
export type WidgetEvent =
  | ChatEvent
  | { type: "widgetOpened" | "widgetClosed" | "widgetPromptClicked" | "widgetConsented" }
  | {
      type: "widgetUnread";
      /** Messages that have come and were not seen: `unread` of the element. */
      count: number;
    };

/** How the button of the launcher moves. All but `none` stand still where the user wants reduced motion. */
export type IconAnimation = "none" | "pulse" | "bounce" | "shake";

/**
 * `<poly-chat>`: a finished chat.
 *
 * Attributes: each option of `createChat` that is a text, a number or a yes/no, and each of `WidgetOptions`, in kebab case.
 * `environment` is `us`, `uk`, `euw` or the name of a cluster, or there is `api-url` with or without `socket-url`. A yes/no is
 * `true` (or empty) or `false`. Elements with equal options of `createChat` share one chat; it is closed when the last has left
 * the document, and its session is taken up again by the next.
 */
export interface PolyChatElement extends HTMLElement {
  /** Options over those of the attributes. Others of `createChat` than before are another chat. Default null. */
  options: PolyChatOptions | null;
  /**
   * The chat that is shown: the element's own, or null where there are no options yet. One that is set is shown instead, and is
   * left to who made it; null takes it away again.
   */
  get chat(): Chat | null;
  set chat(chat: Chat | null);
  /** Texts by language code, over those of the widget; a language that the widget lacks is added. Default null. */
  texts: Readonly<Record<string, Partial<Texts>>> | null;
  /** Whether the panel is open. */
  readonly isOpen: boolean;
  /** How many messages have come while the panel was closed or the page hidden. */
  readonly unread: number;
  /** Opens the panel, and moves the focus into it. */
  open(): void;
  /** Closes the panel; the chat goes on. The focus returns to where it was. Does nothing in fullscreen and inline. */
  close(): void;
  /** Opens or closes the panel. */
  toggle(): void;
  /** Shows the button of the launcher. */
  showIcon(): void;
  /** Hides the button of the launcher. */
  hideIcon(): void;
  /** Shows the panel's header. */
  showHeader(): void;
  /** Hides the panel's header. */
  hideHeader(): void;
  /** Shows a bubble beside the launcher's button, which opens the panel when it is clicked. */
  showPrompt(text: string): void;
  /** Takes the bubble away. */
  hidePrompt(): void;
  /** Has the launcher's button move, until it is told `none`, or the pointer or the focus comes to it. */
  animateIcon(animation: IconAnimation): void;
  /** Calls back once the chat is connected with its history in place, at once if it is. Returns the undo. */
  onReady(listener: (chat: Chat) => void): () => void;
  /** Calls back for each event. Returns the undo. */
  onEvent(listener: (event: WidgetEvent) => void): () => void;
}
