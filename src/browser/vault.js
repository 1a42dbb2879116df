// @ts-check
/**
 * Sealing: what is stored is encrypted with a key that no script can read out. Key and sealed texts are in IndexedDB: it holds
 * the key without showing it, and what one tab has written the next one reads. `localStorage` promises no such thing: where
 * tabs run in processes of their own (Firefox, WebKit), one may read what was there before, even under a lock.
 *
 * AES-GCM with 256 bits. The key is made once per origin. There is a
 * new initialization vector each time, and the name that a text is stored under is authenticated with it, so that a text that
 * was sealed for another name is as good as damaged. A sealed text is `1.` and the Base64 of vector and ciphertext.
 *
 * Whatever is in the way is a rejection: no WebCrypto or IndexedDB (a page without TLS, a private window, an iframe of another
 * site), a key that is gone, a text that is foreign or damaged.
 */

/** What a sealed text begins with: the version of its form. */
const VERSION = "1.";
/** The database, its one object store, and the key's place in it, beside texts under their names. */
const DATABASE = "poly-messaging";
const STORE = "kept";
const PLACE = "key";
const ALGORITHM = "AES-GCM";
/** Bytes of an initialization vector: what AES-GCM is made for. */
const VECTOR = 12;
/** Bytes that become a string at once: fewer than any engine takes arguments. */
const STRETCH = 8_192;

/** Seals and unseals. */
export class Vault {
  /** @type {CryptoKey | null} Read or made before. */
  #key = null;

  /**
   * Keeps `text`, sealed, under `name`.
   * @param {string} name
   * @param {string} text
   */
  async keep(name, text) {
    const sealed = await this.seal(name, text);
    await using((store) => store.put(sealed, name));
  }

  /**
   * The text that is kept under `name`; undefined where there is none.
   * @param {string} name
   */
  async read(name) {
    const sealed = await using((store) => store.get(name));
    return sealed === undefined ? undefined : this.unseal(name, String(sealed));
  }

  /**
   * Keeps nothing under `name` any more.
   * @param {string} name
   */
  remove(name) {
    return using((store) => store.delete(name));
  }

  /**
   * `text`, sealed to be stored under `name`.
   * @param {string} name
   * @param {string} text
   */
  async seal(name, text) {
    const key = await this.#unlock(true);
    const vector = crypto.getRandomValues(new Uint8Array(VECTOR));
    const sealed = await crypto.subtle.encrypt(parameters(name, vector), key, new TextEncoder().encode(text));
    // Base64 is made of a string of bytes.
    let bytes = "";
    for (const part of [vector, new Uint8Array(sealed)]) {
      for (let at = 0; at < part.length; at += STRETCH)
        bytes += String.fromCharCode(...part.subarray(at, at + STRETCH));
    }
    return VERSION + btoa(bytes);
  }

  /**
   * The text that was sealed as `sealed` to be stored under `name`.
   * @param {string} name
   * @param {string} sealed
   */
  async unseal(name, sealed) {
    if (!sealed.startsWith(VERSION)) throw new Error("not sealed");
    const text = atob(sealed.slice(VERSION.length));
    const bytes = new Uint8Array(text.length);
    for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at);
    const key = await this.#unlock(false);
    try {
      const vector = bytes.subarray(0, VECTOR);
      const text = await crypto.subtle.decrypt(parameters(name, vector), key, bytes.subarray(VECTOR));
      return new TextDecoder().decode(text);
    } catch (thrown) {
      // It may be another one by now, where the browser's data was cleared in between.
      this.#key = null;
      throw thrown;
    }
  }

  /**
   * The key. Where there is none, a new one if `create`.
   * @param {boolean} create
   */
  async #unlock(create) {
    if (this.#key) return this.#key;
    let key = await using((store) => store.get(PLACE));
    if (!key && create) {
      const usages = /** @type {KeyUsage[]} */ (["encrypt", "decrypt"]);
      const made = await crypto.subtle.generateKey({ name: ALGORITHM, length: 256 }, false, usages);
      // Another tab may have been faster. Within this transaction it cannot be.
      await using((store) => {
        const there = store.get(PLACE);
        there.onsuccess = () => {
          if (!there.result) store.put(made, PLACE);
        };
        return there;
      });
      key = await using((store) => store.get(PLACE));
    }
    if (!key) throw new Error("no key");
    return (this.#key = key);
  }
}

/**
 * What `work` asks of the object store brings, once it is there for good.
 * @template T
 * @param {(store: IDBObjectStore) => IDBRequest<T>} work
 * @returns {Promise<T>}
 */
async function using(work) {
  const opening = indexedDB.open(DATABASE, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
  const database = await new Promise((resolve, reject) => {
    opening.onsuccess = () => {
      resolve(opening.result);
    };
    opening.onerror = reject;
  });
  try {
    return await new Promise((resolve, reject) => {
      const transaction = database.transaction(STORE, "readwrite");
      const request = work(transaction.objectStore(STORE));
      transaction.oncomplete = () => {
        resolve(request.result);
      };
      transaction.onabort = reject;
    });
  } finally {
    // An open one keeps a page out of the back/forward cache.
    database.close();
  }
}

/**
 * @param {string} name
 * @param {Uint8Array<ArrayBuffer>} vector
 */
function parameters(name, vector) {
  return { name: ALGORITHM, iv: vector, additionalData: new TextEncoder().encode(name) };
}
