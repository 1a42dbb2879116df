//! The widget's style sheet: one file, minified, which widget.js holds as a text.

use std::path::PathBuf;

use anyhow::Result;

use super::BROWSERS;
use crate::{
    project::root,
    steps::{run, step},
    tools,
};

/// The name of the step.
pub(super) const STEP: &str = "widget style";

/// Has esbuild give a script the text of a sheet that it imports. `#style` in tsconfig.json means the sheet made here.
pub(crate) const AS_TEXT: &str = "--loader:.css=text";

/// Where the sheet is put.
pub(super) fn sheet() -> PathBuf {
    root().join("target/widget/style.css")
}

/// Makes the sheet.
pub(super) fn bundle() -> Result<()> {
    step(STEP, BROWSERS, &[root().join("js/src/widget/styles")], &[sheet()], || {
        run(
            tools::npm_program("esbuild").args(["js/src/widget/styles/index.css", "--bundle", "--minify"]).args([
                "--log-level=warning",
                "--outfile=target/widget/style.css",
                &format!("--target={BROWSERS}"),
            ]),
            "The lines above say what of js/src/widget/styles/ cannot be read.",
        )
    })
}
