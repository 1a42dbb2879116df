/**
 * One chat for each set of options, shared by all that use it at the same time: opened for the first, closed behind the last,
 * its session left to be taken up again. Knows nothing of React.
 */

import { CHAT_OPTIONS } from "./names.js";
import type { Chat, ChatOptions } from "./types.js";

/** A chat and its users. */
export interface Share {
  readonly name: string;
  readonly chat: Chat;
  /** Those given last. They differ from the first at most in what their functions do. */
  options: ChatOptions;
  users: number;
  isOpen: boolean;
  /** The timer that closes it. */
  closing: ReturnType<typeof setTimeout> | undefined;
}

/** The options that are functions of the application, or objects with such. */
const FUNCTIONS = ["getAccessToken", "beforeAgentJoin", "persistence", "logger"] as const;
/** What those objects can do. */
const METHODS = ["get", "set", "remove", "log"];

type AnyFunction = (...args: unknown[]) => unknown;

/** All shared chats of a page. On a server nothing is shared: it renders for many users. */
export class SharedChats {
  readonly #create: (options: ChatOptions) => Chat;
  readonly #shares = new Map<string, Share>();

  /** `create` is `createChat`. */
  constructor(create: (options: ChatOptions) => Chat) {
    this.#create = create;
  }

  /**
   * The chat of these options: the one in use, or a new one, which does nothing until someone joins. Fit to be called while
   * rendering. Throws `config/invalid`.
   */
  of(options: ChatOptions): Share {
    const name = nameOf(options);
    const found = this.#shares.get(name);
    if (found) return found;
    const chat = this.#create(relayed(options, () => share.options));
    const share: Share = { name, chat, options, users: 0, isOpen: false, closing: undefined };
    if (typeof window !== "undefined") this.#shares.set(name, share);
    return share;
  }

  /**
   * One user more; the first opens it. False where it was closed meanwhile and another chat has taken its place, which is
   * then the one to use.
   */
  join(share: Share): boolean {
    if ((this.#shares.get(share.name) ?? share) !== share) return false;
    this.#shares.set(share.name, share);
    clearTimeout(share.closing);
    share.users += 1;
    if (!share.isOpen) {
      share.isOpen = true;
      if (share.options.autoConnect !== false) void share.chat.reconnect();
    }
    return true;
  }

  /** One user less. The last closes it, unless someone joins in the same turn, as when a part of the page is mounted anew. */
  leave(share: Share): void {
    share.users -= 1;
    if (share.users > 0) return;
    share.closing = setTimeout(() => {
      this.#shares.delete(share.name);
      share.isOpen = false;
      void share.chat.close();
    });
  }
}

/** What tells options apart: their values. Functions, and objects with functions, are told by being there. */
export function nameOf(options: ChatOptions): string {
  if (!isObject(options)) return "";
  const value = (of: unknown): string =>
    isObject(of) || typeof of === "function" ? typeof of : `${typeof of} ${String(of)}`;
  return JSON.stringify(
    CHAT_OPTIONS.map((name) => {
      const given = options[name];
      if (name !== "environment" || !isObject(given)) return value(given);
      const { cluster, apiUrl, socketUrl } = given as Record<string, unknown>;
      return [value(cluster), value(apiUrl), value(socketUrl)];
    }),
  );
}

/** The same options for a chat that waits to be opened, and calls the functions of `latest`. */
function relayed(options: ChatOptions, latest: () => ChatOptions): ChatOptions {
  // For `createChat` to refuse, as all that is not as it should be.
  if (!isObject(options)) return options;
  const own: Record<string, unknown> = { ...options };
  if (own.autoConnect === undefined || own.autoConnect === true) own.autoConnect = false;
  for (const name of FUNCTIONS) {
    const given: unknown = options[name];
    if (typeof given === "function") {
      own[name] = (...args: unknown[]) => (latest()[name] as AnyFunction)(...args);
    } else if (isObject(given)) {
      const methods = METHODS.filter((method) => typeof given[method] === "function");
      own[name] = Object.fromEntries(
        methods.map((method) => [
          method,
          (...args: unknown[]) => (latest()[name] as unknown as Record<string, AnyFunction>)[method]?.(...args),
        ]),
      );
    }
  }
  return own as unknown as ChatOptions;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
