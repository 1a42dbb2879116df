//! One chat on the tests' own page (`pages/chat.html`), and what the sandbox knows of its conversation.

use std::collections::HashMap;

use fantoccini::wd::WindowHandle;
use serde_json::{Value, json};
use tokio::time::{Duration, Instant, sleep};
use url::form_urlencoded;

use crate::{Page, Sandbox, patient};

/// How long a conversation may take to come to rest.
const SETTLE_LIMIT: Duration = Duration::from_secs(30);
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// Unseals what is kept.
const KEPT: &str = include_str!("kept.js");

/// What differs from one chat to the next.
#[derive(Clone, Debug, Default)]
pub struct Setup {
    /// Over the settings of the sandbox for this chat's connector. Replies come without pauses and no frame is lost to
    /// a rate limit unless this says so.
    pub settings: Value,
    /// Over the options of `createChat`.
    pub options: Value,
    /// More for the page's address: `lacks`, `preparing`, `traps`, `waits`.
    pub query: Vec<(&'static str, String)>,
}

/// A chat in one window. Each call goes to that window.
pub struct Chat<'a> {
    page: &'a Page,
    sandbox: &'a Sandbox,
    window: Option<WindowHandle>,
    name: String,
    /// Where the API is for it.
    api: String,
    address: String,
    /// What the chat is on its page, below `globalThis`.
    handle: String,
}

impl<'a> Chat<'a> {
    /// Opens a page with a chat of its own connector, `name`, in the present window.
    pub async fn open(page: &'a Page, sandbox: &'a Sandbox, name: &str, setup: &Setup) -> Self {
        let chat = Self::prepare(page, sandbox, name, setup).await;
        chat.load().await;
        chat
    }

    async fn load(&self) {
        self.page.open(&self.address).await;
        self.page.wait_until("globalThis.polyMessaging").await;
    }

    /// As [`Chat::open`], and waits until the agent has greeted.
    pub async fn greeted(page: &'a Page, sandbox: &'a Sandbox, name: &str, setup: &Setup) -> Self {
        let chat = Self::open(page, sandbox, name, setup).await;
        chat.settle(&[]).await;
        chat
    }

    /// Opens chats that have nothing to do with each other, each in a window of its own, the first in the present one, and waits
    /// until the agent has greeted in all of them. What they wait for, they wait for side by side.
    pub async fn side_by_side(page: &'a Page, sandbox: &'a Sandbox, chats: &[(String, Setup)]) -> Vec<Self> {
        let mut opened = Vec::new();
        for (name, setup) in chats {
            if !opened.is_empty() {
                page.new_window().await;
            }
            let chat = Self::prepare_at(page, sandbox, &sandbox.door().await, name, setup).await;
            chat.load().await;
            opened.push(chat);
        }
        for chat in &opened {
            chat.settle(&[]).await;
        }
        opened
    }

    /// Registers the connector and opens nothing: the page is at [`Chat::address`].
    pub async fn prepare(page: &'a Page, sandbox: &'a Sandbox, name: &str, setup: &Setup) -> Self {
        Self::prepare_at(page, sandbox, &sandbox.url(""), name, setup).await
    }

    async fn prepare_at(page: &'a Page, sandbox: &'a Sandbox, api: &str, name: &str, setup: &Setup) -> Self {
        let mut settings = json!({ "pace_ms": 1, "step_ms": 1, "messages_per_second": 0 });
        put_over(&mut settings, &setup.settings);
        sandbox.order(&format!("/connectors/{}", token_of(name)), &settings).await;
        let mut options = json!({ "confirmTimeoutMs": 700 });
        put_over(&mut options, &setup.options);
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("api", api).append_pair("connector", name);
        query.append_pair("options", &options.to_string()).extend_pairs(&setup.query);
        let address = sandbox.page(&format!("/chat.html?{}", query.finish()));
        let window = if page.has_driver() { Some(page.window().await) } else { None };
        let (name, api) = (name.to_owned(), api.to_owned());
        Self { page, sandbox, window, name, api, address, handle: "chat".to_owned() }
    }

    /// The same chat in another window.
    pub async fn another(&self) -> Chat<'a> {
        let window = self.page.new_window().await;
        self.load().await;
        self.in_window(window)
    }

    /// The same chat as shown by a window that is open already.
    pub fn in_window(&self, window: WindowHandle) -> Chat<'a> {
        Chat {
            page: self.page,
            sandbox: self.sandbox,
            window: Some(window),
            name: self.name.clone(),
            api: self.api.clone(),
            address: self.address.clone(),
            handle: self.handle.clone(),
        }
    }

    /// The same chat in a frame of the present window, into which WebDriver has been sent.
    #[must_use]
    pub fn in_frame(mut self) -> Self {
        // To turn to a window is to leave its frames.
        self.window = None;
        self
    }

    /// A further chat on this one's page, of a connector of its own: the one that `soak` makes there.
    pub async fn beside(&self, name: &str, setup: &Setup) -> Chat<'a> {
        let mut chat = Self::prepare_at(self.page, self.sandbox, &self.sandbox.door().await, name, setup).await;
        chat.handle = format!("soaked['{name}']");
        chat
    }

    /// The page's address.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Where the API is for it: the sandbox's address, or one of its doors.
    pub fn api(&self) -> &str {
        &self.api
    }

    /// What its connector is called.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Has WebDriver turn to this chat's window.
    pub async fn focus(&self) -> &'a Page {
        if let Some(window) = &self.window {
            self.page.switch_to(window).await;
        }
        self.page
    }

    /// This chat's window.
    ///
    /// # Panics
    ///
    /// Where it is in a frame.
    pub fn window(&self) -> WindowHandle {
        self.window.clone().expect("a window")
    }

    /// Closes this chat's window and turns to that of another chat.
    pub async fn close_window(self, next: &Chat<'_>) {
        let page = self.focus().await;
        page.close_window(next.window.as_ref().expect("a window")).await;
    }

    /// Sends messages, one right after the other, and waits for nothing.
    pub async fn say(&self, texts: &[&str]) {
        self.focus().await.eval("say(...arguments[0]);", &[json!(texts)]).await;
    }

    /// The value of an expression on the page.
    pub async fn value(&self, expression: &str) -> Value {
        self.focus().await.eval(&format!("return ({expression});"), &[]).await
    }

    /// Waits until an expression is true on the page.
    pub async fn until(&self, expression: &str) -> Value {
        self.focus().await.wait_until(expression).await
    }

    /// Waits until the connection is open.
    pub async fn until_open(&self) {
        self.until("chat.getSnapshot().connection.status === 'open'").await;
    }

    /// Loads the page again.
    pub async fn reload(&self) {
        let page = self.focus().await;
        page.reload().await;
        page.wait_until("globalThis.polyMessaging").await;
    }

    /// The session that the page shows.
    pub async fn session(&self) -> String {
        let id = self.until(&format!("{}.getSnapshot().session?.id", self.handle)).await;
        id.as_str().expect("a session id").to_owned()
    }

    /// All that is stored at the page's origin, as text.
    pub async fn stored(&self) -> String {
        let swept = self.focus().await.sweep().await;
        ["indexedDB", "localStorage", "sessionStorage"]
            .map(|area| swept.areas[area].as_str().unwrap_or_default())
            .concat()
    }

    /// Waits until a record with all of these texts in it is kept, sealed.
    ///
    /// # Panics
    ///
    /// When that does not come true.
    pub async fn until_kept(&self, texts: &[&str]) {
        let limit = patient(SETTLE_LIMIT);
        let deadline = Instant::now() + limit;
        let texts: Vec<_> = texts.iter().map(|text| json!(text).to_string()).collect();
        loop {
            let kept = self.focus().await.eval_async(KEPT, &[]).await;
            let records = kept.as_array().expect("records").iter().filter_map(Value::as_str);
            if records.clone().any(|record| texts.iter().all(|text| record.contains(text))) {
                return;
            }
            assert!(Instant::now() < deadline, "{texts:?} were not kept within {limit:?}");
            sleep(LOOK_EVERY).await;
        }
    }

    /// Adds rules for this chat (crates/sandbox/README.md, "Faults").
    pub async fn fault(&self, rules: Value) {
        let mut rules = rules;
        rules["connector"] = json!(token_of(&self.name));
        self.sandbox.order("/faults", &rules).await;
    }

    /// From now on, nothing that the user says arrives in the session that the page shows, however often it is sent.
    pub async fn lose_what_is_said(&self) {
        let session = self.session().await;
        self.fault(json!({ "frames": [{
            "direction": "in", "type": "EVENT_TYPE_USER_MESSAGE", "action": "swallow", "session": session, "times": 1000,
        }] }))
        .await;
    }

    /// Gives an order for the session that the page shows.
    pub async fn order(&self, what: &str, body: Value) {
        let session = self.session().await;
        self.sandbox.order(&format!("/sessions/{session}/{what}"), &body).await;
    }

    /// How often each status was answered to this connector.
    pub async fn stats(&self) -> Value {
        self.sandbox.ask(&format!("/stats?connector={}", token_of(&self.name))).await
    }

    /// All of this connector's sessions, newest first.
    pub async fn sessions(&self) -> Vec<Value> {
        let list = self.sandbox.ask(&format!("/sessions?connector={}", token_of(&self.name))).await;
        list["sessions"].as_array().expect("a list of sessions").clone()
    }

    /// The sandbox's log of the session that the page shows.
    pub async fn log(&self) -> Value {
        let session = self.session().await;
        self.log_of(&session).await
    }

    /// The sandbox's log of a session.
    pub async fn log_of(&self, session: &str) -> Value {
        self.sandbox.ask(&format!("/sessions/{session}/log")).await
    }

    /// The sandbox's log of a session, once it is as wanted.
    ///
    /// # Panics
    ///
    /// When that does not come true.
    pub async fn log_when(&self, session: &str, is_wanted: impl Fn(&Value) -> bool) -> Value {
        let limit = patient(SETTLE_LIMIT);
        let deadline = Instant::now() + limit;
        loop {
            let log = self.log_of(session).await;
            if is_wanted(&log) {
                return log;
            }
            assert!(Instant::now() < deadline, "not as wanted within {limit:?}: {log}");
            sleep(LOOK_EVERY).await;
        }
    }

    /// Waits until exactly these messages have arrived, in this order, and been answered, and the page shows the
    /// conversation as the server's history has it; then checks that the agent was asked to join once. Returns the log.
    ///
    /// # Panics
    ///
    /// When that does not come true: with what the page and the server have instead.
    pub async fn settle(&self, said: &[&str]) -> Value {
        self.settle_within(SETTLE_LIMIT, said).await
    }

    /// As [`Chat::settle`], for a conversation that may take so long.
    ///
    /// # Panics
    ///
    /// As [`Chat::settle`].
    pub async fn settle_within(&self, limit: Duration, said: &[&str]) -> Value {
        let limit = patient(limit);
        let deadline = Instant::now() + limit;
        let page = self.focus().await;
        loop {
            let shown = page
                .eval(
                    &format!(
                        "const {{ session, connection }} = globalThis.{0}?.getSnapshot() ?? {{}};
                        return session ? [session.id, transcript(globalThis.{0}), connection.status] : null;",
                        self.handle
                    ),
                    &[],
                )
                .await;
            let log = match shown[0].as_str() {
                Some(session) => self.log_of(session).await,
                None => Value::Null,
            };
            let (page_says, server_says) = (&shown[1], conversation(&log));
            // A stream that has begun is no answer yet.
            let is_answered = server_says
                .as_array()
                .is_some_and(|lines| lines.len() == 1 + 2 * said.len() && lines.iter().all(|line| line[2] != true));
            if is_answered && *page_says == server_says && texts_said(&log) == said && shown[2] == "open" {
                assert_eq!((&log["join_requests"], &log["repeated_joins"]), (&json!(1), &json!(0)), "{log}");
                return log;
            }
            if Instant::now() >= deadline {
                let said_on_server = texts_said(&log);
                panic!(
                    "after {limit:?}: said {said:?}\narrived {said_on_server:?}\nthe page is {} and shows {page_says}\n\
                     the server has {server_says}\nthe page logged {}",
                    shown[2],
                    self.value("trace.lines.slice(-60).join('\\n')").await.as_str().unwrap_or_default()
                );
            }
            sleep(LOOK_EVERY).await;
        }
    }
}

/// The connector token that `pages/chat.js` makes of a name.
fn token_of(name: &str) -> String {
    format!("connector-token-of-{name}")
}

/// The texts of the user's messages in a session's history, in its order.
pub fn texts_said(log: &Value) -> Vec<String> {
    let events = log["events"].as_array().map(Vec::as_slice).unwrap_or_default();
    let is_said = |event: &&Value| event["type"] == "EVENT_TYPE_USER_MESSAGE";
    let text = |event: &Value| event["payload"]["text"].as_str().unwrap_or_default().to_owned();
    events.iter().filter(is_said).map(text).collect()
}

/// A session's history as `transcript()` on the page would show it, once it is all there.
fn conversation(log: &Value) -> Value {
    let mut lines: Vec<Value> = Vec::new();
    let mut streams: HashMap<String, usize> = HashMap::new();
    for event in log["events"].as_array().map(Vec::as_slice).unwrap_or_default() {
        let text = event["payload"]["text"].as_str().unwrap_or_default();
        match event["type"].as_str().unwrap_or_default() {
            "EVENT_TYPE_USER_MESSAGE" => lines.push(json!(["user", text, "sent"])),
            "EVENT_TYPE_POLY_AGENT_MESSAGE" | "EVENT_TYPE_LIVE_AGENT_MESSAGE" => {
                lines.push(json!(["agent", text, false]));
            }
            "EVENT_TYPE_POLY_AGENT_MESSAGE_CHUNK" => {
                let id = event["payload"]["message_id"].as_str().unwrap_or_default().to_owned();
                let at = *streams.entry(id).or_insert_with(|| {
                    lines.push(json!(["agent", "", true]));
                    lines.len() - 1
                });
                lines[at][1] = json!(format!("{}{text}", lines[at][1].as_str().unwrap_or_default()));
                lines[at][2] = json!(event["payload"]["is_complete"] != true);
            }
            _ => {}
        }
    }
    json!(lines)
}

/// Puts the fields of an object over those of another.
fn put_over(below: &mut Value, above: &Value) {
    if let (Some(below), Some(above)) = (below.as_object_mut(), above.as_object()) {
        below.extend(above.clone());
    }
}
