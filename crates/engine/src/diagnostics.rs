//! What support asks for: states, counts, timings. Never a token, never a text.

use serde::Serialize;

use crate::connection::Link;
use crate::delivery::Progress;
use crate::engine::Engine;
use crate::{ConnectionView, ErrorCode, Now};

/// States, counts and timings of a chat. Holds no token and no message text.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Diagnostics {
    /// What the application is shown of the connection.
    pub connection: ConnectionView,
    /// What is being done about it.
    pub link: &'static str,
    /// Why the chat gave up, if it did.
    pub last_error: Option<ErrorCode>,
    /// Id of the session.
    pub session_id: Option<String>,
    /// Why the conversation is over, if it is.
    pub ended: Option<String>,
    /// The highest sequence seen.
    pub cursor: Option<u64>,
    /// Lines of the transcript.
    pub messages: u32,
    /// The user's messages that wait to be written.
    pub drafts_queued: u32,
    /// Those that were written and not confirmed.
    pub drafts_in_doubt: u32,
    /// Those that failed.
    pub drafts_failed: u32,
    /// Consecutive attempts to reconnect.
    pub reconnect_attempts: u32,
    /// Sockets opened so far.
    pub sockets_opened: u32,
    /// HTTP requests made so far, tries included.
    pub http_requests: u32,
    /// Frames received so far.
    pub frames_in: u32,
    /// Frames written so far.
    pub frames_out: u32,
    /// Frames, and entries of batches, that were no events.
    pub frames_malformed: u32,
    /// The timer that is due next.
    pub next_timer: Option<&'static str>,
    /// Milliseconds until then.
    pub next_timer_in_ms: Option<u64>,
}

impl Engine {
    /// States, counts and timings. Never a token, never a message text.
    pub fn diagnostics(&self, now: Now) -> Diagnostics {
        let drafts = |wanted: fn(Progress) -> bool| self.conversation.drafts.count(wanted) as u32;
        let next = self.timers.next();
        Diagnostics {
            connection: self.shown_connection.clone(),
            link: match &self.link {
                Link::Idle => "idle",
                Link::Request { .. } => "request",
                Link::RequestPause { .. } => "requestPause",
                Link::Socket(_) => "socket",
                Link::Pause => "pause",
                Link::Down(_) => "down",
            },
            last_error: match &self.link {
                Link::Down(Some(error)) => Some(error.code),
                _ => None,
            },
            session_id: self.session.as_ref().map(|session| session.id.clone()),
            ended: self.conversation.ended.as_ref().map(|ended| ended.reason.clone()),
            cursor: self.conversation.newest,
            messages: self.conversation.transcript.len() as u32,
            drafts_queued: drafts(|progress| progress == Progress::Queued),
            drafts_in_doubt: drafts(|progress| matches!(progress, Progress::Written { .. } | Progress::Unsure)),
            drafts_failed: drafts(|progress| progress == Progress::Failed),
            reconnect_attempts: self.attempts,
            sockets_opened: self.counts.sockets_opened,
            http_requests: self.counts.http_requests,
            frames_in: self.counts.frames_in,
            frames_out: self.counts.frames_out,
            frames_malformed: self.counts.frames_malformed,
            next_timer: next.map(|deadline| deadline.reason),
            next_timer_in_ms: next.map(|deadline| deadline.at.saturating_sub(now.mono)),
        }
    }
}
