//! What the server says: envelopes, and the texts of its system messages.

use jiff::Timestamp;
use serde_json::{Map, Value, json};
use uuid::Uuid;

/// Texts of the protocol that a client acts upon.
pub(crate) mod text {
    pub(crate) const INVALID_FORMAT: &str = "Unknown event type or invalid message format";
    pub(crate) const CONVERSATION_NOT_FOUND: &str = "Error: Conversation not found";
    pub(crate) const SESSION_NOT_FOUND: &str = "Error: Session not found";
    pub(crate) const UNABLE_TO_START: &str =
        "Sorry, I'm unable to start a conversation right now. Please try again later.";
    pub(crate) const HIGH_LOAD: &str = "Our system is experiencing high load. Please try again in a moment.";
}

/// Prefix of every type on the wire.
pub(crate) const PREFIX: &str = "EVENT_TYPE_";
pub(crate) const USER_MESSAGE: &str = "EVENT_TYPE_USER_MESSAGE";
pub(crate) const SESSION_START: &str = "EVENT_TYPE_SESSION_START";

/// Now, in ISO 8601 with milliseconds.
pub(crate) fn timestamp() -> String {
    format!("{:.3}", Timestamp::now())
}

/// A server event. `kind` lacks the prefix; no `sequence` makes it transient.
pub(crate) fn envelope(sequence: Option<u64>, kind: &str, payload: Value, metadata: Option<Value>) -> Value {
    let mut event = json!({
        "id": Uuid::new_v4().to_string(),
        "sequence": sequence,
        "timestamp": timestamp(),
        "type": format!("{PREFIX}{kind}"),
        "payload": payload,
    });
    if let (Some(metadata), Some(event)) = (metadata, event.as_object_mut()) {
        event.insert("metadata".to_owned(), metadata);
    }
    event
}

/// A system message of level error, as refused frames get it.
pub(crate) fn error_message(text: &str, metadata: Option<Value>) -> Value {
    let payload = json!({ "level": "SYSTEM_MESSAGE_LEVEL_ERROR", "message": text });
    envelope(None, "SYSTEM_MESSAGE", payload, metadata)
}

/// The type of a frame, prefix and all; empty when it has none.
pub(crate) fn kind(frame: &Value) -> &str {
    frame.get("type").and_then(Value::as_str).unwrap_or_default()
}

/// The sequence of an event, if it has one.
pub(crate) fn sequence(event: &Value) -> Option<u64> {
    event.get("sequence").and_then(Value::as_u64)
}

/// An event as a batch of history holds it: one user message in three carries its payload under its own name, so
/// that clients show that they take both.
pub(crate) fn replayed(event: &Value) -> Value {
    let mut event = event.clone();
    let own_name = kind(&event) == USER_MESSAGE && sequence(&event).is_some_and(|sequence| sequence.is_multiple_of(3));
    if let (true, Some(fields)) = (own_name, event.as_object_mut())
        && let Some(payload) = fields.remove("payload")
    {
        fields.insert("user_message".to_owned(), payload);
    }
    event
}

/// The highest sequence a test may give: JavaScript's numbers are exact up to here.
const MAX_SEQUENCE: u64 = (1 << 53) - 1;

/// Gives an event that a test wrote what it lacks to be part of the history: id, sequence, timestamp, payload.
/// A sequence of its own is kept if it is above `last`.
pub(crate) fn completed(mut fields: Map<String, Value>, last: u64) -> Value {
    let own = fields.get("sequence").and_then(Value::as_u64).filter(|own| *own > last && *own <= MAX_SEQUENCE);
    fields.insert("sequence".to_owned(), own.unwrap_or(last + 1).into());
    fields.entry("id").or_insert_with(|| Uuid::new_v4().to_string().into());
    fields.entry("timestamp").or_insert_with(|| timestamp().into());
    fields.entry("payload").or_insert_with(|| json!({}));
    Value::Object(fields)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps_are_iso_8601_with_milliseconds() {
        let text = timestamp();
        assert_eq!((text.len(), &text[10..11], &text[19..20], &text[23..]), (24, "T", ".", "Z"), "{text}");
    }

    #[test]
    fn one_user_message_in_three_is_replayed_under_its_own_name() {
        let message = |sequence| replayed(&envelope(Some(sequence), "USER_MESSAGE", json!({"text": "a"}), None));
        assert_eq!(message(3).pointer("/user_message/text"), Some(&json!("a")));
        assert_eq!(message(3).get("payload"), None);
        assert_eq!(message(4).pointer("/payload/text"), Some(&json!("a")));
    }

    #[test]
    fn an_event_of_a_test_is_completed_for_the_history() {
        let fields = |value: Value| value.as_object().cloned().expect("an object");
        let event = completed(fields(json!({"type": "EVENT_TYPE_X", "sequence": 3})), 7);
        assert_eq!(event["sequence"], 8);
        assert!(event["id"].is_string() && event["timestamp"].is_string() && event["payload"].is_object());
        assert_eq!(completed(fields(json!({"sequence": 30})), 7)["sequence"], 30);
        assert_eq!(completed(fields(json!({"sequence": u64::MAX})), 7)["sequence"], 8);
    }
}
