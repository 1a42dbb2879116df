//! `cargo xtask pictures`: takes the pictures of README and the guides anew, of the demo site in Chromium.

use anyhow::Result;

use crate::{
    browsers::{Engine, Pictures},
    build, steps, tools,
};

/// Builds the site and has the end-to-end tests' harness write docs/pictures/.
pub(crate) fn take() -> Result<()> {
    build::package(build::Options::default())?;
    build::demo()?;
    let browser = Engine::Chromium.prepare()?;
    let mut cargo = tools::cargo();
    cargo.args(["test", "--package", "e2e", "--test", "widget", "--", "--ignored", "pictures::"]);
    browser.for_e2e(&mut cargo, Pictures::All);
    steps::run(&mut cargo, "The lines above say what could not be shown.")
}
