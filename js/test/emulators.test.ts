/**
 * The built entries where an application's own tests run: in jsdom and in happy-dom, as Jest has them (the document's own realm, with
 * none of Node.js's globals) and as Vitest does (the document's globals laid over those of Node.js). What such a page lacks costs no
 * more than the chat's connection.
 */

import assert from "node:assert/strict";
import { test } from "node:test";

import { inNode } from "./node.js";

/** An entry with the element stands alone: it is defined once. */
const ENTRIES = [["index", "inline", "react", "webview", "text", "poly-messaging", "widget"], ["poly-chat"]];

/** Each makes a page: its window, and what evaluates a script in its realm. */
const EMULATORS: Readonly<Record<string, string>> = {
  jsdom: `
    import { JSDOM, VirtualConsole } from "jsdom";
    const virtualConsole = new VirtualConsole();
    virtualConsole.on("jsdomError", (error) => wrong.push(String(error.message)));
    const openPage = () =>
      new JSDOM(PAGE, { url: "https://shop.example/", runScripts: "outside-only", virtualConsole }).window;
  `,
  "happy-dom": `
    import { Window } from "happy-dom";
    const settings = { enableJavaScriptEvaluation: true, suppressInsecureJavaScriptEnvironmentWarning: true };
    const openPage = () => {
      const window = new Window({ url: "https://shop.example/", settings });
      window.document.write(PAGE);
      return window;
    };
  `,
};

const PRELUDE = `
  import { buildSync } from "esbuild";
  const PAGE = "<!doctype html><html><body></body></html>";
  const wrong = [];
  process.on("unhandledRejection", (reason) => wrong.push("rejected: " + reason));
  process.on("uncaughtException", (error) => wrong.push("uncaught: " + error));
  // What is said of a network that is not there is as it should be.
  for (const level of ["warn", "error"]) {
    console[level] = (...words) => /not a function|not defined|undefined|null/.test(words.join(" ")) && wrong.push(words.join(" "));
  }
  const noNetwork = () => Promise.reject(new TypeError("no network"));
  const watch = (window) => window.addEventListener("error", ({ message }) => wrong.push("error: " + message));
`;

/** What the page's script does with the element, if it has one. */
const USE = `
  const use = async (window) => {
    const { document } = window;
    if (!window.customElements.get("poly-chat")) return null;
    const widget = document.createElement("poly-chat");
    widget.setAttribute("connector-token", "token-of-a-test");
    widget.setAttribute("language", "de");
    document.body.append(widget);
    const buttons = widget.shadowRoot.querySelectorAll("button").length;
    widget.open();
    widget.texts = { en: { title: "Help" } };
    widget.setAttribute("theme", "dark");
    widget.close();
    await new Promise((resolve) => setTimeout(resolve, 50));
    document.body.prepend(widget);
    widget.remove();
    await new Promise((resolve) => setTimeout(resolve, 50));
    return buttons > 3;
  };
`;

/** As a Jest environment: the entry is evaluated in the realm of a page of its own. */
const IN_REALM = `
  for (const entry of ENTRIES) {
    const window = openPage();
    watch(window);
    window.fetch = noNetwork;
    const { outputFiles } = buildSync({
      stdin: { contents: 'import * as entry from "./pkg/' + entry + '.js"; entry.defineWidget?.();', resolveDir: "." },
      bundle: true, format: "iife", write: false, logLevel: "error", logOverride: { "import-is-undefined": "silent" },
      define: { "import.meta.url": '"https://shop.example/index.js"', "process.env.NODE_ENV": '"test"' },
    });
    window.eval(outputFiles[0].text);
    used[entry] = await use(window);
  }
`;

/** As Vitest: what a page has stands among the globals of Node.js. */
const OVER_GLOBALS = `
  const window = openPage();
  watch(window);
  const heard = ["addEventListener", "removeEventListener", "dispatchEvent"];
  const replaced = ["navigator", "Event", "EventTarget", "CustomEvent", "AbortController", "AbortSignal", "DOMException"];
  for (const name of Object.getOwnPropertyNames(window)) {
    if ((name in globalThis && !replaced.includes(name)) || heard.includes(name)) continue;
    Object.defineProperty(globalThis, name, { value: window[name], configurable: true, writable: true });
  }
  for (const name of heard) globalThis[name] = window[name].bind(window);
  globalThis.window = globalThis.self = globalThis;
  globalThis.fetch = noNetwork;
  for (const entry of ENTRIES) {
    const { defineWidget } = await import("./pkg/" + entry + ".js");
    defineWidget?.();
    used[entry] = await use(globalThis);
  }
`;

for (const [emulator, make] of Object.entries(EMULATORS)) {
  for (const [surroundings, run] of Object.entries({ "the realm": IN_REALM, "the globals": OVER_GLOBALS })) {
    for (const entries of ENTRIES) {
      test(`${entries.join(", ")} in ${surroundings} of ${emulator}`, () => {
        const told = inNode(`
          ${PRELUDE}
          const ENTRIES = ${JSON.stringify(entries)};
          const used = {};
          ${make}
          ${USE}
          ${run}
          tell({ wrong, used });
          process.exit(0);
        `);
        const used = entries.map((entry) => [entry, ["widget", "poly-chat"].includes(entry) || null]);
        assert.deepEqual(told, { wrong: [], used: Object.fromEntries(used) as unknown });
      });
    }
  }
}
