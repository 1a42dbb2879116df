/**
 * What one script tag does: it defines `<poly-chat>`, puts one at the end of the page with the tag's `data-…` attributes as its
 * own, and names it `window.PolyChat`. Where the page has a `<poly-chat>` itself, that one has them instead. A second tag makes no
 * second chat.
 */

import { ATTRIBUTES } from "./attributes.js";
import type { PolyChatElement } from "./types.js";

const TAG = "poly-chat";

/** Runs once for each tag; `classOf` makes the element's class. */
export function startScript(classOf: () => CustomElementConstructor): void {
  const script = ownScript();
  const made = window as { PolyChat?: unknown };
  const before = made.PolyChat;
  if (before instanceof HTMLElement && before.localName === TAG) {
    if (script && script.dataset.connectorToken !== before.getAttribute("connector-token")) {
      console.warn(`<${TAG}>: there is a chat already, so that another script tag makes none.`);
    }
    // A page that is drawn anew by a script may have lost it.
    whenParsed(() => {
      if (script && !before.isConnected) document.body.append(before);
    });
    return;
  }
  // First of all, since what waits for the definition may look for it.
  let element = document.querySelector(TAG);
  const own = element ?? (script ? document.createElement(TAG) : null);
  if (!customElements.get(TAG)) customElements.define(TAG, classOf());
  if (own) {
    customElements.upgrade(own);
    if (script) lend(script, own);
    made.PolyChat = own;
  }
  if (element) return;
  whenParsed(() => {
    // One that the page has further down stands where the page wants it.
    element = document.querySelector(TAG);
    if (!own) {
      if (element) made.PolyChat = element;
    } else if (element && element !== own) {
      for (const { name, value } of element.attributes) own.setAttribute(name, value);
      element.replaceWith(own);
    } else if (!own.isConnected) {
      document.body.append(own);
    }
  });
}

/** The tag that this script came by, if it says which chat is wanted. A module does not know its own. */
function ownScript(): HTMLScriptElement | null {
  const script = document.currentScript ?? document.querySelector("script[data-connector-token]");
  return script instanceof HTMLScriptElement && script.dataset.connectorToken !== undefined ? script : null;
}

/** Gives the element what the tag says and it does not say itself. */
function lend(script: HTMLScriptElement, element: PolyChatElement): void {
  for (const name of ATTRIBUTES) {
    const value = script.getAttribute(`data-${name}`);
    if (value !== null && !element.hasAttribute(name)) element.setAttribute(name, value);
  }
}

function whenParsed(act: () => void): void {
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", act, { once: true });
  else act();
}
