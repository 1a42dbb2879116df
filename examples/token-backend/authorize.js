// Who may have a token: the place where your site's own sign-in goes. server.js names the one that is used.

import { timingSafeEqual } from "node:crypto";

/**
 * What a hook is told.
 *
 * @typedef {object} Visit
 * @property {string} origin The page's origin, one of those that are allowed.
 * @property {string} address The client's address, or its network.
 * @property {ReadonlyMap<string, string>} cookies
 * @property {import("node:http").IncomingHttpHeaders} headers
 */

/**
 * What it answers: the client that the limit is kept for, or the status to refuse with: 401 where nobody is signed in, 403 where
 * this request does not come from them.
 *
 * @typedef {{ client: string } | { refuse: 401 | 403 }} Verdict
 * @typedef {(visit: Visit) => Verdict | Promise<Verdict>} Authorize
 */

/**
 * Every visitor of the allowed pages, signed in or not; limited by address.
 *
 * @type {Authorize}
 */
export function everyVisitor({ address }) {
  return { client: address };
}

/**
 * Those who are signed in to your site; limited by user.
 *
 * `find` looks a session up in your own store by the value of the session cookie. A session has a CSRF token, which your pages
 * carry and send as the header `X-CSRF-Token`: another site can have the cookie sent along, but it cannot read that.
 *
 * @param {{ cookie: string, find: (id: string) => Promise<{ user: string, csrfToken: string } | undefined> }} sessions
 * @returns {Authorize}
 */
export function signedIn({ cookie, find }) {
  return async ({ cookies, headers }) => {
    const id = cookies.get(cookie);
    const session = id ? await find(id) : undefined;
    if (!session) return { refuse: 401 };
    const token = headers["x-csrf-token"];
    if (typeof token !== "string" || !isSame(token, session.csrfToken)) return { refuse: 403 };
    return { client: `user ${session.user}` };
  };
}

/**
 * Compares without telling by its time how much was right.
 *
 * @param {string} given
 * @param {string} expected
 */
function isSame(given, expected) {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && a.length > 0 && timingSafeEqual(a, b);
}
