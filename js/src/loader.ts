/** The page's one loader, with the glue that wasm-bindgen generates. */

import glue from "#wasm";
import { ModuleLoader } from "./module.js";

/** The entry says what its `origin` is. */
export const loader = new ModuleLoader(glue);
