// @ts-check
/**
 * The record of a session, kept beyond the page: sealed in the vault, in the tab's own `sessionStorage`, or by an adapter
 * of the application. What it holds is the engine's business.
 *
 * Loads, stores and the like are carried out one after the other, some of them under a lock that one tab holds at a time. What
 * goes wrong costs the record, and with it that the session is taken up again; nothing else. What the tabs of a chat tell each
 * other waits its turn, too: who hears of a record finds it stored.
 */

import { hold, release } from "./held.js";

/** Milliseconds that sealing and unsealing may take. Some browsers' IndexedDB never answers; others take seconds to start. */
const VAULT_LIMIT_MS = 5_000;
/** Milliseconds that an adapter may take for each call. */
const ADAPTER_LIMIT_MS = 5_000;

/** The last part of each of these, which begins once the rest is over: a page that was frozen finds its time over when it goes on. */
const GRACE_MS = 1_000;
/** What `within` rejects with. */
const LATE = Symbol("late");

const CANNOT_SEAL =
  "The session cannot be kept sealed here (WebCrypto, IndexedDB or room is missing): it is kept for this tab only.";
const CANNOT_STORE = "The session cannot be stored: it ends with this page.";

/** Kinds of what is told, as `answers.rs` knows them. */
const LOADED = 4;
const WARNING = 5;
const NEWS = 6;
const LINE_FREE = 7;

/** What is done with the lock on the socket that the tabs share, as the engine's `Line` has it; the third takes it. */
const LEAVE = 0;
const WAIT = 1;

/** Longest news that is taken over, in UTF-16 units: a frame, and from whom it comes. It comes from this origin, and may be anything all the same. */
const MAX_NEWS = (8 << 20) + 1024;

/** One chat's record, and what its tabs tell each other. */
export class Storage {
  #key;
  #place;
  #vault;
  #tell;
  /** @type {Promise<unknown>} The last thing to do so far. */
  #last = Promise.resolve();
  /** @type {AbortController | null} Of the exclusive loads since the last unlock. */
  #wanted = null;
  /** @type {(() => void) | null} Lets go of the lock. */
  #release = null;
  /** @type {BroadcastChannel | null} */
  #channel = null;
  /** @type {string[]} What is to be told to the other tabs in its turn. */
  #untold = [];
  /** Ends what is under way with the lock on the shared socket. */
  #leaveLine = () => {};
  /** Sealing took too long the last time. */
  #wasLate = false;
  /** Sealing failed, and is not tried again. */
  #inClear = false;
  /** Storing failed, and that was said. */
  #useless = false;

  /**
   * The record under `key`. `"local"`, where it cannot be sealed, is as `"tab"`. In `sessionStorage` it is not sealed, since a key
   * beside it would protect nothing; nor for an adapter, whose medium is the seal.
   * @param {string} key
   * @param {"local" | "tab" | "none" | import("../../js/src/types.js").SessionStorageAdapter} place
   * @param {import("./vault.js").Vault} vault
   * @param {(kind: number, id: number, number: number, text?: string) => void} tell
   */
  constructor(key, place, vault, tell) {
    this.#key = key;
    this.#place = place;
    this.#vault = vault;
    this.#tell = tell;
  }

  /**
   * Reads the record in its turn and tells it; with `exclusive`, once the lock is granted, which is then kept.
   * @param {number} id
   * @param {boolean} exclusive
   */
  load(id, exclusive) {
    const { signal } = (this.#wanted ??= new AbortController());
    this.#queue(async () => {
      if (exclusive && !(await this.#lock(signal))) return;
      const record = await this.read();
      this.#tell(LOADED, id, 0, record);
    });
  }

  /**
   * Keeps `record` in place of the one before, in its turn. What does not work is told once.
   * @param {string} record
   */
  store(record) {
    this.#queue(async () => {
      const warning = await this.#write(record);
      if (warning) this.#tell(WARNING, 0, 0, warning);
    });
  }

  /** Removes the record, in its turn. */
  forget() {
    this.#queue(() => this.remove());
  }

  /** Lets go of the lock once everything before is done. Exclusive loads that have not got it are given up. */
  unlock() {
    this.#wanted?.abort();
    this.#wanted = null;
    this.#queue(() => {
      this.#release?.();
      this.#release = null;
    });
  }

  /** Listens to the other tabs from now on. Where there are no channels, each tab is alone. */
  open() {
    if (this.#channel) return;
    hold(this, () => this.leave());
    try {
      this.#channel = new BroadcastChannel(this.#key);
    } catch {
      return;
    }
    this.#channel.onmessage = ({ data }) => {
      if (typeof data === "string" && data.length <= MAX_NEWS) this.#tell(NEWS, 0, 0, data);
    };
  }

  /**
   * Tells the other tabs, in its turn.
   * @param {string} text
   */
  announce(text) {
    this.#untold.push(text);
    this.#queue(() => {
      this.#post(1);
    });
  }

  /**
   * Tells the other tabs, at once.
   * @param {string} text
   */
  share(text) {
    this.#channel?.postMessage(text);
  }

  /**
   * Lets go of the lock on the socket that the tabs share, waits for it, or takes it from whoever has it.
   * @param {number} wanted
   */
  line(wanted) {
    this.#leaveLine();
    const waiting = new AbortController();
    let leave = () => waiting.abort();
    this.#leaveLine = () => leave();
    if (wanted === LEAVE) return;
    const hold = () =>
      new Promise((done) => {
        if (waiting.signal.aborted) return done(undefined);
        leave = () => done(undefined);
        if (wanted === WAIT) this.#tell(LINE_FREE, 0, 0);
      });
    const how = wanted === WAIT ? { signal: waiting.signal } : { steal: true };
    // It may be denied, given up or stolen: then nothing is heard of it.
    navigator.locks.request(`${this.#key}.line`, how, hold).catch(() => undefined);
  }

  /** Listens no more. What is still to be told is told now: the page may be gone in a moment. */
  close() {
    this.#post(this.#untold.length);
    this.#channel?.close();
    this.#channel = null;
  }

  /** As `unlock` and `close`; the chat that this belongs to is gone. */
  leave() {
    release(this);
    this.#tell = () => undefined;
    this.line(LEAVE);
    this.unlock();
    this.close();
  }

  /**
   * The record, now; undefined where there is none that can be read.
   * @returns {Promise<string | undefined>}
   */
  async read() {
    const key = this.#key;
    const place = this.#place;
    try {
      if (typeof place === "object") return text(await within(ADAPTER_LIMIT_MS, place.get(key)));
      // What this tab had to keep for itself is newer than what was sealed before.
      const own = text(sessionStorage.getItem(key));
      if (own !== undefined || place !== "local") return own;
    } catch {
      if (place !== "local") return undefined;
    }
    try {
      return await within(VAULT_LIMIT_MS, this.#vault.read(key));
    } catch {
      return undefined;
    }
  }

  /** Removes the record, now. */
  async remove() {
    const key = this.#key;
    const place = this.#place;
    const removals =
      typeof place === "object"
        ? [() => within(ADAPTER_LIMIT_MS, place.remove(key))]
        : [() => sessionStorage.removeItem(key)];
    if (place === "local") removals.push(() => within(VAULT_LIMIT_MS, this.#vault.remove(key)));
    for (const remove of removals) {
      try {
        await remove();
      } catch {
        // What cannot be removed cannot be read, or runs out.
      }
    }
  }

  /**
   * @param {string} record
   * @returns {Promise<string | undefined>}
   */
  async #write(record) {
    const key = this.#key;
    const place = this.#place;
    let said;
    if (place === "local" && !this.#inClear) {
      try {
        await within(VAULT_LIMIT_MS, this.#vault.keep(key, record));
        this.#wasLate = false;
        this.#emptyTab();
        return undefined;
      } catch (thrown) {
        // A device with much to do is no reason to keep a token in clear: it will be sealed yet, or what is kept next.
        if (thrown === LATE && !this.#wasLate) {
          this.#wasLate = true;
          return undefined;
        }
        this.#inClear = true;
        said = CANNOT_SEAL;
      }
    }
    try {
      if (typeof place === "object") await within(ADAPTER_LIMIT_MS, place.set(key, record));
      else sessionStorage.setItem(key, record);
      return said;
    } catch {
      if (this.#useless) return undefined;
      this.#useless = true;
      return CANNOT_STORE;
    }
  }

  #emptyTab() {
    try {
      sessionStorage.removeItem(this.#key);
    } catch {
      // Then there is nothing in it.
    }
  }

  /**
   * Waits for the lock; whether it was not given up meanwhile.
   * @param {AbortSignal} signal
   */
  async #lock(signal) {
    // A tab's own storage is shared with no one.
    if (!signal.aborted && !this.#release && this.#place !== "tab") {
      await new Promise((decided, failed) => {
        /** @returns {Promise<void>} The browser keeps the lock until this is settled. */
        const hold = () =>
          new Promise((release) => {
            this.#release = release;
            decided(undefined);
          });
        navigator.locks.request(this.#key, { signal }, hold).catch(failed);
        // Without locks (a page without TLS, an older Safari) it is there for whoever asks.
      }).catch(() => undefined);
    }
    return !signal.aborted;
  }

  /** @param {number} count */
  #post(count) {
    for (const text of this.#untold.splice(0, count)) this.#channel?.postMessage(text);
  }

  /** @param {() => unknown} work */
  #queue(work) {
    this.#last = this.#last.then(work).catch(() => undefined);
  }
}

/**
 * `value` where it is a string.
 * @param {unknown} value
 */
function text(value) {
  return typeof value === "string" ? value : undefined;
}

/**
 * What `work` brings within `limitMs` milliseconds; else it rejects with `LATE`.
 * @template T
 * @param {number} limitMs
 * @param {T | Promise<T>} work
 * @returns {Promise<T>}
 */
async function within(limitMs, work) {
  let timer;
  const late = new Promise((_, reject) => {
    const wait = () => (timer = setTimeout(reject, GRACE_MS, LATE));
    timer = setTimeout(wait, limitMs - GRACE_MS);
  });
  try {
    return /** @type {T} */ (await Promise.race([work, late]));
  } finally {
    clearTimeout(timer);
  }
}
