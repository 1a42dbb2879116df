/** Checks a chat's options, once and at once, and fills in the defaults. What comes out cannot be wrong. */

import type { EngineOptions } from "./boundary.js";
import { PolyError } from "./errors.js";
import { createLog, LEVELS, type Log } from "./log.js";
import { detectPlatform } from "./platform.js";
import type { ChatOptions } from "./types.js";

/** Checked options. */
export interface Settings {
  /** For the module. */
  engine: EngineOptions;
  getAccessToken: ChatOptions["getAccessToken"];
  autoConnect: boolean;
  log: Log;
}

const NAMES: Record<keyof ChatOptions, true> = {
  connectorToken: true,
  getAccessToken: true,
  environment: true,
  hostIdentifier: true,
  streaming: true,
  platform: true,
  deviceType: true,
  fresh: true,
  autoConnect: true,
  persistence: true,
  onSessionLost: true,
  beforeAgentJoin: true,
  heartbeatIntervalMs: true,
  sessionTimeoutMs: true,
  confirmTimeoutMs: true,
  maxReconnectAttempts: true,
  logger: true,
};

const REGIONS = { us: "us-1", uk: "uk-1", euw: "euw-1" };
const PLATFORMS = ["web", "ios-web", "android-web", "ios", "android", "custom"] as const;
const DEVICE_TYPES = ["mobile", "tablet", "desktop"] as const;

/**
 * Checks `options`. Throws `config/invalid` naming the option, what was found and what is allowed; what a token holds
 * is never said. An option that does not exist is told to the log.
 */
export function parseOptions(options: ChatOptions): Settings {
  const given: unknown = options;
  if (typeof given !== "object" || given === null) invalid("options", given, "an object");
  const detected = detectPlatform();
  const token = parseToken(options);
  flag("fresh", options.fresh, false);
  parsePersistence(options.persistence);
  method("beforeAgentJoin", options.beforeAgentJoin);
  const log = createLog(parseLogger(options.logger));
  for (const name of Object.keys(options)) {
    if (!(name in NAMES)) log.line(2, `There is no option "${name}"; it is ignored.`);
  }
  return {
    engine: {
      ...parseEnvironment(options.environment),
      hostIdentifier: parseHost(options.hostIdentifier),
      connectorToken: token,
      streaming: flag("streaming", options.streaming, true),
      platform: one("platform", options.platform, PLATFORMS, detected.platform),
      deviceType: one("deviceType", options.deviceType, DEVICE_TYPES, detected.deviceType),
      onSessionLost: one("onSessionLost", options.onSessionLost, ["restart", "end"], "restart"),
      heartbeatIntervalMs:
        options.heartbeatIntervalMs === 0
          ? 0
          : whole(
              "heartbeatIntervalMs",
              options.heartbeatIntervalMs,
              30_000,
              1_000,
              600_000,
              " milliseconds, or 0 for none",
            ),
      sessionTimeoutMs: whole(
        "sessionTimeoutMs",
        options.sessionTimeoutMs,
        600_000,
        1_000,
        86_400_000,
        " milliseconds",
      ),
      confirmTimeoutMs: whole("confirmTimeoutMs", options.confirmTimeoutMs, 5_000, 100, 600_000, " milliseconds"),
      maxReconnectAttempts: whole(
        "maxReconnectAttempts",
        options.maxReconnectAttempts,
        10,
        0,
        1_000,
        ", where 0 means no limit",
      ),
    },
    getAccessToken: options.getAccessToken,
    autoConnect: flag("autoConnect", options.autoConnect, true),
    log,
  };
}

function parseToken({ connectorToken, getAccessToken }: ChatOptions): string | null {
  const count = Number(connectorToken !== undefined) + Number(getAccessToken !== undefined);
  if (count !== 1) {
    const found = count === 0 ? "neither" : "both";
    throw new PolyError("config/invalid", `Give exactly one of connectorToken and getAccessToken; found ${found}.`);
  }
  method("getAccessToken", getAccessToken);
  return connectorToken === undefined ? null : header("connectorToken", connectorToken, true);
}

function parseHost(value: unknown): string {
  if (value !== undefined) return header("hostIdentifier", value, false);
  const origin = (globalThis as { location?: Location }).location?.origin;
  if (typeof window === "undefined") return origin ?? "";
  if (!origin || origin === "null") {
    throw new PolyError(
      "config/invalid",
      "This page has no origin of its own (a file, or a sandboxed iframe), so hostIdentifier is needed: the web origin or app namespace registered for the connector.",
    );
  }
  return origin;
}

function parseEnvironment(value: unknown): { apiUrl: string; socketUrl: string } {
  const environment = value ?? "us";
  if (typeof environment === "string" && Object.hasOwn(REGIONS, environment)) {
    return cluster(REGIONS[environment as keyof typeof REGIONS]);
  }
  if (typeof environment === "object") {
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
  return invalid("environment", value, `"us", "uk", "euw", { cluster } or { apiUrl, socketUrl? }`);
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

function parsePersistence(value: unknown): void {
  const store = value as Record<string, unknown> | null;
  if (typeof store === "object" && store && ["get", "set", "remove"].every((name) => typeof store[name] === "function"))
    return;
  one("persistence", value, ["local", "tab", "none"], "local", " or an object with the functions get, set and remove");
}

function parseLogger(value: ChatOptions["logger"]): NonNullable<ChatOptions["logger"]> {
  if (typeof value === "object" && typeof (value as { log?: unknown } | null)?.log === "function") return value;
  return one("logger", value, LEVELS, "warn", " or an object with the function log");
}

function method(name: string, value: unknown): void {
  if (value !== undefined && typeof value !== "function") invalid(name, value, "a function");
}

function flag(name: string, value: unknown, fallback: boolean): boolean {
  if (value === undefined) return fallback;
  return typeof value === "boolean" ? value : invalid(name, value, "true or false");
}

function one<T extends string>(name: string, value: unknown, allowed: readonly T[], fallback: T, more = ""): T {
  if (value === undefined) return fallback;
  if (allowed.includes(value as T)) return value as T;
  return invalid(name, value, allowed.map((text) => `"${text}"`).join(", ") + more);
}

function whole(name: string, value: unknown, fallback: number, min: number, max: number, unit: string): number {
  if (value === undefined) return fallback;
  if (Number.isInteger(value) && (value as number) >= min && (value as number) <= max) return value as number;
  return invalid(name, value, `a whole number from ${min} to ${max}${unit}`);
}

/** A value that goes into a request's header. */
function header(name: string, value: unknown, secret: boolean): string {
  if (typeof value === "string" && /^[\x21-\x7e]+$/.test(value)) return value;
  const found = secret && value ? `another ${typeof value}` : show(value);
  return invalid(name, value, "a string of visible ASCII characters without spaces", found);
}

function invalid(name: string, value: unknown, allowed: string, found = show(value)): never {
  throw new PolyError("config/invalid", `${name} must be ${allowed}; found ${found}.`);
}

function show(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.slice(0, 60));
  if (Array.isArray(value)) return "an array";
  if (typeof value === "object" && value) return "an object";
  return typeof value === "function" ? "a function" : String(value);
}
