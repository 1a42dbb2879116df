//! The task that follows a script through one conversation. It goes on whatever the sockets do.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use tokio::sync::mpsc;
use tokio::time::sleep;

use super::script::{Handoff, Reply, Rule, Script, Situation, Speaker};
use crate::session::{EndReason, Presence, Session};

/// What the agent is told.
#[derive(Debug)]
pub(crate) enum AgentInput {
    /// A client asked it to join, and nobody was there.
    Join,
    /// The user said this.
    Message(String),
}

/// Follows the script until the session is over.
pub(crate) async fn run(session: Arc<Session>, script: Arc<Script>, mut inputs: mpsc::Receiver<AgentInput>) {
    let done = session.done.clone();
    let mut agent = Runner { session, script, step: None, language: None, memory: BTreeMap::new(), greeted: false };
    done.run_until_cancelled(async {
        while let Some(input) = inputs.recv().await {
            match input {
                AgentInput::Join => agent.join().await,
                AgentInput::Message(said) => agent.answer(said).await,
            }
        }
    })
    .await;
}

pub(super) struct Runner {
    pub(super) session: Arc<Session>,
    pub(super) script: Arc<Script>,
    /// The step of the conversation, e.g. which question of a booking is open.
    step: Option<String>,
    language: Option<String>,
    /// What the user said, under the names rules gave it.
    memory: BTreeMap<String, String>,
    greeted: bool,
}

impl Runner {
    async fn join(&mut self) {
        self.announce();
        let reply = if self.greeted { self.script.welcome_back.clone() } else { self.script.greeting.clone() };
        self.greeted = true;
        self.say(&reply).await;
    }

    pub(super) fn announce(&self) {
        let agent = &self.script.agent;
        let payload = json!({ "agent_name": agent.name, "agent_avatar_url": self.absolute(&agent.avatar) });
        self.session.emit_presence(Presence::Poly, "POLY_AGENT_JOINED", payload);
    }

    async fn answer(&mut self, said: String) {
        let who = match self.session.lock().presence {
            Presence::Live => Speaker::LiveAgent,
            Presence::Poly => Speaker::Agent,
            // Said just before the conversation left this server: nobody is there to answer.
            Presence::Queue | Presence::Nobody => return,
        };
        let at = Situation { who, step: self.step.as_deref(), language: self.language.as_deref() };
        let script = Arc::clone(&self.script);
        let Some(rule) = script.rule_for(&said, at) else { return };
        self.memory.insert("said".to_owned(), said.clone());
        if let Some(name) = &rule.remember {
            self.memory.insert(name.clone(), said.trim().to_owned());
        }
        self.step = rule.step_after(self.step.take());
        if let Some(language) = &rule.set_language {
            self.language = Some(language.clone());
            self.session.emit("LANGUAGE_CHANGED", json!({ "language_code": language }));
        }
        for system in &rule.system {
            let payload = json!({ "level": system.level.wire_name(), "message": self.filled(&system.text) });
            self.session.emit("SYSTEM_MESSAGE", payload);
        }
        match who {
            Speaker::Agent => self.say(&rule.reply()).await,
            Speaker::LiveAgent => self.say_live(&rule.reply()).await,
        }
        self.follow_up(rule).await;
    }

    async fn follow_up(&mut self, rule: &Rule) {
        match rule.handoff {
            Some(Handoff::Live) => self.hand_over().await,
            Some(Handoff::Client) => self.send_elsewhere().await,
            Some(Handoff::Fail) => self.fail_handoff().await,
            Some(Handoff::Timeout) => self.time_out_handoff().await,
            None => {}
        }
        if let Some(afterwards) = &rule.afterwards {
            self.say(&Reply { say: afterwards.clone(), ..Reply::default() }).await;
        }
        if rule.back {
            self.take_back().await;
        }
        if rule.end {
            self.session.end(EndReason::NaturalEnd);
        }
    }

    pub(super) async fn pause(&self) {
        sleep(Duration::from_millis(self.session.spec.settings.step_ms)).await;
    }

    /// A text with what is remembered in place of the names in braces.
    pub(super) fn filled(&self, text: &str) -> String {
        let mut filled = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            filled.push_str(before);
            match after.split_once('}') {
                Some((name, after)) => {
                    filled.push_str(self.memory.get(name).map_or("", String::as_str));
                    rest = after;
                }
                None => {
                    filled.push('{');
                    rest = after;
                }
            }
        }
        filled + rest
    }

    /// An address of this server made absolute; any other as it is.
    pub(super) fn absolute(&self, url: &str) -> String {
        if url.starts_with('/') { format!("{}{url}", self.session.spec.base_url) } else { url.to_owned() }
    }
}
