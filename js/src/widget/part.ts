/** What the pieces of the widget have in common. */

import type { Chat, ChatMessage, ChatState } from "../index.js";
import type { Memory } from "./memory.js";
import type { Texts } from "./texts.js";
import type { PolyChatOptions, WidgetEvent } from "./types.js";

/** What every part is given. All of it may be asked at any time; what it says may change between two updates. */
export interface Context {
  /** The chat that is shown. */
  readonly chat: Chat | null;
  /** Attributes and `options` as one; a number or a yes/no has its type. */
  readonly options: PolyChatOptions;
  /** What this browser remembers of this chat and this element. */
  readonly memory: Memory;
  /** BCP 47 code of the language that is shown, for `Intl` and `lang`. */
  readonly language: string;
  /** BCP 47 code of the language that a message is in; null where it is not known. */
  languageOf(message: ChatMessage): string | null;
  /** BCP 47 code of the language that the conversation is in now, in which the widget may have no texts; null: not known. */
  readonly conversationLanguage: string | null;
  /** Whether the panel is open and the page can be seen. */
  readonly isSeen: boolean;
  /** A text in the language that is shown. A `count` also chooses the plural; numbers are written as the language does. */
  say(text: keyof Texts, values?: Readonly<Record<string, string | number>>): string;
  /** Has a screen reader say this, once it has said what it says now. */
  announce(text: string): void;
  /** Has a screen reader wait with what comes meanwhile: something stands before all else. */
  hush(isHushed: boolean): void;
  /** Moves the focus to where the user goes on: writing, reading what is asked first, or beginning anew. */
  goOn(): void;
  /** Makes a change that may take away what has the focus: it then goes on as `goOn` says. */
  keepFocus(change: () => void): void;
  /** Tells the application. */
  emit(event: WidgetEvent): void;
  /** Sends; what cannot be sent is said to the user. Whether it is on its way. */
  send(text: string): boolean;
}

/** A part of the panel. */
export interface Part {
  readonly element: HTMLElement;
  /** Shows what is new since `before`; null: all of it, as at first, with another chat, and in another language. */
  update(state: ChatState, before: ChatState | null): void;
  /** Takes back what reaches beyond the element: timers, listeners on the window. It may be updated again afterwards. */
  stop?(): void;
}
