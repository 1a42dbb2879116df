//! What was said: messages of the user as the server has them, and of the agents, whole and in pieces.

use super::{Conversation, News};
use crate::bounds::{self, MAX_ITEMS, MAX_TEXT};
use crate::event::AgentMessageBody;
use crate::streaming::{Chunk, StreamId};
use crate::transcript::Key;
use crate::wire::CLIENT_EVENT_ID;
use crate::{Agent, AgentKind, Attachment, Delivery, Envelope, Event, EventBody, Message, MessageBody, Output};

impl Conversation {
    pub(super) fn take_user_message(
        &mut self,
        message_id: &str,
        text: &str,
        envelope: &Envelope,
        out: &mut Vec<Output>,
    ) -> News {
        let message_id = if message_id.is_empty() { &envelope.id } else { message_id };
        let line = self.transcript.key(envelope.sequence, self.newest());
        let draft_id = envelope.metadata.get(CLIENT_EVENT_ID);
        let draft = draft_id.and_then(|id| {
            self.echoed.is_new(id);
            self.drafts.remove(id)
        });
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

    pub(super) fn take_agent_message(
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
        let mut id = self.streams.locate(message_id);
        if is_empty {
            if self.streams.open() == Some(id) {
                // It ends its stream, and replaces nothing of what that brought.
                let line = self.streams.abandon();
                self.stop_streaming(line, out);
            }
            return;
        }
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
        if let Some(line) = self.streams.whole_line(id) {
            if self.transcript.get(line).is_some_and(|there| there.body == body) {
                return;
            }
            // It takes the place of what came in pieces, but not of another whole message.
            id = self.streams.locate("");
        }
        self.hold_place(id, envelope, out);
        let abandoned = self.streams.interrupt(id);
        self.stop_streaming(abandoned, out);
        self.streams.complete(id);
        let stream = self.streams.stream(id);
        stream.is_whole = true;
        match stream.line {
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

    /// Whether the conversation ends with it.
    pub(super) fn take_chunk(&mut self, message_id: String, chunk: Chunk, out: &mut Vec<Output>) -> bool {
        self.has_agent = true;
        self.set_typing(chunk.envelope.sequence, false);
        let id = match self.streams.open().filter(|_| message_id.is_empty()) {
            Some(open) => open,
            None => self.streams.locate(if message_id.is_empty() { &chunk.envelope.id } else { &message_id }),
        };
        self.hold_place(id, &chunk.envelope, out);
        let abandoned = self.streams.take_in(id, chunk);
        self.stop_streaming(abandoned, out);
        let is_end = self.show_ready_chunks(id, out);
        self.streams.note_holes(id);
        is_end
    }

    /// Shows the chunks whose turn it is. Whether the conversation ends with the message, and that is whole now.
    pub(super) fn show_ready_chunks(&mut self, id: StreamId, out: &mut Vec<Output>) -> bool {
        let mut is_end = false;
        let message_id = self.streams.stream(id).message_id.clone();
        while let Some(chunk) = self.streams.next_ready(id) {
            self.show_chunk(id, &message_id, &chunk, out);
            let body = EventBody::AgentMessageChunk {
                message_id: message_id.clone(),
                delta: chunk.delta,
                chunk_index: chunk.index,
                is_complete: chunk.is_complete,
                attachments: chunk.attachments,
                suggestions: chunk.suggestions,
                ends: chunk.ends,
            };
            let end = self.streams.is_end(id).then(|| chunk.envelope.clone());
            out.push(Output::Event(Box::new(Event { body, envelope: Some(chunk.envelope) })));
            if let Some(last) = end {
                is_end = true;
                self.end_by_agent(&last, out);
            }
        }
        is_end
    }

    /// A message stands where its earliest part does, whichever part arrived first.
    pub(super) fn hold_place(&mut self, id: StreamId, part: &Envelope, out: &mut Vec<Output>) {
        if let Some(old) = self.streams.note_sequence(id, part.sequence) {
            let line = self.transcript.key(part.sequence, 0);
            self.streams.stream(id).line = Some(line);
            self.transcript.relocate(old, line, part.timestamp, out);
            self.transcript.edit(line, out, |_| true);
        }
    }

    pub(super) fn show_chunk(&mut self, id: StreamId, message_id: &str, chunk: &Chunk, out: &mut Vec<Output>) {
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
                let left_out = &mut self.left_out;
                let mut delta = chunk.delta.clone();
                bounds::cut(&mut delta, MAX_TEXT.saturating_sub(self.transcript.text_len(line)), left_out);
                self.transcript.append(line, &delta, out);
                self.transcript.edit(line, out, |body| {
                    let MessageBody::Agent { is_streaming: shown, attachments, suggestions, .. } = body else {
                        return false;
                    };
                    let has_changed =
                        *shown != is_streaming || !chunk.attachments.is_empty() || !chunk.suggestions.is_empty();
                    *shown = is_streaming;
                    add_attachments(attachments, chunk);
                    suggestions.extend_from_slice(&chunk.suggestions);
                    bounds::shorten(attachments, MAX_ITEMS, left_out);
                    bounds::shorten(suggestions, MAX_ITEMS, left_out);
                    has_changed
                });
            }
        }
    }

    /// Finishes a message as it stands.
    pub(super) fn stop_streaming(&mut self, line: Option<Key>, out: &mut Vec<Output>) {
        let Some(line) = line else { return };
        self.transcript.edit(line, out, |body| match body {
            MessageBody::Agent { is_streaming, .. } => core::mem::take(is_streaming),
            _ => false,
        });
    }

    /// Who wrote a message, where it does not say so itself.
    pub(super) fn signature(
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
}

/// Adds the chunk's attachments, those left out whose address is there already.
fn add_attachments(attachments: &mut Vec<Attachment>, chunk: &Chunk) {
    for attachment in &chunk.attachments {
        let is_there = |other: &Attachment| other.content_url == attachment.content_url;
        if attachment.content_url.is_none() || !attachments.iter().any(is_there) {
            attachments.push(attachment.clone());
        }
    }
}
