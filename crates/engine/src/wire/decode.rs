//! Frames from the server. Decoding survives anything: a bad field costs only itself, a bad event only itself, a bad
//! frame only itself.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use hifijson::value::Value;

use super::{
    DEFAULT_MAX_MESSAGE_SIZE,
    fields::Fields,
    halves,
    json::{self, Json},
    timestamp,
};
use crate::bounds::{self, LeftOut};
use crate::event::AgentMessageBody;
use crate::{Capabilities, EventBody, Level, Metadata, TypingState};

/// The type of a piece of a message.
const CHUNK: &str = "EVENT_TYPE_POLY_AGENT_MESSAGE_CHUNK";

/// What a frame held.
#[derive(Debug, PartialEq)]
pub struct Frame {
    /// Whether it was an `EVENT_BATCH`: history rather than live.
    pub is_batch: bool,
    /// Its events, ordered by sequence; those without one come last.
    pub events: Vec<WireEvent>,
    /// How many entries of the batch were not events.
    pub set_aside: u32,
    /// What of them is above the bounds.
    pub(crate) left_out: LeftOut,
}

/// An event as it came over the wire.
#[derive(Debug, PartialEq)]
pub struct WireEvent {
    /// Unique id, where there is one.
    pub id: Option<String>,
    /// Place in the history; `None` for transient events.
    pub sequence: Option<u64>,
    /// Milliseconds since 1970, UTC, where it is readable.
    pub timestamp: Option<u64>,
    /// The strings of `metadata.custom`.
    pub metadata: Metadata,
    /// What it says.
    pub body: EventBody,
}

/// A frame that is not a JSON object with a `type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Malformed;

/// Reads a frame.
///
/// # Errors
/// [`Malformed`] when it is not a JSON object with a `type`.
pub fn decode(text: &str) -> Result<Frame, Malformed> {
    let marked;
    let value = match json::parse(text) {
        Some(value) => value,
        None => {
            marked = halves::mark(text);
            let mut value = json::parse(&marked).ok_or(Malformed)?;
            halves::mend(&mut value, (CHUNK, "poly_agent_message_chunk"));
            value
        }
    };
    let mut frame = Frame { is_batch: false, events: Vec::new(), set_aside: 0, left_out: LeftOut::default() };
    if !read(value, &mut frame) {
        return Err(Malformed);
    }
    frame.events = ordered(frame.events);
    Ok(frame)
}

/// The events by sequence; those without one last, and otherwise as they came.
fn ordered(events: Vec<WireEvent>) -> Vec<WireEvent> {
    let sequence = |event: &WireEvent| event.sequence.unwrap_or(u64::MAX);
    if events.is_sorted_by_key(sequence) {
        return events;
    }
    // A heap, since the code of a stable sort is eight times as large, and a page downloads it.
    let places = events.iter().map(sequence).enumerate().map(|(at, sequence)| Reverse((sequence, at)));
    let mut places: BinaryHeap<_> = places.collect();
    let mut events: Vec<_> = events.into_iter().map(Some).collect();
    let next = || places.pop().and_then(|Reverse((_, at))| events.get_mut(at)?.take());
    core::iter::from_fn(next).collect()
}

/// Adds the event, or the events of the batch. False: it is neither.
fn read(value: Json, frame: &mut Frame) -> bool {
    let mut envelope = Fields::of(value);
    let Some(wire_type) = envelope.name("type") else { return false };
    let payload = payload(&mut envelope, &wire_type);
    if wire_type == "EVENT_TYPE_EVENT_BATCH" {
        frame.is_batch = true;
        for entry in Fields::of(payload).list("events") {
            if !read(entry, frame) {
                frame.set_aside += 1;
            }
        }
        return true;
    }
    let mut body = body(wire_type, payload);
    frame.left_out.add(bounds::keep_within(&mut body));
    frame.events.push(WireEvent {
        id: envelope.name("id"),
        sequence: envelope.integer("sequence"),
        timestamp: envelope.text("timestamp").and_then(|text| timestamp::parse(&text)),
        metadata: envelope.metadata(&mut frame.left_out),
        body,
    });
    true
}

/// The payload, which in a batch may stand under the event's own name: `EVENT_TYPE_USER_MESSAGE` under `user_message`.
fn payload<'a>(envelope: &mut Fields<'a>, wire_type: &str) -> Json<'a> {
    let own_name = || wire_type.strip_prefix("EVENT_TYPE_").map(str::to_ascii_lowercase);
    envelope.value("payload").or_else(|| envelope.value(&own_name()?)).unwrap_or(Value::Null)
}

fn body(wire_type: String, payload: Json) -> EventBody {
    let mut p = Fields::of(payload);
    match wire_type.strip_prefix("EVENT_TYPE_").unwrap_or_default() {
        "SESSION_START" => session_start(p),
        "SESSION_END" => EventBody::SessionEnd { reason: p.name("reason").unwrap_or_default() },
        "SESSION_IDLE_WARNING" => EventBody::SessionIdleWarning,
        "USER_MESSAGE" => EventBody::UserMessage {
            message_id: p.name("message_id").unwrap_or_default(),
            text: p.text("text").unwrap_or_default(),
        },
        "USER_TYPING" => EventBody::UserTyping,
        "USER_END_SESSION" => EventBody::UserEndSession,
        "REQUEST_POLY_AGENT_JOIN" => EventBody::RequestPolyAgentJoin,
        "HEARTBEAT" => EventBody::Heartbeat,
        "POLY_AGENT_JOINED" => EventBody::AgentJoined {
            agent_name: p.name("agent_name"),
            avatar_url: p.image_url("agent_avatar_url").or_else(|| p.image_url("avatar_url")),
        },
        "POLY_AGENT_THINKING" => EventBody::AgentThinking,
        "POLY_AGENT_MESSAGE" => EventBody::AgentMessage(agent_message(p)),
        "POLY_AGENT_MESSAGE_CHUNK" => EventBody::AgentMessageChunk {
            message_id: p.name("message_id").unwrap_or_default(),
            delta: p.text("text").unwrap_or_default(),
            chunk_index: p.number("chunk_index").unwrap_or_default(),
            is_complete: p.flag("is_complete"),
            attachments: p.attachments(),
            suggestions: p.suggestions(),
            ends: p.flag("end_conversation"),
        },
        "POLY_AGENT_LEFT" => EventBody::AgentLeft { reason: p.name("reason") },
        "POLY_AGENT_TRIGGERED_HANDOFF" => EventBody::AgentTriggeredHandoff,
        "LIVE_AGENT_JOINED" => live_agent_joined(p),
        "LIVE_AGENT_TYPING" => EventBody::LiveAgentTyping {
            state: match p.name("state").as_deref() {
                Some("TYPING_STATE_STOPPED") => TypingState::Stopped,
                _ => TypingState::Started,
            },
            agent_id: p.name("agent_id"),
            agent_name: p.name("agent_name"),
        },
        "LIVE_AGENT_MESSAGE" => EventBody::LiveAgentMessage(agent_message(p)),
        "LIVE_AGENT_LEFT" => EventBody::LiveAgentLeft {
            agent_id: p.name("agent_id"),
            agent_name: p.name("agent_name"),
            reason: p.name("reason"),
        },
        "HANDOFF_ACCEPTED" => EventBody::HandoffAccepted { queue_name: p.name("queue_name") },
        "HANDOFF_QUEUE_STATUS" => EventBody::HandoffQueueStatus {
            queue_name: p.name("queue_name"),
            position: p.number("position_in_queue").or_else(|| p.number("position")),
            estimated_wait_seconds: p.number("estimated_wait_seconds"),
            display_message: p.name("display_message"),
        },
        "CLIENT_HANDOFF_REQUIRED" => EventBody::ClientHandoffRequired {
            reason: p.name("reason"),
            queue_name: p.name("queue_name"),
            route: p.name("route"),
        },
        "HANDOFF_FAILED" => EventBody::HandoffFailed { reason: p.name("reason") },
        "HANDOFF_TIMEOUT" => EventBody::HandoffTimeout { reason: p.name("reason") },
        "SYSTEM_MESSAGE" => EventBody::SystemMessage {
            level: match p.name("level").as_deref() {
                Some("SYSTEM_MESSAGE_LEVEL_ERROR") => Level::Error,
                Some("SYSTEM_MESSAGE_LEVEL_WARNING") => Level::Warning,
                _ => Level::Info,
            },
            text: p.text("message").unwrap_or_default(),
        },
        "LANGUAGE_CHANGED" => EventBody::LanguageChanged { language_code: p.name("language_code").unwrap_or_default() },
        _ => EventBody::Unknown { wire_type, payload: p.into_text() },
    }
}

fn session_start(mut p: Fields) -> EventBody {
    let mut capabilities = p.object("capabilities");
    EventBody::SessionStart {
        capabilities: Capabilities {
            streaming: capabilities.flag("streaming"),
            max_message_size_bytes: capabilities
                .number("max_message_size_bytes")
                .filter(|bytes| *bytes > 0)
                .unwrap_or(DEFAULT_MAX_MESSAGE_SIZE),
            heartbeat_interval_seconds: capabilities.number("heartbeat_interval_seconds"),
            max_reconnect_attempts: capabilities.number("max_reconnect_attempts"),
        },
        context_id: p.name("context_id"),
    }
}

fn live_agent_joined(mut p: Fields) -> EventBody {
    let mut agent = p.object("agent");
    EventBody::LiveAgentJoined {
        agent_id: agent.name("id").or_else(|| p.name("agent_id")),
        agent_name: agent.name("name").or_else(|| p.name("agent_name")),
        avatar_url: agent.image_url("avatar_url").or_else(|| p.image_url("avatar_url")),
    }
}

fn agent_message(mut p: Fields) -> AgentMessageBody {
    AgentMessageBody {
        message_id: p.name("message_id").unwrap_or_default(),
        text: p.text("text").unwrap_or_default(),
        attachments: p.attachments(),
        suggestions: p.suggestions(),
        call_actions: p.call_actions(),
        agent_name: p.name("agent_name"),
        avatar_url: p.image_url("avatar_url"),
        agent_id: p.name("agent_id"),
        ends: p.flag("end_conversation"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn one(frame: Value) -> WireEvent {
        let mut frame = decode(&frame.to_string()).unwrap();
        assert_eq!(frame.events.len(), 1);
        frame.events.remove(0)
    }

    #[test]
    fn what_is_no_event_is_malformed() {
        for bad in
            ["", "{not json", "[]", "null", "7", "\"x\"", "{}", r#"{"type":7}"#, r#"{"type":""}"#, r#"{"type":null}"#]
        {
            assert_eq!(decode(bad), Err(Malformed), "{bad}");
        }
        assert_eq!(decode(&"[".repeat(100_000)), Err(Malformed));
    }

    #[test]
    fn an_event_without_any_payload_is_still_an_event() {
        let event = one(serde_json::json!({ "type": "EVENT_TYPE_LIVE_AGENT_TYPING" }));
        assert_eq!(
            event.body,
            EventBody::LiveAgentTyping { state: TypingState::Started, agent_id: None, agent_name: None }
        );
        assert_eq!((event.id, event.sequence, event.timestamp), (None, None, None));
    }

    #[test]
    fn a_payload_may_stand_under_the_events_own_name() {
        let event = one(
            serde_json::json!({ "type": "EVENT_TYPE_USER_MESSAGE", "user_message": { "message_id": "u1", "text": "hi" } }),
        );
        assert_eq!(event.body, EventBody::UserMessage { message_id: "u1".into(), text: "hi".into() });
    }

    #[test]
    fn a_batch_is_ordered_and_loses_only_what_is_no_event() {
        let event = |sequence: u64| serde_json::json!({ "type": "EVENT_TYPE_POLY_AGENT_LEFT", "sequence": sequence });
        let batch = serde_json::json!({ "type": "EVENT_TYPE_EVENT_BATCH", "payload": { "events": [event(3), 5, null, "x", {}, event(1),
            { "type": "EVENT_TYPE_EVENT_BATCH", "event_batch": { "events": [event(2)] } }] } });
        let frame = decode(&batch.to_string()).unwrap();
        assert!(frame.is_batch);
        assert_eq!(frame.events.iter().map(|event| event.sequence).collect::<Vec<_>>(), [Some(1), Some(2), Some(3)]);
        assert_eq!(frame.set_aside, 4);
    }

    #[test]
    fn an_unknown_type_is_kept_whole() {
        let event = one(serde_json::json!({ "type": "EVENT_TYPE_SHOW_CONFETTI", "payload": ["red"] }));
        assert_eq!(
            event.body,
            EventBody::Unknown { wire_type: "EVENT_TYPE_SHOW_CONFETTI".into(), payload: r#"["red"]"#.into() }
        );
        let event = one(serde_json::json!({ "type": "SOMETHING" }));
        assert_eq!(event.body, EventBody::Unknown { wire_type: "SOMETHING".into(), payload: "null".into() });
    }

    #[test]
    fn older_field_names_are_understood() {
        let event = one(
            serde_json::json!({ "type": "EVENT_TYPE_LIVE_AGENT_JOINED", "payload": { "agent_id": "7", "agent_name": "Sarah" } }),
        );
        let expected = EventBody::LiveAgentJoined {
            agent_id: Some("7".into()),
            agent_name: Some("Sarah".into()),
            avatar_url: None,
        };
        assert_eq!(event.body, expected);
        let event = one(serde_json::json!({ "type": "EVENT_TYPE_HANDOFF_QUEUE_STATUS", "payload": { "position": 3 } }));
        assert!(matches!(event.body, EventBody::HandoffQueueStatus { position: Some(3), .. }));
    }

    #[test]
    fn every_field_of_a_surprising_type_costs_only_itself() {
        let odd = serde_json::json!({ "type": "EVENT_TYPE_POLY_AGENT_MESSAGE", "id": 4, "sequence": "x", "timestamp": {}, "metadata": 3,
            "payload": { "message_id": [], "text": "kept", "attachments": { "a": 1 }, "response_suggestions": "no", "chat_call_actions": [{}], "agent_name": 1 } });
        let event = one(odd);
        assert_eq!((event.id, event.sequence, event.timestamp), (None, None, None));
        assert!(
            matches!(event.body, EventBody::AgentMessage(message) if message.text == "kept" && message.call_actions.is_empty())
        );
    }

    #[test]
    fn half_a_character_costs_only_itself() {
        let text = |json: &str| {
            let frame = decode(&format!(r#"{{"type":"EVENT_TYPE_POLY_AGENT_MESSAGE","payload":{{"text":"{json}"}}}}"#));
            match frame.map(|mut frame| frame.events.remove(0).body) {
                Ok(EventBody::AgentMessage(message)) => message.text,
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(text(r"a\ud83d\udc69 b\ud83d"), "a👩 b\u{fffd}");
        assert_eq!(text(r"\udc69\ud83dx\\ud83d\n"), "\u{fffd}\u{fffd}x\\ud83d\n");
        assert_eq!(text(r"\ud83d\ud83d\udc69é"), "\u{fffd}👩é");
    }

    #[test]
    fn capabilities_have_defaults() {
        let event = one(serde_json::json!({ "type": "EVENT_TYPE_SESSION_START", "payload": {} }));
        let EventBody::SessionStart { capabilities, context_id: None } = event.body else { panic!("{event:?}") };
        assert_eq!(capabilities.max_message_size_bytes, 131_072);
        assert_eq!((capabilities.heartbeat_interval_seconds, capabilities.max_reconnect_attempts), (None, None));
    }
}
