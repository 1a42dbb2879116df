//! What the application is told: one value per event of the public API, under its public names.

use crate::json::{Json, ToJson, names, objects};
use crate::{Attachment, CallAction, Error, Level, Metadata, Suggestion};

/// An event for the application. The face merges the fields of `body` and `envelope` into one object.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// `type` and the fields of that type.
    pub body: EventBody,
    /// Present where the event came over the wire.
    pub envelope: Option<Envelope>,
}

/// The fields every event that came over the wire carries.
#[derive(Debug, Clone, PartialEq)]
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
#[derive(Debug, Clone, PartialEq, Eq)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TypingState {
    /// Types.
    Started,
    /// Does not type any more.
    Stopped,
}

/// The type of an event and its own fields. Names and meaning are those of `ChatEvent` in the JavaScript API.
#[derive(Debug, Clone, PartialEq)]
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
        /// The conversation ends with the message. Does not cross: the end that follows from it does.
        ends: bool,
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
        agent_name: Option<String>,
    },
    LiveAgentMessage(AgentMessageBody),
    LiveAgentLeft {
        agent_id: Option<String>,
        agent_name: Option<String>,
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
#[derive(Debug, Clone, PartialEq)]
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
    /// Id of the live agent; does not cross for the agent.
    pub agent_id: Option<String>,
    /// The conversation ends with this message. Does not cross: the end that follows from it does.
    pub ends: bool,
}

impl EventBody {
    /// `type` of the event.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Connecting => "connecting",
            Self::Connected { .. } => "connected",
            Self::Reconnecting { .. } => "reconnecting",
            Self::Disconnected { .. } => "disconnected",
            Self::SessionReplaced { .. } => "sessionReplaced",
            Self::MessagePending { .. } => "messagePending",
            Self::MessageConfirmed { .. } => "messageConfirmed",
            Self::MessageFailed { .. } => "messageFailed",
            Self::SessionStart { .. } => "sessionStart",
            Self::SessionEnd { .. } => "sessionEnd",
            Self::SessionIdleWarning => "sessionIdleWarning",
            Self::UserMessage { .. } => "userMessage",
            Self::UserTyping => "userTyping",
            Self::UserEndSession => "userEndSession",
            Self::RequestPolyAgentJoin => "requestPolyAgentJoin",
            Self::Heartbeat => "heartbeat",
            Self::AgentJoined { .. } => "agentJoined",
            Self::AgentThinking => "agentThinking",
            Self::AgentMessage(_) => "agentMessage",
            Self::AgentMessageChunk { .. } => "agentMessageChunk",
            Self::AgentLeft { .. } => "agentLeft",
            Self::AgentTriggeredHandoff => "agentTriggeredHandoff",
            Self::LiveAgentJoined { .. } => "liveAgentJoined",
            Self::LiveAgentTyping { .. } => "liveAgentTyping",
            Self::LiveAgentMessage(_) => "liveAgentMessage",
            Self::LiveAgentLeft { .. } => "liveAgentLeft",
            Self::HandoffAccepted { .. } => "handoffAccepted",
            Self::HandoffQueueStatus { .. } => "handoffQueueStatus",
            Self::ClientHandoffRequired { .. } => "clientHandoffRequired",
            Self::HandoffFailed { .. } => "handoffFailed",
            Self::HandoffTimeout { .. } => "handoffTimeout",
            Self::SystemMessage { .. } => "systemMessage",
            Self::LanguageChanged { .. } => "languageChanged",
            Self::Unknown { .. } => "unknown",
        }
    }
}

impl ToJson for EventBody {
    fn write(&self, json: &mut Json) {
        json.object(|json| {
            json.text("type", self.name());
            match self {
                Self::Connected { resumed } => json.field("resumed", resumed),
                Self::Reconnecting { attempt, retry_in_ms, cause } => {
                    json.field("attempt", attempt).field("retryInMs", retry_in_ms).field("cause", cause)
                }
                Self::Disconnected { error } => json.field("error", error),
                Self::SessionReplaced { previous_session_id, session_id } => {
                    json.text("previousSessionId", previous_session_id).text("sessionId", session_id)
                }
                Self::MessagePending { draft_id, text } => json.text("draftId", draft_id).text("text", text),
                Self::MessageConfirmed { draft_id, message_id } => {
                    json.text("draftId", draft_id).text("messageId", message_id)
                }
                Self::MessageFailed { draft_id, error } => json.text("draftId", draft_id).field("error", error),
                Self::SessionStart { capabilities, context_id } => {
                    json.field("capabilities", capabilities).field("contextId", context_id)
                }
                Self::SessionEnd { reason } => json.text("reason", reason),
                Self::UserMessage { message_id, text } => json.text("messageId", message_id).text("text", text),
                Self::AgentJoined { agent_name, avatar_url } => {
                    json.field("agentName", agent_name).field("avatarUrl", avatar_url)
                }
                Self::AgentMessage(body) => body.write_fields(json),
                Self::LiveAgentMessage(body) => body.write_fields(json.field("agentId", &body.agent_id)),
                Self::AgentMessageChunk {
                    message_id,
                    delta,
                    chunk_index,
                    is_complete,
                    attachments,
                    suggestions,
                    ends: _,
                } => json
                    .text("messageId", message_id)
                    .text("delta", delta)
                    .field("chunkIndex", chunk_index)
                    .field("isComplete", is_complete)
                    .field("attachments", attachments)
                    .field("suggestions", suggestions),
                Self::AgentLeft { reason } | Self::HandoffFailed { reason } | Self::HandoffTimeout { reason } => {
                    json.field("reason", reason)
                }
                Self::LiveAgentJoined { agent_id, agent_name, avatar_url } => {
                    json.field("agentId", agent_id).field("agentName", agent_name).field("avatarUrl", avatar_url)
                }
                Self::LiveAgentTyping { state, agent_id, agent_name } => {
                    json.field("state", state).field("agentId", agent_id).field("agentName", agent_name)
                }
                Self::LiveAgentLeft { agent_id, agent_name, reason } => {
                    json.field("agentId", agent_id).field("agentName", agent_name).field("reason", reason)
                }
                Self::HandoffAccepted { queue_name } => json.field("queueName", queue_name),
                Self::HandoffQueueStatus { queue_name, position, estimated_wait_seconds, display_message } => json
                    .field("queueName", queue_name)
                    .field("position", position)
                    .field("estimatedWaitSeconds", estimated_wait_seconds)
                    .field("displayMessage", display_message),
                Self::ClientHandoffRequired { reason, queue_name, route } => {
                    json.field("reason", reason).field("queueName", queue_name).field("route", route)
                }
                Self::SystemMessage { level, text } => json.field("level", level).text("text", text),
                Self::LanguageChanged { language_code } => json.text("languageCode", language_code),
                Self::Unknown { wire_type, payload } => json.text("wireType", wire_type).text("payload", payload),
                Self::Connecting
                | Self::SessionIdleWarning
                | Self::UserTyping
                | Self::UserEndSession
                | Self::RequestPolyAgentJoin
                | Self::Heartbeat
                | Self::AgentThinking
                | Self::AgentTriggeredHandoff => json,
            };
        });
    }
}

impl AgentMessageBody {
    fn write_fields<'j>(&self, json: &'j mut Json) -> &'j mut Json {
        json.text("messageId", &self.message_id).text("text", &self.text).field("attachments", &self.attachments);
        json.field("suggestions", &self.suggestions).field("callActions", &self.call_actions);
        json.field("agentName", &self.agent_name).field("avatarUrl", &self.avatar_url)
    }
}

objects! {
    Event { "body": body, "envelope": envelope }
    Envelope {
        "id": id,
        "sequence": sequence,
        "timestamp": timestamp,
        "metadata": metadata,
        "replayed": replayed,
    }
    Capabilities {
        "streaming": streaming,
        "maxMessageSizeBytes": max_message_size_bytes,
        "heartbeatIntervalSeconds": heartbeat_interval_seconds,
        "maxReconnectAttempts": max_reconnect_attempts,
    }
}

names! {
    TypingState { Started = "started", Stopped = "stopped" }
}
