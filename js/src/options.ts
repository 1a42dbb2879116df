/** Checks a chat's options, once and at once, and fills in the defaults. What comes out cannot be wrong. */

import type { EngineOptions, Persistence } from "./boundary.js";
import { PolyError } from "./errors.js";
import { createLog, LEVELS, type Log } from "./log.js";
import { CHAT_OPTIONS, didYouMean } from "./names.js";
import { detectPlatform } from "./platform.js";
import type { ChatOptions, Logger, SessionStorageAdapter } from "./types.js";

/** Checked options. */
export interface Settings {
  /** For the module. */
  engine: EngineOptions;
  persistence: Persistence;
  getAccessToken: ChatOptions["getAccessToken"];
  beforeAgentJoin: ChatOptions["beforeAgentJoin"];
  autoConnect: boolean;
  log: Log;
}

/** What was said of names that are no options: once for each page, and of so many at most. */
const told = new Set<string>();
const MOST_TOLD = 20;

const REGIONS = { us: "us-1", uk: "uk-1", euw: "euw-1" };
const PLATFORMS = ["web", "ios-web", "android-web", "ios", "android", "custom"] as const;
const PERSISTENCE = ["local", "tab", "none"] as const;
const DEVICE_TYPES = ["mobile", "tablet", "desktop"] as const;

/**
 * Checks `options`. Throws `config/invalid` naming the option, what was found and what is allowed; what a token holds is
 * never said.
 */
export function parseOptions(options: ChatOptions): Settings {
  const given: unknown = options;
  if (typeof given !== "object" || given === null) invalid("options", given, "an object");
  const detected = detectPlatform();
  const unknown = Object.keys(given).filter(
    (name) =>
      !CHAT_OPTIONS.includes(name as keyof ChatOptions) && (given as Record<string, unknown>)[name] !== undefined,
  );
  const check = checks(given as Record<string, unknown>);
  const connectorToken = parseToken(options);
  check.method("getAccessToken");
  check.method("beforeAgentJoin");
  const persistence = has(options.persistence, ["get", "set", "remove"])
    ? (options.persistence as SessionStorageAdapter)
    : check.one("persistence", PERSISTENCE, "local", " or an object with the functions get, set and remove");
  const logger = has(options.logger, ["log"])
    ? (options.logger as Logger)
    : check.one("logger", LEVELS, "warn", " or an object with the function log");
  const log = createLog(logger);
  for (const name of unknown.slice(0, MOST_TOLD)) {
    const line = `${show(name)} is no option.${didYouMean(name, CHAT_OPTIONS)}`;
    if (told.size < MOST_TOLD && !told.has(line)) log.line(2, line);
    told.add(line);
  }
  return {
    engine: {
      ...parseEnvironment(options.environment),
      hostIdentifier: parseHost(options.hostIdentifier),
      connectorToken,
      streaming: check.flag("streaming", true),
      platform: check.one("platform", PLATFORMS, detected.platform),
      deviceType: check.one("deviceType", DEVICE_TYPES, detected.deviceType),
      onSessionLost: check.one("onSessionLost", ["restart", "end"], "restart"),
      heartbeatIntervalMs:
        options.heartbeatIntervalMs === 0
          ? 0
          : check.whole("heartbeatIntervalMs", 30_000, 1_000, 600_000, " milliseconds, or 0 for none"),
      sessionTimeoutMs: check.whole("sessionTimeoutMs", 600_000, 1_000, 86_400_000, " milliseconds"),
      confirmTimeoutMs: check.whole("confirmTimeoutMs", 5_000, 100, 600_000, " milliseconds"),
      maxReconnectAttempts: check.whole("maxReconnectAttempts", 10, 0, 1_000, ", where 0 means no limit"),
      persistent: persistence !== "none",
      fresh: check.flag("fresh", false),
      beforeAgentJoin: options.beforeAgentJoin !== undefined,
    },
    persistence,
    getAccessToken: options.getAccessToken,
    beforeAgentJoin: options.beforeAgentJoin,
    autoConnect: check.flag("autoConnect", true),
    log,
  };
}

function parseToken({ connectorToken, getAccessToken }: ChatOptions): string | null {
  const count = Number(connectorToken !== undefined) + Number(getAccessToken !== undefined);
  if (count !== 1) {
    const found = count === 0 ? "neither" : "both";
    throw new PolyError("config/invalid", `Give exactly one of connectorToken and getAccessToken; found ${found}.`);
  }
  return connectorToken === undefined ? null : header("connectorToken", connectorToken, true);
}

function parseHost(value: unknown): string {
  if (value !== undefined) return header("hostIdentifier", value, false);
  const page = globalThis as { location?: Location; origin?: unknown };
  let origin = page.location?.origin;
  // A frame of `about:blank` or of `srcdoc` has the origin of the page around it, and an address that tells nothing of it. What
  // stands there may also be a variable of the page's own.
  if (origin === "null" && typeof page.origin === "string" && /^https?:/.test(page.origin)) origin = page.origin;
  if (typeof window === "undefined") return origin ?? "";
  if (!origin || origin === "null") {
    throw new PolyError(
      "config/invalid",
      "This page has no origin (a file, a sandboxed iframe), so hostIdentifier is needed: the host registered for the connector.",
    );
  }
  return origin;
}

function parseEnvironment(value: unknown): { apiUrl: string; socketUrl: string } {
  const environment = value === undefined ? "us" : value;
  if (typeof environment === "string" && Object.hasOwn(REGIONS, environment)) {
    return cluster(REGIONS[environment as keyof typeof REGIONS]);
  }
  if (typeof environment === "object" && environment) {
    const { cluster: name, apiUrl, socketUrl } = environment as Record<string, unknown>;
    if (name !== undefined && apiUrl === undefined && socketUrl === undefined) {
      if (typeof name === "string" && /^[a-z0-9][a-z0-9-]{0,62}$/.test(name)) return cluster(name);
      invalid("environment.cluster", name, "a name of a to z, 0 to 9 and -, at most 63 characters");
    }
    if (name === undefined && apiUrl !== undefined) {
      const api = address("environment.apiUrl", apiUrl, "http");
      return {
        apiUrl: api,
        socketUrl: socketUrl === undefined ? socketOf(api) : address("environment.socketUrl", socketUrl, "ws"),
      };
    }
  }
  const allowed = `"us", "uk" or "euw", or { cluster } or { apiUrl, socketUrl? }`;
  if (typeof environment !== "string") return invalid("environment", value, allowed);
  const hint = didYouMean(environment, Object.keys(REGIONS), (name) => `"${name}"`);
  return invalid(
    "environment",
    value,
    allowed,
    show(value),
    hint || ` A cluster is { cluster: "name" }, as an attribute cluster="name".`,
  );
}

/** Source: Messaging API, "Overview". */
function cluster(name: string): { apiUrl: string; socketUrl: string } {
  const host = `messaging.${name}.poly.ai`;
  return { apiUrl: `https://${host}/api/v1`, socketUrl: `wss://${host}/ws` };
}

function socketOf(apiUrl: string): string {
  const url = new URL(apiUrl);
  const ending = "/api/v1";
  const path = url.pathname.endsWith(ending) ? url.pathname.slice(0, -ending.length) : "";
  return `${url.protocol === "https:" ? "wss" : "ws"}://${url.host}${path}/ws`;
}

/** A whole address, without a slash at its end. In clear to a loopback host alone. */
function address(name: string, value: unknown, scheme: "http" | "ws"): string {
  const allowed = `a whole ${scheme}s address, without user, query or fragment`;
  let url: URL;
  try {
    url = new URL(value as string);
  } catch {
    return invalid(name, value, allowed);
  }
  const clear = url.protocol === `${scheme}:`;
  if ((!clear && url.protocol !== `${scheme}s:`) || /[?#]/.test(url.href) || url.username || url.password) {
    // An address may hold a password.
    return invalid(name, value, allowed, url.password ? "one with a password" : undefined);
  }
  if (clear && !/^(localhost|.+\.localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname)) {
    return invalid(name, value, `${allowed}; ${scheme} is for loopback hosts alone`);
  }
  return url.href.replace(/\/+$/, "");
}

/** Whether `value` is an object with these functions. */
function has(value: unknown, functions: string[]): boolean {
  const object = value as Record<string, unknown> | null;
  return typeof object === "object" && object !== null && functions.every((name) => typeof object[name] === "function");
}

/** Checks by the name of an option. What is left out is `fallback`. */
function checks(options: Record<string, unknown>) {
  const check = <T>(name: string, fallback: T, fits: (value: unknown) => boolean, allowed: string): T => {
    const value = options[name];
    if (value === undefined) return fallback;
    return fits(value) ? (value as T) : invalid(name, value, allowed);
  };
  return {
    method: (name: string) => {
      check(name, undefined, (value) => typeof value === "function", "a function");
    },
    flag: (name: string, fallback: boolean) =>
      check(name, fallback, (value) => typeof value === "boolean", "true or false"),
    one: <T extends string>(name: string, allowed: readonly T[], fallback: T, more = "") =>
      check(name, fallback, (value) => allowed.includes(value as T), `"${allowed.join('", "')}"${more}`),
    whole: (name: string, fallback: number, min: number, max: number, unit: string) =>
      check(
        name,
        fallback,
        (value) => Number.isInteger(value) && (value as number) >= min && (value as number) <= max,
        `a whole number from ${min} to ${max}${unit}`,
      ),
  };
}

/** A value that goes into a request's header. */
function header(name: string, value: unknown, secret: boolean): string {
  if (typeof value === "string" && /^[\x21-\x7e]+$/.test(value)) return value;
  const found = secret && value ? `another ${typeof value}` : show(value);
  return invalid(name, value, "a string of visible ASCII characters without spaces", found);
}

function invalid(name: string, value: unknown, allowed: string, found = show(value), hint = ""): never {
  throw new PolyError("config/invalid", `${name} must be ${allowed}; found ${found}.${hint}`);
}

function show(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.slice(0, 60));
  if (Array.isArray(value)) return "an array";
  if (typeof value === "object" && value) return "an object";
  return typeof value === "function" ? "a function" : String(value);
}
