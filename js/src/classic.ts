/**
 * The entry `./classic`: a script for pages without ES modules, which finds everything in `window.PolyMessaging`. The WebAssembly
 * module is in it. On a server it does nothing.
 */

import * as inline from "./inline.js";
import { bridgeToNative } from "./webview.js";

/** What `window.PolyMessaging` holds: the exports of `poly-messaging-web` and of `poly-messaging-web/webview`. */
export type PolyMessaging = typeof inline & { readonly bridgeToNative: typeof bridgeToNative };

if (typeof window !== "undefined") {
  (window as { PolyMessaging?: PolyMessaging }).PolyMessaging = { ...inline, bridgeToNative };
}
