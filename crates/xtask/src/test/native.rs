//! The native tests of the workspace: all built at once, with one selection of features, and then run one program at a time as
//! cargo would run it.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::{project::root, terminal, tools};

/// The package whose tests are not native.
const NOT_NATIVE: &str = "poly-messaging-web";

/// A program with tests in it.
#[derive(Clone, Debug)]
pub(super) struct Program {
    pub(super) package: String,
    /// The test target's: `it` for `tests/it/main.rs`, the library's for its unit tests.
    pub(super) name: String,
    path: PathBuf,
    manifest: PathBuf,
}

/// Compiles all native tests.
pub(super) fn compile() -> Result<Vec<Program>> {
    programs(tools::cargo().args(["test", "--no-run", "--workspace", "--exclude", NOT_NATIVE]))
}

/// Compiles the tests that run in a browser.
pub(super) fn compile_for_browsers() -> Result<Vec<Program>> {
    tools::wasm_target()?;
    programs(
        tools::cargo()
            .args(["test", "--no-run", "--package", NOT_NATIVE, "--target", "wasm32-unknown-unknown"])
            .args(["--lib", "--tests"]),
    )
}

/// The tests in the documentation of the workspace's libraries.
pub(super) fn doc_tests() -> Command {
    let mut cargo = tools::cargo();
    cargo.args(["test", "--doc", "--workspace", "--exclude", NOT_NATIVE]);
    cargo
}

/// Runs a cargo command that compiles, and reads which programs it made.
fn programs(cargo: &mut Command) -> Result<Vec<Program>> {
    let said = terminal::read(cargo.arg("--message-format=json-render-diagnostics"))
        .context("the lines above say what does not compile")?;
    let programs: Vec<_> = said.lines().filter_map(program).collect();
    ensure!(!programs.is_empty(), "cargo names no program with tests");
    Ok(programs)
}

/// The program that a line of cargo's is about.
fn program(line: &str) -> Option<Program> {
    let message: Value = serde_json::from_str(line).ok()?;
    let path = message["executable"].as_str()?;
    if message["reason"] != "compiler-artifact" || message["profile"]["test"] != true {
        return None;
    }
    let manifest = PathBuf::from(message["manifest_path"].as_str()?);
    Some(Program {
        package: package_of(message["package_id"].as_str()?, &manifest)?,
        name: message["target"]["name"].as_str()?.to_owned(),
        path: path.into(),
        manifest,
    })
}

/// `path+file:///folder#name@1.0.0`, and without the name where the folder is called so.
fn package_of(id: &str, manifest: &Path) -> Option<String> {
    let (_, rest) = id.rsplit_once('#')?;
    match rest.split_once('@') {
        Some((name, _)) => Some(name.to_owned()),
        None => Some(manifest.parent()?.file_name()?.to_str()?.to_owned()),
    }
}

impl Program {
    /// The command that runs it: in the package's folder, with the variables that cargo sets.
    pub(super) fn command(&self) -> Command {
        self.run_as(Command::new(&self.path))
    }

    /// The command that has another program run it.
    pub(super) fn run_by(&self, runner: &Path) -> Command {
        let mut command = Command::new(runner);
        command.arg(&self.path);
        self.run_as(command)
    }

    fn run_as(&self, mut command: Command) -> Command {
        let folder = self.manifest.parent().unwrap_or(root());
        command.current_dir(folder).env("CARGO", tools::cargo().get_program());
        command.env("CARGO_MANIFEST_DIR", folder).env("CARGO_MANIFEST_PATH", &self.manifest);
        command.env("CARGO_PKG_NAME", &self.package).env("CARGO_PKG_VERSION", env!("CARGO_PKG_VERSION"));
        command
    }
}
