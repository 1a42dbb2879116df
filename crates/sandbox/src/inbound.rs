//! What a client may say, and the strict reading of it. A frame that breaks a rule is answered with a system message
//! and costs nothing else.

use serde_json::{Map, Value};

use crate::event::{PREFIX, text};

/// A frame a client may send.
///
/// Source: Messaging API, "Client events".
#[derive(Debug, Eq, PartialEq)]
pub(crate) enum ClientEvent {
    RequestPolyAgentJoin,
    UserMessage { text: String },
    UserTyping { state: &'static str },
    UserEndSession,
    Heartbeat,
}

/// An accepted frame with the metadata that goes back on its echo.
#[derive(Debug, Eq, PartialEq)]
pub(crate) struct ClientFrame {
    pub(crate) event: ClientEvent,
    pub(crate) metadata: Option<Value>,
}

/// Why a frame was refused: the text the client gets, and the metadata that goes back with it.
#[derive(Debug, Eq, PartialEq)]
pub(crate) struct Refusal {
    pub(crate) text: String,
    pub(crate) metadata: Option<Value>,
}

/// The types that only a server may send.
const SERVER_TYPES: &[&str] = &[
    "SESSION_START",
    "SESSION_END",
    "SESSION_IDLE_WARNING",
    "POLY_AGENT_JOINED",
    "POLY_AGENT_THINKING",
    "POLY_AGENT_MESSAGE",
    "POLY_AGENT_MESSAGE_CHUNK",
    "POLY_AGENT_LEFT",
    "POLY_AGENT_TRIGGERED_HANDOFF",
    "LIVE_AGENT_JOINED",
    "LIVE_AGENT_TYPING",
    "LIVE_AGENT_MESSAGE",
    "LIVE_AGENT_LEFT",
    "HANDOFF_ACCEPTED",
    "HANDOFF_QUEUE_STATUS",
    "CLIENT_HANDOFF_REQUIRED",
    "HANDOFF_FAILED",
    "HANDOFF_TIMEOUT",
    "SYSTEM_MESSAGE",
    "LANGUAGE_CHANGED",
    "EVENT_BATCH",
    "USER_RECEIVED_MESSAGE",
    "USER_READ_MESSAGE",
    "POLY_AGENT_RECEIVED_MESSAGE",
    "POLY_AGENT_READ_MESSAGE",
    "LIVE_AGENT_RECEIVED_MESSAGE",
    "LIVE_AGENT_READ_MESSAGE",
    "SHOW_CSAT_REQUEST",
    "CSAT_RESPONSE",
];

/// Reads one text frame.
pub(crate) fn parse(frame: &str) -> Result<ClientFrame, Refusal> {
    let invalid = |metadata| Refusal { text: text::INVALID_FORMAT.to_owned(), metadata };
    let Ok(Value::Object(fields)) = serde_json::from_str(frame) else { return Err(invalid(None)) };
    let metadata = match fields.get("metadata") {
        None => None,
        Some(metadata) if is_metadata(metadata) => Some(metadata.clone()),
        Some(_) => return Err(invalid(None)),
    };
    let name = fields.get("type").and_then(Value::as_str).unwrap_or_default();
    let Some(kind) = name.strip_prefix(PREFIX) else { return Err(invalid(metadata)) };
    if SERVER_TYPES.contains(&kind) {
        return Err(Refusal { text: format!("Event type not allowed: {name}"), metadata });
    }
    let known = |key: &String| matches!(key.as_str(), "type" | "payload" | "metadata");
    let Some(Value::Object(payload)) = fields.get("payload") else { return Err(invalid(metadata)) };
    match read_event(kind, payload).filter(|_| fields.keys().all(known)) {
        Some(event) => Ok(ClientFrame { event, metadata }),
        None => Err(invalid(metadata)),
    }
}

fn read_event(kind: &str, payload: &Map<String, Value>) -> Option<ClientEvent> {
    let text = |name: &str| payload.get(name).and_then(Value::as_str);
    match kind {
        "REQUEST_POLY_AGENT_JOIN" => Some(ClientEvent::RequestPolyAgentJoin),
        "USER_MESSAGE" => {
            let text = text("text").filter(|text| !text.trim().is_empty())?;
            Some(ClientEvent::UserMessage { text: text.to_owned() })
        }
        "USER_TYPING" => match text("state")? {
            "TYPING_STATE_STARTED" => Some(ClientEvent::UserTyping { state: "TYPING_STATE_STARTED" }),
            "TYPING_STATE_STOPPED" => Some(ClientEvent::UserTyping { state: "TYPING_STATE_STOPPED" }),
            _ => None,
        },
        "USER_END_SESSION" => Some(ClientEvent::UserEndSession),
        "HEARTBEAT" => Some(ClientEvent::Heartbeat),
        _ => None,
    }
}

/// `{"custom": {string: string}}`, and nothing beside it.
fn is_metadata(value: &Value) -> bool {
    value.as_object().is_some_and(|fields| {
        fields.iter().all(|(name, custom)| {
            name == "custom" && custom.as_object().is_some_and(|custom| custom.values().all(Value::is_string))
        })
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_documented_frame_is_taken() {
        let event = |frame: Value| parse(&frame.to_string()).expect("an accepted frame").event;
        assert_eq!(
            event(json!({"type": "EVENT_TYPE_REQUEST_POLY_AGENT_JOIN", "payload": {}})),
            ClientEvent::RequestPolyAgentJoin
        );
        assert_eq!(
            event(json!({"type": "EVENT_TYPE_USER_MESSAGE", "payload": {"text": " hi "}})),
            ClientEvent::UserMessage { text: " hi ".to_owned() }
        );
        assert_eq!(
            event(json!({"type": "EVENT_TYPE_USER_TYPING", "payload": {"state": "TYPING_STATE_STOPPED"}})),
            ClientEvent::UserTyping { state: "TYPING_STATE_STOPPED" }
        );
        assert_eq!(event(json!({"type": "EVENT_TYPE_USER_END_SESSION", "payload": {}})), ClientEvent::UserEndSession);
        assert_eq!(event(json!({"type": "EVENT_TYPE_HEARTBEAT", "payload": {}})), ClientEvent::Heartbeat);
    }

    #[test]
    fn a_frame_that_breaks_a_rule_is_refused() {
        let message = |extra: Value| {
            let mut frame = json!({"type": "EVENT_TYPE_USER_MESSAGE", "payload": {"text": "hi"}});
            frame.as_object_mut().expect("an object").extend(extra.as_object().cloned().expect("an object"));
            frame.to_string()
        };
        assert!(parse(&message(json!({}))).is_ok());
        let refused = [
            "{not json".to_owned(),
            "[]".to_owned(),
            "null".to_owned(),
            "\"text\"".to_owned(),
            "{}".to_owned(),
            json!({"type": 7, "payload": {}}).to_string(),
            json!({"type": "EVENT_TYPE_SHOW_CONFETTI", "payload": {}}).to_string(),
            json!({"type": "HEARTBEAT", "payload": {}}).to_string(),
            json!({"type": "EVENT_TYPE_HEARTBEAT"}).to_string(),
            json!({"type": "EVENT_TYPE_HEARTBEAT", "payload": []}).to_string(),
            json!({"type": "EVENT_TYPE_USER_TYPING", "payload": {"state": "STARTED"}}).to_string(),
            message(json!({"payload": {}})),
            message(json!({"payload": {"text": 3}})),
            message(json!({"payload": {"text": "  "}})),
            message(json!({"id": "a"})),
            message(json!({"sequence": 1})),
            message(json!({"timestamp": "2026-01-01T00:00:00Z"})),
            message(json!({"metadata": {"custom": {"a": 1}}})),
            message(json!({"metadata": "a"})),
            message(json!({"metadata": {"other": {}}})),
            "[".repeat(100_000),
        ];
        for frame in refused {
            let refusal = parse(&frame).expect_err(&frame);
            assert_eq!(refusal.text, text::INVALID_FORMAT, "{frame}");
        }
    }

    #[test]
    fn a_server_event_is_not_allowed_and_its_metadata_goes_back() {
        let metadata = json!({"custom": {"client_event_id": "7"}});
        let frame = json!({"type": "EVENT_TYPE_SESSION_END", "payload": {}, "metadata": metadata});
        let refusal = parse(&frame.to_string()).expect_err("a refusal");
        assert_eq!(refusal.text, "Event type not allowed: EVENT_TYPE_SESSION_END");
        assert_eq!(refusal.metadata, Some(metadata));
    }
}
