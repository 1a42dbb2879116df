//! Binds the parts: takes inputs in, carries commands to the part that decides, hands outputs out.

use crate::bounds::LeftOut;
use crate::connection::{Attempts, Link, Socket};
use crate::conversation::Conversation;
use crate::delivery::{MAX_WAITING_BYTES, Progress};
use crate::dialogue::{Invitation, Typist};
use crate::keeper::Keeper;
use crate::policy::Policy;
use crate::refusal::{Ghosts, Suspicion};
use crate::rng::Rng;
use crate::session::Session;
use crate::sharing::{REST, Sharing};
use crate::timers::{Timer, Timers};
use crate::{
    AccessToken, CallId, Change, Config, ConnectionView, Error, ErrorCode, Event, EventBody, Input, LogLevel, Metadata,
    Now, Output, Step, TokenReason, wire,
};

/// Milliseconds that the server gets to confirm the end.
const END_TIMEOUT_MS: u64 = 5_000;

/// The reason of an end that the server could not confirm. Source: Messaging API, "Server events".
pub(crate) const USER_END: &str = "REASON_USER_END";

/// One chat. See the crate's documentation for the contract.
pub struct Engine {
    pub(crate) config: Config,
    pub(crate) rng: Rng,
    pub(crate) now: Now,
    pub(crate) timers: Timers,
    pub(crate) out: Vec<Output>,
    pub(crate) link: Link,
    pub(crate) shown_connection: ConnectionView,
    pub(crate) token: Option<AccessToken>,
    /// It is from an earlier attempt to connect.
    pub(crate) is_token_old: bool,
    pub(crate) token_reason: TokenReason,
    pub(crate) session: Option<Session>,
    /// Id of the session that the next one takes the place of.
    pub(crate) replaces: Option<String>,
    pub(crate) conversation: Conversation,
    pub(crate) invitation: Invitation,
    pub(crate) typist: Typist,
    pub(crate) attempts: Attempts,
    pub(crate) suspicion: Suspicion,
    pub(crate) ghosts: Ghosts,
    pub(crate) policy: Policy,
    pub(crate) keeper: Keeper,
    pub(crate) sharing: Sharing,
    /// The browser says that there is no network.
    pub(crate) is_offline: bool,
    /// Sessions lost in a row, each soon after it was served.
    pub(crate) sessions_lost: u32,
    /// What the log has said to be above the bounds.
    pub(crate) left_out: LeftOut,
    pub(crate) last_request: u32,
    pub(crate) last_socket: u32,
    pub(crate) counts: Counts,
    /// Calls that are settled by the next open connection with its history in place.
    waiting: Vec<CallId>,
    /// Calls that are settled by the end; present while it is under way.
    ending: Option<Vec<CallId>>,
    refused: Option<Error>,
}

/// What support asks for.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    pub(crate) sockets_opened: u32,
    pub(crate) frames_in: u32,
    pub(crate) frames_out: u32,
    pub(crate) frames_malformed: u32,
    pub(crate) repairs: u32,
    pub(crate) http_requests: u32,
    pub(crate) probes: u32,
    pub(crate) trials: u32,
    pub(crate) renewals: u32,
    pub(crate) sleeps: u32,
}

impl Engine {
    /// An idle chat. `seed` feeds every random choice; use a different one for each chat.
    pub fn new(config: Config, seed: u64, now: Now) -> Self {
        let mut rng = Rng::new(seed);
        let keeper = Keeper::new(&config, &mut rng);
        Self {
            config,
            rng,
            now,
            timers: Timers::default(),
            out: Vec::new(),
            link: Link::Idle,
            shown_connection: ConnectionView::Idle,
            token: None,
            is_token_old: false,
            token_reason: TokenReason::Start,
            session: None,
            replaces: None,
            conversation: Conversation::default(),
            invitation: Invitation::default(),
            typist: Typist::default(),
            attempts: Attempts::default(),
            suspicion: Suspicion::default(),
            ghosts: Ghosts::default(),
            policy: Policy::default(),
            keeper,
            sharing: Sharing::default(),
            is_offline: false,
            sessions_lost: 0,
            left_out: LeftOut::default(),
            last_request: 0,
            last_socket: 0,
            counts: Counts::default(),
            waiting: Vec::new(),
            ending: None,
            refused: None,
        }
    }

    /// Takes `input` at the time `now`, and says what to do.
    pub fn handle(&mut self, now: Now, input: Input) -> Step {
        // A clock that went back would make every timer late.
        let now = Now { mono: now.mono.max(self.now.mono), wall: now.wall };
        let before = core::mem::replace(&mut self.now, now);
        // Nothing is to be found out about a socket that is closed.
        if !matches!(&input, Input::SocketClosed { socket, .. } if self.socket_mut(*socket).is_some()) {
            self.notice_sleep(before);
        }
        match input {
            Input::Start => self.start(),
            Input::Ready { call } => self.handle_ready(call),
            Input::Send { call, draft_id, text, metadata, is_in_doubt } => {
                self.send(call, draft_id, text, metadata, is_in_doubt);
            }
            Input::Retry { call, draft_id } => self.retry(call, &draft_id),
            Input::Discard { draft_id } => self.discard(&draft_id),
            Input::Typing => self.type_key(),
            Input::End { call } => self.end(call),
            Input::Restart { call } => self.restart(call),
            Input::Reconnect { call } => self.reconnect(call),
            Input::Close { call } => self.close(call),
            Input::RawSend { frame } => self.send_raw(&frame),
            Input::Http { id, outcome } => self.handle_http(id, outcome),
            Input::Token { id, result } => self.handle_token(id, result),
            Input::SocketOpened { socket } => self.handle_opened(socket),
            Input::SocketText { socket, text } => self.handle_text(socket, &text),
            Input::SocketBinary { socket } => self.handle_binary(socket),
            Input::SocketClosed { socket, code } => self.handle_closed(socket, code),
            Input::Loaded { id, record } => self.handle_loaded(id, record),
            Input::Probed { id, is_answered } => self.handle_probed(id, is_answered),
            Input::JoinPrepared { id } => self.handle_join_prepared(id),
            Input::News { text } => self.handle_news(&text),
            Input::LineFree => self.handle_line_free(),
            Input::Policy => self.handle_policy(),
            Input::Blocked { url } => self.handle_blocked(&url),
            Input::Page(event) => self.handle_page(event),
            Input::Deadline => {}
        }
        // A deadline may be noticed by any input, and several may be due at once.
        while let Some(timer) = self.timers.take_due(self.now.mono) {
            self.handle_timer(timer);
        }
        self.keep_up();
        Step { outputs: core::mem::take(&mut self.out), deadline: self.timers.next(), refused: self.refused.take() }
    }

    fn handle_timer(&mut self, timer: Timer) {
        match timer {
            Timer::HttpRetry => self.request_again(),
            Timer::TokenAnswer => self.handle_missing_token(),
            Timer::Handshake => self.lose_socket(Error::new(ErrorCode::TransportTimeout)),
            Timer::Policy => self.pass_policy(),
            Timer::Reconnect => self.attempt(),
            Timer::Heartbeat => self.send_heartbeat(),
            Timer::HeartbeatAnswer => self.lose_socket(Error::new(ErrorCode::TransportTimeout)),
            Timer::Settle => self.settle_late(),
            Timer::Join => self.handle_missing_agent(),
            Timer::Preparation => self.handle_late_preparation(),
            Timer::Confirm => self.handle_missing_echo(),
            Timer::Hole => self.repair(),
            Timer::Resend => self.flush(),
            Timer::AgentTyping => self.conversation.clear_typing(&mut self.out),
            Timer::UserTyping => self.stop_typing(),
            Timer::End => self.finish(USER_END.to_owned()),
            Timer::Renewal => self.renew(),
            Timer::Record => self.handle_late_record(),
            Timer::Save => self.owe_save(),
            Timer::Claim => self.claim(),
            Timer::Census => self.end_census(),
            Timer::Farewell => drop(self.end_as_told()),
            Timer::Line => self.handle_line_late(),
        }
    }

    // ------------------------------------------------------------------------------------------------ commands

    fn start(&mut self) {
        if !matches!(self.link, Link::Idle) {
            return;
        }
        if self.keeper.is_left {
            // Not before someone looks at the page, unless the application asks for it.
            self.link = Link::Away;
            self.show_connection(ConnectionView::Connecting);
        } else {
            self.connect();
        }
    }

    fn handle_ready(&mut self, call: CallId) {
        if self.is_ready() {
            self.settle(call, Ok(()));
        } else if let Some(error) = self.is_down() {
            self.settle(call, Err(error));
        } else {
            self.waiting.push(call);
        }
    }

    fn send(&mut self, call: CallId, draft_id: String, text: String, metadata: Metadata, is_in_doubt: bool) {
        let bytes = wire::user_message(&text, &draft_id, &metadata).len();
        let refusal = if self.is_over() {
            Some(Error::new(ErrorCode::SessionEnded))
        } else if text.chars().all(is_blank) {
            Some(Error::new(ErrorCode::MessageEmpty))
        } else if bytes > self.max_message_size() {
            Some(Error::new(ErrorCode::MessageTooLarge))
        } else if !self.conversation.drafts.has_room(bytes) {
            Some(too_many())
        } else {
            None
        };
        if refusal.is_some() {
            self.refused = refusal;
            return;
        }
        self.finish_typing();
        self.conversation.add_draft(draft_id, text, metadata, call, self.now.wall, &mut self.out);
        if is_in_doubt {
            self.conversation.drafts.doubt_last(self.now.mono);
        }
        self.deliver();
    }

    fn retry(&mut self, call: CallId, draft_id: &str) {
        let drafts = &self.conversation.drafts;
        let failed = drafts.iter().find(|draft| draft.id == draft_id && draft.progress == Progress::Failed);
        if self.is_over() {
            self.refused = Some(Error::new(ErrorCode::SessionEnded));
        } else if failed.is_some_and(|draft| !drafts.has_room(draft.bytes)) {
            self.refused = Some(too_many());
        } else if self.conversation.retry_draft(draft_id, call, self.now.wall, &mut self.out) {
            self.deliver();
        } else {
            self.refused = Some(Error::new(ErrorCode::MessageUnknownDraft));
        }
    }

    /// Sends what is queued on its way, where there is or may yet be one. Whoever writes wants a connection, unless the application
    /// has closed the chat.
    fn deliver(&mut self) {
        match &self.link {
            Link::Down(Some(error)) if !error.retryable => self.fail_undeliverable(&error.clone()),
            Link::Resting | Link::Down(Some(_)) => {
                self.count_anew();
                self.connect();
            }
            _ => self.flush(),
        }
    }

    /// Whoever asks has it tried as often as at first.
    fn count_anew(&mut self) {
        self.attempts = Attempts::default();
        self.sessions_lost = 0;
    }

    fn discard(&mut self, draft_id: &str) {
        let error =
            Error::with_message(ErrorCode::MessageNotDelivered, "The message was discarded before it was sent.");
        if !self.conversation.discard_draft(draft_id, &error, &mut self.out) {
            self.refused = Some(Error::new(ErrorCode::MessageUnknownDraft));
        }
    }

    fn send_raw(&mut self, frame: &str) {
        let refusal = match wire::raw(frame) {
            Err(error) => Some(error),
            Ok(frame) if frame.len() > self.max_message_size() => Some(Error::new(ErrorCode::MessageTooLarge)),
            Ok(frame) => match self.open_socket_id() {
                Some(_) => return self.write(&frame),
                None => Some(Error::new(ErrorCode::TransportNotConnected)),
            },
        };
        self.refused = refusal;
    }

    fn end(&mut self, call: CallId) {
        if self.is_over() {
            return self.settle(call, Ok(()));
        }
        if let Some(calls) = &mut self.ending {
            return calls.push(call);
        }
        self.ending = Some(vec![call]);
        // A session that is stored is to end as well, though it was not taken up yet.
        if self.session.is_none() && !self.seeks_record() {
            return self.finish(USER_END.to_owned());
        }
        self.show_connection(ConnectionView::Closing);
        self.timers.set(Timer::End, self.now.mono + END_TIMEOUT_MS);
        match &self.link {
            Link::Socket(Socket { is_shared: true, is_open: false, .. }) => self.take_line(),
            Link::Socket(Socket { is_open: true, .. }) => self.send_end(),
            Link::Socket(_) | Link::Record => {}
            // The server is told as soon as it can be reached, within the time there is.
            _ => self.open_socket(),
        }
    }

    /// Tells the server of an end that is under way.
    pub(crate) fn send_end(&mut self) {
        if self.ending.is_some() {
            self.write(wire::USER_END_SESSION);
        }
    }

    pub(crate) fn is_ending(&self) -> bool {
        self.ending.is_some()
    }

    fn restart(&mut self, call: CallId) {
        if self.open_socket_id().is_some() && !self.is_over() {
            self.write(wire::USER_END_SESSION);
        }
        self.pass_over_record();
        self.waiting.push(call);
        self.begin_anew();
    }

    /// Leaves the conversation behind, and starts another.
    pub(crate) fn begin_anew(&mut self) {
        self.hang_up();
        let error = Error::new(ErrorCode::SessionEnded);
        self.conversation.fail_drafts(|_| true, &error, &mut self.out);
        for call in self.ending.take().unwrap_or_default() {
            self.settle(call, Ok(()));
        }
        self.conversation.clear(&mut self.out);
        self.change(Change::Session { session: None });
        self.forget_session();
        self.sessions_lost = 0;
        self.token_reason = TokenReason::Restart;
        self.keeper.is_restart = true;
        self.connect();
    }

    fn reconnect(&mut self, call: CallId) {
        if self.is_over() || self.is_ending() {
            return self.settle(call, Err(Error::new(ErrorCode::SessionEnded)));
        }
        // Also where a socket is there that only looks alive.
        self.count_anew();
        if self.is_ready() {
            return self.settle(call, Ok(()));
        }
        self.waiting.push(call);
        match self.link {
            Link::Socket(Socket { is_shared: true, is_open: false, .. }) => self.take_line(),
            // Already under way.
            Link::Record | Link::Request { .. } | Link::Bare { .. } | Link::Socket(_) => {}
            Link::Idle
            | Link::Pause
            | Link::Knock(_)
            | Link::Away
            | Link::RequestPause { .. }
            | Link::Resting
            | Link::Down(_) => self.connect(),
        }
    }

    fn close(&mut self, call: CallId) {
        let error = Error::with_message(ErrorCode::TransportNotConnected, "The chat was closed.");
        for waiting in core::mem::take(&mut self.waiting) {
            self.settle(waiting, Err(error.clone()));
        }
        self.conversation.release_calls(&error, &mut self.out);
        self.part();
        let has_ended = self.ends_now() || self.is_over();
        if !matches!(self.link, Link::Resting | Link::Down(_)) {
            self.hang_up();
            self.go_down(None);
        } else if !has_ended {
            self.link = Link::Down(None);
            self.show_connection(ConnectionView::Closed);
        }
        self.settle(call, Ok(()));
    }

    // ------------------------------------------------------------------------------------------------- endings

    /// The conversation is over.
    pub(crate) fn finish(&mut self, reason: String) {
        if self.is_ending() && self.is_reading_record() {
            // The next page is not to go on with it.
            self.out.push(Output::Forget);
        }
        self.hang_up();
        if self.conversation.ended.is_none() {
            self.conversation.end(reason, &mut self.out);
        }
        let error = Error::new(ErrorCode::SessionEnded);
        self.conversation.fail_drafts(|_| true, &error, &mut self.out);
        self.tell_end();
        self.forget_session();
        for call in self.ending.take().unwrap_or_default() {
            self.settle(call, Ok(()));
        }
        self.settle_waiting(&Err(error));
        self.go_down(None);
    }

    /// Gives up until the application asks again.
    pub(crate) fn fail(&mut self, error: Error) {
        self.fail_because(error, &[]);
    }

    /// The same. `facts`: what tells a developer more than a user wants to know; for the log alone.
    pub(crate) fn fail_because(&mut self, error: Error, facts: &[&str]) {
        if self.is_ending() {
            return self.finish(USER_END.to_owned());
        }
        self.log(
            LogLevel::Error,
            [error.code.as_str(), ": ", &error.message, " ", &facts.concat()].concat().trim_end(),
        );
        self.hang_up();
        self.fail_undeliverable(&error);
        self.settle_waiting(&Err(error.clone()));
        self.go_down(Some(error));
    }

    /// Nothing is delivered after a failure that cannot be mended.
    fn fail_undeliverable(&mut self, error: &Error) {
        if !error.retryable {
            let undelivered = Error { code: ErrorCode::MessageNotDelivered, ..error.clone() };
            self.conversation.fail_drafts(|_| true, &undelivered, &mut self.out);
        }
    }

    fn go_down(&mut self, error: Option<Error>) {
        self.link = Link::Down(error.clone());
        self.keeper.is_behind = self.config.persistent;
        self.show_connection(match error.clone() {
            Some(error) => ConnectionView::Failed { error },
            None => ConnectionView::Closed,
        });
        self.tell(EventBody::Disconnected { error });
    }

    /// Ends the conversation where that is under way, by this tab's word or another's. The server was told, or can be reached no more.
    pub(crate) fn ends_now(&mut self) -> bool {
        if self.is_ending() {
            self.finish(USER_END.to_owned());
            return true;
        }
        self.end_as_told()
    }

    /// The server ended the connection, but not the conversation.
    pub(crate) fn rest(&mut self) {
        if self.ends_now() {
            return;
        }
        self.share_loss(REST);
        self.hang_up();
        self.settle_waiting(&Err(Error::new(ErrorCode::TransportNotConnected)));
        self.go_down(None);
        self.link = Link::Resting;
    }

    // ------------------------------------------------------------------------------------------------- helpers

    pub(crate) fn is_over(&self) -> bool {
        self.conversation.ended.is_some()
    }

    /// Open, with its history in place.
    fn is_ready(&self) -> bool {
        self.open_socket_id().is_some() && self.conversation.has_started && self.is_served()
    }

    fn is_down(&self) -> Option<Error> {
        match &self.link {
            _ if self.is_over() => Some(Error::new(ErrorCode::SessionEnded)),
            Link::Down(Some(error)) => Some(error.clone()),
            Link::Resting | Link::Down(None) => Some(Error::new(ErrorCode::TransportNotConnected)),
            _ => None,
        }
    }

    /// Bytes that the frame of a message may have: as many as the session allows, and as may wait.
    pub(crate) fn max_message_size(&self) -> usize {
        let capabilities = self.conversation.capabilities.as_ref();
        let said =
            capabilities.map_or(wire::DEFAULT_MAX_MESSAGE_SIZE, |capabilities| capabilities.max_message_size_bytes);
        MAX_WAITING_BYTES.min(said as usize)
    }

    pub(crate) fn settle_if_ready(&mut self) {
        if self.is_ready() {
            self.settle_waiting(&Ok(()));
        }
    }

    fn settle_waiting(&mut self, result: &Result<(), Error>) {
        for call in core::mem::take(&mut self.waiting) {
            self.settle(call, result.clone());
        }
    }

    fn settle(&mut self, call: CallId, result: Result<(), Error>) {
        self.out.push(Output::Settle { call, result });
    }

    pub(crate) fn change(&mut self, change: Change) {
        self.out.push(Output::Change(change));
    }

    pub(crate) fn tell(&mut self, body: EventBody) {
        self.out.push(Output::Event(Box::new(Event { body, envelope: None })));
    }

    pub(crate) fn log(&mut self, level: LogLevel, message: impl Into<String>) {
        self.out.push(Output::Log { level, message: message.into() });
    }

    pub(crate) fn show_connection(&mut self, connection: ConnectionView) {
        if self.shown_connection != connection {
            self.shown_connection = connection.clone();
            self.change(Change::Connection { connection });
        }
    }
}

fn too_many() -> Error {
    let text = "Too many messages are waiting for the connection. Try again once it is back.";
    Error::with_message(ErrorCode::TransportNotConnected, text)
}

/// What JavaScript or Unicode calls white space: they differ in two characters.
fn is_blank(character: char) -> bool {
    character.is_whitespace() || character == '\u{feff}'
}
