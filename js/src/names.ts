/** Names of options, as people write them. */

import type { ChatOptions } from "./types.js";

/** Every option of `createChat`; a new one that is missing here does not compile. */
export const CHAT_OPTIONS = Object.keys({
  connectorToken: 0,
  getAccessToken: 0,
  environment: 0,
  hostIdentifier: 0,
  streaming: 0,
  platform: 0,
  deviceType: 0,
  fresh: 0,
  autoConnect: 0,
  persistence: 0,
  onSessionLost: 0,
  beforeAgentJoin: 0,
  heartbeatIntervalMs: 0,
  sessionTimeoutMs: 0,
  confirmTimeoutMs: 0,
  maxReconnectAttempts: 0,
  logger: 0,
} satisfies Record<keyof ChatOptions, 0>) as (keyof ChatOptions)[];

/** Longer names are nobody's slip. */
const LONGEST = 40;

/** The one of `names` that was meant, in whatever spelling; null where none is near. */
export function meant(name: string, names: readonly string[]): string | null {
  const given = plain(name);
  if (given === "" || given.length > LONGEST) return null;
  let nearest: string | null = null;
  let least = 1 + Math.max(1, Math.floor(given.length / 4));
  for (const candidate of names) {
    const distance = distanceOf(given, plain(candidate));
    if (distance >= least) continue;
    least = distance;
    nearest = candidate;
  }
  return nearest;
}

/** A question to put behind what was found; empty where nothing is near. */
export function didYouMean(name: string, names: readonly string[], shown = (found: string): string => found): string {
  const found = meant(name, names);
  return found === null ? "" : ` Did you mean ${shown(found)}?`;
}

/** Without what tells spellings apart. */
function plain(name: string): string {
  return name.toLowerCase().replace(/[-_\s]/g, "");
}

/** How many letters are to be put in, taken out or replaced (Levenshtein). */
function distanceOf(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (let line = 1; line <= one.length; line++) {
    const next = [line];
    for (let at = 1; at <= other.length; at++) {
      const replaced = (row[at - 1] ?? 0) + Number(one[line - 1] !== other[at - 1]);
      next.push(Math.min(replaced, 1 + Math.min(row[at] ?? 0, next[at - 1] ?? 0)));
    }
    row = next;
  }
  return row[other.length] ?? 0;
}
