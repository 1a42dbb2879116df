/**
 * What crosses the border to the WebAssembly module, as plain data: the mirror of `Change`, `Event` and `Error` in
 * `crates/engine/src`, and of the exported class in `src/client.rs`. Nothing here is public.
 */

import type { SessionStorageAdapter } from "./types.js";

/** `Options` in crates/engine/src/config.rs: every default filled in, every value checked. */
export interface EngineOptions {
  apiUrl: string;
  socketUrl: string;
  hostIdentifier: string;
  connectorToken: string | null;
  streaming: boolean;
  platform: string;
  deviceType: string;
  onSessionLost: "restart" | "end";
  heartbeatIntervalMs: number;
  sessionTimeoutMs: number;
  confirmTimeoutMs: number;
  maxReconnectAttempts: number;
  /** Whether the session is kept beyond the page. */
  persistent: boolean;
  fresh: boolean;
  /** Whether there is something to do before the agent is asked to join. */
  beforeAgentJoin: boolean;
}

/** Where a session is kept, as `src/browser/storage.rs` knows it. An adapter is called as its method's object. */
export type Persistence = "local" | "tab" | "none" | SessionStorageAdapter;

export interface PlainError {
  code: string;
  message: string;
  retryable: boolean;
  retryAfterMs: number | null;
}

export type PlainConnection =
  | { status: "idle" | "connecting" | "open" | "closing" | "closed" }
  | { status: "reconnecting"; attempt: number; retryInMs: number }
  | { status: "failed"; error: PlainError };

export interface PlainMessage {
  id: string;
  /** Milliseconds since 1970, UTC. */
  timestamp: number;
  /** `role` and the fields of that role, with errors as `PlainError`. */
  body: { role: "user" | "agent" | "system" } & Record<string, unknown>;
}

/** Messages are named by their place in the list. */
export type Change =
  | { op: "connection"; connection: PlainConnection }
  | { op: "session"; session: { id: string; resumed: boolean; streaming: boolean } | null }
  | { op: "insert"; at: number; message: PlainMessage }
  | { op: "replace"; at: number; message: PlainMessage }
  | { op: "append"; at: number; text: string }
  | { op: "move"; from: number; to: number }
  | { op: "remove"; at: number }
  | { op: "clear" }
  | { op: "agent"; agent: { kind: "poly" | "live"; name: string | null; avatarUrl: string | null } | null }
  | { op: "typing"; isAgentTyping: boolean }
  | { op: "idleWarning"; idleWarning: boolean }
  | { op: "suggestions"; suggestions: { text: string; payload: string | null }[] }
  | { op: "handoff"; handoff: Record<string, unknown> & { phase: string } }
  | { op: "language"; language: string | null }
  | { op: "ended"; ended: { reason: string } | null };

/**
 * `body` and `envelope` are merged into one public event; `timestamp` is a number, errors are `PlainError`, the payload of
 * an unknown event is JSON text.
 */
export interface PlainEvent {
  body: { type: string } & Record<string, unknown>;
  envelope: {
    id: string;
    sequence: number | null;
    timestamp: number;
    metadata: Record<string, string>;
    replayed: boolean;
  } | null;
}

/**
 * What the module calls. Outputs come in order: the changes of an event before the event. A method may call back into
 * the client; what follows from that is delivered after what is already under way. The module holds it weakly while nothing
 * is under way, so that a chat left alone can be collected: keep it for as long as the client is used.
 */
export interface Host {
  change(change: Change): void;
  event(event: PlainEvent): void;
  /** The call numbered `call` is done; `error` is null when it went well. */
  settle(call: number, error: PlainError | null): void;
  /** Frames as they are, while `watchFrames(true)`. */
  frame(direction: "in" | "out", text: string): void;
  /** 1 error, 2 warn, 3 info, 4 debug; at most the level given to the constructor. */
  log(level: 1 | 2 | 3 | 4, message: string): void;
  /** Only where `connectorToken` is null. */
  token(reason: "start" | "restart", signal: AbortSignal): Promise<{ accessToken: string; expiresIn?: number }>;
  /** Only where the option of this name is true. What comes of it is not looked at, but for when. */
  beforeAgentJoin(sessionId: string, contextId: string | undefined, signal: AbortSignal): Promise<void>;
}

/** What the module is told to do, as `src/client.rs` numbers it. */
export const START = 0;
export const READY = 1;
/** `draftId`: a new UUID. */
export const SEND = 2;
/** Of a message that another instance of the module was given, which has failed. */
export const SEND_IN_DOUBT = 3;
export const RETRY = 4;
export const DISCARD = 5;
export const TYPING = 6;
export const END = 7;
export const RESTART = 8;
export const RECONNECT = 9;
export const CLOSE = 10;
/** `text`: a frame. */
export const RAW_SEND = 11;

/** Has `frame` of the host told of each frame on the wire; not so where `call` is 0. */
export const WATCH_FRAMES = 12;

/** A command, with as much of the rest as it needs. */
export type Command = readonly [
  command: number,
  draftId?: string,
  text?: string,
  metadata?: Readonly<Record<string, string>>,
];

/** The exported class. */
export interface Client {
  /** Why it was refused, if it was: then nothing has changed. `call` is settled once it is known how it went. */
  command(command: number, call: number, ...more: unknown[]): PlainError | null;
  diagnostics(): Record<string, unknown>;
}

/** The class itself. `logLevel` is 0 (none) to 4 (debug). All of these throw a `PlainError` on bad options. */
export interface ClientConstructor {
  new (options: EngineOptions, host: Host, logLevel: number, persistence: Persistence): Client;
  /** What chats with these options have stored, where it can be read: it holds an access token. */
  storage(
    options: EngineOptions,
    persistence: Persistence,
  ): { read(): Promise<string | undefined>; remove(): Promise<void> };
  /** Whether a chat with these options would take up the session of this record. */
  isResumable(options: EngineOptions, record: string): boolean;
}
