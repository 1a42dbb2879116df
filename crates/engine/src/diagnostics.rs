//! What support asks for: states, counts, timings. Never a token, never a text.

use serde_json::{Value, json};

use crate::connection::Link;
use crate::delivery::Progress;
use crate::engine::Engine;
use crate::{ConnectionView, Now};

impl Engine {
    /// States, counts and timings as a JSON object. Never a token, never a message text.
    pub fn diagnostics(&self, now: Now) -> Value {
        let drafts = |wanted: fn(Progress) -> bool| self.conversation.drafts.count(wanted);
        let next = self.timers.next();
        json!({
            "connection": match &self.shown_connection {
                ConnectionView::Idle => "idle",
                ConnectionView::Connecting => "connecting",
                ConnectionView::Open => "open",
                ConnectionView::Closing => "closing",
                ConnectionView::Closed => "closed",
                ConnectionView::Reconnecting { .. } => "reconnecting",
                ConnectionView::Failed { .. } => "failed",
            },
            "link": match &self.link {
                Link::Idle => "idle",
                Link::Request { .. } => "request",
                Link::RequestPause { .. } => "requestPause",
                Link::Socket(_) => "socket",
                Link::Pause => "pause",
                Link::Down(_) => "down",
            },
            "lastError": match &self.link {
                Link::Down(Some(error)) => Some(error.code.as_str()),
                _ => None,
            },
            "sessionId": self.session.as_ref().map(|session| session.id.as_str()),
            "ended": self.conversation.ended.as_ref().map(|ended| ended.reason.as_str()),
            "cursor": self.conversation.newest,
            "messages": self.conversation.transcript.len(),
            "draftsQueued": drafts(|progress| progress == Progress::Queued),
            "draftsInDoubt": drafts(|progress| matches!(progress, Progress::Written { .. } | Progress::Unsure)),
            "draftsFailed": drafts(|progress| progress == Progress::Failed),
            "reconnectAttempts": self.attempts,
            "socketsOpened": self.counts.sockets_opened,
            "httpRequests": self.counts.http_requests,
            "framesIn": self.counts.frames_in,
            "framesOut": self.counts.frames_out,
            "framesMalformed": self.counts.frames_malformed,
            "nextTimer": next.map(|deadline| deadline.reason),
            "nextTimerInMs": next.map(|deadline| deadline.at.saturating_sub(now.mono)),
        })
    }
}
