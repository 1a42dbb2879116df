/**
 * What the entries `.`, `./inline` and `./classic` have in common: all that an application calls. Importing it does nothing. Where
 * the WebAssembly module comes from is for each of them to say (`loader.origin`).
 */

import type { ClientConstructor } from "./boundary.js";
import { DefaultChat } from "./chat.js";
import { toPolyError } from "./errors.js";
import { loader } from "./loader.js";
import { parseOptions, type Settings } from "./options.js";
import { forgetPlace, placeOf } from "./place.js";
import type { Chat, ChatOptions, ModuleSource } from "./types.js";

export { PolyError } from "./errors.js";
export type { PolyErrorCode } from "./errors.js";
export type { ChatEvent, ChatEventOf, Envelope } from "./event-types.js";
export { detectPlatform } from "./platform.js";
export type {
  AgentMessage,
  Attachment,
  CallAction,
  ChatMessage,
  ChatState,
  ConnectionState,
  HandoffState,
  MessageBase,
  Suggestion,
  SystemMessage,
  UserMessage,
} from "./state.js";
export type {
  AccessToken,
  AccessTokenOption,
  Chat,
  ChatOptions,
  CommonChatOptions,
  ConnectorTokenOption,
  DeviceType,
  Logger,
  LogLevel,
  ModuleSource,
  Platform,
  SessionStorageAdapter,
} from "./types.js";
export { version } from "./version.js";

/**
 * Opens a chat: takes up the stored session if there is one still alive, else starts a new one. Synchronous; loads the
 * WebAssembly module and connects in the background, and takes commands meanwhile. On a server (no `window`) it returns an idle chat that does nothing, and whose calls that
 * wait for something reject with `transport/not-connected`. Throws `config/invalid` on bad options.
 */
export function createChat(options: ChatOptions): Chat {
  return new DefaultChat(options, loader);
}

/**
 * Loads the WebAssembly module ahead of time: from `source` or, by default, from `poly_messaging_web.wasm` beside the
 * script, and with `./inline` and the classic script from the script itself. Idempotent: once it is loaded or being
 * loaded, `source` is not looked at. Rejects with `config/wasm-unavailable`, whose message says what is in the way; a
 * failed load may be tried again.
 */
export async function init(source?: ModuleSource): Promise<void> {
  await loader.load(source);
}

/**
 * Whether `createChat` with these options would take up a stored session: one is there, and neither it nor its token has
 * run out. What the server says of it is known only when it is taken up. Loads the module. On a server, and where
 * nothing can be read, false. Rejects with `config/invalid` on bad options, with `config/wasm-unavailable` where the
 * module cannot be had.
 */
export async function hasResumableSession(options: ChatOptions): Promise<boolean> {
  return (
    (await stored(options, async (Client, { engine, persistence }) => {
      const record = await Client.storage(engine, persistence).read();
      return record !== undefined && Client.isResumable(engine, record);
    })) ?? false
  );
}

/**
 * Forgets the session stored under these options: those with the same connector token, server and host identifier. With it goes what
 * `<poly-chat>` remembers of this chat, in all tabs: what is being written, what was seen, what was agreed to. A chat that is open goes on, and may store its
 * session anew; `end()` is for that. Rejects as `hasResumableSession` does.
 */
export async function clearSession(options: ChatOptions): Promise<void> {
  const settings = parseOptions(options);
  if (typeof window !== "undefined") forgetPlace(placeOf(settings));
  await stored(options, (Client, { engine, persistence }) => Client.storage(engine, persistence).remove());
}

async function stored<T>(
  options: ChatOptions,
  work: (Client: ClientConstructor, settings: Settings) => Promise<T>,
): Promise<T | undefined> {
  const settings = parseOptions(options);
  if (typeof window === "undefined" || settings.persistence === "none") return undefined;
  const Client = await loader.load();
  try {
    return await work(Client, settings);
  } catch (thrown) {
    throw toPolyError(thrown);
  }
}
