/**
 * The entry `./classic`: a script for pages without ES modules, which finds everything in `window.PolyMessaging`. The WebAssembly
 * module is in it. On a server it does nothing.
 */

import moduleBytes from "#bytes";
import { clearSession, createChat, detectPlatform, hasResumableSession, init, PolyError, version } from "./entry.js";
import type * as inline from "./inline.js";
import { loader } from "./loader.js";
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

loader.origin = moduleBytes;

// One by one: a bundler makes a namespace by a loop that also meets what a page has put into every object's prototype.
const exported: typeof inline = {
  clearSession,
  createChat,
  detectPlatform,
  hasResumableSession,
  init,
  PolyError,
  version,
};

if (typeof window !== "undefined") window.PolyMessaging = { ...exported, bridgeToNative, nativeStorage };
