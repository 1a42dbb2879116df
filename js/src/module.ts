/** Loads the WebAssembly module: on first use, once at a time, and again after a failure. */

import type { ClientConstructor } from "./boundary.js";
import { messageOf, PolyError } from "./errors.js";
import { guard } from "./guard.js";
import type { ModuleSource } from "./types.js";

/** Failures within so many milliseconds after which another instance of the module is made. */
const MOST_FAILURES = 2;
const WITHIN_MS = 60_000;

/** The generated glue between JavaScript and an instance of the module, which uses what `guarded` makes of its exports. */
export type Glue = (guarded: (exports: WebAssembly.Exports) => WebAssembly.Exports) => {
  /** Makes the instance. */
  init: (module: WebAssembly.Module) => Promise<void>;
  /** The class that the module exports; of use after `init`. */
  Client: ClientConstructor;
  /** Ends what the page goes on with in the name of all instances so far. */
  endAll: () => void;
};

/** Whoever has a client. */
export interface User {
  /** The instance has failed, for this reason. `isHopeless`: so have those before it, and asking for another is for the application. */
  failed(thrown: unknown, isHopeless: boolean): void;
}

/** What a chat needs of a `ModuleLoader`. */
export type Loader = Pick<ModuleLoader, "load" | "state">;

/** One per page: there is one instance of the module at a time, and all chats are in it. */
export class ModuleLoader {
  /** For diagnostics. */
  state: "none" | "loading" | "loaded" | "failed" = "none";
  #loading: Promise<ClientConstructor> | null = null;
  /** Gives the module where no source is given. Set by the entry. */
  declare origin: () => ModuleSource | Promise<ModuleSource>;
  readonly #glue: Glue;
  #module: WebAssembly.Module | null = null;
  #users: WeakRef<User>[] = [];
  /** When instances failed within that time, as `performance.now`. */
  #failures: number[] = [];

  constructor(glue: Glue) {
    this.#glue = glue;
  }

  /**
   * The loaded module's class. `source` counts only where nothing is loaded or being loaded. `user` is told when it is of no use any
   * more, and is not kept for that.
   * Rejects with `config/wasm-unavailable`, whose message says what is in the way; the next call then tries again.
   */
  load(source?: ModuleSource | Promise<ModuleSource>, user?: User): Promise<ClientConstructor> {
    if (user) {
      this.#users = this.#users.filter((known) => (known.deref() ?? user) !== user);
      this.#users.push(new WeakRef(user));
    }
    return (this.#loading ??= this.#start(source));
  }

  async #start(source?: ModuleSource | Promise<ModuleSource>): Promise<ClientConstructor> {
    this.state = "loading";
    try {
      if (typeof WebAssembly !== "object" || typeof TextDecoder !== "function") {
        throw unavailable("WebAssembly or TextDecoder is switched off or not supported here.", false);
      }
      // A compiled module has no members in TypeScript's eyes, and so a promise passes for one.
      // eslint-disable-next-line @typescript-eslint/await-thenable
      const module = (this.#module ??= await compile(await (source ?? this.origin())));
      const { init, Client, endAll } = this.#glue((exports) =>
        guard(exports, (thrown) => {
          this.#fail(thrown, endAll);
        }),
      );
      try {
        await init(module);
      } catch (thrown) {
        this.#module = null;
        throw (
          refused(thrown) ?? unavailable(`The WebAssembly module does not run: ${messageOf(thrown)}.`, false, thrown)
        );
      }
      this.state = "loaded";
      return Client;
    } catch (thrown) {
      this.#loading = null;
      this.state = "failed";
      throw thrown instanceof PolyError
        ? thrown
        : unavailable(`The module was not loaded: ${messageOf(thrown)}.`, true, thrown);
    }
  }

  #fail(thrown: unknown, endAll: () => void): void {
    this.#loading = null;
    this.state = "failed";
    // What it was called from may not have ended yet.
    queueMicrotask(() => {
      endAll();
      const now = performance.now();
      this.#failures = [...this.#failures.filter((at) => now - at < WITHIN_MS), now];
      const isHopeless = this.#failures.length > MOST_FAILURES;
      for (const user of this.#users.splice(0)) user.deref()?.failed(thrown, isHopeless);
    });
  }
}

async function compile(source: ModuleSource): Promise<WebAssembly.Module> {
  if (source instanceof WebAssembly.Module) return source;
  if (source instanceof ArrayBuffer || ArrayBuffer.isView(source))
    return compileBytes(source, "what was given to init");
  const response = source instanceof Response ? source : await download(source);
  const where = response.url || (source instanceof Response ? "the given address" : addressOf(source));
  if (!response.ok)
    throw unavailable(
      `The WebAssembly module could not be loaded: ${where} answered with status ${response.status}.${partedByVite(where)}`,
    );
  const type = response.headers.get("content-type") ?? "no content type";
  // Compiling while it loads is for the right type alone; some servers give another.
  if (/^application\/wasm$/i.test(type)) {
    try {
      return await WebAssembly.compileStreaming(response);
    } catch (thrown) {
      throw broken(thrown, where);
    }
  }
  let bytes: ArrayBuffer;
  try {
    bytes = await response.arrayBuffer();
  } catch (thrown) {
    throw unreachable(where, thrown);
  }
  return compileBytes(bytes, `${where} (${type})`);
}

/** Fetches the module. Rejects with `config/wasm-unavailable` where there is no answer. */
export async function download(source: string | URL | Request): Promise<Response> {
  try {
    return await fetch(source);
  } catch (thrown) {
    throw unreachable(addressOf(source), thrown);
  }
}

function addressOf(source: string | URL | Request): string {
  return source instanceof Request ? source.url : String(source);
}

async function compileBytes(bytes: BufferSource, where: string): Promise<WebAssembly.Module> {
  try {
    return await WebAssembly.compile(bytes);
  } catch (thrown) {
    throw broken(thrown, where);
  }
}

/** No answer. A page cannot tell why, save that the device says it is offline. */
function unreachable(where: string, cause: unknown): PolyError {
  const offline = typeof navigator === "object" && !navigator.onLine;
  const reason = offline
    ? "the device is offline"
    : "the network is down, or the page's Content Security Policy (connect-src) or CORS forbids it (poly-messaging-web/inline fetches nothing)";
  return unavailable(
    `The WebAssembly module could not be fetched from ${where}: ${reason}.${partedByVite(where)}`,
    true,
    cause,
  );
}

/** An answer that does not compile. */
function broken(thrown: unknown, where: string): PolyError {
  if (thrown instanceof TypeError) return unreachable(where, thrown);
  return (
    refused(thrown) ??
    unavailable(
      `There is no usable WebAssembly module at ${where}: ${messageOf(thrown)}.${partedByVite(where)}`,
      true,
      thrown,
    )
  );
}

/** What to do where the server of Vite 7 and older has put the script into its cache, and left the module where it was. */
function partedByVite(where: string): string {
  if (!where.includes("/.vite/deps")) return "";
  return ' Vite has copied the script away from it: add optimizeDeps: { exclude: ["poly-messaging-web"] } to vite.config and start Vite again.';
}

/** The one reason for which the same bytes compile elsewhere; the engines word it differently. */
function refused(thrown: unknown): PolyError | null {
  if (!/content security policy|\bCSP\b|unsafe-eval/i.test(messageOf(thrown))) return null;
  return unavailable(
    "The page's Content Security Policy forbids WebAssembly: add 'wasm-unsafe-eval' to its script-src.",
    false,
    thrown,
  );
}

function unavailable(message: string, retryable = true, cause?: unknown): PolyError {
  return new PolyError("config/wasm-unavailable", message, { retryable, cause });
}
