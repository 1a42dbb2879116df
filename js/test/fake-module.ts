/** A module of which the test decides what it answers. */

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
  SEND_IN_DOUBT,
  START,
  TYPING,
  WATCH_FRAMES,
} from "../src/boundary.js";
import type {
  Change,
  Client,
  ClientConstructor,
  EngineOptions,
  Host,
  Persistence,
  PlainError,
} from "../src/boundary.js";
import { isPlainError } from "../src/errors.js";
import type { Loader, User } from "../src/module.js";

/** Names of the commands, and which arguments each has. */
const COMMANDS = new Map<number, [name: string, ...(number | "call")[]]>([
  [START, ["start"]],
  [READY, ["ready", "call"]],
  [SEND, ["send", "call", 0, 1, 2]],
  [SEND_IN_DOUBT, ["sendInDoubt", "call", 0, 1, 2]],
  [RETRY, ["retry", "call", 0]],
  [DISCARD, ["discard", 0]],
  [TYPING, ["typing"]],
  [END, ["end", "call"]],
  [RESTART, ["restart", "call"]],
  [RECONNECT, ["reconnect", "call"]],
  [CLOSE, ["close", "call"]],
  [RAW_SEND, ["rawSend", 1]],
]);

/** Notes every command, and hands the host to the test. */
export class FakeClient implements Client {
  /** Commands in the order they came: the name and the arguments. */
  readonly commands: unknown[][] = [];
  /** Why the command of that name is refused, or what is thrown where that is no refusal. */
  readonly refuse = new Map<string, unknown>();
  /** Run by the command of that name. */
  readonly react = new Map<string, (...args: never[]) => void>();

  constructor(
    readonly options: EngineOptions,
    readonly host: Host,
    readonly logLevel: number,
    readonly persistence: Persistence,
  ) {}

  static storage = (): ReturnType<ClientConstructor["storage"]> => ({
    read: () => Promise.resolve(undefined),
    remove: () => Promise.resolve(),
  });
  static isResumable = (): boolean => false;

  #note(name: string, ...args: unknown[]): void {
    if (this.refuse.has(name)) throw this.refuse.get(name);
    this.commands.push([name, ...args]);
    this.react.get(name)?.(...(args as never[]));
  }

  command = (command: number, call: number, ...more: unknown[]): PlainError | null => {
    if (command === WATCH_FRAMES) {
      if (call || this.names.includes("watchFrames")) this.#note("watchFrames", call > 0);
      return null;
    }
    const [name, ...wanted] = COMMANDS.get(command) ?? ["unknown"];
    try {
      this.#note(name, ...wanted.map((argument) => (argument === "call" ? call : more[argument])));
      return null;
    } catch (thrown) {
      if (isPlainError(thrown)) return thrown;
      throw thrown;
    }
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

  /** Whoever is to be told when the module fails. */
  user: User | undefined;

  load(_source?: unknown, user?: User): Promise<ClientConstructor> {
    this.loads += 1;
    this.user = user;
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
