/** Whether the user has agreed to the disclaimer: remembered in this browser for as long as its text stays the same. */

import type { PolyChatOptions } from "./types.js";

const KEY = "poly-chat-consent";

/** What was agreed to where nothing can be stored. */
const inMemory = new Set<string>();

/** Whether the chat may begin. */
export function hasConsent(options: PolyChatOptions): boolean {
  if (options.requireConsent !== true) return true;
  const name = nameOf(options);
  if (inMemory.has(name)) return true;
  try {
    return localStorage.getItem(KEY) === name;
  } catch {
    return false;
  }
}

/** The user agrees. */
export function giveConsent(options: PolyChatOptions): void {
  const name = nameOf(options);
  inMemory.add(name);
  try {
    localStorage.setItem(KEY, name);
  } catch {
    // Asked again on the next page.
  }
}

/** Another text is another agreement (FNV-1a, 32 bits). */
function nameOf({ disclaimer = "" }: PolyChatOptions): string {
  let hash = 0x811c9dc5;
  for (let at = 0; at < disclaimer.length; at++) {
    hash = Math.imul(hash ^ disclaimer.charCodeAt(at), 0x01000193);
  }
  return `1:${(hash >>> 0).toString(16)}`;
}
