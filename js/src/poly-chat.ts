/**
 * The entry `./poly-chat`: one script tag makes a chat. Its `data-…` attributes are the attributes of the `<poly-chat>` that it puts
 * at the end of the page, which is then `window.PolyChat`. The WebAssembly module is in it. On a server it does nothing.
 */

import * as client from "./inline.js";
import { elementClass } from "./widget/element.js";
import type { PolyChatElement } from "./widget/types.js";

declare global {
  // Only a `var` becomes a property of `window`.
  var PolyChat: PolyChatElement;
}

if (typeof window !== "undefined") start();

function start(): void {
  if (!customElements.get("poly-chat")) {
    customElements.define("poly-chat", elementClass(client));
  }
  const script = document.currentScript;
  if (!(script instanceof HTMLScriptElement) || script.dataset.connectorToken === undefined) return;
  const element = document.createElement("poly-chat");
  for (const { name, value } of script.attributes) {
    if (name.startsWith("data-")) element.setAttribute(name.slice("data-".length), value);
  }
  window.PolyChat = element;
  const add = (): void => {
    document.body.append(element);
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", add, { once: true });
  else add();
}
