//! `cargo xtask test`: every check of the project, or one part of them.
//!
//! A failed step does not stop the others. The last line printed is `N passed, N failed`: the sum of what the test
//! runners counted, with one for each lint or build step.

use std::{path::PathBuf, process::Command};

use anyhow::{Result, anyhow, bail};

use crate::{
    browsers::{Browser, Engine},
    build, project, reproduce, size,
    steps::{self, empty_folder, files_below},
    tools,
};
use report::{Count, Report};

mod package;
mod packaging;
mod report;
mod supply;
mod webview;

/// What to test.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Only this part
    part: Option<Part>,
    /// Only in this browser engine
    #[arg(long)]
    engine: Option<Engine>,
}

#[derive(clap::ValueEnum, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// What is in the package, whether it can be made again, and what it weighs
    Package,
    /// The engine's tests, the simulator's conversations, what fuzzing found, and the simulation of a server restart
    Engine,
    /// The sandbox's tests
    Sandbox,
    /// Types, declarations and unit tests of js/
    Js,
    /// Formatting, clippy, rustdoc, eslint, and the tests of the tooling itself
    Lint,
    /// The browser client's tests, in each engine
    Browser,
    /// The page on the sandbox, as a user walks through it, in each engine
    E2e,
    /// The packed package in projects of each bundler and without, and the guides, in Chromium
    Packaging,
    /// The native application of examples/webview-host, on the sandbox
    Webview,
}

/// Runs the tests; an error if any failed.
pub(crate) fn run(options: &Options) -> Result<()> {
    let wanted = |part| options.part.is_none_or(|only| only == part);
    let engines: Vec<_> =
        Engine::ALL.into_iter().filter(|engine| options.engine.is_none_or(|only| only == *engine)).collect();
    let mut report = Report::default();

    // js/ is checked against the generated glue, and the page runs the package as it is published.
    let using_build = [Part::Package, Part::Js, Part::Lint, Part::E2e, Part::Packaging, Part::Webview];
    let built = !using_build.into_iter().any(wanted)
        || report.check("build", || {
            build::package(build::Options::default())?;
            build::demo()?;
            build::react_pages()
        });
    let needs_build = || if built { Ok(()) } else { Err(anyhow!("the build failed")) };
    if wanted(Part::Package) {
        report.check("package", || needs_build().and_then(|()| package::check()));
        report.check("reproducible", || needs_build().and_then(|()| reproduce::check()));
        report.check("size", || needs_build().and_then(|()| size::weigh_package()));
    }
    if wanted(Part::Lint) {
        lint(&mut report);
    }
    if wanted(Part::Engine) {
        let packages = ["poly-messaging-engine", "poly-messaging-simulator", "fuzz-targets", "storm"];
        report.tests("engine", || cargo_test(&packages.map(|package| ["--package", package]).concat()));
    }
    if wanted(Part::Sandbox) {
        report.tests("sandbox", || cargo_test(&["--package", "poly-messaging-sandbox"]));
    }
    if wanted(Part::Js) {
        report.check("js types", || tsc("tsconfig.test.json"));
        report.check("declarations", || tsc("tests/types/tsconfig.json"));
        report.check("react pages", || tsc("tests/e2e/react/tsconfig.json"));
        report.tests("js", js_tests);
        report.tests("token backend", token_backend_tests);
    }
    if wanted(Part::Browser) {
        in_browsers(&mut report, "browser", &engines, wasm_tests);
    }
    if wanted(Part::E2e) {
        in_browsers(&mut report, "e2e", &engines, |browser| needs_build().and_then(|()| e2e(browser)));
    }
    if wanted(Part::Packaging) && options.engine.is_none_or(|only| only == Engine::Chromium) {
        // What a bundler makes of the package is the same for every engine.
        in_browsers(&mut report, "packaging", &[Engine::Chromium], |browser| {
            needs_build().and_then(|()| packaging::test(browser))
        });
    }
    if wanted(Part::Webview) && options.engine.is_none_or(|only| only == Engine::Webkit) {
        webview::test(&mut report, &needs_build);
    }
    report.finish()
}

fn lint(report: &mut Report) {
    report.check("rustfmt", || {
        tools::rust_component("fmt", "rustfmt")?;
        for arguments in [&["--all"][..], &["--manifest-path", webview::MANIFEST]] {
            steps::run(tools::cargo().args(["fmt", "--check"]).args(arguments), "`cargo fmt` puts it right.")?;
        }
        Ok(())
    });
    report.check("clippy", || {
        tools::rust_component("clippy", "clippy")?;
        let clippy = |which: &[&str]| {
            let arguments = [&["clippy", "--all-targets"], which, &["--", "--deny", "warnings"]].concat();
            steps::run(tools::cargo().args(arguments), "The lines above name the lints.")
        };
        clippy(&["--workspace", "--exclude", "poly-messaging-web"])?;
        tools::wasm_target()?;
        clippy(&["--package", "poly-messaging-web", "--target", "wasm32-unknown-unknown"])
    });
    report.check("rustdoc", || {
        steps::run(
            tools::cargo()
                .args(["doc", "--no-deps", "--document-private-items", "--quiet"])
                .args(["--package", "poly-messaging-engine", "--package", "poly-messaging-sandbox"])
                .args(["--package", "poly-messaging-simulator"])
                .env("RUSTDOCFLAGS", "--deny warnings"),
            "The lines above name what the docs link to in vain.",
        )
    });
    report.check("prettier", || {
        tools::npm_packages()?;
        steps::run(
            tools::npm_program("prettier").args(["--check", "--log-level=warn", "."]),
            "`npx prettier --write .` puts it right.",
        )
    });
    report.check("eslint", || {
        tools::npm_packages()?;
        steps::run(tools::npm_program("eslint").args(["--max-warnings=0", "."]), "The lines above name the rules.")
    });
    report.tests("xtask", || cargo_test(&["--package", "xtask"]));
    supply::check(report);
}

/// Runs one check in each engine that is there.
fn in_browsers(report: &mut Report, name: &str, engines: &[Engine], check: impl Fn(&Browser) -> Result<Count>) {
    for engine in engines {
        let name = format!("{name} {}", engine.name());
        report.with(&name, engine.prepare(), |report, browser| report.tests(&name, || check(&browser)));
    }
}

fn cargo_test(arguments: &[&str]) -> Result<Count> {
    report::counted(tools::cargo().arg("test").args(arguments))
}

fn tsc(project: &str) -> Result<()> {
    steps::run(tools::npm_program("tsc").args(["--noEmit", "--project", project]), "The lines above name the types.")
}

/// Runs the unit tests of js/ on Node.js.
fn js_tests() -> Result<Count> {
    let sources: Vec<_> = files_below(&project::root().join("js"))?
        .into_iter()
        .filter(|file| file.to_string_lossy().ends_with(".test.ts"))
        .collect();
    if sources.is_empty() {
        bail!("there is no *.test.ts in js/");
    }
    let folder = project::js_tests();
    empty_folder(&folder)?;
    compile_js_tests(&sources)?;
    let module = format!("{}.wasm", project::MODULE);
    steps::copy(&project::pkg().join(&module), &folder.join(&module))?;
    let tests: Vec<PathBuf> = files_below(&folder)?
        .into_iter()
        .filter(|file| file.extension().is_some_and(|extension| extension == "mjs"))
        .collect();
    report::counted(Command::new("node").args(["--enable-source-maps", "--test", "--test-reporter=spec"]).args(tests))
}

/// Compiles unit tests of js/ into target/js-tests/, one by one, with all that they import.
pub(crate) fn compile_js_tests(sources: &[PathBuf]) -> Result<()> {
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
fn token_backend_tests() -> Result<Count> {
    let sandbox = "poly-messaging-sandbox";
    steps::run(tools::cargo().args(["build", "--package", sandbox]), "The lines above say what does not compile.")?;
    let tests = files_below(&project::root().join("examples/token-backend/test"))?;
    report::counted(
        Command::new("node")
            .args(["--test", "--test-timeout=60000", "--test-reporter=spec"])
            .args(tests.into_iter().filter(|file| file.to_string_lossy().ends_with(".test.js")))
            .env("SANDBOX", project::program(sandbox)),
    )
}

fn wasm_tests(browser: &Browser) -> Result<Count> {
    tools::wasm_target()?;
    steps::run(
        tools::cargo().args(["build", "--package", "wasm-test-runner"]),
        "The lines above say what does not compile.",
    )?;
    let mut cargo = tools::cargo();
    cargo
        .args(["test", "--package", "poly-messaging-web", "--target", "wasm32-unknown-unknown", "--no-fail-fast"])
        .args(["--lib", "--tests"])
        .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", project::program("wasm-test-runner"))
        .env("WASM_BINDGEN_TEST_ONLY_WEB", "1")
        .env("WASM_BINDGEN_TEST_TIMEOUT", "120");
    browser.for_wasm_tests(&mut cargo)?;
    report::counted(&mut cargo)
}

fn e2e(browser: &Browser) -> Result<Count> {
    let mut cargo = tools::cargo();
    // Each test drives a browser of its own, which is more than one process; but most of the time it waits.
    cargo.args(["test", "--package", "e2e", "--no-fail-fast", "--", "--test-threads=4"]);
    browser.for_e2e(&mut cargo);
    report::counted(&mut cargo)
}
