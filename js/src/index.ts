/**
 * The entry `.`: the WebAssembly module is a file beside this script. Importing it does nothing.
 *
 * A page whose content policy allows scripts of its own but no fetch of its own (no `connect-src 'self'`) is refused that
 * file. There the same bytes are taken from the script beside it, if it is there: it is where these files lie as they came,
 * and not in what a bundler made of them, which must neither look for that script nor put it anywhere.
 */

import { loader } from "./loader.js";
import { download } from "./module.js";
import type { ModuleSource } from "./types.js";

export * from "./entry.js";

let tries = 0;

loader.origin = async () => {
  const address = new URL("./poly_messaging_web.wasm", import.meta.url);
  try {
    return await download(address);
  } catch (thrown) {
    try {
      // A browser may remember that a script could not be had, by its whole address.
      const script = (await import(
        /* @vite-ignore */ /* webpackIgnore: true */ address.href.replace(/wasm$/, `js#${tries++}`)
      )) as { default: () => ModuleSource };
      return script.default();
    } catch {
      throw thrown;
    }
  }
};
