/** A chat without a server: it has the state that it is given, and whatever it is told to do it does not. */

import type { Chat, ChatEvent, ChatState } from "/pkg/index.js";

type Listener = (event: ChatEvent) => void;

/** What a chat is before anything has happened. */
export const NOTHING: ChatState = {
  connection: { status: "idle" },
  session: null,
  messages: [],
  agent: null,
  isAgentTyping: false,
  idleWarning: false,
  suggestions: [],
  handoff: {
    phase: "none",
    queueName: null,
    position: null,
    estimatedWaitSeconds: null,
    displayMessage: null,
    reason: null,
    route: null,
  },
  language: null,
  ended: null,
};

/** A promise that nothing comes of. */
const never = <T>(): Promise<T> => new Promise(() => undefined);

/** A chat in a state that is set from outside. */
export class FakeChat implements Chat {
  declare readonly [Symbol.asyncDispose]: Chat["close"];
  readonly raw: Chat["raw"] = { send: () => undefined, on: () => () => undefined };
  readonly #watchers = new Set<() => void>();
  readonly #listeners = new Map<string, Set<Listener>>();
  #state: ChatState;

  constructor(state: ChatState) {
    this.#state = state;
  }

  /** Puts it into another state, and tells of an event if one led there. */
  change(state: ChatState, event?: ChatEvent): void {
    this.#state = state;
    for (const watcher of [...this.#watchers]) watcher();
    if (!event) return;
    for (const type of [event.type, "*"]) for (const listener of this.#listeners.get(type) ?? []) listener(event);
  }

  readonly getSnapshot = (): ChatState => this.#state;

  readonly subscribe = (watcher: () => void): (() => void) => {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  };

  on(type: string, listener: (event: never) => void): () => void {
    const listeners = this.#listeners.get(type) ?? new Set();
    this.#listeners.set(type, listeners);
    listeners.add(listener as Listener);
    return () => listeners.delete(listener as Listener);
  }

  events(): AsyncIterableIterator<ChatEvent> {
    const iterator: AsyncIterableIterator<ChatEvent> = {
      next: never,
      [Symbol.asyncIterator]: () => iterator,
    };
    return iterator;
  }

  ready(): Promise<void> {
    return this.#state.connection.status === "open" ? Promise.resolve() : never();
  }

  readonly send: Chat["send"] = never;
  readonly retry: Chat["retry"] = never;
  readonly discard: Chat["discard"] = () => undefined;
  readonly typing: Chat["typing"] = () => undefined;
  readonly end: Chat["end"] = never;
  readonly restart: Chat["restart"] = never;
  readonly reconnect: Chat["reconnect"] = never;
  readonly close: Chat["close"] = () => Promise.resolve();
  readonly diagnostics: Chat["diagnostics"] = () => ({});
}
