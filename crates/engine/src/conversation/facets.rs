//! Everything beside the transcript: who is there, the handoff, suggestions, typing, language, the end.

use super::Conversation;
use crate::handoff::Fact;
use crate::timers::{Timer, Timers};
use crate::{Agent, AgentKind, Change, Ended, Envelope, HandoffPhase, Level, Output};

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
            out.push(Output::Change(Change::Handoff { handoff: Box::new(presence.handoff.clone()) }));
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
