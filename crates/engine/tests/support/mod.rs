//! Drives an engine in virtual time, keeps the state that its changes describe, and checks on the way what must hold
//! after every step.

#![allow(dead_code, reason = "each test file uses a part of it")]
#![allow(missing_docs, unreachable_pub, reason = "test support is read, not published")]

pub mod tabs;

use std::collections::VecDeque;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use poly_messaging_engine::*;
use poly_messaging_simulator::State;
use serde_json::{Value, json};

/// What crosses to JavaScript (`src/contract.rs`).
static CONTRACT: LazyLock<Value> = LazyLock::new(|| serde_json::from_str(include_str!("../../contract.json")).unwrap());

/// Virtual time begins here: late enough that nothing is near zero.
pub const START: u64 = 1_000_000;

pub struct Client {
    pub engine: Engine,
    pub now: u64,
    pub deadline: Option<Deadline>,
    pub state: State,
    /// Every event, as JavaScript would see it.
    pub events: Vec<Value>,
    /// Every frame written, on any socket.
    pub frames: Vec<Value>,
    /// Requests not answered yet.
    pub requests: Vec<(RequestId, HttpRequest)>,
    pub tokens_asked: Vec<(RequestId, TokenReason)>,
    /// What the application was asked to do before the agent joins: session and context.
    pub preparations: Vec<(RequestId, String, Option<String>)>,
    pub aborted: Vec<RequestId>,
    /// Probes not answered yet.
    pub probes: Vec<RequestId>,
    /// The socket that is there, and whether it has opened.
    pub socket: Option<(SocketId, bool)>,
    pub urls: Vec<String>,
    pub closed_with: Vec<u16>,
    pub settled: Vec<(CallId, Result<(), ErrorCode>)>,
    pub log: Vec<String>,
    pub log_levels: Vec<LogLevel>,
    /// What was asked of the storage and of the other tabs, and not seen to yet ([`tabs`] does).
    pub tasks: VecDeque<Output>,
    /// By how much the device's clock goes wrong, in milliseconds.
    pub wall_offset: i64,
    /// How long the engine was at work: what is checked beside it does not count.
    pub spent: Duration,
    is_persistent: bool,
    calls: CallId,
}

pub fn options() -> Options {
    Options {
        api_url: "https://api.example/api/v1".into(),
        socket_url: "wss://api.example/ws".into(),
        host_identifier: "https://www.example.com".into(),
        connector_token: Some("SECRET-connector".into()),
        streaming: true,
        platform: "web".into(),
        device_type: "desktop".into(),
        on_session_lost: OnSessionLost::Restart,
        heartbeat_interval_ms: 30_000,
        session_timeout_ms: 600_000,
        confirm_timeout_ms: 5_000,
        persistent: false,
        shares: false,
        fresh: false,
        before_agent_join: false,
        max_reconnect_attempts: 10,
    }
}

impl Client {
    pub fn new() -> Self {
        Self::with(options(), 7)
    }

    pub fn with(options: Options, seed: u64) -> Self {
        Self::with_at(options, seed, START)
    }

    /// A client of a page that was loaded at this time.
    pub fn with_at(options: Options, seed: u64, now: u64) -> Self {
        let is_persistent = options.persistent;
        let engine = Engine::new(Config::parse(options).unwrap(), seed, Now { mono: now, wall: now });
        Self {
            engine,
            now,
            deadline: None,
            state: State::default(),
            events: vec![],
            frames: vec![],
            requests: vec![],
            tokens_asked: vec![],
            preparations: vec![],
            aborted: vec![],
            probes: vec![],
            socket: None,
            urls: vec![],
            closed_with: vec![],
            settled: vec![],
            log: vec![],
            log_levels: vec![],
            tasks: VecDeque::new(),
            wall_offset: 0,
            spent: Duration::ZERO,
            is_persistent,
            calls: 0,
        }
    }

    /// A started client with an open socket, on which nothing was received yet.
    pub fn connected() -> Self {
        Self::connected_with(options())
    }

    pub fn connected_with(options: Options) -> Self {
        let mut client = Self::with(options, 7);
        client.give(Input::Start);
        client.answer_token();
        client.answer_session("s1");
        client.open();
        client
    }

    /// A connected client whose agent has joined.
    pub fn joined() -> Self {
        Self::joined_to(session_start(1), options())
    }

    /// As [`Client::joined`], in a session that allows as many attempts to reconnect as `options` do.
    pub fn joined_with(options: Options) -> Self {
        let mut start = session_start(1);
        start["payload"]["capabilities"]["max_reconnect_attempts"] = json!(options.max_reconnect_attempts);
        Self::joined_to(start, options)
    }

    fn joined_to(start: Value, options: Options) -> Self {
        let mut client = Self::connected_with(options);
        client.history([start, event(2, "POLY_AGENT_JOINED", json!({ "agent_name": "Ada" }))]);
        client.frames.clear();
        client.events.clear();
        client
    }

    pub fn give(&mut self, input: Input) -> Option<Error> {
        let begun = Instant::now();
        let step =
            self.engine.handle(Now { mono: self.now, wall: self.now.saturating_add_signed(self.wall_offset) }, input);
        self.spent += begun.elapsed();
        self.deadline = step.deadline;
        for output in step.outputs {
            self.carry_out(output);
        }
        if let Some(deadline) = step.deadline {
            assert!(deadline.at > self.now, "a deadline that has passed: {deadline:?} at {}", self.now);
        }
        step.refused
    }

    fn carry_out(&mut self, output: Output) {
        let shown = format!("{output:?}");
        assert!(!shown.contains("SECRET"), "a token in {shown}");
        match output {
            Output::Http { id, request } => self.requests.push((id, request)),
            Output::AskToken { id, reason } => self.tokens_asked.push((id, reason)),
            Output::Probe { id, url, timeout_ms } => {
                assert_eq!((url.as_str(), timeout_ms), ("https://api.example/api/v1", 5_000));
                assert!(self.probes.is_empty(), "a second probe");
                self.probes.push(id);
            }
            Output::PrepareJoin { id, session_id, context_id } => self.preparations.push((id, session_id, context_id)),
            Output::Abort { id } => {
                self.probes.retain(|probe| *probe != id);
                self.requests.retain(|(request, _)| *request != id);
                self.aborted.push(id);
            }
            Output::OpenSocket { socket, url } => {
                assert_eq!(self.socket, None, "a second socket");
                self.socket = Some((socket, false));
                self.urls.push(url);
            }
            Output::SendText { socket, text } => {
                assert_eq!(self.socket, Some((socket, true)), "a send on a socket that is not open");
                let frame: Value = serde_json::from_str(&text).unwrap();
                assert!(frame["payload"].is_object(), "no payload in {frame}");
                for key in ["id", "sequence", "timestamp"] {
                    assert!(frame.get(key).is_none(), "{key} in {frame}");
                }
                self.frames.push(frame);
            }
            Output::CloseSocket { socket, code } => {
                assert_eq!(self.socket.map(|(id, _)| id), Some(socket), "closes what is not there");
                assert!(code == 1000 || (3000..5000).contains(&code), "a code that no page may use: {code}");
                self.socket = None;
                self.closed_with.push(code);
            }
            Output::Change(change) => {
                if let Change::Insert { message, .. } | Change::Replace { message, .. } = &change
                    && let MessageBody::System { event, .. } = message.body
                {
                    assert!(
                        CONTRACT["events"][event].is_object(),
                        "a line stands for an event that there is not: {event}"
                    );
                }
                self.state.apply(change);
            }
            Output::Event(event) => {
                let mut body = value(&event.body);
                let told = &CONTRACT["events"][body["type"].as_str().unwrap()];
                assert_eq!(told["envelope"], event.envelope.is_some(), "{body}");
                if let Some(envelope) = &event.envelope {
                    let Value::Object(fields) = value(envelope) else { unreachable!() };
                    body.as_object_mut().unwrap().extend(fields);
                }
                self.events.push(body);
            }
            Output::Settle { call, result } => {
                assert!(!self.settled.iter().any(|(other, _)| *other == call), "call {call} settled twice");
                self.settled.push((call, result.map_err(|error| error.code)));
            }
            Output::Log { level, message } => {
                self.log_levels.push(level);
                self.log.push(message);
            }
            Output::Load { .. }
            | Output::Store { .. }
            | Output::Forget
            | Output::Unlock
            | Output::Tell { .. }
            | Output::Share { .. }
            | Output::Frame { .. }
            | Output::Line(_) => {
                assert!(self.is_persistent, "not asked for: {output:?}");
                self.tasks.push_back(output);
            }
        }
    }

    /// Lets time pass, with every deadline on the way.
    pub fn pass(&mut self, ms: u64) {
        let until = self.now + ms;
        while let Some(deadline) = self.deadline.filter(|deadline| deadline.at <= until) {
            self.now = deadline.at;
            self.give(Input::Deadline);
        }
        self.now = until;
    }

    pub fn call(&mut self) -> CallId {
        self.calls += 1;
        self.calls
    }

    pub fn result(&self, call: CallId) -> Option<Result<(), ErrorCode>> {
        self.settled.iter().find(|(other, _)| *other == call).map(|(_, result)| *result)
    }

    // ---------------------------------------------------------------------------------------------- the server

    pub fn answer(&mut self, status: u16, body: Value) {
        self.outcome(HttpOutcome::Response { status, retry_after: None, body: body.to_string() });
    }

    pub fn outcome(&mut self, outcome: HttpOutcome) {
        let (id, _) = self.requests.remove(0);
        self.give(Input::Http { id, outcome });
    }

    /// The host of the API answers the probe, or does not.
    pub fn probe(&mut self, is_answered: bool) {
        let id = self.probes.pop().expect("a probe to answer");
        self.give(Input::Probed { id, is_answered });
    }

    /// The socket that is opening is refused.
    pub fn refuse_socket(&mut self) {
        assert_eq!(self.socket.map(|(_, is_open)| is_open), Some(false), "a socket that is opening");
        self.drop_socket(1006);
    }

    /// Which session the last socket is for.
    pub fn last_session(&self) -> &str {
        self.urls.last().unwrap().split(['=', '&']).nth(1).unwrap()
    }

    pub fn diagnostics(&self) -> Value {
        let now = Now { mono: self.now, wall: self.now };
        value(&self.engine.diagnostics(now))
    }

    pub fn answer_token(&mut self) {
        self.answer(200, json!({ "access_token": "SECRET.jwt.x", "expires_in": 86400, "token_type": "Bearer" }));
    }

    pub fn answer_session(&mut self, id: &str) {
        self.answer(200, json!({ "session_id": id }));
    }

    pub fn open(&mut self) {
        let (socket, _) = self.socket.unwrap();
        self.socket = Some((socket, true));
        self.give(Input::SocketOpened { socket });
    }

    pub fn receive(&mut self, frame: impl ToString) {
        let (socket, _) = self.socket.expect("a socket to receive on");
        self.give(Input::SocketText { socket, text: frame.to_string() });
    }

    pub fn history(&mut self, events: impl IntoIterator<Item = Value>) {
        let events: Vec<Value> = events.into_iter().collect();
        self.receive(json!({ "type": "EVENT_TYPE_EVENT_BATCH", "sequence": null, "payload": { "events": events } }));
    }

    /// The socket dies.
    pub fn drop_socket(&mut self, code: u16) {
        let (socket, _) = self.socket.take().unwrap();
        self.give(Input::SocketClosed { socket, code });
    }

    /// Waits out the backoff. Returns how long it was.
    pub fn wait_for_socket(&mut self) -> u64 {
        let dropped = self.now;
        while self.socket.is_none() {
            let deadline = self.deadline.expect("a deadline to wait for");
            self.pass(deadline.at - self.now);
        }
        self.now - dropped
    }

    /// Waits out the backoff where the browser says that it is offline. Returns how long it was.
    pub fn wait_for_probe(&mut self) -> u64 {
        let began = self.now;
        while self.probes.is_empty() {
            let deadline = self.deadline.expect("a deadline to wait for");
            self.pass(deadline.at - self.now);
        }
        self.now - began
    }

    /// Waits out the backoff and opens the next socket, which then replays `missed`.
    pub fn come_back(&mut self, missed: impl IntoIterator<Item = Value>) {
        self.wait_for_socket();
        self.open();
        self.history(core::iter::once(session_start(1)).chain(missed));
        self.receive(json!({ "type": "EVENT_TYPE_HEARTBEAT", "payload": {} }));
        self.pass(1_000);
    }

    // ------------------------------------------------------------------------------------------------ the user

    pub fn send(&mut self, draft_id: &str, text: &str) -> CallId {
        let call = self.call();
        let (draft_id, text) = (draft_id.to_owned(), text.to_owned());
        assert_eq!(
            self.give(Input::Send { call, draft_id, text, metadata: Default::default(), is_in_doubt: false }),
            None
        );
        call
    }

    pub fn refuses(&mut self, text: &str) -> Option<ErrorCode> {
        let call = self.call();
        let input = Input::Send {
            call,
            draft_id: "d".into(),
            text: text.into(),
            metadata: Default::default(),
            is_in_doubt: false,
        };
        self.give(input).map(|error| error.code)
    }

    // --------------------------------------------------------------------------------------------- what is seen

    pub fn frame_types(&self) -> Vec<&str> {
        let types = self.frames.iter().map(|frame| frame["type"].as_str().unwrap().trim_start_matches("EVENT_TYPE_"));
        types.filter(|name| *name != "HEARTBEAT").collect()
    }

    /// The texts of the messages written, in order.
    pub fn frame_texts(&self) -> Vec<&str> {
        self.frames.iter().filter_map(|frame| frame["payload"]["text"].as_str()).collect()
    }

    pub fn event_types(&self) -> Vec<&str> {
        self.events.iter().map(|event| event["type"].as_str().unwrap()).collect()
    }

    pub fn texts(&self) -> Vec<String> {
        self.state.messages.iter().filter_map(text_of).collect()
    }

    pub fn status(&self) -> String {
        value(&self.state.connection)["status"].as_str().unwrap().to_owned()
    }

    pub fn delivery(&self, draft: &str) -> Option<Delivery> {
        self.state.messages.iter().find_map(|message| match &message.body {
            MessageBody::User { draft_id: Some(id), delivery, .. } if id == draft => Some(*delivery),
            _ => None,
        })
    }
}

/// The text of a line that someone wrote.
pub fn text_of(message: &Message) -> Option<String> {
    poly_messaging_simulator::text_of(message).map(str::to_owned)
}

// -------------------------------------------------------------------------------------------------- the wire

/// A sequenced event; its id follows from the sequence.
pub fn event(sequence: u64, name: &str, payload: Value) -> Value {
    json!({
        "id": format!("00000000-0000-7000-8000-{sequence:012}"),
        "sequence": sequence,
        "timestamp": "2026-05-18T10:00:00Z",
        "type": format!("EVENT_TYPE_{name}"),
        "payload": payload,
    })
}

pub fn session_start(sequence: u64) -> Value {
    let capabilities = json!({ "streaming": true, "max_message_size_bytes": 131_072, "max_reconnect_attempts": 5, "heartbeat_interval_seconds": 30 });
    event(sequence, "SESSION_START", json!({ "capabilities": capabilities }))
}

pub fn agent_message(sequence: u64, text: &str) -> Value {
    event(sequence, "POLY_AGENT_MESSAGE", json!({ "message_id": format!("m{sequence}"), "text": text }))
}

pub fn chunk(sequence: u64, message_id: &str, index: u32, text: &str, is_complete: bool) -> Value {
    let payload = json!({ "message_id": message_id, "text": text, "chunk_index": index, "is_complete": is_complete });
    event(sequence, "POLY_AGENT_MESSAGE_CHUNK", payload)
}

/// The echo of a message of the user.
pub fn echo(sequence: u64, draft_id: &str, text: &str) -> Value {
    let mut echo = event(sequence, "USER_MESSAGE", json!({ "message_id": format!("u{sequence}"), "text": text }));
    echo["metadata"] = json!({ "custom": { "client_event_id": draft_id } });
    echo
}

/// A system message of level error, about the draft named where there is one.
pub fn notice(sequence: u64, text: &str, draft: Option<&str>) -> Value {
    let payload = json!({ "level": "SYSTEM_MESSAGE_LEVEL_ERROR", "message": text });
    let mut notice = event(sequence, "SYSTEM_MESSAGE", payload);
    if let Some(draft) = draft {
        notice["metadata"] = json!({ "custom": { "client_event_id": draft } });
    }
    notice
}

/// What JavaScript gets of it.
pub fn value(of: &dyn ToJson) -> Value {
    serde_json::from_str(&of.to_json()).unwrap()
}
