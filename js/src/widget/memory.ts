/**
 * All that a widget remembers in this browser, and under which key: nothing else of it touches a storage. Each chat has its own
 * place (../place.ts), and of two elements with one chat each what is its own. A chat that keeps its session for the tab alone, or not at all,
 * keeps nothing else longer.
 *
 * A key is `poly-chat:PLACE:ITEM`, with `:ELEMENT` behind it for what belongs to one element.
 */

import type { Chat } from "../index.js";
import { FORGET, PLACE, PREFIX, type Place } from "../place.js";
import type { PolyChatOptions } from "./types.js";

/** What is remembered, and whether it belongs to one element, in one tab, or to the chat. */
const IS_OWN = {
  /** What the user has begun to write. */
  draft: true,
  /** The bubble that the user has put away. */
  prompt: true,
  /** The disclaimer that the user has agreed to, as a hash. */
  consent: false,
  /** Id of the last message that the user has seen. */
  seen: false,
  /** That there has been a session: a visitor who never opened the chat is not asked for by loading the module. */
  begun: false,
} as const;

/** The name of something that is remembered. */
export type Item = keyof typeof IS_OWN;

/** Before there is a chat nothing is known of where anything may stand. */
const NOWHERE: Place = { name: "", persistence: "none" };

/** What storages hold, as far as it was looked for. */
const known = new Map<string, string | null>();
/** What cannot or may not be stored: it lasts as long as the page. */
const held = new Map<string, string>();

/** Memories of elements that are in the page. */
const live = new Set<Memory>();
/** How often each place was forgotten: an element that was not in the page meanwhile finds out by it. */
const forgotten = new Map<string, number>();

/** One thing at the place where it was asked for. */
export interface Kept {
  get(): string | null;
  /** Null takes it away. What cannot be stored lasts as long as the page. */
  set(value: string | null): void;
}

/** What one element remembers. */
export class Memory {
  readonly #changed: (isForgotten: boolean) => void;
  #place = NOWHERE;
  #element = "";
  #mark = "";
  #forgotten = 0;

  /** `changed`: another tab or element has changed something; `isForgotten`: all of it is gone. */
  constructor(changed: (isForgotten: boolean) => void) {
    this.#changed = changed;
  }

  /** What tells this place, and this element in it, from others. */
  get name(): string {
    return `${this.#place.name}:${this.#element}`;
  }

  /** Whether a session may have been stored. */
  get mayHaveSession(): boolean {
    const { persistence } = this.#place;
    return typeof persistence === "object" || (persistence !== "none" && this.get("begun") !== null);
  }

  /** Is about this chat from now on, in an element with this id; without a chat it stays as it is. */
  use(chat: Chat | null, { persistence = "local" }: PolyChatOptions, id: string): void {
    watch();
    if (chat) {
      // One that is not of this package says nothing of its place.
      const place = (chat as { [PLACE]?: Place })[PLACE] ?? { name: "", persistence };
      const isOther = place.name !== this.#place.name;
      this.#place = place;
      if (isOther) this.#note();
    }
    if (!live.has(this) || id !== "" || this.#element.startsWith("#")) this.#element = this.#elementOf(id);
    live.add(this);
    if (this.#isOutdated()) this.renew();
  }

  /** The element is no longer in the page. */
  stop(): void {
    live.delete(this);
  }

  get(item: Item): string | null {
    return this.of(item).get();
  }

  set(item: Item, value: string | null): void {
    this.of(item).set(value);
  }

  of(item: Item): Kept {
    const place = this.#place;
    const isOwn = IS_OWN[item];
    const key = `${PREFIX}${place.name}:${item}${isOwn ? this.#element && `:${this.#element}` : ""}`;
    const storage = storageOf(place, isOwn);
    const isMarked = isOwn && storage !== null && place.persistence !== "tab";
    return {
      get: () => {
        const value = read(storage, key);
        if (!isMarked || value === null) return value;
        const end = value.indexOf(" ");
        // Without a mark: there was no room for one.
        if (end === 0 || value.slice(0, end) === markOf(place)) return value.slice(end + 1);
        write(storage, key, null);
        return null;
      },
      set: (value) => {
        write(storage, key, isMarked && value !== null ? `${makeMark(place)} ${value}` : value);
        if (place.name === this.#place.name) this.#note();
      },
    };
  }

  /** Something has changed elsewhere. */
  renew(): void {
    const isForgotten = this.#isOutdated();
    if (isForgotten) this.#note();
    this.#changed(isForgotten);
  }

  #note(): void {
    this.#mark = markOf(this.#place) ?? "";
    this.#forgotten = forgotten.get(this.#place.name) ?? 0;
  }

  #isOutdated(): boolean {
    const isCleared = this.#mark !== "" && this.#mark !== markOf(this.#place);
    return isCleared || this.#forgotten !== (forgotten.get(this.#place.name) ?? 0);
  }

  /** By its id; else by its number among those in the page, of which the first has none. */
  #elementOf(id: string): string {
    if (id !== "") return `#${id}`;
    const taken = new Set([...live].filter((other) => other !== this).map(({ name }) => name));
    for (let count = 0; ; count++) {
      const element = count === 0 ? "" : String(count);
      if (!taken.has(`${this.#place.name}:${element}`)) return element;
    }
  }
}

/** Where something of this place stands; null: nowhere. */
function storageOf({ persistence }: Place, isOwn: boolean): (() => Storage) | null {
  if (persistence === "none") return null;
  return isOwn || persistence === "tab" ? () => sessionStorage : () => localStorage;
}

/**
 * What is kept for one tab alone counts as long as this word is in the storage that all tabs share: who signs out in one of them
 * leaves nothing in another, even if that is asleep. Null: there is none.
 */
function markOf(place: Place): string | null {
  return place.persistence === "none" || place.persistence === "tab" ? null : read(() => localStorage, markKey(place));
}

/** The same; one is made where there is none. Empty where there is no room for it. */
function makeMark(place: Place): string {
  const key = markKey(place);
  if (markOf(place) === null) write(() => localStorage, key, Math.random().toString(36).slice(2, 10));
  return held.has(key) ? "" : (markOf(place) ?? "");
}

function markKey({ name }: Place): string {
  return `${PREFIX}${name}:mark`;
}

function read(storage: (() => Storage) | null, key: string): string | null {
  const value = held.get(key) ?? known.get(key);
  if (value !== undefined) return value;
  let found: string | null = null;
  try {
    found = storage?.().getItem(key) ?? null;
  } catch {
    // A browser that denies it holds nothing in it.
  }
  known.set(key, found);
  return found;
}

function write(storage: (() => Storage) | null, key: string, value: string | null): void {
  known.set(key, value);
  held.delete(key);
  if (value !== null) held.set(key, value);
  try {
    if (value === null) storage?.().removeItem(key);
    else storage?.().setItem(key, value);
    if (storage) held.delete(key);
  } catch {
    // It lasts as long as the page.
  }
}

let isWatching = false;

/** Follows what other tabs do, and what is cleared in this one: once for all elements, for as long as the page is there. */
function watch(): void {
  if (isWatching) return;
  isWatching = true;
  addEventListener("storage", ({ key }) => {
    if (key === null || key.startsWith(PREFIX)) renew(key);
  });
  // What happened meanwhile was not told to a page in the back/forward cache.
  addEventListener("pageshow", ({ persisted }) => {
    if (persisted) renew(null);
  });
  addEventListener(FORGET, (event) => {
    const name = String((event as CustomEvent<unknown>).detail);
    for (const map of [known, held]) {
      for (const key of [...map.keys()]) if (key.startsWith(`${PREFIX}${name}:`)) map.delete(key);
    }
    forgotten.set(name, (forgotten.get(name) ?? 0) + 1);
    renew(null);
  });
}

/** What stands under `key` is something else now; null: all may be. */
function renew(key: string | null): void {
  if (key === null) known.clear();
  else known.delete(key);
  for (const memory of [...live]) memory.renew();
}
