// An open <poly-chat> that is told hostile things, as the address says: ?api=ADDRESS&connector=NAME&policy=TEXT. Notes all that must
// not happen, and looks through what the widget has made.

import { defineWidget } from "/pkg/widget.js";

const query = new URLSearchParams(location.search);
const api = query.get("api");

/** What happened that must not: in order, in words. */
globalThis.happened = [];
const note = (what) => happened.push(String(what).slice(0, 300));

globalThis.canary = () => note("a script ran");
for (const name of ["alert", "prompt", "confirm", "open", "print", "stop", "close"]) {
  globalThis[name] = () => note(`${name} was called`);
}
for (const name of ["beforeunload", "pagehide", "hashchange", "popstate"]) addEventListener(name, () => note(name));
globalThis.navigation?.addEventListener("navigate", ({ destination }) => note(`navigation to ${destination.url}`));
for (const name of ["submit", "auxclick"]) addEventListener(name, () => note(name), true);
addEventListener("error", ({ message }) => note(`error: ${message}`));
addEventListener("unhandledrejection", ({ reason }) => note(`unhandled: ${reason}`));

/** Where pictures may come from: those that the API itself names. The policy keeps even them from being loaded. */
const hosts = new Set([location.host, new URL(api).host, "pictures.example"]);

/** Other pictures that would have been loaded. */
globalThis.refused = [];
document.addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI }) => {
  if (blockedURI.endsWith("/favicon.ico")) return;
  if (effectiveDirective !== "img-src") note(`refused: ${effectiveDirective} ${blockedURI}`);
  // Of an address without a host, some browsers tell the scheme alone.
  else if (!hosts.has(/^\w+:\/\/([^/]*)/.exec(blockedURI)?.[1])) refused.push(blockedURI);
});

const noteRequests = (entries) => {
  for (const { name } of entries) if (!hosts.has(new URL(name).host)) note(`a request for ${name}`);
};
const requests = new PerformanceObserver((list) => noteRequests(list.getEntries()));
requests.observe({ type: "resource", buffered: true });

/** The elements that the widget makes, and the attributes of each beside those of all. */
const ELEMENTS = {
  a: ["href", "target", "rel"],
  bdi: [],
  blockquote: [],
  br: [],
  button: ["type", "disabled"],
  code: [],
  del: [],
  dialog: ["open"],
  div: [],
  em: [],
  footer: [],
  form: ["novalidate"],
  h2: [],
  h3: [],
  header: [],
  hr: [],
  img: ["src", "alt", "loading", "decoding", "referrerpolicy", "width", "height", "draggable"],
  input: ["type", "checked"],
  label: ["for"],
  li: [],
  ol: ["start"],
  output: [],
  p: [],
  path: ["d"],
  pre: [],
  section: [],
  small: [],
  span: [],
  strong: [],
  svg: ["viewBox"],
  table: [],
  tbody: [],
  td: [],
  textarea: ["rows", "placeholder", "enterkeyhint", "autocomplete", "maxlength", "disabled"],
  th: ["scope"],
  thead: [],
  time: ["datetime"],
  tr: [],
  ul: [],
};
const ATTRIBUTES = [
  "part",
  "class",
  "id",
  "role",
  "tabindex",
  "dir",
  "lang",
  "hidden",
  "title",
  "style",
  "inert",
  "popover",
];
const ROLES = new Set([
  ...["alert", "alertdialog", "article", "dialog", "group", "img", "list", "log", "menu", "menuitem", "none", "region"],
  ...["status", "timer"],
]);
// Properties that the widget sets by itself, none of which loads anything.
const STYLE = /^(?:\s*[\w-]+:\s*[-\w.%(),\s]*;?)*$/;

/** What is wrong with an element. */
function faultsOf(element) {
  const name = element.localName;
  const own = ELEMENTS[name];
  if (!own) return [`<${name}>`];
  const faults = [];
  for (const { name: attribute, value } of element.attributes) {
    const isKnown =
      ATTRIBUTES.includes(attribute) || own.includes(attribute) || /^(?:aria|data)-[a-z-]+$/.test(attribute);
    if (!isKnown) faults.push(`<${name} ${attribute}>`);
    if (attribute === "role" && !ROLES.has(value)) faults.push(`<${name} role=${value}>`);
    if (attribute === "style" && (!STYLE.test(value) || /url|expression|image/i.test(value))) {
      faults.push(`<${name} style=${value}>`);
    }
    if (attribute === "id" && /^(?:attributes|options|chat|shadowRoot)$/.test(value))
      faults.push(`<${name} id=${value}>`);
  }
  if (name === "a") {
    if (!/^(?:https?|mailto|tel):/.test(element.getAttribute("href") ?? "")) {
      faults.push(`<a href=${element.getAttribute("href")}>`);
    }
    if (!/^(?:https?|mailto|tel):$/.test(element.protocol)) faults.push(`<a> that leads to ${element.protocol}`);
    if (/^http/.test(element.protocol) && !/\bnoopener\b/.test(element.rel))
      faults.push("<a> that lets itself be turned round");
  }
  if (name === "img" && !/^(?:https?:\/\/|data:image\/(?:png|jpeg|webp|svg\+xml)[;,])/.test(element.src)) {
    faults.push(`<img src=${element.src}>`);
  }
  if (element.shadowRoot) faults.push(`<${name}> with a shadow root`);
  for (const key in element) if (key.startsWith("on") && element[key]) faults.push(`<${name}> with ${key}`);
  return faults;
}

/** All that is wrong now; empty where all is well. Looks at what is seen of a host's shadow root. */
globalThis.faults = (host = widget) => {
  noteRequests(requests.takeRecords());
  const found = [...happened, ...[...host.shadowRoot.querySelectorAll("*")].flatMap(faultsOf)];
  if ({}.polluted !== undefined) found.push("all objects have been changed");
  if (document.querySelectorAll("body > :not(poly-chat)").length > 0)
    found.push("something stands outside of the widget");
  if (document.querySelector("head > :not(meta, title, script, link)")) found.push("something stands in the head");
  if (host.isConnected && document.title.replace(/^\(\d+\)\s*/, "") !== "hostile")
    found.push(`the title is ${document.title}`);
  return found;
};

/** What a planted element is found by: a root with this element in it. */
globalThis.plant = (name, attributes) => {
  const host = document.createElement("div");
  const element = document.createElementNS(attributes.xmlns ?? "http://www.w3.org/1999/xhtml", name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  host.attachShadow({ mode: "open" }).append(element);
  return host;
};

defineWidget();
globalThis.widget = document.createElement("poly-chat");
widget.options = {
  connectorToken: `connector-token-of-${query.get("connector")}`,
  environment: { apiUrl: `${api}/api/v1` },
  renderMode: query.get("mode") ?? "floating",
};
document.body.append(widget);
widget.open();
Object.defineProperty(globalThis, "chat", { get: () => widget.chat });
globalThis.inside = (selector) => widget.shadowRoot.querySelector(selector);
globalThis.insideAll = (selector) => [...widget.shadowRoot.querySelectorAll(selector)];
/** The last line that the widget shows. */
globalThis.lastLine = () => insideAll("li[data-role=agent] [part~=bubble]").at(-1)?.textContent ?? "";
/** The longest time that the page took to answer, in milliseconds, since this was last asked. */
let longest = 0;
let before = performance.now();
setInterval(() => {
  const now = performance.now();
  longest = Math.max(longest, now - before);
  before = now;
}, 10);
globalThis.longestPause = () => {
  const pause = longest;
  longest = 0;
  return pause;
};
/** Changes all objects, or takes that back: a test's own scripts have objects of their own in some browsers. */
globalThis.pollute = (isWanted) => {
  if (isWanted) Object.prototype.polluted = 1;
  else delete Object.prototype.polluted;
};
