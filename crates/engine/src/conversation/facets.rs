//! Everything beside the transcript: who is there, the handoff, suggestions, typing, language, the end.

use super::Conversation;
use crate::handoff::Fact;
use crate::timers::{Timer, Timers};
use crate::{
    Agent, AgentKind, Change, Ended, Envelope, Event, EventBody, HandoffPhase, Level, Metadata, Output, TypingState,
};

/// The reason of an end that came with a message of the agent. Source: Messaging API, "Server events"; the native SDKs'.
const AGENT_ENDED: &str = "agent_ended";

impl Conversation {
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
        self.stir();
        self.show_facets(out);
        let ended = Some(Ended { reason });
        out.push(Output::Change(Change::Ended { ended: ended.clone() }));
        self.ended = ended;
    }

    /// The message that came with this envelope was the last. The server may say so itself, but nobody waits for that.
    pub(super) fn end_by_agent(&mut self, message: &Envelope, out: &mut Vec<Output>) {
        if self.ended.is_some() {
            return;
        }
        let reason = AGENT_ENDED.to_owned();
        // An event that the server did not send, as of the moment of the one that it follows from.
        let Envelope { timestamp, replayed, .. } = *message;
        let envelope =
            Envelope { id: String::new(), sequence: None, timestamp, metadata: Metadata::default(), replayed };
        self.line("sessionEnd", Some(&reason), Level::Info, &envelope, out);
        self.end(reason.clone(), out);
        let body = EventBody::SessionEnd { reason };
        out.push(Output::Event(Box::new(Event { body, envelope: Some(envelope) })));
    }

    /// The server warned that it will end an idle session, or somebody did something that keeps it. An event that arrives
    /// late says nothing about now.
    fn set_idle_warning(&mut self, sequence: Option<u64>, is_warned: bool) {
        let sequence = sequence.unwrap_or(self.idle_warning.0);
        if sequence >= self.idle_warning.0 {
            self.idle_warning = (sequence, is_warned && self.ended.is_none());
        }
    }

    /// What an event says about the session's being idle.
    pub(super) fn note_idleness(&mut self, body: &EventBody, sequence: Option<u64>) {
        match body {
            EventBody::SessionIdleWarning => self.set_idle_warning(sequence, true),
            EventBody::UserMessage { .. }
            | EventBody::UserTyping
            | EventBody::AgentJoined { .. }
            | EventBody::AgentThinking
            | EventBody::AgentMessage(_)
            | EventBody::AgentMessageChunk { .. }
            | EventBody::LiveAgentJoined { .. }
            | EventBody::LiveAgentTyping { state: TypingState::Started, .. }
            | EventBody::LiveAgentMessage(_) => self.set_idle_warning(sequence, false),
            _ => {}
        }
    }

    /// The user does something here.
    pub(crate) fn stir(&mut self) {
        self.idle_warning.1 = false;
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
            out.push(Output::Change(Change::Handoff { handoff: Box::new(presence.handoff.clone()) }));
        }
        if shown.is_agent_typing != self.is_agent_typing {
            shown.is_agent_typing = self.is_agent_typing;
            out.push(Output::Change(Change::Typing { is_agent_typing: self.is_agent_typing }));
        }
        if shown.idle_warning != self.idle_warning.1 {
            shown.idle_warning = self.idle_warning.1;
            out.push(Output::Change(Change::IdleWarning { idle_warning: self.idle_warning.1 }));
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

    pub(super) fn join(
        &mut self,
        kind: AgentKind,
        name: &Option<String>,
        avatar_url: &Option<String>,
        sequence: Option<u64>,
    ) {
        self.has_agent = true;
        self.set_typing(sequence, false);
        let agent = Agent { kind, name: name.clone(), avatar_url: avatar_url.clone() };
        self.presence.record(sequence, Fact::AgentJoined(agent));
    }

    /// A live agent who joined without a name may say it later.
    pub(super) fn name_live_agent(&mut self, name: &Option<String>) {
        let agent = self.presence.last_known().agent.as_ref();
        let is_wanted = agent.is_some_and(|agent| agent.kind == AgentKind::Live && agent.name.is_none());
        if let Some(name) = name.as_ref().filter(|_| is_wanted) {
            self.presence.record(None, Fact::Named(name.clone()));
        }
    }

    pub(super) fn leave(&mut self, kind: AgentKind, sequence: Option<u64>) {
        self.set_typing(sequence, false);
        self.presence.record(sequence, Fact::AgentLeft(kind));
    }

    pub(super) fn fail_handoff(
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
    pub(super) fn set_typing(&mut self, sequence: Option<u64>, is_typing: bool) {
        let sequence = sequence.unwrap_or(self.typing_sequence);
        if sequence >= self.typing_sequence {
            self.typing_sequence = sequence;
            self.is_agent_typing = is_typing && self.ended.is_none();
            self.is_typing_renewed = is_typing;
        }
    }
}
