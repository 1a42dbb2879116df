//! The package as it is published, in real projects (`tests/packaging`): packed, installed, built and opened.
//!
//! All that is installed or made is in `target/packaging/`.

use std::fs;

use anyhow::{Result, ensure};

use crate::{
    browsers::{Browser, Pictures},
    project::{packaging, pkg, root},
    steps::{self, copy, run, step},
    test::{
        PACKAGE,
        native::Program,
        package,
        pool::Job,
        report::{self, Count},
    },
    tools,
};

/// What gets the projects' tools ready.
pub(super) const TOOLS: &str = "packaging tools";
/// What installs the package in a project.
pub(super) const INSTALLED: &str = "packaging tarball";

/// Installs what the tests need.
pub(super) fn prepare() -> Vec<Job> {
    vec![
        Job::prepare(TOOLS, install_tools).waiting(),
        Job::prepare(INSTALLED, install_package).after(&[PACKAGE, TOOLS]),
    ]
}

/// Runs the tests of a program in a browser.
pub(super) fn test(program: &Program, browser: &Browser) -> Result<Count> {
    let mut command = program.command();
    // A line for each project is what one wants to see. More than two builds at once take each other's processors.
    command.args(["--nocapture", "--test-threads=2"]);
    browser.for_e2e(&mut command, Pictures::Few);
    report::counted(&mut command)
}

/// Installs the tools that the projects are built by.
fn install_tools() -> Result<()> {
    let sources = root().join("tests/packaging");
    let files = ["package.json", "package-lock.json"];
    let inputs = files.map(|file| sources.join(file));
    let outputs = [packaging().join("node_modules/.package-lock.json")];
    step(TOOLS, "", &inputs, &outputs, || {
        for file in files {
            copy(&sources.join(file), &packaging().join(file))?;
        }
        // None of them needs a script of its own to work.
        run(
            tools::npm().arg("--prefix").arg(packaging()).args(["ci", "--ignore-scripts"]).args(QUIETLY),
            "Is the npm registry reachable? `npm ci` in tests/packaging shows more.",
        )
    })
}

/// Packs the package and installs the tarball, as a project does.
fn install_package() -> Result<()> {
    let inputs = [pkg(), root().join("package.json"), root().join("README.md")];
    let folder = packaging().join("installed");
    let outputs = [folder.join("node_modules/poly-messaging-web/package.json")];
    step(INSTALLED, "", &inputs, &outputs, || {
        let packed = package::pack(&folder)?;
        steps::write(&folder.join("package.json"), "{ \"private\": true }\n")?;
        run(
            tools::npm()
                .arg("--prefix")
                .arg(&folder)
                .args(["install", "--no-package-lock", "--ignore-scripts", "--offline"])
                .args(QUIETLY)
                .arg(packed.tarball),
            "The package needs something that is not in its tarball.",
        )?;
        let made =
            fs::read_dir(folder.join("node_modules"))?.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        let others: Vec<_> = made.filter(|name| !name.starts_with('.') && name != "poly-messaging-web").collect();
        ensure!(others.is_empty(), "the package brought {others:?} with it");
        Ok(())
    })
}

const QUIETLY: [&str; 3] = ["--no-audit", "--no-fund", "--loglevel=error"];
