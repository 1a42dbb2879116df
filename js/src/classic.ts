/**
 * The entry `./classic`: a script for pages without ES modules, which finds everything in `window.PolyMessaging`. The WebAssembly
 * module is in it. On a server it does nothing.
 */

import * as inline from "./inline.js";
import { bridgeToNative, nativeStorage } from "./webview.js";

/** What `window.PolyMessaging` holds: the exports of `poly-messaging-web` and of `poly-messaging-web/webview`. */
export type PolyMessaging = typeof inline & {
  /** As that of `poly-messaging-web/webview`. */
  readonly bridgeToNative: typeof bridgeToNative;
  /** As that of `poly-messaging-web/webview`. */
  readonly nativeStorage: typeof nativeStorage;
};

declare global {
  // Only a `var` becomes a property of `window`.
  var PolyMessaging: PolyMessaging;
}

if (typeof window !== "undefined") window.PolyMessaging = { ...inline, bridgeToNative, nativeStorage };
