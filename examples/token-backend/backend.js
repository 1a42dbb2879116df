// The HTTP server: one endpoint, `POST /chat-token`, which answers `{ "accessToken", "expiresIn" }`, or `{ "error" }` with a
// status that says whose turn it is. What is refused is refused before PolyAI is asked.

import { createServer } from "node:http";

import { mintAccessToken, UpstreamError } from "./polyai.js";
import { addressOf, ownAddressOf, RateLimit } from "./rate-limit.js";

/** The page sends `{}`. */
const MAX_BODY_BYTES = 1024;
/** Requests to PolyAI at once, so that a flood of clients stays here. */
const MAX_UPSTREAM = 50;
/** Seconds for which a browser may remember that a page may ask. */
const PREFLIGHT_SECONDS = 600;

/** What is answered instead of a token. */
class Refusal extends Error {
  /**
   * @param {number} status
   * @param {string} code
   * @param {Record<string, string>} [headers]
   */
  constructor(status, code, headers = {}) {
    super(code);
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}

/**
 * @typedef {(level: "info" | "warn" | "error", message: string, fields?: Record<string, string | number>) => void} Log
 *
 * @param {import("./config.js").Config} config
 * @param {{ authorize: import("./authorize.js").Authorize, log: Log, rateLimit?: RateLimit }} parts
 * @returns {{ server: import("node:http").Server, stop: () => Promise<void> }}
 */
export function createBackend(config, { authorize, log, rateLimit = new RateLimit(config.tokensPerMinute) }) {
  /** @type {Set<AbortController>} */
  const asking = new Set();
  let hasToldOfProxies = false;
  const { requestTimeoutMs } = config;
  const server = createServer(
    {
      requestTimeout: requestTimeoutMs,
      headersTimeout: requestTimeoutMs,
      // Node.js looks for requests that take too long only so often, by default every 30 s.
      connectionsCheckingInterval: Math.ceil(requestTimeoutMs / 20),
    },
    (request, response) => {
      void answer(request, response);
    },
  );

  /**
   * @param {import("node:http").IncomingMessage} request
   * @param {import("node:http").ServerResponse} response
   */
  async function answer(request, response) {
    const started = performance.now();
    const note = (/** @type {"info" | "warn" | "error"} */ level, /** @type {string} */ outcome, detail = "") =>
      log(level, outcome, {
        status: response.statusCode,
        ms: Math.round(performance.now() - started),
        ...(detail && { detail }),
      });
    try {
      const token = await take(request, response);
      if (token === undefined) return;
      send(response, 200, token);
      note("info", "token minted");
    } catch (thrown) {
      // A request that broke off has nobody to answer.
      if (request.destroyed && !request.complete) return note("info", "client_gone");
      const { status, code, headers } = refusalOf(thrown);
      send(response, status, { error: code }, headers);
      // A defect of this program or of the hook. Its message may hold anything, a cookie for one; where it is from does not.
      const place = (/** @type {unknown} */ error) =>
        error instanceof Error ? `${error.name}${/\n\s+at .*/.exec(error.stack ?? "")?.[0] ?? ""}` : typeof error;
      if (thrown instanceof Refusal) note(status >= 500 ? "error" : "info", code);
      else if (thrown instanceof UpstreamError) note(status === 499 ? "info" : "error", code, thrown.message);
      else note("error", code, place(thrown));
    }
  }

  /**
   * Checks a request and takes a token for it; undefined where it is answered already.
   *
   * @param {import("node:http").IncomingMessage} request
   * @param {import("node:http").ServerResponse} response
   */
  async function take(request, response) {
    const { method, headers } = request;
    response.setHeader("Cache-Control", "no-store");
    response.setHeader("X-Content-Type-Options", "nosniff");
    response.setHeader("Vary", "Origin");
    if (request.url?.split("?")[0] !== config.path) throw new Refusal(404, "not_found");

    // A browser names the page's origin in each POST, and no page can make it name another.
    const { origin } = headers;
    if (origin === undefined || !config.allowedOrigins.has(origin)) throw new Refusal(403, "origin_not_allowed");
    response.setHeader("Access-Control-Allow-Origin", origin);
    response.setHeader("Access-Control-Allow-Credentials", "true");
    if (method === "OPTIONS") {
      response.writeHead(204, {
        "Access-Control-Allow-Methods": "POST",
        "Access-Control-Allow-Headers": "Content-Type, X-CSRF-Token",
        "Access-Control-Max-Age": String(PREFLIGHT_SECONDS),
      });
      response.end();
      return undefined;
    }
    if (method !== "POST") throw new Refusal(405, "method_not_allowed", { Allow: "POST, OPTIONS" });
    // JSON is what a page of another origin cannot send without a preflight.
    if (!/^application\/json\s*(;|$)/i.test(headers["content-type"] ?? "")) throw new Refusal(415, "json_expected");
    await drain(request);

    let address = addressOf(request, config.trustedProxies);
    if (address === undefined) {
      address = ownAddressOf(request);
      // Said once: whoever comes around the proxies could fill the log with it.
      if (!hasToldOfProxies) log("warn", "X-Forwarded-For holds no address where TRUSTED_PROXIES says there is one");
      hasToldOfProxies = true;
    }
    const visit = { origin, address, cookies: cookiesOf(headers.cookie), headers };
    const verdict = await within(requestTimeoutMs, authorize(visit));
    if ("refuse" in verdict) {
      throw new Refusal(verdict.refuse, verdict.refuse === 401 ? "not_signed_in" : "not_allowed");
    }
    const wait = rateLimit.take(verdict.client);
    if (wait > 0) throw new Refusal(429, "too_many_requests", { "Retry-After": String(wait) });
    if (asking.size >= MAX_UPSTREAM) throw new Refusal(503, "busy", { "Retry-After": "1" });

    const abort = new AbortController();
    const gone = () => abort.abort();
    response.once("close", gone);
    asking.add(abort);
    try {
      return await mintAccessToken(config, abort.signal);
    } finally {
      asking.delete(abort);
      response.off("close", gone);
    }
  }

  /** Takes no more requests, lets those under way come to their end, and ends what is left when its time is over. */
  async function stop() {
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeIdleConnections();
    const timer = setTimeout(() => {
      for (const abort of asking) abort.abort();
      server.closeAllConnections();
    }, config.stopTimeoutMs);
    await closed;
    clearTimeout(timer);
  }

  return { server, stop };
}

/**
 * @param {import("node:http").ServerResponse} response
 * @param {number} status
 * @param {object} body
 * @param {Record<string, string>} [headers]
 */
function send(response, status, body, headers = {}) {
  // What a request still has to say is not waited for.
  if (!response.req.complete) headers = { ...headers, Connection: "close" };
  response.writeHead(status, { ...headers, "Content-Type": "application/json" });
  response.end(JSON.stringify(body));
}

/**
 * @param {unknown} thrown
 * @returns {{ status: number, code: string, headers: Record<string, string> }}
 */
function refusalOf(thrown) {
  if (thrown instanceof Refusal) return thrown;
  if (!(thrown instanceof UpstreamError)) return { status: 500, code: "internal", headers: {} };
  const { status, code, retryAfter } = thrown;
  return { status, code, headers: retryAfter === undefined ? {} : { "Retry-After": String(retryAfter) } };
}

/**
 * Reads the body, which says nothing that is needed here, as far as it may go.
 *
 * @param {import("node:http").IncomingMessage} request
 */
async function drain(request) {
  let bytes = 0;
  if (Number(request.headers["content-length"] ?? 0) > MAX_BODY_BYTES) throw new Refusal(413, "body_too_large");
  // What is left unread is cut off by the answer, not before it.
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) throw new Refusal(413, "body_too_large");
  }
}

/**
 * What the sign-in says, or a refusal where it takes too long: a store that hangs must not collect requests.
 *
 * @param {number} ms
 * @param {ReturnType<import("./authorize.js").Authorize>} verdict
 */
async function within(ms, verdict) {
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  const late = new Promise((_resolve, reject) => {
    timer = setTimeout(() => reject(new Refusal(503, "sign_in_timeout", { "Retry-After": "5" })), ms);
  });
  try {
    return /** @type {import("./authorize.js").Verdict} */ (await Promise.race([verdict, late]));
  } finally {
    clearTimeout(timer);
  }
}

/** @param {string} [header] */
function cookiesOf(header = "") {
  /** @type {Map<string, string>} */
  const cookies = new Map();
  for (const pair of header.split(";")) {
    const at = pair.indexOf("=");
    if (at < 0) continue;
    const name = pair.slice(0, at).trim();
    if (!cookies.has(name)) cookies.set(name, pair.slice(at + 1).trim());
  }
  return cookies;
}
