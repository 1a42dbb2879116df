/** The entry `./inline`: as `.`, with the WebAssembly module in this script. Importing it does nothing. */

import moduleBytes from "#bytes";
import { loader } from "./loader.js";

export * from "./entry.js";

loader.origin = moduleBytes;
