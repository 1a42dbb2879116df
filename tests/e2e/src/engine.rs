//! Which browser engine the tests run in, and what the environment says of it.

use std::{env, fmt, path::PathBuf};

use fantoccini::wd::Capabilities;

/// A browser engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// Blink and V8, driven by chromedriver.
    Chromium,
    /// Gecko, driven by geckodriver.
    Firefox,
    /// WebKitGTK, driven by `WebKitWebDriver`.
    WebKit,
}

impl Engine {
    /// The engine that `E2E_ENGINE` names.
    ///
    /// # Panics
    ///
    /// When it names none: these tests need a browser, and `cargo xtask test e2e` finds one.
    pub fn from_env() -> Self {
        match variable("E2E_ENGINE").as_str() {
            "chromium" => Self::Chromium,
            "firefox" => Self::Firefox,
            "webkit" => Self::WebKit,
            other => panic!("E2E_ENGINE is {other:?}; it can be chromium, firefox or webkit"),
        }
    }

    /// The WebDriver program.
    pub(crate) fn driver() -> PathBuf {
        variable("E2E_DRIVER").into()
    }

    /// What the driver must be told about the browser.
    pub(crate) fn capabilities() -> Capabilities {
        serde_json::from_str(&variable("E2E_CAPABILITIES")).expect("E2E_CAPABILITIES holds WebDriver capabilities")
    }
}

impl fmt::Display for Engine {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Chromium => "chromium",
            Self::Firefox => "firefox",
            Self::WebKit => "webkit",
        })
    }
}

fn variable(name: &str) -> String {
    env::var(name).unwrap_or_else(|_| panic!("{name} is not set: run these tests with `cargo xtask test e2e`"))
}
