// The program as it is started and stopped, beside a fake PolyAI and beside the sandbox.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { test } from "node:test";

import { ACCESS, ask, CONNECTOR, ENV, fakePolyai, MINTED, until } from "./support.js";

const SERVER = fileURLToPath(new URL("../server.js", import.meta.url));

/**
 * A program, the first address it says it listens on, and all that it says.
 *
 * @param {import("node:test").TestContext} test
 * @param {string} program
 * @param {string[]} arguments_
 * @param {Record<string, string>} env
 */
async function start(test, program, arguments_, env = {}) {
  const child = spawn(program, arguments_, {
    env: { PATH: process.env.PATH, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  test.after(() => child.kill("SIGKILL"));
  const said = { out: "", log: "" };
  child.stderr.setEncoding("utf8").on("data", (text) => (said.log += text));
  /** @type {Promise<number | null>} */
  const ended = once(child, "close").then(([code]) => code);
  /** @type {Promise<string>} */
  const listening = new Promise((resolve) => {
    child.stdout.setEncoding("utf8").on("data", (text) => {
      said.out += text;
      const address = /^listening on (.+)\n/m.exec(said.out)?.[1];
      if (address) resolve(address);
    });
  });
  const url = await Promise.race([listening, ended.then(() => "")]);
  return { child, url, said, ended };
}

test("a bad configuration is told at the start, all of it, and the program ends with 2", async (t) => {
  const env = { POLYAI_CONNECTOR_TOKEN: CONNECTOR, PORT: "70000", ALLOWED_ORIGINS: "*" };
  const { ended, said } = await start(t, process.execPath, [SERVER], env);
  assert.equal(await ended, 2);
  assert.equal(said.out, "");
  for (const name of ["PORT", "POLYAI_HOST", "ALLOWED_ORIGINS"]) assert.match(said.log, new RegExp(`^${name} `, "m"));
  assert.doesNotMatch(said.log, new RegExp(CONNECTOR));
});

test("a port that is taken is told, and the program ends with 1", async (t) => {
  const first = await start(t, process.execPath, [SERVER], ENV);
  const second = await start(t, process.execPath, [SERVER], { ...ENV, PORT: new URL(first.url).port });
  assert.equal(await second.ended, 1);
  assert.match(second.said.log, /cannot listen on 127\.0\.0\.1:\d+/);
});

test("a stop lets what is under way come to its end", async (t) => {
  const polyai = await fakePolyai(t);
  /** @type {Promise<import("node:http").ServerResponse>} */
  const asked = new Promise((resolve) => (polyai.answer = (_request, response) => resolve(response)));
  const backend = await start(t, process.execPath, [SERVER], { ...ENV, POLYAI_API_URL: polyai.url });
  const answer = ask(backend.url, {});
  const upstream = await asked;
  backend.child.kill("SIGTERM");
  await until(() => backend.said.log.includes('"stopping"'));
  await assert.rejects(ask(backend.url, {}), { code: "ECONNREFUSED" });
  upstream.end(JSON.stringify(MINTED));
  assert.deepEqual((await answer).body, { accessToken: ACCESS, expiresIn: 86_400 });
  assert.equal(await backend.ended, 0);
  assert.match(backend.said.log, /"stopped"/);
  assert.doesNotMatch(backend.said.out + backend.said.log, new RegExp(`${CONNECTOR}|access-token-for`));
});

test("a stop does not wait for ever", async (t) => {
  const polyai = await fakePolyai(t);
  const asked = new Promise((resolve) => (polyai.answer = resolve));
  const env = { ...ENV, POLYAI_API_URL: polyai.url, STOP_TIMEOUT_MS: "50" };
  const backend = await start(t, process.execPath, [SERVER], env);
  const answer = assert.rejects(ask(backend.url, {}));
  await asked;
  backend.child.kill("SIGTERM");
  assert.equal(await backend.ended, 0);
  await answer;
});

const sandbox = process.env.SANDBOX ?? "";
test("the sandbox's tokens make sessions", { skip: sandbox === "" && "SANDBOX names no program" }, async (t) => {
  const server = await start(t, sandbox, ["--port", "0", "--quiet", "--connector-token", CONNECTOR]);
  const origin = "http://localhost:5173";
  const env = { ...ENV, POLYAI_API_URL: `${server.url}/api/v1`, POLYAI_HOST: origin, ALLOWED_ORIGINS: origin };
  const backend = await start(t, process.execPath, [SERVER], env);
  const answers = [];
  for (let at = 0; at < 2; at++) answers.push(await ask(backend.url, { headers: { Origin: origin } }));
  const tokens = answers.map(({ body }) => body.accessToken);
  assert.notEqual(tokens[0], tokens[1], "each is a user of its own");
  for (const { status, body } of answers) {
    assert.deepEqual([status, Object.keys(body), body.expiresIn], [200, ["accessToken", "expiresIn"], 86_400]);
    const session = await fetch(`${server.url}/api/v1/sessions`, {
      method: "POST",
      headers: { Authorization: `Bearer ${body.accessToken}`, "Content-Type": "application/json" },
      body: "{}",
    });
    assert.equal(session.status, 200);
  }

  // A connector that the sandbox does not know, and a host that is not registered for it.
  const strangers = [{ POLYAI_CONNECTOR_TOKEN: "unknown" }, { POLYAI_HOST: "https://elsewhere.example" }];
  for (const wrong of strangers) {
    const other = await start(t, process.execPath, [SERVER], { ...env, ...wrong });
    const answer = await ask(other.url, { headers: { Origin: origin } });
    assert.deepEqual([answer.status, answer.body], [502, { error: "upstream_refused" }]);
    await until(() => other.said.log.includes("PolyAI answered 401"));
  }
  assert.doesNotMatch(backend.said.log, new RegExp([CONNECTOR, ...tokens].join("|")));
});
