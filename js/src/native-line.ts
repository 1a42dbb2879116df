/** The line between the page and the native application around it: one for each name, shared by all that uses it. */

import { failure, PolyError } from "./errors.js";
import { toJson } from "./json.js";
import { report } from "./listeners.js";
import type { CommandId, NativeError, NativeMessage } from "./native-messages.js";

/** A command as it came: an object with a name, of which nothing else is known. */
export type Command = Readonly<Record<string, unknown>> & { readonly command: string };

/** Takes the commands of one kind. What it throws is posted as the command's error. */
type Taker = (command: Command) => void;

/** A message before it is JSON. */
interface Message {
  readonly kind: NativeMessage["kind"];
  readonly [field: string]: unknown;
}

/** The hosts that a page may find itself in. */
interface HostWindow {
  webkit?: { messageHandlers?: Record<string, Poster | undefined> };
  ReactNativeWebView?: Poster;
}
interface Poster {
  postMessage?: (text: string) => void;
}

const VERSION = 1;
const MAX_ID_LENGTH = 100;
const lines = new Map<string, Line>();

/** See `Line.open`. */
export class Line {
  /** Takes all commands but `storageResult`. */
  chat: Taker | null = null;
  /** Takes `storageResult`. */
  storage: Taker | null = null;
  /** Calls of the storage that wait for `storageResult`, by id; undefined: it failed. */
  readonly waiting = new Map<string, (value: string | null | undefined) => void>();
  /** Begins the ids of this page's storage calls, so that an answer to one from before a reload is not taken for another's. */
  readonly page = Date.now().toString(36);
  /** How many calls of the storage there were. */
  calls = 0;
  /** Told when a call of the storage is over. */
  readonly #whenOver: (() => void)[] = [];

  /**
   * The line of this name. Throws `config/invalid` for a name that is none, outside a web view, and where something else
   * has the place of the function that takes commands.
   */
  static open(name: unknown = "polyMessaging"): Line {
    if (typeof name !== "string" || !/^[A-Za-z_$][\w$]*$/.test(name)) {
      throw new PolyError("config/invalid", "The bridge's name must be letters and digits, and start with a letter.");
    }
    let line = lines.get(name);
    if (!line) {
      line = new Line(name, posterOf(name));
      const receive = `${name}Receive`;
      if (receive in globalThis) {
        throw new PolyError("config/invalid", `window.${receive} is taken. Give the bridge another name.`);
      }
      Object.assign(globalThis, { [receive]: line.#receive });
      lines.set(name, line);
    }
    return line;
  }

  private constructor(
    readonly name: string,
    private readonly send: (text: string) => void,
  ) {}

  /** Ends it once nothing uses it. */
  release(): void {
    if (this.chat || this.storage) return;
    lines.delete(this.name);
    Reflect.deleteProperty(globalThis, `${this.name}Receive`);
  }

  /** A call of the storage is over. */
  settled(id: string): void {
    this.waiting.delete(id);
    for (const tell of this.#whenOver.splice(0)) tell();
  }

  /** Resolves once the application has done all that the storage asked for. */
  async quiet(): Promise<void> {
    for (;;) {
      // What follows from an answer is asked for in the same task.
      await new Promise((resolve) => setTimeout(resolve));
      if (this.waiting.size === 0) return;
      await new Promise<void>((resolve) => this.#whenOver.push(resolve));
    }
  }

  /** Posts to the application. Where that fails, the page goes on, and hears of it as of an uncaught error. */
  post(message: Message): void {
    try {
      this.send(toJson({ version: VERSION, ...message }, plain));
    } catch (thrown) {
      report(thrown);
    }
  }

  /** Posts that a command failed. */
  refuse(id: CommandId | null, error: PolyError): void {
    this.post({ kind: "error", id, error: toNative(error) });
  }

  /** What the application calls. Never throws. */
  readonly #receive = (text: unknown): void => {
    let id: CommandId | null = null;
    try {
      const command = parse(text);
      id = idOf(command);
      const taker = command.command === "storageResult" ? this.storage : this.chat;
      if (!taker) throw failure("transport/not-connected");
      taker(command);
    } catch (thrown) {
      this.refuse(id, thrown instanceof PolyError ? thrown : failure("internal", { cause: thrown }));
    }
  };
}

/** The id that a command has; null where it has none. */
export function idOf({ id = null }: Command): CommandId | null {
  const good = typeof id === "string" ? id.length <= MAX_ID_LENGTH : id === null || Number.isSafeInteger(id);
  if (!good) throw invalid(`A command's id must be a text of up to ${MAX_ID_LENGTH} characters, or an integer.`);
  return id as CommandId | null;
}

/** The error for a command that is none. */
export function invalid(message: string): PolyError {
  return new PolyError("config/invalid", message);
}

/** What this place of a web view posts with. */
function posterOf(name: string): (text: string) => void {
  if (typeof window !== "undefined") {
    const host = window as unknown as HostWindow & Record<string, Poster | undefined>;
    const posters = [host.webkit?.messageHandlers?.[name], host[name], host.ReactNativeWebView];
    // Called on its object each time: Android's methods do not work on their own.
    for (const poster of posters) if (poster?.postMessage) return (text) => poster.postMessage?.(text);
  }
  throw new PolyError(
    "config/invalid",
    `There is no native application around this page that listens under the name "${name}".`,
  );
}

function parse(text: unknown): Command {
  let command: unknown;
  try {
    command = typeof text === "string" && JSON.parse(text);
  } catch {
    // What it was is said below.
  }
  if (typeof (command as Command | null | undefined)?.command !== "string") {
    throw invalid("A command must be the text of a JSON object with the name of a command in `command`.");
  }
  return command as Command;
}

function toNative({ code, message, retryable, retryAfterMs }: PolyError): NativeError {
  return { code, message, retryable, retryAfterMs };
}

/** Leaves out what an error has beyond its table: a cause may be anything. Dates write themselves. */
function plain(_key: string, value: unknown): unknown {
  return value instanceof PolyError ? toNative(value) : value;
}
