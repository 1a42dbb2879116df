//! System messages that ask the client for an action. Source: Messaging API, "Errors".

/// What a system message asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SystemText {
    /// The agent is to be asked to join again.
    JoinAgain,
    /// The session is gone.
    SessionGone,
    /// The connector is not known: nothing will work.
    ConnectorGone,
    /// Nothing but to be shown.
    Other,
}

impl SystemText {
    /// Tells by the text, which is all there is to tell by.
    pub(crate) fn of(text: &str) -> Self {
        const JOIN_AGAIN: [&str; 3] = [
            "Sorry, I'm unable to start a conversation right now.",
            "Error: Conversation not found",
            "Error: Conversation ID not found in session",
        ];
        let text = text.trim();
        if JOIN_AGAIN.iter().any(|start| text.starts_with(start)) {
            Self::JoinAgain
        } else if text.starts_with("Error: Session not found") {
            Self::SessionGone
        } else if text.starts_with("Error: Connector not found") {
            Self::ConnectorGone
        } else {
            Self::Other
        }
    }
}
