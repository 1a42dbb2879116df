/**
 * The entry `./webview`: a chat's events to the native application around the page, its commands back, and a place in
 * the application for the session. The messages are described in `native-messages.ts` and in `webview.schema.json`.
 */

import { toPolyError } from "./errors.js";
import { idOf, invalid, Line, type Command } from "./native-line.js";
import type { CommandId } from "./native-messages.js";
import type { ChatState } from "./state.js";
import type { Chat, SessionStorageAdapter } from "./types.js";
import { version } from "./version.js";

export type { NativeCommand, AsJson, CommandId, NativeError, NativeMessage, Splice } from "./native-messages.js";

/** What the application has to answer within: as long as a chat waits for its storage. */
const STORAGE_LIMIT_MS = 5_000;

/** The fields of each command beside `command` and `id`: their types, with a `?` where they may be left out. */
const FIELDS = new Map<string, Readonly<Record<string, string>>>([
  ["send", { text: "string", metadata: "object?" }],
  ["retry", { draftId: "string" }],
  ["discard", { draftId: "string" }],
  ["watch", { on: "boolean" }],
  ...["typing", "end", "restart", "reconnect", "close", "ready", "diagnostics", "getState"].map(
    (name) => [name, {}] as const,
  ),
]);

/**
 * Connects a chat with the native application that shows the page. Each event is posted to the application as JSON (`NativeMessage`):
 * to `webkit.messageHandlers[name]` (WKWebView, WebKitGTK), to `window[name]` (an object of the application in Android's WebView) or to
 * `ReactNativeWebView`, whichever is there first. The application gives commands (`NativeCommand`) by calling
 * `window[name + "Receive"](json)`, which returns nothing and never throws; a command that is none is answered by a message of kind
 * `error`, and changes nothing. Call it right after `createChat`, so that no event is missed.
 *
 * `name` is an identifier, by default `"polyMessaging"`. Returns the undo, after which nothing more is posted; the chat stays
 * open. Throws `config/invalid` outside a web view, for a name that is none, and while another chat is bridged under the
 * same name.
 */
export function bridgeToNative(chat: Chat, options?: { name?: string }): () => void {
  const line = Line.open(options?.name);
  if (line.chat) throw invalid(`A chat is already bridged to the application under the name "${line.name}".`);
  const watch = watcher(chat, line);
  let isLive = true;
  const settle = (id: CommandId | null, result: Promise<unknown>): void => {
    result.then(
      (value) => {
        if (!isLive || id === null) return;
        line.post({ kind: "result", id, value: value ?? null });
      },
      (thrown: unknown) => {
        if (isLive) line.refuse(id, toPolyError(thrown));
      },
    );
  };
  line.chat = (command) => {
    checkFields(command);
    const id = idOf(command);
    const result = run(chat, command, watch);
    // What is known at once is answered at once, before anything that follows from the command is posted.
    if (result instanceof Promise) settle(id, result);
    else if (id !== null) line.post({ kind: "result", id, value: result ?? null });
  };
  const off = chat.on("*", (event) => {
    line.post({ kind: "event", event });
  });
  line.post({ kind: "ready", packageVersion: version });
  return () => {
    if (!isLive) return;
    isLive = false;
    off();
    watch(false);
    line.chat = null;
    line.release();
  };
}

/**
 * Keeps the session with the native application: give it to `createChat` as `persistence`. Each call is posted as a message of kind
 * `storage` under the same `name` as the bridge's, and the application answers by the command `storageResult` within 5 seconds;
 * later answers are refused, and the call counts as failed. What is stored holds an access token in clear: the application is to keep
 * it in the keychain or its like, and to write it to no log. Throws `config/invalid` outside a web view and for a name
 * that is none.
 */
export function nativeStorage(options?: { name?: string }): SessionStorageAdapter {
  const line = Line.open(options?.name);
  line.storage = ({ command: _, id, value, failed, ...rest }) => {
    const settle = line.waiting.get(String(id));
    if (!settle) throw invalid("No call of the storage is waiting for this answer.");
    const isGood =
      Object.keys(rest).length === 0 &&
      (value === undefined || value === null || typeof value === "string") &&
      (failed === undefined || typeof failed === "boolean");
    if (!isGood) throw invalid("`storageResult` has `id`, `value` (a text or null) and `failed` (true or false).");
    settle(failed ? undefined : (value ?? null));
  };
  const ask = (operation: "get" | "set" | "remove", key: string, more?: { value: string }) =>
    new Promise<string | null>((resolve, reject) => {
      const id = `${line.page}-${(line.calls += 1)}`;
      const settle = (value: string | null | undefined): void => {
        line.waiting.delete(id);
        clearTimeout(timer);
        if (value === undefined) reject(new Error(`The application could not ${operation} the session.`));
        else resolve(value);
      };
      const timer = setTimeout(settle, STORAGE_LIMIT_MS);
      line.waiting.set(id, settle);
      line.post({ kind: "storage", id, operation, key, ...more });
    });
  return {
    get: (key) => ask("get", key),
    set: async (key, value) => void (await ask("set", key, { value })),
    remove: async (key) => void (await ask("remove", key)),
  };
}

/** Carries out a command whose fields are right. */
function run(chat: Chat, command: Command, watch: (on: boolean) => ChatState) {
  const { text, metadata, draftId, on } = command as Command & {
    text: string;
    metadata?: Record<string, string>;
    draftId: string;
    on: boolean;
  };
  switch (command.command) {
    case "send":
      return chat.send(text, metadata && { metadata });
    case "retry":
      return chat.retry(draftId);
    case "discard":
      chat.discard(draftId);
      return;
    case "typing":
      chat.typing();
      return;
    case "getState":
      return chat.getSnapshot();
    case "watch":
      return watch(on);
    case "diagnostics":
      return chat.diagnostics();
    default:
      return chat[command.command as "end" | "restart" | "reconnect" | "close" | "ready"]();
  }
}

function checkFields({ command, id: _, ...given }: Command): void {
  const fields = FIELDS.get(command);
  if (!fields) throw invalid("There is no command of this name.");
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(fields, name)) throw invalid(`The command ${command} has a field that it does not know.`);
  }
  for (const [name, wanted] of Object.entries(fields)) {
    const type = wanted.replace("?", "");
    const value = given[name];
    if (value === undefined && type !== wanted) continue;
    if (typeof value !== type || value === null) throw invalid(`\`${name}\` of ${command} must be of type ${type}.`);
  }
}

/** Posts what changes in the state, while it is turned on; returns the state as it then stands. */
function watcher(chat: Chat, line: Line): (on: boolean) => ChatState {
  let off: (() => void) | null = null;
  return (on) => {
    let before = chat.getSnapshot();
    off?.();
    off = null;
    if (on) {
      off = chat.subscribe(() => {
        const now = chat.getSnapshot();
        const { messages, ...rest } = now;
        const parts = Object.entries(rest).filter(([name, part]) => part !== before[name as keyof ChatState]);
        const splice = spliceOf(before.messages, messages);
        before = now;
        if (splice || parts.length > 0)
          line.post({ kind: "state", changed: Object.fromEntries(parts), messages: splice });
      });
    }
    return before;
  };
}

/** What makes the one list the other, if they differ. Lines that did not change are the same objects. */
function spliceOf(before: ChatState["messages"], now: ChatState["messages"]) {
  if (before === now) return null;
  const shorter = Math.min(before.length, now.length);
  let at = 0;
  while (at < shorter && before[at] === now[at]) at += 1;
  let tail = 0;
  while (tail < shorter - at && before.at(-1 - tail) === now.at(-1 - tail)) tail += 1;
  return { at, removed: before.length - at - tail, inserted: now.slice(at, now.length - tail) };
}
