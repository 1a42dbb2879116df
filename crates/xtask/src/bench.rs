//! `cargo xtask bench`: how the cost grows with the chunks of a message and with the events of a history, in the engine
//! alone and in the published package. Fails where it grows more than linearly; `bench/` says how much is allowed.

use std::process::Command;

use anyhow::Result;

use crate::{build, steps, tools};

/// Runs both benchmarks.
pub(crate) fn run() -> Result<()> {
    build::package(build::Options::default())?;
    let hint = "The table above says what grows. On a busy machine, measure again when it is quiet.";
    let engine = steps::run(
        tools::cargo().args(["bench", "--quiet", "--package", "poly-messaging-engine", "--bench", "growth"]),
        hint,
    );
    let package = steps::run(Command::new("node").arg("bench/growth.mjs"), hint);
    engine.and(package)
}
