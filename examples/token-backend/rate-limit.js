// How often one client may ask, with memory for so many clients and no more.

import { isIPv6 } from "node:net";

/** A bucket of `perMinute` tokens for each client, which fills up again within a minute. */
export class RateLimit {
  #perMinute;
  #maxClients;
  #now;
  /**
   * The client that asked last stands last.
   *
   * @type {Map<string, { left: number, at: number }>}
   */
  #clients = new Map();

  /**
   * @param {number} perMinute
   * @param {{ maxClients?: number, now?: () => number }} [details] `now`: milliseconds that never go back.
   */
  constructor(perMinute, { maxClients = 10_000, now = () => performance.now() } = {}) {
    this.#perMinute = perMinute;
    this.#maxClients = maxClients;
    this.#now = now;
  }

  /** How many clients are remembered. */
  get size() {
    return this.#clients.size;
  }

  /**
   * Counts a request. Returns 0 where it may go on, else the seconds after which the next one may.
   *
   * @param {string} client
   */
  take(client) {
    const at = this.#now();
    const perMs = this.#perMinute / 60_000;
    const last = this.#clients.get(client);
    const left = last ? Math.min(this.#perMinute, last.left + (at - last.at) * perMs) : this.#perMinute;
    const isAllowed = left >= 1;
    this.#clients.delete(client);
    this.#clients.set(client, { left: isAllowed ? left - 1 : left, at });
    this.#forget(at);
    return isAllowed ? 0 : Math.max(1, Math.ceil((1 - left) / perMs / 1000));
  }

  /**
   * Forgets those who have not asked for a minute, whose buckets are full again, and where there are still too many those who
   * have not asked for longest.
   *
   * @param {number} at
   */
  #forget(at) {
    for (const [client, last] of this.#clients) {
      if (this.#clients.size <= this.#maxClients && at - last.at < 60_000) return;
      this.#clients.delete(client);
    }
  }
}

/**
 * The address a request came from, as far as it can be believed: what your own proxies wrote into `X-Forwarded-For`, each at its
 * end, and nothing that stood there before.
 *
 * @param {import("node:http").IncomingMessage} request
 * @param {number} trustedProxies
 */
export function addressOf(request, trustedProxies) {
  const forwarded = String(request.headers["x-forwarded-for"] ?? "")
    .split(",")
    .map((address) => address.trim())
    .filter(Boolean);
  const hops = [...forwarded, request.socket.remoteAddress ?? ""];
  const address = (hops.at(-1 - trustedProxies) ?? hops[0] ?? "").replace(/^::ffff:(?=\d+\.)/i, "");
  return isIPv6(address) ? networkOf(address) : address;
}

/**
 * The first 64 bits: a household has as many IPv6 addresses as it wants.
 *
 * @param {string} address
 */
function networkOf(address) {
  const [head = "", tail] = address.split("%")[0]?.split("::") ?? [];
  const groups = (/** @type {string | undefined} */ part) => (part ? part.split(":") : []);
  const [before, after] = [groups(head), groups(tail)];
  const zeros =
    tail === undefined ? [] : Array.from({ length: Math.max(0, 8 - before.length - after.length) }, () => "0");
  const first = [...before, ...zeros, ...after].slice(0, 4);
  return first.map((group) => Number.parseInt(group, 16).toString(16)).join(":") + "::/64";
}
