import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";

import { PolyError } from "../src/errors.js";
import { parseOptions } from "../src/options.js";
import type { ChatOptions } from "../src/types.js";
import { openPage } from "./page.js";

let leavePage = (): void => undefined;
beforeEach(() => (leavePage = openPage()));
afterEach(() => {
  leavePage();
});

const skip = (): void => undefined;
const TOKEN = "connector-token-1";
const engineOptions = (options: object): Record<string, unknown> => ({
  ...parseOptions({ connectorToken: TOKEN, ...options }).engine,
});

test("defaults are filled in", () => {
  const settings = parseOptions({ connectorToken: TOKEN });
  assert.deepEqual(settings.engine, {
    apiUrl: "https://messaging.us-1.poly.ai/api/v1",
    socketUrl: "wss://messaging.us-1.poly.ai/ws",
    hostIdentifier: "https://www.example.com",
    connectorToken: TOKEN,
    streaming: true,
    platform: "web",
    deviceType: "desktop",
    onSessionLost: "restart",
    heartbeatIntervalMs: 30_000,
    sessionTimeoutMs: 600_000,
    confirmTimeoutMs: 5_000,
    maxReconnectAttempts: 10,
    persistent: true,
    fresh: false,
    beforeAgentJoin: false,
  });
  assert.equal(settings.persistence, "local");
  assert.equal(settings.autoConnect, true);
  assert.equal(settings.log.level, 2);
});

const environments: [unknown, string, string][] = [
  ["us", "https://messaging.us-1.poly.ai/api/v1", "wss://messaging.us-1.poly.ai/ws"],
  ["uk", "https://messaging.uk-1.poly.ai/api/v1", "wss://messaging.uk-1.poly.ai/ws"],
  ["euw", "https://messaging.euw-1.poly.ai/api/v1", "wss://messaging.euw-1.poly.ai/ws"],
  [{ cluster: "staging-2" }, "https://messaging.staging-2.poly.ai/api/v1", "wss://messaging.staging-2.poly.ai/ws"],
  [{ apiUrl: "https://chat.example.com/api/v1" }, "https://chat.example.com/api/v1", "wss://chat.example.com/ws"],
  [{ apiUrl: "https://example.com/poly/api/v1/" }, "https://example.com/poly/api/v1", "wss://example.com/poly/ws"],
  [{ apiUrl: "https://example.com/messaging" }, "https://example.com/messaging", "wss://example.com/ws"],
  [{ apiUrl: "https://example.com:8443" }, "https://example.com:8443", "wss://example.com:8443/ws"],
  [{ apiUrl: "http://localhost:8080/api/v1" }, "http://localhost:8080/api/v1", "ws://localhost:8080/ws"],
  [{ apiUrl: "http://chat.localhost/api/v1" }, "http://chat.localhost/api/v1", "ws://chat.localhost/ws"],
  [{ apiUrl: "http://127.0.0.1:1/api/v1" }, "http://127.0.0.1:1/api/v1", "ws://127.0.0.1:1/ws"],
  [{ apiUrl: "http://127.9.8.7/api/v1" }, "http://127.9.8.7/api/v1", "ws://127.9.8.7/ws"],
  [{ apiUrl: "http://[::1]:1/api/v1" }, "http://[::1]:1/api/v1", "ws://[::1]:1/ws"],
  [
    { apiUrl: "https://a.example/api/v1", socketUrl: "wss://b.example/s" },
    "https://a.example/api/v1",
    "wss://b.example/s",
  ],
];

for (const [environment, apiUrl, socketUrl] of environments) {
  test(`environment ${JSON.stringify(environment)} is ${apiUrl} and ${socketUrl}`, () => {
    const engine = engineOptions({ environment });
    assert.deepEqual([engine.apiUrl, engine.socketUrl], [apiUrl, socketUrl]);
  });
}

const taken: [object, object][] = [
  [{ hostIdentifier: "com.example.app" }, { hostIdentifier: "com.example.app" }],
  [{ streaming: false }, { streaming: false }],
  [
    { platform: "ios", deviceType: "tablet" },
    { platform: "ios", deviceType: "tablet" },
  ],
  [{ onSessionLost: "end" }, { onSessionLost: "end" }],
  [{ heartbeatIntervalMs: 0 }, { heartbeatIntervalMs: 0 }],
  [{ heartbeatIntervalMs: 1_000 }, { heartbeatIntervalMs: 1_000 }],
  [{ sessionTimeoutMs: 86_400_000 }, { sessionTimeoutMs: 86_400_000 }],
  [{ confirmTimeoutMs: 100 }, { confirmTimeoutMs: 100 }],
  [{ maxReconnectAttempts: 0 }, { maxReconnectAttempts: 0 }],
  [{ persistence: "none" }, { persistent: false }],
  [
    { persistence: "tab", fresh: true, logger: "debug", beforeAgentJoin: () => undefined },
    { fresh: true, beforeAgentJoin: true },
  ],
  [{ persistence: { get: skip, set: skip, remove: skip }, logger: { log: skip } }, {}],
  [{ streaming: undefined, environment: undefined, logger: undefined, connectorToken: TOKEN }, { streaming: true }],
];

for (const [options, expected] of taken) {
  test(`options ${JSON.stringify(options)} are taken`, () => {
    assert.deepEqual(engineOptions(options), { ...engineOptions({}), ...expected });
  });
}

/** What is wrong, and what the message must name. */
const refused: [string, unknown, RegExp][] = [
  ["no options at all", undefined, /^options must be an object; found undefined\.$/],
  ["null for options", null, /found null/],
  ["a string for options", "x", /found "x"/],
  ["neither token option", {}, /exactly one of connectorToken and getAccessToken; found neither/],
  ["both token options", { connectorToken: "a", getAccessToken: () => undefined }, /found both/],
  ["an empty connector token", { connectorToken: "" }, /^connectorToken must be .*; found ""/],
  ["a null connector token", { connectorToken: null }, /^connectorToken .* found null/],
  ["a number for a connector token", { connectorToken: 7 }, /^connectorToken .* found another number/],
  ["a connector token with a line break", { connectorToken: "secret\n" }, /^connectorToken .* found another string/],
  [
    "getAccessToken that is no function",
    { connectorToken: undefined, getAccessToken: "x" },
    /^getAccessToken .*a function; found "x"/,
  ],
  [
    "an unknown environment",
    { environment: "mars" },
    /^environment must be "us", "uk" or "euw",.*found "mars"\. A cluster is \{ cluster: "name" \}/,
  ],
  ["half a region", { environment: "eu" }, /"us", "uk" or "euw".*found "eu"\. Did you mean "euw"\?$/],
  ["a region in capitals", { environment: "US" }, /"us", "uk" or "euw".*found "US"\. Did you mean "us"\?$/],
  ["the name of a cluster alone", { environment: "dev-1" }, /found "dev-1"\. A cluster is \{ cluster: "name" \}/],
  ["an inherited name for an environment", { environment: "toString" }, /^environment /],
  ["null for an environment", { environment: null }, /^environment must be .*found null/],
  ["null for an environment's cluster", { environment: { cluster: null } }, /^environment\.cluster .*found null/],
  [
    "a cluster that is another host",
    { environment: { cluster: "evil.example/" } },
    /^environment\.cluster .*found "evil/,
  ],
  ["a cluster in capitals", { environment: { cluster: "US" } }, /^environment\.cluster /],
  ["a cluster that begins with a hyphen", { environment: { cluster: "-a" } }, /^environment\.cluster /],
  ["an endless cluster", { environment: { cluster: "a".repeat(64) } }, /^environment\.cluster /],
  ["an environment without an address", { environment: {} }, /^environment must be /],
  ["an environment with a socket alone", { environment: { socketUrl: "wss://a.example/ws" } }, /^environment must be /],
  [
    "an environment with both kinds",
    { environment: { cluster: "a", apiUrl: "https://a.example" } },
    /^environment must be /,
  ],
  ["a list for an environment", { environment: [] }, /^environment .*found an array/],
  ["http to another host", { environment: { apiUrl: "http://example.com/api/v1" } }, /^environment\.apiUrl .*loopback/],
  ["http to a host that looks local", { environment: { apiUrl: "http://localhost.example.com" } }, /loopback/],
  ["http to a host that begins as an address", { environment: { apiUrl: "http://127.0.0.1.example.com" } }, /loopback/],
  [
    "ws to another host",
    { environment: { apiUrl: "https://a.example", socketUrl: "ws://a.example/ws" } },
    /^environment\.socketUrl .*loopback/,
  ],
  ["a socket address for the API", { environment: { apiUrl: "wss://a.example/ws" } }, /^environment\.apiUrl .*https/],
  ["an address without a scheme", { environment: { apiUrl: "a.example/api/v1" } }, /^environment\.apiUrl /],
  ["a path for an address", { environment: { apiUrl: "/api/v1" } }, /^environment\.apiUrl .*found "\/api\/v1"/],
  ["a javascript address", { environment: { apiUrl: "javascript:alert(1)" } }, /^environment\.apiUrl /],
  ["an address with a query", { environment: { apiUrl: "https://a.example/?x=1" } }, /^environment\.apiUrl .*query/],
  [
    "an address with a fragment",
    { environment: { apiUrl: "https://a.example/#x" } },
    /^environment\.apiUrl .*fragment/,
  ],
  ["a host identifier with a space", { hostIdentifier: "a b" }, /^hostIdentifier .*found "a b"/],
  ["an empty host identifier", { hostIdentifier: "" }, /^hostIdentifier .*found ""/],
  ["a host identifier beyond ASCII", { hostIdentifier: "https://exämple.com" }, /^hostIdentifier /],
  ["streaming as a text", { streaming: "false" }, /^streaming must be true or false; found "false"/],
  ["streaming as null", { streaming: null }, /^streaming .*found null/],
  ["an unknown platform", { platform: "desktop" }, /^platform must be "web", .*found "desktop"/],
  ["an unknown device type", { deviceType: "tv" }, /^deviceType must be "mobile", "tablet", "desktop"; found "tv"/],
  ["fresh as a number", { fresh: 1 }, /^fresh .*found 1/],
  ["autoConnect as a number", { autoConnect: 0 }, /^autoConnect .*found 0/],
  [
    "an unknown persistence",
    { persistence: "session" },
    /^persistence must be "local", "tab", "none" or an object.*found "session"/,
  ],
  ["a persistence without remove", { persistence: { get: skip, set: skip } }, /^persistence .*found an object/],
  ["null for persistence", { persistence: null }, /^persistence .*found null/],
  ["an unknown onSessionLost", { onSessionLost: "ignore" }, /^onSessionLost must be "restart", "end"/],
  ["beforeAgentJoin that is no function", { beforeAgentJoin: {} }, /^beforeAgentJoin .*found an object/],
  [
    "heartbeats in seconds",
    { heartbeatIntervalMs: 30 },
    /^heartbeatIntervalMs must be a whole number from 1000 to 600000 milliseconds, or 0/,
  ],
  ["negative heartbeats", { heartbeatIntervalMs: -1 }, /^heartbeatIntervalMs .*found -1/],
  ["half a millisecond", { confirmTimeoutMs: 100.5 }, /^confirmTimeoutMs .*found 100\.5/],
  ["no number", { confirmTimeoutMs: NaN }, /^confirmTimeoutMs .*found NaN/],
  ["an infinite time", { sessionTimeoutMs: Infinity }, /^sessionTimeoutMs .*found Infinity/],
  ["a text for a time", { sessionTimeoutMs: "600000" }, /^sessionTimeoutMs .*found "600000"/],
  ["too many attempts", { maxReconnectAttempts: 1_001 }, /^maxReconnectAttempts .*0 means no limit; found 1001/],
  [
    "an unknown log level",
    { logger: "verbose" },
    /^logger must be "none", "error", "warn", "info", "debug" or an object.*found "verbose"/,
  ],
  ["a logger without log", { logger: {} }, /^logger .*found an object/],
  ["null for a logger", { logger: null }, /^logger .*found null/],
];

const others = new Set(["connectorToken", "getAccessToken"]);
for (const [what, options, message] of refused) {
  test(`${what} is refused`, () => {
    const object = typeof options === "object" && options !== null ? options : null;
    const complete = object && Object.keys(object).length > 0 && !Object.keys(object).some((name) => others.has(name));
    assert.throws(
      () => parseOptions((complete ? { connectorToken: TOKEN, ...object } : options) as ChatOptions),
      (error) => {
        assert.ok(error instanceof PolyError);
        assert.equal(error.code, "config/invalid");
        assert.equal(error.retryable, false);
        assert.match(error.message, message);
        assert.doesNotMatch(error.message, /secret/);
        return true;
      },
    );
  });
}

test("a password in an address is not repeated in the error", () => {
  const environment = { apiUrl: "https://user:secret@a.example" };
  assert.throws(() => parseOptions({ connectorToken: TOKEN, environment }), { message: /found one with a password/ });
});

test("a page without an origin needs a host identifier", () => {
  leavePage();
  leavePage = openPage("null");
  assert.throws(() => parseOptions({ connectorToken: TOKEN }), {
    code: "config/invalid",
    message: /hostIdentifier is needed/,
  });
  assert.equal(engineOptions({ hostIdentifier: "com.example.app" }).hostIdentifier, "com.example.app");
});

test("a frame without an address of its own has the origin of the page around it", () => {
  const hostIn = (location: string, origin: unknown): string => {
    leavePage();
    leavePage = openPage(location);
    const before = Object.getOwnPropertyDescriptor(globalThis, "origin");
    Object.defineProperty(globalThis, "origin", { value: origin, configurable: true });
    try {
      return String(engineOptions({}).hostIdentifier);
    } finally {
      if (before) Object.defineProperty(globalThis, "origin", before);
      else Reflect.deleteProperty(globalThis, "origin");
    }
  };
  assert.equal(hostIn("null", "https://www.example.com"), "https://www.example.com");
  // A variable that a page calls so is not asked where the address says it.
  assert.equal(hostIn("https://www.example.com", "https://other.example"), "https://www.example.com");
  for (const origin of ["null", "", undefined, {}, "Berlin"]) {
    assert.throws(() => hostIn("null", origin), { code: "config/invalid", message: /hostIdentifier is needed/ });
  }
});

test("on a server there is no origin, and nothing is refused", () => {
  leavePage();
  leavePage = (): void => undefined;
  assert.equal(engineOptions({}).hostIdentifier, "");
});

test("getAccessToken leaves the connector token to the backend", () => {
  const getAccessToken = () => Promise.resolve({ accessToken: "x" });
  const settings = parseOptions({ getAccessToken });
  assert.equal(settings.engine.connectorToken, null);
  assert.equal(settings.getAccessToken, getAccessToken);
});

test("a logger that throws harms nothing, and a level keeps lesser lines out", () => {
  const thrown = { log: () => assert.fail("mine") };
  parseOptions({ connectorToken: TOKEN, logger: thrown }).log.line(1, "text");
  const warn = mock.method(console, "warn", () => undefined);
  const info = mock.method(console, "info", () => undefined);
  const { log } = parseOptions({ connectorToken: TOKEN });
  log.line(2, "seen");
  log.line(3, "not seen");
  assert.deepEqual(
    warn.mock.calls.map((call) => call.arguments),
    [["[poly-messaging] seen"]],
  );
  assert.equal(info.mock.callCount(), 0);
  parseOptions({ connectorToken: TOKEN, logger: "none" }).log.line(1, "not seen");
  mock.restoreAll();
});

test("a name that is no option is told once, with the one that was meant, and a value of nothing is none", () => {
  const warn = mock.method(console, "warn", () => undefined);
  const options = { connectorToken: TOKEN, hostIdentifer: "x", persistance: "none", colour: "red", x: undefined };
  for (let times = 0; times < 2; times++) parseOptions(options);
  parseOptions({ connectorToken: TOKEN, logger: "error", streamin: true } as ChatOptions);
  const many = Object.fromEntries(Array.from({ length: 1000 }, (_, at) => [`option ${at}`, 1]));
  parseOptions({ connectorToken: TOKEN, ...many });
  const lines = warn.mock.calls.map(({ arguments: [line] }) => String(line));
  mock.restoreAll();
  assert.deepEqual(lines.slice(0, 3), [
    '[poly-messaging] "hostIdentifer" is no option. Did you mean hostIdentifier?',
    '[poly-messaging] "persistance" is no option. Did you mean persistence?',
    '[poly-messaging] "colour" is no option.',
  ]);
  assert.ok(lines.length <= 20, String(lines.length));
});
