//! `ChatState` as the JavaScript face keeps it: what the engine's changes make of it, applied in order.

use poly_messaging_engine::{
    Agent, Change, ConnectionView, Delivery, Ended, Handoff, Message, MessageBody, SessionView, Suggestion,
};

/// The state of a chat, as its application sees it. Applying a change that does not fit it panics.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "named after the public API, and documented there")]
pub struct State {
    pub connection: ConnectionView,
    pub session: Option<SessionView>,
    pub messages: Vec<Message>,
    pub agent: Option<Agent>,
    pub is_agent_typing: bool,
    pub idle_warning: bool,
    pub suggestions: Vec<Suggestion>,
    pub handoff: Option<Handoff>,
    pub language: Option<String>,
    pub ended: Option<Ended>,
}

impl Default for State {
    fn default() -> Self {
        Self {
            connection: ConnectionView::Idle,
            session: None,
            messages: vec![],
            agent: None,
            is_agent_typing: false,
            idle_warning: false,
            suggestions: vec![],
            handoff: None,
            language: None,
            ended: None,
        }
    }
}

impl State {
    /// What the JavaScript face does with a change.
    pub fn apply(&mut self, change: Change) {
        match change {
            Change::Connection { connection } => self.connection = connection,
            Change::Session { session } => self.session = session,
            Change::Insert { at, message } => {
                assert!(!self.messages.iter().any(|other| other.id == message.id), "two lines of one id: {message:?}");
                self.messages.insert(at as usize, *message);
            }
            Change::Replace { at, message } => {
                assert_eq!(self.messages[at as usize].id, message.id, "a line lost its id");
                self.messages[at as usize] = *message;
            }
            Change::Append { at, text: more } => match &mut self.messages[at as usize].body {
                MessageBody::Agent { text, .. } => text.push_str(&more),
                other => panic!("text for {other:?}"),
            },
            Change::Move { from, to } => {
                let message = self.messages.remove(from as usize);
                self.messages.insert(to as usize, message);
            }
            Change::Remove { at } => drop(self.messages.remove(at as usize)),
            Change::Clear => self.messages.clear(),
            Change::Agent { agent } => self.agent = agent,
            Change::Typing { is_agent_typing } => self.is_agent_typing = is_agent_typing,
            Change::IdleWarning { idle_warning } => self.idle_warning = idle_warning,
            Change::Suggestions { suggestions } => self.suggestions = suggestions,
            Change::Handoff { handoff } => self.handoff = Some(*handoff),
            Change::Language { language } => self.language = language,
            Change::Ended { ended } => self.ended = ended,
        }
    }

    /// How far the user's message of this draft id has come; `None`: it is not shown under that id.
    pub fn delivery(&self, draft: &str) -> Option<Delivery> {
        self.messages.iter().find_map(|message| match &message.body {
            MessageBody::User { draft_id: Some(id), delivery, .. } if id == draft => Some(*delivery),
            _ => None,
        })
    }
}

/// The text of a line that someone wrote.
pub fn text_of(message: &Message) -> Option<&str> {
    match &message.body {
        MessageBody::User { text, .. } | MessageBody::Agent { text, .. } => Some(text),
        MessageBody::System { .. } => None,
    }
}
