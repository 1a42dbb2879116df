// How often one client may ask, with memory for so many clients and no more.

import { isIPv4, isIPv6 } from "node:net";

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
 * end, and nothing that stood there before. Undefined where fewer proxies wrote than there should be, or where the place holds
 * no address: what stands there then may be the client's own words.
 *
 * @param {import("node:http").IncomingMessage} request
 * @param {number} trustedProxies
 */
export function addressOf(request, trustedProxies) {
  const forwarded = String(request.headers["x-forwarded-for"] ?? "")
    .split(",")
    .map((entry) => entry.trim())
    .filter(Boolean);
  const hops = [...forwarded, ownAddressOf(request)];
  return clientOf(hops.at(-1 - trustedProxies) ?? "");
}

/**
 * The address at the other end of the connection, which nobody can invent: the client's, or that of your nearest proxy.
 *
 * @param {import("node:http").IncomingMessage} request
 */
export function ownAddressOf(request) {
  return clientOf(request.socket.remoteAddress ?? "") ?? "unknown";
}

/**
 * The client that an entry of `X-Forwarded-For` stands for, in one form: proxies write addresses with a port
 * (`192.0.2.1:4711`, `[2001:db8::1]:4711`), in brackets or in quotes, and IPv4 as IPv6.
 *
 * @param {string} entry
 */
function clientOf(entry) {
  const [, bracketed, port4, plain] = /^"?(?:\[(.*)\](?::\d+)?|([\d.]+):\d+|(.*?))"?$/.exec(entry) ?? [];
  const address = (bracketed ?? port4 ?? plain ?? "").split("%")[0] ?? "";
  if (isIPv4(address)) return address;
  return isIPv6(address) ? networkOf(address) : undefined;
}

/**
 * The first 64 bits: a household has as many IPv6 addresses as it wants. An IPv4 address in IPv6 is that address.
 *
 * @param {string} address
 */
function networkOf(address) {
  // In this form there are hexadecimal groups alone, at most one of them `::`.
  const [head = "", tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split("::");
  const groups = (/** @type {string | undefined} */ part) => (part ? part.split(":") : []);
  const [before, after] = [groups(head), groups(tail)];
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => "0");
  const all = [...before, ...zeros, ...after];
  if (/^(0:){5}ffff:/.test(all.join(":"))) {
    return all
      .slice(6)
      .flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 255])
      .join(".");
  }
  return `${all.slice(0, 4).join(":")}::/64`;
}
