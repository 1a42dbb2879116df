/**
 * Which language each message is in: that of the conversation when it came, in whatever language the widget itself is. A message
 * keeps its own when the conversation goes on in another.
 */

import type { Chat, ChatEvent, ChatMessage } from "../index.js";
import { languageTag } from "./words.js";

/** Messages whose language is known; the oldest are forgotten first. */
const MOST = 20_000;

const ofChats = new WeakMap<Chat, Tongues>();

/** Those of a chat, which all its widgets have in common. To be asked for before it connects. */
export function tonguesOf(chat: Chat): Tongues {
  const known = ofChats.get(chat);
  if (known) return known;
  const tongues = new Tongues(chat);
  ofChats.set(chat, tongues);
  return tongues;
}

/** The languages of one chat's messages. */
export class Tongues {
  readonly #languages = new Map<string, string | null>();
  #now: string | null;

  constructor(chat: Chat) {
    const { language, messages } = chat.getSnapshot();
    this.#now = languageTag(language);
    for (const message of messages) this.of(message);
    chat.on("*", (event) => {
      this.#follow(event);
    });
  }

  /** BCP 47 code of the language that a message is in; null where it is not known. */
  of(message: ChatMessage): string | null {
    const messageId = message.role === "system" ? null : message.messageId;
    const key = messageId !== null && this.#languages.has(messageId) ? messageId : message.id;
    return this.#languages.get(key) ?? this.#keep(key);
  }

  #follow(event: ChatEvent): void {
    if (event.type === "languageChanged") this.#now = languageTag(event.languageCode);
    else if (event.type === "connected" && !event.resumed) this.#now = null;
    else if ("messageId" in event && !this.#languages.has(event.messageId)) this.#keep(event.messageId);
  }

  #keep(key: string): string | null {
    this.#languages.set(key, this.#now);
    if (this.#languages.size > MOST) {
      const [oldest = ""] = this.#languages.keys();
      this.#languages.delete(oldest);
    }
    return this.#now;
  }
}
