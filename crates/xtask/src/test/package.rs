//! Checks the package: what `npm pack` would put into the tarball, and whether tools and type checkers find what is in it.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::{
    build::{
        notices,
        scripts::{SCRIPTS, Script},
    },
    project::root,
    steps::{self, empty_folder, run},
    tools,
};

/// What the package may hold beside pkg/.
const WELCOME: [&str; 6] = ["CHANGELOG.md", "LICENSE", "README.md", "RELEASING.md", "SECURITY.md", "package.json"];

/// Folders of what the README links to: in `node_modules` its links must not be dead (`js/test/readme.test.ts`).
const DOCUMENTS: [&str; 3] = ["docs/", "examples/token-backend/", "examples/webview-host/"];
/// What a document may be: a page, a picture, or a file of an example.
const DOCUMENT: [&str; 9] = [".md", ".png", ".svg", ".js", ".json", ".rs", ".toml", ".html", ".css"];

/// Where the tarball is put.
const FOLDER: &str = "target/package";

/// Everything that package.json names is in the package, and nothing that it does not need.
pub(super) fn check() -> Result<()> {
    let manifest = read_json("package.json")?;
    let packed = pack(&root().join(FOLDER))?;
    let mut named = BTreeSet::new();
    for field in ["exports", "main", "types", "unpkg", "jsdelivr"] {
        files_in(&manifest[field], &mut named);
    }
    ensure!(named.len() > 10, "package.json exports next to nothing: {named:?}");
    for file in &named {
        ensure!(packed.files.contains(file), "package.json names {file}, which is not in the package");
    }
    for file in SCRIPTS.iter().map(|script| format!("pkg/{}", script.map())) {
        ensure!(packed.files.contains(&file), "{file} is not in the package");
    }
    let notices = format!("pkg/{}", notices::NAME);
    ensure!(packed.files.contains(&notices), "{notices} is not in the package");
    for file in &packed.files {
        let is_known = WELCOME.contains(&file.as_str()) || named.contains(file) || belongs(file) || is_document(file);
        ensure!(is_known, "{file} does not belong into the package: see `files` in package.json");
    }
    types_come_first(&manifest["exports"])?;
    lint(&packed.tarball)
}

/// What the entries need, though package.json does not name it.
fn belongs(file: &str) -> bool {
    let Some(name) = file.strip_prefix("pkg/") else { return false };
    let is_of = |script: &Script| name == script.name || name == script.map();
    name.ends_with(".d.ts") || name == notices::NAME || SCRIPTS.iter().any(is_of)
}

/// What the README links to, or what that links to.
fn is_document(file: &str) -> bool {
    DOCUMENTS.iter().any(|folder| file.starts_with(folder)) && DOCUMENT.iter().any(|ending| file.ends_with(ending))
}

/// The package as it is published.
pub(super) struct Packed {
    pub(super) tarball: PathBuf,
    files: BTreeSet<String>,
}

/// Makes the tarball as `npm publish` would, of what is built, in an emptied folder.
pub(super) fn pack(folder: &Path) -> Result<Packed> {
    empty_folder(folder)?;
    let mut pack = tools::npm();
    pack.args(["pack", "--json", "--ignore-scripts", "--pack-destination"]).arg(folder);
    let listing = steps::ask(&mut pack).context("`npm pack` failed")?;
    let listing: Value = serde_json::from_str(&listing).context("`npm pack --json` printed something else")?;
    let listing = &listing[0];
    let files = listing["files"].as_array().context("`npm pack --json` lists no files")?;
    Ok(Packed {
        tarball: folder.join(listing["filename"].as_str().context("the tarball has no name")?),
        files: files.iter().filter_map(|file| Some(file["path"].as_str()?.to_owned())).collect(),
    })
}

/// What a field of package.json names, without the `./` before it.
fn files_in(value: &Value, files: &mut BTreeSet<String>) {
    match value {
        Value::String(path) => {
            files.insert(path.trim_start_matches("./").to_owned());
        }
        Value::Object(conditions) => conditions.values().for_each(|value| files_in(value, files)),
        _ => {}
    }
}

/// A condition that stands before `types` would hide it. The order is that of the file, which serde_json does not keep.
fn types_come_first(exports: &Value) -> Result<()> {
    let text: String = fs::read_to_string(root().join("package.json"))?.split_whitespace().collect();
    for (entry, conditions) in exports.as_object().context("package.json has no exports")? {
        let Some(types) = conditions["types"].as_str() else {
            ensure!(conditions.is_string(), "the entry {entry} has no types");
            continue;
        };
        let start = format!("\"{entry}\":{{\"types\":\"{types}\"");
        ensure!(text.contains(&start), "types must be the first condition of the entry {entry}");
    }
    Ok(())
}

/// publint finds what bundlers and Node.js would stumble upon, attw ("are the types wrong") what TypeScript would. The package is
/// ES modules alone, so `require` and the resolution that knows no `exports` are not asked about.
fn lint(tarball: &Path) -> Result<()> {
    run(tools::npm_program("publint").arg("run").arg(tarball).arg("--strict"), "The lines above name what it found.")?;
    run(
        tools::npm_program("attw").arg(tarball).args(["--profile", "esm-only", "--format", "ascii", "--no-emoji"]),
        "The lines above name what it found.",
    )
}

fn read_json(path: &str) -> Result<Value> {
    let text = fs::read_to_string(root().join(path)).with_context(|| format!("cannot read {path}"))?;
    serde_json::from_str(&text).with_context(|| format!("{path} is not JSON"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::project::MODULE;

    use super::*;

    #[test]
    fn all_conditions_are_looked_at() {
        let mut files = BTreeSet::new();
        files_in(&json!({ ".": { "types": "./pkg/a.d.ts", "default": "./pkg/a.js" }, "./b": "./pkg/b" }), &mut files);
        assert!(files.iter().eq(["pkg/a.d.ts", "pkg/a.js", "pkg/b"]));
    }

    #[test]
    fn pages_and_examples_are_documents() {
        for file in ["docs/guides/vite.md", "docs/pictures/site.png", "examples/token-backend/server.js"] {
            assert!(is_document(file), "{file}");
        }
        for file in ["crates/sandbox/README.md", "docs/notes.txt", "examples/webview-host/target/debug/webview-host"] {
            assert!(!is_document(file), "{file}");
        }
    }

    #[test]
    fn only_what_is_built_belongs() {
        let module = format!("pkg/{MODULE}.js");
        for file in
            ["pkg/index.js", "pkg/index.js.map", "pkg/inline.js.map", "pkg/state.d.ts", "pkg/THIRD-PARTY.txt", &module]
        {
            assert!(belongs(file), "{file}");
        }
        for file in ["js/src/index.ts", "pkg/secret.js", "pkg/secret.js.map", "pkg/notes.txt", "index.js"] {
            assert!(!belongs(file), "{file}");
        }
    }
}
