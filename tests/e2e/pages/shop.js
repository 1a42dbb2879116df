// A page with a floating <poly-chat>, as the address says: ?api=ADDRESS&connector=NAME&attributes=JSON, further attributes by name;
// &tag=JSON for one that a script tag makes of its data-… attributes instead.

const query = new URLSearchParams(location.search);
const given = (name) => JSON.parse(query.get(name) ?? "{}");
const connection = {
  "api-url": `${query.get("api")}/api/v1`,
  "connector-token": `connector-token-of-${query.get("connector")}`,
};

/** What the application was told. */
globalThis.told = [];
globalThis.readies = 0;

Object.defineProperty(globalThis, "chat", { get: () => globalThis.widget?.chat ?? undefined });
globalThis.transcript = (of) =>
  of
    .getSnapshot()
    .messages.filter(({ role }) => role !== "system")
    .map(({ role, text, delivery, isStreaming }) => [role, text, delivery ?? isStreaming]);

globalThis.inside = (selector) => widget.shadowRoot.querySelector(selector);
globalThis.insideAll = (selector) => [...widget.shadowRoot.querySelectorAll(selector)];

/** Every text that a screen reader was to say, in order; each change of a live region is one. */
globalThis.spoken = [];
const listen = () => {
  const note = (text) => {
    if (text.trim() !== "") spoken.push(text.trim());
  };
  new MutationObserver((records) => {
    for (const { target, addedNodes, type } of records) {
      const region = (target instanceof Element ? target : target.parentElement)?.closest("[aria-live]");
      if (!region || region.getAttribute("aria-live") === "off") continue;
      if (type === "characterData") note(target.data);
      for (const node of addedNodes) note(node.textContent);
    }
  }).observe(widget.shadowRoot, { childList: true, characterData: true, subtree: true });
};

const start = () => {
  listen();
  globalThis.undo = [
    widget.onEvent((event) => told.push(event.type)),
    widget.onReady(() => {
      globalThis.readies += 1;
    }),
  ];
  globalThis.isStarted = true;
};

if (query.has("tag")) {
  const script = document.createElement("script");
  for (const [name, value] of Object.entries({ ...connection, ...given("tag") })) {
    script.setAttribute(`data-${name}`, value);
  }
  script.src = "/pkg/poly-chat.js";
  script.onload = () => {
    globalThis.widget = globalThis.PolyChat;
    start();
  };
  document.head.append(script);
} else {
  const { defineWidget } = await import("/pkg/widget.js");
  defineWidget();
  globalThis.widget = document.createElement("poly-chat");
  for (const [name, value] of Object.entries({ ...connection, ...given("attributes") })) {
    widget.setAttribute(name, value);
  }
  document.body.append(widget);
  start();
}
