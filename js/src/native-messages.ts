/**
 * The public types of what passes between a page and the native application around it: `webview.schema.json` says the same
 * as a JSON Schema. Everything is JSON, as text.
 */

import type { PolyError, PolyErrorCode } from "./errors.js";
import type { ChatEvent } from "./event-types.js";
import type { ChatMessage, ChatState, UserMessage } from "./state.js";

/** A failure in JSON. */
export interface NativeError {
  /** Stable: what to decide by. */
  code: PolyErrorCode;
  /** Fit for a user's eyes. */
  message: string;
  /** Whether the same command may succeed when it is given again later. */
  retryable: boolean;
  /** Milliseconds to wait before that, where the server said so; else null. */
  retryAfterMs: number | null;
}

/** What becomes of a value in JSON: dates are texts (ISO 8601, UTC), errors are `NativeError`. */
export type AsJson<T> = T extends Date
  ? string
  : T extends PolyError
    ? NativeError
    : T extends object
      ? { [K in keyof T]: AsJson<T[K]> }
      : T;

/** A name that the application gives a command, to find its answer by: a text of up to 100 characters, or an integer. */
export type CommandId = string | number;

/** What the page posts. Later versions of this package may add kinds, fields and types of events. */
export type NativeMessage = {
  /** Of this format: 1. */
  version: 1;
} & (
  | {
      /** The bridge stands, and takes commands. Posted again after a reload: commands from before it are not answered any more. */
      kind: "ready";
      /** Of this package, as `version` is. */
      packageVersion: string;
    }
  | {
      /** Something happened. */
      kind: "event";
      /** What `Chat.on("*")` hears. */
      event: AsJson<ChatEvent>;
    }
  | {
      /** What the chat shows has changed, at most once per animation frame. Only after the command `watch`. */
      kind: "state";
      /** The parts of the state that are not as before. */
      changed: Partial<AsJson<Omit<ChatState, "messages">>>;
      /** What has become of the transcript; null where it is as before. */
      messages: Splice | null;
    }
  | {
      /** A command went well. */
      kind: "result";
      /** That of the command. */
      id: CommandId;
      /** `send` and `retry`: the message. `getState` and `watch`: the state. `diagnostics`: a report. Else null. */
      value: AsJson<UserMessage> | AsJson<ChatState> | Record<string, unknown> | null;
    }
  | {
      /** A command failed, or was none. Posted for commands without an `id`, too. */
      kind: "error";
      /** That of the command; null where it had none, or none that could be made out. */
      id: CommandId | null;
      /** Why. */
      error: NativeError;
    }
  | ({
      /** `nativeStorage` asks the application, which answers by the command `storageResult`. */
      kind: "storage";
      /** What the answer is to name. */
      id: string;
      /** Fit for a file name: letters, digits, `-`, `_`, `.` and `:`. */
      key: string;
    } & (
      | {
          /** Answer with what is kept under the key, or null; forget it. */
          operation: "get" | "remove";
        }
      | {
          /** Keep the value under the key. */
          operation: "set";
          /** Opaque. It holds an access token: it belongs in the keychain or its like, and in no log. */
          value: string;
        }
    ))
);

/** Take out `removed` lines of the transcript from place `at` on, counted from 0, and put in these. */
export interface Splice {
  /** Place in `messages`, from 0. */
  at: number;
  /** How many are taken out. */
  removed: number;
  /** Those that take their place, in order. */
  inserted: AsJson<ChatMessage>[];
}

/** What the application hands to `window[name + "Receive"]`, as text. An `id` is what asks for a `result`. */
export type NativeCommand =
  | ({
      /** Named by the answer; without it there is an answer only where something is wrong. */
      id?: CommandId;
    } & (
      | {
          /** As `Chat.send`. Answered when the server has the message. */
          command: "send";
          /** What the user has written. */
          text: string;
          /** Sent along with it. */
          metadata?: Record<string, string>;
        }
      | {
          /** As the calls of a `Chat`. */
          command: "retry" | "discard";
          /** That of the failed message. */
          draftId: string;
        }
      | {
          /** As the calls of a `Chat`. `close` and `end` are answered once `nativeStorage` has nothing more to ask: the application may go. */
          command: "typing" | "end" | "restart" | "reconnect" | "close" | "ready" | "diagnostics";
        }
      | {
          /** Asks for the whole state. */
          command: "getState";
        }
      | {
          /** Whether `state` is posted whenever something changes. Answered with the state that the changes start from. */
          command: "watch";
          /** Yes or no. */
          on: boolean;
        }
    ))
  | {
      /** Answers a message of kind `storage`, within 5 seconds. */
      command: "storageResult";
      /** That of the message. */
      id: string;
      /** For `get`: what is stored under the key, null for nothing. */
      value?: string | null;
      /** true: it could not be done. */
      failed?: boolean;
    };
