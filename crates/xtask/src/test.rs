//! `cargo xtask test`: every check of the project, or one part of them.
//!
//! All of it is one queue of jobs (`pool`), as many at a time as there are processors. A failed job does not stop the others. The last
//! line printed is `N passed, N failed`: the sum of what the test runners counted, with one for each lint or build step.

use std::{
    env, fs,
    hash::{DefaultHasher, Hash, Hasher},
    path::PathBuf,
    sync::{Arc, OnceLock},
    time::{SystemTime, UNIX_EPOCH},
};

use anyhow::{Context, Result, bail};

use crate::{
    browsers::{Browser, Engine},
    build, project, reproduce, size,
    steps::empty_folder,
    terminal, tools,
};
use native::Program;
use pool::{Job, Lock, Pool};
use report::Count;

mod in_browsers;
mod js;
mod lint;
mod native;
mod package;
mod packaging;
mod pool;
mod report;
mod supply;
mod webview;

pub(crate) use js::compile as compile_js_tests;

/// Jobs that others need.
const PACKAGES: &str = "npm packages";
/// pkg/ and the pages that use it. Nothing writes there afterwards.
const PACKAGE: &str = "build";
/// The programs of the native tests, and the sandbox.
const NATIVE: &str = "native tests made";
/// The program that holds how the engine's work grows, by the clock.
const LINEAR: &str = "linear";

/// What to test.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Only this part
    part: Option<Part>,
    /// Only in this browser engine
    #[arg(long)]
    engine: Option<Engine>,
    /// Only what tells most in little time: lints, engine, sandbox, JavaScript, and the browser tests in Chromium
    #[arg(long, conflicts_with_all = ["part", "engine"])]
    quick: bool,
    /// The order of the end-to-end tests: the same number gives the same one. A run without one draws it and prints it
    #[arg(long, value_name = "NUMBER")]
    seed: Option<u64>,
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

/// What is wanted, and what jobs get ready for others.
struct Run {
    part: Option<Part>,
    engines: Vec<Engine>,
    is_quick: bool,
    seed: u64,
    browsers: [OnceLock<Browser>; 3],
}

/// Runs the tests; an error if any failed.
pub(crate) fn run(options: &Options) -> Result<()> {
    let now = || SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let only = if options.quick { Some(Engine::Chromium) } else { options.engine };
    let run = Arc::new(Run {
        part: options.part,
        engines: Engine::ALL.into_iter().filter(|engine| only.is_none_or(|only| only == *engine)).collect(),
        is_quick: options.quick,
        seed: options.seed.unwrap_or_else(now),
        browsers: Default::default(),
    });
    let temporary = Temporary::make()?;
    ctrlc::set_handler({
        let folder = temporary.0.clone();
        move || {
            terminal::end_all();
            drop(fs::remove_dir_all(&folder));
            std::process::exit(130);
        }
    })
    .context("cannot listen to signals")?;

    let pool = Pool::new(patience()?);
    pool.add(run.jobs());
    println!("the order of the end-to-end tests is that of --seed {}", run.seed);
    let report = pool.run();
    // Screens and temporary files go before the end of the process does.
    drop((run, temporary));
    report.finish()
}

/// What the limits of tests are multiplied by: `E2E_PATIENCE`, for slow machines.
fn patience() -> Result<f32> {
    let Ok(text) = env::var("E2E_PATIENCE") else { return Ok(1.0) };
    let patience = text.parse().ok().filter(|patience| (0.1..=100.0).contains(patience));
    patience.with_context(|| format!("E2E_PATIENCE is {text:?}; it can be a factor from 0.1 to 100"))
}

impl Run {
    fn wants(&self, part: Part) -> bool {
        let is_slow = matches!(part, Part::Package | Part::Packaging | Part::Webview);
        self.part.is_none_or(|only| only == part) && !(self.is_quick && is_slow)
    }

    fn jobs(self: &Arc<Self>) -> Vec<Job> {
        use Part::{E2e, Js, Lint, Package, Packaging, Webview};
        let wants = |part| self.wants(part);
        // What a bundler makes of the package is the same for every engine.
        let packaging = wants(Packaging) && self.engines.contains(&Engine::Chromium);
        let webview = wants(Webview) && self.engines.contains(&Engine::Webkit);
        let browsers = match (wants(Part::Browser) || wants(E2e), packaging) {
            (true, _) => self.engines.clone(),
            (false, true) => vec![Engine::Chromium],
            (false, false) => Vec::new(),
        };
        // js/ is checked against the generated glue, and the pages run the package as it is published.
        let package = [Package, Js, Lint, E2e].into_iter().any(wants) || packaging || webview;
        let native = self.part != Some(Package);

        // What is fetched or takes long to build comes first.
        let mut jobs = Vec::new();
        jobs.extend(wants(Lint).then(supply::prepare));
        jobs.extend(browsers.contains(&Engine::Firefox).then(in_browsers::geckodriver));
        jobs.extend(package.then(|| Job::prepare(PACKAGES, tools::npm_packages).waiting()));
        jobs.extend(browsers.iter().map(|&engine| self.prepare(engine)));
        jobs.extend(packaging.then(packaging::prepare).into_iter().flatten());
        jobs.extend(package.then(|| self.build()));
        jobs.extend(native.then(|| self.compile()));
        jobs.extend(webview.then(webview::jobs).into_iter().flatten());
        jobs.extend(wants(Part::Browser).then(|| self.browser_tests()));
        if wants(Package) {
            jobs.push(Job::check("package", package::check).after(&[PACKAGE]));
            jobs.push(Job::check("size", size::weigh_package).after(&[PACKAGE]));
        }
        jobs.extend(wants(Js).then(js::jobs).into_iter().flatten());
        jobs.extend(wants(Lint).then(lint::jobs).into_iter().flatten());
        jobs
    }

    /// Compiles the native tests, which become jobs then.
    fn compile(self: &Arc<Self>) -> Job {
        let run = Arc::clone(self);
        let make = move |pool: &Pool| {
            pool.add(run.native_jobs(native::compile()?)?);
            Ok(Count::default())
        };
        Job::new(NATIVE, make).preparing().with(Lock::CargoTarget)
    }

    fn build(&self) -> Job {
        let is_checked = self.wants(Part::Package);
        Job::new(PACKAGE, move |_| {
            build::package(build::Options::default())?;
            build::demo()?;
            build::react_pages()?;
            let mut count = Count::HOLDS;
            if is_checked {
                // It makes pkg/ again, so nothing may read that meanwhile.
                reproduce::check()?;
                count += Count::HOLDS;
            }
            Ok(count)
        })
        .after(&[PACKAGES])
    }

    /// A job for each program of the native tests that is wanted. The longest begin first.
    fn native_jobs(self: &Arc<Self>, programs: Vec<Program>) -> Result<Vec<Job>> {
        let (mut e2e, mut jobs) = (Vec::new(), Vec::new());
        for program in programs {
            let (part, row) = match program.package.as_str() {
                "xtask" => (Part::Lint, "xtask"),
                "poly-messaging-engine" | "poly-messaging-simulator" | "fuzz-targets" | "storm" => {
                    (Part::Engine, "engine")
                }
                "poly-messaging-sandbox" => (Part::Sandbox, "sandbox"),
                "packaging" => (Part::Packaging, "packaging"),
                "e2e" if program.name == "webview" => (Part::Webview, "webview host"),
                "e2e" => (Part::E2e, "e2e"),
                "wasm-test-runner" => (Part::Browser, "browser runner"),
                other => bail!("no part of the tests has those of {other}"),
            };
            match part {
                _ if !self.wants(part) => {}
                Part::E2e => e2e.push(program),
                Part::Packaging if !self.engines.contains(&Engine::Chromium) => {}
                Part::Packaging => jobs.push(self.packaging(program)),
                Part::Webview if !self.engines.contains(&Engine::Webkit) => {}
                Part::Webview => jobs.push(webview::conversation(program)),
                _ => {
                    let name = format!("{} {}", program.package, program.name);
                    let measures = program.name == LINEAR;
                    let job = Job::new(&name, move |_| report::counted(&mut program.command())).in_row(row);
                    jobs.push(if measures { job.alone(LINEAR) } else { job });
                }
            }
        }
        if self.wants(Part::Engine) {
            let test = |_: &Pool| report::counted(&mut native::doc_tests());
            jobs.push(Job::new("documentation", test).in_row("engine").with(Lock::CargoTarget));
        }
        let mut all = self.e2e(&e2e)?;
        all.extend(jobs);
        Ok(all)
    }
}

/// The folder for the temporary files of a run. Browsers leave theirs behind; this goes with the run.
struct Temporary(PathBuf);

impl Temporary {
    /// Makes it, and has all that is started from now on use it.
    fn make() -> Result<Self> {
        let mut hasher = DefaultHasher::new();
        project::root().hash(&mut hasher);
        // The paths of sockets in it must be short, so it is not in the working copy.
        let folder = env::temp_dir().join(format!("poly-messaging-{:016x}", hasher.finish()));
        empty_folder(&folder)?;
        terminal::set_temporary(&folder);
        Ok(Self(folder))
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}
