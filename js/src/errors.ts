/** The one class of failure, and how the module's plain errors and anything else that was thrown become it. */

import type { PlainError } from "./boundary.js";

/**
 * What went wrong, as a stable code. The part before the slash says where to look: `config` at the options and the
 * page, `auth` at tokens and hosts, `session` at the conversation, `message` at one message, `transport` at the network
 * and the server, `internal` at this package.
 */
export type PolyErrorCode =
  /** An option is missing, of the wrong type or out of bounds. */
  | "config/invalid"
  /** The page's content security policy refuses the API's addresses. */
  | "config/content-policy"
  /** The WebAssembly module cannot run or be loaded here. */
  | "config/wasm-unavailable"
  /** The server refused the token or its host. */
  | "auth/unauthorized"
  /** No access token could be had. */
  | "auth/token-failed"
  /** The connector token is not known to the server. */
  | "auth/connector-not-found"
  /** The server could not create a session. */
  | "session/creation-failed"
  /** The session was idle for too long. */
  | "session/expired"
  /** The server no longer knows the session. */
  | "session/lost"
  /** The conversation is over. */
  | "session/ended"
  /** Every reconnect attempt failed. */
  | "session/reconnect-exhausted"
  /** A message has no text. */
  | "message/empty"
  /** A message is larger than the session allows. */
  | "message/too-large"
  /** A message did not reach the server. */
  | "message/not-delivered"
  /** No unsent message has that draft id. */
  | "message/unknown-draft"
  /** The network could not be reached. */
  | "transport/network"
  /** No answer came in time. */
  | "transport/timeout"
  /** The server asked to slow down. */
  | "transport/rate-limited"
  /** The server failed. */
  | "transport/server"
  /** The server sent something that is not the documented protocol. */
  | "transport/protocol"
  /** There is no open connection. */
  | "transport/not-connected"
  /** A defect of this package. */
  | "internal";

/** What every `PolyError` has, of whichever copy of this file it is. */
const BRAND = Symbol.for("poly-messaging-web.PolyError");

/**
 * One class for every failure. Never holds a token. `instanceof` also holds for an error of another of this package's entries,
 * each of which brings a copy of this class.
 */
export class PolyError extends Error {
  /** @internal */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return this === PolyError ? !!(value as PolyError | null | undefined)?.[BRAND] : super[Symbol.hasInstance](value);
  }

  /** Stable: what to decide by. */
  readonly code: PolyErrorCode;
  /** Whether the same call may succeed when it is made again later. */
  readonly retryable: boolean;
  /** Milliseconds to wait before trying again, where the server said so; else null. */
  readonly retryAfterMs: number | null;
  /** What was thrown underneath, where there was something. */
  declare readonly cause?: unknown;

  /** @internal */
  // On the prototype, so that it is nothing that an error holds.
  // eslint-disable-next-line @typescript-eslint/class-literal-property-style
  get [BRAND](): boolean {
    return true;
  }

  /** `message` is fit for a user's eyes: what happened and what to do, in one or two sentences. */
  constructor(
    code: PolyErrorCode,
    message: string,
    details: { retryable?: boolean | undefined; retryAfterMs?: number | null | undefined; cause?: unknown } = {},
  ) {
    super(message, "cause" in details ? { cause: details.cause } : undefined);
    this.name = "PolyError";
    this.code = code;
    this.retryable = details.retryable ?? false;
    this.retryAfterMs = details.retryAfterMs ?? null;
  }
}

/** The failures that arise before the module has a say. Texts and `retryable` are those of the engine's own table. */
const OWN = {
  "message/empty": [false, "A message needs some text."],
  "message/too-large": [false, "The message is too long to be sent."],
  "message/not-delivered": [true, "The message was not delivered. Send it again."],
  "message/unknown-draft": [false, "There is no failed message with this id."],
  "transport/not-connected": [true, "The chat is not connected."],
  internal: [false, "Something went wrong inside the chat. Please report it."],
} as const satisfies Partial<Record<PolyErrorCode, readonly [boolean, string]>>;

/**
 * A failure of this face, with the standard text of its code unless `message` says more.
 *
 * @internal
 */
export function failure(code: keyof typeof OWN, details?: { message?: string; cause?: unknown }): PolyError {
  const [retryable, message] = OWN[code];
  return new PolyError(code, details?.message ?? message, { ...details, retryable });
}

/**
 * The module's errors are plain objects; whatever else comes out of it is a defect.
 *
 * @internal
 */
export function isPlainError(value: unknown): value is PlainError {
  return typeof value === "object" && value !== null && typeof (value as PlainError).code === "string";
}

/**
 * `thrown` as a `PolyError`.
 *
 * @internal
 */
export function toPolyError(thrown: unknown): PolyError {
  if (thrown instanceof PolyError) return thrown;
  if (!isPlainError(thrown)) return failure("internal", { cause: thrown });
  return new PolyError(thrown.code as PolyErrorCode, thrown.message, thrown);
}

/**
 * The text of anything that was thrown.
 *
 * @internal
 */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
