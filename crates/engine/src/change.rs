//! Changes of state, each as small as what changed. The face applies them, in order, to an immutable snapshot.
//!
//! Messages are named by their place in the list: the face and the engine hold the same list in the same order.

use crate::Error;
use crate::json::{Json, ToJson, names, objects};

/// One change of the state that the application sees (`ChatState` in the JavaScript API).
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "the fields are the values that change; the variants say what they do")]
pub enum Change {
    /// The connection is now this.
    Connection { connection: ConnectionView },
    /// The session is now this.
    Session { session: Option<SessionView> },
    /// Put a message at `at`; those from there on move up by one.
    Insert { at: u32, message: Box<Message> },
    /// The message at `at` is now this.
    Replace { at: u32, message: Box<Message> },
    /// Add `text` to the end of the text of the message at `at`.
    Append { at: u32, text: String },
    /// Take the message at `from` out, then put it at `to`.
    Move { from: u32, to: u32 },
    /// Take the message at `at` out.
    Remove { at: u32 },
    /// No message is left.
    Clear,
    /// Who the user talks with.
    Agent { agent: Option<Agent> },
    /// Whether the agent types.
    Typing { is_agent_typing: bool },
    /// Whether the server has warned that it is about to end an idle session.
    IdleWarning { idle_warning: bool },
    /// The replies to tap.
    Suggestions { suggestions: Vec<Suggestion> },
    /// The way to a human.
    Handoff { handoff: Box<Handoff> },
    /// BCP 47 code of the conversation's language.
    Language { language: Option<String> },
    /// Whether and why the conversation is over.
    Ended { ended: Option<Ended> },
}

/// Where the connection stands.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "named after the public API, and documented there")]
pub enum ConnectionView {
    Idle,
    Connecting,
    Open,
    Closing,
    Closed,
    Reconnecting { attempt: u32, retry_in_ms: u32 },
    Failed { error: Error },
}

/// The session, as the application sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionView {
    /// Id given by the server.
    pub id: String,
    /// Whether it was taken up again rather than made new.
    pub resumed: bool,
    /// Whether replies are streamed.
    pub streaming: bool,
}

/// Why the conversation is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// The server's reason, for instance `REASON_USER_END`; `agent_ended` where a message of the agent was the end;
    /// `REASON_SESSION_LOST` where the server forgot the session.
    pub reason: String,
}

/// A line of the transcript.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// Stays the same for as long as the line is there.
    pub id: String,
    /// Milliseconds since 1970, UTC.
    pub timestamp: u64,
    /// Who wrote it, and what. The face merges its fields into the message.
    pub body: MessageBody,
}

/// Who wrote a line, and what.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "named after the public API, and documented there")]
pub enum MessageBody {
    User {
        text: String,
        draft_id: Option<String>,
        message_id: Option<String>,
        delivery: Delivery,
        error: Option<Error>,
    },
    Agent {
        agent: AgentKind,
        agent_name: Option<String>,
        avatar_url: Option<String>,
        message_id: String,
        text: String,
        is_streaming: bool,
        attachments: Vec<Attachment>,
        suggestions: Vec<Suggestion>,
        call_actions: Vec<CallAction>,
    },
    System {
        event: &'static str,
        text: Option<String>,
        level: Level,
    },
}

/// Whether a message of the user has arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// Not known to have arrived, and still being cared for.
    Pending,
    /// The server has it.
    Sent,
    /// Known not to have arrived.
    Failed,
}

/// The AI agent or a human.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AgentKind {
    /// PolyAI's agent.
    Poly,
    /// A human.
    Live,
}

/// Who the user talks with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agent {
    /// The AI agent or a human.
    pub kind: AgentKind,
    /// Name, where the server says it.
    pub name: Option<String>,
    /// Picture; http(s) only.
    pub avatar_url: Option<String>,
}

/// How serious a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// For information.
    Info,
    /// Something may need attention.
    Warning,
    /// Something went wrong.
    Error,
}

/// What an attachment is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AttachmentKind {
    /// A link.
    Link,
    /// An image.
    Image,
    /// Something this version has no name for.
    Unknown,
}

/// A link or an image beside a message. Source: Messaging API, "Server events".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// What it is.
    pub kind: AttachmentKind,
    /// `content_type` as the server sent it.
    pub content_type: Option<String>,
    /// Title.
    pub title: Option<String>,
    /// What it leads to: an http(s), mailto or tel address.
    pub content_url: Option<String>,
    /// A picture of it: an http(s) address.
    pub preview_image_url: Option<String>,
    /// Label of the link.
    pub call_to_action_text: Option<String>,
}

/// A reply to tap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// What is shown, and sent when it is tapped.
    pub text: String,
    /// What the server attached to it.
    pub payload: Option<String>,
}

/// A number to call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallAction {
    /// Label.
    pub title: String,
    /// Number to dial.
    pub contact_number: String,
}

/// Where a handoff to a human stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "named after the public API, and documented there")]
pub enum HandoffPhase {
    None,
    Requested,
    Accepted,
    Queued,
    Connected,
    Ended,
    ClientRequired,
    Failed,
    TimedOut,
}

/// The handoff, as the application sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "named after the public API, and documented there")]
pub struct Handoff {
    pub phase: HandoffPhase,
    pub queue_name: Option<String>,
    pub position: Option<u32>,
    pub estimated_wait_seconds: Option<u32>,
    pub display_message: Option<String>,
    pub reason: Option<String>,
    pub route: Option<String>,
}

impl ToJson for Change {
    fn write(&self, json: &mut Json) {
        let op = match self {
            Self::Connection { .. } => "connection",
            Self::Session { .. } => "session",
            Self::Insert { .. } => "insert",
            Self::Replace { .. } => "replace",
            Self::Append { .. } => "append",
            Self::Move { .. } => "move",
            Self::Remove { .. } => "remove",
            Self::Clear => "clear",
            Self::Agent { .. } => "agent",
            Self::Typing { .. } => "typing",
            Self::IdleWarning { .. } => "idleWarning",
            Self::Suggestions { .. } => "suggestions",
            Self::Handoff { .. } => "handoff",
            Self::Language { .. } => "language",
            Self::Ended { .. } => "ended",
        };
        json.object(|json| {
            json.text("op", op);
            match self {
                Self::Connection { connection } => json.field(op, connection),
                Self::Session { session } => json.field(op, session),
                Self::Insert { at, message } | Self::Replace { at, message } => {
                    json.field("at", at).field("message", message)
                }
                Self::Append { at, text } => json.field("at", at).text("text", text),
                Self::Move { from, to } => json.field("from", from).field("to", to),
                Self::Remove { at } => json.field("at", at),
                Self::Clear => json,
                Self::Agent { agent } => json.field(op, agent),
                Self::Typing { is_agent_typing } => json.field("isAgentTyping", is_agent_typing),
                Self::IdleWarning { idle_warning } => json.field(op, idle_warning),
                Self::Suggestions { suggestions } => json.field(op, suggestions),
                Self::Handoff { handoff } => json.field(op, handoff),
                Self::Language { language } => json.field(op, language),
                Self::Ended { ended } => json.field(op, ended),
            };
        });
    }
}

impl ConnectionView {
    /// Its name in JavaScript.
    pub(crate) fn status(&self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Connecting => "connecting",
            Self::Open => "open",
            Self::Closing => "closing",
            Self::Closed => "closed",
            Self::Reconnecting { .. } => "reconnecting",
            Self::Failed { .. } => "failed",
        }
    }
}

impl ToJson for ConnectionView {
    fn write(&self, json: &mut Json) {
        json.object(|json| {
            json.text("status", self.status());
            match self {
                Self::Reconnecting { attempt, retry_in_ms } => {
                    json.field("attempt", attempt).field("retryInMs", retry_in_ms);
                }
                Self::Failed { error } => {
                    json.field("error", error);
                }
                _ => {}
            }
        });
    }
}

impl ToJson for MessageBody {
    fn write(&self, json: &mut Json) {
        json.object(|json| match self {
            Self::User { text, draft_id, message_id, delivery, error } => {
                json.text("role", "user").text("text", text).field("draftId", draft_id).field("messageId", message_id);
                json.field("delivery", delivery).field("error", error);
            }
            Self::Agent {
                agent,
                agent_name,
                avatar_url,
                message_id,
                text,
                is_streaming,
                attachments,
                suggestions,
                call_actions,
            } => {
                json.text("role", "agent").field("agent", agent).field("agentName", agent_name);
                json.field("avatarUrl", avatar_url).text("messageId", message_id).text("text", text);
                json.field("isStreaming", is_streaming).field("attachments", attachments);
                json.field("suggestions", suggestions).field("callActions", call_actions);
            }
            Self::System { event, text, level } => {
                json.text("role", "system").text("event", event).field("text", text).field("level", level);
            }
        });
    }
}

objects! {
    SessionView { "id": id, "resumed": resumed, "streaming": streaming }
    Ended { "reason": reason }
    Message { "id": id, "timestamp": timestamp, "body": body }
    Agent { "kind": kind, "name": name, "avatarUrl": avatar_url }
    Attachment {
        "kind": kind,
        "contentType": content_type,
        "title": title,
        "contentUrl": content_url,
        "previewImageUrl": preview_image_url,
        "callToActionText": call_to_action_text,
    }
    Suggestion { "text": text, "payload": payload }
    CallAction { "title": title, "contactNumber": contact_number }
    Handoff {
        "phase": phase,
        "queueName": queue_name,
        "position": position,
        "estimatedWaitSeconds": estimated_wait_seconds,
        "displayMessage": display_message,
        "reason": reason,
        "route": route,
    }
}

names! {
    Delivery { Pending = "pending", Sent = "sent", Failed = "failed" }
    AgentKind { Poly = "poly", Live = "live" }
    Level { Info = "info", Warning = "warning", Error = "error" }
    AttachmentKind { Link = "link", Image = "image", Unknown = "unknown" }
    HandoffPhase {
        None = "none",
        Requested = "requested",
        Accepted = "accepted",
        Queued = "queued",
        Connected = "connected",
        Ended = "ended",
        ClientRequired = "clientRequired",
        Failed = "failed",
        TimedOut = "timedOut",
    }
}
