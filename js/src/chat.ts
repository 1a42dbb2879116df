/**
 * The chat as the application holds it: hands commands to the module, and what comes back to the store, the events and
 * the promises. It decides nothing about the conversation; before the module is loaded it keeps what it is asked in
 * order.
 */

import type { Client, Host, PlainEvent } from "./boundary.js";
import { Calls } from "./calls.js";
import { checkMetadata, checkText, newDraftId } from "./draft.js";
import { failure, isPlainError, messageOf, PolyError, toPolyError } from "./errors.js";
import type { ChatEvent } from "./event-types.js";
import { Emitter } from "./events.js";
import { Listeners } from "./listeners.js";
import type { Loader } from "./module.js";
import { parseOptions, type Settings } from "./options.js";
import { Scheduler } from "./scheduler.js";
import type { UserMessage } from "./state.js";
import { pendingMessage, Store } from "./store.js";
import { accessTokenOf } from "./token.js";
import type { Chat, ChatOptions } from "./types.js";
import { version } from "./version.js";

/** A command that waits for the module. */
interface Command {
  run: (client: Client) => void;
  call: number;
  /** The message it sends, if it sends one. */
  draftId: string | null;
}

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
  readonly #frames = new Listeners<{ direction: "in" | "out"; text: string }>();
  /** A page is where a chat lives; elsewhere it does nothing. */
  readonly #live = typeof window !== "undefined";
  /** Null until the module is loaded and has been given all that waited for it. */
  #client: Client | null = null;
  /** `handing`: the module is loaded, and what waited is being given to it. */
  #phase: "idle" | "loading" | "handing" | "closed" | "failed" = "idle";
  #fetching = false;
  #start: boolean;
  #commands: Command[] = [];
  /** `metadata` of messages that the module has not been given yet. */
  readonly #metadata = new Map<string, Record<string, string>>();
  /** Messages whose `messagePending` was told before the module was there to tell it. */
  readonly #announced = new Set<string>();

  /** Throws `config/invalid`. */
  constructor(options: ChatOptions, loader: Loader) {
    this.#settings = parseOptions(options);
    this.#loader = loader;
    this.#start = this.#settings.autoConnect;
    // Safari has no such symbol yet.
    const { asyncDispose } = Symbol as { asyncDispose?: typeof Symbol.asyncDispose };
    if (asyncDispose) Object.defineProperty(this, asyncDispose, { value: this.close });
    if (!this.#live) this.#emitter.finish();
    else if (this.#start) this.#load();
  }

  getSnapshot: Chat["getSnapshot"] = () => this.#store.snapshot();

  subscribe: Chat["subscribe"] = (listener) => this.#scheduler.add(listener);

  on: Chat["on"] = (type: string, listener: (event: never) => void, options?: { signal?: AbortSignal }) =>
    this.#emitter.on(type, listener as (event: ChatEvent) => void, options?.signal);

  events: Chat["events"] = (options) => {
    const events = this.#emitter.iterate(options?.signal);
    if (!this.#live) this.#emitter.finish();
    return events;
  };

  ready: Chat["ready"] = () =>
    this.#call((client, call) => {
      client.ready(call);
    }, nothing);

  send: Chat["send"] = (text, options) => {
    const metadata = checkMetadata(options?.metadata);
    const draftId = newDraftId();
    // What is no string has no text.
    if (typeof text !== "string") throw failure("message/empty");
    const client = this.#client;
    if (!client) {
      checkText(text, draftId, metadata);
      this.#metadata.set(draftId, metadata);
      return this.#sendLater(pendingMessage(draftId, text));
    }
    const { call, promise } = this.#calls.open(this.#delivered(draftId, text));
    try {
      client.send(call, draftId, text, metadata);
    } catch (thrown) {
      const error = this.#refusal(thrown);
      this.#calls.settle(call, error);
      throw error;
    }
    return promise;
  };

  retry: Chat["retry"] = (draftId) => {
    const draft = this.#store.draft(draftId);
    if (draft?.delivery === "failed") return this.#sendLater(pendingMessage(draftId, draft.text));
    if (this.#client)
      return this.#call(
        (client, call) => {
          client.retry(call, draftId);
        },
        this.#delivered(draftId, ""),
      );
    return this.#rejected(failure("message/unknown-draft"));
  };

  discard: Chat["discard"] = (draftId) => {
    if (this.#store.draft(draftId)) {
      this.#store.removeDraft(draftId);
      this.#metadata.delete(draftId);
      this.#announced.delete(draftId);
      for (const { call } of this.#commands.filter((command) => command.draftId === draftId)) {
        this.#calls.settle(call, failure("message/not-delivered"));
      }
      this.#commands = this.#commands.filter((command) => command.draftId !== draftId);
    } else if (this.#client) {
      this.#now((client) => {
        client.discard(draftId);
      });
    } else {
      throw failure("message/unknown-draft");
    }
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
    return begun
      ? this.#call((client, call) => {
          client.end(call);
        }, nothing)
      : Promise.resolve();
  };

  restart: Chat["restart"] = () =>
    this.#connect((client, call) => {
      client.restart(call);
    });

  reconnect: Chat["reconnect"] = () => {
    this.#start = true;
    return this.#connect((client, call) => {
      client.reconnect(call);
    });
  };

  close: Chat["close"] = () => {
    if (this.#client ?? this.#phase === "handing") {
      return this.#call(
        (client, call) => {
          client.close(call);
        },
        () => {
          this.#emitter.finish();
        },
      );
    }
    if (this.#live && this.#phase !== "closed") {
      this.#phase = "closed";
      this.#store.apply({ op: "connection", connection: { status: "closed" } });
      this.#abandon(failure("transport/not-connected"));
      this.#emitter.finish();
    }
    return Promise.resolve();
  };

  declare readonly [Symbol.asyncDispose]: Chat["close"];

  readonly raw: Chat["raw"] = {
    send: (frame) => {
      const text = encodeFrame(frame);
      if (!this.#client) throw failure("transport/not-connected");
      this.#now((client) => {
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
  #connect(run: (client: Client, call: number) => void): Promise<void> {
    if (this.#live && !this.#client && this.#phase !== "handing") this.#load();
    return this.#call(run, nothing);
  }

  /** Why a command would wait in vain. */
  #obstacle(): PolyError | null {
    if (!this.#live) return new PolyError("transport/not-connected", "A chat does nothing outside a browser's page.");
    if (this.#client) return null;
    if (this.#phase === "closed") return failure("transport/not-connected");
    const { connection } = this.#store.snapshot();
    return connection.status === "failed" ? connection.error : null;
  }

  /** Gives a command to the module, now or when it is there. A refusal rejects. */
  #call<T>(run: (client: Client, call: number) => void, result: () => T, draftId: string | null = null): Promise<T> {
    const obstacle = this.#obstacle();
    if (obstacle) return this.#rejected(obstacle);
    const { call, promise } = this.#calls.open(result);
    const command = (client: Client): void => {
      try {
        run(client, call);
      } catch (thrown) {
        const error = this.#refusal(thrown);
        if (draftId !== null) this.#failDrafts(error, draftId);
        this.#calls.settle(call, error);
      }
    };
    if (this.#client) command(this.#client);
    else this.#commands.push({ run: command, call, draftId });
    return promise;
  }

  /** Sends a message that the module has not been given yet. */
  #sendLater(message: UserMessage): Promise<UserMessage> {
    const { id: draftId, text } = message;
    const obstacle = this.#obstacle();
    if (this.#live) {
      this.#store.putDraft(message);
      this.#announced.add(draftId);
      this.#emitter.emit({ type: "messagePending", draftId, text });
      if (obstacle) this.#failDrafts(obstacle);
    }
    return this.#call(
      (client, call) => {
        client.send(call, draftId, text, this.#metadata.get(draftId) ?? {});
      },
      this.#delivered(draftId, text),
      draftId,
    );
  }

  /** Makes the result of `send` and `retry`: the message as it now stands, even where it is shown no more. */
  #delivered(draftId: string, text: string): () => UserMessage {
    return () => this.#store.userMessage(draftId) ?? { ...pendingMessage(draftId, text), delivery: "sent" };
  }

  #rejected(error: PolyError): Promise<never> {
    const { call, promise } = this.#calls.open<never>(nothing as () => never);
    this.#calls.settle(call, error);
    return promise;
  }

  /** A command that throws where it is refused. */
  #now(run: (client: Client) => void): void {
    try {
      if (this.#client) run(this.#client);
    } catch (thrown) {
      throw this.#refusal(thrown);
    }
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
      if (this.#phase === "loading")
        this.#begin(new Client(this.#settings.engine, this.#host, this.#settings.log.level));
    } catch (thrown) {
      if (this.#phase === "loading" || this.#phase === "handing") this.#fail(toPolyError(thrown));
    } finally {
      this.#fetching = false;
    }
  }

  /** Gives the module all that waited for it. What a listener asks meanwhile waits its turn. */
  #begin(client: Client): void {
    this.#phase = "handing";
    if (this.#frames.size > 0) client.watchFrames(true);
    if (this.#start) client.start();
    for (let command = this.#commands.shift(); command; command = this.#commands.shift()) command.run(client);
    this.#client = client;
  }

  /** No module: nothing more can happen until `reconnect()`. */
  #fail(error: PolyError): void {
    this.#phase = "failed";
    this.#settings.log.line(1, error.message);
    this.#store.apply({ op: "connection", connection: { status: "failed", error } });
    this.#emitter.emit({ type: "disconnected", error });
    this.#abandon(error);
  }

  /** Ends all that waits. */
  #abandon(error: PolyError): void {
    this.#commands = [];
    this.#failDrafts(error);
    this.#calls.fail(error);
  }

  /** Says of the messages that the module has not been given, or of one of them, that they will not arrive. */
  #failDrafts(error: PolyError, only?: string): void {
    for (const draft of this.#store.drafts()) {
      const { id: draftId, delivery } = draft;
      if (delivery === "failed" || (only ?? draftId) !== draftId) continue;
      this.#store.putDraft({ ...draft, delivery: "failed", error });
      this.#announced.delete(draftId);
      this.#emitter.emit({ type: "messageFailed", draftId, error });
    }
  }

  /** What the module threw. Anything but a refusal is a crash, after which it is of no more use. */
  #refusal(thrown: unknown): PolyError {
    const error = toPolyError(thrown);
    if (!isPlainError(thrown) && !(thrown instanceof PolyError)) {
      this.#settings.log.line(1, `The module failed: ${messageOf(thrown)}`);
      this.#store.apply({ op: "connection", connection: { status: "failed", error } });
      this.#calls.fail(error);
    }
    return error;
  }

  readonly #host: Host = {
    change: (change) => {
      this.#store.apply(change);
    },
    event: (event) => {
      const { type, draftId } = event.body;
      if (type === "messagePending" && this.#announced.delete(draftId as string)) return;
      this.#emitter.emit(publicEvent(event));
    },
    settle: (call, error) => {
      this.#calls.settle(call, error);
    },
    frame: (direction, text) => {
      this.#frames.tell({ direction, text });
    },
    log: (level, message) => {
      this.#settings.log.line(level, message);
    },
    token: (reason, signal) => accessTokenOf(this.#settings.getAccessToken, reason, signal),
  };
}

function nothing(): void {
  // The call has no result.
}

/** `body` and `envelope` as one, with errors and times as the application knows them. */
function publicEvent({ body, envelope }: PlainEvent): ChatEvent {
  const event: Record<string, unknown> = { ...body };
  for (const name of ["error", "cause"]) {
    if (isPlainError(event[name])) event[name] = toPolyError(event[name]);
  }
  // The engine leaves it out where it is not known, as it does for the agent's own messages.
  if (body.type === "liveAgentMessage") event.agentId ??= null;
  if (envelope) Object.assign(event, envelope, { timestamp: new Date(envelope.timestamp) });
  return event as unknown as ChatEvent;
}

/** Throws `config/invalid`. */
function encodeFrame(frame: { type: string; payload?: object }): string {
  const object: unknown = frame;
  if (typeof object !== "object" || object === null || typeof frame.type !== "string") {
    throw new PolyError("config/invalid", "A raw frame must be an object with a string as its type.");
  }
  try {
    return JSON.stringify({ ...frame, payload: frame.payload ?? {} });
  } catch (thrown) {
    throw new PolyError("config/invalid", `A raw frame must be JSON: ${messageOf(thrown)}.`, { cause: thrown });
  }
}
