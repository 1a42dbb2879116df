//! The one socket: opening it, losing it, and opening it again. Source: Messaging API, "WebSocket", "Lifecycle".
//!
//! Whether an open one is alive is the matter of `liveness`, what a refused one means that of `refusal`.

use crate::engine::{Engine, USER_END};
use crate::json::{digits, push_number};
use crate::liveness::Liveness;
use crate::refusal::Purpose;
use crate::session::RequestKind;
use crate::sharing::{GIVE_UP, LOST};
use crate::timers::Timer;
use crate::{
    Change, ConnectionView, Error, ErrorCode, EventBody, LogLevel, OnSessionLost, Output, RequestId, SocketId,
    TokenReason, backoff, wire,
};

/// Milliseconds that a socket gets to open.
const HANDSHAKE_TIMEOUT_MS: u64 = 15_000;
/// Milliseconds that the history gets to begin.
const HISTORY_TIMEOUT_MS: u64 = 10_000;
/// Milliseconds without a further batch after which a history counts as complete: while the heartbeat sent behind the
/// handshake is not echoed, and once it is.
const SETTLE_TIMEOUT_MS: u64 = 3_000;
const SETTLE_QUIET_MS: u64 = 150;

/// Sessions that may be lost in a row, each soon after it was served; one more, and no other is made unasked.
const MAX_SESSIONS_LOST: u32 = 3;
/// Milliseconds after which a session was worth making, and a socket worth opening, whatever was said on it.
const SESSION_LIFE_MS: u64 = 60_000;
const SOCKET_LIFE_MS: u64 = 30_000;

/// What is said when that many were.
const LOST_AGAIN: &str = "The server has lost this conversation again and again. Try again later.";

/// The reason of an end that comes from the server's not knowing the session any more.
pub(crate) const SESSION_LOST: &str = "REASON_SESSION_LOST";

/// Close codes that this client uses itself.
pub(crate) const CLOSE_NORMAL: u16 = 1_000;
pub(crate) const CLOSE_NETWORK: u16 = 4_003;
/// What a browser reports of a socket that went without a close.
const CLOSE_ABNORMAL: u16 = 1_006;

/// What the chat is doing about its connection.
#[derive(Debug)]
pub(crate) enum Link {
    /// Nothing yet.
    Idle,
    /// The record is read, to see whether there is a session to take up.
    Record,
    /// An HTTP request is under way.
    Request { kind: RequestKind, id: RequestId, attempt: u32 },
    /// It failed, and is made again after a pause.
    RequestPause { kind: RequestKind, attempt: u32 },
    /// Under a content policy, the socket's address is tried without a token. The browser may be done with that socket before it
    /// says why.
    Bare { id: Option<SocketId>, purpose: Purpose },
    /// A socket is opening or open.
    Socket(Socket),
    /// Between two attempts to reconnect.
    Pause,
    /// The browser says that it is offline: a probe sees whether a socket is worth an attempt.
    Knock(RequestId),
    /// Nothing until the page runs again.
    Away,
    /// The server has ended the connection, but not the conversation: nothing until someone writes, or asks.
    Resting,
    /// Nothing until the application asks: closed, ended, or failed. After a failure that may pass, whoever writes asks as well.
    Down(Option<Error>),
}

/// The socket at hand.
#[derive(Debug)]
pub(crate) struct Socket {
    pub(crate) id: SocketId,
    /// Another tab's, with which this one reads along.
    pub(crate) is_shared: bool,
    pub(crate) is_open: bool,
    /// When the server was seen to serve the session: its history began to arrive, or the heartbeat behind the handshake was echoed
    /// where there may be nothing to replay.
    served_at: Option<u64>,
    /// The heartbeat sent behind the handshake was echoed.
    is_echoed: bool,
    /// A part of the history has come.
    has_batch: bool,
    /// The history is complete.
    pub(crate) is_settled: bool,
    /// The first socket to open on a session made just now, whose history holds nothing but its start.
    pub(crate) is_first: bool,
    /// It takes the place of one that was open, and nobody is to notice.
    is_quiet: bool,
    /// What it is opened for.
    purpose: Purpose,
    /// The sequence behind which the history is told.
    pub(crate) from: u64,
    pub(crate) liveness: Liveness,
}

impl Socket {
    /// One that opens.
    fn opening(id: SocketId) -> Self {
        Self {
            id,
            is_shared: false,
            is_open: false,
            served_at: None,
            is_echoed: false,
            has_batch: false,
            is_settled: false,
            is_first: false,
            is_quiet: false,
            purpose: Purpose::Talk,
            from: 0,
            liveness: Liveness::default(),
        }
    }

    /// That of another tab, which has none yet.
    pub(crate) fn awaited(id: SocketId) -> Self {
        Self { is_shared: true, ..Self::opening(id) }
    }

    /// That of another tab, which has told this one all there is.
    pub(crate) fn shared(id: SocketId, now: u64) -> Self {
        Self { is_open: true, served_at: Some(now), is_settled: true, ..Self::awaited(id) }
    }
}

/// Attempts to reconnect in a row that came to nothing: no history, or a socket that was gone soon after it, with no message of
/// the user confirmed.
#[derive(Debug, Default)]
pub(crate) struct Attempts {
    pub(crate) made: u32,
    /// Those among them that the browser said to be in vain: they are not counted against the budget.
    offline: u32,
    /// Those before the network came back: they make no pause longer.
    pub(crate) eased: u32,
}

impl Engine {
    pub(crate) fn open_socket(&mut self) {
        self.open_socket_for(Purpose::Talk);
    }

    /// The pause before an attempt is over. While the browser says that it is offline, a socket is only tried where a probe is
    /// answered: Firefox makes a page wait for its next socket, up to a minute, the longer the more of them have failed.
    pub(crate) fn attempt(&mut self) {
        if self.is_offline {
            self.timers.stop(Timer::Reconnect);
            // One may be under way since the last handshake failed.
            let id = self.take_probe().unwrap_or_else(|| self.probe());
            self.link = Link::Knock(id);
            self.show_attempt();
        } else {
            self.open_socket();
        }
    }

    pub(crate) fn handle_knocked(&mut self, is_answered: bool) {
        self.link = Link::Pause;
        if is_answered {
            self.open_socket();
        } else {
            self.put_off(Error::new(ErrorCode::TransportNetwork));
        }
    }

    fn show_attempt(&mut self) {
        if let ConnectionView::Reconnecting { attempt, .. } = self.shown_connection {
            self.show_connection(ConnectionView::Reconnecting { attempt, retry_in_ms: 0 });
            self.share_attempt(attempt, 0);
        }
    }

    pub(crate) fn open_socket_for(&mut self, purpose: Purpose) {
        if let Link::Knock(id) = self.link {
            self.out.push(Output::Abort { id });
        }
        if self.session.is_some() {
            self.look_back();
        }
        if self.session.is_some() && self.token.is_some() && self.tries_bare(purpose) {
            return;
        }
        let cursor = if purpose == Purpose::Talk { self.take_cursor() } else { self.conversation.cursor() };
        let (Some(session), Some(token)) = (&self.session, &self.token) else { return self.connect() };
        let candidate = self.suspicion.candidate_id().filter(|_| purpose.is_on_candidate());
        self.last_socket += 1;
        let id = self.last_socket;
        let mut url = self.config.socket_url.clone();
        url.push(if url.contains('?') { '&' } else { '?' });
        url.push_str("session_id=");
        push_encoded(&mut url, candidate.unwrap_or(&session.id));
        url.push_str("&access_token=");
        push_encoded(&mut url, &token.access_token);
        if let (Some(cursor), None) = (cursor, candidate) {
            url.push_str("&cursor=");
            push_number(&mut url, cursor);
        }
        self.link = Link::Socket(Socket {
            is_first: !session.has_opened,
            purpose,
            from: cursor.unwrap_or_default(),
            ..Socket::opening(id)
        });
        if purpose == Purpose::Talk {
            self.clear_line();
        }
        self.timers.stop(Timer::Reconnect);
        self.timers.set(Timer::Handshake, self.now.mono + HANDSHAKE_TIMEOUT_MS);
        self.show_attempt();
        self.out.push(Output::OpenSocket { socket: id, url });
    }

    pub(crate) fn handle_opened(&mut self, opened: SocketId) {
        let Some(socket) = self.socket_mut(opened) else { return self.handle_bare_opened(opened) };
        if socket.is_open {
            return;
        }
        socket.is_open = true;
        let (is_first, is_quiet, purpose) = (socket.is_first, socket.is_quiet, socket.purpose);
        self.counts.sockets_opened += 1;
        self.timers.stop(Timer::Handshake);
        if purpose.is_on_candidate() {
            return self.leave_candidate(purpose);
        }
        self.trust();
        if let Some(session) = &mut self.session {
            session.has_opened = true;
        }
        if self.is_ending() {
            return self.send_end();
        }
        self.show_connection(ConnectionView::Open);
        if !is_quiet {
            self.tell(EventBody::Connected { resumed: !is_first });
        }
        self.schedule_heartbeat();
        if !is_first {
            // Its echo comes behind the history, and so tells where that ends.
            self.write(wire::HEARTBEAT);
        }
        self.timers.set(Timer::Settle, self.now.mono + HISTORY_TIMEOUT_MS);
        self.expect_answer();
        self.schedule_renewal();
    }

    pub(crate) fn handle_binary(&mut self, received: SocketId) {
        if self.socket_mut(received).is_some() {
            self.counts.frames_malformed += 1;
            self.log(LogLevel::Warn, "a frame that is no text, or is too long, was set aside");
        }
    }

    /// A frame came in: the socket is alive. `is_batch`: with history; `is_echo`: with a heartbeat.
    pub(crate) fn note_frame(&mut self, is_batch: bool, is_echo: bool) {
        // Another socket may have taken this one's place because of it.
        let has_all = self.has_replayed();
        let has_history = self.conversation.has_history;
        let Link::Socket(socket @ Socket { is_open: true, .. }) = &mut self.link else { return };
        self.timers.stop(Timer::HeartbeatAnswer);
        socket.liveness.is_checked = false;
        socket.is_echoed |= is_echo;
        socket.has_batch |= is_batch;
        // Where all of the history was asked for, there is some.
        if (is_batch || is_echo && has_history) && socket.served_at.is_none() {
            socket.served_at = Some(self.now.mono);
            if let Some(session) = &mut self.session {
                session.served_at.get_or_insert(self.now.mono);
            }
        }
        if socket.is_settled || socket.served_at.is_none() {
            return;
        }
        if socket.is_first {
            self.settle_history();
        } else if is_batch || is_echo {
            let quiet = match socket.has_batch {
                true if socket.is_echoed && has_all => SETTLE_QUIET_MS,
                true => SETTLE_TIMEOUT_MS,
                // It may be late.
                false => HISTORY_TIMEOUT_MS,
            };
            self.timers.set(Timer::Settle, self.now.mono + quiet);
        }
    }

    /// Whether the history has come as far as it is known to go.
    fn has_replayed(&self) -> bool {
        self.session.as_ref().is_none_or(|session| session.replays_to <= self.conversation.newest)
    }

    /// The history has been quiet, or has not begun.
    pub(crate) fn settle_late(&mut self) {
        if self.is_served() {
            self.settle_history();
        } else {
            self.lose_socket(Error::new(ErrorCode::TransportTimeout));
        }
    }

    pub(crate) fn settle_history(&mut self) {
        let Link::Socket(socket) = &mut self.link else { return };
        socket.is_settled = true;
        self.conversation.has_history = true;
        let (is_first, is_shared) = (socket.is_first, socket.is_shared);
        self.timers.stop(Timer::Settle);
        self.conversation.note_history(!is_first && !is_shared);
        if !is_shared {
            self.claim_line();
        }
        self.watch_holes();
        self.invite();
        self.flush();
    }

    // ----------------------------------------------------------------------------------------------- losing it

    pub(crate) fn handle_closed(&mut self, closed: SocketId, code: u16) {
        let Some(socket) = self.socket_mut(closed) else { return self.handle_bare_closed(closed) };
        let (was_open, purpose) = (socket.is_open, socket.purpose);
        self.note_life();
        self.link = Link::Pause;
        if was_open && code == CLOSE_ABNORMAL && !purpose.is_on_candidate() {
            self.ghosts.note(self.now.mono);
        }
        self.log(LogLevel::Info, ["socket closed with ", &digits(u64::from(code))].concat());
        if self.is_ending() && was_open {
            return self.finish(USER_END.to_owned());
        }
        match code {
            _ if purpose.is_on_candidate() => self.lose(was_open, purpose, Error::new(ErrorCode::TransportNetwork)),
            // The server is done. Of the codes that the native SDKs give their own sockets, a page that receives one makes no more
            // than of any other: 4000, 4002, 4003.
            CLOSE_NORMAL => self.rest(),
            4_001 => self.lose_session(ErrorCode::SessionLost),
            _ => self.lose(was_open, purpose, Error::new(ErrorCode::TransportNetwork)),
        }
    }

    /// The socket is dead, or as good as dead.
    pub(crate) fn lose_socket(&mut self, cause: Error) {
        let (was_open, purpose) = match &self.link {
            Link::Socket(socket) if socket.is_shared => return self.take_line(),
            Link::Socket(socket) => (socket.is_open, socket.purpose),
            _ => return,
        };
        self.lose(was_open, purpose, cause);
    }

    fn lose(&mut self, was_open: bool, purpose: Purpose, cause: Error) {
        self.drop_socket(CLOSE_NETWORK);
        self.conversation.lose_socket(self.now.mono, &mut self.out);
        if self.is_ending() && was_open {
            // What is left of its time is used to reach the server.
            return self.open_socket();
        }
        if !self.is_ending() && !was_open && purpose != Purpose::Talk {
            return self.handle_trial_refused(purpose);
        }
        self.put_off(cause);
        if !was_open && !self.is_ending() && matches!(self.link, Link::Pause) {
            self.suspect();
        }
    }

    /// Tries again after a pause, or gives up.
    fn put_off(&mut self, cause: Error) {
        if self.is_ending() {
            self.count_attempt();
            self.pause();
            return;
        }
        let said = self.conversation.capabilities.as_ref().and_then(|can| can.max_reconnect_attempts);
        let budget = said.unwrap_or(self.config.max_reconnect_attempts);
        // One between two experiments is not counted: whether the session is lost is found out before anyone gives up.
        if !self.suspicion.take_pressing() {
            if budget > 0 && self.attempts.made - self.attempts.offline >= budget && !self.is_offline {
                return self.give_up();
            }
            self.count_attempt();
        }
        let retry_in_ms = self.pause();
        let attempt = self.attempts.made;
        self.show_connection(ConnectionView::Reconnecting { attempt, retry_in_ms });
        self.tell(EventBody::Reconnecting { attempt, retry_in_ms, cause });
        self.lead();
        self.share_attempt(attempt, retry_in_ms);
    }

    /// As many attempts as there may be came to nothing.
    pub(crate) fn give_up(&mut self) {
        if self.end_as_told() {
            return;
        }
        self.share_loss(GIVE_UP);
        let why = match self.suspicion.refusals() {
            0 => self.likely_cause(),
            _ if self.ghosts.are_too_many(self.now.mono) => "This conversation may be open in too many tabs.",
            _ => "The API's host answers: something that takes no WebSocket, or lets none through, is in the way.",
        };
        let url = self.config.socket_url.clone();
        let error = Error::new(ErrorCode::SessionReconnectExhausted);
        self.fail_because(error, &[&url, " could not be kept open. ", why]);
    }

    fn count_attempt(&mut self) {
        self.attempts.made += 1;
        self.attempts.offline += u32::from(self.is_offline);
    }

    /// Opens another socket in place of the open one, to have what follows the cursor told again. Nothing shows: where
    /// the other one does not open, that is an ordinary loss of the connection.
    pub(crate) fn reopen_quietly(&mut self) {
        if self.open_socket_id().is_some() && !self.is_over() && !self.is_ending() {
            self.swap_socket(CLOSE_NORMAL, true);
        }
    }

    /// Begins a handshake that is under way anew.
    pub(crate) fn open_anew(&mut self) {
        if let Link::Socket(Socket { is_open: false, is_quiet, .. }) = self.link {
            self.swap_socket(CLOSE_NETWORK, is_quiet);
        }
    }

    pub(crate) fn swap_socket(&mut self, code: u16, is_quiet: bool) {
        self.drop_socket(code);
        self.conversation.lose_socket(self.now.mono, &mut self.out);
        self.share_attempt(0, 0);
        self.open_socket();
        if let Link::Socket(socket) = &mut self.link {
            socket.is_quiet = is_quiet;
        }
    }

    /// Waits before the next attempt. Returns how many milliseconds.
    fn pause(&mut self) -> u32 {
        let attempts =
            if self.suspicion.is_pressing() { 1 } else { self.attempts.made.saturating_sub(1 + self.attempts.eased) };
        let retry_in_ms = backoff::pause_ms(attempts, self.rng.next());
        self.link = Link::Pause;
        self.timers.set(Timer::Reconnect, self.now.mono + u64::from(retry_in_ms));
        retry_in_ms
    }

    /// Waits once more before the attempt that is shown, which has not been made yet.
    pub(crate) fn pause_again(&mut self) {
        let retry_in_ms = self.pause();
        if let ConnectionView::Reconnecting { attempt, .. } = self.shown_connection {
            self.show_connection(ConnectionView::Reconnecting { attempt, retry_in_ms });
        }
    }

    /// The server does not know the session any more. Another takes its place: at once, then after pauses that grow, and in the
    /// end none, whatever was said in those that were lost so soon.
    pub(crate) fn lose_session(&mut self, code: ErrorCode) {
        if self.end_as_told() {
            return;
        }
        self.share_loss(LOST);
        self.count_lost_session();
        let attempt = self.sessions_lost - 1;
        if !self.leave_session(code) {
            return;
        }
        if attempt >= MAX_SESSIONS_LOST {
            self.fail(Error::with_message(ErrorCode::SessionCreationFailed, LOST_AGAIN));
        } else if attempt == 0 {
            self.connect();
        } else {
            let retry_in_ms = backoff::pause_ms(attempt - 1, self.rng.next());
            self.timers.set(Timer::Reconnect, self.now.mono + u64::from(retry_in_ms));
            self.show_connection(ConnectionView::Reconnecting { attempt, retry_in_ms });
            self.tell(EventBody::Reconnecting { attempt, retry_in_ms, cause: Error::new(code) });
        }
    }

    fn count_lost_session(&mut self) {
        let served_at = self.session.as_ref().and_then(|session| session.served_at);
        if served_at.is_some_and(|at| self.now.mono >= at + SESSION_LIFE_MS) {
            self.sessions_lost = 0;
        }
        self.sessions_lost += 1;
    }

    /// Another tab has gone on to another session.
    pub(crate) fn follow_session(&mut self) {
        self.count_lost_session();
        if self.leave_session(ErrorCode::SessionLost) {
            self.connect();
        }
    }

    /// Leaves a session that is no more. False: the chat ends with it.
    fn leave_session(&mut self, code: ErrorCode) -> bool {
        let error = Error::new(code);
        let silent = core::mem::take(&mut self.keeper.silent);
        let is_returning = self.keeper.is_returning;
        self.hang_up();
        self.keeper.orphaned = silent;
        self.log(LogLevel::Warn, code.as_str());
        if self.config.on_session_lost == OnSessionLost::End || self.is_ending() {
            self.finish(SESSION_LOST.to_owned());
            return false;
        }
        self.keeper.is_restart = false;
        if is_returning {
            self.doubt_drafts(&[]);
        }
        self.conversation.replace(&error, self.now.wall, &mut self.out);
        self.change(Change::Session { session: None });
        self.forget_lost_session();
        self.token_reason = TokenReason::Restart;
        true
    }

    /// Leaves whatever is under way.
    pub(crate) fn hang_up(&mut self) {
        if self.reads_along() {
            // The socket stays, and this tab does not.
            self.finish_typing();
        }
        if let Link::Request { id, .. } | Link::Knock(id) = self.link {
            self.out.push(Output::Abort { id });
        }
        self.stop_probe();
        self.leave_record();
        self.drop_bare();
        self.drop_socket(CLOSE_NORMAL);
        self.leave_line();
        self.timers.stop_all();
        self.keeper.told_end = None;
        self.typist = Default::default();
        self.conversation.lose_socket(self.now.mono, &mut self.out);
    }

    /// The socket at hand has come to its end. One that lived long enough has shown that connecting works.
    fn note_life(&mut self) {
        let Link::Socket(Socket { served_at: Some(at), .. }) = self.link else { return };
        if self.now.mono >= at + SOCKET_LIFE_MS {
            self.attempts = Attempts::default();
        }
    }

    pub(crate) fn drop_socket(&mut self, code: u16) {
        self.note_life();
        if let Link::Socket(Socket { id: socket, is_shared: false, is_open, purpose, .. }) = self.link {
            self.out.push(Output::CloseSocket { socket, code });
            // Over a dead network the server does not hear of it.
            if is_open && !purpose.is_on_candidate() {
                self.ghosts.note(self.now.mono);
            }
        }
        self.link = Link::Pause;
        self.typist = Default::default();
        // An invitation that went unanswered with the socket is not held against the agent.
        self.forget_invitation();
        for timer in [
            Timer::Handshake,
            Timer::Heartbeat,
            Timer::HeartbeatAnswer,
            Timer::Settle,
            Timer::Join,
            Timer::Preparation,
            Timer::Confirm,
            Timer::Hole,
            Timer::Resend,
            Timer::AgentTyping,
            Timer::UserTyping,
            Timer::Renewal,
        ] {
            self.timers.stop(timer);
        }
    }

    // ------------------------------------------------------------------------------------------------- helpers

    /// Writes a frame, where there is an open socket to write it to.
    pub(crate) fn write(&mut self, frame: &str) {
        let Link::Socket(Socket { id: socket, is_shared, is_open: true, .. }) = self.link else { return };
        self.counts.frames_out += 1;
        if is_shared {
            self.write_shared(frame);
        } else {
            self.out.push(Output::SendText { socket, text: frame.to_owned() });
        }
    }

    pub(crate) fn open_socket_id(&self) -> Option<SocketId> {
        match &self.link {
            Link::Socket(socket) if socket.is_open => Some(socket.id),
            _ => None,
        }
    }

    pub(crate) fn is_served(&self) -> bool {
        matches!(&self.link, Link::Socket(socket) if socket.served_at.is_some())
    }

    pub(crate) fn socket_mut(&mut self, id: SocketId) -> Option<&mut Socket> {
        match &mut self.link {
            Link::Socket(socket) if socket.id == id => Some(socket),
            _ => None,
        }
    }
}

/// Percent-encodes what is not unreserved in a query.
fn push_encoded(url: &mut String, text: &str) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            url.push(char::from(byte));
        } else {
            url.push('%');
            url.push(char::from(HEX[usize::from(byte >> 4)]));
            url.push(char::from(HEX[usize::from(byte & 15)]));
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn query_values_are_encoded() {
        let mut url = String::new();
        super::push_encoded(&mut url, "aZ9-._~/+= &é");
        assert_eq!(url, "aZ9-._~%2F%2B%3D%20%26%C3%A9");
    }
}
