//! Checks what `npm pack` would put into the tarball.

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use crate::{project::MODULE, steps, tools};

/// What the package must hold, besides declarations.
const NEEDED: [&str; 2] = ["package.json", "pkg/index.js"];
/// What it may hold, where the project has it.
const WELCOME: [&str; 3] = ["CHANGELOG.md", "LICENSE", "README.md"];

/// Everything a page needs is in the package, and nothing that it does not.
pub(super) fn check() -> Result<()> {
    let listing = steps::ask(tools::npm().args(["pack", "--dry-run", "--json", "--ignore-scripts"]))
        .context("`npm pack --dry-run` failed")?;
    let listing: Value = serde_json::from_str(&listing).context("`npm pack --json` printed something else")?;
    let files: Vec<_> = listing[0]["files"]
        .as_array()
        .context("`npm pack --json` lists no files")?
        .iter()
        .filter_map(|file| file["path"].as_str())
        .collect();

    let module = format!("pkg/{MODULE}.wasm");
    for needed in NEEDED.into_iter().chain([module.as_str(), "pkg/index.d.ts"]) {
        ensure!(files.contains(&needed), "{needed} is not in the package");
    }
    for file in files {
        let known = NEEDED.contains(&file) || WELCOME.contains(&file) || file == module || file.ends_with(".d.ts");
        if !known {
            bail!("{file} does not belong into the package: see `files` in package.json");
        }
    }
    Ok(())
}
