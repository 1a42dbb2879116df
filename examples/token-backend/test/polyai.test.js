// What each failure of PolyAI becomes for the page, and that none of its words, and no token, go further.

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, request as send } from "node:http";
import { test } from "node:test";

import { ACCESS, CONNECTOR, fakePolyai, json, MINTED, ORIGIN, startBackend } from "./support.js";

const INTERNAL = `details ${CONNECTOR}`;

test("each failure of PolyAI has its own answer, without its words", async (t) => {
  const polyai = await fakePolyai(t);
  const backend = await startBackend(t, { env: { POLYAI_API_URL: polyai.url, TOKENS_PER_MINUTE: "100" } });
  /** @type {[import("./support.js").Answer, number, string, string?][]} */
  const cases = [
    [json(401, { message: INTERNAL }), 502, "upstream_refused"],
    [json(400, { message: INTERNAL }), 502, "upstream_refused"],
    [json(404, { message: INTERNAL }), 502, "upstream_refused"],
    [json(429, { message: INTERNAL }, { "Retry-After": "7" }), 503, "upstream_busy", "7"],
    [json(429, {}, { "Retry-After": "86400" }), 503, "upstream_busy", "60"],
    [json(429, {}, { "Retry-After": "Wed, 21 Oct 2065 07:28:00 GMT" }), 503, "upstream_busy", "5"],
    [json(429, {}), 503, "upstream_busy", "5"],
    [json(500, { message: INTERNAL }), 502, "upstream_failed"],
    [json(503, { message: INTERNAL }), 502, "upstream_failed"],
    [json(200, {}), 502, "upstream_unreadable"],
    [json(200, null), 502, "upstream_unreadable"],
    [json(200, { access_token: "" }), 502, "upstream_unreadable"],
    [json(200, { access_token: 7 }), 502, "upstream_unreadable"],
    [(_request, response) => response.end("<html>"), 502, "upstream_unreadable"],
    [json(200, { ...MINTED, filler: "x".repeat(70_000) }), 502, "upstream_unreadable"],
    [(request) => request.socket.destroy(), 502, "upstream_unreachable"],
    [json(307, {}, { Location: `${polyai.url}/elsewhere` }), 502, "upstream_unreachable"],
  ];
  for (const [answer, status, error, retryAfter] of cases) {
    polyai.answer = answer;
    const got = await backend.ask();
    assert.deepEqual([got.status, got.body], [status, { error }], error);
    assert.equal(got.headers["retry-after"], retryAfter, error);
    assert.equal(got.headers["access-control-allow-origin"], ORIGIN, error);
    assert.equal(got.headers["cache-control"], "no-store", error);
    assert.doesNotMatch(got.text + JSON.stringify(got.headers), /details|connector-token/);
  }
  assert.equal(backend.lines.length, cases.length);
  assert.ok(
    polyai.requests.every(({ url }) => url === "/api/v1/access-token"),
    "no redirect is followed",
  );
  assert.match(backend.lines[0] ?? "", /"level":"error".*upstream_refused.*POLYAI_CONNECTOR_TOKEN/);
  assert.doesNotMatch(backend.lines.join("\n"), /details|connector-token-never|access-token-for/);
});

test("the log of a token minted holds neither token", async (t) => {
  const polyai = await fakePolyai(t);
  const backend = await startBackend(t, { env: { POLYAI_API_URL: polyai.url } });
  assert.equal((await backend.ask()).body.accessToken, ACCESS);
  assert.equal(backend.lines.length, 1);
  assert.match(backend.lines[0] ?? "", /^\{"level":"info","message":"token minted","status":200,"ms":\d+\}$/);
});

test("nobody listening is an answer too", async (t) => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  server.close();
  await once(server, "close");
  const backend = await startBackend(t, { env: { POLYAI_API_URL: `http://127.0.0.1:${port}/api/v1` } });
  assert.deepEqual((await backend.ask()).body, { error: "upstream_unreachable" });
});

test("PolyAI has so long to answer, headers and body", async (t) => {
  const polyai = await fakePolyai(t);
  const backend = await startBackend(t, { env: { POLYAI_API_URL: polyai.url, UPSTREAM_TIMEOUT_MS: "100" } });
  /** @type {import("./support.js").Answer[]} */
  const slow = [() => undefined, (_request, response) => response.writeHead(200).write('{"access_token":')];
  for (const answer of slow) {
    polyai.answer = answer;
    const got = await backend.ask();
    assert.deepEqual([got.status, got.body], [504, { error: "upstream_timeout" }]);
  }
});

test("a page that leaves ends the request to PolyAI", async (t) => {
  const polyai = await fakePolyai(t);
  const backend = await startBackend(t, { env: { POLYAI_API_URL: polyai.url, UPSTREAM_TIMEOUT_MS: "60000" } });
  /** @type {Promise<import("node:http").ServerResponse>} */
  const asked = new Promise((resolve) => (polyai.answer = (_request, response) => resolve(response)));
  const headers = { Origin: ORIGIN, "Content-Type": "application/json" };
  const page = send(backend.url, { method: "POST", headers, agent: false });
  page.on("error", () => undefined);
  page.end("{}");
  const upstream = await asked;
  const ended = once(upstream, "close");
  page.destroy();
  await ended;
  assert.equal(upstream.writableFinished, false);
});

test("so many requests to PolyAI at once, and no more", async (t) => {
  const polyai = await fakePolyai(t);
  const backend = await startBackend(t, { env: { POLYAI_API_URL: polyai.url, TOKENS_PER_MINUTE: "1000" } });
  /** @type {import("node:http").ServerResponse[]} */
  const waiting = [];
  const full = new Promise((resolve) => {
    polyai.answer = (_request, response) => {
      if (waiting.push(response) === 50) resolve(undefined);
    };
  });
  const first = Array.from({ length: 50 }, () => backend.ask());
  await full;
  const refused = await backend.ask();
  assert.deepEqual([refused.status, refused.body, refused.headers["retry-after"]], [503, { error: "busy" }, "1"]);
  for (const response of waiting) response.end(JSON.stringify(MINTED));
  assert.ok((await Promise.all(first)).every(({ status }) => status === 200));
  polyai.answer = json(200, MINTED);
  assert.equal((await backend.ask()).status, 200);
});
