//! A plain client for the tests: no logic of its own beyond waiting, with a bound, for what must come.

use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use poly_messaging_sandbox::{ConnectorSettings, DEFAULT_CONNECTOR_TOKEN, RunningSandbox, Sandbox, SandboxConfig};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

/// What never takes this long has gone wrong.
const PATIENCE: Duration = Duration::from_secs(10);

pub(crate) const ORIGIN: &str = "http://localhost:1234";

/// A running sandbox and a way to talk to it.
pub(crate) struct Bench {
    pub(crate) sandbox: RunningSandbox,
    pub(crate) http: reqwest::Client,
}

/// A token and the session made with it.
pub(crate) struct Session {
    pub(crate) id: String,
    pub(crate) token: String,
}

impl Bench {
    /// A sandbox without a pause anywhere.
    pub(crate) async fn start() -> Self {
        Self::with(|_| {}).await
    }

    pub(crate) async fn with(change: impl FnOnce(&mut ConnectorSettings)) -> Self {
        let mut config = SandboxConfig::default();
        config.settings.pace_ms = 0;
        config.settings.step_ms = 0;
        change(&mut config.settings);
        Self::of(config).await
    }

    pub(crate) async fn of(config: SandboxConfig) -> Self {
        let sandbox = Sandbox::start(config).await.expect("a free port");
        Self { sandbox, http: reqwest::Client::new() }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.sandbox.base_url())
    }

    /// The status and body of a POST with JSON and these headers.
    pub(crate) async fn post(&self, path: &str, headers: &[(&str, &str)], body: &Value) -> (u16, Value) {
        let mut request = self.http.post(self.url(path)).json(body);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = request.send().await.expect("an answer");
        let status = response.status().as_u16();
        (status, response.json().await.unwrap_or(Value::Null))
    }

    pub(crate) async fn control(&self, path: &str, body: Value) -> Value {
        let (status, answer) = self.post(&format!("/control/{path}"), &[], &body).await;
        assert_eq!(status, 200, "{path}: {answer}");
        answer
    }

    pub(crate) async fn read(&self, path: &str) -> Value {
        let response = self.http.get(self.url(&format!("/control/{path}"))).send().await.expect("an answer");
        assert_eq!(response.status(), 200);
        response.json().await.expect("JSON")
    }

    pub(crate) async fn log(&self, session: &Session) -> Value {
        self.read(&format!("sessions/{}/log", session.id)).await
    }

    /// Reads a session's log until it shows what is waited for.
    pub(crate) async fn log_when(&self, session: &Session, mut holds: impl FnMut(&Value) -> bool) -> Value {
        let wait = async {
            loop {
                let log = self.log(session).await;
                if holds(&log) {
                    return log;
                }
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        match tokio::time::timeout(PATIENCE, wait).await {
            Ok(log) => log,
            Err(_) => panic!("the log never showed it: {}", self.log(session).await),
        }
    }

    pub(crate) async fn token_of(&self, connector: &str) -> String {
        let headers = [("x-token", connector), ("x-host", ORIGIN)];
        let (status, body) = self.post("/api/v1/access-token", &headers, &json!({})).await;
        assert_eq!(status, 200, "{body}");
        body["access_token"].as_str().expect("a token").to_owned()
    }

    pub(crate) async fn token(&self) -> String {
        self.token_of(DEFAULT_CONNECTOR_TOKEN).await
    }

    pub(crate) async fn session_with(&self, token: String, body: Value) -> Session {
        let authorization = format!("Bearer {token}");
        let (status, body) = self.post("/api/v1/sessions", &[("authorization", &authorization)], &body).await;
        assert_eq!(status, 200, "{body}");
        Session { id: body["session_id"].as_str().expect("a session").to_owned(), token }
    }

    pub(crate) async fn session(&self) -> Session {
        self.session_with(self.token().await, json!({})).await
    }

    pub(crate) async fn streaming_session(&self) -> Session {
        self.session_with(self.token().await, json!({ "streaming_enabled": true })).await
    }

    /// A session of a connector of its own with these overrides, on top of no pauses.
    pub(crate) async fn session_of(&self, connector: &str, overrides: Value) -> Session {
        self.control(&format!("connectors/{connector}"), overrides).await;
        self.session_with(self.token_of(connector).await, json!({})).await
    }

    /// Opens a socket with this query; a refusal gives its status and text.
    pub(crate) async fn try_open(&self, query: &str) -> Result<Socket, (u16, String)> {
        let url = format!("ws://{}/ws?{query}", self.sandbox.addr());
        match tokio_tungstenite::connect_async(url).await {
            Ok((stream, _)) => Ok(Socket { stream, ahead: Vec::new() }),
            Err(Error::Http(response)) => {
                let body: Value =
                    serde_json::from_slice(response.body().as_deref().unwrap_or_default()).unwrap_or_default();
                Err((response.status().as_u16(), body["error"].as_str().unwrap_or_default().to_owned()))
            }
            Err(error) => panic!("no handshake: {error}"),
        }
    }

    pub(crate) async fn open(&self, session: &Session) -> Socket {
        self.try_open(&query(session, None)).await.expect("an accepted handshake")
    }

    pub(crate) async fn open_from(&self, session: &Session, cursor: u64) -> Socket {
        self.try_open(&query(session, Some(&cursor.to_string()))).await.expect("an accepted handshake")
    }

    /// A socket on a new session, past its greeting.
    pub(crate) async fn conversation(&self) -> (Session, Socket) {
        let session = self.session().await;
        let mut socket = self.open(&session).await;
        socket.join().await;
        (session, socket)
    }
}

pub(crate) fn query(session: &Session, cursor: Option<&str>) -> String {
    let cursor = cursor.map(|cursor| format!("&cursor={cursor}")).unwrap_or_default();
    format!("session_id={}&access_token={}{cursor}", session.id, session.token)
}

#[derive(Debug)]
pub(crate) struct Socket {
    stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
    /// Events of a batch that were not asked for yet, last first.
    ahead: Vec<Value>,
}

impl Socket {
    pub(crate) async fn send_text(&mut self, text: impl Into<String>) {
        let text: String = text.into();
        self.stream.send(Message::text(text)).await.expect("an open socket");
    }

    pub(crate) async fn send_binary(&mut self, bytes: Vec<u8>) {
        self.stream.send(Message::binary(bytes)).await.expect("an open socket");
    }

    pub(crate) async fn send(&mut self, kind: &str, payload: Value) {
        self.send_text(json!({ "type": format!("EVENT_TYPE_{kind}"), "payload": payload }).to_string()).await;
    }

    pub(crate) async fn say(&mut self, text: &str) {
        self.send("USER_MESSAGE", json!({ "text": text })).await;
    }

    /// Asks the agent to join and waits for the end of its greeting.
    pub(crate) async fn join(&mut self) -> Vec<Value> {
        self.send("REQUEST_POLY_AGENT_JOIN", json!({})).await;
        self.until("POLY_AGENT_MESSAGE").await
    }

    /// The next frame as text; nothing when the socket closed.
    pub(crate) async fn next_text(&mut self) -> Option<String> {
        match self.next_message().await {
            Some(Message::Text(text)) => Some(text.to_string()),
            Some(Message::Close(_)) | None => None,
            other => panic!("an unexpected message: {other:?}"),
        }
    }

    /// The next frame as JSON.
    pub(crate) async fn next(&mut self) -> Value {
        let text = self.next_text().await.expect("a frame");
        serde_json::from_str(&text).expect("JSON")
    }

    /// The next event, batches taken apart.
    pub(crate) async fn next_event(&mut self) -> Value {
        loop {
            if let Some(event) = self.ahead.pop() {
                return event;
            }
            let frame = self.next().await;
            match frame["payload"]["events"].as_array() {
                Some(events) if kind(&frame) == "EVENT_BATCH" => {
                    self.ahead = events.iter().rev().cloned().collect();
                }
                _ => return frame,
            }
        }
    }

    /// The events up to and with the first of this type.
    pub(crate) async fn until(&mut self, last: &str) -> Vec<Value> {
        self.until_that(|event| kind(event) == last).await
    }

    pub(crate) async fn until_that(&mut self, is_last: impl Fn(&Value) -> bool) -> Vec<Value> {
        let mut events = Vec::new();
        loop {
            events.push(self.next_event().await);
            if events.last().is_some_and(&is_last) {
                return events;
            }
        }
    }

    /// A heartbeat and its echo: everything before it on this socket has been handled and answered.
    pub(crate) async fn settle(&mut self) -> Vec<Value> {
        self.send("HEARTBEAT", json!({})).await;
        let mut events = self.until("HEARTBEAT").await;
        events.pop();
        events
    }

    /// Reads to the end and gives the close code: 1006 when there was no close frame.
    pub(crate) async fn close_code(&mut self) -> u16 {
        loop {
            match self.next_message().await {
                Some(Message::Close(frame)) => return frame.map_or(1005, |frame: CloseFrame| frame.code.into()),
                Some(_) => {}
                None => return 1006,
            }
        }
    }

    pub(crate) async fn close(mut self) {
        self.stream.close(None).await.expect("an open socket");
        while self.next_message().await.is_some() {}
    }

    /// Whether something comes within that time.
    pub(crate) async fn hears_within(&mut self, time: Duration) -> bool {
        tokio::time::timeout(time, self.stream.next()).await.is_ok()
    }

    async fn next_message(&mut self) -> Option<Message> {
        let message = tokio::time::timeout(PATIENCE, self.stream.next()).await.expect("something within 10 s");
        message.and_then(Result::ok)
    }
}

/// An event's type without its prefix.
pub(crate) fn kind(event: &Value) -> &str {
    event["type"].as_str().and_then(|kind| kind.strip_prefix("EVENT_TYPE_")).unwrap_or_default()
}

pub(crate) fn kinds(events: &[Value]) -> Vec<&str> {
    events.iter().map(kind).collect()
}

pub(crate) fn sequences(events: &[Value]) -> Vec<u64> {
    events.iter().filter_map(|event| event["sequence"].as_u64()).collect()
}

/// The text of an event, wherever its payload stands.
pub(crate) fn text(event: &Value) -> &str {
    let payload = event.get("user_message").unwrap_or(&event["payload"]);
    payload["text"].as_str().or(payload["message"].as_str()).unwrap_or_default()
}
