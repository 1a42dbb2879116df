// What the endpoint gives, to whom, and what it refuses before PolyAI is asked.

import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { test } from "node:test";

import { signedIn } from "../authorize.js";
import { ACCESS, CONNECTOR, fakePolyai, json, MINTED, ORIGIN, startBackend, until } from "./support.js";

test("a page of an allowed origin gets the access token, and nothing else of the answer", async (t) => {
  const polyai = await fakePolyai(t, json(200, { ...MINTED, connector: CONNECTOR, user: "u" }));
  const backend = await startBackend(t, { env: { POLYAI_API_URL: polyai.url } });
  const answer = await backend.ask();
  assert.equal(answer.status, 200);
  assert.deepEqual(answer.body, { accessToken: ACCESS, expiresIn: 86_400 });
  assert.equal(answer.headers["cache-control"], "no-store");
  assert.equal(answer.headers["content-type"], "application/json");
  assert.equal(answer.headers["access-control-allow-origin"], ORIGIN);
  assert.equal(answer.headers["access-control-allow-credentials"], "true");
  assert.match(String(answer.headers.vary), /Origin/);

  assert.equal(polyai.requests.length, 1);
  const [{ method, url, headers, body }] = /** @type {[(typeof polyai.requests)[0]]} */ (polyai.requests);
  assert.deepEqual([method, url, body], ["POST", "/api/v1/access-token", "{}"]);
  assert.equal(headers["x-token"], CONNECTOR);
  assert.equal(headers["x-host"], ORIGIN);
  assert.equal(headers["content-type"], "application/json");
  for (const name of ["cookie", "origin", "referer"]) assert.equal(headers[name], undefined, name);
});

test("an answer without a lifetime is passed on without one", async (t) => {
  for (const expires_in of [undefined, null, "86400", -1]) {
    const polyai = await fakePolyai(t, json(200, { access_token: ACCESS, expires_in }));
    const backend = await startBackend(t, { env: { POLYAI_API_URL: polyai.url } });
    assert.deepEqual((await backend.ask()).body, { accessToken: ACCESS });
  }
});

test("what is refused never reaches PolyAI", async (t) => {
  const polyai = await fakePolyai(t);
  const backend = await startBackend(t, { env: { POLYAI_API_URL: polyai.url } });
  /** @type {[import("./support.js").Ask, number, string][]} */
  const refused = [
    [{ path: "/" }, 404, "not_found"],
    [{ path: "/chat-token/" }, 404, "not_found"],
    [{ headers: { Origin: undefined } }, 403, "origin_not_allowed"],
    [{ headers: { Origin: "null" } }, 403, "origin_not_allowed"],
    [{ headers: { Origin: "https://example.com" } }, 403, "origin_not_allowed"],
    [{ headers: { Origin: `${ORIGIN}.evil.example` } }, 403, "origin_not_allowed"],
    [{ headers: { Origin: `${ORIGIN}:8443` } }, 403, "origin_not_allowed"],
    [{ headers: { Origin: "http://www.example.com" } }, 403, "origin_not_allowed"],
    [{ method: "GET" }, 405, "method_not_allowed"],
    [{ method: "PUT" }, 405, "method_not_allowed"],
    [{ headers: { "Content-Type": undefined } }, 415, "json_expected"],
    [{ headers: { "Content-Type": "text/plain" } }, 415, "json_expected"],
    [{ headers: { "Content-Type": "application/jsonp" } }, 415, "json_expected"],
    [{ body: JSON.stringify({ filler: "x".repeat(1024) }) }, 413, "body_too_large"],
    [{ body: "x".repeat(4096), headers: { "Transfer-Encoding": "chunked" } }, 413, "body_too_large"],
  ];
  for (const [request, status, error] of refused) {
    const answer = await backend.ask(request);
    assert.deepEqual([answer.status, answer.body], [status, { error }], JSON.stringify(request));
    assert.equal(answer.headers["cache-control"], "no-store", error);
    const mayRead = error === "not_found" || error === "origin_not_allowed" ? undefined : ORIGIN;
    assert.equal(answer.headers["access-control-allow-origin"], mayRead, JSON.stringify(request));
  }
  assert.equal(polyai.requests.length, 0);
});

test("a preflight is answered to allowed origins alone", async (t) => {
  const backend = await startBackend(t);
  const preflight = {
    method: "OPTIONS",
    headers: { "Content-Type": undefined, "Access-Control-Request-Method": "POST" },
  };
  const allowed = await backend.ask(preflight);
  assert.equal(allowed.status, 204);
  assert.equal(allowed.headers["access-control-allow-origin"], ORIGIN);
  assert.equal(allowed.headers["access-control-allow-methods"], "POST");
  assert.equal(allowed.headers["access-control-allow-headers"], "Content-Type, X-CSRF-Token");
  const headers = { ...preflight.headers, Origin: "https://evil.example" };
  const refused = await backend.ask({ ...preflight, headers });
  assert.equal(refused.status, 403);
  assert.equal(refused.headers["access-control-allow-origin"], undefined);
});

test("with sign-in, a token is for those with a session and its CSRF token", async (t) => {
  const polyai = await fakePolyai(t);
  const sessions = new Map([["s1", { user: "ann", csrfToken: "c1" }]]);
  const authorize = signedIn({ cookie: "session", find: async (id) => sessions.get(id) });
  const backend = await startBackend(t, { env: { POLYAI_API_URL: polyai.url, TOKENS_PER_MINUTE: "1" }, authorize });
  const status = async (/** @type {Record<string, string>} */ headers) => (await backend.ask({ headers })).status;
  assert.equal(await status({}), 401);
  assert.equal(await status({ Cookie: "session=s2", "X-CSRF-Token": "c1" }), 401);
  assert.equal(await status({ Cookie: "session=s1" }), 403);
  assert.equal(await status({ Cookie: "session=s1", "X-CSRF-Token": "c2" }), 403);
  assert.equal(await status({ Cookie: "session=s1", "X-CSRF-Token": "" }), 403);
  assert.equal(polyai.requests.length, 0);
  assert.equal(await status({ Cookie: "a=b; session=s1; session=s2", "X-CSRF-Token": "c1" }), 200);
  assert.equal(await status({ Cookie: "session=s1", "X-CSRF-Token": "c1" }), 429, "limited by user");
  assert.equal(polyai.requests[0]?.headers.cookie, undefined);
});

test("a hook that fails lets nobody in, and its words stay out of the log", async (t) => {
  const polyai = await fakePolyai(t);
  const backend = await startBackend(t, {
    env: { POLYAI_API_URL: polyai.url },
    authorize: ({ cookies }) => {
      throw new Error(`no session ${cookies.get("session")}`);
    },
  });
  const answer = await backend.ask({ headers: { Cookie: "session=secret-session" } });
  assert.deepEqual([answer.status, answer.body], [500, { error: "internal" }]);
  assert.equal(polyai.requests.length, 0);
  assert.equal(backend.lines.length, 1);
  assert.match(backend.lines[0] ?? "", /Error.*backend\.test\.js/);
  assert.doesNotMatch(backend.lines[0] ?? "", /secret-session/);
});

test("who asks too often waits, and is told how long", async (t) => {
  const polyai = await fakePolyai(t);
  const backend = await startBackend(t, { env: { POLYAI_API_URL: polyai.url, TOKENS_PER_MINUTE: "3" } });
  const answers = [];
  for (let at = 0; at < 5; at++) answers.push(await backend.ask());
  assert.deepEqual(
    answers.map(({ status }) => status),
    [200, 200, 200, 429, 429],
  );
  assert.deepEqual(answers[4]?.body, { error: "too_many_requests" });
  assert.ok(Number(answers[3]?.headers["retry-after"]) >= 1 && Number(answers[3]?.headers["retry-after"]) <= 20);
  assert.equal(answers[3]?.headers["access-control-allow-origin"], ORIGIN);
  assert.equal(polyai.requests.length, 3);
});

test("behind a proxy, clients are told apart by what the proxy says", async (t) => {
  const polyai = await fakePolyai(t);
  const env = { POLYAI_API_URL: polyai.url, TOKENS_PER_MINUTE: "1", TRUSTED_PROXIES: "1" };
  const backend = await startBackend(t, { env });
  const status = async (/** @type {string} */ chain) =>
    (await backend.ask({ headers: { "X-Forwarded-For": chain } })).status;
  assert.equal(await status("198.51.100.1"), 200);
  assert.equal(await status("198.51.100.2"), 200);
  assert.equal(await status("203.0.113.9, 198.51.100.1"), 429, "what the client itself wrote is not believed");
});

test("a request that breaks off is no failure", async (t) => {
  const polyai = await fakePolyai(t);
  const backend = await startBackend(t, { env: { POLYAI_API_URL: polyai.url } });
  const { port } = /** @type {import("node:net").AddressInfo} */ (backend.server.address());
  const socket = connect(port, "127.0.0.1");
  const head = ["POST /chat-token HTTP/1.1", "Host: x", `Origin: ${ORIGIN}`, "Content-Type: application/json"];
  const [[, response]] = /** @type {any} */ (
    await Promise.all([
      once(backend.server, "request"),
      new Promise((resolve) => socket.write([...head, "Content-Length: 2", "", "{"].join("\r\n"), resolve)),
    ])
  );
  socket.destroy();
  await once(response, "close");
  await until(() => backend.lines.length > 0);
  assert.match(backend.lines.join(), /client_gone/);
  assert.doesNotMatch(backend.lines.join(), /"error"/);
  assert.equal((await backend.ask()).status, 200);
});
