//! The jobs of the TypeScript and JavaScript sources: types, and the tests that run on Node.js.

use std::{path::PathBuf, process::Command};

use anyhow::{Result, bail};

use super::{
    NATIVE, PACKAGE,
    pool::Job,
    report::{self, Count},
};
use crate::{
    build, project,
    steps::{self, empty_folder, files_below},
    tools,
};

pub(super) fn jobs() -> Vec<Job> {
    let types = [
        ("js types", "tsconfig.test.json"),
        ("declarations", "tests/types/tsconfig.json"),
        ("react pages", "tests/e2e/react/tsconfig.json"),
    ];
    let types = types.map(|(name, project)| Job::check(name, move || tsc(project)).after(&[PACKAGE]));
    let mut jobs = Vec::from(types);
    jobs.push(Job::new("js", |_| unit_tests()).after(&[PACKAGE]));
    // It talks to the sandbox.
    jobs.push(Job::new("token backend", |_| token_backend()).after(&[NATIVE]));
    jobs
}

fn tsc(project: &str) -> Result<()> {
    steps::run(tools::npm_program("tsc").args(["--noEmit", "--project", project]), "The lines above name the types.")
}

/// Runs the unit tests of js/ on Node.js.
fn unit_tests() -> Result<Count> {
    let sources: Vec<_> = files_below(&project::root().join("js"))?
        .into_iter()
        .filter(|file| file.to_string_lossy().ends_with(".test.ts"))
        .collect();
    if sources.is_empty() {
        bail!("there is no *.test.ts in js/");
    }
    let folder = project::js_tests();
    empty_folder(&folder)?;
    compile(&sources)?;
    let module = format!("{}.wasm", project::MODULE);
    steps::copy(&project::pkg().join(&module), &folder.join(&module))?;
    let tests: Vec<PathBuf> = files_below(&folder)?
        .into_iter()
        .filter(|file| file.extension().is_some_and(|extension| extension == "mjs"))
        .collect();
    report::counted(node().args(["--enable-source-maps", "--test-concurrency=3"]).args(tests))
}

/// Compiles unit tests of js/ into target/js-tests/, one by one, with all that they import.
pub(crate) fn compile(sources: &[PathBuf]) -> Result<()> {
    steps::run(
        tools::npm_program("esbuild")
            .args([
                "--bundle",
                "--platform=node",
                "--format=esm",
                "--target=node20",
                "--sourcemap",
                "--entry-names=[name]",
                build::style::AS_TEXT,
                // It is large, and finds its own files beside itself.
                "--external:typescript",
                // No ES modules, and one of each for all that is in a test.
                "--external:react",
                "--external:react-dom",
            ])
            .args(["--outdir=target/js-tests", "--out-extension:.js=.mjs", "--log-level=warning"])
            .args(sources),
        "The lines above say where the tests do not compile.",
    )
}

/// The backend of examples/token-backend, beside a fake PolyAI and beside the sandbox.
fn token_backend() -> Result<Count> {
    let tests = files_below(&project::root().join("examples/token-backend/test"))?;
    report::counted(
        node()
            .arg("--test-timeout=60000")
            .args(tests.into_iter().filter(|file| file.to_string_lossy().ends_with(".test.js")))
            .env("SANDBOX", project::program("poly-messaging-sandbox")),
    )
}

fn node() -> Command {
    let mut node = Command::new("node");
    node.args(["--test", "--test-reporter=spec"]).current_dir(project::root());
    node
}
