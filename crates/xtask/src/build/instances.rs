//! The glue as a function that makes the glue of one instance of the module. wasm-bindgen's own is that of the only one there is; an
//! instance that has failed can be of no more use, and what it was called from still holds on to its glue.

use std::fs;

use anyhow::{Context, Result, ensure};

use super::{bindings, glue};
use crate::{project::MODULE, steps};

/// What an instance exports, where the glue takes it for its own use.
const EXPORTS: &str = "wasm = instance.exports";
/// The file that knows what a page goes on with by itself (`src/browser/held.js`).
const HELD: &str = "/held.js";

/// What nobody asks for, or stands in for what all browsers that the package is for have: from where to where, as esbuild writes it.
const CUTS: [(&str, &str); 10] = [
    ("typeof FinalizationRegistry ", "} } : "),
    ("typeof FinalizationRegistry ", "} } : "),
    ("\"encodeInto\" in cachedTextEncoder ", "});\n"),
    ("  if (realloc === void 0) {\n", "\n  }\n"),
    // Against a decoder of Safari's that has decoded 2 GB. Another instance has another decoder.
    ("numBytesDecoded += bytes.length,", "numBytesDecoded = bytes.length), "),
    ("cachedTextDecoder.decode();", "\n"),
    ("return wasmInstance = instance,", " "),
    (" wasmModule = module,", " cachedUint8ArrayMemory0 = null,"),
    ("  __destroy_into_raw() {\n", "\n  }\n"),
    ("  free() {\n", "\n  }\n"),
];

/// Takes that out of the glue.
pub(super) fn trim() -> Result<()> {
    let mut text = fs::read_to_string(glue())?;
    for (from, to) in CUTS {
        let begin = text.find(from).with_context(|| format!("the glue has no {from:?} any more"))?;
        let length = text[begin..].find(to).with_context(|| format!("the glue has no {to:?} behind {from:?}"))?;
        text.replace_range(begin..begin + length + to.len(), "");
    }
    steps::write(&glue(), text)
}

/// Makes the glue a function, and declares it as one.
pub(super) fn enclose() -> Result<()> {
    let text = fs::read_to_string(glue())?;
    steps::write(&glue(), enclosed(&text)?)?;
    let declarations = bindings().join(format!("{MODULE}.d.ts"));
    let text = fs::read_to_string(&declarations)?;
    let at = text.find("export type InitInput").context("the declarations are not as they were")?;
    let function = "export default function (guarded: (exports: WebAssembly.Exports) => WebAssembly.Exports): \
                    { Client: typeof Client; init: (module: WebAssembly.Module) => Promise<void>; endAll: () => void };\n";
    steps::write(&declarations, text[..at].to_owned() + function)
}

fn enclosed(text: &str) -> Result<String> {
    let (body, exported) = text.rsplit_once("\nexport {").context("the glue exports nothing")?;
    ensure!(exported.contains("__wbg_init as default"), "the glue exports something else: {exported}");
    for function in ["function __wbg_finalize_init(instance, module)", "function __wbg_get_imports()"] {
        ensure!(body.contains(function), "the glue has no {function}");
    }
    ensure!(body.matches(EXPORTS).count() == 1, "the glue takes the exports elsewhere");
    let (imports, body): (Vec<&str>, Vec<&str>) = body.lines().partition(|line| line.starts_with("import "));
    let imports = imports.join("\n");
    let held = imports.find(HELD).and_then(|at| imports[..at].rfind("import { ")).context("held.js is not imported")?;
    let (before, after) = imports.split_at(held + "import {".len());
    let body = body.join("\n").replace("export class ", "class ").replace(EXPORTS, "wasm = guarded(instance.exports)");
    Ok(format!(
        "{before} endAll,{after}\nexport default function (guarded) {{\n{body}\nreturn {{ Client, init, endAll }};\n\
         async function init(module) {{\n__wbg_finalize_init(await WebAssembly.instantiate(module, __wbg_get_imports()));\n}}\n}}\n"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    const GLUE: &str = "import { Storage } from \"./snippets/a/storage.js\";
import { holdSocket, release } from \"./snippets/a/held.js\";
let wasm;
export class Client {}
function __wbg_get_imports() {}
function __wbg_finalize_init(instance, module) {
  wasm = instance.exports;
}
export { initSync, __wbg_init as default };
";

    #[test]
    fn each_call_is_a_glue_of_its_own() {
        let wanted = "import { Storage } from \"./snippets/a/storage.js\";
import { endAll, holdSocket, release } from \"./snippets/a/held.js\";
export default function (guarded) {
let wasm;
class Client {}
function __wbg_get_imports() {}
function __wbg_finalize_init(instance, module) {
  wasm = guarded(instance.exports);
}
return { Client, init, endAll };
async function init(module) {
__wbg_finalize_init(await WebAssembly.instantiate(module, __wbg_get_imports()));
}
}
";
        assert_eq!(enclosed(GLUE).unwrap(), wanted);
    }

    #[test]
    fn a_glue_that_is_not_as_it_was_is_an_error() {
        for part in ["held.js", "instance.exports", "as default", "__wbg_finalize_init", "__wbg_get_imports"] {
            assert!(enclosed(&GLUE.replace(part, "other")).is_err(), "{part}");
        }
    }
}
