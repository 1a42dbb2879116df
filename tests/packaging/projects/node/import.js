// Imports every entry on a server. Each must do nothing and throw nothing.

import { createRequire } from "node:module";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { deepStrictEqual as same, ok } from "node:assert";

const name = "poly-messaging-web";
const require = createRequire(import.meta.url);
const { exports } = require(`${name}/package.json`);

// What an entry might do: each of these is noted.
const done = [];
const watch = (object, names) => {
  for (const name of names) {
    const original = object[name];
    if (typeof original !== "function") continue;
    object[name] = new Proxy(original, {
      apply: (target, self, values) => (done.push(name), Reflect.apply(target, self, values)),
      construct: (target, values) => (done.push(`new ${name}`), Reflect.construct(target, values)),
    });
  }
};
watch(globalThis, ["fetch", "WebSocket", "BroadcastChannel", "MessageChannel", "setTimeout", "setInterval"]);
watch(WebAssembly, ["compile", "compileStreaming", "instantiate", "instantiateStreaming", "Module", "Instance"]);
watch(console, ["debug", "log", "info", "warn", "error"]);

for (const [path, target] of Object.entries(exports)) {
  const entry = path.replace(".", name);
  ok(existsSync(fileURLToPath(import.meta.resolve(entry))), `${entry} is missing`);
  if (!(target.default ?? target).endsWith(".js")) continue;
  const [globals, resources] = [Reflect.ownKeys(globalThis), process.getActiveResourcesInfo().sort()];
  await import(entry);
  if (process.features.require_module) require(entry);
  same(Reflect.ownKeys(globalThis), globals, `${entry} changes globals`);
  same(process.getActiveResourcesInfo().sort(), resources, `${entry} leaves something running`);
  same(done, [], `importing ${entry} does something`);
  process.stdout.write(`${entry}\n`);
}

// What a server renders: a chat that has done nothing, and does nothing.
const entries = await Promise.all([import(name), import(`${name}/inline`)]);
for (const { createChat } of entries) {
  const chat = createChat({ connectorToken: "token" });
  same([chat.getSnapshot().connection.status, chat.getSnapshot().messages.length], ["idle", 0]);
}
same(done, [], "a chat on a server does something");
