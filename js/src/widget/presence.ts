/**
 * Whether this browser may hold a session of a widget: a visitor who never opened one is not asked for by loading the module.
 * To look for a session itself is the client's business (`hasResumableSession`).
 */

import type { PolyChatOptions } from "./types.js";

const KEY = "poly-chat-begun";

/** Whether it is worth to look for a stored session. */
export function mayBeStored(options: PolyChatOptions): boolean {
  const { persistence } = options;
  if (typeof persistence === "object") return true;
  try {
    return storageOf(persistence)?.getItem(KEY) === "1";
  } catch {
    return false;
  }
}

/** A chat with these options has connected. */
export function rememberChat(options: PolyChatOptions): void {
  const { persistence } = options;
  if (typeof persistence === "object") return;
  try {
    storageOf(persistence)?.setItem(KEY, "1");
  } catch {
    // The session is not stored either.
  }
}

function storageOf(persistence: "local" | "tab" | "none" | undefined): Storage | null {
  if (persistence === "none") return null;
  return persistence === "tab" ? sessionStorage : localStorage;
}
