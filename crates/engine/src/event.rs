//! What the application is told: one value per event of the public API, under its public names.

use serde::Serialize;

use crate::{Attachment, CallAction, Error, Level, Metadata, Suggestion};

/// An event for the application. The face merges the fields of `body` and `envelope` into one object.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Event {
    /// `type` and the fields of that type.
    pub body: EventBody,
    /// Present where the event came over the wire.
    pub envelope: Option<Envelope>,
}

/// The fields every event that came over the wire carries.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Envelope {
    /// Unique id of the event; empty where the server sent none.
    pub id: String,
    /// Place in the history; `None` for transient events.
    pub sequence: Option<u64>,
    /// Milliseconds since 1970, UTC. The time of arrival where the server sent none.
    pub timestamp: u64,
    /// What was sent along in `metadata.custom`.
    pub metadata: Metadata,
    /// Whether the event came from the history rather than live.
    pub replayed: bool,
}

/// What the server says a session can do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Capabilities {
    /// Whether replies are streamed.
    pub streaming: bool,
    /// Largest frame, in bytes.
    pub max_message_size_bytes: u32,
    /// Seconds between heartbeats; 0 = none needed; `None`: not said.
    pub heartbeat_interval_seconds: Option<u32>,
    /// Attempts to reconnect; 0 = no limit; `None`: not said.
    pub max_reconnect_attempts: Option<u32>,
}

/// Whether someone types.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum TypingState {
    /// Types.
    Started,
    /// Does not type any more.
    Stopped,
}

/// The type of an event and its own fields. Names and meaning are those of `ChatEvent` in the JavaScript API.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[allow(missing_docs, reason = "each variant is documented where it is public: ChatEvent in js/src/types.ts")]
#[non_exhaustive]
pub enum EventBody {
    Connecting,
    Connected {
        resumed: bool,
    },
    Reconnecting {
        attempt: u32,
        retry_in_ms: u32,
        cause: Error,
    },
    Disconnected {
        error: Option<Error>,
    },
    SessionReplaced {
        previous_session_id: String,
        session_id: String,
    },
    MessagePending {
        draft_id: String,
        text: String,
    },
    MessageConfirmed {
        draft_id: String,
        message_id: String,
    },
    MessageFailed {
        draft_id: String,
        error: Error,
    },
    SessionStart {
        capabilities: Capabilities,
        context_id: Option<String>,
    },
    SessionEnd {
        reason: String,
    },
    SessionIdleWarning,
    UserMessage {
        message_id: String,
        text: String,
    },
    UserTyping,
    UserEndSession,
    RequestPolyAgentJoin,
    Heartbeat,
    AgentJoined {
        agent_name: Option<String>,
        avatar_url: Option<String>,
    },
    AgentThinking,
    AgentMessage(AgentMessageBody),
    AgentMessageChunk {
        message_id: String,
        delta: String,
        chunk_index: u32,
        is_complete: bool,
        attachments: Vec<Attachment>,
        suggestions: Vec<Suggestion>,
    },
    AgentLeft {
        reason: Option<String>,
    },
    AgentTriggeredHandoff,
    LiveAgentJoined {
        agent_id: Option<String>,
        agent_name: Option<String>,
        avatar_url: Option<String>,
    },
    LiveAgentTyping {
        state: TypingState,
        agent_id: Option<String>,
    },
    LiveAgentMessage(AgentMessageBody),
    LiveAgentLeft {
        agent_id: Option<String>,
        reason: Option<String>,
    },
    HandoffAccepted {
        queue_name: Option<String>,
    },
    HandoffQueueStatus {
        queue_name: Option<String>,
        position: Option<u32>,
        estimated_wait_seconds: Option<u32>,
        display_message: Option<String>,
    },
    ClientHandoffRequired {
        reason: Option<String>,
        queue_name: Option<String>,
        route: Option<String>,
    },
    HandoffFailed {
        reason: Option<String>,
    },
    HandoffTimeout {
        reason: Option<String>,
    },
    SystemMessage {
        level: Level,
        text: String,
    },
    LanguageChanged {
        language_code: String,
    },
    /// `payload` is JSON text.
    Unknown {
        wire_type: String,
        payload: String,
    },
}

/// The fields of a whole message of the agent or a live agent.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AgentMessageBody {
    /// Id of the message, shared by its chunks.
    pub message_id: String,
    /// The whole text.
    pub text: String,
    /// Links and images.
    pub attachments: Vec<Attachment>,
    /// Replies to tap.
    pub suggestions: Vec<Suggestion>,
    /// Numbers to call.
    pub call_actions: Vec<CallAction>,
    /// Who wrote it, where the server says so.
    pub agent_name: Option<String>,
    /// Picture of who wrote it; http(s) only.
    pub avatar_url: Option<String>,
    /// Id of the live agent; left out for the agent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent_id: Option<String>,
}
