/**
 * What one script tag does: it defines `<poly-chat>`, puts one at the end of the page with the tag's `data-…` attributes as its
 * own, and names it `window.PolyChat`. Where the page has a `<poly-chat>` itself, that one has them instead. A second tag makes no
 * second chat.
 */

import { ATTRIBUTES, PLACES, unknownOfScript } from "./attributes.js";
import type { PolyChatElement } from "./types.js";

const TAG = "poly-chat";
const TOKEN = "connector-token";
/** What the script lends together or not at all: its token, and where that may go. */
const SECRETS = [TOKEN, ...PLACES];

/** Runs once for each tag; `classOf` makes the element's class. */
export function startScript(classOf: () => CustomElementConstructor): void {
  const tag = ownTag();
  // One that says which chat is wanted.
  const script = tag?.dataset.connectorToken === undefined ? null : tag;
  for (const warning of unknownOfScript(tag?.getAttributeNames() ?? [])) warn(warning);
  const made = window as { PolyChat?: unknown };
  const before = made.PolyChat;
  if (before instanceof HTMLElement && before.localName === TAG) {
    if (script && script.dataset.connectorToken !== before.getAttribute("connector-token")) {
      warn("there is a chat already, so that another script tag makes none.");
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
      else warn("the script tag has no data-connector-token, and the page has no such element: nothing is shown.");
    } else if (element && element !== own) {
      if (hasPlace(element)) for (const name of SECRETS) own.removeAttribute(name);
      for (const { name, value } of element.attributes) own.setAttribute(name, value);
      element.replaceWith(own);
    } else if (!own.isConnected) {
      document.body.append(own);
    }
  });
}

/** The tag that this script came by. A module does not know its own. */
function ownTag(): HTMLScriptElement | null {
  const tag =
    document.currentScript ??
    document.querySelector("script[data-connector-token]") ??
    document.querySelector("script[src*=poly-chat]");
  return tag instanceof HTMLScriptElement ? tag : null;
}

/** Gives the element what the tag says and it does not say itself. */
function lend(script: HTMLScriptElement, element: PolyChatElement): void {
  const isElsewhere = hasPlace(element);
  if (isElsewhere && !element.hasAttribute(TOKEN)) {
    warn("the element names a server of its own, so that the script's connector token is not for it.");
  }
  for (const name of ATTRIBUTES) {
    const value = script.getAttribute(`data-${name}`);
    if (isElsewhere && SECRETS.includes(name)) continue;
    if (value !== null && !element.hasAttribute(name)) element.setAttribute(name, value);
  }
}

/** Whether the element says itself where its server is: whoever wrote it need not be who wrote the script's tag. */
function hasPlace(element: Element): boolean {
  return PLACES.some((name) => element.hasAttribute(name)) || !!(element as PolyChatElement).options?.environment;
}

function warn(warning: string): void {
  console.warn(`<${TAG}>: ${warning}`);
}

function whenParsed(act: () => void): void {
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", act, { once: true });
  else act();
}
