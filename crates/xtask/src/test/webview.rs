//! The native application of examples/webview-host: its own tests, and a conversation on the sandbox. It is a workspace of its
//! own, built here alone, because it needs the system's web view.

use std::{env, path::PathBuf};

use super::{
    PACKAGE,
    native::Program,
    pool::{Job, Lock, wanted},
    report,
};
use crate::{
    browsers::{self, Screen},
    project,
    steps::run,
    tools,
};

/// The application's manifest.
pub(super) const MANIFEST: &str = "examples/webview-host/Cargo.toml";

/// What gets the system's web view ready to be built upon, and a screen.
const LIBRARY: &str = "webview library";
/// What builds the application.
const HOST: &str = "webview host made";

/// Tests the application, where what it needs is there; all but the conversation, which is a program of the native tests.
pub(super) fn jobs() -> Vec<Job> {
    vec![
        Job::prepare(LIBRARY, || wanted(browsers::webkit_library())).in_row("webview").waiting().with(Lock::Packages),
        Job::prepare(HOST, || run(&mut cargo("build"), "The lines above say what does not compile."))
            .after(&[LIBRARY, PACKAGE])
            .with(Lock::WebviewTarget),
        Job::check("webview clippy", || {
            tools::rust_component("clippy", "clippy")?;
            run(cargo("clippy").args(["--all-targets", "--", "--deny", "warnings"]), "The lines above name the lints.")
        })
        .after(&[LIBRARY, PACKAGE])
        .with(Lock::WebviewTarget),
        Job::new("webview", |_| report::counted(&mut cargo("test"))).after(&[HOST]).with(Lock::WebviewTarget),
    ]
}

/// Holds the conversation with the application.
pub(super) fn conversation(program: Program) -> Job {
    Job::new("webview host", move |_| {
        let screen = wanted(Screen::prepare())?;
        let host = target().join("debug/webview-host").with_extension(env::consts::EXE_EXTENSION);
        report::counted(program.command().env("WEBVIEW_HOST", host).envs(screen.surroundings()))
    })
    .after(&[HOST])
    .with(Lock::Packages)
}

fn cargo(subcommand: &str) -> std::process::Command {
    let mut cargo = tools::cargo();
    cargo.args([subcommand, "--locked", "--manifest-path", MANIFEST, "--target-dir"]).arg(target());
    cargo
}

fn target() -> PathBuf {
    project::cargo_target().join("webview-host")
}
