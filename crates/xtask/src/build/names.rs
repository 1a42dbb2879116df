//! Short names for what the module and the glue know each other by, and no more glue than is needed.
//!
//! wasm-bindgen's names carry a hash each, so that crates of several versions can stand side by side. Nobody but the
//! glue reads them, and they compress badly: here each becomes a letter or two, in both files. esbuild, which parses the
//! glue, renames there.

use std::fmt::Write as _;

use anyhow::{Context, Result, ensure};
use walrus::Module;

use crate::{
    build::glue,
    project::bindings,
    steps::{self, run},
    tools,
};

/// What the names in question begin with; `"./"` is the file that the module takes its imports to be from.
const PREFIXES: [&str; 5] = ["__wb", "__externref", "_wbg", "client_", "wasm_bindgen_"];
/// Where the module takes its imports to come from.
const ORIGIN: &str = "./";

/// What the glue need not look for: nobody disposes of a client but the garbage collector.
const ABSENT: &str = "Symbol.dispose";

/// Names as they were, and as they are now.
pub(super) type Renamed = Vec<(String, String)>;

/// Shortens the names of imports and exports in the module; tells which.
pub(super) fn shorten(module: &mut Module) -> Result<Renamed> {
    let mut renamed = Renamed::new();
    let mut rename = |name: &mut String| {
        let known = renamed.iter().find(|(old, _)| old == name).map(|(_, new)| new.clone());
        let new = known.unwrap_or_else(|| {
            let new = nth(renamed.len());
            renamed.push((name.clone(), new.clone()));
            new
        });
        *name = new;
    };
    for import in module.imports.iter_mut() {
        ensure!(import.module.starts_with(ORIGIN), "an import is from {}", import.module);
        ensure!(is_internal(&import.name), "the import {} is not one of wasm-bindgen's", import.name);
        rename(&mut import.name);
        rename(&mut import.module);
    }
    for export in module.exports.iter_mut().filter(|export| is_internal(&export.name)) {
        rename(&mut export.name);
    }
    Ok(renamed)
}

/// Does the same in the glue, and trims it.
pub(super) fn trim_glue(renamed: &Renamed) -> Result<()> {
    let cache = bindings().join("names.json");
    let names: serde_json::Map<_, _> = renamed.iter().map(|(old, new)| (old.clone(), new.as_str().into())).collect();
    steps::write(&cache, serde_json::to_string(&names).context("names are strings")?)?;
    let mut pattern = String::from("^(");
    for prefix in PREFIXES {
        let _ = write!(pattern, "{prefix}|");
    }
    pattern.push_str("\\./)");
    run(
        tools::npm_program("esbuild")
            .arg(glue())
            .arg(format!("--define:{ABSENT}=undefined"))
            .args(["--minify-syntax", "--pure:console.warn"])
            .args(["--format=esm", "--allow-overwrite", "--mangle-quoted", "--log-level=warning"])
            .arg(format!("--mangle-props={pattern}"))
            .arg(format!("--mangle-cache={}", cache.display()))
            .arg(format!("--outfile={}", glue().display())),
        "The lines above say what esbuild does not understand of the glue.",
    )
}

fn is_internal(name: &str) -> bool {
    PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

/// `a` to `Z`, `aa`, `ba` and so on.
fn nth(mut index: usize) -> String {
    const LETTERS: &[u8; 52] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    let mut name = String::new();
    loop {
        name.push(char::from(LETTERS[index % LETTERS.len()]));
        index /= LETTERS.len();
        if index == 0 {
            return name;
        }
        index -= 1;
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn names_are_short_and_differ() {
        let names: HashSet<_> = (0..2_000).map(nth).collect();
        assert_eq!(names.len(), 2_000);
        assert!(names.iter().all(|name| name.len() <= 2));
    }

    #[test]
    fn a_name_that_stands_twice_stays_one() {
        let mut module = Module::default();
        let signature = module.types.add(&[], &[]);
        for name in ["__wbg_a_1", "__wbg_b_2", "__wbg_a_1"] {
            module.add_import_func("./glue.js", name, signature);
        }
        let renamed = shorten(&mut module).unwrap();
        assert_eq!(renamed.len(), 3, "two functions and the file");
        let names: Vec<_> = module.imports.iter().map(|import| import.name.as_str()).collect();
        assert_eq!(names, ["a", "c", "a"]);
    }

    #[test]
    fn a_name_that_the_glue_would_keep_is_an_error() {
        let mut module = Module::default();
        let signature = module.types.add(&[], &[]);
        module.add_import_func("./glue.js", "now", signature);
        assert!(shorten(&mut module).is_err());
    }
}
