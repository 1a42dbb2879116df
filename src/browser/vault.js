// @ts-check
/**
 * Sealing: what is stored is encrypted with a key that no script can read out.
 *
 * AES-GCM with 256 bits. The key is made once per origin and kept in IndexedDB, which holds it without showing it. There is a
 * new initialization vector each time, and the name that a text is stored under is authenticated with it, so that a text that
 * was sealed for another name is as good as damaged. A sealed text is `1.` and the Base64 of vector and ciphertext.
 *
 * Whatever is in the way is a rejection: no WebCrypto or IndexedDB (a page without TLS, a private window, an iframe of another
 * site), a key that is gone, a text that is foreign or damaged.
 */

/** What a sealed text begins with: the version of its form. */
const VERSION = "1.";
/** The database, its one object store, and the key's place in it. */
const DATABASE = "poly-messaging";
const STORE = "keys";
const PLACE = "1";
const ALGORITHM = "AES-GCM";
/** Bytes of an initialization vector: what AES-GCM is made for. */
const VECTOR = 12;

/** Seals and unseals. */
export class Vault {
  /** @type {CryptoKey | null} Read or made before. */
  #key = null;

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
    const bytes = [...vector, ...new Uint8Array(sealed)].map((byte) => String.fromCharCode(byte));
    return VERSION + btoa(bytes.join(""));
  }

  /**
   * The text that was sealed as `sealed` to be stored under `name`.
   * @param {string} name
   * @param {string} sealed
   */
  async unseal(name, sealed) {
    if (!sealed.startsWith(VERSION)) throw new Error("not sealed");
    const bytes = Uint8Array.from(atob(sealed.slice(VERSION.length)), (byte) => byte.charCodeAt(0));
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
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE);
    const database = await answer(request);
    try {
      const store = () => database.transaction(STORE, "readwrite").objectStore(STORE);
      let key = await answer(store().get(PLACE));
      if (!key && create) {
        const usages = /** @type {KeyUsage[]} */ (["encrypt", "decrypt"]);
        const made = await crypto.subtle.generateKey({ name: ALGORITHM, length: 256 }, false, usages);
        // Another tab may have been faster. Within this transaction it cannot be.
        const place = store();
        key = await answer(place.get(PLACE));
        if (!key) {
          await answer(place.put(made, PLACE));
          key = made;
        }
      }
      if (!key) throw new Error("no key");
      return (this.#key = key);
    } finally {
      // An open one keeps a page out of the back/forward cache.
      database.close();
    }
  }
}

/**
 * @param {string} name
 * @param {Uint8Array<ArrayBuffer>} vector
 */
function parameters(name, vector) {
  return { name: ALGORITHM, iv: vector, additionalData: new TextEncoder().encode(name) };
}

/**
 * @template T
 * @param {IDBRequest<T>} request
 * @returns {Promise<T>}
 */
function answer(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => {
      resolve(request.result);
    };
    request.onerror = reject;
  });
}
