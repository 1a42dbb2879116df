/** The built entries of the package, as Node.js, a bundler and a page without a .wasm take them. */

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { inNode } from "./node.js";

type Conditions = Record<"types" | "default", string>;

const manifest = JSON.parse(readFileSync("package.json", "utf8")) as {
  exports: Record<string, string | Conditions>;
  sideEffects: string[];
};

/** Entries that are scripts: how they are imported, and the file. */
const SCRIPTS = Object.entries(manifest.exports).flatMap(([entry, conditions]) =>
  typeof conditions === "object" && conditions.default.endsWith(".js")
    ? [{ name: entry.replace(/^\./, "poly-messaging-web"), file: conditions.default }]
    : [],
);

let folder = "";
before(() => {
  folder = mkdtempSync(join(tmpdir(), "poly-messaging-"));
});
after(() => {
  rmSync(folder, { recursive: true });
});

test("the package has the entries that are documented", () => {
  assert.deepEqual(Object.keys(manifest.exports).sort(), [
    ".",
    "./classic",
    "./inline",
    "./package.json",
    "./poly-chat",
    "./poly_messaging_web.wasm",
    "./react",
    "./text",
    "./webview",
    "./webview.schema.json",
    "./widget",
  ]);
});

for (const { name } of SCRIPTS) {
  test(`importing ${name} on a server does nothing`, () => {
    const told = inNode(`
      const called = [];
      const watched = ["fetch", "WebSocket", "setTimeout", "setInterval", "setImmediate", "queueMicrotask", "MessageChannel"];
      for (const name of watched) globalThis[name] = function () { called.push(name); };
      const { compile, instantiate } = WebAssembly;
      WebAssembly.compile = (...args) => (called.push("compile"), compile(...args));
      WebAssembly.instantiate = (...args) => (called.push("instantiate"), instantiate(...args));
      const globals = () => Reflect.ownKeys(globalThis).map(String);
      const before = new Set(globals());
      await import(${JSON.stringify(name)});
      tell({ called, added: globals().filter((name) => !before.has(name)) });
    `);
    assert.deepEqual(told, { called: [], added: [] });
  });
}

test(". and ./inline export the same names, and the classic script those of ./webview as well", () => {
  const [beside, inline, classic] = inNode(`
    const beside = await import("poly-messaging-web");
    const inline = await import("poly-messaging-web/inline");
    globalThis.window = globalThis;
    await import("poly-messaging-web/classic");
    tell([beside, inline, window.PolyMessaging].map((names) => Object.keys(names).sort()));
  `) as [string[], string[], string[]];
  const names = ["PolyError", "clearSession", "createChat", "detectPlatform", "hasResumableSession", "init", "version"];
  assert.deepEqual(beside, names);
  assert.deepEqual(inline, names);
  assert.deepEqual(classic, [...names, "bridgeToNative", "nativeStorage"].sort());
});

test("./text says what a message reads, without a document and without the module", () => {
  const told = inNode(`
    globalThis.fetch = () => { throw new Error("fetched"); };
    const { plainText } = await import("poly-messaging-web/text");
    const text = "Hello.<br><br>We have **soup** &amp; [fish](https://example.com)";
    tell([
      plainText({ role: "agent", text, isStreaming: false }),
      plainText({ role: "agent", text: "We have **so", isStreaming: true }),
      plainText({ role: "user", text: "**as** <b>typed</b>" }),
      plainText({ role: "system", text: null }),
      plainText({ role: "agent", text: "**word**\\n\\n".repeat(20_000), isStreaming: false }).length,
    ]);
  `);
  assert.deepEqual(told, ["Hello.\n\nWe have soup & fish", "We have so", "**as** <b>typed</b>", "", 5 * 20_000 - 1]);
});

test("the classic script is a script, and leaves nothing but PolyMessaging on the page", () => {
  const told = inNode(`
    import { readFileSync } from "node:fs";
    import vm from "node:vm";
    const page = { TextDecoder, TextEncoder, FinalizationRegistry, WebAssembly, setTimeout, clearTimeout };
    page.window = page;
    const before = Object.keys(page);
    vm.runInNewContext(readFileSync("pkg/poly-messaging.js", "utf8"), page);
    await page.PolyMessaging.init();
    tell(Object.keys(page).filter((name) => !before.includes(name)));
  `);
  assert.deepEqual(told, ["PolyMessaging"]);
});

test("text in a classic script can neither end the script that it stands in, nor depend on the page's encoding", () => {
  for (const file of ["pkg/poly-messaging.js", "pkg/poly-chat.js"]) {
    // Between "<!--" and "<script" the end tag would be none.
    assert.ok(!/<\/?script/i.test(readFileSync(file, "utf8")), file);
  }
  for (const { file } of SCRIPTS) assert.ok(/^[\n\x20-\x7e]*$/.test(readFileSync(file, "utf8")), file);
});

test("no script makes code of a text, or elements of one", () => {
  for (const { file } of SCRIPTS) {
    assert.equal(
      /\beval\(|\bFunction\(|\b(?:inner|outer)HTML\b|insertAdjacentHTML|document\.write|DOMParser|setHTML/.exec(
        readFileSync(file, "utf8"),
      ),
      null,
      file,
    );
  }
});

test("the licences of what others wrote are in the package", () => {
  const told = readFileSync("pkg/THIRD-PARTY.txt", "utf8");
  assert.match(told, /^- marked \d.*\(MIT\): poly-chat\.js, text\.js, widget\.js$/m);
  assert.match(told, /^- wasm-bindgen \d.*\(MIT OR Apache-2\.0\): poly_messaging_web\.wasm/m);
  const [list = "", ...texts] = told.split("\n\n\n");
  assert.equal([...list.matchAll(/^- /gm)].length, texts.length);
  for (const text of texts) assert.match(text, /Permission is hereby granted|Licensed under the Apache License/, text);
});

test("./inline loads its module without a fetch", () => {
  const told = inNode(`
    globalThis.fetch = () => { throw new Error("fetched"); };
    const { init } = await import("poly-messaging-web/inline");
    await Promise.all([init(), init()]);
    tell("loaded");
  `);
  assert.equal(told, "loaded");
});

test("the module as a script is the module, byte by byte", () => {
  const told = inNode(`
    import { readFileSync } from "node:fs";
    const { default: bytes } = await import("./pkg/poly_messaging_web.js");
    tell([Buffer.compare(bytes(), readFileSync("pkg/poly_messaging_web.wasm")), bytes().length > 10_000]);
  `);
  assert.deepEqual(told, [0, true]);
});

/** Loads pkg/index.js from a folder of its own, `others` beside it, and tells how that went. */
function loadBeside(others: Record<string, string>, fetch: string, then = ""): unknown {
  const place = mkdtempSync(join(folder, "page-"));
  copyFileSync("pkg/index.js", join(place, "index.mjs"));
  writeFileSync(join(place, "package.json"), '{"type":"module"}');
  for (const [name, from] of Object.entries(others)) copyFileSync(from, join(place, name));
  return inNode(
    `
    const fetched = [];
    globalThis.fetch = async (address) => { fetched.push(String(address).split("/").at(-1)); ${fetch} };
    const { init } = await import("./index.mjs");
    const outcome = () => init().then(() => "loaded", ({ code, message }) => ({ code, message }));
    const first = await outcome();
    ${then}
    tell({ fetched, first, second: await outcome() });
    `,
    place,
  );
}

const REFUSED = `throw new TypeError("Failed to fetch");`;

test("where the fetch of the module is refused, it is taken from the script beside it", () => {
  const told = loadBeside({ "poly_messaging_web.js": "pkg/poly_messaging_web.js" }, REFUSED);
  assert.deepEqual(told, { fetched: ["poly_messaging_web.wasm"], first: "loaded", second: "loaded" });
});

test("where there is no such script, the error names connect-src and the entry without a fetch", () => {
  const { first, second } = loadBeside({}, REFUSED) as Record<"first" | "second", { code: string; message: string }>;
  assert.equal(first.code, "config/wasm-unavailable");
  assert.match(first.message, /poly_messaging_web\.wasm.*connect-src.*poly-messaging-web\/inline/);
  assert.deepEqual(second, first);
});

test("a script that could not be had is asked for again", () => {
  const script = JSON.stringify(join(process.cwd(), "pkg/poly_messaging_web.js"));
  const told = loadBeside(
    {},
    REFUSED,
    `(await import("node:fs")).copyFileSync(${script}, "poly_messaging_web.js");`,
  ) as { first: { code: string }; second: string };
  assert.equal(told.first.code, "config/wasm-unavailable");
  assert.equal(told.second, "loaded");
});

test("an answer without the module is an error, and no reason to ask for the script", () => {
  const told = loadBeside(
    { "poly_messaging_web.js": "pkg/poly_messaging_web.js" },
    `return new Response("gone", { status: 404 });`,
  ) as { first: { message: string } };
  assert.match(told.first.message, /answered with status 404/);
});

test("an error is a PolyError of whichever entry, and nothing else is", () => {
  const told = inNode(`
    const a = await import("poly-messaging-web");
    const b = await import("poly-messaging-web/inline");
    const thrown = (entry) => { try { entry.createChat({}); } catch (error) { return error; } };
    class Special extends a.PolyError {}
    const special = new Special("internal", "text");
    tell({
      copies: a.PolyError !== b.PolyError,
      own: thrown(a) instanceof a.PolyError,
      other: thrown(a) instanceof b.PolyError && thrown(b) instanceof a.PolyError,
      derived: special instanceof Special && special instanceof a.PolyError && special instanceof b.PolyError,
      others: [new Error("x"), { code: "internal", message: "x" }, null, undefined, "internal", 7, () => 7].filter(
        (value) => value instanceof a.PolyError,
      ),
      base: thrown(a) instanceof Special,
      error: thrown(a) instanceof Error,
      code: thrown(b).code,
    });
  `);
  assert.deepEqual(told, {
    copies: true,
    own: true,
    other: true,
    derived: true,
    others: [],
    base: false,
    error: true,
    code: "config/invalid",
  });
});

test("bundlers are told to leave the script beside the module alone", () => {
  const call = /import\(([^)]*)\)/.exec(readFileSync("pkg/index.js", "utf8"))?.[1] ?? "";
  assert.match(call, /\/\* @vite-ignore \*\//);
  assert.match(call, /\/\* webpackIgnore: true \*\//);
});

test("./react says that it is for the client before anything else", () => {
  assert.match(readFileSync("pkg/react.js", "utf8"), /^"use client";/);
});

/** What a page's script comes to that has this code in it. */
function bundled(code: string): string {
  const { stdout, stderr, status } = spawnSync(
    "node_modules/.bin/esbuild",
    ["--bundle", "--format=esm", "--packages=bundle", "--external:react", "--minify"],
    { input: code, encoding: "utf8", shell: process.platform === "win32" },
  );
  assert.equal(status, 0, stderr);
  return stdout;
}

test("sideEffects tells the truth: only the classic script does something when it is imported", () => {
  for (const { name, file } of SCRIPTS) {
    const script = bundled(`import "${name}";`);
    assert.equal(script.trim() !== "", manifest.sideEffects.includes(file), name);
    assert.equal(script.includes("PolyMessaging"), name.endsWith("/classic"), name);
  }
});

test("hooks for a chat of ./inline do not bring the module along a second time", () => {
  const page = (hook: string): string =>
    bundled(`
      import { createChat } from "poly-messaging-web/inline";
      import { ${hook} } from "poly-messaging-web/react";
      window.show = () => ${hook}(createChat({ connectorToken: "token" }));
    `);
  assert.doesNotMatch(page("useChatState"), /poly_messaging_web\.wasm/);
  assert.match(page("useChat"), /poly_messaging_web\.wasm/);
});
