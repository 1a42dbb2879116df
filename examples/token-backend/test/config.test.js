// What the environment may say, and how it is told what is wrong with it.

import assert from "node:assert/strict";
import { test } from "node:test";

import { ConfigError, readConfig } from "../config.js";
import { CONNECTOR, ENV, ORIGIN } from "./support.js";

/** @param {Record<string, string | undefined>} env */
function problemsOf(env) {
  try {
    readConfig(env);
  } catch (thrown) {
    assert.ok(thrown instanceof ConfigError);
    return thrown.problems;
  }
  return [];
}

test("the defaults are those of the README", () => {
  const config = readConfig({ ...ENV, PORT: undefined });
  assert.deepEqual(config, {
    connectorToken: CONNECTOR,
    hostIdentifier: ORIGIN,
    tokenUrl: "https://messaging.us-1.poly.ai/api/v1/access-token",
    allowedOrigins: new Set([ORIGIN]),
    path: "/chat-token",
    host: "127.0.0.1",
    port: 8787,
    tokensPerMinute: 10,
    trustedProxies: 0,
    requestTimeoutMs: 10_000,
    upstreamTimeoutMs: 10_000,
    stopTimeoutMs: 10_000,
  });
});

test("every environment has its address", () => {
  const url = (/** @type {Record<string, string>} */ env) => readConfig({ ...ENV, ...env }).tokenUrl;
  assert.equal(url({ POLYAI_ENVIRONMENT: "uk" }), "https://messaging.uk-1.poly.ai/api/v1/access-token");
  assert.equal(url({ POLYAI_ENVIRONMENT: "euw" }), "https://messaging.euw-1.poly.ai/api/v1/access-token");
  assert.equal(url({ POLYAI_ENVIRONMENT: "us-2" }), "https://messaging.us-2.poly.ai/api/v1/access-token");
  assert.equal(url({ POLYAI_API_URL: "https://proxy.example/v1/" }), "https://proxy.example/v1/access-token");
});

test("everything that is missing is told at once", () => {
  const problems = problemsOf({});
  for (const name of ["POLYAI_CONNECTOR_TOKEN", "POLYAI_HOST", "ALLOWED_ORIGINS"]) {
    assert.ok(
      problems.some((problem) => problem.startsWith(`${name} is missing: `)),
      name,
    );
  }
  assert.equal(problems.length, 3);
});

test("what is wrong is told without its value", () => {
  const wrong = {
    POLYAI_CONNECTOR_TOKEN: "secret value\nX-Other: 1",
    POLYAI_HOST: "höst",
    POLYAI_ENVIRONMENT: "secret.example",
    POLYAI_API_URL: "http://secret.example/api/v1",
    ALLOWED_ORIGINS: "https://secret.example/path",
    TOKEN_PATH: "secret",
    PORT: "secret",
    TOKENS_PER_MINUTE: "0",
    TRUSTED_PROXIES: "-1",
    REQUEST_TIMEOUT_MS: "99",
    UPSTREAM_TIMEOUT_MS: "1e9",
    STOP_TIMEOUT_MS: "1.5",
  };
  for (const [name, value] of Object.entries(wrong)) {
    const problems = problemsOf({ ...ENV, [name]: value });
    assert.equal(problems.length, 1, name);
    assert.ok(problems[0]?.startsWith(`${name} `), problems[0]);
    assert.doesNotMatch(problems[0] ?? "", /secret/);
  }
  assert.equal(problemsOf({ ...ENV, ALLOWED_ORIGINS: "*" }).length, 1, "there is no wildcard");
  assert.equal(problemsOf({ ...ENV, ALLOWED_ORIGINS: "null" }).length, 1);
  assert.equal(
    problemsOf({ ...ENV, ALLOWED_ORIGINS: "http://www.example.com" }).length,
    1,
    "TLS, but for this machine",
  );
  assert.equal(problemsOf({ ...ENV, ALLOWED_ORIGINS: `${ORIGIN}, http://localhost:8080 https://b.example` }).length, 0);
});

test("credentials in the address of the API are refused, and not told", () => {
  for (const credentials of ["user:secret@", "secret@", ":secret@", "user:@"]) {
    const problems = problemsOf({ ...ENV, POLYAI_API_URL: `https://${credentials}proxy.example/api/v1` });
    assert.equal(problems.length, 1, credentials);
    assert.match(problems[0] ?? "", /^POLYAI_API_URL must hold no user name and no password/);
    assert.doesNotMatch(problems[0] ?? "", /secret/);
  }
});

test("what is asked is the address as it is understood", () => {
  const url = (/** @type {string} */ address) => readConfig({ ...ENV, POLYAI_API_URL: address }).tokenUrl;
  assert.equal(url("https://@proxy.example/v1"), "https://proxy.example/v1/access-token");
  assert.equal(url("https://proxy.example/v1?"), "https://proxy.example/v1/access-token");
  assert.equal(url("HTTPS://PROXY.example"), "https://proxy.example/access-token");
});
