//! Whether a handshake failed for want of a network, or was refused; and whether the session is lost with that.
//!
//! A page sees nothing of why a handshake failed: a session that the server forgot, a server that is unwell and a dead network
//! all look the same. A probe tells the last from the others. When a server that answers has refused twice, a control
//! experiment follows: a candidate, which is another session of the same token, is to open where the session is refused. A session
//! that has as many sockets as it may is refused as well, though: what this tab and the others have open, or had, is counted first.
//! Source: Messaging API, "WebSocket".

use crate::connection::{CLOSE_NORMAL, Link};
use crate::engine::Engine;
use crate::json::{digits, number};
use crate::session::RequestKind;
use crate::timers::Timer;
use crate::{ErrorCode, HttpOutcome, LogLevel, Output, RequestId, wire};

/// Refusals in a row by a server that answers after which the session is put to the test.
const MAX_REFUSALS: u32 = 2;
/// Further refusals before the next experiment where one found that no socket is taken: a crowd that tries sockets twice
/// keeps itself out.
const CROWDED: u32 = 2;
/// Experiments in a row that must speak against the session. One may be chance, where a server takes every other socket.
const FINDINGS: u32 = 3;
/// Milliseconds that the API's host gets to answer anything.
const PROBE_TIMEOUT_MS: u32 = 5_000;
/// Milliseconds for which a candidate proves anything: later, the server may have forgotten it like the session.
const CANDIDATE_AGE_MS: u64 = 60_000;
/// Milliseconds without another candidate after a 429: the longest that the server may ask for.
const CANDIDATE_REST_MS: u64 = 30_000;

/// Sockets that a session may have at once.
const MAX_SOCKETS: usize = 10;
/// Milliseconds for which a server may count a socket that has ended without its knowing: some heartbeats that do not come.
const GHOST_MS: u64 = 120_000;
/// Milliseconds that the other tabs get to say what they have.
const CENSUS_MS: u64 = 500;

/// Sockets of the session that its server may count.
#[derive(Debug, Default)]
pub(crate) struct Ghosts {
    /// Until when those of this tab that ended otherwise than by the server may be counted, in monotonic milliseconds: the last of
    /// them, in any order.
    until: [u64; MAX_SOCKETS],
    /// What the other tabs have said.
    others: usize,
}

impl Ghosts {
    pub(crate) fn note(&mut self, now: u64) {
        if let Some(first) = self.until.iter_mut().min() {
            *first = now + GHOST_MS;
        }
    }

    fn count(&self, now: u64) -> usize {
        self.until.iter().filter(|until| **until > now).count()
    }

    /// Whether the session may be refused for having too many.
    pub(crate) fn are_too_many(&self, now: u64) -> bool {
        self.count(now) + self.others >= MAX_SOCKETS
    }
}

/// What speaks against the session at hand.
#[derive(Debug, Default)]
pub(crate) struct Suspicion {
    /// Handshakes in a row that failed while the server's host answered.
    refusals: u32,
    /// The probe under way.
    probe: Option<RequestId>,
    candidate: Option<Candidate>,
    /// Refusals at which the next experiment is due.
    due_at: u32,
    /// Experiments in a row that spoke against the session.
    findings: u32,
    /// An experiment is to be made again: the next attempt comes soon.
    is_pressing: bool,
    /// No other candidate is asked for before, in monotonic milliseconds.
    rests_until: u64,
}

/// A session that nobody talks on yet.
#[derive(Debug)]
struct Candidate {
    id: String,
    made_at: u64,
}

/// What a socket is opened for. The last three are the steps of the experiment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// The conversation.
    Talk,
    /// The candidate: whether sockets are taken at all.
    Control,
    /// The session, right after the candidate's socket had opened: whether it alone is refused.
    Suspect,
    /// The candidate, right after that was refused: whether sockets are still taken.
    Verdict,
}

impl Purpose {
    pub(crate) fn is_on_candidate(self) -> bool {
        matches!(self, Self::Control | Self::Verdict)
    }
}

impl Suspicion {
    pub(crate) fn refusals(&self) -> u32 {
        self.refusals
    }

    /// Whether the next attempt is to come soon, since an experiment is to be made again.
    pub(crate) fn is_pressing(&self) -> bool {
        self.is_pressing
    }

    /// The same, and from now on it is not.
    pub(crate) fn take_pressing(&mut self) -> bool {
        core::mem::take(&mut self.is_pressing)
    }

    pub(crate) fn candidate_id(&self) -> Option<&str> {
        self.candidate.as_ref().map(|candidate| candidate.id.as_str())
    }
}

impl Engine {
    /// A handshake of the session failed, and a pause has begun.
    pub(crate) fn suspect(&mut self) {
        if self.suspicion.refusals >= MAX_REFUSALS {
            self.suspicion.refusals += 1;
            if self.suspicion.refusals >= self.suspicion.due_at {
                self.take_census();
            }
            return;
        }
        if self.suspicion.probe.is_some() {
            return;
        }
        self.suspicion.probe = Some(self.probe());
    }

    /// Sees whether the API's host answers anything.
    pub(crate) fn probe(&mut self) -> RequestId {
        self.last_request += 1;
        self.counts.probes += 1;
        let id = self.last_request;
        self.out.push(Output::Probe { id, url: self.config.api_url.clone(), timeout_ms: PROBE_TIMEOUT_MS });
        id
    }

    pub(crate) fn handle_probed(&mut self, answered: RequestId, is_answered: bool) {
        if matches!(self.link, Link::Knock(id) if id == answered) {
            return self.handle_knocked(is_answered);
        }
        if self.suspicion.probe != Some(answered) {
            return;
        }
        self.suspicion.probe = None;
        if !is_answered {
            self.suspicion.refusals = 0;
            return;
        }
        self.suspicion.refusals += 1;
        // An attempt that has begun meanwhile is waited for.
        if self.suspicion.refusals >= MAX_REFUSALS && matches!(self.link, Link::Pause) && !self.is_ending() {
            self.take_census();
        }
    }

    /// The session answers, or another one is at hand: nothing speaks against it.
    pub(crate) fn trust(&mut self) {
        self.stop_probe();
        self.timers.stop(Timer::Census);
        self.suspicion = Suspicion { rests_until: self.suspicion.rests_until, ..Suspicion::default() };
    }

    pub(crate) fn stop_probe(&mut self) {
        if let Some(id) = self.take_probe() {
            self.out.push(Output::Abort { id });
        }
    }

    pub(crate) fn take_probe(&mut self) -> Option<RequestId> {
        self.suspicion.probe.take()
    }

    // --------------------------------------------------------------------------------------------------- census

    /// Asks the other tabs what sockets they have, before the session is put to the test for the first time.
    fn take_census(&mut self) {
        if !self.config.persistent || self.suspicion.findings > 0 {
            return self.end_census();
        }
        self.ghosts.others = 0;
        let tab = self.keeper.tab.clone();
        self.tell_tabs("count", "tab", &tab);
        self.timers.set(Timer::Census, self.now.mono + CENSUS_MS);
    }

    /// Another tab asks: it is told how many sockets of the session the server may count for this one. One that is served shows that
    /// the session lives: as good as all that there may be.
    pub(crate) fn answer_census(&mut self, asker: &str) {
        let count = if self.is_served() { MAX_SOCKETS } else { self.ghosts.count(self.now.mono) };
        if count > 0 {
            self.tell_tabs("sockets", "count", &[asker, ":", &digits(count as u64)].concat());
            self.check_alive();
        }
    }

    /// An answer: for which tab, and how many.
    pub(crate) fn count_sockets(&mut self, answer: &str) {
        let Some((tab, count)) = answer.split_once(':') else { return };
        if tab == self.keeper.tab && self.timers.is_set(Timer::Census) {
            self.ghosts.others += number(count).min(MAX_SOCKETS as u64) as usize;
        }
    }

    pub(crate) fn end_census(&mut self) {
        if !matches!(self.link, Link::Pause) || self.is_ending() {
            // An attempt has begun meanwhile.
        } else if self.ghosts.are_too_many(self.now.mono) {
            self.log(LogLevel::Info, "the session may have too many sockets: it is kept");
        } else {
            self.begin_trial();
        }
    }

    // ----------------------------------------------------------------------------------------------- experiment

    fn begin_trial(&mut self) {
        if self.has_fresh_candidate() {
            self.counts.trials += 1;
            self.open_socket_for(Purpose::Control);
        } else if self.now.mono >= self.suspicion.rests_until {
            self.counts.trials += 1;
            self.suspicion.candidate = None;
            self.timers.stop(Timer::Reconnect);
            self.request(RequestKind::Candidate, 1);
        }
    }

    pub(crate) fn judge_candidate(&mut self, outcome: HttpOutcome) {
        match outcome {
            HttpOutcome::Response { status: 200..=299, body, .. } => {
                let id = wire::parse(&body).and_then(|mut body| wire::take_string(&mut body, "session_id"));
                if let Some(id) = id.filter(|id| !id.is_empty()) {
                    self.suspicion.candidate = Some(Candidate { id, made_at: self.now.mono });
                    return self.open_socket_for(Purpose::Control);
                }
            }
            // The token is dead, and the session with it.
            HttpOutcome::Response { status: 401 | 403, .. } => return self.lose_session(ErrorCode::SessionLost),
            HttpOutcome::Response { status: 429, .. } => {
                self.suspicion.rests_until = self.now.mono + CANDIDATE_REST_MS;
            }
            HttpOutcome::Response { .. } => {}
            HttpOutcome::Network | HttpOutcome::Timeout => self.suspicion.refusals = 0,
        }
        self.suspicion.findings = 0;
        self.log(LogLevel::Info, "the server is unwell: the session is kept");
        self.pause_again();
    }

    /// A socket of the candidate has opened, and is needed no longer.
    pub(crate) fn leave_candidate(&mut self, purpose: Purpose) {
        self.drop_socket(CLOSE_NORMAL);
        if self.is_ending() {
            self.open_socket();
        } else if purpose == Purpose::Control {
            self.open_socket_for(Purpose::Suspect);
        } else if self.suspicion.findings + 1 < FINDINGS {
            self.suspicion.findings += 1;
            self.suspicion.is_pressing = true;
            self.pause_again();
        } else {
            self.lose_session(ErrorCode::SessionLost);
        }
    }

    /// A socket of the experiment did not open.
    pub(crate) fn handle_trial_refused(&mut self, purpose: Purpose) {
        if purpose == Purpose::Suspect {
            return self.open_socket_for(Purpose::Verdict);
        }
        self.suspicion.findings = 0;
        self.suspicion.due_at = self.suspicion.refusals + CROWDED;
        self.log(LogLevel::Info, "no socket is taken: the session is kept");
        self.pause_again();
    }

    fn has_fresh_candidate(&self) -> bool {
        let candidate = self.suspicion.candidate.as_ref();
        candidate.is_some_and(|candidate| candidate.made_at + CANDIDATE_AGE_MS > self.now.mono)
    }

    /// Forgets the session, and keeps its token where a candidate stands by that is bound to the same one.
    pub(crate) fn forget_lost_session(&mut self) {
        let candidate = if self.has_fresh_candidate() { self.suspicion.candidate.take() } else { None };
        let token = self.token.take().filter(|_| candidate.is_some());
        self.forget_session();
        self.token = token;
        self.suspicion.candidate = candidate;
    }

    /// The session to go on with, where one stands by.
    pub(crate) fn take_candidate(&mut self) -> Option<String> {
        let is_fresh = self.has_fresh_candidate();
        self.suspicion.candidate.take().filter(|_| is_fresh).map(|candidate| candidate.id)
    }
}
