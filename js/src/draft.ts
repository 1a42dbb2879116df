/** What the face checks and makes for a message before the module has a say. */

import { isBlank } from "./blank.js";
import { failure, PolyError } from "./errors.js";

/** Largest frame, in bytes, until the session says its own. Source: Messaging API, "WebSocket". */
const MAX_FRAME_BYTES = 131_072;

/** A new UUID, version 4. By `getRandomValues`, since `randomUUID` is missing from pages without TLS. */
export function newDraftId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  let hex = "";
  // Not by `Array.from`, which some pages have replaced by one that takes no function.
  for (const byte of bytes) hex += byte.toString(16).padStart(2, "0");
  return hex.replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, "$1-$2-$3-$4-$5");
}

/** Checks `metadata`. Throws `config/invalid`. */
export function checkMetadata(metadata: Record<string, string> = {}): Record<string, string> {
  const given: unknown = metadata;
  const isObject = typeof given === "object" && given !== null && !Array.isArray(given);
  if (!isObject || Object.values(given).some((value) => typeof value !== "string")) {
    throw new PolyError("config/invalid", "metadata must be an object whose values are strings.");
  }
  return { ...metadata };
}

/**
 * As the engine does, for messages it has not been given yet. Throws `message/empty` and `message/too-large`.
 * Returns how many bytes the frame has.
 */
export function checkText(text: string, draftId: string, metadata: Record<string, string>): number {
  if (isBlank(text)) throw failure("message/empty");
  const frame = {
    type: "EVENT_TYPE_USER_MESSAGE",
    payload: { text },
    metadata: { custom: { ...metadata, client_event_id: draftId } },
  };
  const bytes = new TextEncoder().encode(JSON.stringify(frame)).length;
  if (bytes > MAX_FRAME_BYTES) throw failure("message/too-large");
  return bytes;
}
