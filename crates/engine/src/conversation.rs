//! One conversation as it is shown: takes the server's events in, in any order and any number of times, and says what
//! changes by each.

use rustc_hash::FxBuildHasher;
use std::collections::{BTreeMap, HashSet};

use crate::delivery::{Draft, Drafts, Progress};
use crate::event::AgentMessageBody;
use crate::handoff::{Fact, PresenceLog};
use crate::streaming::{Chunk, StreamId, Streams};
use crate::timers::{Timer, Timers};
use crate::transcript::{Key, Transcript};
use crate::wire::{CLIENT_EVENT_ID, SystemText, WireEvent};
use crate::{
    Agent, AgentKind, Change, Delivery, Ended, Envelope, Error, Event, EventBody, Handoff, HandoffPhase, Level,
    Message, MessageBody, Output, Suggestion, TypingState,
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
    /// The highest sequence seen: the cursor.
    pub(crate) newest: Option<u64>,
    /// `SESSION_START` was seen.
    pub(crate) has_started: bool,
    /// Someone is there to answer: an agent has joined, or has written.
    pub(crate) has_agent: bool,
    /// The agent was asked to join, here or by another client.
    pub(crate) join_requested: bool,
    pub(crate) capabilities: Option<crate::Capabilities>,
    pub(crate) ended: Option<Ended>,
    pub(crate) is_agent_typing: bool,
    streams: Streams,
    presence: PresenceLog,
    /// Fingerprints of the events' ids.
    seen: HashSet<u128, FxBuildHasher>,
    /// The newest event that said something about the agent's typing.
    typing_sequence: u64,
    is_typing_renewed: bool,
    language: (u64, Option<String>),
    lines_without_id: u32,
    shown: Shown,
}

/// What the application was told last, so that it is told of changes only.
#[derive(Debug, Default)]
struct Shown {
    agent: Option<Agent>,
    handoff: Handoff,
    suggestions: Vec<Suggestion>,
    is_agent_typing: bool,
    language: Option<String>,
}

impl Conversation {
    /// Takes an event in. Nothing follows from one that was seen before.
    pub(crate) fn apply(&mut self, event: WireEvent, replayed: bool, wall: u64, out: &mut Vec<Output>) -> News {
        if !self.is_new(&event) {
            return News::None;
        }
        self.newest = self.newest.max(event.sequence);
        let envelope = Envelope {
            id: event.id.unwrap_or_default(),
            sequence: event.sequence,
            timestamp: event.timestamp.unwrap_or(wall),
            metadata: event.metadata,
            replayed,
        };
        match event.body {
            EventBody::AgentMessageChunk { message_id, delta, chunk_index, is_complete, attachments, suggestions } => {
                let chunk = Chunk { envelope, delta, index: chunk_index, is_complete, attachments, suggestions };
                self.take_chunk(message_id, chunk, out);
                News::None
            }
            body => {
                let news = self.show(&body, &envelope, out);
                out.push(Output::Event(Box::new(Event { body, envelope: Some(envelope) })));
                news
            }
        }
    }

    /// Whether the event was not seen before: by its id, or by its sequence where it has none.
    fn is_new(&mut self, event: &WireEvent) -> bool {
        match (&event.id, event.sequence) {
            (Some(id), _) => self.seen.insert(fingerprint(id)),
            (None, Some(sequence)) => self.seen.insert(u128::from(sequence)),
            (None, None) => true,
        }
    }

    fn show(&mut self, body: &EventBody, envelope: &Envelope, out: &mut Vec<Output>) -> News {
        let sequence = envelope.sequence;
        match body {
            EventBody::SessionStart { capabilities, .. } => {
                self.has_started = true;
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
            EventBody::LiveAgentTyping { state, .. } => self.set_typing(sequence, *state == TypingState::Started),
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
                let draft_id = envelope.metadata.get(CLIENT_EVENT_ID).cloned();
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

    // ------------------------------------------------------------------------------------------------ messages

    fn take_user_message(&mut self, message_id: &str, text: &str, envelope: &Envelope, out: &mut Vec<Output>) -> News {
        let message_id = if message_id.is_empty() { &envelope.id } else { message_id };
        let line = self.transcript.key(envelope.sequence, self.newest());
        let draft = envelope.metadata.get(CLIENT_EVENT_ID).and_then(|id| self.drafts.remove(id));
        let Some(draft) = draft else {
            let body = MessageBody::User {
                text: text.to_owned(),
                draft_id: None,
                message_id: Some(message_id.to_owned()),
                delivery: Delivery::Sent,
                error: None,
            };
            let message = Message { id: self.line_id(envelope), timestamp: envelope.timestamp, body };
            self.transcript.insert(line, message, out);
            return News::None;
        };
        self.transcript.relocate(draft.line, line, envelope.timestamp, out);
        self.transcript.edit(line, out, |body| {
            if let MessageBody::User { message_id: id, delivery, error, .. } = body {
                *id = Some(message_id.to_owned());
                *delivery = Delivery::Sent;
                *error = None;
            }
            true
        });
        let body = EventBody::MessageConfirmed { draft_id: draft.id, message_id: message_id.to_owned() };
        out.push(Output::Event(Box::new(Event { body, envelope: None })));
        out.extend(draft.calls.into_iter().map(|call| Output::Settle { call, result: Ok(()) }));
        News::Confirmed
    }

    fn take_agent_message(
        &mut self,
        kind: AgentKind,
        message: &AgentMessageBody,
        envelope: &Envelope,
        out: &mut Vec<Output>,
    ) {
        self.has_agent = true;
        self.set_typing(envelope.sequence, false);
        let message_id = if message.message_id.is_empty() { &envelope.id } else { &message.message_id };
        let is_empty = message.text.is_empty()
            && message.attachments.is_empty()
            && message.suggestions.is_empty()
            && message.call_actions.is_empty();
        if is_empty {
            return;
        }
        let id = self.streams.locate(message_id);
        self.hold_place(id, envelope, out);
        let abandoned = self.streams.interrupt(id);
        self.stop_streaming(abandoned, out);
        self.streams.complete(id);
        let (agent_name, avatar_url) = self.signature(kind, message.agent_name.as_ref(), message.avatar_url.as_ref());
        let body = MessageBody::Agent {
            agent: kind,
            agent_name,
            avatar_url,
            message_id: message_id.clone(),
            text: message.text.clone(),
            is_streaming: false,
            attachments: message.attachments.clone(),
            suggestions: message.suggestions.clone(),
            call_actions: message.call_actions.clone(),
        };
        let stream = self.streams.stream(id);
        // A message without any id is only itself.
        match stream.line.filter(|_| !message_id.is_empty()) {
            Some(line) => self.transcript.edit(line, out, |old| {
                *old = body;
                true
            }),
            None => {
                let line = self.transcript.key(stream.first_sequence, self.newest.unwrap_or(0));
                stream.line = Some(line);
                let message = Message { id: self.line_id(envelope), timestamp: envelope.timestamp, body };
                self.transcript.insert(line, message, out);
            }
        }
    }

    fn take_chunk(&mut self, message_id: String, chunk: Chunk, out: &mut Vec<Output>) {
        self.has_agent = true;
        self.set_typing(chunk.envelope.sequence, false);
        let message_id = if message_id.is_empty() { chunk.envelope.id.clone() } else { message_id };
        let id = self.streams.locate(&message_id);
        self.hold_place(id, &chunk.envelope, out);
        let abandoned = self.streams.take_in(id, chunk);
        self.stop_streaming(abandoned, out);
        while let Some(chunk) = self.streams.next_ready(id) {
            self.show_chunk(id, &message_id, &chunk, out);
            let body = EventBody::AgentMessageChunk {
                message_id: message_id.clone(),
                delta: chunk.delta,
                chunk_index: chunk.index,
                is_complete: chunk.is_complete,
                attachments: chunk.attachments,
                suggestions: chunk.suggestions,
            };
            out.push(Output::Event(Box::new(Event { body, envelope: Some(chunk.envelope) })));
        }
    }

    /// A message stands where its earliest part does, whichever part arrived first.
    fn hold_place(&mut self, id: StreamId, part: &Envelope, out: &mut Vec<Output>) {
        if let Some(old) = self.streams.note_sequence(id, part.sequence) {
            let line = self.transcript.key(part.sequence, 0);
            self.streams.stream(id).line = Some(line);
            self.transcript.relocate(old, line, part.timestamp, out);
        }
    }

    fn show_chunk(&mut self, id: StreamId, message_id: &str, chunk: &Chunk, out: &mut Vec<Output>) {
        let is_streaming = self.streams.open() == Some(id);
        let newest = self.newest();
        let stream = self.streams.stream(id);
        match stream.line {
            None if chunk.has_content() => {
                let line = self.transcript.key(stream.first_sequence, newest);
                stream.line = Some(line);
                let (agent_name, avatar_url) = self.signature(AgentKind::Poly, None, None);
                let mut attachments = Vec::new();
                add_attachments(&mut attachments, chunk);
                let body = MessageBody::Agent {
                    agent: AgentKind::Poly,
                    agent_name,
                    avatar_url,
                    message_id: message_id.to_owned(),
                    text: chunk.delta.clone(),
                    is_streaming,
                    attachments,
                    suggestions: chunk.suggestions.clone(),
                    call_actions: Vec::new(),
                };
                let message = Message { id: self.line_id(&chunk.envelope), timestamp: chunk.envelope.timestamp, body };
                self.transcript.insert(line, message, out);
            }
            None => {}
            Some(line) => {
                if !chunk.delta.is_empty() {
                    self.transcript.append(line, &chunk.delta, out);
                }
                self.transcript.edit(line, out, |body| {
                    let MessageBody::Agent { is_streaming: shown, attachments, suggestions, .. } = body else {
                        return false;
                    };
                    let has_changed =
                        *shown != is_streaming || !chunk.attachments.is_empty() || !chunk.suggestions.is_empty();
                    *shown = is_streaming;
                    add_attachments(attachments, chunk);
                    suggestions.extend_from_slice(&chunk.suggestions);
                    has_changed
                });
            }
        }
    }

    /// Finishes a message as it stands.
    fn stop_streaming(&mut self, line: Option<Key>, out: &mut Vec<Output>) {
        let Some(line) = line else { return };
        self.transcript.edit(line, out, |body| match body {
            MessageBody::Agent { is_streaming, .. } => core::mem::take(is_streaming),
            _ => false,
        });
    }

    /// Who wrote a message, where it does not say so itself.
    fn signature(
        &self,
        kind: AgentKind,
        name: Option<&String>,
        avatar_url: Option<&String>,
    ) -> (Option<String>, Option<String>) {
        let agent = self.presence.last_known().agent.as_ref().filter(|agent| agent.kind == kind);
        let or_agents =
            |own: Option<&String>, agents: fn(&Agent) -> Option<&String>| own.or(agent.and_then(agents)).cloned();
        (or_agents(name, |agent| agent.name.as_ref()), or_agents(avatar_url, |agent| agent.avatar_url.as_ref()))
    }

    // ------------------------------------------------------------------------------------------ the user's own

    /// Shows a new message as pending.
    pub(crate) fn add_draft(
        &mut self,
        id: String,
        text: String,
        metadata: BTreeMap<String, String>,
        call: u32,
        wall: u64,
        out: &mut Vec<Output>,
    ) {
        let line = self.transcript.pending_key();
        let body = MessageBody::User {
            text: text.clone(),
            draft_id: Some(id.clone()),
            message_id: None,
            delivery: Delivery::Pending,
            error: None,
        };
        self.transcript.insert(line, Message { id: id.clone(), timestamp: wall, body }, out);
        self.show_facets(out);
        let body = EventBody::MessagePending { draft_id: id.clone(), text: text.clone() };
        out.push(Output::Event(Box::new(Event { body, envelope: None })));
        self.drafts.push(Draft { id, text, metadata, line, progress: Progress::Queued, calls: vec![call] });
    }

    /// Queues a failed message again, at the end. False: there is none of this id.
    pub(crate) fn retry_draft(&mut self, id: &str, call: u32, wall: u64, out: &mut Vec<Output>) -> bool {
        let Some(mut draft) = self.drafts.remove_if(id, |progress| progress == Progress::Failed) else { return false };
        let line = self.transcript.pending_key();
        self.transcript.relocate(draft.line, line, wall, out);
        self.transcript.edit(line, out, |body| set_delivery(body, Delivery::Pending, None));
        self.show_facets(out);
        draft.line = line;
        draft.progress = Progress::Queued;
        draft.calls.push(call);
        let body = EventBody::MessagePending { draft_id: draft.id.clone(), text: draft.text.clone() };
        out.push(Output::Event(Box::new(Event { body, envelope: None })));
        self.drafts.push(draft);
        true
    }

    /// Takes a message that is not on its way out of the transcript.
    pub(crate) fn discard_draft(&mut self, id: &str, error: &Error, out: &mut Vec<Output>) -> bool {
        let is_here = |progress| matches!(progress, Progress::Failed | Progress::Queued);
        let Some(draft) = self.drafts.remove_if(id, is_here) else { return false };
        self.transcript.remove(draft.line, out);
        self.show_facets(out);
        out.extend(draft.calls.into_iter().map(|call| Output::Settle { call, result: Err(error.clone()) }));
        true
    }

    /// Marks every message that `which` accepts as failed.
    pub(crate) fn fail_drafts(&mut self, which: impl Fn(&Draft) -> bool, error: &Error, out: &mut Vec<Output>) {
        let newest = self.newest();
        for draft in self.drafts.iter_mut() {
            if draft.progress == Progress::Failed || !which(draft) {
                continue;
            }
            draft.progress = Progress::Failed;
            // It keeps its place while others come after it.
            let line = self.transcript.key(None, newest);
            if let Some(timestamp) = self.transcript.get(draft.line).map(|message| message.timestamp) {
                self.transcript.relocate(draft.line, line, timestamp, out);
            }
            draft.line = line;
            self.transcript.edit(line, out, |body| set_delivery(body, Delivery::Failed, Some(error.clone())));
            let body = EventBody::MessageFailed { draft_id: draft.id.clone(), error: error.clone() };
            out.push(Output::Event(Box::new(Event { body, envelope: None })));
            out.extend(draft.calls.drain(..).map(|call| Output::Settle { call, result: Err(error.clone()) }));
        }
    }

    /// No call waits for a draft any more.
    pub(crate) fn release_calls(&mut self, error: &Error, out: &mut Vec<Output>) {
        let calls = self.drafts.iter_mut().flat_map(|draft| draft.calls.drain(..));
        out.extend(calls.map(|call| Output::Settle { call, result: Err(error.clone()) }));
    }

    // ---------------------------------------------------------------------------------------- socket and session

    /// The socket died: what was written may not have arrived, and what the agent does now cannot be seen.
    pub(crate) fn lose_socket(&mut self, out: &mut Vec<Output>) {
        self.drafts.lose_socket();
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
        self.lines_without_id = old.lines_without_id;
        self.transcript.begin_session();
        for draft in self.drafts.iter_mut().filter(|draft| draft.progress == Progress::Queued) {
            let line = self.transcript.pending_key();
            let timestamp = self.transcript.get(draft.line).map_or(wall, |message| message.timestamp);
            self.transcript.relocate(draft.line, line, timestamp, out);
            draft.line = line;
        }
        self.notice("sessionReplaced", None, Level::Info, wall, out);
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
        let metadata = BTreeMap::new();
        let envelope = Envelope { id: String::new(), sequence: None, timestamp: wall, metadata, replayed: false };
        self.line(event, text.map(str::to_owned).as_ref(), level, &envelope, out);
    }

    // ------------------------------------------------------------------------------------------------- facets

    /// Keeps the timer that clears the agent's typing indicator, `after` milliseconds after it was last renewed.
    pub(crate) fn follow_typing(&mut self, after: u64, now: u64, timers: &mut Timers) {
        if !self.is_agent_typing {
            timers.stop(Timer::AgentTyping);
        } else if core::mem::take(&mut self.is_typing_renewed) {
            timers.set(Timer::AgentTyping, now + after);
        }
    }

    /// The end: nothing is being streamed or typed any more.
    pub(crate) fn end(&mut self, reason: String, out: &mut Vec<Output>) {
        let open = self.streams.abandon();
        self.stop_streaming(open, out);
        self.is_agent_typing = false;
        self.show_facets(out);
        let ended = Some(Ended { reason });
        out.push(Output::Change(Change::Ended { ended: ended.clone() }));
        self.ended = ended;
    }

    /// The agent has been silent for so long that it does not count as typing any more.
    pub(crate) fn clear_typing(&mut self, out: &mut Vec<Output>) {
        self.is_agent_typing = false;
        self.show_facets(out);
    }

    /// Tells what is not as it was told last. To be called once after [`Conversation::apply`], however often that was.
    pub(crate) fn show_facets(&mut self, out: &mut Vec<Output>) {
        let shown = &mut self.shown;
        let presence = self.presence.current();
        if shown.agent != presence.agent {
            shown.agent.clone_from(&presence.agent);
            out.push(Output::Change(Change::Agent { agent: presence.agent.clone() }));
        }
        if shown.handoff != presence.handoff {
            shown.handoff.clone_from(&presence.handoff);
            out.push(Output::Change(Change::Handoff { handoff: presence.handoff.clone() }));
        }
        if shown.is_agent_typing != self.is_agent_typing {
            shown.is_agent_typing = self.is_agent_typing;
            out.push(Output::Change(Change::Typing { is_agent_typing: self.is_agent_typing }));
        }
        if shown.language != self.language.1 {
            shown.language.clone_from(&self.language.1);
            out.push(Output::Change(Change::Language { language: self.language.1.clone() }));
        }
        let suggestions = self.transcript.suggestions();
        if shown.suggestions != suggestions {
            shown.suggestions = suggestions.to_vec();
            out.push(Output::Change(Change::Suggestions { suggestions: suggestions.to_vec() }));
        }
    }

    fn join(&mut self, kind: AgentKind, name: &Option<String>, avatar_url: &Option<String>, sequence: Option<u64>) {
        self.has_agent = true;
        self.set_typing(sequence, false);
        let agent = Agent { kind, name: name.clone(), avatar_url: avatar_url.clone() };
        self.presence.record(sequence, Fact::AgentJoined(agent));
    }

    fn leave(&mut self, kind: AgentKind, sequence: Option<u64>) {
        self.set_typing(sequence, false);
        self.presence.record(sequence, Fact::AgentLeft(kind));
    }

    fn fail_handoff(
        &mut self,
        phase: HandoffPhase,
        event: &'static str,
        reason: &Option<String>,
        envelope: &Envelope,
        out: &mut Vec<Output>,
    ) {
        self.presence.record(envelope.sequence, Fact::Failed { phase, reason: reason.clone() });
        self.line(event, reason.as_ref(), Level::Warning, envelope, out);
    }

    /// An event that arrives late says nothing about now.
    fn set_typing(&mut self, sequence: Option<u64>, is_typing: bool) {
        let sequence = sequence.unwrap_or(self.typing_sequence);
        if sequence >= self.typing_sequence {
            self.typing_sequence = sequence;
            self.is_agent_typing = is_typing && self.ended.is_none();
            self.is_typing_renewed = is_typing;
        }
    }

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

    fn line_id(&mut self, envelope: &Envelope) -> String {
        if !envelope.id.is_empty() {
            return envelope.id.clone();
        }
        self.lines_without_id += 1;
        format!("line-{}", self.lines_without_id)
    }

    fn newest(&self) -> u64 {
        self.newest.unwrap_or(0)
    }
}

/// FNV-1a of 128 bits: ids are kept as long as the conversation lasts, and this is all that is needed of them.
fn fingerprint(id: &str) -> u128 {
    const OFFSET: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    const PRIME: u128 = 0x0100_0000_0000_0000_0000_013b;
    id.bytes().fold(OFFSET, |hash, byte| (hash ^ u128::from(byte)).wrapping_mul(PRIME))
}

fn set_delivery(body: &mut MessageBody, to: Delivery, because: Option<Error>) -> bool {
    if let MessageBody::User { delivery, error, .. } = body {
        *delivery = to;
        *error = because;
    }
    true
}

/// Adds the chunk's attachments, those left out whose address is there already.
fn add_attachments(attachments: &mut Vec<crate::Attachment>, chunk: &Chunk) {
    for attachment in &chunk.attachments {
        let is_there = |other: &crate::Attachment| other.content_url == attachment.content_url;
        if attachment.content_url.is_none() || !attachments.iter().any(is_there) {
            attachments.push(attachment.clone());
        }
    }
}
