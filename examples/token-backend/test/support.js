// A backend on a free port, a fake PolyAI behind it, and what both saw.

import { once } from "node:events";
import { createServer, request as send } from "node:http";

import { everyVisitor } from "../authorize.js";
import { createBackend } from "../backend.js";
import { readConfig } from "../config.js";

export const ORIGIN = "https://www.example.com";
export const CONNECTOR = "connector-token-never-to-be-seen";
export const ACCESS = "eyJhbGciOiJIUzI1NiJ9.access-token-for-the-page-alone.signature";
export const MINTED = { access_token: ACCESS, expires_in: 86_400, token_type: "Bearer" };

export const ENV = {
  POLYAI_CONNECTOR_TOKEN: CONNECTOR,
  POLYAI_HOST: ORIGIN,
  ALLOWED_ORIGINS: ORIGIN,
  PORT: "0",
};

/** @typedef {(request: import("node:http").IncomingMessage, response: import("node:http").ServerResponse) => void} Answer */

/** Answers with JSON. */
export const json =
  (/** @type {number} */ status, /** @type {unknown} */ body, /** @type {Record<string, string>} */ headers = {}) =>
  /** @type {Answer} */
  (_request, response) => {
    response.writeHead(status, { "Content-Type": "application/json", ...headers }).end(JSON.stringify(body));
  };

/**
 * A server that stands for PolyAI. `answers` may be exchanged; `requests` holds what it was asked.
 *
 * @param {import("node:test").TestContext} test
 * @param {Answer} [answer]
 */
export async function fakePolyai(test, answer = json(200, MINTED)) {
  /** @type {{ method?: string, url?: string, headers: import("node:http").IncomingHttpHeaders, body: string }[]} */
  const requests = [];
  const fake = { answer, requests, url: "" };
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    const { method, url, headers } = request;
    requests.push({ ...(method && { method }), ...(url && { url }), headers, body });
    fake.answer(request, response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  test.after(() => {
    server.closeAllConnections();
    server.close();
  });
  fake.url = `http://127.0.0.1:${portOf(server)}/api/v1`;
  return fake;
}

/**
 * The backend, and a way to ask it as a page would.
 *
 * @param {import("node:test").TestContext} test
 * @param {{ env?: Record<string, string>, authorize?: import("../authorize.js").Authorize, rateLimit?: import("../rate-limit.js").RateLimit }} [setup]
 */
export async function startBackend(test, { env = {}, authorize = everyVisitor, rateLimit } = {}) {
  /** @type {string[]} */
  const lines = [];
  const config = readConfig({ ...ENV, ...env });
  const { server, stop } = createBackend(config, {
    authorize,
    log: (level, message, fields) => lines.push(JSON.stringify({ level, message, ...fields })),
    ...(rateLimit && { rateLimit }),
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  test.after(async () => {
    server.closeAllConnections();
    await stop();
  });
  const url = `http://127.0.0.1:${portOf(server)}${config.path}`;
  return { server, stop, lines, url, ask: (/** @type {Ask} */ request = {}) => ask(url, request) };
}

/**
 * @typedef {object} Ask
 * @property {string} [method]
 * @property {Record<string, string | undefined>} [headers] Over those of a page that does everything right.
 * @property {string} [body]
 * @property {string} [path]
 */

/**
 * By node:http rather than `fetch`, which forbids some of the headers that matter here.
 *
 * @param {string} url
 * @param {Ask} request
 * @returns {Promise<{ status: number, headers: import("node:http").IncomingHttpHeaders, text: string, body: any }>}
 */
export async function ask(url, { method = "POST", headers = {}, body = "{}", path }) {
  const wanted = { Origin: ORIGIN, "Content-Type": "application/json", ...headers };
  const given = Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== undefined));
  const request = send(path ? new URL(path, url) : url, { method, headers: given, agent: false });
  request.end(method === "POST" ? body : undefined);
  const [response] = await once(request, "response");
  let text = "";
  for await (const chunk of response) text += chunk;
  return { status: response.statusCode, headers: response.headers, text, body: text ? JSON.parse(text) : undefined };
}

/**
 * Waits for a condition; the test runner's limit ends a wait in vain.
 *
 * @param {() => boolean} condition
 */
export async function until(condition) {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** @param {import("node:http").Server} server */
function portOf(server) {
  return /** @type {import("node:net").AddressInfo} */ (server.address()).port;
}
