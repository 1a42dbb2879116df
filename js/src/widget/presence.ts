/**
 * Whether this browser may hold a session of a widget: a visitor who never opened one is not asked for by loading the module.
 * To look for a session itself is the client's business (`hasResumableSession`).
 */

import type { PolyChatOptions } from "./types.js";

const KEY = "poly-chat-begun";

/** Whether it is worth to look for a stored session. */
export function mayBeStored({ persistence }: PolyChatOptions): boolean {
  if (typeof persistence === "object") return true;
  return ask(persistence, (storage) => storage.getItem(KEY)) === "1";
}

/** A chat with these options has connected. */
export function rememberChat({ persistence }: PolyChatOptions): void {
  ask(persistence, (storage) => {
    storage.setItem(KEY, "1");
  });
}

/** No session was found. */
export function forgetChat({ persistence }: PolyChatOptions): void {
  ask(persistence, (storage) => {
    storage.removeItem(KEY);
  });
}

/** A browser that denies the storage, or has no room in it, stores no session either. */
function ask<T>(persistence: PolyChatOptions["persistence"], work: (storage: Storage) => T): T | null {
  if (persistence === "none" || typeof persistence === "object") return null;
  try {
    return work(persistence === "tab" ? sessionStorage : localStorage);
  } catch {
    return null;
  }
}
