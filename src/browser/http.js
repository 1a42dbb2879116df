// @ts-check
/**
 * HTTP, and questions to the application: each with one time limit for all of it, and abortable until it is answered. An answer
 * is told as `(kind, id, number, text, more)`; nothing is heard of what was aborted.
 */

import { hold, release } from "./held.js";

/** Longest body taken over, in UTF-16 units; an answer of the API has some 2 KB. Of a longer one no more is read. */
const MAX_BODY = 256 << 10;
/** Kinds of answers, as `answers.rs` knows them. */
const HTTP = 0;
const TOKEN = 1;
const PROBED = 2;
const PREPARED = 3;
/** In place of a status: no answer, whatever the reason, since a page cannot tell; none in time. */
const NETWORK = 0;
const TIMEOUT = 1;

/** @typedef {[number: number, text?: unknown, more?: unknown]} Answer */

/**
 * Tokens are all that identifies the caller, and no copy of an answer may stay in a cache, or come from one.
 * @type {RequestInit}
 */
const COMMON = { credentials: "omit", cache: "no-store" };

/** What is under way. */
export class Requests {
  /** @type {Map<number, { controller: AbortController, timer: unknown }>} */
  #entries = new Map();
  #tell;

  /** @param {(kind: number, id: number, ...answer: Answer) => void} tell */
  constructor(tell) {
    this.#tell = tell;
  }

  /** How many are under way. */
  get size() {
    return this.#entries.size;
  }

  /**
   * Told with the status, the body and `Retry-After`. `headers` has names and values in turn, with a NUL between any two.
   * @param {number} id
   * @param {string} url
   * @param {string} headers
   * @param {string} body
   * @param {number} limitMs
   */
  post(id, url, headers, body, limitMs) {
    this.#begin(HTTP, id, limitMs, [TIMEOUT], [NETWORK], async (signal, controller) => {
      const list = headers.split("\0");
      const sent = new Headers();
      while (list.length > 1) sent.append(.../** @type {[string, string]} */ (list.splice(0, 2)));
      // The API redirects nowhere, and a redirect would carry the connector token to another host.
      const init = /** @type {const} */ ({ method: "POST", headers: sent, body, redirect: "error" });
      const response = await fetch(url, { ...COMMON, ...init, signal });
      return [response.status, await textOf(response, controller), response.headers.get("Retry-After")];
    });
  }

  /**
   * Told with 1 where anything at all answers at `url`, else 0.
   * @param {number} id
   * @param {string} url
   * @param {number} limitMs
   */
  probe(id, url, limitMs) {
    this.#begin(PROBED, id, limitMs, [0], [0], async (signal, controller) => {
      // Without CORS there is nothing to read, but also nothing that the server would have to allow.
      await fetch(url, { ...COMMON, mode: "no-cors", signal });
      // Nobody wants the rest, which may have no end.
      controller.abort();
      return [1];
    });
  }

  /**
   * Told with the seconds that the application's access token is valid for, -1 where that was not said, and the token;
   * without one where there is none.
   * @param {number} id
   * @param {string} reason
   * @param {{ token(reason: string, signal: AbortSignal): Promise<{ accessToken?: unknown, expiresIn?: unknown }> }} host
   */
  ask(id, reason, host) {
    this.#begin(TOKEN, id, 0, [0], [-1], async (signal) => {
      const { accessToken, expiresIn } = await host.token(reason, signal);
      return [typeof expiresIn === "number" && expiresIn >= 0 ? expiresIn : -1, accessToken];
    });
  }

  /**
   * Told when the application has prepared the agent's invitation, however that went.
   * @param {number} id
   * @param {string} sessionId
   * @param {string | undefined} contextId
   * @param {{ beforeAgentJoin(sessionId: string, contextId: string | undefined, signal: AbortSignal): unknown }} host
   */
  prepare(id, sessionId, contextId, host) {
    this.#begin(PREPARED, id, 0, [0], [0], async (signal) => {
      await host.beforeAgentJoin(sessionId, contextId, signal);
      return [0];
    });
  }

  /**
   * Whether it was still under way.
   * @param {number} id
   */
  abort(id) {
    const entry = this.#take(id);
    entry?.controller.abort();
    return entry !== undefined;
  }

  /**
   * @param {number} kind
   * @param {number} id
   * @param {number} limitMs 0 for none
   * @param {Answer} late
   * @param {Answer} failed
   * @param {(signal: AbortSignal, controller: AbortController) => Promise<Answer>} work
   */
  async #begin(kind, id, limitMs, late, failed, work) {
    const controller = new AbortController();
    // It does not rely on `fetch` to answer an abort: where that is replaced by something else it may not.
    const timer =
      limitMs &&
      setTimeout(() => {
        if (this.abort(id)) this.#tell(kind, id, ...late);
      }, limitMs);
    this.#entries.set(id, { controller, timer });
    hold(controller, () => this.abort(id));
    let answer = failed;
    try {
      // Never within the call that asked for it.
      await undefined;
      answer = await work(controller.signal, controller);
    } catch {
      // Whatever it is, it stands in `failed`.
    }
    if (this.#take(id)) this.#tell(kind, id, ...answer);
  }

  /** @param {number} id */
  #take(id) {
    const entry = this.#entries.get(id);
    clearTimeout(/** @type {number | undefined} */ (entry?.timer));
    this.#entries.delete(id);
    release(entry?.controller);
    return entry;
  }
}

/**
 * The body as text. One that is too long is as good as none, since no answer of the API is, and the rest of it is not fetched.
 * @param {Response} response
 * @param {AbortController} controller
 */
async function textOf(response, controller) {
  const reader = response.body?.getReader?.();
  let text = "";
  if (reader) {
    const decoder = new TextDecoder();
    for (let more = true; more && text.length <= MAX_BODY;) {
      const { done, value } = await reader.read();
      text += decoder.decode(value, { stream: !done });
      more = !done;
    }
  } else {
    // A `fetch` that someone else wrote may have no streams.
    text = await response.text();
  }
  if (text.length <= MAX_BODY) return text;
  controller.abort();
  return "";
}
