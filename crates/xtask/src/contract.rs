//! `cargo xtask contract`: writes the table of what crosses from the engine to JavaScript, `crates/engine/contract.json`, and the
//! page that shows it, `docs/events.md`. The same tests that make them here compare them in `cargo xtask test`.

use std::process::Command;

use anyhow::Result;

use crate::{
    project::{js_tests, root},
    steps, test, tools,
};

/// Writes both.
pub(crate) fn write() -> Result<()> {
    let wish = ("CONTRACT", "write");
    steps::run(
        tools::cargo()
            .args(["test", "--quiet", "--package", "poly-messaging-engine", "--lib", "contract::"])
            .env(wish.0, wish.1),
        "The lines above say what the table lacks.",
    )?;
    tools::npm_packages()?;
    test::compile_js_tests(&[root().join("js/test/contract.test.ts")])?;
    steps::run(
        Command::new("node")
            .args(["--enable-source-maps", "--test", "--test-reporter=dot", "--test-name-pattern=^docs/events.md"])
            .arg(js_tests().join("contract.test.mjs"))
            .env(wish.0, wish.1),
        "The lines above say what the page lacks.",
    )
}
