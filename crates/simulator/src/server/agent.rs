//! The agent: joins when it is asked to, greets, and answers each message, whole or in pieces. Source: Messaging API,
//! "Streaming".

use super::log::{Kind, transient};
use super::{Act, Server};

/// Where the agent of a session stands.
#[derive(Debug, Default)]
pub(super) struct Agent {
    pub(super) has_joined: bool,
    is_coming: bool,
    /// It is busy with what it says until then.
    busy_until: u64,
    said: u32,
}

/// Something that the server does by itself.
#[derive(Debug)]
pub(super) enum Step {
    /// Forget the session, if it is idle.
    Expire,
    /// The agent joins.
    Join,
    /// The agent thinks.
    Think,
    /// The agent says something.
    Say(Kind),
}

impl Server {
    pub(super) fn ask_agent(&mut self, now: u64, number: usize) {
        let ignores = self.random.chance(self.rules.ignored_joins);
        let agent = &mut self.sessions[number].agent;
        if agent.has_joined || agent.is_coming || ignores {
            return;
        }
        agent.is_coming = true;
        let at = now + self.random.among(50..=2_000);
        self.agenda.plan(at, (number, Step::Join));
    }

    pub(super) fn plan_answer(&mut self, now: u64, number: usize) {
        if !self.sessions[number].agent.has_joined {
            return;
        }
        let mut at = now.max(self.sessions[number].agent.busy_until) + self.random.among(0..=self.rules.pace * 2);
        self.agenda.plan(at, (number, Step::Think));
        at += self.random.among(1..=self.rules.pace * 3);
        let agent = &mut self.sessions[number].agent;
        agent.said += 1;
        let name = format!("a{}", agent.said);
        if self.random.chance(300) {
            let text = format!("{name}: a whole \"answer\".");
            self.agenda.plan(at, (number, Step::Say(Kind::Whole { message_id: name, text })));
        } else {
            let pieces = self.random.among(1..=7) as u32;
            // Now and then it breaks off.
            let said = if self.random.chance(30) { pieces.div_ceil(2) } else { pieces };
            for index in 1..=said {
                let is_complete = index == pieces;
                let text = match index {
                    1 => format!("{name}: "),
                    _ if is_complete && pieces.is_multiple_of(3) => String::new(),
                    _ => format!("{index} 👩‍🍳 "),
                };
                let chunk = Kind::Chunk { message_id: name.clone(), index, text, is_complete };
                self.agenda.plan(at, (number, Step::Say(chunk)));
                at += self.random.among(0..=self.rules.pace);
            }
        }
        self.sessions[number].agent.busy_until = at;
    }

    pub(super) fn take_step(&mut self, now: u64, number: usize, step: Step) {
        match step {
            Step::Expire => {}
            Step::Join => {
                let agent = &mut self.sessions[number].agent;
                (agent.has_joined, agent.is_coming) = (true, false);
                self.record(number, Kind::Joined, None);
                if self.trouble.disowns {
                    return self.disown(number);
                }
                self.plan_answer(now, number);
            }
            Step::Think => {
                let links = self.sessions[number].links.clone();
                let text = transient("POLY_AGENT_THINKING");
                self.acts.extend(links.into_iter().map(|link| Act::Send { link, text: text.clone(), live: None }));
            }
            Step::Say(kind) => self.record(number, kind, None),
        }
    }
}
