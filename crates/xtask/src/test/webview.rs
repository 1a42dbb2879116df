//! The native application of examples/webview-host: its own tests, and a conversation on the sandbox. It is a workspace of its
//! own, built here alone, because it needs the system's web view.

use std::{env, path::PathBuf};

use anyhow::Result;

use super::report::{self, Count, Report};
use crate::{
    browsers::{self, Screen},
    project, steps, tools,
};

/// The application's manifest.
pub(super) const MANIFEST: &str = "examples/webview-host/Cargo.toml";

/// Builds and tests the application, where what it needs is there.
pub(super) fn test(report: &mut Report, needs_build: &impl Fn() -> Result<()>) {
    let prepared = browsers::webkit_library().and_then(|()| Screen::prepare());
    report.with("webview", prepared, |report, screen| {
        report.check("webview clippy", || needs_build().and_then(|()| clippy()));
        report.tests("webview", || needs_build().and_then(|()| own_tests()));
        report.tests("webview host", || needs_build().and_then(|()| conversation(&screen)));
    });
}

fn cargo(subcommand: &str) -> std::process::Command {
    let mut cargo = tools::cargo();
    cargo.args([subcommand, "--locked", "--manifest-path", MANIFEST, "--target-dir"]).arg(target());
    cargo
}

fn target() -> PathBuf {
    project::cargo_target().join("webview-host")
}

fn clippy() -> Result<()> {
    tools::rust_component("clippy", "clippy")?;
    steps::run(cargo("clippy").args(["--all-targets", "--", "--deny", "warnings"]), "The lines above name the lints.")
}

fn own_tests() -> Result<Count> {
    report::counted(&mut cargo("test"))
}

fn conversation(screen: &Screen) -> Result<Count> {
    steps::run(&mut cargo("build"), "The lines above say what does not compile.")?;
    let program = target().join("debug/webview-host").with_extension(env::consts::EXE_EXTENSION);
    report::counted(
        tools::cargo()
            .args(["test", "--package", "e2e", "--test", "webview"])
            .env("WEBVIEW_HOST", program)
            .envs(screen.surroundings()),
    )
}
