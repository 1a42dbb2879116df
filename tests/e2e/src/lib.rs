//! The harness of the end-to-end tests: for each test a sandbox of its own and a browser that is as it was when it started, in
//! the engine that the environment names.
//!
//! ```ignore
//! #[test]
//! fn greets_the_user() {
//!     e2e::on_sandbox(async |page, sandbox| {
//!         page.open(&sandbox.url("/playground.html")).await;
//!         page.wait_for_text("poly-chat >>> [data-role=agent]", "Hello").await;
//!     });
//! }
//! ```
//!
//! `cargo xtask test e2e` builds the package and the demo site, finds the browsers, names them in the environment (see
//! [`Engine::from_env`]) and runs the tests in each. A test that fails leaves a screenshot, the document and what the
//! browser said in `target/e2e/`.
//!
//! The programs of `tests/`:
//!
//! - `widget` and `chat` have most of the tests, `harness` those of this library, `webview` that of the native application.
//! - `quiet` measures the work of a page in Chromium, one test at a time; `screenshots` compares pictures; `clock` holds promises in
//!   seconds, and waits for most of them. They are for a machine that does nothing else.
//! - `soak` waits nine tenths of its minutes, and can begin first and beside all others.
//!
//! The tests of a program share its browsers, so a file of tests is better a module of one than a program of its own.
//!
//! `E2E_PATIENCE` is a factor for all limits, for machines that are slow: see [`patient`].

mod accessibility;
mod browser;
mod chat;
mod driver;
mod engine;
mod extension;
mod gone;
mod guard;
mod guide;
pub mod hostile;
mod keys;
mod network;
mod page;
mod patience;
mod picture;
mod profile;
mod remote;
mod sandbox;
mod screen;
mod secrets;
mod site;
mod tap;
mod timeline;
mod token_backend;
mod widget;
mod windows;

use std::{
    env,
    ffi::OsStr,
    fs,
    panic::{AssertUnwindSafe, resume_unwind},
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

use futures_util::FutureExt;
use tokio::time::timeout;

pub use accessibility::Heard;
use browser::Browser;
pub use chat::{Chat, Setup, texts_said};
pub use engine::Engine;
pub use gone::Gone;
pub use guide::{Listing, listings};
pub use keys::key;
pub use network::Offline;
pub use page::Page;
pub use patience::patient;
pub use picture::{Difference, Picture};
use profile::Profile;
use remote::Remote;
pub use sandbox::Sandbox;
pub use screen::{Preference, Screen};
pub use secrets::{Swept, holds};
pub use tap::Tap;
pub use timeline::{Recording, Timeline};
pub use token_backend::TokenBackend;
pub use widget::{Widget, inside, part};

/// How long a test may take, with the start of its browser. A test that needs longer hangs.
const TEST_LIMIT: Duration = Duration::from_secs(240);

/// Runs a test in a browser without anything in it, beside a sandbox of its own that serves the demo site at `/` and the
/// package at `/pkg/`. The browser may have been another test's, and is made as it was. The sandbox is gone afterwards, however
/// the test ends.
///
/// # Panics
///
/// When the test does, when it takes longer than four minutes (times [`patient`]), and when the browser or the sandbox does
/// not start; and when a token is found in what the client stored or logged ([`Page::sweep`]).
pub fn on_sandbox(test: impl AsyncFnOnce(&Page, &Sandbox)) {
    run(async |traces| {
        let browser = Browser::take(traces.engine).await;
        browse(&traces, &browser, TEST_LIMIT, beside_sandbox(test)).await;
        browser.give_back().await;
    });
}

/// As [`on_sandbox`], in a new browser that no other test will have: for what is measured, for the secrets that a browser
/// keeps, for what a user prefers, for the network and the back/forward cache.
///
/// # Panics
///
/// As [`on_sandbox`].
pub fn on_private_sandbox(test: impl AsyncFnOnce(&Page, &Sandbox)) {
    on_private_sandbox_within(TEST_LIMIT, test);
}

/// As [`on_private_sandbox`], for a test that may take so long (times [`patient`]).
///
/// # Panics
///
/// As [`on_sandbox`].
pub fn on_private_sandbox_within(limit: Duration, test: impl AsyncFnOnce(&Page, &Sandbox)) {
    run(async |traces| {
        let browser = Browser::start(traces.engine, Engine::capabilities()).await;
        browse(&traces, &browser, limit, beside_sandbox(test)).await;
    });
}

/// Runs a test in a browser without anything in it, which may have been another test's.
///
/// # Panics
///
/// As [`on_sandbox`].
pub fn in_browser(test: impl AsyncFnOnce(&Page)) {
    run(async |traces| {
        let browser = Browser::take(traces.engine).await;
        browse(&traces, &browser, TEST_LIMIT, test).await;
        browser.give_back().await;
    });
}

/// Runs two tests one after the other beside one sandbox. Where tests share browsers, the second one has the first one's.
///
/// # Panics
///
/// As [`on_sandbox`]; and when the browser could not be made as it was.
pub fn one_after_the_other(first: impl AsyncFnOnce(&Page, &Sandbox), second: impl AsyncFnOnce(&Page, &Sandbox)) {
    run(async |traces| {
        let sandbox = Sandbox::start().await;
        let browser = Browser::start(traces.engine, Engine::capabilities()).await;
        browse(&traces, &browser, TEST_LIMIT, async |page: &Page| first(page, &sandbox).await).await;
        let browser = browser.renewed().await;
        browse(&traces, &browser, TEST_LIMIT, async |page: &Page| second(page, &sandbox).await).await;
    });
}

/// Runs a test in one browser after another, all with the same profile, beside a sandbox.
///
/// # Panics
///
/// As [`on_sandbox`].
pub fn on_profile(test: impl AsyncFnOnce(&Visits, &Sandbox)) {
    run(async |traces| {
        let visits = Visits { traces, profile: Profile::new() };
        let sandbox = Sandbox::start().await;
        test(&visits, &sandbox).await;
        visits.traces.remove();
    });
}

/// A test with a sandbox as one without.
fn beside_sandbox(test: impl AsyncFnOnce(&Page, &Sandbox)) -> impl AsyncFnOnce(&Page) {
    async |page: &Page| {
        let sandbox = Sandbox::start().await;
        test(page, &sandbox).await;
    }
}

/// Browsers that share a profile, one after the other.
pub struct Visits {
    traces: Traces,
    profile: Profile,
}

impl Visits {
    /// Starts a browser, has it do this, and closes it as a user does.
    ///
    /// In WebKitGTK the page is driven without WebDriver, since that keeps no profile: there it can be opened once, run
    /// scripts and wait.
    ///
    /// # Panics
    ///
    /// When the work does, and when the browser does not start.
    pub async fn visit(&self, sandbox: &Sandbox, work: impl AsyncFnOnce(&Page)) {
        let engine = self.traces.engine;
        if engine == Engine::WebKit {
            let remote = Remote::new(sandbox.line(), self.profile.folder(), &self.traces.log());
            let page = Page::without_driver(engine, remote);
            let test = async {
                work(&page).await;
                page.sweep().await;
            };
            timeout(patient(TEST_LIMIT), test).await.expect("a visit takes less than four minutes");
            page.close().await;
        } else {
            let capabilities = self.profile.told_in(engine, Engine::capabilities());
            let browser = Browser::start(engine, capabilities).await;
            browse(&self.traces, &browser, TEST_LIMIT, work).await;
            Page::of(&browser).close().await;
        }
    }
}

/// Runs a test on a runtime of its own.
fn run(test: impl AsyncFnOnce(Traces)) {
    let engine = Engine::from_env();
    let name = thread::current().name().unwrap_or("test").replace("::", "-");
    let traces = Traces::of(&format!("{}-{name}", program()), engine);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("cannot start the tokio runtime");
    runtime.block_on(test(traces));
}

/// What the running program of tests is called: its file, without the hash that cargo puts behind the name.
fn program() -> String {
    let file = env::current_exe().ok();
    let name = file.as_deref().and_then(Path::file_stem).and_then(OsStr::to_str).unwrap_or("tests");
    name.rsplit_once('-').map_or(name, |(name, _)| name).to_owned()
}

/// Has a browser do this. What is left when that fails is kept.
async fn browse(traces: &Traces, browser: &Browser, limit: Duration, work: impl AsyncFnOnce(&Page)) {
    let (page, said_before) = (Page::of(browser), browser.driver().has_said());
    let test = async {
        work(&page).await;
        for window in page.windows().await {
            page.switch_to(&window).await;
            page.sweep().await;
        }
    };
    let test = async {
        let limit = patient(limit);
        timeout(limit, test).await.unwrap_or_else(|_| panic!("the test took longer than {limit:?}"));
    };
    match AssertUnwindSafe(test).catch_unwind().await {
        Ok(()) => traces.remove(),
        Err(panic) => {
            traces.keep(&page, &browser.driver().said_since(said_before)).await;
            resume_unwind(panic)
        }
    }
}

/// What a failed test leaves behind: `target/e2e/PROGRAM-TEST-ENGINE.png`, `.html` and `.log`.
struct Traces {
    engine: Engine,
    stem: PathBuf,
}

impl Traces {
    fn of(test: &str, engine: Engine) -> Self {
        let folder = project_root().join("target/e2e");
        fs::create_dir_all(&folder).expect("cannot make target/e2e");
        let traces = Self { engine, stem: folder.join(format!("{test}-{engine}")) };
        traces.remove();
        traces
    }

    /// What the driver said, and the browser through it.
    fn log(&self) -> PathBuf {
        self.stem.with_extension("log")
    }

    async fn keep(&self, page: &Page, said: &str) {
        let _ = fs::write(self.log(), said);
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
    let manifest = env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    let root = Path::new(&manifest).join("../..");
    root.canonicalize().unwrap_or(root)
}
