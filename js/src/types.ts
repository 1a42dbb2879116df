/** The public types of a chat's options and of the chat itself. */

/// <reference lib="esnext.disposable" preserve="true" />

import type { ChatEvent, ChatEventOf } from "./event-types.js";
import type { ChatState, UserMessage } from "./state.js";

/** What `createChat` takes: one of `connectorToken` and `getAccessToken`, never both. All else has a default. */
export type ChatOptions = CommonChatOptions & (ConnectorTokenOption | AccessTokenOption);

/** The connector token itself, on the page. */
export interface ConnectorTokenOption {
  /** Public token of a connector. Whoever can read the page can read it. */
  connectorToken: string;
  /** Not beside it. */
  getAccessToken?: undefined;
}

/** Access tokens from your backend, which keeps the connector token. */
export interface AccessTokenOption {
  /**
   * Supplies an access token, so that the connector token stays on your backend. Called once for each new
   * session; `signal` aborts when the answer is of no use any more. A rejection, or a result without an `accessToken`,
   * is the error `auth/token-failed`, whose `cause` says what was wrong. There are 30 seconds to answer.
   */
  getAccessToken: (context: { reason: "start" | "restart"; signal: AbortSignal }) => Promise<AccessToken>;
  /** Not beside it. */
  connectorToken?: undefined;
}

/** The options of `createChat` that each chat has. */
export interface CommonChatOptions {
  /**
   * Where the server is. Default `"us"`. A cluster is a name such as `us-1`: `a` to `z`, `0` to `9` and `-`, at most 63
   * characters. An address must be https, and wss for the socket; http and ws are for loopback hosts alone. `socketUrl`
   * defaults to `apiUrl` with its ending `/api/v1` replaced by `/ws`, or to `/ws` on the same host where it has no such
   * ending.
   */
  environment?:
    | "us"
    | "uk"
    | "euw"
    | {
        /** Name of a cluster of PolyAI's. */
        cluster: string;
      }
    | {
        /** Address of the API, such as `https://messaging.us-1.poly.ai/api/v1`. */
        apiUrl: string;
        /** Address of the socket, such as `wss://messaging.us-1.poly.ai/ws`. */
        socketUrl?: string;
      };
  /**
   * The host registered for the connector (`X-Host`): a web origin or an app namespace. Default: the page's origin;
   * inside a native app give its bundle identifier. Needed where the page has no origin (`file:`, a sandboxed iframe).
   */
  hostIdentifier?: string;
  /** Whether replies come in pieces as they are written. Default true. */
  streaming?: boolean;
  /** What the session is reported as. Default: detected, see `detectPlatform`. */
  platform?: Platform;
  /** What the session is reported as. Default: detected, see `detectPlatform`. */
  deviceType?: DeviceType;
  /** Default false: true discards a stored session and starts a new one. */
  fresh?: boolean;
  /** Default true: connect at once. false: wait for `reconnect()`. */
  autoConnect?: boolean;
  /**
   * Where the session is kept, so that a later chat with the same connector token, server and host identifier takes it
   * up: its id and access token, and the user's messages that the server has not confirmed. The transcript is not
   * stored; the server sends it again.
   *
   * - `"local"` (default) survives a restart of the browser or app, and is shared by all tabs. It stands in
   *   IndexedDB, sealed with a key that no script can read out. Where the browser cannot do that (no WebCrypto or
   *   IndexedDB: a page without TLS, some private windows and iframes), it is as with `"tab"`, and the log says so.
   * - `"tab"` survives a reload. It stands in `sessionStorage`, in clear, and goes with the tab.
   * - `"none"` is memory only.
   * - A store of your own: see `SessionStorageAdapter`.
   *
   * It is forgotten when the conversation ends, and not taken up any more once `sessionTimeoutMs` has passed without
   * anything received, or its token has run out. Storage that fails costs no more than that the session ends with the page.
   */
  persistence?: "local" | "tab" | "none" | SessionStorageAdapter;
  /** What to do when the server no longer knows a session: start a new one (default) or end. */
  onSessionLost?: "restart" | "end";
  /**
   * Runs before the agent is asked to join, once for each session, with the context id that the server gave it on
   * projects with verified context. It has 4 s, then `signal` aborts; the conversation starts whatever it does. What it
   * throws is logged.
   */
  beforeAgentJoin?: (context: { sessionId: string; contextId?: string; signal: AbortSignal }) => void | Promise<void>;
  /**
   * Milliseconds between heartbeats: 1,000 to 600,000, or 0 for none. Default 30,000. The server's capabilities
   * overrule it.
   */
  heartbeatIntervalMs?: number;
  /** Milliseconds of silence after which the server forgets a session: 1,000 to 86,400,000. Default 600,000. */
  sessionTimeoutMs?: number;
  /** Milliseconds to wait for the server's receipt of a message: 100 to 600,000. Default 5,000. */
  confirmTimeoutMs?: number;
  /**
   * Failed attempts in a row after which reconnecting is given up: 0 to 1,000, where 0 means no limit. Default 10. The
   * server's capabilities overrule it.
   */
  maxReconnectAttempts?: number;
  /** Lines from this level on go to the console (default `"warn"`), or every line to a logger of your own. */
  logger?: LogLevel | Logger;
}

/** What `getAccessToken` returns. */
export interface AccessToken {
  /** The `access_token` that the server's token endpoint gave to your backend. */
  accessToken: string;
  /** Seconds it is valid for, the endpoint's `expires_in`. */
  expiresIn?: number;
}

/** What a session is reported as. A page is one of the first three; the others are for applications that say so. */
export type Platform = "web" | "ios-web" | "android-web" | "ios" | "android" | "custom";
/** What a session is reported as. Laptops and televisions are `desktop`. */
export type DeviceType = "mobile" | "tablet" | "desktop";
/** How much is logged: each level holds those before it. */
export type LogLevel = "none" | "error" | "warn" | "info" | "debug";

/** Takes the lines of the log. No line holds a token or the text of a message. */
export interface Logger {
  /** `fields` holds details where there are any. What it throws is ignored. */
  log(level: Exclude<LogLevel, "none">, message: string, fields?: Record<string, unknown>): void;
}

/**
 * Holds one opaque string per key, e.g. in a native app's keychain. The string holds an access token in clear: the medium
 * itself must be safe, and no `localStorage`. A call that throws, rejects or takes longer than 5 seconds counts as
 * failed, and costs no more than that the session is not taken up later.
 */
export interface SessionStorageAdapter {
  /** What was last set under `key`; null where there is nothing. */
  get(key: string): Promise<string | null>;
  /** Keeps `value` under `key`. */
  set(key: string, value: string): Promise<void>;
  /** Forgets `key`; nothing happens where there is nothing. */
  remove(key: string): Promise<void>;
}

/**
 * What `init` takes: an address, a request, an answer, the bytes, or the compiled module. What is answered is compiled while it
 * is read, where its type is `application/wasm`.
 */
export type ModuleSource = string | URL | Request | Response | BufferSource | WebAssembly.Module;

/**
 * A conversation. Its methods may be passed on without their object. A promise that rejects does so with a `PolyError`,
 * and a rejection nobody looks at is no unhandled rejection.
 */
export interface Chat extends AsyncDisposable {
  /** Immutable; the same object until something changes, and unchanged parts keep their identity. */
  readonly getSnapshot: () => ChatState;
  /**
   * Told after a change, at most once per animation frame however much arrives; in a page that is not shown, by a
   * timer. Fits `useSyncExternalStore`. Returns the unsubscribe.
   */
  readonly subscribe: (listener: () => void) => () => void;
  /**
   * Told of each event as it happens, in order, after the snapshot has changed accordingly. A listener that throws
   * harms no other; its error is reported as an uncaught one. Returns the unsubscribe; `signal` does the same.
   */
  on<T extends ChatEvent["type"]>(
    type: T,
    listener: (event: ChatEventOf<T>) => void,
    options?: { signal?: AbortSignal },
  ): () => void;
  /** "*" hears all. */
  on(type: "*", listener: (event: ChatEvent) => void, options?: { signal?: AbortSignal }): () => void;
  /**
   * All events from this call on, for `for await`. Ends when the loop is left, `signal` aborts or the chat is closed.
   * Events wait in memory until they are taken, so leave it rather than stop taking.
   */
  events(options?: { signal?: AbortSignal }): AsyncIterableIterator<ChatEvent>;
  /** Resolves at the first open connection with its history in place; rejects when that became impossible. */
  ready(): Promise<void>;

  /**
   * The message shows as "pending" at once; resolves when the server has it, rejects when it is marked "failed". It connects where
   * the server has closed the connection, or the client has given up; in a chat that `close()` has closed it waits for `reconnect()`.
   * `metadata` comes back on the message's `userMessage` event. Throws at once: `message/empty`, `message/too-large`
   * (the whole frame; 131,072 bytes until the session says its own limit, 1 MiB at most), `session/ended`, `config/invalid` for
   * metadata that is not strings by name, or `transport/not-connected` where more than 100 messages, or 1 MiB of them, would wait.
   */
  send(text: string, options?: { metadata?: Record<string, string> }): Promise<UserMessage>;
  /**
   * Sends a failed message again, as `send` does. Rejects with `message/unknown-draft` where no failed message has that
   * draft id.
   */
  retry(draftId: string): Promise<UserMessage>;
  /**
   * Takes a failed message, or one not yet written to a socket, out of the transcript. Throws `message/unknown-draft`
   * where there is none with that draft id.
   */
  discard(draftId: string): void;
  /** Call on every keystroke: the client throttles, and says by itself when the user has stopped. Never throws. */
  typing(): void;

  /** Ends the conversation on the server and forgets it. */
  end(): Promise<void>;
  /** Ends this conversation, if any, and starts a new one. Resolves when that one is open. */
  restart(): Promise<void>;
  /**
   * Connects now: after a failure or `close()`, or instead of waiting for the next try. Loads the module again where
   * that had failed. Resolves when the connection is open.
   */
  reconnect(): Promise<void>;
  /** Leaves without ending: the session stays resumable by `reconnect()`. Idempotent. */
  close(): Promise<void>;

  /** The wire as it is, for what this API does not cover. No delivery tracking. */
  readonly raw: {
    /**
     * Writes a frame; `payload` defaults to `{}`. Throws `transport/not-connected` where no connection is open, and
     * `config/invalid` where the frame is no JSON object with a `type`.
     */
    send(frame: { type: string; payload?: object; metadata?: object }): void;
    /** Told of every frame as it is, in both directions. Returns the unsubscribe. */
    on(listener: (frame: { direction: "in" | "out"; text: string }) => void): () => void;
  };
  /** What support asks for: versions, platform, states, counts, timings. Never a token, never a message text. */
  diagnostics(): Record<string, unknown>;
}
