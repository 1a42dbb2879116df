/** The entry `./widget`: `<poly-chat>`, a finished chat. Importing it does nothing. What it is made of is in widget/. */

import { createChat, hasResumableSession } from "./index.js";
import { elementClass } from "./widget/element.js";
import type { PolyChatElement } from "./widget/types.js";

export type { Text, Texts } from "./widget/texts.js";
export type { IconAnimation, PolyChatElement, PolyChatOptions, WidgetEvent, WidgetOptions } from "./widget/types.js";

declare global {
  interface HTMLElementTagNameMap {
    "poly-chat": PolyChatElement;
  }
}

/**
 * Defines `<poly-chat>`, or an element of another name. Does nothing where there is an element of that name already, and on a
 * server. Throws a `SyntaxError` for what is no name of a custom element: small letters with a hyphen.
 */
export function defineWidget(tagName = "poly-chat"): void {
  if (typeof window === "undefined" || customElements.get(tagName)) return;
  customElements.define(tagName, elementClass({ createChat, hasResumableSession }));
}
