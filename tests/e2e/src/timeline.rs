//! What Chromium itself records of a page's main thread (Chrome DevTools Protocol, "Tracing"): its tasks, and how often it laid
//! the page out.

use std::{collections::HashSet, time::Duration};

use futures_util::{SinkExt, StreamExt};
use http_body_util::{BodyExt, Empty};
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, tungstenite::Message};

use crate::{Engine, Page};

/// What is recorded: what DevTools shows as a timeline, and the page's own marks.
const CATEGORIES: [&str; 3] = ["devtools.timeline", "disabled-by-default-devtools.timeline", "blink.user_timing"];
/// The mark that tells the page's main thread from all others, in the task of [`YARDSTICK`].
const MARK: &str = "the end of the recording";
/// A work that is the same each time: some of what a page does, and nothing of the package.
const YARDSTICK: &str = "
    performance.mark(arguments[0]);
    const lines = Array.from({ length: 3_000 }, (_, at) => ({ at, text: `line ${(at * 7919) % 3_000}` }));
    for (let round = 0; round < 4; round++) {
        const read = JSON.parse(JSON.stringify(lines)).sort((one, other) => (one.text < other.text ? -1 : 1));
        const list = document.createElement('ul');
        for (const { text } of read) list.appendChild(document.createElement('li')).textContent = text;
    }";
/// How long it takes where the limits of this project's tests hold as they stand. Where it takes longer, a task may as well.
const REFERENCE: Duration = Duration::from_millis(28);

/// A recording under way. It is of no page until it is stopped, so it may begin before one is opened.
#[derive(Debug)]
pub struct Recording {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

/// What a page's main thread did while it was recorded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Timeline {
    /// How long each task took, the longest first: time of the processor and not of the clock, so that it is the same
    /// however busy the machine is. Where the system does not say that time, it is the clock's. A machine that is slower than the
    /// one for which limits are written, or is so for a while, is told by a work of known length and counts for nothing.
    pub tasks: Vec<Duration>,
    /// How many layouts each frame had, in order.
    pub layouts: Vec<usize>,
    /// How many layouts a script forced, by asking for measures while something had changed.
    pub forced_layouts: usize,
    /// How many messages came by a socket.
    pub messages: usize,
}

impl Timeline {
    /// How long the longest task took.
    pub fn longest_task(&self) -> Duration {
        self.tasks.first().copied().unwrap_or_default()
    }

    /// The most layouts that one frame had.
    pub fn most_layouts(&self) -> usize {
        self.layouts.iter().copied().max().unwrap_or_default()
    }
}

impl Recording {
    /// Has the browser record from now on. `None` in the engines that do not record.
    ///
    /// # Panics
    ///
    /// When the browser does not do as it is told.
    pub async fn start(page: &Page) -> Option<Self> {
        if page.engine() != Engine::Chromium {
            return None;
        }
        let capabilities = page.client().capabilities().expect("chromedriver tells what the browser is");
        let debugger = capabilities["goog:chromeOptions"]["debuggerAddress"].as_str().expect("an address");
        let (socket, _) = tokio_tungstenite::connect_async(socket_of(debugger).await).await.expect("a DevTools socket");
        let mut recording = Self { socket };
        let config = json!({ "includedCategories": CATEGORIES, "recordMode": "recordAsMuchAsPossible" });
        recording.ask("Tracing.start", json!({ "transferMode": "ReportEvents", "traceConfig": config })).await;
        recording.next_of(|answer| answer["id"] == 1).await;
        Some(recording)
    }

    /// Ends the recording: what the main thread of the page did.
    ///
    /// # Panics
    ///
    /// When the browser does not do as it is told, or what it tells cannot be understood.
    pub async fn stop(mut self, page: &Page) -> Timeline {
        page.eval(YARDSTICK, &[json!(MARK)]).await;
        self.ask("Tracing.end", json!({})).await;
        let mut events = Vec::new();
        loop {
            let mut told = self.next_of(|told| told["method"].is_string()).await;
            match told["method"].as_str() {
                Some("Tracing.dataCollected") => {
                    if let Value::Array(more) = told["params"]["value"].take() {
                        events.extend(more);
                    }
                }
                Some("Tracing.tracingComplete") => {
                    assert_ne!(told["params"]["dataLossOccurred"], true, "the browser could not record all of it");
                    return timeline_of(events);
                }
                _ => {}
            }
        }
    }

    async fn ask(&mut self, method: &str, params: Value) {
        let order = json!({ "id": 1, "method": method, "params": params }).to_string();
        self.socket.send(Message::text(order)).await.expect("the browser listens");
    }

    async fn next_of(&mut self, is_wanted: impl Fn(&Value) -> bool) -> Value {
        loop {
            let message = self.socket.next().await.expect("the browser answers").expect("the browser answers");
            let Message::Text(text) = message else { continue };
            let told: Value = serde_json::from_str(&text).expect("the browser speaks JSON");
            assert!(told["error"].is_null(), "the browser refuses: {told}");
            if is_wanted(&told) {
                return told;
            }
        }
    }
}

/// The address of the browser's own DevTools socket.
async fn socket_of(debugger: &str) -> String {
    let client = Client::builder(TokioExecutor::new()).build_http::<Empty<&[u8]>>();
    let address = format!("http://{debugger}/json/version").parse().expect("an address");
    let answer = client.get(address).await.expect("DevTools answers");
    let body = answer.into_body().collect().await.expect("DevTools answers").to_bytes();
    let version: Value = serde_json::from_slice(&body).expect("DevTools answers in JSON");
    version["webSocketDebuggerUrl"].as_str().expect("the address of a socket").to_owned()
}

fn timeline_of(mut events: Vec<Value>) -> Timeline {
    let mark = events.iter().find(|event| event["name"] == MARK).expect("the page's mark is in the recording").clone();
    let thread = (mark["pid"].clone(), mark["tid"].clone());
    events.retain(|event| event["pid"] == thread.0 && event["tid"] == thread.1);
    // What is told in parts is told in no order.
    let begun = |event: &Value| event["ts"].as_f64().unwrap_or_default();
    events.sort_by(|one, other| begun(one).total_cmp(&begun(other)));

    let yardstick = |event: &Value| {
        let end = begun(event) + event["dur"].as_f64().unwrap_or_default();
        event["name"] == "RunTask" && begun(event) <= begun(&mark) && begun(&mark) <= end
    };
    let at = events.iter().position(yardstick).expect("the mark is in a task");
    let slowness = time_of(&events.remove(at)).unwrap_or_default().div_duration_f64(REFERENCE).max(1.0);

    let mut timeline = Timeline::default();
    let (mut layouts, mut end_of_script, mut is_frame) = (Vec::new(), 0.0_f64, false);
    // A picture in SVG is a document too, with frames and layouts of its own, but without scripts.
    let page = |event: &Value| event["args"]["data"]["frame"].as_str().map(str::to_owned);
    let is_script = |event: &&Value| event["name"] == "FunctionCall";
    let pages: HashSet<String> = events.iter().filter(is_script).filter_map(page).collect();
    for event in &events {
        match event["name"].as_str() {
            Some("RunTask") => {
                // A frame ends with the task that draws it, which may go over the page more than once.
                if std::mem::take(&mut is_frame) {
                    timeline.layouts.push(layouts.len());
                    timeline.forced_layouts += layouts.drain(..).filter(|is_forced| *is_forced).count();
                }
                timeline.tasks.extend(time_of(event).map(|time| time.div_f64(slowness)));
            }
            Some("FunctionCall" | "EvaluateScript" | "v8.callFunction") => {
                end_of_script = end_of_script.max(begun(event) + event["dur"].as_f64().unwrap_or_default());
            }
            Some("Layout") => {
                let document = event["args"]["beginData"]["frame"].as_str().unwrap_or_default();
                layouts.extend(pages.contains(document).then(|| begun(event) < end_of_script));
            }
            Some("PrePaint") if page(event).is_some_and(|page| pages.contains(&page)) => is_frame = true,
            Some("WebSocketReceive") => timeline.messages += 1,
            _ => {}
        }
    }
    timeline.tasks.sort_by(|one, other| other.cmp(one));
    timeline
}

/// How long the processor was at a task, or, where that is not told, how long the task took.
fn time_of(task: &Value) -> Option<Duration> {
    task["tdur"].as_u64().or_else(|| task["dur"].as_u64()).map(Duration::from_micros)
}
