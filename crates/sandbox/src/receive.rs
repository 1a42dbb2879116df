//! What a session does with the frames of its clients: echoes, refusals, and what reaches the agent.

use serde_json::{Value, json};
use tokio::time::Instant;
use uuid::Uuid;

use crate::agent::AgentInput;
use crate::event::{self, text};
use crate::inbound::{self, ClientEvent, ClientFrame};
use crate::journal::Outcome;
use crate::session::{EndReason, Presence, Session, State};

impl Session {
    /// Handles one text frame from the socket of that number. One that the
    /// caller has detached hears no answer.
    pub(crate) fn receive(&self, socket: u64, frame: &str) {
        let mut state = self.lock();
        state.last_received = Instant::now();
        let outcome = if self.spec.vector.is_some() {
            if matches!(inbound::parse(frame), Ok(ClientFrame { event: ClientEvent::Heartbeat, .. })) {
                state.echo_heartbeat(socket, None);
            }
            Outcome::Logged
        } else if state.expired {
            refuse(&state, socket, text::SESSION_NOT_FOUND, None)
        } else {
            match inbound::parse(frame) {
                Ok(frame) => self.accept(&mut state, socket, frame),
                Err(refusal) => refuse(&state, socket, &refusal.text, refusal.metadata),
            }
        };
        state.journal.received(socket, frame, outcome);
    }

    /// Notes a frame over the rate limit: it keeps the session alive, and nothing else comes of it.
    pub(crate) fn ignore(&self, socket: u64, frame: &str) {
        let mut state = self.lock();
        state.last_received = Instant::now();
        state.journal.received(socket, frame, Outcome::RateLimited);
    }

    fn accept(&self, state: &mut State, socket: u64, frame: ClientFrame) -> Outcome {
        let ClientFrame { event, metadata } = frame;
        if state.ended.is_some() {
            return refuse(state, socket, text::SESSION_NOT_FOUND, metadata);
        }
        match event {
            ClientEvent::RequestPolyAgentJoin => {
                state.journal.join_requests += 1;
                state.emit("REQUEST_POLY_AGENT_JOIN", json!({}), metadata);
                if state.journal.join_requests <= self.spec.settings.failed_joins {
                    let payload = json!({ "level": "SYSTEM_MESSAGE_LEVEL_ERROR", "message": text::UNABLE_TO_START });
                    state.emit("SYSTEM_MESSAGE", payload, None);
                } else if state.presence == Presence::Nobody {
                    state.presence = Presence::Poly;
                    self.tell_agent(state, AgentInput::Join);
                } else {
                    state.journal.repeated_joins += 1;
                }
            }
            ClientEvent::UserMessage { text } => {
                if state.presence == Presence::Nobody {
                    return refuse(state, socket, text::CONVERSATION_NOT_FOUND, metadata);
                }
                let payload = json!({ "message_id": Uuid::new_v4().to_string(), "text": text });
                state.emit("USER_MESSAGE", payload, metadata);
                self.tell_agent(state, AgentInput::Message(text));
            }
            ClientEvent::UserTyping { state: typing } => {
                let echo = event::envelope(None, "USER_TYPING", json!({ "state": typing }), metadata);
                state.broadcast(&crate::outgoing::Frame::event(&echo));
            }
            ClientEvent::UserEndSession => {
                state.emit("USER_END_SESSION", json!({}), metadata);
                state.end(EndReason::UserEnd);
                self.done.cancel();
            }
            ClientEvent::Heartbeat => state.echo_heartbeat(socket, metadata),
        }
        Outcome::Accepted
    }

    fn tell_agent(&self, state: &mut State, input: AgentInput) {
        if self.agent.try_send(input).is_err() {
            let payload = json!({ "level": "SYSTEM_MESSAGE_LEVEL_WARNING", "message": text::HIGH_LOAD });
            state.emit("SYSTEM_MESSAGE", payload, None);
        }
    }
}

impl State {
    /// Every other echo has no id and no timestamp, as some servers' do.
    fn echo_heartbeat(&mut self, socket: u64, metadata: Option<Value>) {
        self.heartbeats += 1;
        let mut echo = event::envelope(None, "HEARTBEAT", json!({}), metadata);
        if let (true, Some(fields)) = (self.heartbeats.is_multiple_of(2), echo.as_object_mut()) {
            fields.remove("id");
            fields.remove("timestamp");
        }
        self.reply(socket, &echo);
    }
}

fn refuse(state: &State, socket: u64, text: &str, metadata: Option<Value>) -> Outcome {
    state.reply(socket, &event::error_message(text, metadata));
    Outcome::Refused(text.to_owned())
}
