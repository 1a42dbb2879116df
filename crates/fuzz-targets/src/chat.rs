//! A chat to which anything happens, in any order.

use poly_messaging_engine::{
    AccessToken, Config, Engine, HttpOutcome, Input, Metadata, OnSessionLost, Options, PageEvent, is_resumable, wire,
};
use serde_json::{Value, json};

use crate::act::{self, Act};
use crate::frame;
use crate::world::{BEGIN, SECRET, Wanted, World};

/// What a chat came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outcome {
    /// Sockets that opened.
    pub sockets_opened: usize,
    /// Lines that were shown.
    pub lines_shown: usize,
    /// Records that were stored.
    pub records_stored: usize,
}

/// Stands for the access token in a stored record that an input brings along.
pub const TOKEN_HERE: &str = "$TOKEN";

/// Milliseconds after closing within which all must be at rest.
const REST_MS: u64 = 120_000;

/// Takes `data` for options (one byte) and acts, and lets them happen to an engine. Then closes the chat.
///
/// # Panics
/// If something does not hold.
pub fn chat(data: &[u8]) -> Outcome {
    let nothing = Outcome { sockets_opened: 0, lines_shown: 0, records_stored: 0 };
    let Some((options, acts)) = data.split_first() else { return nothing };
    if data.windows(SECRET.len()).any(|window| window == SECRET.as_bytes()) {
        // It would show as what the server or the user wrote, and rightly so.
        return nothing;
    }
    let mut chat = Chat { world: World::new(engine(*options)), calls: 0, drafts: vec![], newest: 0, log: vec![] };
    for (at, act) in act::read(acts).into_iter().enumerate() {
        chat.apply(act);
        if at % 8 == 0 {
            chat.world.check_diagnostics();
        }
    }
    chat.close();
    let World { sockets_opened, lines_shown, records_stored, .. } = chat.world;
    Outcome { sockets_opened, lines_shown, records_stored }
}

/// An engine whose options are the bits of `bits`.
pub(crate) fn engine(bits: u8) -> Engine {
    let config = Config::parse(options(bits)).expect("the options are good");
    Engine::new(config, u64::from(bits), BEGIN)
}

fn options(bits: u8) -> Options {
    let is = |bit: u8| bits & (1 << bit) != 0;
    Options {
        api_url: "https://api.example/api/v1".into(),
        socket_url: "wss://api.example/ws".into(),
        host_identifier: "https://www.example.com".into(),
        connector_token: (!is(0)).then(|| format!("connector-{SECRET}")),
        streaming: true,
        platform: "web".into(),
        device_type: "desktop".into(),
        on_session_lost: if is(1) { OnSessionLost::End } else { OnSessionLost::Restart },
        heartbeat_interval_ms: if is(2) { 0 } else { 30_000 },
        session_timeout_ms: 600_000,
        confirm_timeout_ms: if is(3) { 1_000 } else { 5_000 },
        persistent: is(4),
        shares: is(4),
        fresh: is(5),
        before_agent_join: is(6),
        max_reconnect_attempts: if is(7) { 0 } else { 10 },
    }
}

struct Chat {
    world: World,
    calls: u32,
    /// Ids of the messages of the user.
    drafts: Vec<String>,
    /// Highest sequence that the server gave.
    newest: u64,
    /// What the server has of the conversation.
    log: Vec<Value>,
}

impl Chat {
    fn apply(&mut self, act: Act) {
        match act {
            Act::Start => self.world.give(Input::Start),
            Act::Ready => self.call(|call| Input::Ready { call }),
            Act::Send { draft, text } => self.send(draft, text),
            Act::Retry { draft } => {
                let draft_id = self.draft(draft);
                self.call(|call| Input::Retry { call, draft_id });
            }
            Act::Discard { draft } => {
                let draft_id = self.draft(draft);
                self.world.give(Input::Discard { draft_id });
            }
            Act::Typing => self.world.give(Input::Typing),
            Act::End => self.call(|call| Input::End { call }),
            Act::Restart => self.call(|call| Input::Restart { call }),
            Act::Reconnect => self.call(|call| Input::Reconnect { call }),
            Act::Close => self.call(|call| Input::Close { call }),
            Act::RawSend { frame } => self.world.give(Input::RawSend { frame }),
            Act::Grant { session } => self.grant(session),
            Act::Answer { status, retry_after, body } => self.answer(status, retry_after, body),
            Act::Fail { how } => {
                self.outcome(if how % 2 == 0 { HttpOutcome::Network } else { HttpOutcome::Timeout });
            }
            Act::Token { which } => self.supply_token(which),
            Act::Open => {
                if let Some((socket, false)) = self.world.socket {
                    self.world.give(Input::SocketOpened { socket });
                }
            }
            Act::Drop { code } => {
                let codes = [1006, 1006, 1006, 1005, 1000, 1001, 1012, 4000, 4001, 4002, 4003, 0, u16::MAX];
                let code = codes[usize::from(code) % codes.len()];
                if let Some((socket, _)) = self.world.socket {
                    self.world.give(Input::SocketClosed { socket, code });
                }
            }
            Act::Text { text } => self.receive(text),
            Act::Pieces { pieces } => {
                let frame = frame::frame(&pieces, &self.drafts, &mut self.newest);
                self.receive(frame.to_string());
            }
            Act::Binary => {
                if let Some((socket, true)) = self.world.socket {
                    self.world.give(Input::SocketBinary { socket });
                }
            }
            Act::Stale { what, id } => self.stale(what, id),
            Act::Load { which, text } => self.load(which, text),
            Act::Probe { is_answered } => {
                if let Some(id) = self.world.probes.pop_front() {
                    self.world.give(Input::Probed { id, is_answered });
                }
            }
            Act::JoinPrepared => {
                if let Some(id) = self.world.preparations.pop_front() {
                    self.world.give(Input::JoinPrepared { id });
                }
            }
            Act::News { which, text } => self.news(which, text),
            Act::Page { event } => {
                use PageEvent::{Hidden, Left, Offline, Online, Returned, Visible};
                let events = [Online, Offline, Visible, Hidden, Left, Returned];
                let input = match usize::from(event) % 10 {
                    6 => Input::Policy,
                    7 => Input::Blocked { url: "wss://api.example".into() },
                    8 => Input::Blocked { url: "https://api.example/api/v1/sessions".into() },
                    9 => Input::LineFree,
                    at => Input::Page(events[at]),
                };
                self.world.give(input);
            }
            Act::Pass { log_ms } => self.world.pass(1 << (log_ms % 24)),
            Act::Sleep { log_ms } => self.world.sleep(1 << (log_ms % 38)),
            Act::Wall { to } => self.world.set_wall(wall(to)),
            Act::Serve => self.serve(),
        }
    }

    /// Closes the chat, as every page does in the end, and sees that nothing stays behind.
    fn close(&mut self) {
        self.call(|call| Input::Close { call });
        let until = 64;
        for _ in 0..until {
            while let Some(id) = self.world.loads.pop_front() {
                let record = self.world.record.clone();
                self.world.give(Input::Loaded { id, record });
            }
            self.world.pass(REST_MS / until);
        }
        assert_eq!(self.world.unsettled(), 0, "calls that are never settled");
        assert!(self.world.is_at_rest(), "not at rest: {}", self.world.unrest());
    }

    fn call(&mut self, input: impl FnOnce(u32) -> Input) {
        self.calls += 1;
        self.world.give(input(self.calls));
    }

    /// A message that there is, or an id that there is not.
    fn draft(&self, which: u8) -> String {
        self.drafts.get(usize::from(which)).cloned().unwrap_or_else(|| format!("no draft {which}"))
    }

    fn send(&mut self, which: u8, text: String) {
        let draft_id = format!("draft {}", self.drafts.len());
        let mut metadata = Metadata::default();
        if which % 4 == 1 {
            metadata.push("page".to_owned(), text.clone());
        }
        let text = match which % 8 {
            0..6 => text,
            6 => "x".repeat(20_000),
            _ => "A message of the user".to_owned(),
        };
        self.drafts.push(draft_id.clone());
        self.call(|call| Input::Send { call, draft_id, text, metadata, is_in_doubt: false });
    }

    // ---------------------------------------------------------------------------------------------------- HTTP

    fn grant(&mut self, session: u8) {
        let body = match self.world.requests.front() {
            Some((_, Wanted::Token)) => {
                json!({ "access_token": token(session), "expires_in": 86_400, "token_type": "Bearer" })
            }
            Some((_, Wanted::Session)) => json!({ "session_id": format!("session {}", session % 4) }),
            None => return,
        };
        self.outcome(HttpOutcome::Response { status: 200, retry_after: None, body: body.to_string() });
    }

    fn answer(&mut self, status: u8, retry_after: u8, body: String) {
        let statuses = [200, 204, 400, 401, 403, 404, 429, 500, 502, 503, 0, u16::MAX];
        let retry_after = ["", "0", "5", "4294967295", "-1", "soon"].get(usize::from(retry_after) % 8);
        self.outcome(HttpOutcome::Response {
            status: statuses[usize::from(status) % statuses.len()],
            retry_after: retry_after.map(|text| (*text).to_owned()),
            body: body.replace(TOKEN_HERE, &token(0)),
        });
    }

    fn outcome(&mut self, outcome: HttpOutcome) {
        if let Some((id, _)) = self.world.requests.pop_front() {
            self.world.give(Input::Http { id, outcome });
        }
    }

    fn supply_token(&mut self, which: u8) {
        let Some((id, _)) = self.world.tokens.pop_front() else { return };
        let result = match which % 8 {
            6 => Ok(AccessToken { access_token: String::new(), expires_in: None }),
            7 => Err(format!("the page's server is down, {SECRET}")),
            _ => Ok(AccessToken {
                access_token: token(which),
                expires_in: [None, Some(86_400), Some(0), Some(u32::MAX)][usize::from(which) / 8 % 4],
            }),
        };
        self.world.give(Input::Token { id, result });
    }

    // -------------------------------------------------------------------------------------------------- socket

    /// The server's ids are its own: none is that of a draft, or of a line that the engine named itself.
    fn receive(&mut self, text: String) {
        let is_ours = |id: &String| id.starts_with("draft ") || id.starts_with("line-");
        if wire::decode(&text).is_ok_and(|frame| frame.events.iter().filter_map(|event| event.id.as_ref()).any(is_ours))
        {
            return;
        }
        if let Some((socket, true)) = self.world.socket {
            self.world.give(Input::SocketText { socket, text });
        }
    }

    /// All that is asked is granted, and what is written is answered, three times over.
    fn serve(&mut self) {
        for _ in 0..3 {
            self.supply_token(0);
            self.grant(0);
            self.apply(Act::Load { which: 1, text: String::new() });
            self.apply(Act::Probe { is_answered: true });
            self.apply(Act::JoinPrepared);
            if let Some((socket, false)) = self.world.socket {
                self.world.give(Input::SocketOpened { socket });
                if self.log.is_empty() {
                    self.add("SESSION_START", &json!({ "payload": { "capabilities": { "streaming": true } } }));
                }
                let events = &self.log;
                self.receive(json!({ "type": "EVENT_TYPE_EVENT_BATCH", "payload": { "events": events } }).to_string());
            }
            for frame in core::mem::take(&mut self.world.written) {
                let name = frame["type"].as_str().unwrap_or_default().trim_start_matches("EVENT_TYPE_").to_owned();
                let answer = match name.as_str() {
                    "HEARTBEAT" => json!({ "type": "EVENT_TYPE_HEARTBEAT", "payload": {} }),
                    "USER_TYPING" => continue,
                    "REQUEST_POLY_AGENT_JOIN" => self.add("POLY_AGENT_JOINED", &json!({ "payload": {} })),
                    "USER_END_SESSION" => {
                        let reason = json!({ "payload": { "reason": "REASON_USER_END" } });
                        self.add("SESSION_END", &reason)
                    }
                    _ => self.add(&name, &frame),
                };
                self.receive(answer.to_string());
            }
        }
    }

    /// Adds an event to what the server has.
    fn add(&mut self, name: &str, said: &Value) -> Value {
        self.newest += 1;
        let event = json!({
            "id": format!("event {}", self.newest),
            "sequence": self.newest,
            "timestamp": "2026-05-18T10:00:00Z",
            "type": format!("EVENT_TYPE_{name}"),
            "payload": said["payload"],
            "metadata": said["metadata"],
        });
        self.log.push(event.clone());
        event
    }

    fn stale(&mut self, what: u8, id: u8) {
        // Of the past, or of a future that may come.
        let id = u32::from(id);
        if self.world.socket.is_some_and(|(socket, _)| socket == id) || self.world.awaits(id) {
            return;
        }
        self.world.give(match what % 8 {
            0 => Input::SocketOpened { socket: id },
            1 => Input::SocketText { socket: id, text: r#"{"type":"EVENT_TYPE_SESSION_END"}"#.to_owned() },
            2 => Input::SocketClosed { socket: id, code: 4001 },
            3 => {
                Input::Http { id, outcome: HttpOutcome::Response { status: 401, retry_after: None, body: "{}".into() } }
            }
            4 => Input::Token { id, result: Err("late".to_owned()) },
            5 => Input::Loaded { id, record: self.world.record.clone() },
            6 => Input::Probed { id, is_answered: true },
            _ => Input::JoinPrepared { id },
        });
    }

    // ------------------------------------------------------------------------------------------ record and tabs

    fn load(&mut self, which: u8, text: String) {
        let Some(id) = self.world.loads.pop_front() else { return };
        let stored = self.world.record.clone();
        let record = match which % 8 {
            0 => None,
            1..4 => stored,
            4 => stored.map(|record| record.replace("session ", "another ")),
            5 => stored.map(|record| distort(&record, &text)),
            6 => stored.map(|record| record.chars().take(text.len()).collect()),
            // The ids of drafts are never made twice.
            _ => Some(text.replace(TOKEN_HERE, &token(0)).replace("draft ", "stored ")),
        };
        if let Some(record) = &record {
            let config = Config::parse(options(0)).expect("the options are good");
            is_resumable(&config, record, BEGIN);
        }
        self.world.give(Input::Loaded { id, record });
    }

    fn news(&mut self, which: u8, text: String) {
        let was = self.world.session.clone().unwrap_or_default();
        let news = |op: &str, name: &str, value: &str| json!({ "v": 1, "op": op, "was": was, name: value }).to_string();
        let text = match which % 8 {
            0 => news("replaced", "now", "session 3"),
            1 => news("restarted", "now", "session 3"),
            2 => news("ended", "reason", "REASON_USER_END"),
            3 => news("who", "tab", "another"),
            4 => news("here", "tab", &text),
            5 => news("bye", "tab", "another"),
            6 => news("claimed", "tab", "another"),
            // What tabs tell each other of the socket that they share.
            7 if which >= 8 => {
                let kind = char::from(b"FWCABTRGLDE"[usize::from(which / 8) % 11]);
                format!("1{kind}{was}\nanother\n\n{text}")
            }
            _ => text,
        };
        self.world.give(Input::News { text });
    }
}

/// Sets something in the record, named by the first byte of `how`, to what the rest says.
fn distort(record: &str, how: &str) -> String {
    let Ok(mut value) = serde_json::from_str::<Value>(record) else { return record.to_owned() };
    let mut left = usize::from(how.bytes().next().unwrap_or_default());
    let rest = how.get(1..).unwrap_or_default();
    let new = serde_json::from_str(rest).unwrap_or_else(|_| json!(rest));
    set(&mut value, &mut left, &new);
    value.to_string()
}

/// Sets the value that `left` others come before.
fn set(value: &mut Value, left: &mut usize, new: &Value) -> bool {
    if *left == 0 {
        *value = new.clone();
        return true;
    }
    *left -= 1;
    match value {
        Value::Array(items) => items.iter_mut().any(|item| set(item, left, new)),
        Value::Object(members) => members.iter_mut().any(|(_, member)| set(member, left, new)),
        _ => false,
    }
}

/// An access token: a JWT without an end, with one, and no JWT at all. Holds the secret.
fn token(which: u8) -> String {
    // {}, {"exp":1780000600} (ten minutes after the beginning), {"exp":1}, {"exp":"x"}
    let claims = ["e30", "eyJleHAiOjE3ODAwMDA2MDB9", "eyJleHAiOjF9", "eyJleHAiOiJ4In0"];
    match claims.get(usize::from(which) % 6) {
        Some(claims) => format!("eyJhbGciOiJIUzI1NiJ9.{claims}.{SECRET}"),
        None => format!("{SECRET} é\"&= {which}"),
    }
}

/// Where the wall clock is set to: back, forward, and to the ends of time.
fn wall(to: u8) -> u64 {
    let begin = BEGIN.wall;
    match to % 8 {
        0 => begin,
        1 => begin - 3_600_000,
        2 => begin + 3_600_000,
        3 => 0,
        4 => u64::MAX,
        5 => begin + 60_000 * u64::from(to),
        6 => begin + 86_400_000 * u64::from(to),
        _ => begin - 60_000 * u64::from(to),
    }
}
