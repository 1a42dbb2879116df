//! The package as it is published, in real projects (`tests/packaging`): packed, installed, built and opened.
//!
//! All that is installed or made is in `target/packaging/`.

use std::fs;

use anyhow::{Result, ensure};

use crate::{
    browsers::Browser,
    project::{packaging, pkg, root},
    steps::{self, copy, run, step},
    test::{
        package,
        report::{self, Count},
    },
    tools,
};

/// Runs the tests in a browser.
pub(super) fn test(browser: &Browser) -> Result<Count> {
    install_tools()?;
    install_package()?;
    let mut cargo = tools::cargo();
    // A line for each project is what one wants to see. More than two builds at once take each other's processors.
    cargo.args(["test", "--package", "packaging", "--no-fail-fast", "--", "--nocapture", "--test-threads=2"]);
    browser.for_e2e(&mut cargo);
    report::counted(&mut cargo)
}

/// Installs the tools that the projects are built by.
fn install_tools() -> Result<()> {
    let sources = root().join("tests/packaging");
    let files = ["package.json", "package-lock.json"];
    let inputs = files.map(|file| sources.join(file));
    let outputs = [packaging().join("node_modules/.package-lock.json")];
    step("packaging tools", "", &inputs, &outputs, || {
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
    step("packaging tarball", "", &inputs, &outputs, || {
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
