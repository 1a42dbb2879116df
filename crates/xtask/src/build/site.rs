//! The demo site of www/: the restaurant's page, the playground and the gallery.

use std::path::PathBuf;

use anyhow::Result;

use super::BROWSERS;
use crate::{
    project::{self, root},
    steps::{copy, empty_folder, files_below, run, step},
    tools,
};

/// What each page runs and wears, bundled into one file each that lies beside the page.
const ENTRIES: [&str; 6] = [
    "www/restaurant.ts",
    "www/restaurant.css",
    "www/playground/playground.ts",
    "www/playground/playground.css",
    "www/gallery/gallery.ts",
    "www/gallery/gallery.css",
];

/// Makes the site in target/demo/. The sandbox serves it with pkg/ beside it.
pub(crate) fn demo() -> Result<()> {
    let (www, demo) = (root().join("www"), project::demo());
    let pictures = root().join("crates/sandbox/assets");
    // The gallery's fonts are npm packages.
    let inputs = [www.clone(), pictures.clone(), root().join("tsconfig.json"), root().join("package-lock.json")];
    step("demo site", &ENTRIES.join(" "), &inputs, &outputs(), || {
        empty_folder(&demo)?;
        for file in files_below(&www)? {
            if file.extension().is_some_and(|extension| extension == "html" || extension == "svg") {
                copy(&file, &demo.join(file.strip_prefix(&www)?))?;
            }
        }
        // The agent's pictures, which the gallery shows without a sandbox.
        for file in files_below(&pictures)? {
            if let Some(name) =
                file.file_name().filter(|_| file.extension().is_some_and(|extension| extension == "svg"))
            {
                copy(&file, &demo.join("assets").join(name))?;
            }
        }
        run(
            tools::npm_program("esbuild").args(ENTRIES).args(["--bundle", "--format=esm", "--sourcemap"]).args([
                "--entry-names=[name]",
                "--asset-names=fonts/[name]",
                "--loader:.woff2=file",
                // What browsers older than WOFF2 would load is not there.
                "--external:*.woff",
                "--external:/pkg/*",
                "--log-level=warning",
                "--outdir=target/demo",
                &format!("--target={BROWSERS}"),
            ]),
            "The lines above say where www/ does not compile.",
        )
    })
}

/// What the entries become.
fn outputs() -> Vec<PathBuf> {
    ENTRIES
        .iter()
        .filter_map(|entry| {
            PathBuf::from(entry)
                .with_extension(if entry.ends_with("ts") { "js" } else { "css" })
                .file_name()
                .map(|name| project::demo().join(name))
        })
        .collect()
}
