/** A module of which the test decides what it answers. */

import type {
  Change,
  Client,
  ClientConstructor,
  EngineOptions,
  Host,
  Persistence,
  PlainError,
} from "../src/boundary.js";
import type { Loader } from "../src/module.js";

/** Notes every command, and hands the host to the test. */
export class FakeClient implements Client {
  /** Commands in the order they came: the name and the arguments. */
  readonly commands: unknown[][] = [];
  /** Thrown by the command of that name. */
  readonly refuse = new Map<string, unknown>();
  /** Run by the command of that name. */
  readonly react = new Map<string, (...args: never[]) => void>();

  constructor(
    readonly options: EngineOptions,
    readonly host: Host,
    readonly logLevel: number,
    readonly persistence: Persistence,
  ) {}

  static stored = (): Promise<undefined> => Promise.resolve(undefined);
  static isResumable = (): boolean => false;
  static forgetStored = (): Promise<void> => Promise.resolve();

  #note(name: string, ...args: unknown[]): void {
    if (this.refuse.has(name)) throw this.refuse.get(name);
    this.commands.push([name, ...args]);
    this.react.get(name)?.(...(args as never[]));
  }

  start = (): void => {
    this.#note("start");
  };
  ready = (call: number): void => {
    this.#note("ready", call);
  };
  send = (call: number, draftId: string, text: string, metadata: Record<string, string>): void => {
    this.#note("send", call, draftId, text, metadata);
  };
  retry = (call: number, draftId: string): void => {
    this.#note("retry", call, draftId);
  };
  discard = (draftId: string): void => {
    this.#note("discard", draftId);
  };
  typing = (): void => {
    this.#note("typing");
  };
  end = (call: number): void => {
    this.#note("end", call);
  };
  restart = (call: number): void => {
    this.#note("restart", call);
  };
  reconnect = (call: number): void => {
    this.#note("reconnect", call);
  };
  close = (call: number): void => {
    this.#note("close", call);
  };
  rawSend = (frame: string): void => {
    this.#note("rawSend", frame);
  };
  watchFrames = (on: boolean): void => {
    this.#note("watchFrames", on);
  };
  diagnostics = (): Record<string, unknown> => {
    this.#note("diagnostics");
    return { engine: "fake" };
  };

  /** The names of the commands. */
  get names(): unknown[] {
    return this.commands.map(([name]) => name);
  }

  /** The last command of that name. */
  last(name: string): unknown[] {
    const command = this.commands.filter(([found]) => found === name).at(-1);
    if (!command) throw new Error(`no ${name} among ${JSON.stringify(this.commands)}`);
    return command;
  }
}

/** A loader that is done when the test says so. */
export class FakeLoader implements Loader {
  state: Loader["state"] = "none";
  /** How often it was asked to load. */
  loads = 0;
  /** The clients that were made, in order. */
  readonly clients: FakeClient[] = [];
  /** Called with each client as it is made. */
  onClient: (client: FakeClient) => void = () => undefined;
  #waiting: { resolve: (constructor: ClientConstructor) => void; reject: (error: unknown) => void }[] = [];

  load(): Promise<ClientConstructor> {
    this.loads += 1;
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  /** Loading is done. */
  async succeed(): Promise<FakeClient> {
    const made = (client: FakeClient): void => {
      this.clients.push(client);
      this.onClient(client);
    };
    const constructor = class extends FakeClient {
      constructor(...args: ConstructorParameters<typeof FakeClient>) {
        super(...args);
        made(this);
      }
    };
    for (const { resolve } of this.#waiting.splice(0)) resolve(constructor);
    await turn();
    return this.client;
  }

  /** Loading has failed. */
  async fail(error: unknown): Promise<void> {
    for (const { reject } of this.#waiting.splice(0)) reject(error);
    await turn();
  }

  /** The last client. */
  get client(): FakeClient {
    const client = this.clients.at(-1);
    if (!client) throw new Error("no client was made");
    return client;
  }
}

/** Lets all that is due happen. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** A failure as it crosses the border. */
export function plainError(code: string, retryable = false): PlainError {
  return { code, message: `The text of ${code}.`, retryable, retryAfterMs: null };
}

/** A line of the user. */
export function userLine(at: number, draftId: string, text: string, delivery = "pending"): Change {
  return {
    op: "insert",
    at,
    message: {
      id: draftId,
      timestamp: 1_700_000_000_000 + at,
      body: { role: "user", text, draftId, messageId: null, delivery, error: null },
    },
  };
}

/** A line of the agent. */
export function agentLine(at: number, text: string, isStreaming = false): Change {
  const id = `agent-${at}`;
  return {
    op: "insert",
    at,
    message: {
      id,
      timestamp: 1_700_000_000_000 + at,
      body: {
        role: "agent",
        agent: "poly",
        agentName: "Ada",
        avatarUrl: null,
        messageId: id,
        text,
        isStreaming,
        attachments: [],
        suggestions: [],
        callActions: [],
      },
    },
  };
}
