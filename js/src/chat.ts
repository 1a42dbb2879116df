/**
 * The chat as the application holds it: hands commands to the module, and what comes back to the store, the events and
 * the promises. It decides nothing about the conversation.
 */

import { Backlog } from "./backlog.js";
import {
  CLOSE,
  DISCARD,
  END,
  RAW_SEND,
  READY,
  RECONNECT,
  RESTART,
  RETRY,
  SEND,
  START,
  TYPING,
  WATCH_FRAMES,
  type Client,
  type Command,
  type Host,
  type PlainConnection,
  type PlainError,
  type PlainEvent,
} from "./boundary.js";
import { Calls } from "./calls.js";
import { checkMetadata, newDraftId } from "./draft.js";
import { failure, isPlainError, messageOf, PolyError, toPolyError } from "./errors.js";
import type { ChatEvent } from "./event-types.js";
import { Emitter } from "./events.js";
import { toJson } from "./json.js";
import { Listeners } from "./listeners.js";
import type { Loader, User } from "./module.js";
import { parseOptions, type Settings } from "./options.js";
import { PLACE, placeOf, type Place } from "./place.js";
import { Scheduler } from "./scheduler.js";
import type { UserMessage } from "./state.js";
import { pendingMessage, Store } from "./store.js";
import { accessTokenOf } from "./token.js";
import type { Chat, ChatOptions } from "./types.js";
import { version } from "./version.js";

const nothing = (): void => undefined;

/** What `createChat` makes. */
export class DefaultChat implements Chat {
  readonly #settings: Settings;
  readonly #loader: Loader;
  readonly #scheduler = new Scheduler();
  readonly #store = new Store(() => {
    this.#scheduler.request();
  });
  readonly #emitter = new Emitter();
  readonly #calls = new Calls();
  readonly #backlog = new Backlog(this.#store, this.#emitter, this.#calls);
  readonly #frames = new Listeners<{ direction: "in" | "out"; text: string }>();
  /** A page is where a chat lives; elsewhere it does nothing. */
  readonly #live = typeof window !== "undefined";
  /** Null until the module is loaded and has been given all that waited for it. */
  #client: Client | null = null;
  /** Of no more interest once there is a client. `handing`: what waited is being given to the module. */
  #phase: "idle" | "loading" | "handing" | "closed" | PolyError = "idle";
  #fetching = false;
  #start: boolean;
  /** Messages that were told of by an instance of the module that has failed. */
  #known = new Set<unknown>();
  /** Why there was no access token when it was last asked for, in the application's words. */
  #tokenFailure: unknown;

  /** Throws `config/invalid`. */
  constructor(options: ChatOptions, loader: Loader) {
    this.#settings = parseOptions(options);
    this.#loader = loader;
    this.#start = this.#settings.autoConnect;
    // Safari has no such symbol yet.
    const { asyncDispose } = Symbol as { asyncDispose?: typeof Symbol.asyncDispose };
    // By no descriptor, which would have all that a page has put into every object's prototype.
    if (asyncDispose) Reflect.set(this, asyncDispose, this.close);
    if (this.#live && this.#start) this.#load();
  }

  get [PLACE](): Place {
    return placeOf(this.#settings);
  }

  declare readonly [Symbol.asyncDispose]: Chat["close"];

  getSnapshot: Chat["getSnapshot"] = () => this.#store.snapshot();

  subscribe: Chat["subscribe"] = (listener) => this.#scheduler.add(listener);

  on: Chat["on"] = (type: string, listener: (event: never) => void, options?: { signal?: AbortSignal }) =>
    this.#emitter.on(type, listener as (event: ChatEvent) => void, options?.signal);

  events: Chat["events"] = (options) => {
    const events = this.#emitter.iterate(options?.signal);
    if (!this.#live) this.#emitter.finish();
    return events;
  };

  ready: Chat["ready"] = () => this.#ask(nothing, READY);

  send: Chat["send"] = (text, options) => {
    const metadata = checkMetadata(options?.metadata);
    // What is no string has no text.
    if (typeof text !== "string") throw failure("message/empty");
    const draftId = newDraftId();
    const result = this.#delivered(draftId, text);
    if (!this.#client) {
      return this.#live ? this.#kept(this.#backlog.send(draftId, text, metadata, result)) : this.#ask(result, READY);
    }
    const command = [SEND, draftId, text, metadata] as const;
    const { call, promise } = this.#calls.open(result, command);
    this.#now(command, call);
    return promise;
  };

  retry: Chat["retry"] = (draftId) => {
    const result = this.#delivered(draftId, "");
    const kept = this.#backlog.retry(draftId, result);
    if (kept) return this.#kept(kept);
    return this.#client ? this.#ask(result, RETRY, draftId) : this.#rejected(failure("message/unknown-draft"));
  };

  discard: Chat["discard"] = (draftId) => {
    if (this.#backlog.discard(draftId)) return;
    if (!this.#client) throw failure("message/unknown-draft");
    this.#now([DISCARD, draftId]);
  };

  typing: Chat["typing"] = () => {
    this.#order(0, [TYPING]);
  };

  end: Chat["end"] = () => {
    const begun = this.#client ?? (this.#phase === "loading" || this.#phase === "handing");
    return begun ? this.#ask(nothing, END) : Promise.resolve();
  };

  restart: Chat["restart"] = () => this.#connect(RESTART);

  reconnect: Chat["reconnect"] = () => {
    this.#start = true;
    return this.#connect(RECONNECT);
  };

  close: Chat["close"] = () => {
    const finish = (): void => {
      this.#emitter.finish();
    };
    if (this.#client ?? this.#phase === "handing") return this.#ask(finish, CLOSE);
    if (this.#live) {
      this.#phase = "closed";
      this.#store.apply({ op: "connection", connection: { status: "closed" } });
      this.#backlog.release();
      finish();
    }
    return Promise.resolve();
  };

  readonly raw: Chat["raw"] = {
    send: (frame) => {
      const text = encodeFrame(frame);
      if (!this.#client) throw failure("transport/not-connected");
      this.#now([RAW_SEND, "", text]);
    },
    on: (listener) => {
      const remove = this.#frames.add(listener);
      if (this.#frames.size === 1) this.#order(1, [WATCH_FRAMES]);
      return () => {
        if (remove() && this.#frames.size === 0) this.#order(0, [WATCH_FRAMES]);
      };
    },
  };

  diagnostics: Chat["diagnostics"] = () => {
    const { connection, messages } = this.getSnapshot();
    const { platform, deviceType, streaming } = this.#settings.engine;
    return {
      version,
      module: this.#loader.state,
      userAgent: this.#live ? navigator.userAgent : null,
      platform,
      deviceType,
      streaming,
      connection: connection.status,
      messages: messages.length,
      ...this.#client?.diagnostics(),
    };
  };

  /** A call that connects, loading the module first where that is still to do. */
  #connect(question: number): Promise<void> {
    if (this.#live && !this.#client && this.#phase !== "handing") this.#load();
    return this.#ask(nothing, question);
  }

  /** Puts a question to the module, now or when it is there; resolves with `result`. A refusal rejects. */
  #ask<T>(result: () => T, ...command: Command): Promise<T> {
    if (!this.#live) {
      return this.#rejected(
        failure("transport/not-connected", { message: "A chat does nothing outside a browser's page." }),
      );
    }
    if (!this.#client && this.#phase instanceof PolyError) return this.#rejected(this.#phase);
    if (!this.#client && this.#phase === "closed") return this.#rejected(failure("transport/not-connected"));
    const { call, promise } = this.#calls.open(result, command);
    this.#backlog.add(call, command);
    if (this.#client) this.#hand();
    return promise;
  }

  /** The promise of a message in the backlog, which goes out at once where the module is there or cannot be had. */
  #kept(promise: Promise<UserMessage>): Promise<UserMessage> {
    if (this.#client) this.#hand();
    else if (this.#phase instanceof PolyError) this.#backlog.fail(this.#phase);
    return promise;
  }

  #hand(client = this.#client): void {
    this.#backlog.hand((call, command) => this.#order(call, command, client));
  }

  /** Has the module do something at once. Throws why it was refused, if it was; `call` has then been answered. */
  #now(command: Command, call = 0): void {
    const error = this.#order(call, command);
    if (!error) return;
    this.#calls.settle(call, error);
    throw error;
  }

  /** Has the module do something; why it was refused, if it was. */
  #order(call: number, [command, ...more]: Command, client = this.#client): PolyError | null {
    let refused: unknown;
    try {
      refused = client?.command(command, call, ...more);
    } catch (thrown) {
      refused = thrown;
    }
    if (isPlainError(refused)) return toPolyError(refused);
    // Nothing comes of it in an instance that fails. The next one is told as well, but for what one has failed over before.
    return refused && this.#calls.suspect(call) ? failure("internal", { cause: refused }) : null;
  }

  /** Makes the result of `send` and `retry`: the message as it now stands, even where it is shown no more. */
  #delivered(draftId: string, text: string): () => UserMessage {
    return () => this.#store.userMessage(draftId) ?? { ...pendingMessage(draftId, text), delivery: "sent" };
  }

  #rejected(error: PolyError): Promise<never> {
    const { call, promise } = this.#calls.open(nothing as () => never);
    this.#calls.settle(call, error);
    return promise;
  }

  #load(connection: PlainConnection = { status: "connecting" }): void {
    this.#phase = "loading";
    this.#store.apply({ op: "connection", connection });
    if (!this.#fetching) void this.#fetch();
  }

  async #fetch(): Promise<void> {
    this.#fetching = true;
    try {
      const Client = await this.#loader.load(undefined, this.#user);
      // It may have been closed meanwhile.
      if (this.#phase !== "loading") return;
      const { engine, log, persistence } = this.#settings;
      const client = new Client(engine, this.#host, log.level, persistence);
      this.#store.begin();
      // What a listener asks from here on waits its turn.
      this.#phase = "handing";
      this.#order(this.#frames.size, [WATCH_FRAMES], client);
      if (this.#start) this.#order(0, [START], client);
      this.#hand(client);
      this.#client = client;
    } catch (thrown) {
      if (this.#phase === "loading" || this.#phase === "handing") this.#fail(toPolyError(thrown));
    } finally {
      this.#fetching = false;
    }
  }

  /** No module: nothing more can happen until `reconnect()`. */
  #fail(error: PolyError): void {
    this.#phase = error;
    this.#settings.log.line(1, error.message);
    this.#store.apply({ op: "connection", connection: { status: "failed", error } });
    this.#emitter.emit({ type: "disconnected", error });
    this.#backlog.fail(error);
  }

  /** What the instance of the module knew is gone. The next one finds the session in its record, and is told the rest from here. */
  readonly #user: User = {
    failed: (thrown, isHopeless) => {
      if (!this.#client) return;
      const { connection, messages } = this.getSnapshot();
      const isUp = !["idle", "closed", "failed"].includes(connection.status);
      const cause = failure("internal", { cause: thrown });
      this.#settings.log.line(1, `The module failed: ${messageOf(thrown)}\n${(thrown as Error | undefined)?.stack}`);
      this.#client = null;
      this.#known = new Set(messages.map((message) => (message as Partial<UserMessage>).messageId));
      const isAsked = this.#backlog.regain();
      this.#start = isUp;
      this.#phase = "idle";
      if (!isUp && !isAsked) return;
      if (isHopeless) {
        this.#fail(cause);
        return;
      }
      const next = { attempt: 1, retryInMs: 0 };
      this.#load({ status: "reconnecting", ...next });
      this.#emitter.emit({ type: "reconnecting", ...next, cause });
    },
  };

  /** An error of the module, to which the application's own words are added where it had no access token. */
  #error(error: PlainError): PolyError {
    const hasCause = error.code === "auth/token-failed" && this.#tokenFailure !== undefined;
    return toPolyError(hasCause ? { ...error, cause: this.#tokenFailure } : error);
  }

  readonly #host: Host = {
    change: (change) => {
      if (change.op === "connection" && change.connection.status === "failed") {
        const { status, error } = change.connection;
        this.#store.apply({ op: "connection", connection: { status, error: this.#error(error) } });
      } else this.#store.apply(change);
    },
    event: (event) => {
      const { type, draftId, messageId } = event.body;
      if (event.envelope?.replayed && this.#known.has(messageId)) return;
      if (type === "messagePending" && this.#backlog.hasTold(draftId)) return;
      this.#emitter.emit(publicEvent(event, (error) => this.#error(error)));
    },
    settle: (call, error) => {
      this.#calls.settle(call, error && this.#error(error));
    },
    frame: (direction, text) => {
      this.#frames.tell({ direction, text });
    },
    log: (level, message) => {
      // In the words of whoever knows why.
      const why = message.startsWith("auth/token-failed") && this.#tokenFailure;
      this.#settings.log.line(level, why ? `${message} ${messageOf(why)}` : message);
    },
    token: async (reason, signal) => {
      this.#tokenFailure = undefined;
      try {
        return await accessTokenOf(this.#settings.getAccessToken, reason, signal);
      } catch (thrown) {
        this.#tokenFailure = thrown;
        throw thrown;
      }
    },
    beforeAgentJoin: async (sessionId, contextId, signal) => {
      try {
        await this.#settings.beforeAgentJoin?.({
          sessionId,
          signal,
          ...(contextId === undefined ? {} : { contextId }),
        });
      } catch (thrown) {
        this.#settings.log.line(2, `beforeAgentJoin failed: ${messageOf(thrown)}`);
      }
    },
  };
}

/** `body` and `envelope` as one, with errors and times as the application knows them. */
function publicEvent({ body, envelope }: PlainEvent, errorOf: (error: PlainError) => PolyError): ChatEvent {
  const event: Record<string, unknown> = { ...body };
  for (const name of ["error", "cause"]) {
    const error = event[name];
    if (isPlainError(error)) event[name] = errorOf(error);
  }
  // What has no name here crosses the border as the server's own text.
  if (body.type === "unknown") event.payload = parsed(event.payload as string);
  if (envelope) Object.assign(event, envelope, { timestamp: new Date(envelope.timestamp) });
  return event as unknown as ChatEvent;
}

/** JSON as a value. What `JSON.parse` does not take must reach the application all the same, so that stays text. */
function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return json;
  }
}

/** Throws `config/invalid`. What the frame holds is for the module to check. */
function encodeFrame(frame: object): string {
  try {
    return toJson(frame);
  } catch (thrown) {
    throw new PolyError("config/invalid", `A raw frame must be JSON: ${messageOf(thrown)}.`, { cause: thrown });
  }
}
