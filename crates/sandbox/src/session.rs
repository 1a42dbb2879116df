//! One session: its history, its sockets, who speaks for the other side, and how it ends. The frames of its clients
//! are handled in `receive.rs`.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::agent::AgentInput;
use crate::auth::Fingerprint;
use crate::config::ConnectorSettings;
use crate::event;
use crate::faults::Target;
use crate::history::History;
use crate::journal::Journal;
use crate::outgoing::{Control, End, Frame, Outgoing, SocketEnd, SocketHandle};

/// Why a session ended.
///
/// Source: Messaging API, "Server events".
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "snake_case")]
pub(crate) enum EndReason {
    UserEnd,
    UserAbandoned,
    NaturalEnd,
}

impl EndReason {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::UserEnd => "REASON_USER_END",
            Self::UserAbandoned => "REASON_USER_ABANDONED",
            Self::NaturalEnd => "REASON_NATURAL_END",
        }
    }
}

/// Who takes the user's messages.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Presence {
    /// Before the first join and after a client-managed handoff: messages are refused.
    Nobody,
    Poly,
    /// Waiting in the queue for a live agent.
    Queue,
    Live,
}

impl Presence {
    fn name(self) -> &'static str {
        match self {
            Self::Nobody => "nobody",
            Self::Poly => "poly",
            Self::Queue => "queue",
            Self::Live => "live",
        }
    }
}

/// What a session is created with.
pub(crate) struct SessionSpec {
    pub(crate) token: Fingerprint,
    pub(crate) user: String,
    pub(crate) connector_id: String,
    pub(crate) settings: Arc<ConnectorSettings>,
    pub(crate) streaming: bool,
    pub(crate) platform: String,
    pub(crate) device_type: Option<String>,
    /// Where this server stands for that client, without a slash at the end.
    pub(crate) base_url: String,
    /// Set: no agent and no history; these frames, and nothing else, go out on each socket.
    pub(crate) vector: Option<Arc<[Frame]>>,
}

pub(crate) struct Session {
    pub(crate) id: String,
    pub(crate) spec: SessionSpec,
    /// Cancelled when the session is over.
    pub(crate) done: CancellationToken,
    pub(crate) agent: mpsc::Sender<AgentInput>,
    state: Mutex<State>,
}

/// What changes. Only ever touched under the session's lock, which is never held across an await.
pub(crate) struct State {
    history: History,
    sockets: Vec<SocketHandle>,
    /// Handshakes accepted and not yet over; the limit counts these.
    slots: usize,
    pub(crate) presence: Presence,
    pub(crate) ended: Option<EndReason>,
    /// The server no longer knows the session.
    pub(crate) expired: bool,
    pub(crate) last_received: Instant,
    pub(crate) heartbeats: u64,
    pub(crate) journal: Journal,
}

impl Session {
    pub(crate) fn new(spec: SessionSpec, done: CancellationToken) -> (Arc<Self>, mpsc::Receiver<AgentInput>) {
        // Messages the agent has not come to yet; one more is answered with "high load".
        let (agent, inputs) = mpsc::channel(256);
        let session = Self {
            id: Uuid::new_v4().to_string(),
            done,
            agent,
            state: Mutex::new(State {
                history: History::default(),
                sockets: Vec::new(),
                slots: 0,
                presence: Presence::Nobody,
                ended: None,
                expired: false,
                last_received: Instant::now(),
                heartbeats: 0,
                journal: Journal::default(),
            }),
            spec,
        };
        let settings = &session.spec.settings;
        let mut start = json!({ "capabilities": {
            "streaming": session.spec.streaming,
            "max_message_size_bytes": settings.max_message_size_bytes,
            "max_reconnect_attempts": settings.max_reconnect_attempts,
            "heartbeat_interval_seconds": settings.heartbeat_seconds,
        }});
        if let Some(context_id) = &settings.context_id {
            start["context_id"] = context_id.as_str().into();
        }
        if session.spec.vector.is_none() {
            session.emit("SESSION_START", start);
        }
        (Arc::new(session), inputs)
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn target(&self) -> Target<'_> {
        Target { session: Some(&self.id), connector_id: Some(&self.spec.connector_id) }
    }

    /// Adds an event to the history and sends it to every socket. `kind` lacks the prefix.
    pub(crate) fn emit(&self, kind: &str, payload: Value) {
        let mut state = self.lock();
        state.emit(kind, payload, None);
        if state.history.bytes() > self.spec.settings.max_history_bytes {
            tracing::warn!(session = self.id, "ended: its history is full");
            state.end(EndReason::NaturalEnd);
            self.done.cancel();
        }
    }

    /// Sends an event that is not part of the history to every socket.
    pub(crate) fn emit_transient(&self, kind: &str, payload: Value) {
        let state = self.lock();
        if state.ended.is_none() {
            state.broadcast(&Frame::event(&event::envelope(None, kind, payload, None)));
        }
    }

    /// Changes who takes the user's messages, together with the event that says so.
    pub(crate) fn emit_presence(&self, presence: Presence, kind: &str, payload: Value) {
        let mut state = self.lock();
        state.presence = presence;
        state.emit(kind, payload, None);
    }

    /// Ends the session: `SESSION_END`, then every socket closes with 1000.
    pub(crate) fn end(&self, reason: EndReason) {
        self.lock().end(reason);
        self.done.cancel();
    }

    /// Makes the server forget the session. Open sockets stay, unless they are ended by the caller.
    pub(crate) fn expire(&self) {
        self.lock().expired = true;
        self.done.cancel();
    }

    /// Takes one of the places for sockets, if there is one left.
    pub(crate) fn reserve(self: &Arc<Self>) -> Option<Slot> {
        let mut state = self.lock();
        if state.slots >= self.spec.settings.max_sockets {
            return None;
        }
        state.slots += 1;
        Some(Slot { session: Arc::clone(self) })
    }

    /// Registers a socket. What it must be sent first, and whatever comes after, leaves no gap and no overlap
    /// between the two, unless the settings ask for one.
    pub(crate) fn open_socket(&self, cursor: Option<u64>) -> SocketEnd {
        let settings = &self.spec.settings;
        let (queue, received) = mpsc::channel(settings.socket_queue);
        let (control, watched) = watch::channel(Control::default());
        let mut state = self.lock();
        let number = state.journal.opened(cursor);
        let first = match &self.spec.vector {
            Some(frames) => frames.to_vec(),
            None => state.history.replay(cursor, settings),
        };
        let handle = SocketHandle { number, queue, control };
        if state.ended.is_some() {
            handle.push(Outgoing::Close(1000, String::new()));
        }
        state.sockets.push(handle);
        SocketEnd { number, queue: received, control: watched, first }
    }

    /// Takes a socket off the list: nothing more is sent to it.
    pub(crate) fn detach(&self, number: u64) {
        self.lock().sockets.retain(|socket| socket.number != number);
    }

    /// Runs `act` on each open socket.
    pub(crate) fn for_each_socket(&self, act: impl FnMut(&SocketHandle)) {
        self.lock().sockets.iter().for_each(act);
    }

    /// Ends every open socket at once.
    pub(crate) fn end_sockets(&self, end: &End) {
        self.for_each_socket(|socket| socket.end(end.clone()));
    }

    /// Sends what a test wants sent, to every socket, as it is; `log` also makes its objects part of the history.
    pub(crate) fn send_raw(&self, frames: Vec<Value>, log: bool) {
        let mut state = self.lock();
        let mut ready = Vec::with_capacity(frames.len());
        for frame in frames {
            ready.push(match frame {
                Value::Object(fields) if log => state.history.append_completed(fields),
                frame => Frame::raw(&frame),
            });
        }
        for socket in &state.sockets {
            socket.push(Outgoing::Frames(ready.clone()));
        }
    }

    /// One line of the list of sessions.
    pub(crate) fn summary(&self) -> Value {
        let state = self.lock();
        json!({
            "session_id": self.id,
            "connector_id": self.spec.connector_id,
            "user": self.spec.user,
            "streaming": self.spec.streaming,
            "platform": self.spec.platform,
            "device_type": self.spec.device_type,
            "presence": state.presence.name(),
            "ended": state.ended.map(EndReason::name),
            "expired": state.expired,
            "events": state.history.events().len(),
            "last_sequence": state.history.last_sequence(),
            "sockets_open": state.sockets.len(),
            "sockets_opened": state.journal.sockets_opened,
            "sockets_closed": state.journal.sockets_closed,
            "join_requests": state.journal.join_requests,
            "repeated_joins": state.journal.repeated_joins,
        })
    }

    /// The summary, the history, the frames received and the sockets.
    pub(crate) fn log(&self) -> Value {
        let mut log = self.summary();
        let state = self.lock();
        let (frames_in, sockets) = state.journal.to_json();
        log["frames_in"] = frames_in;
        log["sockets"] = sockets;
        log["events"] = state.history.events().into();
        log
    }
}

impl State {
    pub(crate) fn emit(&mut self, kind: &str, payload: Value, metadata: Option<Value>) {
        if self.ended.is_some() {
            return;
        }
        let frame = self.history.append(kind, payload, metadata);
        self.broadcast(&frame);
    }

    pub(crate) fn broadcast(&self, frame: &Frame) {
        for socket in &self.sockets {
            socket.push(Outgoing::Frame(frame.clone()));
        }
    }

    pub(crate) fn reply(&self, number: u64, event: &Value) {
        if let Some(socket) = self.sockets.iter().find(|socket| socket.number == number) {
            socket.push(Outgoing::Frame(Frame::event(event)));
        }
    }

    pub(crate) fn end(&mut self, reason: EndReason) {
        if self.ended.is_some() {
            return;
        }
        self.emit("SESSION_END", json!({ "reason": reason.name() }), None);
        self.ended = Some(reason);
        self.presence = Presence::Nobody;
        for socket in &self.sockets {
            socket.push(Outgoing::Close(1000, String::new()));
        }
    }
}

/// A place among a session's sockets, given back when dropped.
pub(crate) struct Slot {
    pub(crate) session: Arc<Session>,
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.session.lock().slots -= 1;
    }
}
