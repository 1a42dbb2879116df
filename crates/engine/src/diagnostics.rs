//! What support asks for: states, counts, timings. Never a token, never a text.

use crate::Now;
use crate::connection::Link;
use crate::delivery::Progress;
use crate::engine::Engine;
use crate::json::objects;

/// States, counts and timings of a chat.
#[derive(Debug)]
pub struct Diagnostics<'a> {
    connection: &'static str,
    link: &'static str,
    last_error: Option<&'static str>,
    session_id: Option<&'a str>,
    ended: Option<&'a str>,
    cursor: Option<u64>,
    messages: u32,
    drafts_queued: u32,
    drafts_in_doubt: u32,
    drafts_failed: u32,
    reconnect_attempts: u32,
    is_offline: bool,
    /// Handshakes refused in a row.
    refusals: u32,
    probes: u32,
    /// Times that a refusal was put to the test.
    trials: u32,
    renewals: u32,
    /// Times that a timer was late.
    sleeps: u32,
    sockets_opened: u32,
    repairs: u32,
    http_requests: u32,
    frames_in: u32,
    frames_out: u32,
    frames_malformed: u32,
    next_timer: Option<&'static str>,
    next_timer_in_ms: Option<u64>,
}

impl Engine {
    /// States, counts and timings, as an object in JSON. Never a token, never a message text.
    pub fn diagnostics(&self, now: Now) -> Diagnostics<'_> {
        let drafts = |wanted: fn(Progress) -> bool| self.conversation.drafts.count(wanted) as u32;
        let next = self.timers.next();
        Diagnostics {
            connection: self.shown_connection.status(),
            link: match &self.link {
                Link::Idle => "idle",
                Link::Record => "record",
                Link::Request { .. } => "request",
                Link::RequestPause { .. } => "requestPause",
                Link::Bare { .. } => "policy",
                Link::Socket(socket) if socket.is_shared => "shared",
                Link::Socket(_) => "socket",
                Link::Pause => "pause",
                Link::Knock(_) => "knock",
                Link::Away => "away",
                Link::Resting => "resting",
                Link::Down(_) => "down",
            },
            last_error: match &self.link {
                Link::Down(Some(error)) => Some(error.code.as_str()),
                _ => None,
            },
            session_id: self.session.as_ref().map(|session| session.id.as_str()),
            ended: self.conversation.ended.as_ref().map(|ended| ended.reason.as_str()),
            cursor: self.conversation.newest,
            messages: self.conversation.transcript.len() as u32,
            drafts_queued: drafts(|progress| progress == Progress::Queued),
            drafts_in_doubt: drafts(Progress::is_in_doubt),
            drafts_failed: drafts(|progress| progress == Progress::Failed),
            reconnect_attempts: self.attempts.made,
            is_offline: self.is_offline,
            refusals: self.suspicion.refusals(),
            probes: self.counts.probes,
            trials: self.counts.trials,
            renewals: self.counts.renewals,
            sleeps: self.counts.sleeps,
            sockets_opened: self.counts.sockets_opened,
            repairs: self.counts.repairs,
            http_requests: self.counts.http_requests,
            frames_in: self.counts.frames_in,
            frames_out: self.counts.frames_out,
            frames_malformed: self.counts.frames_malformed,
            next_timer: next.map(|deadline| deadline.reason),
            next_timer_in_ms: next.map(|deadline| deadline.at.saturating_sub(now.mono)),
        }
    }
}

objects! {
    Diagnostics<'_> {
        "connection": connection,
        "link": link,
        "lastError": last_error,
        "sessionId": session_id,
        "ended": ended,
        "cursor": cursor,
        "messages": messages,
        "draftsQueued": drafts_queued,
        "draftsInDoubt": drafts_in_doubt,
        "draftsFailed": drafts_failed,
        "reconnectAttempts": reconnect_attempts,
        "isOffline": is_offline,
        "refusals": refusals,
        "probes": probes,
        "trials": trials,
        "renewals": renewals,
        "sleeps": sleeps,
        "socketsOpened": sockets_opened,
        "repairs": repairs,
        "httpRequests": http_requests,
        "framesIn": frames_in,
        "framesOut": frames_out,
        "framesMalformed": frames_malformed,
        "nextTimer": next_timer,
        "nextTimerInMs": next_timer_in_ms,
    }
}
