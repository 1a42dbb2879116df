"use client";

/** The entry `./react`: a chat as React hooks. */

import type { Chat, ChatOptions, ChatState } from "./index.js";
import { createChat } from "./index.js";

/** Stub. */
export function useChat(options: ChatOptions): ChatState &
  Pick<Chat, "send" | "retry" | "discard" | "typing" | "end" | "restart" | "reconnect"> & {
    /** The chat itself. */
    chat: Chat;
  } {
  const chat = createChat(options);
  return { ...chat.getSnapshot(), ...chat, chat };
}
