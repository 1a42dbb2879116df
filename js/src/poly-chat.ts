/**
 * The entry `./poly-chat`: one script tag makes a chat. The WebAssembly module is in it. What it does is in widget/script.ts. On a
 * server it does nothing.
 */

import moduleBytes from "#bytes";
import { createChat, hasResumableSession } from "./entry.js";
import { loader } from "./loader.js";
import { elementClass } from "./widget/element.js";
import { startScript } from "./widget/script.js";
import type { PolyChatElement } from "./widget/types.js";

export type { PolyChatElement };

declare global {
  /**
   * The `<poly-chat>` of the page: the one that the script has made, or has found. It is there as soon as the script has run;
   * `customElements.whenDefined("poly-chat").then(() => PolyChat.onReady(…))` waits for it wherever the script stands.
   */
  // Only a `var` becomes a property of `window`.
  var PolyChat: PolyChatElement;
}

if (typeof window !== "undefined") {
  loader.origin = moduleBytes;
  // Not all that the client exports as one object: that has getters, which a page that changes `Object.prototype` makes fail.
  startScript(() => elementClass({ createChat, hasResumableSession }));
}
