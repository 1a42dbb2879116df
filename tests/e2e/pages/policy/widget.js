// <poly-chat> of the entry ./widget.

import { defineWidget } from "/pkg/widget.js";

const query = new URLSearchParams(location.search);
defineWidget();
const widget = document.createElement("poly-chat");
for (const [name, value] of Object.entries({
  "api-url": `${query.get("api")}/api/v1`,
  "connector-token": query.get("connector"),
  "auto-open": "true",
  language: "en",
  disclaimer: "Be **kind**: [terms](https://example.com/)",
})) {
  widget.setAttribute(name, value);
}
document.body.append(widget);
globalThis.inside = (selector) => widget.shadowRoot.querySelector(selector);
Object.defineProperty(globalThis, "chat", { get: () => widget.chat ?? undefined });
