// How long each part of a request may take: the limits act when they say so, on clients that send slowly or nothing too.

import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { test } from "node:test";

import { fakePolyai, ORIGIN, startBackend } from "./support.js";

const LIMIT_MS = 400;
/** Far less than the 30 s after which Node.js would look by itself. */
const LATE_MS = 3_000;
const HEAD = `POST /chat-token HTTP/1.1\r\nHost: backend\r\nOrigin: ${ORIGIN}\r\nContent-Type: application/json\r\n`;

/** @type {[string, (write: (text: string) => void) => void][]} */
const SLOW = [
  ["says nothing", () => undefined],
  ["stops in the middle of its headers", (write) => write(HEAD)],
  ["stops in the middle of its body", (write) => write(`${HEAD}Content-Length: 2\r\n\r\n{`)],
  ["sends no end of its chunks", (write) => write(`${HEAD}Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n`)],
];

for (const [what, begin] of SLOW) {
  test(`a client that ${what} is cut off at the limit`, { timeout: 20_000 }, async (t) => {
    const polyai = await fakePolyai(t);
    const env = { POLYAI_API_URL: polyai.url, REQUEST_TIMEOUT_MS: String(LIMIT_MS) };
    const { url } = await startBackend(t, { env });
    const started = performance.now();
    assert.match(await cutOff(url, begin), /^HTTP\/1\.1 408 /);
    const took = performance.now() - started;
    assert.ok(took >= LIMIT_MS - 50 && took < LATE_MS, `${took} ms`);
    assert.equal(polyai.requests.length, 0);
  });
}

test("a client that sends letter by letter has no more time than others", { timeout: 20_000 }, async (t) => {
  const { url } = await startBackend(t, { env: { REQUEST_TIMEOUT_MS: String(LIMIT_MS) } });
  const started = performance.now();
  /** @type {NodeJS.Timeout | undefined} */
  let drip;
  const heard = await cutOff(url, (write) => {
    write(HEAD);
    drip = setInterval(() => write("X"), 20);
  });
  clearInterval(drip);
  assert.match(heard, /^HTTP\/1\.1 408 /);
  const took = performance.now() - started;
  assert.ok(took >= LIMIT_MS - 50 && took < LATE_MS, `${took} ms`);
});

test("a sign-in that never answers is not waited for", { timeout: 20_000 }, async (t) => {
  const authorize = () => /** @type {Promise<never>} */ (new Promise(() => undefined));
  const backend = await startBackend(t, { env: { REQUEST_TIMEOUT_MS: "100" }, authorize });
  const answer = await backend.ask();
  assert.deepEqual([answer.status, answer.body], [503, { error: "sign_in_timeout" }]);
  assert.equal(answer.headers["retry-after"], "5");
  assert.match(backend.lines.join(), /"level":"error","message":"sign_in_timeout"/);
});

test("a proxy count above the chain is told once, and limits by the connection", async (t) => {
  const polyai = await fakePolyai(t);
  const env = { POLYAI_API_URL: polyai.url, TRUSTED_PROXIES: "3", TOKENS_PER_MINUTE: "2" };
  const backend = await startBackend(t, { env });
  const statuses = [];
  for (let at = 0; at < 4; at++) {
    // A client that makes up another address each time.
    statuses.push((await backend.ask({ headers: { "X-Forwarded-For": `198.51.100.${at}` } })).status);
  }
  assert.deepEqual(statuses, [200, 200, 429, 429]);
  assert.equal(backend.lines.filter((line) => line.includes("TRUSTED_PROXIES")).length, 1);
});

/**
 * Opens a connection, lets `begin` write, and waits for the other end to close it. Returns what it said.
 *
 * @param {string} url
 * @param {(write: (text: string) => void) => void} begin
 */
async function cutOff(url, begin) {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  // What is written after the end is lost, and tells so.
  socket.on("error", () => undefined);
  let heard = "";
  socket.setEncoding("utf8").on("data", (text) => (heard += text));
  begin((text) => socket.write(text));
  await once(socket, "close");
  return heard;
}
