/** The entry of the package: what it exports, and nothing else. Importing it does nothing. */

import init_, { Client } from "#wasm";
import type { ClientConstructor } from "./boundary.js";
import { DefaultChat } from "./chat.js";
import { ModuleLoader, type Glue, type ModuleSource } from "./module.js";
import { parseOptions } from "./options.js";
import type { Chat, ChatOptions } from "./types.js";

export { PolyError } from "./errors.js";
export type { PolyErrorCode } from "./errors.js";
export type { ChatEvent, Envelope } from "./event-types.js";
export type { ModuleSource } from "./module.js";
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
  Chat,
  ChatOptions,
  DeviceType,
  Logger,
  LogLevel,
  Platform,
  SessionStorageAdapter,
} from "./types.js";
export { version } from "./version.js";

const glue: Glue = { init: (options) => init_(options), Client: Client as unknown as ClientConstructor };
const loader = new ModuleLoader(glue, () => new URL("./poly_messaging_web.wasm", import.meta.url));

/**
 * Opens a chat: starts a new session. Synchronous; loads the WebAssembly module and connects in the background, and
 * takes commands meanwhile. On a server (no `window`) it returns an idle chat that does nothing, and whose calls that
 * wait for something reject with `transport/not-connected`. Throws `config/invalid` on bad options.
 */
export function createChat(options: ChatOptions): Chat {
  return new DefaultChat(options, loader);
}

/**
 * Loads the WebAssembly module ahead of time, by default from `poly_messaging_web.wasm` beside this script. Idempotent:
 * once it is loaded or being loaded, `source` is not looked at. Rejects with `config/wasm-unavailable`; a failed load
 * may be tried again.
 */
export async function init(source?: ModuleSource): Promise<void> {
  await loader.load(source);
}

/**
 * Whether `createChat` with these options would take up a stored session. This version stores none, so it resolves with
 * false. Rejects with `config/invalid` on bad options.
 */
export async function hasResumableSession(options: ChatOptions): Promise<boolean> {
  await checked(options);
  return false;
}

/**
 * Forgets the session stored under these options. This version stores none, so there is nothing to forget. Rejects with
 * `config/invalid` on bad options.
 */
export async function clearSession(options: ChatOptions): Promise<void> {
  await checked(options);
}

async function checked(options: ChatOptions): Promise<void> {
  await Promise.resolve(options).then(parseOptions);
}
