//! The declarations of the package: what tsc writes for the entries, and for what they refer to.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};

use crate::{
    project::{MODULE, pkg, root},
    steps::{self, files_below, remove, run, step},
    tools,
};

/// What an application imports, by the name of its declarations.
const ENTRIES: [&str; 8] = ["index", "inline", "react", "webview", "text", "widget", "classic", "poly-chat"];

/// What importing the module itself gives is for the bundler to say; it is of use to `init`.
const MODULE_IMPORTED: &str = "\
/** The WebAssembly module, as a bundler or a server imports a `.wasm`: give it to `init`. */
declare const source: string | WebAssembly.Module;
export default source;
";

/// The name of the step.
pub(super) const STEP: &str = "declarations";

/// Makes pkg/*.d.ts.
pub(super) fn declare() -> Result<()> {
    let inputs = ["js/src", "tsconfig.json", "tsconfig.build.json"].map(|path| root().join(path));
    let entries = ENTRIES.map(|name| pkg().join(format!("{name}.d.ts")));
    let module = pkg().join(format!("{MODULE}.wasm.d.ts"));
    let outputs = [&entries[..], std::slice::from_ref(&module)].concat();
    step(STEP, MODULE_IMPORTED, &inputs, &outputs, || {
        for file in declarations()? {
            remove(&file)?;
        }
        run(
            tools::npm_program("tsc").args(["--project", "tsconfig.build.json"]),
            "The lines above say where the types of js/ do not hold.",
        )?;
        let needed = needed(&entries)?;
        for file in declarations()?.iter().filter(|file| !needed.contains(*file)) {
            remove(file)?;
        }
        steps::write(&module, MODULE_IMPORTED)
    })
}

fn declarations() -> Result<Vec<PathBuf>> {
    Ok(files_below(&pkg())?.into_iter().filter(|file| file.to_string_lossy().ends_with(".d.ts")).collect())
}

/// The entries and all that they refer to. The rest of js/ is nobody's business.
fn needed(entries: &[PathBuf]) -> Result<BTreeSet<PathBuf>> {
    let mut needed = BTreeSet::new();
    let mut open = entries.to_vec();
    while let Some(file) = open.pop() {
        let text = fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
        ensure!(
            !text.contains("\"#"),
            "{} names what is not in the package: give that type a name in js/src",
            file.display()
        );
        let folder = file.parent().context("a file is in a folder")?.to_owned();
        if needed.insert(file) {
            open.extend(references(&text, &folder));
        }
    }
    Ok(needed)
}

/// The declarations that these, in this folder, refer to.
fn references(text: &str, folder: &Path) -> impl Iterator<Item = PathBuf> {
    text.split(['"', '\'']).filter_map(|word| {
        let name = word.strip_suffix(".js")?;
        let mut path = folder.to_owned();
        let name = match name.strip_prefix("../") {
            Some(name) => {
                path.pop();
                name
            }
            None => name.strip_prefix("./")?,
        };
        Some(path.join(format!("{name}.d.ts")))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_found_in_any_form() {
        let text = "import type { A } from \"./a.js\";\nexport * from './b.js';\ndeclare const c: typeof import(\"../c.js\");\nimport \"react\";";
        let found = references(text, Path::new("pkg/widget"));
        assert!(found.eq(["pkg/widget/a.d.ts", "pkg/widget/b.d.ts", "pkg/c.d.ts"].map(PathBuf::from)));
    }
}
