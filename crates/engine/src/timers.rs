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
    /// No policy has refused the socket's address.
    Policy,
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
    /// The application has not done what it does before the agent is asked to join.
    Preparation,
    /// A message was not echoed.
    Confirm,
    /// A message that did not arrive may be written again.
    Resend,
    /// A part of the history is missing.
    Hole,
    /// The agent's typing indicator has stood long enough.
    AgentTyping,
    /// The user has stopped typing.
    UserTyping,
    /// The server has not confirmed the end.
    End,
    /// The socket is old enough to be renewed.
    Renewal,
    /// The record, or the lock on it, was not to be had.
    Record,
    /// Store what changes all the time.
    Save,
    /// See to the messages of tabs that are gone.
    Claim,
    /// The other tabs have said what sockets they have.
    Census,
    /// The end that another tab has told of was not seen.
    Farewell,
    /// The holder of the shared socket is late.
    Line,
}

impl Timer {
    const ALL: [Self; 23] = [
        Self::HttpRetry,
        Self::TokenAnswer,
        Self::Handshake,
        Self::Policy,
        Self::Reconnect,
        Self::Heartbeat,
        Self::HeartbeatAnswer,
        Self::Settle,
        Self::Join,
        Self::Preparation,
        Self::Confirm,
        Self::Resend,
        Self::Hole,
        Self::AgentTyping,
        Self::UserTyping,
        Self::End,
        Self::Renewal,
        Self::Record,
        Self::Save,
        Self::Claim,
        Self::Census,
        Self::Farewell,
        Self::Line,
    ];

    /// Those that judge by what has not come, which a page that slept may just not have read yet.
    const JUDGING: [Self; 10] = [
        Self::TokenAnswer,
        Self::Handshake,
        Self::HeartbeatAnswer,
        Self::Settle,
        Self::Confirm,
        Self::Hole,
        Self::Record,
        Self::Census,
        Self::Farewell,
        Self::Line,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::HttpRetry => "httpRetry",
            Self::TokenAnswer => "tokenAnswer",
            Self::Handshake => "handshake",
            Self::Policy => "policy",
            Self::Reconnect => "reconnect",
            Self::Heartbeat => "heartbeat",
            Self::HeartbeatAnswer => "heartbeatAnswer",
            Self::Settle => "settle",
            Self::Join => "join",
            Self::Preparation => "preparation",
            Self::Confirm => "confirm",
            Self::Resend => "resend",
            Self::Hole => "hole",
            Self::AgentTyping => "agentTyping",
            Self::UserTyping => "userTyping",
            Self::End => "end",
            Self::Renewal => "renewal",
            Self::Record => "record",
            Self::Save => "save",
            Self::Claim => "claim",
            Self::Census => "census",
            Self::Farewell => "farewell",
            Self::Line => "line",
        }
    }
}

/// When each timer is due, in monotonic milliseconds.
#[derive(Debug, Default)]
pub(crate) struct Timers {
    due: [Option<u64>; Timer::ALL.len()],
    /// Those that were put off, as bits.
    put_off: u32,
}

impl Timers {
    pub(crate) fn set(&mut self, timer: Timer, at: u64) {
        self.put_off &= !(1 << timer as u32);
        self.due[timer as usize] = Some(at);
    }

    pub(crate) fn stop(&mut self, timer: Timer) {
        self.due[timer as usize] = None;
    }

    /// Puts off whatever judges by what has not come, to `until` at the earliest: once for each deadline.
    pub(crate) fn put_off(&mut self, until: u64) {
        for timer in Timer::JUDGING {
            let bit = 1 << timer as u32;
            if self.due[timer as usize].is_some_and(|at| at < until) && self.put_off & bit == 0 {
                self.due[timer as usize] = Some(until);
                self.put_off |= bit;
            }
        }
    }

    pub(crate) fn is_set(&self, timer: Timer) -> bool {
        self.due[timer as usize].is_some()
    }

    pub(crate) fn stop_all(&mut self) {
        *self = Self::default();
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
        Timer::ALL.into_iter().filter_map(|timer| Some((timer, self.due[timer as usize]?))).min_by_key(|(_, at)| *at)
    }
}
