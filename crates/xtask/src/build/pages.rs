//! The React pages of the end-to-end tests, in target/react-pages/: for each version of React, the page's script with the package
//! and React in it, and the page as a server renders it.

use std::{fs, process::Command};

use anyhow::{Context, Result, ensure};

use super::BROWSERS;
use crate::{
    project::{self, MODULE, pkg, root},
    steps::{ask, copy, empty_folder, run, step, write},
    tools,
};

/// The versions of React, and what their packages are called in package.json.
const REACT: [(&str, &str); 2] = [("18", "-18"), ("19", "")];

/// Where the page has room for what the server renders.
const ROOM: &str = "<div id=\"root\"></div>";

/// Makes the pages from the package in pkg/. React is the one for development, which warns.
pub(crate) fn react_pages() -> Result<()> {
    let pages = project::react_pages();
    let mut inputs = vec![pkg(), root().join("node_modules/.package-lock.json")];
    inputs.extend(["tests/e2e/react", "tests/e2e/pages/react.html"].map(|path| root().join(path)));
    let outputs = REACT.map(|(version, _)| pages.join(format!("rendered-{version}.html")));
    step("react pages", "", &inputs, &outputs, || {
        empty_folder(&pages)?;
        let module = format!("{MODULE}.wasm");
        copy(&pkg().join(&module), &pages.join(&module))?;
        let page = fs::read_to_string(root().join("tests/e2e/pages/react.html"))?;
        ensure!(page.contains(ROOM), "tests/e2e/pages/react.html has no {ROOM}");
        for (version, suffix) in REACT {
            let server = format!("target/react-pages/server-{version}.cjs");
            bundle("page", suffix, &format!("target/react-pages/react-{version}.js"), &["--format=esm"])?;
            bundle(
                "server",
                suffix,
                &server,
                &["--platform=node", "--format=cjs", "--define:import.meta.url=\"file:///\""],
            )?;
            let rendered = ask(Command::new("node").arg(&server)).context("the React page cannot be rendered")?;
            ensure!(rendered.contains("data-testid"), "React {version} rendered nothing: {rendered}");
            let room = ROOM.replace("></", &format!(">{rendered}</"));
            write(&pages.join(format!("rendered-{version}.html")), page.replace(ROOM, &room))?;
        }
        Ok(())
    })
}

fn bundle(name: &str, suffix: &str, output: &str, arguments: &[&str]) -> Result<()> {
    let mut esbuild = tools::npm_program("esbuild");
    esbuild.args([&format!("tests/e2e/react/{name}.tsx"), "--bundle", "--jsx=automatic", "--log-level=warning"]);
    esbuild.args(["--define:process.env.NODE_ENV=\"development\"", &format!("--target={BROWSERS}")]);
    if !suffix.is_empty() {
        esbuild.args(["react", "react-dom"].map(|package| format!("--alias:{package}={package}{suffix}")));
    }
    esbuild.args(arguments).arg(format!("--outfile={output}"));
    run(&mut esbuild, "The lines above say what of tests/e2e/react/ does not compile.")
}
