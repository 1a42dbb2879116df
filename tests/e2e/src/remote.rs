//! A page that is driven without WebDriver. WebKitGTK's drivable browser keeps nothing when it ends, by design; the same
//! browser started by hand keeps what any browser does. So there the page itself (pages/remote.js) asks for what to do.

use std::{
    fs::File,
    path::Path,
    process::{Command, Stdio},
    sync::Arc,
    time::Duration,
};

use serde_json::{Value, json};
use tokio::{
    sync::{Mutex, Notify},
    time::{Instant, sleep, timeout},
};

use crate::{guard::Guarded, patient};

/// Where Debian and its relatives, Fedora and Arch have WebKitGTK's own browser, newest API first.
const BROWSERS: [&str; 6] = [
    "/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser",
    "/usr/lib/aarch64-linux-gnu/webkit2gtk-4.1/MiniBrowser",
    "/usr/libexec/webkit2gtk-4.1/MiniBrowser",
    "/usr/lib/webkit2gtk-4.1/MiniBrowser",
    "/usr/lib/x86_64-linux-gnu/webkit2gtk-4.0/MiniBrowser",
    "/usr/lib/aarch64-linux-gnu/webkit2gtk-4.0/MiniBrowser",
];
/// How long a page may take for one order, with the start of its browser.
const ANSWER_LIMIT: Duration = Duration::from_secs(30);
/// How long a browser may take to end once its only window is closed.
const END_LIMIT: Duration = Duration::from_secs(10);

/// The line between a test and a page: one order at a time, each with its answer.
#[derive(Debug, Default)]
pub(crate) struct Line {
    order: Mutex<Option<Value>>,
    has_order: Notify,
    answer: Mutex<Option<Value>>,
    has_answer: Notify,
}

impl Line {
    /// The page's side.
    pub(crate) async fn next(&self, answer: Value) -> Value {
        if !answer.is_null() {
            *self.answer.lock().await = Some(answer);
            self.has_answer.notify_one();
        }
        loop {
            if let Some(order) = self.order.lock().await.take() {
                return order;
            }
            self.has_order.notified().await;
        }
    }

    async fn send(&self, order: Value) {
        *self.order.lock().await = Some(order);
        self.has_order.notify_one();
    }

    async fn answer(&self, number: u64) -> Value {
        loop {
            if let Some(answer) = self.answer.lock().await.take_if(|answer| answer["number"] == number) {
                return answer;
            }
            self.has_answer.notified().await;
        }
    }
}

/// A browser with a profile on disk, whose page asks for its orders.
#[derive(Debug)]
pub(crate) struct Remote {
    browser: Mutex<Option<Guarded>>,
    line: Arc<Line>,
    profile: std::path::PathBuf,
    log: File,
    orders: Mutex<u64>,
}

impl Remote {
    pub(crate) fn new(line: Arc<Line>, profile: &Path, log: &Path) -> Self {
        let log = File::create(log).expect("cannot write to target/e2e");
        Self { browser: Mutex::default(), line, profile: profile.to_owned(), log, orders: Mutex::default() }
    }

    /// Starts the browser at this address: a page that includes `remote.js`.
    pub(crate) async fn open(&self, address: &str) {
        let mut browser = self.browser.lock().await;
        assert!(browser.is_none(), "a page without WebDriver is opened once");
        let program =
            BROWSERS.iter().find(|path| Path::new(path).exists()).expect("WebKitGTK comes with a MiniBrowser");
        let separator = if address.contains('?') { '&' } else { '?' };
        let mut command = Command::new(program);
        for (variable, folder) in
            [("XDG_DATA_HOME", "data"), ("XDG_CACHE_HOME", "cache"), ("XDG_CONFIG_HOME", "config")]
        {
            command.env(variable, self.profile.join(folder));
        }
        let log = || self.log.try_clone().expect("cannot write to target/e2e");
        command.arg(format!("{address}{separator}remote")).stdin(Stdio::null()).stdout(log()).stderr(log());
        let started = Guarded::spawn(&mut command).unwrap_or_else(|error| panic!("cannot start {program}: {error}"));
        *browser = Some(started);
        drop(browser);
        self.eval("await new Promise((done) => document.readyState === 'complete' ? done() : addEventListener('load', done));", &[])
            .await
            .expect("the page loads");
    }

    /// Runs the body of an async function on the page; an error is what it threw.
    pub(crate) async fn eval(&self, body: &str, values: &[Value]) -> Result<Value, String> {
        let mut orders = self.orders.lock().await;
        *orders += 1;
        self.line.send(json!({ "number": *orders, "body": body, "values": values })).await;
        let limit = patient(ANSWER_LIMIT);
        let answer = timeout(limit, self.line.answer(*orders))
            .await
            .map_err(|_| format!("the page did not answer within {limit:?}"))?;
        match answer.get("error") {
            None => Ok(answer["value"].clone()),
            Some(error) => Err(error.to_string()),
        }
    }

    /// Closes the window as a user does, and the browser with it.
    pub(crate) async fn close(&self) {
        self.line.send(json!({ "number": 0, "body": "window.close();", "values": [] })).await;
        let Some(mut browser) = self.browser.lock().await.take() else { return };
        let limit = patient(END_LIMIT);
        let deadline = Instant::now() + limit;
        // A process of its own writes to the disk what pages have stored, and may outlive the one with the window.
        while browser.ended().is_none() || !browser.is_alone() {
            assert!(Instant::now() < deadline, "the browser did not end within {limit:?}");
            sleep(Duration::from_millis(20)).await;
        }
    }
}
