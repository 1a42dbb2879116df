import assert from "node:assert/strict";
import { test } from "node:test";

import { DefaultChat } from "../src/chat.js";
import { FakeLoader } from "./fake-module.js";

test("on a server a chat is idle, and loads nothing", async () => {
  assert.equal(typeof window, "undefined");
  const loader = new FakeLoader();
  const chat = new DefaultChat({ connectorToken: "t" }, loader);
  const state = chat.getSnapshot();
  assert.deepEqual(state.connection, { status: "idle" });
  let told = 0;
  chat.subscribe(() => (told += 1))();
  chat.on("*", () => (told += 1))();
  chat.typing();
  for (const call of [() => chat.ready(), () => chat.send("Hello"), () => chat.restart(), () => chat.reconnect()]) {
    await assert.rejects(call(), { code: "transport/not-connected", message: /outside a browser's page/ });
  }
  await chat.end();
  await chat.close();
  for await (const event of chat.events()) assert.fail(`heard ${event.type}`);
  assert.equal(chat.diagnostics().connection, "idle");
  assert.equal(chat.getSnapshot(), state);
  assert.equal(loader.loads, 0);
  assert.equal(told, 0);
});

test("on a server bad options are refused as in a page", () => {
  assert.throws(() => new DefaultChat({ connectorToken: "t", environment: "mars" as never }, new FakeLoader()), {
    code: "config/invalid",
  });
});
