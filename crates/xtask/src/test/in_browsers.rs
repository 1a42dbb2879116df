//! The jobs that drive browsers: the tests of the browser client, the end-to-end tests, and those of the packed package.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    sync::Arc,
};

use anyhow::{Context, Result, ensure};

use super::{
    NATIVE, PACKAGE, Run,
    native::{self, Program},
    packaging,
    pool::{Job, Lock, Pool, wanted},
    report::{self, Count},
};
use crate::{
    browsers::{self, Browser, Engine, Pictures},
    project,
};

/// What finds or builds the driver for Firefox.
const GECKODRIVER: &str = "geckodriver";
/// What makes the browser client's tests, as modules.
const MODULES: &str = "browser tests made";

/// End-to-end tests that mostly wait, and take longest.
const SOAK: &str = "soak";
/// Those that hold promises in seconds, those that measure work, and those that compare pictures.
const CLOCK: &str = "clock";
const QUIET: &str = "quiet";
const SCREENSHOTS: &str = "screenshots";

/// Whether the program measures the work of a page in this engine.
fn is_measured(engine: Engine, program: &Program) -> bool {
    program.name == QUIET && engine.measures()
}

/// Finds the driver for Firefox, or builds it.
pub(super) fn geckodriver() -> Job {
    Job::prepare(GECKODRIVER, || wanted(browsers::geckodriver().map(drop)))
}

impl Run {
    /// Finds a browser and its driver, and installs them where that can be done.
    pub(super) fn prepare(self: &Arc<Self>, engine: Engine) -> Job {
        let run = Arc::clone(self);
        let needs: &[&str] = if engine == Engine::Firefox { &[GECKODRIVER] } else { &[] };
        Job::prepare(engine.name(), move || {
            let browser = wanted(engine.prepare())?;
            drop(run.browsers[engine as usize].set(browser));
            Ok(())
        })
        .after(needs)
        .waiting()
        .with(Lock::Packages)
    }

    fn browser(&self, engine: Engine) -> Result<&Browser> {
        self.browsers[engine as usize].get().with_context(|| format!("{} was not made ready", engine.name()))
    }

    /// Compiles the browser client's tests, and runs them in each engine.
    pub(super) fn browser_tests(self: &Arc<Self>) -> Job {
        let run = Arc::clone(self);
        Job::new(MODULES, move |pool| {
            let modules = Arc::new(native::compile_for_browsers()?);
            pool.add(run.engines.iter().map(|&engine| {
                let (run, modules) = (Arc::clone(&run), Arc::clone(&modules));
                let test = move |_: &Pool| run.in_browser(engine, &modules);
                Job::new(&format!("browser {}", engine.name()), test).after(&[engine.name()])
            }));
            Ok(Count::default())
        })
        .preparing()
        .after(&[NATIVE])
        .with(Lock::CargoTarget)
    }

    fn in_browser(&self, engine: Engine, modules: &[Program]) -> Result<Count> {
        let mut count = Count::default();
        for module in modules {
            let mut command = module.run_by(&project::program("wasm-test-runner"));
            command.env("WASM_BINDGEN_TEST_ONLY_WEB", "1");
            // The runner's own limit of 20 s, which `wasm-pack test` has, is for a machine that does nothing else.
            command.env("WASM_BINDGEN_TEST_TIMEOUT", "120");
            self.browser(engine)?.for_wasm_tests(&mut command)?;
            count += report::counted(&mut command)?;
        }
        Ok(count)
    }

    /// The tests of a program in projects that use the package.
    pub(super) fn packaging(self: &Arc<Self>, program: Program) -> Job {
        let run = Arc::clone(self);
        let name = format!("packaging {}", program.name);
        Job::new(&name, move |_| packaging::test(&program, run.browser(Engine::Chromium)?))
            .in_row("packaging")
            .after(&[Engine::Chromium.name(), packaging::INSTALLED])
    }

    /// The end-to-end tests in each engine: the soaks, and then the others in an order that the seed gives.
    pub(super) fn e2e(self: &Arc<Self>, programs: &[Program]) -> Result<Vec<Job>> {
        for name in [CLOCK, QUIET, SCREENSHOTS, SOAK].iter().filter(|_| !programs.is_empty()) {
            ensure!(programs.iter().any(|program| program.name == *name), "tests/e2e/tests has no {name}");
        }
        let engines = self.engines.iter();
        let all = engines.flat_map(|&engine| programs.iter().map(move |program| (engine, program)));
        // Pictures are kept of one engine.
        let mut all: Vec<_> =
            all.filter(|(engine, program)| program.name != SCREENSHOTS || *engine == Engine::Chromium).collect();
        all.sort_by_cached_key(|(engine, program)| {
            let mut hasher = DefaultHasher::new();
            (self.seed, engine.name(), &program.name).hash(&mut hasher);
            (program.name != SOAK, hasher.finish())
        });
        let job = |(engine, program): (Engine, &Program)| {
            let (run, tested, row) = (Arc::clone(self), program.clone(), format!("e2e {}", engine.name()));
            let job = Job::new(&format!("{row} {}", program.name), move |_| run.e2e_test(engine, &tested))
                .in_row(&row)
                .after(&[engine.name(), PACKAGE]);
            match program.name.as_str() {
                SOAK => job.waiting(),
                CLOCK => job.alone(CLOCK),
                _ if is_measured(engine, program) => job.alone(QUIET),
                SCREENSHOTS => job.alone(SCREENSHOTS),
                _ => job.with(Lock::Browsers).first(),
            }
        };
        Ok(all.into_iter().map(job).collect())
    }

    fn e2e_test(&self, engine: Engine, program: &Program) -> Result<Count> {
        let mut command = program.command();
        // Each test that runs has a browser to itself, which is more than one process; but most of the time it waits.
        command.args(["--test-threads", if is_measured(engine, program) { "1" } else { "4" }]);
        // libtest can mix the order, and calls that unstable.
        command.args(["-Zunstable-options", "--shuffle-seed", &self.seed.to_string()]).env("RUSTC_BOOTSTRAP", "1");
        let pictures = if program.name == CLOCK { Pictures::All } else { Pictures::Few };
        self.browser(engine)?.for_e2e(&mut command, pictures);
        report::counted(&mut command)
    }
}
