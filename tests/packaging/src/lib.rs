//! The package as it is published, in projects as its users have them: built by their tools, opened in a browser, talking
//! to a sandbox of another origin.
//!
//! `cargo xtask test packaging` packs the package, installs it and the tools of `package.json` in `target/packaging/`, and
//! runs the tests. Each makes its project in a folder there, with the package in its own `node_modules/`. `projects/` holds what a project has of its own, `shared/`
//! the page that all of them show.

mod conversation;
mod guide;
mod outcome;
mod project;
mod server;

pub use conversation::{hold, hold_in_widget, page_of};
pub use guide::Guide;
pub use outcome::{Entry, Outcome};
pub use project::Project;
pub use server::{Server, Site};

use std::{path::PathBuf, time::Duration};

use e2e::{Page, Sandbox};

/// How long a test may take, with the build of its project. On a machine that does nothing else the slowest takes half a minute.
const TEST_LIMIT: Duration = Duration::from_secs(300);

/// The name of the package.
pub const PACKAGE: &str = "poly-messaging-web";

/// As [`e2e::on_sandbox`], with time for a build.
///
/// # Panics
///
/// As [`e2e::on_sandbox`].
pub fn on_sandbox(test: impl AsyncFnOnce(&Page, &Sandbox)) {
    e2e::on_private_sandbox_within(TEST_LIMIT, test);
}

/// What belongs to these tests in the working copy.
fn sources() -> PathBuf {
    e2e::project_root().join("tests/packaging")
}

/// Where the tools are installed, and the projects are made.
fn workshop() -> PathBuf {
    e2e::project_root().join("target/packaging")
}

/// The package as npm installed it.
///
/// # Panics
///
/// When it did not: `cargo xtask test packaging` has it do so.
fn installed() -> PathBuf {
    let package = workshop().join("installed/node_modules").join(PACKAGE);
    assert!(package.exists(), "{} is missing: `cargo xtask test packaging` installs it", package.display());
    package
}
