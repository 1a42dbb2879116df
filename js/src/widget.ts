/** The entry `./widget`: `<poly-chat>`. Importing it does nothing. */

import { createChat } from "./index.js";

/** Stub. */
export function defineWidget(tagName = "poly-chat"): void {
  throw new Error(`not there yet: ${tagName} ${String(createChat)}`);
}
