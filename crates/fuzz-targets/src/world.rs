//! The browser and the server around an engine, and what must hold after every step, whatever the input.

use std::collections::{HashMap, VecDeque};

use poly_messaging_engine::{
    CallId, Change, Deadline, Engine, Input, Message, Now, Output, RequestId, SocketId, Step, ToJson, TokenReason,
};
use serde_json::Value;

/// Stands in every token, and nowhere else.
pub const SECRET: &str = "7Gq9vXw2";

/// The clocks when a chat is made, in milliseconds.
pub const BEGIN: Now = Now { mono: 1_000_000, wall: 1_780_000_000_000 };
/// Largest time that a page can tell, on either clock.
const LAST: u64 = 1 << 53;

/// Outputs of one step that need no reason, and for each thing that is there and may have to be taken leave of.
const OUTPUTS: usize = 64;
/// Characters of a stored record, and of what tabs tell each other.
const MAX_RECORD: usize = 256 * 1_024;
/// Deadlines that are kept in one go: heartbeats for two hours and a half. Then time passes without.
const MAX_DEADLINES: usize = 300;

/// What an HTTP request asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "they say it")]
pub enum Wanted {
    Token,
    Session,
}

/// Whether a lock on the record is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lock {
    Free,
    /// Asked for by this load.
    Asked(RequestId),
    Held,
}

/// One chat and all around it.
pub struct World {
    engine: Engine,
    /// Monotonic milliseconds.
    mono: u64,
    wall: u64,
    deadline: Option<Deadline>,
    /// Requests that wait for an answer, oldest first.
    pub requests: VecDeque<(RequestId, Wanted)>,
    /// Tokens that the application is asked for.
    pub tokens: VecDeque<(RequestId, TokenReason)>,
    /// Loads that wait for an answer.
    pub loads: VecDeque<RequestId>,
    /// Probes that wait for an answer.
    pub probes: VecDeque<RequestId>,
    /// Preparations of the application that wait for their end.
    pub preparations: VecDeque<RequestId>,
    /// The socket that is there, and whether it is open.
    pub socket: Option<(SocketId, bool)>,
    /// Frames written to the socket at hand, and not answered yet.
    pub written: Vec<Value>,
    /// The record as it was last stored.
    pub record: Option<String>,
    /// Session of the last change that named one.
    pub session: Option<String>,
    lock: Lock,
    last_request: RequestId,
    last_socket: SocketId,
    /// Calls of the application, and whether they are settled.
    calls: HashMap<CallId, bool>,
    lines: Vec<Message>,
    /// Sockets that were open, and lines that were shown: whether a run came to anything.
    pub sockets_opened: usize,
    /// Lines that were ever shown.
    pub lines_shown: usize,
    /// Records that were stored.
    pub records_stored: usize,
}

impl World {
    /// The world around `engine`.
    pub fn new(engine: Engine) -> Self {
        Self {
            engine,
            mono: BEGIN.mono,
            wall: BEGIN.wall,
            deadline: None,
            requests: VecDeque::new(),
            tokens: VecDeque::new(),
            loads: VecDeque::new(),
            probes: VecDeque::new(),
            preparations: VecDeque::new(),
            socket: None,
            written: vec![],
            record: None,
            session: None,
            lock: Lock::Free,
            last_request: 0,
            last_socket: 0,
            calls: HashMap::new(),
            lines: vec![],
            sockets_opened: 0,
            lines_shown: 0,
            records_stored: 0,
        }
    }

    /// Hands an input to the engine, carries out what follows, and checks it.
    pub fn give(&mut self, input: Input) {
        let call = call_of(&input);
        let size = size_of(&input);
        match &input {
            Input::SocketOpened { socket } => self.note_opened(*socket),
            Input::SocketClosed { socket, .. } if self.socket.is_some_and(|(id, _)| id == *socket) => {
                self.socket = None;
            }
            Input::Loaded { id, .. } if self.lock == Lock::Asked(*id) => self.lock = Lock::Held,
            _ => {}
        }
        if let Some(call) = call {
            let is_new = self.calls.insert(call, false).is_none();
            assert!(is_new, "a call of the fuzzer's own is named twice");
        }
        let now = Now { mono: self.mono, wall: self.wall };
        let step = self.engine.handle(now, input);
        self.check(&step, size);
        if step.refused.is_some() {
            let is_settled = call.and_then(|call| self.calls.remove(&call)).unwrap_or(false);
            assert!(!is_settled, "refused, and settled all the same");
        }
        self.deadline = step.deadline;
        for output in step.outputs {
            self.carry_out(output);
        }
    }

    /// What support is told holds no token either.
    pub fn check_diagnostics(&self) {
        let now = Now { mono: self.mono, wall: self.wall };
        let diagnostics = told(&self.engine.diagnostics(now));
        assert!(!diagnostics.contains(SECRET), "a token in the diagnostics: {diagnostics}");
    }

    /// Lets time pass, keeping every deadline on the way.
    pub fn pass(&mut self, ms: u64) {
        let until = (self.mono + ms).min(LAST);
        for _ in 0..MAX_DEADLINES {
            let Some(deadline) = self.deadline.filter(|deadline| deadline.at <= until) else { break };
            self.wait(deadline.at.saturating_sub(self.mono));
            self.give(Input::Deadline);
        }
        self.wait(until - self.mono);
    }

    /// Lets time pass, and keeps the deadline only at its end.
    pub fn sleep(&mut self, ms: u64) {
        self.wait(ms);
        self.give(Input::Deadline);
    }

    /// Sets the wall clock.
    pub fn set_wall(&mut self, wall: u64) {
        self.wall = wall.min(LAST);
    }

    /// Whether nothing is under way, and nothing will be of itself.
    pub fn is_at_rest(&self) -> bool {
        let waits = [self.requests.len(), self.tokens.len(), self.loads.len(), self.probes.len()];
        self.socket.is_none() && self.deadline.is_none() && self.lock == Lock::Free && waits == [0; 4]
    }

    /// What keeps it from rest.
    pub fn unrest(&self) -> String {
        format!(
            "socket {:?}, deadline {:?}, lock {:?}, requests {:?}, tokens {:?}, loads {:?}, probes {:?}",
            self.socket, self.deadline, self.lock, self.requests, self.tokens, self.loads, self.probes
        )
    }

    /// Whether an answer to this request is awaited.
    pub fn awaits(&self, id: RequestId) -> bool {
        self.requests.iter().any(|(other, _)| *other == id)
            || self.tokens.iter().any(|(other, _)| *other == id)
            || [&self.loads, &self.probes, &self.preparations].into_iter().any(|ids| ids.contains(&id))
    }

    /// Calls that were never settled.
    pub fn unsettled(&self) -> usize {
        self.calls.values().filter(|is_settled| !**is_settled).count()
    }

    fn wait(&mut self, ms: u64) {
        self.mono = (self.mono + ms).min(LAST);
        self.wall = (self.wall + ms).min(LAST);
    }

    fn note_opened(&mut self, opened: SocketId) {
        if let Some((id, is_open)) = &mut self.socket
            && *id == opened
            && !*is_open
        {
            *is_open = true;
            self.sockets_opened += 1;
            self.written.clear();
        }
    }

    /// What a step may be, as a whole.
    fn check(&self, step: &Step, input_size: usize) {
        if let Some(deadline) = step.deadline {
            assert!(deadline.at > self.mono, "a deadline that has passed: {deadline:?} at {}", self.mono);
        }
        let shown = format!("{step:?}");
        assert!(!shown.contains(SECRET), "a token in {shown}");
        // Everything that is there may end in this step, and everything an input holds may show, each in a few ways.
        let reasons = self.calls.len() + self.lines.len() + input_size;
        let allowed = OUTPUTS + 8 * reasons;
        assert!(step.outputs.len() <= allowed, "{} outputs, {allowed} allowed", step.outputs.len());
    }

    fn carry_out(&mut self, output: Output) {
        match output {
            Output::Http { id, request } => {
                self.note_request(id);
                assert!(
                    request.headers.iter().all(|(name, value)| is_header(name) && is_header(value)),
                    "a bad header"
                );
                let wanted = if request.url.ends_with("/sessions") { Wanted::Session } else { Wanted::Token };
                self.requests.push_back((id, wanted));
                assert_eq!(self.requests.len(), 1, "more than one request at once");
            }
            Output::AskToken { id, reason } => {
                self.note_request(id);
                self.tokens.push_back((id, reason));
            }
            Output::Abort { id } => {
                self.requests.retain(|(other, _)| *other != id);
                self.tokens.retain(|(other, _)| *other != id);
                self.loads.retain(|other| *other != id);
                self.probes.retain(|other| *other != id);
                self.preparations.retain(|other| *other != id);
            }
            Output::OpenSocket { socket, url } => {
                assert_eq!(self.socket, None, "a second socket");
                assert!(socket > self.last_socket, "a socket's id is used twice");
                assert!(url.bytes().all(|byte| byte.is_ascii_graphic()), "an address that is none: {url:?}");
                self.last_socket = socket;
                self.socket = Some((socket, false));
            }
            Output::SendText { socket, text } => {
                assert_eq!(self.socket, Some((socket, true)), "a frame for a socket that is not open");
                let frame: Value = serde_json::from_str(&text).expect("a frame is JSON");
                assert!(frame["type"].is_string() && frame["payload"].is_object(), "not a client event: {text}");
                self.written.push(frame);
            }
            Output::CloseSocket { socket, code } => {
                assert_eq!(self.socket.map(|(id, _)| id), Some(socket), "closes a socket that is not there");
                assert!(code == 1_000 || (3_000..5_000).contains(&code), "a code that no page may use: {code}");
                self.socket = None;
            }
            Output::Load { id, exclusive } => {
                self.note_request(id);
                if exclusive {
                    assert_eq!(self.lock, Lock::Free, "asks for a lock that it has, and waits for itself");
                    self.lock = Lock::Asked(id);
                }
                self.loads.push_back(id);
            }
            Output::Store { record } => {
                assert!(record.chars().count() <= MAX_RECORD, "a record that no one would read again");
                assert!(!record.contains('\n'), "a record of more than one line");
                serde_json::from_str::<serde::de::IgnoredAny>(&record).expect("a record is JSON");
                self.record = Some(record);
                self.records_stored += 1;
            }
            Output::Forget => self.record = None,
            Output::Unlock => {
                // What was asked for and not granted yet is let go, too.
                self.lock = Lock::Free;
            }
            Output::Probe { id, .. } => {
                self.note_request(id);
                self.probes.push_back(id);
                assert_eq!(self.probes.len(), 1, "more than one probe at once");
            }
            Output::PrepareJoin { id, .. } => {
                self.note_request(id);
                self.preparations.push_back(id);
            }
            Output::Share { text } => assert!(!text.contains(SECRET), "a token for other tabs: {text}"),
            Output::Line(_) | Output::Frame { .. } => {}
            Output::Tell { text } => {
                assert!(!text.contains(SECRET), "a token for other tabs: {text}");
                assert!(!text.contains('\n') && text.len() <= MAX_RECORD, "no line for other tabs: {text}");
                serde_json::from_str::<serde::de::IgnoredAny>(&text).expect("what tabs tell each other is JSON");
            }
            Output::Change(change) => self.apply(change),
            Output::Event(event) => {
                let mut told = told(&event.body);
                if let Some(envelope) = &event.envelope {
                    told.push_str(&self::told(envelope));
                }
                assert!(!told.contains(SECRET), "a token in an event: {told}");
            }
            Output::Settle { call, result: _ } => {
                let was_settled = self.calls.insert(call, true);
                assert_eq!(was_settled, Some(false), "call {call} is settled twice, or was never made");
            }
            Output::Log { .. } => {}
        }
    }

    fn note_request(&mut self, id: RequestId) {
        assert!(id > self.last_request, "a request's id is used twice: {id}");
        self.last_request = id;
    }

    /// What the face does with a change; it would throw where this panics.
    fn apply(&mut self, change: Change) {
        let told = told(&change);
        assert!(!told.contains(SECRET), "a token in a change: {told}");
        match change {
            Change::Insert { at, message } => {
                assert!(!self.lines.iter().any(|line| line.id == message.id), "two lines of one id: {message:?}");
                self.lines.insert(at as usize, *message);
                self.lines_shown += 1;
            }
            Change::Replace { at, message } => {
                assert_eq!(self.lines[at as usize].id, message.id, "a line lost its id");
                self.lines[at as usize] = *message;
            }
            Change::Append { at, .. } => assert!((at as usize) < self.lines.len(), "text for a line that is not there"),
            Change::Move { from, to } => {
                let message = self.lines.remove(from as usize);
                self.lines.insert(to as usize, message);
            }
            Change::Remove { at } => drop(self.lines.remove(at as usize)),
            Change::Clear => self.lines.clear(),
            Change::Session { session } => self.session = session.map(|session| session.id).or(self.session.take()),
            _ => {}
        }
    }
}

/// What the page parses.
pub(crate) fn told(what: &impl ToJson) -> String {
    let told = what.to_json();
    serde_json::from_str::<serde::de::IgnoredAny>(&told).expect("what is told is JSON");
    told
}

fn is_header(text: &str) -> bool {
    !text.contains(['\r', '\n', '\0'])
}

fn call_of(input: &Input) -> Option<CallId> {
    match input {
        Input::Ready { call }
        | Input::Send { call, .. }
        | Input::Retry { call, .. }
        | Input::End { call }
        | Input::Restart { call }
        | Input::Reconnect { call }
        | Input::Close { call } => Some(*call),
        _ => None,
    }
}

/// How much may follow from an input of this length.
fn size_of(input: &Input) -> usize {
    match input {
        Input::SocketText { text, .. } | Input::News { text } => text.len(),
        Input::Loaded { record, .. } => record.as_ref().map_or(0, String::len),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use poly_messaging_engine::{ErrorCode, Event, EventBody, LogLevel};

    use super::*;

    /// Carries out what no engine may ask for.
    fn carry_out(outputs: Vec<Output>) {
        let mut world = World::new(crate::chat::engine(0));
        let step = Step { outputs, deadline: None, refused: None };
        world.check(&step, 0);
        for output in step.outputs {
            world.carry_out(output);
        }
    }

    #[test]
    #[should_panic(expected = "a second socket")]
    fn notices_a_second_socket() {
        let open = |socket| Output::OpenSocket { socket, url: "wss://x".into() };
        carry_out(vec![open(1), open(2)]);
    }

    #[test]
    #[should_panic(expected = "not open")]
    fn notices_a_frame_for_a_socket_that_is_not_open() {
        let text = r#"{"type":"X","payload":{}}"#.to_owned();
        carry_out(vec![Output::OpenSocket { socket: 1, url: "wss://x".into() }, Output::SendText { socket: 1, text }]);
    }

    #[test]
    #[should_panic(expected = "settled twice")]
    fn notices_a_call_that_was_never_made() {
        carry_out(vec![Output::Settle { call: 1, result: Ok(()) }]);
    }

    #[test]
    #[should_panic(expected = "a token in")]
    fn notices_a_token_in_the_log() {
        carry_out(vec![Output::Log { level: LogLevel::Info, message: format!("token {SECRET}") }]);
    }

    #[test]
    #[should_panic(expected = "a token in")]
    fn notices_a_token_in_an_event() {
        let error = poly_messaging_engine::Error::with_message(ErrorCode::Internal, SECRET);
        let event = Event { body: EventBody::Disconnected { error: Some(error) }, envelope: None };
        carry_out(vec![Output::Event(Box::new(event))]);
    }

    #[test]
    #[should_panic(expected = "waits for itself")]
    fn notices_a_lock_that_is_asked_for_twice() {
        let load = |id| Output::Load { id, exclusive: true };
        carry_out(vec![load(1), load(2)]);
    }

    #[test]
    #[should_panic(expected = "outputs")]
    fn notices_too_much() {
        carry_out(vec![Output::Forget; 10_000]);
    }
}
