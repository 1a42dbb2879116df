//! What is said over an open socket: frames in, the agent's invitation, the user's messages and typing out.

use crate::connection::{Attempts, Link};
use crate::conversation::News;
use crate::delivery::{Draft, Progress};
use crate::engine::Engine;
use crate::timers::Timer;
use crate::wire::SystemText;
use crate::{Change, Error, ErrorCode, EventBody, Level, LogLevel, Output, RequestId, SocketId, TypingState, wire};

/// Times that the agent is asked to join before giving up.
const MAX_INVITATIONS: u32 = 3;
/// Milliseconds that the agent gets to join.
const JOIN_TIMEOUT_MS: u64 = 10_000;
/// Milliseconds before the agent is asked again after the server could not start the conversation.
const JOIN_AGAIN_MS: u64 = 2_000;
/// Milliseconds after which the agent's typing indicator is cleared, as the native SDKs do.
const AGENT_TYPING_MS: u64 = 10_000;
/// Least milliseconds between two STARTED, and milliseconds of quiet before STOPPED, as the native SDKs do.
const TYPING_STARTED_MS: u64 = 3_000;
const TYPING_STOPPED_MS: u64 = 5_000;

/// Milliseconds that the application gets before the agent is asked to join.
const PREPARATION_MS: u64 = 4_000;

/// Milliseconds for which a part of the history may be late.
const HOLE_MS: u64 = 3_000;
/// The same where another tab reads the history again.
const READER_HOLE_MS: u64 = 20_000;

/// How the agent is asked to join, on the socket at hand.
#[derive(Debug, Default)]
pub(crate) struct Invitation {
    tries: u32,
    /// What the application is asked to do first, while it does it.
    preparation: Option<RequestId>,
}

/// Whether the server believes that the user types.
#[derive(Debug, Default)]
pub(crate) struct Typist {
    started_at: Option<u64>,
}

impl Typist {
    pub(crate) fn is_typing(&self) -> bool {
        self.started_at.is_some()
    }
}

impl Engine {
    pub(crate) fn handle_text(&mut self, received: SocketId, text: &str) {
        if !self.socket_mut(received).is_some_and(|socket| socket.is_open || socket.is_shared) {
            return;
        }
        self.counts.frames_in += 1;
        let Ok(frame) = wire::decode(text) else {
            self.counts.frames_malformed += 1;
            self.note_frame(false, false);
            return self.log(LogLevel::Warn, "a frame that is no event was set aside");
        };
        if frame.set_aside > 0 {
            self.counts.frames_malformed += frame.set_aside;
            self.log(LogLevel::Warn, "entries of a batch that are no events were set aside");
        }
        // One of the past answers nothing.
        let is_echo = !frame.is_batch && frame.events.iter().any(|event| matches!(event.body, EventBody::Heartbeat));
        if !is_echo {
            self.share_frame(text, frame.is_batch);
        }
        self.conversation.left_out.add(frame.left_out);
        let before = self.out.len();
        for event in frame.events {
            let news = self.conversation.apply(event, frame.is_batch, self.now.wall, &mut self.out);
            self.act_on(news);
            if self.socket_mut(received).is_none() {
                // The event was the session's last.
                break;
            }
        }
        self.conversation.show_facets(&mut self.out);
        self.put_changes_first(before);
        let left_out = core::mem::take(&mut self.conversation.left_out);
        for said in self.left_out.note(left_out) {
            self.out.push(Output::Log { level: LogLevel::Warn, message: said.to_owned() });
        }
        self.note_frame(frame.is_batch, is_echo);
        self.watch_typing();
        if self.conversation.has_agent {
            self.timers.stop(Timer::Join);
        }
        self.watch_holes();
        self.invite();
        self.flush();
        self.settle_if_ready();
    }

    /// Clears the agent's typing indicator in time.
    pub(crate) fn watch_typing(&mut self) {
        self.conversation.follow_typing(AGENT_TYPING_MS, self.now.mono, &mut self.timers);
    }

    /// Gives what is missing some time to come by itself.
    pub(crate) fn watch_holes(&mut self) {
        if !matches!(&self.link, Link::Socket(socket) if socket.is_settled) {
            return;
        }
        if let Some(since) = self.conversation.missing_since(self.now.mono) {
            // The holder of a shared socket misses it as well, and reads it again for all.
            let patience = if self.reads_along() { READER_HOLE_MS } else { HOLE_MS };
            self.timers.set(Timer::Hole, since + patience);
        } else {
            self.timers.stop(Timer::Hole);
            if self.conversation.gaps.first().is_none() {
                self.conversation.gaps.note_whole();
            } else if self.conversation.are_holes_hopeless() {
                // Too few numbers to know how the server counts, but what is not there is not there.
                self.conversation.gaps.give_up();
            }
        }
        self.conversation.judge_drafts(self.now.mono, &mut self.out);
    }

    /// Reads the history again from before what is missing, a bounded number of times.
    pub(crate) fn repair(&mut self) {
        if !self.conversation.are_holes_hopeless() && !self.reads_along() {
            self.counts.repairs += 1;
            return self.reopen_quietly();
        }
        self.give_holes_up();
    }

    /// Shows what waits for something that does not come.
    fn give_holes_up(&mut self) {
        self.log(LogLevel::Warn, "the history does not hold what is missing");
        let before = self.out.len();
        let news = self.conversation.give_up_holes(&mut self.out);
        self.put_changes_first(before);
        self.act_on(news);
        self.conversation.judge_drafts(self.now.mono, &mut self.out);
        self.flush();
    }

    /// Whoever is told of an event finds the state as the whole frame left it.
    fn put_changes_first(&mut self, from: usize) {
        let is_change = |output: &Output| matches!(output, Output::Change(_));
        let (changes, told): (Vec<_>, Vec<_>) = self.out.split_off(from).into_iter().partition(is_change);
        self.out.extend(changes);
        self.out.extend(told);
    }

    fn act_on(&mut self, news: News) {
        match news {
            News::None => {}
            // The conversation works: from here on, the tries count anew.
            News::Confirmed => {
                self.invitation.tries = 0;
                self.attempts = Attempts::default();
            }
            News::SessionStart => {
                self.schedule_heartbeat();
                self.show_streaming();
            }
            News::SessionEnd => {
                let reason = self.conversation.ended.as_ref().map(|ended| ended.reason.clone());
                self.finish(reason.unwrap_or_default());
            }
            News::SystemMessage { text, draft_id } => match text {
                SystemText::JoinAgain => {
                    let draft = draft_id.and_then(|id| self.conversation.drafts.get_mut(&id));
                    if let Some(draft) = draft.filter(|draft| draft.is_written().is_some()) {
                        // It was not taken: it goes out again once the agent is there.
                        draft.queue_again();
                    }
                    self.conversation.has_agent = false;
                    // Whatever request there was, no agent is on its way because of it.
                    self.conversation.join_requested = false;
                    self.timers.set(Timer::Join, self.now.mono + JOIN_AGAIN_MS);
                }
                SystemText::SessionGone => self.lose_session(ErrorCode::SessionLost),
                SystemText::ConnectorGone => self.fail(Error::new(ErrorCode::AuthConnectorNotFound)),
                SystemText::Other => {
                    if let Some(id) = draft_id {
                        let error = Error::new(ErrorCode::MessageNotDelivered);
                        self.conversation.fail_drafts(|draft| draft.id == id, &error, &mut self.out);
                    }
                }
            },
        }
    }

    fn show_streaming(&mut self) {
        let streaming = self.conversation.capabilities.as_ref().is_some_and(|can| can.streaming);
        if let Some(view) = self.session.as_mut().and_then(|session| session.say_streaming(streaming)) {
            self.change(Change::Session { session: Some(view) });
        }
    }

    // ------------------------------------------------------------------------------------------ the agent joins

    /// Asks the agent to join, where the history is complete and shows that no one has.
    pub(crate) fn invite(&mut self) {
        let Link::Socket(socket) = &self.link else { return };
        let is_due = socket.is_settled && self.conversation.has_started && !self.conversation.has_agent;
        let is_over = self.is_over() || self.is_ending();
        if !is_due || is_over || self.timers.is_set(Timer::Join) || self.invitation.tries >= MAX_INVITATIONS {
            return;
        }
        // Of several tabs, the holder of the socket asks.
        let is_asked = self.conversation.join_requested || self.reads_along() && self.invitation.tries == 0;
        if !is_asked && !self.prepare() {
            return;
        }
        if is_asked && self.invitation.tries == 0 {
            // Asked on an earlier socket or by another client: the agent may be on its way.
            self.invitation.tries = 1;
        } else {
            self.invitation.tries += 1;
            self.write(wire::REQUEST_POLY_AGENT_JOIN);
        }
        self.timers.set(Timer::Join, self.now.mono + JOIN_TIMEOUT_MS);
    }

    /// Lets the application act before the agent is asked for the first time. Whether it has.
    /// Source: Messaging API, "Sessions" (verified context).
    fn prepare(&mut self) -> bool {
        let Some(session) = self.session.as_ref().filter(|session| !session.is_prepared) else { return true };
        if !self.config.before_agent_join {
            return true;
        }
        if self.invitation.preparation.is_none() {
            self.last_request += 1;
            let id = self.last_request;
            self.invitation.preparation = Some(id);
            self.timers.set(Timer::Preparation, self.now.mono + PREPARATION_MS);
            let (session_id, context_id) = (session.id.clone(), self.conversation.context_id.clone());
            self.out.push(Output::PrepareJoin { id, session_id, context_id });
        }
        false
    }

    pub(crate) fn handle_join_prepared(&mut self, answered: RequestId) {
        if self.invitation.preparation == Some(answered) {
            self.invitation.preparation = None;
            self.end_preparation();
        }
    }

    /// The application has had its time: the conversation starts without it.
    pub(crate) fn handle_late_preparation(&mut self) {
        self.log(LogLevel::Warn, "beforeAgentJoin took too long");
        self.abort_preparation();
        self.end_preparation();
    }

    fn end_preparation(&mut self) {
        self.timers.stop(Timer::Preparation);
        if let Some(session) = &mut self.session {
            session.is_prepared = true;
        }
        self.invite();
        self.flush();
    }

    fn abort_preparation(&mut self) {
        if let Some(id) = self.invitation.preparation.take() {
            self.out.push(Output::Abort { id });
        }
    }

    /// What was asked on a socket that is gone is asked anew on the next.
    pub(crate) fn forget_invitation(&mut self) {
        self.abort_preparation();
        self.invitation = Invitation::default();
    }

    pub(crate) fn handle_missing_agent(&mut self) {
        if self.conversation.has_agent || self.invitation.tries < MAX_INVITATIONS {
            // The socket may have died with the request on it.
            self.check_alive();
            return self.invite();
        }
        self.log(LogLevel::Error, "the agent did not join");
        let error = Error::new(ErrorCode::SessionCreationFailed);
        self.conversation.notice("systemMessage", Some(&error.message), Level::Error, self.now.wall, &mut self.out);
        let undelivered = Error::new(ErrorCode::MessageNotDelivered);
        self.conversation.fail_drafts(|draft| draft.progress == Progress::Queued, &undelivered, &mut self.out);
    }

    // ------------------------------------------------------------------------------------------------ messages

    /// Writes the next message that is queued, once the one before it is confirmed and someone is there to answer.
    pub(crate) fn flush(&mut self) {
        let Link::Socket(socket) = &self.link else { return };
        let has_given_up = self.invitation.tries >= MAX_INVITATIONS && !self.timers.is_set(Timer::Join);
        let may_write = socket.is_settled && !self.keeper.holds_back && !self.is_ending();
        if may_write && (self.conversation.has_agent || has_given_up) {
            // The session may allow less than was known when the message was taken.
            let limit = self.max_message_size();
            let is_too_large = |draft: &Draft| draft.progress == Progress::Queued && draft.bytes > limit;
            self.conversation.fail_drafts(is_too_large, &Error::new(ErrorCode::MessageTooLarge), &mut self.out);
            match self.conversation.drafts.write_next(self.now.mono, self.conversation.newest) {
                Ok(Some(frame)) => {
                    self.write(&frame);
                    self.watch_echo();
                }
                Ok(None) => {}
                Err(at) => self.timers.set(Timer::Resend, at),
            }
        }
        if self.conversation.drafts.count(|progress| progress == Progress::Written) == 0 {
            self.timers.stop(Timer::Confirm);
        }
    }

    /// What was written is to be echoed in time.
    pub(crate) fn watch_echo(&mut self) {
        self.timers.set(Timer::Confirm, self.now.mono + u64::from(self.config.confirm_timeout_ms));
    }

    /// An open socket and no echo: reconnect and look, rather than guess.
    pub(crate) fn handle_missing_echo(&mut self) {
        self.lose_socket(Error::new(ErrorCode::TransportTimeout));
    }

    // -------------------------------------------------------------------------------------------------- typing

    pub(crate) fn type_key(&mut self) {
        if self.open_socket_id().is_none() || self.is_over() || self.is_ending() {
            return;
        }
        let now = self.now.mono;
        if self.typist.started_at.is_none_or(|at| now - at >= TYPING_STARTED_MS) {
            self.typist.started_at = Some(now);
            self.write(wire::user_typing(TypingState::Started));
            self.conversation.stir();
            self.conversation.show_facets(&mut self.out);
        }
        self.timers.set(Timer::UserTyping, now + TYPING_STOPPED_MS);
    }

    pub(crate) fn stop_typing(&mut self) {
        if self.typist.started_at.take().is_some() {
            self.write(wire::user_typing(TypingState::Stopped));
        }
    }

    /// The message is written: what comes next is the message itself.
    pub(crate) fn finish_typing(&mut self) {
        self.timers.stop(Timer::UserTyping);
        self.stop_typing();
    }
}
