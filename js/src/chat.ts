/**
 * The chat as the application holds it: hands commands to the module, and what comes back to the store, the events and
 * the promises. It decides nothing about the conversation.
 */

import { Backlog } from "./backlog.js";
import type { Client, Host, PlainError, PlainEvent } from "./boundary.js";
import { Calls } from "./calls.js";
import { checkMetadata, newDraftId } from "./draft.js";
import { failure, isPlainError, messageOf, PolyError, toPolyError } from "./errors.js";
import type { ChatEvent } from "./event-types.js";
import { Emitter } from "./events.js";
import { toJson } from "./json.js";
import { Listeners } from "./listeners.js";
import type { Loader } from "./module.js";
import { parseOptions, type Settings } from "./options.js";
import { PLACE, placeOf, type Place } from "./place.js";
import { Scheduler } from "./scheduler.js";
import type { UserMessage } from "./state.js";
import { pendingMessage, Store } from "./store.js";
import { accessTokenOf } from "./token.js";
import type { Chat, ChatOptions } from "./types.js";
import { version } from "./version.js";

/** The module's commands that are answered. */
type Question = "ready" | "retry" | "end" | "restart" | "reconnect" | "close";

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

  ready: Chat["ready"] = () => this.#ask("ready", nothing);

  send: Chat["send"] = (text, options) => {
    const metadata = checkMetadata(options?.metadata);
    // What is no string has no text.
    if (typeof text !== "string") throw failure("message/empty");
    const draftId = newDraftId();
    const result = this.#delivered(draftId, text);
    const client = this.#client;
    if (!client) {
      return this.#live ? this.#kept(this.#backlog.send(draftId, text, metadata, result)) : this.#ask("ready", result);
    }
    const { call, promise } = this.#calls.open(result);
    this.#now(() => {
      client.send(call, draftId, text, metadata);
    }, call);
    return promise;
  };

  retry: Chat["retry"] = (draftId) => {
    const result = this.#delivered(draftId, "");
    const kept = this.#backlog.retry(draftId, result);
    if (kept) return this.#kept(kept);
    return this.#client ? this.#ask("retry", result, draftId) : this.#rejected(failure("message/unknown-draft"));
  };

  discard: Chat["discard"] = (draftId) => {
    const client = this.#client;
    if (this.#backlog.discard(draftId)) return;
    if (!client) throw failure("message/unknown-draft");
    this.#now(() => {
      client.discard(draftId);
    });
  };

  typing: Chat["typing"] = () => {
    try {
      this.#client?.typing();
    } catch (thrown) {
      this.#refusal(thrown);
    }
  };

  end: Chat["end"] = () => {
    const begun = this.#client ?? (this.#phase === "loading" || this.#phase === "handing");
    return begun ? this.#ask("end", nothing) : Promise.resolve();
  };

  restart: Chat["restart"] = () => this.#connect("restart");

  reconnect: Chat["reconnect"] = () => {
    this.#start = true;
    return this.#connect("reconnect");
  };

  close: Chat["close"] = () => {
    const finish = (): void => {
      this.#emitter.finish();
    };
    if (this.#client ?? this.#phase === "handing") return this.#ask("close", finish);
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
      const client = this.#client;
      if (!client) throw failure("transport/not-connected");
      this.#now(() => {
        client.rawSend(text);
      });
    },
    on: (listener) => {
      const remove = this.#frames.add(listener);
      if (this.#frames.size === 1) this.#client?.watchFrames(true);
      return () => {
        if (remove() && this.#frames.size === 0) this.#client?.watchFrames(false);
      };
    },
  };

  diagnostics: Chat["diagnostics"] = () => {
    const { connection, messages } = this.getSnapshot();
    const { platform, deviceType, streaming } = this.#settings.engine;
    let module: Record<string, unknown> = {};
    try {
      module = this.#client?.diagnostics() ?? {};
    } catch (thrown) {
      this.#refusal(thrown);
    }
    return {
      version,
      module: this.#loader.state,
      userAgent: this.#live ? navigator.userAgent : null,
      platform,
      deviceType,
      streaming,
      connection: connection.status,
      messages: messages.length,
      ...module,
    };
  };

  /** A call that connects, loading the module first where that is still to do. */
  #connect(question: Question): Promise<void> {
    if (this.#live && !this.#client && this.#phase !== "handing") this.#load();
    return this.#ask(question, nothing);
  }

  /** Puts a question to the module, now or when it is there; resolves with `result`. A refusal rejects. */
  #ask<T>(question: Question, result: () => T, draftId = ""): Promise<T> {
    if (!this.#live) {
      return this.#rejected(
        failure("transport/not-connected", { message: "A chat does nothing outside a browser's page." }),
      );
    }
    if (!this.#client && this.#phase instanceof PolyError) return this.#rejected(this.#phase);
    if (!this.#client && this.#phase === "closed") return this.#rejected(failure("transport/not-connected"));
    const { call, promise } = this.#calls.open(result);
    this.#backlog.add(call, (client) => {
      client[question](call, draftId);
    });
    if (this.#client) this.#hand(this.#client);
    return promise;
  }

  /** The promise of a message in the backlog, which goes out at once where the module is there or cannot be had. */
  #kept(promise: Promise<UserMessage>): Promise<UserMessage> {
    if (this.#client) this.#hand(this.#client);
    else if (this.#phase instanceof PolyError) this.#backlog.fail(this.#phase);
    return promise;
  }

  #hand(client: Client): void {
    this.#backlog.hand(client, (thrown) => this.#refusal(thrown));
  }

  /** A command that throws where it is refused, and has then answered `call`. */
  #now(run: () => void, call?: number): void {
    try {
      run();
    } catch (thrown) {
      const error = this.#refusal(thrown);
      if (call !== undefined) this.#calls.settle(call, error);
      throw error;
    }
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

  #load(): void {
    this.#phase = "loading";
    this.#store.apply({ op: "connection", connection: { status: "connecting" } });
    if (!this.#fetching) void this.#fetch();
  }

  async #fetch(): Promise<void> {
    this.#fetching = true;
    try {
      const Client = await this.#loader.load();
      // It may have been closed meanwhile.
      if (this.#phase !== "loading") return;
      const { engine, log, persistence } = this.#settings;
      const client = new Client(engine, this.#host, log.level, persistence);
      // What a listener asks from here on waits its turn.
      this.#phase = "handing";
      if (this.#frames.size > 0) client.watchFrames(true);
      if (this.#start) client.start();
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

  /** What the module threw. Anything but a refusal is a crash, after which it is of no more use. */
  #refusal(thrown: unknown): PolyError {
    const error = toPolyError(thrown);
    if (!isPlainError(thrown)) {
      this.#settings.log.line(1, `The module failed: ${messageOf(thrown)}`);
      this.#store.apply({ op: "connection", connection: { status: "failed", error } });
      this.#calls.fail(error);
    }
    return error;
  }

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
      const { type, draftId } = event.body;
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
