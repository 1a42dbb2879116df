/** What one script tag does, wherever it stands. */

import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";

import { startScript } from "../src/widget/script.js";

// By a name that is not looked up when types are checked: its declarations do not hold in this configuration.
const name = ["linkedom"].join("");
const { parseHTML } = (await import(name)) as { parseHTML: (html: string) => Window & typeof globalThis };

const TAG = `<script id="tag" src="poly-chat.js" data-connector-token="a" data-auto-open="true" data-onclick="x()"></script>`;

const warnings = mock.method(console, "warn", () => undefined);
let parsed: (() => void)[] = [];

/** A page of which this much is read, at the script with the id `tag`. */
function read(html: string, state: "loading" | "interactive" = "interactive", isModule = false): Document {
  const page = parseHTML(`<!doctype html><html><head></head><body>${html}</body></html>`);
  const { document } = page;
  const script = isModule ? null : document.querySelector("#tag");
  Object.defineProperty(document, "currentScript", { value: script, configurable: true });
  Object.defineProperty(document, "readyState", { value: state, configurable: true });
  const listen = (_: string, act: () => void): void => {
    parsed.push(act);
  };
  Object.defineProperty(document, "addEventListener", { value: listen });
  // There is nothing to be upgraded: an element is of its class at once.
  Object.defineProperty(page.customElements, "upgrade", { value: () => undefined });
  for (const [global, value] of Object.entries({
    window: globalThis,
    document,
    customElements: page.customElements,
    HTMLElement: page.HTMLElement,
    HTMLScriptElement: page.HTMLScriptElement,
  })) {
    Object.defineProperty(globalThis, global, { value, configurable: true, writable: true });
  }
  return document;
}

const run = (): void => {
  startScript(() => class extends HTMLElement {});
};

/** The rest of the page is read. */
const finish = (): void => {
  for (const act of parsed.splice(0)) act();
};

const chat = (): HTMLElement => (globalThis as unknown as { PolyChat: HTMLElement }).PolyChat;
const chats = (): Element[] => [...document.querySelectorAll("poly-chat")];

beforeEach(() => {
  parsed = [];
  warnings.mock.resetCalls();
});

afterEach(() => {
  Reflect.deleteProperty(globalThis, "PolyChat");
});

test("it puts a chat at the end of the page, with the attributes that the chat knows", () => {
  read(`<p>Shop</p>${TAG}`);
  run();
  assert.deepEqual(chats(), [chat()]);
  assert.equal(document.body.lastElementChild, chat());
  assert.deepEqual([...chat().getAttributeNames()].sort(), ["auto-open", "connector-token"]);
  assert.notEqual(customElements.get("poly-chat"), undefined);
});

test("before the page is read there is a chat already, which comes when there is a page", () => {
  read(TAG, "loading");
  run();
  const early = chat();
  assert.equal(early.getAttribute("connector-token"), "a");
  assert.deepEqual(chats(), []);
  finish();
  assert.deepEqual(chats(), [early]);
});

test("a module finds its tag", () => {
  read(`<script></script>${TAG}`, "interactive", true);
  run();
  assert.equal(chat().getAttribute("connector-token"), "a");
});

test("a chat of the page's own has the tag's attributes, where it does not say otherwise", () => {
  const before = read(`<main><poly-chat auto-open="false"></poly-chat></main>${TAG}`);
  const own = before.querySelector("poly-chat") ?? assert.fail("it is there");
  run();
  assert.equal(chat(), own);
  assert.deepEqual(chats(), [own]);
  assert.equal(own.getAttribute("connector-token"), "a");
  assert.equal(own.getAttribute("auto-open"), "false");
});

test("one that stands further down gives its place and what it says", () => {
  read(TAG, "loading");
  run();
  const early = chat();
  const main = document.createElement("main");
  const late = document.createElement("poly-chat");
  late.setAttribute("auto-open", "false");
  main.append(late);
  document.body.append(main);
  finish();
  assert.deepEqual(chats(), [early]);
  assert.equal(early.parentElement, main);
  assert.equal(early.getAttribute("auto-open"), "false");
});

test("a second tag makes no second chat, and says so if it wants another", () => {
  read(TAG);
  run();
  const first = chat();
  run();
  assert.equal(warnings.mock.callCount(), 0);
  document.querySelector("#tag")?.setAttribute("data-connector-token", "b");
  run();
  assert.deepEqual(chats(), [first]);
  assert.equal(first.getAttribute("connector-token"), "a");
  assert.equal(warnings.mock.callCount(), 1);
  assert.doesNotMatch(String(warnings.mock.calls[0]?.arguments), /"[ab]"/);
});

test("a page that a script has drawn anew has its chat again", () => {
  read(TAG);
  run();
  const first = chat();
  first.remove();
  run();
  assert.deepEqual(chats(), [first]);
});

test("without a token it defines the element, and names the page's own", () => {
  const page = read(`<script id="tag" src="poly-chat.js"></script>`, "loading");
  run();
  assert.equal(chat(), undefined);
  const own = page.createElement("poly-chat");
  page.body.append(own);
  finish();
  assert.equal(chat(), own);
});

test("something else of the page that has its name is not taken for it", () => {
  const page = read(`<a id="PolyChat"></a>${TAG}`);
  Object.assign(globalThis, { PolyChat: page.querySelector("a") });
  run();
  assert.equal(chat().localName, "poly-chat");
  assert.equal(chats().length, 1);
});

test("its token goes to no element that says itself where its server is", () => {
  const places = [
    "api-url='https://evil.example/api/v1'",
    "socket-url='wss://evil.example'",
    "cluster='x'",
    "environment='uk'",
  ];
  const tag = TAG.replace("data-auto-open", "data-environment='us' data-auto-open");
  for (const place of places) {
    warnings.mock.resetCalls();
    const page = read(`<poly-chat ${place}></poly-chat>${tag}`);
    run();
    const own = page.querySelector("poly-chat") ?? assert.fail("it is there");
    assert.equal(chat(), own);
    assert.equal(own.getAttribute("connector-token"), null, place);
    assert.equal(own.getAttribute("auto-open"), "true");
    assert.equal(own.hasAttribute("environment"), place.startsWith("environment"));
    assert.equal(warnings.mock.callCount(), 1);
    Reflect.deleteProperty(globalThis, "PolyChat");
  }
  // One with a token too is whole in itself.
  warnings.mock.resetCalls();
  const page = read(`<poly-chat connector-token="own" api-url="https://a.example/api/v1"></poly-chat>${tag}`);
  run();
  assert.equal(page.querySelector("poly-chat")?.getAttribute("connector-token"), "own");
  assert.equal(warnings.mock.callCount(), 0);
});

test("nor to one further down, nor to one that an application has given its server by then", () => {
  const page = read(TAG, "loading");
  run();
  const late = page.createElement("poly-chat");
  late.setAttribute("api-url", "https://evil.example/api/v1");
  page.body.append(late);
  finish();
  assert.deepEqual([...chat().getAttributeNames()].sort(), ["api-url", "auto-open"]);
  Reflect.deleteProperty(globalThis, "PolyChat");
  const other = read(`<poly-chat></poly-chat>${TAG}`);
  const own = other.querySelector("poly-chat") ?? assert.fail("it is there");
  Object.assign(own, { options: { environment: { apiUrl: "https://a.example/api/v1" } } });
  run();
  assert.equal(own.getAttribute("connector-token"), null);
});

test("what is misspelt, or says nothing of a chat, is told once", () => {
  read(`<script id="tag" src="poly-chat.js" data-connectortoken="a" environment="us"></script>`, "loading");
  run();
  finish();
  const told = warnings.mock.calls.map(({ arguments: [line] }) => String(line));
  assert.equal(told.length, 3, told.join("\n"));
  assert.match(told[0] ?? "", /data-connectortoken.*Did you mean "data-connector-token"/);
  assert.match(told[1] ?? "", /"environment".*Did you mean "data-environment"/);
  assert.match(told[2] ?? "", /no data-connector-token/);
});
