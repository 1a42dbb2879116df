//! Who the user talks with, and the way to a human: both follow from the same events, folded in the order of their
//! sequence. Source: Messaging API, "Handoff".

use crate::{Agent, AgentKind, Handoff, HandoffPhase};

/// An event that says something about who is there.
#[derive(Debug, Clone)]
pub(crate) enum Fact {
    AgentJoined(Agent),
    AgentLeft(AgentKind),
    /// The live agent's name, which joining did not tell.
    Named(String),
    Triggered,
    Accepted {
        queue_name: Option<String>,
    },
    Queue {
        queue_name: Option<String>,
        position: Option<u32>,
        estimated_wait_seconds: Option<u32>,
        display_message: Option<String>,
    },
    ClientRequired {
        reason: Option<String>,
        queue_name: Option<String>,
        route: Option<String>,
    },
    Failed {
        phase: HandoffPhase,
        reason: Option<String>,
    },
}

/// Who is there, and the handoff.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Presence {
    pub(crate) agent: Option<Agent>,
    pub(crate) handoff: Handoff,
    /// The AI agent, to whom a failed handoff gives the conversation back.
    poly: Option<Agent>,
}

/// The facts so far, and what they come to.
#[derive(Debug, Default)]
pub(crate) struct PresenceLog {
    facts: Vec<(u64, Fact)>,
    presence: Presence,
    /// A fact came late: `presence` does not count it yet.
    is_stale: bool,
}

impl Default for Handoff {
    fn default() -> Self {
        Self {
            phase: HandoffPhase::None,
            queue_name: None,
            position: None,
            estimated_wait_seconds: None,
            display_message: None,
            reason: None,
            route: None,
        }
    }
}

impl PresenceLog {
    /// What all facts come to.
    pub(crate) fn current(&mut self) -> &Presence {
        if core::mem::take(&mut self.is_stale) {
            self.presence = Presence::default();
            for (_, fact) in &self.facts {
                self.presence.fold(fact);
            }
        }
        &self.presence
    }

    /// What the facts came to when they were last looked at.
    pub(crate) fn last_known(&self) -> &Presence {
        &self.presence
    }

    /// Takes a fact in at its place: one that arrives late changes what came after it, as if it had been on time.
    pub(crate) fn record(&mut self, sequence: Option<u64>, fact: Fact) {
        let last = self.facts.last().map_or(0, |(sequence, _)| *sequence);
        let sequence = sequence.unwrap_or(last);
        if sequence >= last {
            self.presence.fold(&fact);
            self.facts.push((sequence, fact));
            return;
        }
        let at = self.facts.partition_point(|(other, _)| *other <= sequence);
        self.facts.insert(at, (sequence, fact));
        self.is_stale = true;
    }
}

impl Presence {
    fn fold(&mut self, fact: &Fact) {
        let handoff = &mut self.handoff;
        match fact {
            Fact::AgentJoined(agent) => {
                if agent.kind == AgentKind::Live {
                    handoff.phase = HandoffPhase::Connected;
                    handoff.position = None;
                    handoff.estimated_wait_seconds = None;
                    handoff.display_message = None;
                } else {
                    self.poly = Some(agent.clone());
                }
                self.agent = Some(agent.clone());
            }
            Fact::AgentLeft(kind) => {
                if *kind == AgentKind::Live {
                    handoff.phase = HandoffPhase::Ended;
                }
                if self.agent.as_ref().is_some_and(|agent| agent.kind == *kind) {
                    self.agent = None;
                }
            }
            Fact::Named(name) => {
                if let Some(agent) = self.agent.as_mut().filter(|agent| agent.kind == AgentKind::Live) {
                    agent.name.get_or_insert_with(|| name.clone());
                }
            }
            Fact::Triggered => *handoff = Handoff { phase: HandoffPhase::Requested, ..Handoff::default() },
            Fact::Accepted { queue_name } => {
                handoff.phase = HandoffPhase::Accepted;
                keep(&mut handoff.queue_name, queue_name);
            }
            Fact::Queue { queue_name, position, estimated_wait_seconds, display_message } => {
                if handoff.phase != HandoffPhase::Connected {
                    handoff.phase = HandoffPhase::Queued;
                }
                keep(&mut handoff.queue_name, queue_name);
                keep(&mut handoff.position, position);
                keep(&mut handoff.estimated_wait_seconds, estimated_wait_seconds);
                keep(&mut handoff.display_message, display_message);
            }
            Fact::ClientRequired { reason, queue_name, route } => {
                handoff.phase = HandoffPhase::ClientRequired;
                keep(&mut handoff.reason, reason);
                keep(&mut handoff.queue_name, queue_name);
                keep(&mut handoff.route, route);
            }
            Fact::Failed { phase, reason } => {
                *handoff = Handoff {
                    phase: *phase,
                    reason: reason.clone(),
                    queue_name: handoff.queue_name.take(),
                    ..Handoff::default()
                };
                if self.agent.is_none() {
                    self.agent.clone_from(&self.poly);
                }
            }
        }
    }
}

/// What an event leaves out stays as it was.
fn keep<T: Clone>(field: &mut Option<T>, value: &Option<T>) {
    if value.is_some() {
        field.clone_from(value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn agent(kind: AgentKind, name: &str) -> Fact {
        Fact::AgentJoined(Agent { kind, name: Some(name.into()), avatar_url: None })
    }

    fn story() -> Vec<(u64, Fact)> {
        let queue = |position| Fact::Queue {
            queue_name: (position == 3).then(|| "General".into()),
            position: Some(position),
            estimated_wait_seconds: Some(60 * position),
            display_message: None,
        };
        let facts = [
            agent(AgentKind::Poly, "Ada"),
            Fact::Triggered,
            Fact::AgentLeft(AgentKind::Poly),
            Fact::Accepted { queue_name: None },
            queue(3),
            queue(1),
            agent(AgentKind::Live, "Sarah"),
            Fact::AgentLeft(AgentKind::Live),
            agent(AgentKind::Poly, "Ada"),
        ];
        (1..).zip(facts).collect()
    }

    fn told(facts: impl IntoIterator<Item = (u64, Fact)>) -> Presence {
        let mut log = PresenceLog::default();
        for (sequence, fact) in facts {
            log.record(Some(sequence), fact);
        }
        log.current().clone()
    }

    #[test]
    fn follows_the_way_to_a_human_and_back() {
        let queued = told(story().into_iter().take(6));
        assert_eq!(queued.handoff.phase, HandoffPhase::Queued);
        assert_eq!((queued.handoff.queue_name.as_deref(), queued.handoff.position), (Some("General"), Some(1)));
        assert_eq!(queued.agent, None);
        let connected = told(story().into_iter().take(7));
        assert_eq!((connected.handoff.phase, connected.handoff.position), (HandoffPhase::Connected, None));
        let back = told(story());
        assert_eq!(back.handoff.phase, HandoffPhase::Ended);
        assert_eq!(back.agent.and_then(|agent| agent.name).as_deref(), Some("Ada"));
    }

    #[test]
    fn the_order_of_arrival_does_not_matter() {
        let in_order = told(story());
        assert_eq!(told(story().into_iter().rev()), in_order);
        let (odd, even): (Vec<_>, Vec<_>) = story().into_iter().partition(|(sequence, _)| sequence % 2 == 1);
        assert_eq!(told(odd.into_iter().chain(even)), in_order);
    }

    #[test]
    fn a_failed_handoff_gives_the_conversation_back() {
        let failed = Fact::Failed { phase: HandoffPhase::TimedOut, reason: Some("busy".into()) };
        let presence = told(story().into_iter().take(6).chain([(7, failed)]));
        assert_eq!((presence.handoff.phase, presence.handoff.position), (HandoffPhase::TimedOut, None));
        assert_eq!(presence.handoff.reason.as_deref(), Some("busy"));
        assert_eq!(presence.agent.and_then(|agent| agent.name).as_deref(), Some("Ada"));
    }
}
