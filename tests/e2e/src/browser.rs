//! Browsers, and how one goes from test to test: most tests take one that waits, and give it back as it was when it started.
//! There are as many as tests run side by side. A test that leaves something behind that cannot be taken away, that measures,
//! or that looks at what a browser keeps has one to itself.

use std::{
    panic::resume_unwind,
    sync::{LazyLock, Mutex, PoisonError},
    time::Duration,
};

use fantoccini::{Client, ClientBuilder, error::CmdError, wd::Capabilities};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tokio::{
    runtime::{self, Runtime},
    time::{Instant, sleep_until, timeout},
};

use crate::{
    Engine,
    driver::Driver,
    extension::{ask, ask_browser, devtools},
    patient,
};

/// How long a browser may take to start, with its driver.
const START_LIMIT: Duration = Duration::from_secs(60);
/// How long it may take to be made as it was. One that takes longer is not used again.
const CLEANING_LIMIT: Duration = Duration::from_secs(10);
/// How long a script may take on a page, as the drivers have it by themselves.
const SCRIPT_LIMIT: Duration = Duration::from_secs(30);

/// Has Firefox be as it was, and forget all that its pages keep.
const EMPTY_FIREFOX: &str = "
    Services.io.offline = false;
    const set = ['network.disable-localhost-when-offline', 'ui.prefersReducedMotion', 'browser.display.document_color_use'];
    for (const name of set) Services.prefs.clearUserPref(name);
    const kinds = ['COOKIES', 'ALL_CACHES', 'DOM_STORAGES', 'PERMISSIONS', 'HISTORY', 'SESSION_HISTORY'];
    const all = kinds.reduce((sum, kind) => sum | (Ci.nsIClearDataService[`CLEAR_${kind}`] ?? 0), 0);
    Services.clearData.deleteData(all, { onDataDeleted: (failed) => done(failed) });";

/// What speaks with the drivers. It lasts longer than a test, and a test's own servers do not.
static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    let mut builder = runtime::Builder::new_multi_thread();
    builder.worker_threads(1).enable_all().build().expect("cannot start the tokio runtime")
});

/// The browsers that no test has.
static IDLE: Mutex<Vec<Browser>> = Mutex::new(Vec::new());

/// A browser and its driver. Dropping it ends both.
#[derive(Debug)]
pub(crate) struct Browser {
    engine: Engine,
    driver: Driver,
    client: Client,
    /// Width and height of its window.
    size: Option<(u32, u32)>,
    /// What there is to see of it when it is clean.
    clean: Value,
}

impl Browser {
    /// One that waits, or a new one.
    pub(crate) async fn take(engine: Engine) -> Self {
        while let Some(browser) = idle(Vec::pop) {
            let seen = timeout(patient(CLEANING_LIMIT), browser.look()).await;
            if matches!(seen, Ok(Ok(seen)) if seen == browser.clean) {
                return browser;
            }
        }
        Self::start(engine, Engine::capabilities()).await
    }

    /// A new one. One whose port was taken as it started is started again.
    pub(crate) async fn start(engine: Engine, mut capabilities: Capabilities) -> Self {
        let limit = patient(START_LIMIT);
        let deadline = Instant::now() + limit;
        let script = u64::try_from(patient(SCRIPT_LIMIT).as_millis()).unwrap_or(u64::MAX);
        capabilities.insert("timeouts".to_owned(), json!({ "script": script }));
        let (driver, client) = loop {
            let driver = Driver::start(engine).await;
            tokio::select! {
                client = connect(engine, driver.url(), capabilities.clone()) => break (driver, client),
                () = driver.lost_its_browser() => {}
                () = sleep_until(deadline) => {
                    panic!("{engine} did not start within {limit:?}; it said: {}", driver.said_since(0))
                }
            }
        };
        let mut browser = Self { engine, driver, client, size: None, clean: Value::Null };
        browser.remember().await.unwrap_or_else(|error| panic!("{engine} cannot be looked at: {error}"));
        browser
    }

    /// Makes it as it was and lets it wait for another test, if that can be done.
    pub(crate) async fn give_back(self) {
        if self.is_shared() && matches!(timeout(patient(CLEANING_LIMIT), self.make_clean()).await, Ok(Ok(()))) {
            idle(|browsers| browsers.push(self));
        }
    }

    /// The same one as it is given to the next test, where tests share browsers; else another.
    ///
    /// # Panics
    ///
    /// When it is not as it was.
    pub(crate) async fn renewed(self) -> Self {
        if !self.is_shared() {
            return Self::start(self.engine, Engine::capabilities()).await;
        }
        self.make_clean().await.unwrap_or_else(|error| panic!("{} cannot be made clean: {error}", self.engine));
        let seen = self.look().await.unwrap_or_else(|error| panic!("{} cannot be looked at: {error}", self.engine));
        assert_eq!(seen, self.clean, "{} is not as it was", self.engine);
        self
    }

    pub(crate) fn engine(&self) -> Engine {
        self.engine
    }

    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    pub(crate) fn driver(&self) -> &Driver {
        &self.driver
    }

    /// Whether it can go from test to test. `WebKitWebDriver` has no command that empties what a browser keeps; its browser keeps
    /// nothing when it ends, and starts in half a second.
    fn is_shared(&self) -> bool {
        self.engine != Engine::WebKit
    }

    /// Remembers what it is to be like again.
    async fn remember(&mut self) -> Result<(), CmdError> {
        if self.is_shared() {
            let (width, height) = self.client.get_window_size().await?;
            self.size = u32::try_from(width).ok().zip(u32::try_from(height).ok());
            self.clean = self.look().await?;
        }
        Ok(())
    }

    /// What may differ from a browser that has just started: its windows, the size of a page, what it is told of its user and
    /// of the network, and how much it keeps.
    async fn look(&self) -> Result<Value, CmdError> {
        let script = "
            const matches = (query) => matchMedia(query).matches;
            return [
                innerWidth, innerHeight, devicePixelRatio, history.length, navigator.onLine, navigator.maxTouchPoints, opener,
                matches('(prefers-color-scheme: dark)'), matches('(prefers-reduced-motion: reduce)'),
                matches('(forced-colors: active)'), matches('(pointer: coarse)'),
            ];";
        let page = self.client.execute(script, Vec::new()).await?;
        let kept = match self.engine {
            Engine::Chromium => devtools(&self.client, "Storage.getCookies", json!({})).await?,
            _ => {
                ask_browser(&self.client, "done([Services.cookies.cookies.length, Services.io.offline]);", &[]).await?
            }
        };
        Ok(json!([self.client.windows().await?.len(), page, kept]))
    }

    async fn make_clean(&self) -> Result<(), CmdError> {
        let client = &self.client;
        // There is one only where the test left one.
        let _ = client.dismiss_alert().await;
        let old = client.windows().await?;
        // The one that orders go to may be gone, or a frame in it.
        let any = old.first().cloned().ok_or_else(|| CmdError::NotW3C("it has no window".into()))?;
        client.switch_to_window(any).await?;
        client.release_actions().await?;
        // What is set for a page is set for its window, and its history is the window's too.
        let new = client.new_window(true).await?.handle;
        for window in old {
            client.switch_to_window(window).await?;
            client.close_window().await?;
        }
        client.switch_to_window(new).await?;
        if let Some((width, height)) = self.size {
            client.set_window_size(width, height).await?;
        }
        match self.engine {
            Engine::Chromium => {
                let online = json!({ "network_conditions": { "offline": false, "latency": 0, "throughput": -1 } });
                ask(client, "chromium/network_conditions", online).await?;
                devtools(client, "Storage.clearDataForOrigin", json!({ "origin": "*", "storageTypes": "all" })).await?;
                devtools(client, "Network.clearBrowserCookies", json!({})).await?;
                devtools(client, "Network.clearBrowserCache", json!({})).await?;
                ask(client, "se/log", json!({ "type": "browser" })).await?;
            }
            _ => {
                ask_browser(client, EMPTY_FIREFOX, &[]).await?;
            }
        }
        Ok(())
    }
}

/// Has the driver start its browser.
async fn connect(engine: Engine, driver: String, capabilities: Capabilities) -> Client {
    let connecting = RUNTIME.spawn(async move {
        ClientBuilder::new(HttpConnector::new()).capabilities(capabilities).connect(&driver).await
    });
    match connecting.await {
        Ok(client) => client.unwrap_or_else(|error| panic!("{engine} does not start: {error:?}")),
        Err(error) => resume_unwind(error.into_panic()),
    }
}

/// Does something with the browsers that wait.
fn idle<T>(work: impl FnOnce(&mut Vec<Browser>) -> T) -> T {
    work(&mut IDLE.lock().unwrap_or_else(PoisonError::into_inner))
}
