// Reads the configuration from the environment, once, and says all that is wrong with it. No value of a variable is in a
// message: one of them is a secret.

const ENVIRONMENTS = ["us", "uk", "euw"];

/**
 * @typedef {object} Config
 * @property {string} connectorToken Secret: it leaves this process for PolyAI alone.
 * @property {string} hostIdentifier `X-Host`: what is registered for the connector.
 * @property {string} tokenUrl Where access tokens are minted.
 * @property {ReadonlySet<string>} allowedOrigins Origins of the pages that may ask.
 * @property {string} path Path of the one endpoint.
 * @property {string} host Address to listen on.
 * @property {number} port Port to listen on; 0 takes a free one.
 * @property {number} tokensPerMinute For each client.
 * @property {number} trustedProxies How many proxies of yours stand in front, each of which adds to `X-Forwarded-For`.
 * @property {number} requestTimeoutMs Milliseconds that a client has to send its request, and the sign-in to judge it.
 * @property {number} upstreamTimeoutMs Milliseconds that PolyAI has to answer.
 * @property {number} stopTimeoutMs Milliseconds that requests have to end when the server is to stop.
 */

/** What is wrong with a configuration: `problems` has a line for each. */
export class ConfigError extends Error {
  /** @param {string[]} problems */
  constructor(problems) {
    super(problems.join("\n"));
    this.name = "ConfigError";
    this.problems = problems;
  }
}

/**
 * @param {Record<string, string | undefined>} env
 * @returns {Config}
 * @throws {ConfigError}
 */
export function readConfig(env) {
  /** @type {string[]} */
  const problems = [];
  const text = (/** @type {string} */ name, /** @type {string} */ fallback) => env[name]?.trim() || fallback;
  const needed = (/** @type {string} */ name, /** @type {string} */ what) => {
    const value = text(name, "");
    if (value === "") problems.push(`${name} is missing: ${what}`);
    // It becomes a header, which takes no line breaks and no letters beyond ASCII.
    else if (!/^[\x21-\x7e]+$/.test(value)) problems.push(`${name} holds blanks or letters that no header can hold`);
    return value;
  };
  const whole = (
    /** @type {string} */ name,
    /** @type {[number, number]} */ [least, most],
    /** @type {number} */ or,
  ) => {
    const value = text(name, String(or));
    const number = /^\d{1,9}$/.test(value) ? Number(value) : NaN;
    if (!(number >= least && number <= most)) problems.push(`${name} must be a whole number from ${least} to ${most}`);
    return number;
  };

  /** @type {Config} */
  const config = {
    connectorToken: needed("POLYAI_CONNECTOR_TOKEN", "the token of your connector"),
    hostIdentifier: needed("POLYAI_HOST", "the host registered for the connector, such as https://www.example.com"),
    tokenUrl: tokenUrl(text("POLYAI_ENVIRONMENT", "us"), text("POLYAI_API_URL", ""), problems),
    allowedOrigins: origins(text("ALLOWED_ORIGINS", ""), problems),
    path: text("TOKEN_PATH", "/chat-token"),
    host: text("HOST", "127.0.0.1"),
    port: whole("PORT", [0, 65_535], 8787),
    tokensPerMinute: whole("TOKENS_PER_MINUTE", [1, 10_000], 10),
    trustedProxies: whole("TRUSTED_PROXIES", [0, 10], 0),
    requestTimeoutMs: whole("REQUEST_TIMEOUT_MS", [100, 60_000], 10_000),
    upstreamTimeoutMs: whole("UPSTREAM_TIMEOUT_MS", [100, 60_000], 10_000),
    stopTimeoutMs: whole("STOP_TIMEOUT_MS", [0, 60_000], 10_000),
  };
  if (!/^\/[\w\-./]*$/.test(config.path)) problems.push("TOKEN_PATH must be a path such as /chat-token");
  if (problems.length > 0) throw new ConfigError(problems);
  return config;
}

/**
 * Source: Messaging API, "Overview".
 *
 * @param {string} environment
 * @param {string} apiUrl
 * @param {string[]} problems
 */
function tokenUrl(environment, apiUrl, problems) {
  if (apiUrl !== "") {
    const url = parsed(apiUrl);
    if (!url || !isSafe(url) || url.search || url.hash) {
      problems.push("POLYAI_API_URL must be an https address without query (http for this machine alone)");
    } else if (url.username || url.password) {
      problems.push(
        "POLYAI_API_URL must hold no user name and no password: PolyAI wants none, and no request can carry them",
      );
    }
    return url ? `${url.origin}${url.pathname.replace(/\/+$/, "")}/access-token` : "";
  }
  if (!/^[a-z0-9][a-z0-9-]{0,62}$/.test(environment)) {
    problems.push("POLYAI_ENVIRONMENT must be us, uk, euw or the name of a cluster");
  }
  const cluster = ENVIRONMENTS.includes(environment) ? `${environment}-1` : environment;
  return `https://messaging.${cluster}.poly.ai/api/v1/access-token`;
}

/**
 * @param {string} list
 * @param {string[]} problems
 */
function origins(list, problems) {
  const found = new Set(list.split(/[\s,]+/).filter(Boolean));
  if (found.size === 0) {
    problems.push("ALLOWED_ORIGINS is missing: the origins of your pages, such as https://www.example.com");
  }
  for (const origin of found) {
    const url = parsed(origin);
    if (url?.origin !== origin || !isSafe(url)) {
      problems.push(
        "ALLOWED_ORIGINS must hold https origins without a path, separated by commas (http for this machine alone)",
      );
      break;
    }
  }
  return found;
}

/** @param {string} text */
function parsed(text) {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}

/** @param {URL} url */
function isSafe({ protocol, hostname }) {
  const isLoopback = hostname === "localhost" || hostname === "[::1]" || /^127(\.\d+){3}$/.test(hostname);
  return protocol === "https:" || (protocol === "http:" && isLoopback);
}
