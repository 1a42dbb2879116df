/** The entry `./webview`: a chat's events to the native application around the page, and its commands back. */

import type { Chat } from "./types.js";

/** Stub. */
export function bridgeToNative(chat: Chat, options?: { name?: string }): () => void {
  throw new Error(`not there yet: ${String(options?.name)} ${chat.getSnapshot().connection.status}`);
}
