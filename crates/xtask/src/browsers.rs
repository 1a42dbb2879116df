//! The browser engines that the tests run in: their browsers and WebDriver programs, found or installed, and what
//! a test runner must be told about them.

use std::{
    ffi::OsString,
    io::{BufRead, BufReader},
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::OnceLock,
};

use anyhow::{Context, Result, anyhow, bail};
use serde_json::{Value, json};

use crate::{
    project,
    steps::{self, ask},
    terminal::note,
    tools::{self, in_path},
};

/// The geckodriver that is built where none is installed; Debian has no package of it.
const GECKODRIVER: &str = "0.37.1";

/// A browser engine.
#[derive(clap::ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Engine {
    Chromium,
    Firefox,
    Webkit,
}

/// An engine that is ready to be driven. Its screen, if it has one of its own, goes with it.
pub(crate) struct Browser {
    engine: Engine,
    driver: PathBuf,
    browser: Option<PathBuf>,
    screen: Option<Screen>,
}

/// How often a browser draws, where it can be told.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pictures {
    /// As it does for a user.
    All,
    /// Less often: for tests in which nobody looks.
    Few,
}

impl Engine {
    pub(crate) const ALL: [Self; 3] = [Self::Chromium, Self::Firefox, Self::Webkit];

    /// Whether the tests can ask it what a page's work cost.
    pub(crate) fn measures(self) -> bool {
        self == Self::Chromium
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Chromium => "chromium",
            Self::Firefox => "firefox",
            Self::Webkit => "webkit",
        }
    }

    /// Finds the browser and its driver, installs them where that can be done, or says what is missing.
    pub(crate) fn prepare(self) -> Result<Browser> {
        match self {
            Self::Chromium => {
                let names = ["chromium", "google-chrome", "google-chrome-stable", "chromium-browser"];
                let browser = find_or_install(&names, &["chromium"])?;
                let driver = find_or_install(&["chromedriver"], &["chromium-driver"])?;
                Ok(Browser { engine: self, driver, browser: Some(browser), screen: None })
            }
            Self::Firefox => {
                let browser = find_or_install(&["firefox", "firefox-esr"], &["firefox-esr"])?;
                Ok(Browser { engine: self, driver: geckodriver()?, browser: Some(browser), screen: None })
            }
            Self::Webkit => {
                let driver = find_or_install(&["WebKitWebDriver"], &["webkit2gtk-driver"])?;
                // WebKitGTK has no headless mode, so it gets a screen that no one sees.
                Ok(Browser { engine: self, driver, browser: None, screen: Some(Screen::prepare()?) })
            }
        }
    }
}

impl Browser {
    /// Tells wasm-bindgen's test runner which driver to start, and how.
    pub(crate) fn for_wasm_tests(&self, command: &mut Command) -> Result<()> {
        let drivers = ["CHROMEDRIVER", "GECKODRIVER", "SAFARIDRIVER"];
        for driver in drivers {
            command.env_remove(driver).env_remove(format!("{driver}_REMOTE"));
        }
        let variable = drivers[self.engine as usize];
        let file = project::stamps().join(format!("webdriver-{}.json", self.engine.name()));
        steps::write(&file, self.capabilities(Pictures::All).to_string())?;
        command.env(variable, &self.driver).env("WASM_BINDGEN_TEST_WEBDRIVER_JSON", file);
        command.envs(self.surroundings());
        Ok(())
    }

    /// Tells the end-to-end tests which driver to start, and how.
    pub(crate) fn for_e2e(&self, command: &mut Command, pictures: Pictures) {
        command
            .env("E2E_ENGINE", self.engine.name())
            .env("E2E_DRIVER", &self.driver)
            .env("E2E_CAPABILITIES", self.capabilities(pictures).to_string())
            .envs(self.surroundings());
    }

    /// WebDriver capabilities. No profile is named: each driver makes a new one for each session.
    fn capabilities(&self, pictures: Pictures) -> Value {
        match self.engine {
            Engine::Chromium => json!({
                "goog:chromeOptions": {
                    "binary": self.browser,
                    // Chromium's own sandbox needs rights that a container or root does not give.
                    "args": [
                        "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
                        "--disable-background-networking", "--disable-component-update", "--disable-sync",
                    ],
                },
                "goog:loggingPrefs": { "browser": "ALL" },
            }),
            Engine::Firefox => {
                // Drawing without a graphics card is a fifth of what these tests cost in Firefox.
                let few = json!({ "layout.frame_rate": 20, "dom.ipc.processPrelaunch.enabled": false });
                let preferences = if pictures == Pictures::Few { few } else { json!({}) };
                json!({
                    "moz:firefoxOptions": { "binary": self.browser, "args": ["-headless"], "prefs": preferences },
                })
            }
            Engine::Webkit => json!({}),
        }
    }

    fn surroundings(&self) -> Vec<(&'static str, OsString)> {
        self.screen.as_ref().map(Screen::surroundings).unwrap_or_default()
    }
}

/// An X server without a display.
pub(crate) struct Screen {
    server: Child,
    number: u32,
}

impl Screen {
    /// Opens one, if need be after installing the server.
    pub(crate) fn prepare() -> Result<Self> {
        Self::open(&find_or_install(&["Xvfb"], &["xvfb"])?)
    }

    /// What a program with a window is to find in its environment.
    pub(crate) fn surroundings(&self) -> Vec<(&'static str, OsString)> {
        vec![
            ("DISPLAY", format!(":{}", self.number).into()),
            ("GDK_BACKEND", "x11".into()),
            // There is no graphics card behind this screen. WebKit's own switches that turn its renderers off do
            // not help: with them it never answers a request for a screenshot.
            ("LIBGL_ALWAYS_SOFTWARE", "1".into()),
        ]
    }

    fn open(xvfb: &PathBuf) -> Result<Self> {
        let mut server = Command::new(xvfb)
            .args(["-displayfd", "1", "-screen", "0", "1280x1024x24", "-nolisten", "tcp"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("cannot start Xvfb")?;
        let mut line = String::new();
        if let Some(output) = server.stdout.take() {
            BufReader::new(output).read_line(&mut line)?;
        }
        match line.trim().parse() {
            Ok(number) => Ok(Self { server, number }),
            Err(_) => {
                let _ = server.kill();
                bail!("Xvfb did not start ({}): is /tmp/.X11-unix writable?", server.wait()?)
            }
        }
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// The first of these programs in PATH, if need be after installing these packages with apt-get.
fn find_or_install(programs: &[&str], packages: &[&str]) -> Result<PathBuf> {
    if let Some(program) = in_path(programs) {
        return Ok(program);
    }
    let missing = || format!("{} is missing; on Debian: apt-get install {}", programs[0], packages.join(" "));
    apt_get(packages).with_context(missing)?;
    in_path(programs).ok_or_else(|| anyhow!(missing()))
}

/// Makes sure that programs can be built upon WebKitGTK, where that is the system's web view.
pub(crate) fn webkit_library() -> Result<()> {
    const LIBRARY: &str = "webkit2gtk-4.1";
    const PACKAGES: [&str; 2] = ["libwebkit2gtk-4.1-dev", "pkg-config"];
    let is_there = || ask(Command::new("pkg-config").args(["--exists", LIBRARY])).is_some();
    if !cfg!(target_os = "linux") || is_there() {
        return Ok(());
    }
    let missing = || format!("{LIBRARY} is missing; on Debian: apt-get install {}", PACKAGES.join(" "));
    apt_get(&PACKAGES).with_context(missing)?;
    if is_there() { Ok(()) } else { Err(anyhow!(missing())) }
}

/// Installs Debian packages, where one may.
fn apt_get(packages: &[&str]) -> Result<()> {
    if in_path(&["apt-get"]).is_none() {
        bail!("there is no apt-get here");
    }
    let root = ask(Command::new("id").arg("-u")).is_some_and(|id| id == "0");
    if !root && ask(Command::new("sudo").args(["-n", "true"])).is_none() {
        bail!("apt-get needs root, and sudo asks for a password");
    }
    let apt = |arguments: &[&str]| {
        let mut command = if root { Command::new("apt-get") } else { Command::new("sudo") };
        if !root {
            command.args(["-n", "apt-get"]);
        }
        command.args(arguments).env("DEBIAN_FRONTEND", "noninteractive").stdin(Stdio::null());
        note!("     {}", steps::line(&command));
        steps::run(&mut command, "Are the package sources reachable?")
    };
    static UPDATED: OnceLock<()> = OnceLock::new();
    if UPDATED.get().is_none() {
        apt(&["update", "-qq"])?;
        let _ = UPDATED.set(());
    }
    apt(&[&["install", "-y", "-qq", "--no-install-recommends"], packages].concat())
}

/// The driver for Firefox, built from its source where there is none.
pub(crate) fn geckodriver() -> Result<PathBuf> {
    tools::built("geckodriver", GECKODRIVER, &[])
}
