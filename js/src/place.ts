/**
 * Which chat it is, as far as this browser's storage goes: a connector at a server, for a host. What `<poly-chat>` remembers of a
 * chat goes by this name (widget/memory.ts), and goes with the session where that is cleared.
 */

import type { Persistence } from "./boundary.js";
import type { Settings } from "./options.js";

/** Where a chat says its `Place`, whichever copy of this file it is of. */
export const PLACE = Symbol.for("poly-messaging-web.place");

/** What all keys begin with. */
export const PREFIX = "poly-chat:";
/** The event of the window that tells, as its `detail`, which place has been forgotten. */
export const FORGET = "poly-chat-forget";

/** A chat's place. */
export interface Place {
  /** The same for each chat with this connector, server and host identifier. Nothing of them can be read out of it. */
  readonly name: string;
  /** Where the chat keeps its session. */
  readonly persistence: Persistence;
}

/** The place of a chat with these options. */
export function placeOf({ engine, persistence }: Pick<Settings, "engine" | "persistence">): Place {
  const { connectorToken, apiUrl, hostIdentifier } = engine;
  // No line break stands in any of them.
  return { name: hashOf([connectorToken, apiUrl, hostIdentifier].join("\n")), persistence };
}

/** Takes away all that is remembered of a chat, in every tab: those that are open hear of it, the others find it gone. */
export function forgetPlace({ name }: Place): void {
  const prefix = `${PREFIX}${name}:`;
  for (const kept of [() => localStorage, () => sessionStorage]) {
    try {
      const storage = kept();
      for (let at = storage.length - 1; at >= 0; at--) {
        const key = storage.key(at) ?? "";
        if (key.startsWith(prefix)) storage.removeItem(key);
      }
    } catch {
      // Where it is denied, nothing is in it.
    }
  }
  dispatchEvent(new CustomEvent(FORGET, { detail: name }));
}

/** A text as a short name (FNV-1a, 32 bits). */
export function hashOf(text: string): string {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return (hash >>> 0).toString(16);
}
