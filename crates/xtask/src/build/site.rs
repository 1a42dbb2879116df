//! The demo site of www/: the restaurant's page, the playground and the gallery.

use std::path::{Path, PathBuf};

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
        for file in files_below(&www)?.iter().filter(|file| is(file, "html") || is(file, "svg")) {
            copy(file, &demo.join(file.strip_prefix(&www)?))?;
        }
        // The agent's pictures, which the gallery shows without a sandbox.
        for file in files_below(&pictures)?.iter().filter(|file| is(file, "svg")) {
            copy(file, &demo.join("assets").join(file.strip_prefix(&pictures)?))?;
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
    let made = |entry: &&str| {
        let entry = Path::new(entry);
        let made = entry.with_extension(if is(entry, "ts") { "js" } else { "css" });
        made.file_name().map(|name| project::demo().join(name))
    };
    ENTRIES.iter().filter_map(made).collect()
}

fn is(file: &Path, extension: &str) -> bool {
    file.extension().is_some_and(|found| found == extension)
}
