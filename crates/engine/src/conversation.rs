//! One conversation as it is shown: takes the server's events in, in any order and any number of times, and says what
//! changes by each.

mod drafts;
mod facets;
mod messages;

use crate::bounds::LeftOut;
use crate::delivery::{Draft, Drafts, Progress};
use crate::gaps::{Gaps, Watch};
use crate::handoff::{Fact, PresenceLog};
use crate::ids::Ids;
use crate::json::digits;
use crate::numbering::{Belief, Numbering};
use crate::streaming::{Chunk, Streams};
use crate::transcript::Transcript;
use crate::wire::{CLIENT_EVENT_ID, SystemText, WireEvent};
use crate::{
    Agent, AgentKind, Change, Ended, Envelope, Error, ErrorCode, Event, EventBody, Handoff, HandoffPhase, Level,
    Message, MessageBody, Metadata, Output, Suggestion, TypingState,
};

/// What an event means beyond what is shown.
#[derive(Debug)]
pub(crate) enum News {
    /// Nothing.
    None,
    /// The session's capabilities, now in force.
    SessionStart,
    /// The session is over.
    SessionEnd,
    /// A message of the user was confirmed.
    Confirmed,
    /// A live system message, about the draft named where there is one.
    SystemMessage { text: SystemText, draft_id: Option<String> },
}

/// Everything that belongs to one session, as far as it is shown.
#[derive(Debug, Default)]
pub(crate) struct Conversation {
    pub(crate) transcript: Transcript,
    pub(crate) drafts: Drafts,
    /// The highest sequence seen.
    pub(crate) newest: Option<u64>,
    numbering: Numbering,
    pub(crate) gaps: Gaps,
    watch: Watch,
    /// The highest sequence seen when the last replay was complete, and whether messages are still to be judged by it.
    replayed_to: Option<u64>,
    is_judging: bool,
    /// The history was there, whole, at some time: what came before the first event seen is not missing.
    pub(crate) has_history: bool,
    /// `SESSION_START` was seen.
    pub(crate) has_started: bool,
    /// Someone is there to answer: an agent has joined, or has written.
    pub(crate) has_agent: bool,
    /// The agent was asked to join, here or by another client.
    pub(crate) join_requested: bool,
    pub(crate) capabilities: Option<crate::Capabilities>,
    /// `context_id` of the session's start.
    pub(crate) context_id: Option<String>,
    pub(crate) ended: Option<Ended>,
    pub(crate) is_agent_typing: bool,
    streams: Streams,
    presence: PresenceLog,
    /// Fingerprints of the events' ids.
    seen: Ids,
    /// Messages of the user that came without an id of their event, and those among them that came again with one.
    without_id: Ids,
    with_id: Ids,
    /// Those of the drafts that have arrived.
    echoed: Ids,
    /// The newest event that said something about the agent's typing.
    typing_sequence: u64,
    is_typing_renewed: bool,
    /// Whether the server has warned that the session is idle, and the newest event that said something about it.
    idle_warning: (u64, bool),
    language: (u64, Option<String>),
    /// Fingerprints of the ids of lines.
    line_ids: Ids,
    lines_without_id: u32,
    /// What of the server's messages is above the bounds, since that was last asked.
    pub(crate) left_out: LeftOut,
    shown: Shown,
}

/// What the application was told last, so that it is told of changes only.
#[derive(Debug, Default)]
struct Shown {
    agent: Option<Agent>,
    handoff: Handoff,
    suggestions: Vec<Suggestion>,
    is_agent_typing: bool,
    idle_warning: bool,
    language: Option<String>,
}

impl Conversation {
    /// Takes an event in. Nothing follows from one that was seen before.
    pub(crate) fn apply(&mut self, event: WireEvent, replayed: bool, wall: u64, out: &mut Vec<Output>) -> News {
        if !self.is_new(&event) {
            return News::None;
        }
        if self.came_without_id(&event) {
            if let Some(sequence) = event.sequence {
                self.place(sequence);
            }
            return News::None;
        }
        let sequence = event.sequence.filter(|sequence| self.place(*sequence));
        let envelope = Envelope {
            id: event.id.unwrap_or_default(),
            sequence,
            timestamp: event.timestamp.unwrap_or(wall),
            metadata: event.metadata,
            replayed,
        };
        self.note_idleness(&event.body, envelope.sequence);
        match event.body {
            EventBody::AgentMessageChunk {
                message_id,
                delta,
                chunk_index,
                is_complete,
                attachments,
                suggestions,
                ends,
            } => {
                let chunk = Chunk { envelope, delta, index: chunk_index, is_complete, attachments, suggestions, ends };
                if self.take_chunk(message_id, chunk, out) { News::SessionEnd } else { News::None }
            }
            body => {
                let news = self.show(&body, &envelope, out);
                let is_end = matches!(
                    &body,
                    EventBody::AgentMessage(message) | EventBody::LiveAgentMessage(message) if message.ends
                );
                let last = is_end.then(|| envelope.clone());
                out.push(Output::Event(Box::new(Event { body, envelope: Some(envelope) })));
                match last {
                    Some(message) => {
                        self.end_by_agent(&message, out);
                        News::SessionEnd
                    }
                    None => news,
                }
            }
        }
    }

    /// Whether the event was not seen before: by its id, or by its sequence where it has none. Of two messages, or two places in
    /// the history, with one id, each is one.
    fn is_new(&mut self, event: &WireEvent) -> bool {
        let Some(id) = &event.id else {
            return event.sequence.is_none_or(|sequence| self.seen.is_new_sequence(sequence));
        };
        let (part, number) = match &event.body {
            EventBody::UserMessage { message_id, .. } => (message_id.as_str(), 0),
            EventBody::AgentMessage(message) | EventBody::LiveAgentMessage(message) => (message.message_id.as_str(), 0),
            EventBody::AgentMessageChunk { message_id, chunk_index, .. } => (message_id.as_str(), *chunk_index),
            _ => ("", 0),
        };
        self.seen.is_new_event(id, part, number, event.sequence)
    }

    /// Whether this is a message of the user that was live without an id, and comes again from the history with one: once for each.
    fn came_without_id(&mut self, event: &WireEvent) -> bool {
        let EventBody::UserMessage { message_id, .. } = &event.body else { return false };
        let message = event.metadata.get(CLIENT_EVENT_ID).unwrap_or(message_id);
        if event.id.is_none() {
            self.without_id.is_new(message);
            return false;
        }
        !message.is_empty() && self.without_id.holds(message) && self.with_id.is_new(message)
    }

    /// Takes note of the sequence of a new event. Whether it is to be believed.
    fn place(&mut self, sequence: u64) -> bool {
        match self.numbering.judge(sequence, self.newest) {
            Belief::Doubted => return false,
            Belief::Confirms(leaped) => self.gaps.take(leaped),
            Belief::Placed => {}
        }
        self.newest = self.newest.max(Some(sequence));
        self.gaps.take(sequence);
        true
    }

    /// Whether the server has the draft of this id.
    pub(crate) fn has_echo(&self, draft_id: &str) -> bool {
        self.echoed.holds(draft_id)
    }

    /// Whether an agent types, or is in the middle of a message.
    pub(crate) fn is_agent_busy(&self) -> bool {
        self.is_agent_typing || self.streams.open().is_some()
    }

    fn show(&mut self, body: &EventBody, envelope: &Envelope, out: &mut Vec<Output>) -> News {
        let sequence = envelope.sequence;
        match body {
            EventBody::SessionStart { capabilities, context_id } => {
                self.has_started = true;
                self.context_id.clone_from(context_id);
                self.capabilities = Some(capabilities.clone());
                return News::SessionStart;
            }
            EventBody::SessionEnd { reason } => {
                self.line("sessionEnd", Some(reason), Level::Info, envelope, out);
                self.end(reason.clone(), out);
                return News::SessionEnd;
            }
            EventBody::UserMessage { message_id, text } => {
                return self.take_user_message(message_id, text, envelope, out);
            }
            EventBody::RequestPolyAgentJoin => self.join_requested = true,
            EventBody::AgentJoined { agent_name, avatar_url } => {
                self.join(AgentKind::Poly, agent_name, avatar_url, sequence);
            }
            EventBody::AgentThinking => self.set_typing(sequence, true),
            EventBody::AgentMessage(message) => self.take_agent_message(AgentKind::Poly, message, envelope, out),
            EventBody::AgentLeft { .. } => self.leave(AgentKind::Poly, sequence),
            EventBody::AgentTriggeredHandoff => {
                self.presence.record(sequence, Fact::Triggered);
                self.line("agentTriggeredHandoff", None, Level::Info, envelope, out);
            }
            EventBody::LiveAgentJoined { agent_name, avatar_url, .. } => {
                self.join(AgentKind::Live, agent_name, avatar_url, sequence);
                self.line("liveAgentJoined", agent_name.as_ref(), Level::Info, envelope, out);
            }
            EventBody::LiveAgentTyping { state, agent_name, .. } => {
                self.name_live_agent(agent_name);
                self.set_typing(sequence, *state == TypingState::Started);
            }
            EventBody::LiveAgentMessage(message) => self.take_agent_message(AgentKind::Live, message, envelope, out),
            EventBody::LiveAgentLeft { reason, .. } => {
                self.leave(AgentKind::Live, sequence);
                self.line("liveAgentLeft", reason.as_ref(), Level::Info, envelope, out);
            }
            EventBody::HandoffAccepted { queue_name } => {
                self.presence.record(sequence, Fact::Accepted { queue_name: queue_name.clone() });
                self.line("handoffAccepted", queue_name.as_ref(), Level::Info, envelope, out);
            }
            EventBody::HandoffQueueStatus { queue_name, position, estimated_wait_seconds, display_message } => {
                let (queue_name, display_message) = (queue_name.clone(), display_message.clone());
                let (position, estimated_wait_seconds) = (*position, *estimated_wait_seconds);
                let fact = Fact::Queue { queue_name, position, estimated_wait_seconds, display_message };
                self.presence.record(sequence, fact);
            }
            EventBody::ClientHandoffRequired { reason, queue_name, route } => {
                let (queue_name, route) = (queue_name.clone(), route.clone());
                self.presence.record(sequence, Fact::ClientRequired { reason: reason.clone(), queue_name, route });
                self.line("clientHandoffRequired", reason.as_ref(), Level::Info, envelope, out);
            }
            EventBody::HandoffFailed { reason } => {
                self.fail_handoff(HandoffPhase::Failed, "handoffFailed", reason, envelope, out);
            }
            EventBody::HandoffTimeout { reason } => {
                self.fail_handoff(HandoffPhase::TimedOut, "handoffTimeout", reason, envelope, out);
            }
            EventBody::SystemMessage { level, text } => {
                let draft_id = envelope.metadata.get(CLIENT_EVENT_ID).map(str::to_owned);
                let meaning = SystemText::of(text);
                // What the client sees to itself need not be shown.
                if meaning == SystemText::Other {
                    self.line("systemMessage", Some(text), *level, envelope, out);
                }
                // What was asked for in the past has been seen to.
                if !envelope.replayed && (meaning != SystemText::Other || *level == Level::Error) {
                    return News::SystemMessage { text: meaning, draft_id };
                }
            }
            EventBody::LanguageChanged { language_code } if !language_code.is_empty() => {
                let sequence = sequence.unwrap_or(self.language.0);
                if sequence >= self.language.0 {
                    self.language = (sequence, Some(language_code.clone()));
                }
            }
            _ => {}
        }
        News::None
    }

    // --------------------------------------------------------------------------------------------------- holes

    /// Where the history is to be read from: the highest sequence below which nothing is missing, and behind which every
    /// echo that is waited for comes. `None`: from the beginning.
    pub(crate) fn cursor(&self) -> Option<u64> {
        if !self.has_history {
            return None;
        }
        self.whole_to().min(self.drafts.echoes_after().unwrap_or(self.newest))
    }

    /// The highest sequence up to which nothing is missing.
    pub(crate) fn whole_to(&self) -> Option<u64> {
        self.first_hole().map_or(self.newest, |first| first.checked_sub(1)).min(self.newest)
    }

    /// The lowest sequence from which something is missing.
    fn first_hole(&self) -> Option<u64> {
        [self.gaps.first(), self.streams.first_hole()].into_iter().flatten().min()
    }

    /// Whether the history does not hold what is missing.
    pub(crate) fn are_holes_hopeless(&self) -> bool {
        self.gaps.is_hopeless(self.first_hole())
    }

    /// Since when something is missing that the history may hold.
    pub(crate) fn missing_since(&mut self, now: u64) -> Option<u64> {
        let gap = self.gaps.first().filter(|_| self.gaps.are_holes());
        self.watch.since(gap, self.streams.oldest_hole(), now)
    }

    /// The history has come, as far as can be told. `is_replay`: it was read again.
    pub(crate) fn note_history(&mut self, is_replay: bool) {
        if let Some(first) = self.first_hole().filter(|_| is_replay) {
            self.gaps.note_replay(first);
        }
        self.watch = Watch::default();
        self.replayed_to = self.newest;
        self.is_judging = true;
    }

    /// Takes what the last replay did not hold for not arrived; where a part of it may be missing, not yet.
    pub(crate) fn judge_drafts(&mut self, now: u64, out: &mut Vec<Output>) {
        let is_whole = !self.gaps.are_holes() || self.gaps.first() > self.replayed_to;
        if is_whole && core::mem::take(&mut self.is_judging) {
            self.drafts.settle(now);
            self.fail_drafts(Draft::is_hopeless, &Error::new(ErrorCode::MessageNotDelivered), out);
        }
    }

    /// What is missing does not exist: chunks that wait for it are shown without.
    pub(crate) fn give_up_holes(&mut self, out: &mut Vec<Output>) -> News {
        self.gaps.give_up();
        let mut news = News::None;
        while let Some(id) = self.streams.skip_hole() {
            if self.show_ready_chunks(id, out) {
                news = News::SessionEnd;
            }
        }
        self.show_facets(out);
        news
    }

    // ---------------------------------------------------------------------------------------- socket and session

    /// The socket died: what was written may not have arrived, and what the agent does now cannot be seen.
    pub(crate) fn lose_socket(&mut self, now: u64, out: &mut Vec<Output>) {
        self.drafts.lose_socket(now);
        self.clear_typing(out);
    }

    /// Another session takes over. What was said stays; what was never written goes out there.
    pub(crate) fn replace(&mut self, error: &Error, wall: u64, out: &mut Vec<Output>) {
        self.fail_drafts(|draft| draft.progress != Progress::Queued, error, out);
        let open = self.streams.abandon();
        self.stop_streaming(open, out);
        let old = core::mem::take(self);
        self.transcript = old.transcript;
        self.drafts = old.drafts;
        self.shown = old.shown;
        self.line_ids = old.line_ids;
        self.lines_without_id = old.lines_without_id;
        self.transcript.begin_session();
        self.move_pending_last(wall, out);
        // Where nothing was said before, there is nothing to tell apart.
        if self.transcript.len() > 0 {
            self.notice("sessionReplaced", None, Level::Info, wall, out);
        }
        self.show_facets(out);
    }

    /// Nothing is left.
    pub(crate) fn clear(&mut self, out: &mut Vec<Output>) {
        let old = core::mem::take(self);
        self.shown = old.shown;
        out.push(Output::Change(Change::Clear));
        self.show_facets(out);
        if old.ended.is_some() {
            out.push(Output::Change(Change::Ended { ended: None }));
        }
    }

    /// Adds a line of the client's own.
    pub(crate) fn notice(
        &mut self,
        event: &'static str,
        text: Option<&str>,
        level: Level,
        wall: u64,
        out: &mut Vec<Output>,
    ) {
        let metadata = Metadata::default();
        let envelope = Envelope { id: String::new(), sequence: None, timestamp: wall, metadata, replayed: false };
        self.line(event, text.map(str::to_owned).as_ref(), level, &envelope, out);
    }

    // -------------------------------------------------------------------------------------------------- lines

    /// Adds a line that no one wrote.
    pub(crate) fn line(
        &mut self,
        event: &'static str,
        text: Option<&String>,
        level: Level,
        envelope: &Envelope,
        out: &mut Vec<Output>,
    ) {
        let key = self.transcript.key(envelope.sequence, self.newest());
        let body = MessageBody::System { event, text: text.filter(|text| !text.is_empty()).cloned(), level };
        let message = Message { id: self.line_id(envelope), timestamp: envelope.timestamp, body };
        self.transcript.insert(key, message, out);
    }

    /// The event's id, unless it has none or another line has it.
    fn line_id(&mut self, envelope: &Envelope) -> String {
        if !envelope.id.is_empty() && self.line_ids.is_new(&envelope.id) {
            return envelope.id.clone();
        }
        loop {
            self.lines_without_id += 1;
            let id = ["line-", &digits(u64::from(self.lines_without_id))].concat();
            // Nobody but a server could have used it.
            if self.line_ids.is_new(&id) {
                return id;
            }
        }
    }

    fn newest(&self) -> u64 {
        self.newest.unwrap_or(0)
    }
}
