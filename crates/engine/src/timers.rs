//! The table of named timers.

use crate::Deadline;

/// What a deadline is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Timer {
    /// Make the HTTP request again.
    HttpRetry,
    /// The application has not supplied an access token.
    TokenAnswer,
    /// The socket has not opened.
    Handshake,
    /// Open a socket again.
    Reconnect,
    /// Send a heartbeat.
    Heartbeat,
    /// The heartbeat was not answered.
    HeartbeatAnswer,
    /// The history counts as complete.
    Settle,
    /// Ask the agent to join (again).
    Join,
    /// A message was not echoed.
    Confirm,
    /// The agent's typing indicator has stood long enough.
    AgentTyping,
    /// The user has stopped typing.
    UserTyping,
    /// The server has not confirmed the end.
    End,
}

impl Timer {
    const ALL: [Self; 12] = [
        Self::HttpRetry,
        Self::TokenAnswer,
        Self::Handshake,
        Self::Reconnect,
        Self::Heartbeat,
        Self::HeartbeatAnswer,
        Self::Settle,
        Self::Join,
        Self::Confirm,
        Self::AgentTyping,
        Self::UserTyping,
        Self::End,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::HttpRetry => "httpRetry",
            Self::TokenAnswer => "tokenAnswer",
            Self::Handshake => "handshake",
            Self::Reconnect => "reconnect",
            Self::Heartbeat => "heartbeat",
            Self::HeartbeatAnswer => "heartbeatAnswer",
            Self::Settle => "settle",
            Self::Join => "join",
            Self::Confirm => "confirm",
            Self::AgentTyping => "agentTyping",
            Self::UserTyping => "userTyping",
            Self::End => "end",
        }
    }
}

/// When each timer is due, in monotonic milliseconds.
#[derive(Debug, Default)]
pub(crate) struct Timers([Option<u64>; Timer::ALL.len()]);

impl Timers {
    pub(crate) fn set(&mut self, timer: Timer, at: u64) {
        self.0[timer as usize] = Some(at);
    }

    pub(crate) fn stop(&mut self, timer: Timer) {
        self.0[timer as usize] = None;
    }

    pub(crate) fn is_set(&self, timer: Timer) -> bool {
        self.0[timer as usize].is_some()
    }

    pub(crate) fn stop_all(&mut self) {
        self.0 = Default::default();
    }

    /// Takes out the timer that has been due the longest.
    pub(crate) fn take_due(&mut self, now: u64) -> Option<Timer> {
        let (timer, _) = self.earliest().filter(|(_, at)| *at <= now)?;
        self.stop(timer);
        Some(timer)
    }

    pub(crate) fn next(&self) -> Option<Deadline> {
        self.earliest().map(|(timer, at)| Deadline { at, reason: timer.name() })
    }

    fn earliest(&self) -> Option<(Timer, u64)> {
        Timer::ALL.into_iter().filter_map(|timer| Some((timer, self.0[timer as usize]?))).min_by_key(|(_, at)| *at)
    }
}
