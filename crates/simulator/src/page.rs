//! A page of the application: an engine, the state that its changes describe, and what the browser holds for it.

use std::collections::{BTreeMap, VecDeque};

use poly_messaging_engine::{
    CallId, Config, ConnectionView, Deadline, Engine, Input, Now, OnSessionLost, Options, RequestId, SocketId,
};

use crate::device::{Load, Operation};
use crate::network::LinkId;
use crate::scenario::Scenario;
use crate::view::State;

/// A tab, with what is loaded in it at the moment.
pub(crate) struct Page {
    pub(crate) load: Load,
    pub(crate) engine: Engine,
    pub(crate) state: State,
    pub(crate) deadline: Option<Deadline>,
    /// When the browser calls for the deadline.
    pub(crate) wake: Option<u64>,
    /// The socket that is there, and whether it has opened.
    pub(crate) socket: Option<(SocketId, LinkId, bool)>,
    /// It has another page's socket.
    pub(crate) reads_along: bool,
    /// Calls that are not settled.
    pub(crate) calls: BTreeMap<CallId, &'static str>,
    pub(crate) last_call: CallId,
    /// Requests under way.
    pub(crate) requests: Vec<RequestId>,
    pub(crate) storage: VecDeque<Operation>,
    pub(crate) is_storage_busy: bool,
    /// Can be seen; how late timers are otherwise.
    pub(crate) is_visible: bool,
    pub(crate) lateness: u64,
    /// Left: frozen, or kept for going back.
    pub(crate) is_left: bool,
    pub(crate) is_asleep: bool,
    /// What came while it did not run.
    pub(crate) inbox: VecDeque<Input>,
    /// The session shown last.
    pub(crate) session: Option<String>,
    pub(crate) watch: Watch,
}

/// What the properties need to know of a page's past.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    /// When it last began to run, to be seen, or to have no connection that works.
    pub(crate) runs_since: u64,
    pub(crate) down_since: Option<u64>,
    /// The browser said that there is no network.
    pub(crate) is_told_offline: bool,
    /// Until when it has to be open because the browser said that there is a network.
    pub(crate) open_by: Option<u64>,
    /// When it came to the session that it has.
    pub(crate) session_at: u64,
    /// When the server had no room for a further socket last.
    pub(crate) full_at: u64,
    /// When the last heartbeat was written, or had reason to be counted anew; those to be allowed for.
    pub(crate) beat_at: u64,
    pub(crate) spare_beats: u32,
    /// The clock on the wall and the monotonic one when it was last given something.
    pub(crate) clock: Now,
    /// The last attempt that was announced: its number, when it was to be made at the latest.
    pub(crate) attempt: u32,
    /// Attempts since a socket was open, made while the browser did not say that there was no network.
    pub(crate) attempts_online: u64,
    /// When the socket opened, and sockets in a row that the network or the server ended soon after that.
    pub(crate) opened_at: Option<u64>,
    pub(crate) useless: u64,
    /// When sessions were made for it, since the user asked for one last.
    pub(crate) sessions_made: Vec<u64>,
    pub(crate) attempt_by: Option<u64>,
    /// The last look at the network.
    pub(crate) probe: Option<RequestId>,
    /// Loads of the record that are not answered, and by when they have to be; whether one of them was not.
    pub(crate) loads: Vec<(RequestId, u64)>,
    pub(crate) went_without: bool,
    /// Sequences of live events of the session that never came.
    pub(crate) missing: Vec<u64>,
}

impl Page {
    pub(crate) fn new(load: Load, scenario: &Scenario, seed: u64, now: Now) -> Self {
        let options = Options {
            api_url: "https://api.example/api/v1".into(),
            socket_url: "wss://api.example/ws".into(),
            host_identifier: "https://www.example.com".into(),
            connector_token: (!scenario.supplies_tokens).then(|| "SECRET-connector".into()),
            streaming: true,
            platform: "web".into(),
            device_type: "desktop".into(),
            on_session_lost: if scenario.ends_when_lost { OnSessionLost::End } else { OnSessionLost::Restart },
            heartbeat_interval_ms: 30_000,
            session_timeout_ms: 600_000,
            confirm_timeout_ms: 5_000,
            persistent: scenario.persistent,
            shares: scenario.shares && scenario.persistent,
            fresh: false,
            before_agent_join: scenario.prepares_join,
            max_reconnect_attempts: scenario.max_reconnect_attempts,
        };
        let config = Config::parse(options).expect("the options are good");
        Self {
            load,
            engine: Engine::new(config, seed, now),
            state: State::default(),
            deadline: None,
            wake: None,
            socket: None,
            reads_along: false,
            calls: BTreeMap::new(),
            last_call: 0,
            requests: vec![],
            storage: VecDeque::new(),
            is_storage_busy: false,
            is_visible: true,
            lateness: 0,
            is_left: false,
            is_asleep: false,
            inbox: VecDeque::new(),
            session: None,
            watch: Watch { runs_since: now.mono, clock: now, ..Watch::default() },
        }
    }

    /// Whether its scripts run.
    pub(crate) fn runs(&self) -> bool {
        !self.is_left && !self.is_asleep
    }

    /// Whether it has no connection, and tries for none.
    pub(crate) fn is_down(&self) -> bool {
        matches!(self.state.connection, ConnectionView::Closed | ConnectionView::Failed { .. })
    }

    /// Names a call of the application.
    pub(crate) fn call(&mut self, what: &'static str) -> CallId {
        self.last_call += 1;
        self.calls.insert(self.last_call, what);
        self.last_call
    }
}
