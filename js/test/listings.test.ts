/** The pages of the README and the guides that need no framework, run on a chat that notes what it is told: what is sent, and when. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import ts from "typescript";

import { plainText } from "../src/text.js";

// By a name that is not looked up when types are checked: its declarations do not hold in this configuration.
const linkedom = ["linkedom"].join("");
const { parseHTML } = (await import(linkedom)) as {
  parseHTML: (html: string) => { document: Document; Event: typeof Event };
};

/** A file that a guide gives. */
function listing(guide: string, title: string): string {
  const text = new RegExp(`^\`\`\`\\w+ title="${title}"\\n([^]*?)^\`\`\``, "m").exec(readFileSync(guide, "utf8"))?.[1];
  assert.ok(text, `${guide} has no ${title}`);
  return text;
}

const inlineScript = (html: string): string => /<script(?: type="module")?>([^]*?)<\/script>/.exec(html)?.[1] ?? "";

/** The guide, its page, and the script that runs on it. */
const PAGES: [string, string, (guide: string, html: string) => string][] = [
  ["README.md", "index.html", (guide) => listing(guide, "main.js")],
  ["docs/guides/plain-page.md", "index.html", (_guide, html) => inlineScript(html)],
  ["docs/guides/plain-page.md", "classic.html", (_guide, html) => inlineScript(html)],
  ["docs/guides/vite.md", "index.html", (guide) => listing(guide, "src/main.ts")],
];

interface Line {
  role: string;
  text: string;
  delivery?: string;
}

/** A page with its script, and a chat whose state the test sets. */
function open(guide: string, title: string, scriptOf: (guide: string, html: string) => string) {
  const html = listing(guide, title);
  const { document, Event } = parseHTML(html);
  const sent: string[] = [];
  let listener = (): void => undefined;
  let state: object = { connection: { status: "connecting", error: null }, messages: [], suggestions: [] };
  const chat = {
    getSnapshot: () => state,
    subscribe: (told: () => void) => {
      listener = told;
    },
    on: () => undefined,
    typing: () => undefined,
    send: (text: string) => {
      // As the package does with what is no message.
      if (text.trim() === "") throw new Error("An empty message cannot be sent.");
      sent.push(text);
      return Promise.resolve();
    },
  };
  const options: { connectorToken?: string; environment?: string }[] = [];
  const createChat = (given: object): object => {
    options.push(given);
    return chat;
  };
  const { outputText } = ts.transpileModule(scriptOf(guide, html), {
    compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 },
  });
  // eslint-disable-next-line @typescript-eslint/no-implied-eval, @typescript-eslint/no-unsafe-call
  new Function("document", "exports", "require", "PolyMessaging", outputText)(
    document,
    {},
    (name: string) => (/\/text(?:\.js)?$/.test(name) ? { plainText } : { createChat }),
    { createChat },
  );
  assert.deepEqual(options, [{ connectorToken: "YOUR-CONNECTOR-TOKEN", environment: "us" }]);
  return {
    sent,
    shown: () => document.body.textContent,
    show(connection: object, messages: Line[]) {
      state = { connection, messages, suggestions: [], isAgentTyping: false };
      listener();
    },
    /** Writes into the field, and presses Enter. Returns what is left in the field. */
    submit(text: string): string {
      const field = document.querySelector("input");
      assert.ok(field);
      field.value = text;
      const event = new Event("submit", { bubbles: true, cancelable: true });
      document.querySelector("form")?.dispatchEvent(event);
      assert.ok(event.defaultPrevented, "the page would be left");
      return field.value;
    },
  };
}

for (const [guide, title, scriptOf] of PAGES) {
  const name = `${title} of ${guide}`;

  test(`${name} sends what is written, and clears its field`, () => {
    const page = open(guide, title, scriptOf);
    assert.equal(page.submit("Hello"), "");
    assert.equal(page.submit("A table for two"), "");
    assert.deepEqual(page.sent, ["Hello", "A table for two"]);
  });

  test(`${name} sends nothing of an empty field`, () => {
    const page = open(guide, title, scriptOf);
    for (const empty of ["", " ", "\n\t "]) page.submit(empty);
    assert.deepEqual(page.sent, []);
  });

  test(`${name} shows the conversation, and why it failed`, () => {
    const page = open(guide, title, scriptOf);
    page.show({ status: "open", error: null }, [
      { role: "agent", text: "<b>Hello</b>, can I help?" },
      { role: "user", text: "Yes", delivery: "sent" },
    ]);
    // As the agent wrote it, or as it reads; no element is made of it.
    assert.match(page.shown(), /(<b>Hello<\/b>|Hello), can I help\?[^]*Yes/);
    page.show({ status: "failed", error: { message: "The connector token is not known." } }, []);
    assert.match(page.shown(), /The connector token is not known\./);
  });
}
