"use client";

/**
 * The entry `./react`: a chat as React hooks, for React 18 and newer. Importing it does nothing.
 *
 * Selected values are kept as in React's own `use-sync-external-store/with-selector`, which is no ES module and would be this
 * package's only dependency.
 */

import { useEffect, useInsertionEffect, useMemo, useReducer, useRef, useSyncExternalStore } from "react";

import { IDLE } from "./idle.js";
import { createChat, type Chat, type ChatOptions, type ChatState } from "./index.js";
import { nameOf, SharedChats } from "./shared-chats.js";

/** What `useChat` returns beside the state: the chat, and its calls by themselves. They stay the same for as long as the chat does. */
export interface ChatCalls {
  /** The chat itself, for `on`, `events`, `raw`, `diagnostics` and the like. */
  readonly chat: Chat;
  /** `Chat.send`: shows a message as pending at once; resolves when the server has it. Throws on what cannot be sent. */
  readonly send: Chat["send"];
  /** `Chat.retry`: sends a failed message again. */
  readonly retry: Chat["retry"];
  /** `Chat.discard`: takes a failed or unsent message out of the transcript. */
  readonly discard: Chat["discard"];
  /** `Chat.typing`: to be called on every keystroke. */
  readonly typing: Chat["typing"];
  /** `Chat.end`: ends the conversation on the server and forgets it. */
  readonly end: Chat["end"];
  /** `Chat.restart`: ends this conversation, if any, and starts a new one. */
  readonly restart: Chat["restart"];
  /** `Chat.reconnect`: connects now, after a failure or where `autoConnect` is false. */
  readonly reconnect: Chat["reconnect"];
}

let chats: SharedChats | undefined;

/** Made on first use: a page that takes `useChatState` alone, with a chat of `./inline`, is not to carry `./index.js` along. */
function shared(): SharedChats {
  return (chats ??= new SharedChats(createChat));
}

/**
 * The state of a chat with these options, and its calls. The component is drawn again whenever any of the state changes: during
 * a streamed message up to once per animation frame.
 *
 * All components with equal options share one chat: one session, one socket. The first that is mounted connects it, unless
 * `autoConnect` is false; when the last is unmounted it is closed, and its session is taken up again by the next chat. Options
 * are compared by value, so an object written in place is fine. Of functions and of objects with functions (`getAccessToken`,
 * `beforeAgentJoin`, `persistence`, `logger`) only their presence counts; those of the last rendering are called. Other options are
 * another chat.
 *
 * On a server, and while React takes over what a server has rendered, the state is that of an idle chat, and nothing connects.
 *
 * Throws `config/invalid` while rendering on bad options.
 */
export function useChat(options: ChatOptions): ChatState & ChatCalls;
/**
 * The same, with that part of the state that `selector` returns: the component is drawn again only when that changes.
 *
 * `selector` returns an object whose fields stand beside the calls, such as `({ connection }) => ({ connection })`; it may be a
 * new one each time, since fields are compared one by one. It must be pure, and is called whenever the state changes.
 */
export function useChat<T extends object>(options: ChatOptions, selector: (state: ChatState) => T): T & ChatCalls;
export function useChat(options: ChatOptions, selector?: (state: ChatState) => object): object {
  const [turn, takeAnother] = useReducer((count: number) => count + 1, 0);
  // While these are the same, so is the chat: hidden for a while (`Activity`), a component comes back to its own.
  const share = useMemo(() => shared().of(options), [nameOf(options), turn]);
  const { chat } = share;
  // As soon as it is on the page: nothing may call the functions of a rendering that is gone.
  useInsertionEffect(() => {
    share.options = options;
  });
  useEffect(() => {
    if (!shared().join(share)) {
      takeAnother();
      return undefined;
    }
    return () => {
      shared().leave(share);
    };
  }, [share]);
  const selected = useSelected(chat, selector);
  return useMemo(() => {
    const calls: Omit<ChatCalls, "chat"> = chat;
    const { send, retry, discard, typing, end, restart, reconnect } = calls;
    return { ...selected, chat, send, retry, discard, typing, end, restart, reconnect };
  }, [chat, selected]);
}

/**
 * The state of a chat that was made elsewhere: by `createChat`, of this package or of `poly-messaging-web/inline`, or by a
 * `useChat` further up. Whoever made it also closes it. On a server, and while React takes over what a server has rendered, the
 * state is that of an idle chat.
 */
export function useChatState(chat: Chat): ChatState;
/**
 * The same, with what `selector` returns: the component is drawn again only when that changes. Plain objects and arrays are
 * compared by their fields, one level deep, all else by identity. `selector` must be pure.
 */
export function useChatState<T>(chat: Chat, selector: (state: ChatState) => T): T;
export function useChatState(chat: Chat, selector?: (state: ChatState) => unknown): unknown {
  return useSelected(chat, selector);
}

function useSelected<T>(chat: Chat, selector: ((state: ChatState) => T) | undefined): T | ChatState {
  /** What was last drawn. A value that is the same as this one gives way to it, even when the selector is another function. */
  const drawn = useRef<{ value: T | ChatState } | null>(null);
  const [now, onServer] = useMemo(() => {
    const select = (read: () => ChatState): (() => T | ChatState) => {
      let of: ChatState | null = null;
      let value: T | ChatState;
      return () => {
        const state = read();
        if (state === of) return value;
        const next = selector ? selector(state) : state;
        const kept = of === null ? drawn.current : { value };
        of = state;
        return (value = kept && isSame(kept.value, next) ? kept.value : next);
      };
    };
    return [select(chat.getSnapshot), select(() => IDLE)];
  }, [chat, selector]);
  const value = useSyncExternalStore(chat.subscribe, now, onServer);
  useEffect(() => {
    drawn.current = { value };
  }, [value]);
  return value;
}

/** Whether two values are the same, or plain objects or arrays of the same kind with the same fields. */
function isSame(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true;
  if (!isPlain(one) || !isPlain(other) || Array.isArray(one) !== Array.isArray(other)) return false;
  const names = Object.keys(one);
  return (
    names.length === Object.keys(other).length &&
    names.every((name) => Object.hasOwn(other, name) && Object.is(one[name], other[name]))
  );
}

function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === Array.prototype;
}
