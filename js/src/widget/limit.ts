/** How long a message may be: what the page allows in characters, and the server in bytes. */

/** Bytes that a frame takes beside the text, generously: type, draft id, metadata. `send` is the judge. */
const AROUND = 512;

/** What the server takes where it says nothing (Messaging API, "WebSocket"). */
export const DEFAULT_BYTES = 128 * 1024;

/** How many characters there is room for; below zero: how many are too many. With bytes, about so many. */
export function roomFor(text: string, maxLength: number | undefined, maxBytes: number): number {
  const byLength = maxLength === undefined ? Infinity : maxLength - text.length;
  // A character takes up to six bytes in JSON.
  if (text.length * 6 + AROUND < maxBytes / 2) return byLength;
  const bytes = new TextEncoder().encode(JSON.stringify(text)).length + AROUND;
  const each = Math.max(1, bytes / (text.length || 1));
  const byBytes = Math.floor((maxBytes - bytes) / each);
  return Math.min(byLength, byBytes);
}

/** Whether the user is to be told how much room there is. */
export function isNear(room: number, length: number): boolean {
  return room <= Math.min(100, Math.max(10, (length + room) / 10));
}
