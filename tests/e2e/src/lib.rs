//! The harness of the end-to-end tests: for each test a sandbox and a browser of its own, in the engine that the
//! environment names.
//!
//! ```ignore
//! #[test]
//! fn greets_the_user() {
//!     e2e::on_sandbox(async |page, sandbox| {
//!         page.open(&sandbox.url("/")).await;
//!         page.wait_for_text("[data-testid=message]", "Hello").await;
//!     });
//! }
//! ```
//!
//! `cargo xtask test e2e` builds the package and the demo page, finds the browsers, names them in the environment (see
//! [`Engine::from_env`]) and runs the tests in each. A test that fails leaves a screenshot, the document and what the
//! browser said in `target/e2e/`.

mod driver;
mod engine;
mod page;
mod sandbox;

use std::{
    any::Any,
    fs,
    panic::{AssertUnwindSafe, resume_unwind},
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

use futures_util::FutureExt;
use tokio::time::timeout;

use driver::Driver;
pub use engine::Engine;
pub use page::Page;
pub use poly_messaging_sandbox::ConnectorSettings;
pub use sandbox::Sandbox;

/// How long a test may take, with the start of its browser. A test that needs longer hangs.
const TEST_LIMIT: Duration = Duration::from_secs(120);

/// Runs a test in a new browser with an empty profile, beside a sandbox of its own that serves the demo page at `/`
/// and the package at `/pkg/`. Both are gone afterwards, however the test ends.
///
/// # Panics
///
/// When the test does, when it takes longer than two minutes, and when the browser or the sandbox does not start.
pub fn on_sandbox(test: impl AsyncFnOnce(&Page, &Sandbox)) {
    on_sandbox_with(sandbox::quick(), test);
}

/// As [`on_sandbox`], with a sandbox of these settings.
///
/// # Panics
///
/// As [`on_sandbox`].
pub fn on_sandbox_with(settings: ConnectorSettings, test: impl AsyncFnOnce(&Page, &Sandbox)) {
    in_browser(async |page| {
        let sandbox = Sandbox::start(settings).await;
        test(page, &sandbox).await;
    });
}

/// Runs a test in a new browser with an empty profile, and closes it afterwards, however the test ends.
///
/// # Panics
///
/// When the test does, when it takes longer than two minutes, and when the browser does not start.
pub fn in_browser(test: impl AsyncFnOnce(&Page)) {
    let engine = Engine::from_env();
    let name = thread::current().name().unwrap_or("test").replace("::", "-");
    let traces = Traces::of(&name, engine);

    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("cannot start the tokio runtime");
    runtime.block_on(async {
        let driver = Driver::start(engine, &traces.log()).await;
        let page = Page::new(engine, &driver).await;
        let outcome = AssertUnwindSafe(timeout(TEST_LIMIT, test(&page))).catch_unwind().await;
        let failure: Option<Box<dyn Any + Send>> = match outcome {
            Ok(Ok(())) => None,
            Ok(Err(_)) => Some(Box::new(format!("{name} took longer than {TEST_LIMIT:?}"))),
            Err(panic) => Some(panic),
        };
        if failure.is_some() {
            traces.keep(&page).await;
        }
        page.close().await;
        drop(driver);
        match failure {
            None => traces.remove(),
            Some(panic) => resume_unwind(panic),
        }
    });
}

/// What a failed test leaves behind: `target/e2e/TEST-ENGINE.png`, `.html` and `.log`.
struct Traces {
    stem: PathBuf,
}

impl Traces {
    fn of(test: &str, engine: Engine) -> Self {
        let folder = project_root().join("target/e2e");
        fs::create_dir_all(&folder).expect("cannot make target/e2e");
        let traces = Self { stem: folder.join(format!("{test}-{engine}")) };
        traces.remove();
        traces
    }

    /// What the driver says, and the browser through it.
    fn log(&self) -> PathBuf {
        self.stem.with_extension("log")
    }

    async fn keep(&self, page: &Page) {
        // The failure is what matters: a browser too broken for a picture of it must not hide it.
        let (picture, source) = page.picture().await;
        if let Some(picture) = picture {
            let _ = fs::write(self.stem.with_extension("png"), picture);
        }
        if let Some(source) = source {
            let _ = fs::write(self.stem.with_extension("html"), source);
        }
        print_line(&format!("at {}", page.place().await));
        for line in page.console().await {
            print_line(&format!("console: {line}"));
        }
        print_line(&format!("what the test left: {}.*", self.stem.display()));
    }

    fn remove(&self) {
        for extension in ["png", "html", "log"] {
            let _ = fs::remove_file(self.stem.with_extension(extension));
        }
    }
}

#[expect(clippy::print_stdout, reason = "libtest shows what a failed test printed")]
fn print_line(line: &str) {
    println!("{line}");
}

/// The root of the working copy, as `cargo test` says it.
pub fn project_root() -> PathBuf {
    let manifest = std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    let root = Path::new(&manifest).join("../..");
    root.canonicalize().unwrap_or(root)
}
