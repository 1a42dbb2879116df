//! Frames to the server. `id`, `sequence` and `timestamp` are never sent. Source: Messaging API, "Client events".

use hifijson::value::Value;

use super::CLIENT_EVENT_ID;
use super::json::{self, push_string};
use crate::{Config, Error, ErrorCode, Metadata, TypingState};

pub(crate) const REQUEST_POLY_AGENT_JOIN: &str = r#"{"type":"EVENT_TYPE_REQUEST_POLY_AGENT_JOIN","payload":{}}"#;
pub(crate) const USER_END_SESSION: &str = r#"{"type":"EVENT_TYPE_USER_END_SESSION","payload":{}}"#;
pub(crate) const HEARTBEAT: &str = r#"{"type":"EVENT_TYPE_HEARTBEAT","payload":{}}"#;

/// `EVENT_TYPE_USER_MESSAGE`. The draft id goes along as `client_event_id`, over one the application may have given.
pub(crate) fn user_message(text: &str, draft_id: &str, metadata: &Metadata) -> String {
    let mut frame = String::from(r#"{"type":"EVENT_TYPE_USER_MESSAGE","payload":{"text":"#);
    push_string(&mut frame, text);
    frame.push_str("},");
    push_metadata(&mut frame, draft_id, metadata);
    frame.push('}');
    frame
}

/// Adds the member `metadata` of a message.
pub(crate) fn push_metadata(into: &mut String, draft_id: &str, metadata: &Metadata) {
    into.push_str(r#""metadata":{"custom":{""#);
    into.push_str(CLIENT_EVENT_ID);
    into.push_str("\":");
    push_string(into, draft_id);
    for (key, value) in metadata.iter().filter(|(key, _)| *key != CLIENT_EVENT_ID) {
        into.push(',');
        push_string(into, key);
        into.push(':');
        push_string(into, value);
    }
    into.push_str("}}");
}

/// `EVENT_TYPE_USER_TYPING`.
pub(crate) fn user_typing(state: TypingState) -> &'static str {
    match state {
        TypingState::Started => r#"{"type":"EVENT_TYPE_USER_TYPING","payload":{"state":"TYPING_STATE_STARTED"}}"#,
        TypingState::Stopped => r#"{"type":"EVENT_TYPE_USER_TYPING","payload":{"state":"TYPING_STATE_STOPPED"}}"#,
    }
}

/// A frame of the application's own: an object with a `type`; a missing payload becomes an empty one.
pub(crate) fn raw(frame: &str) -> Result<String, Error> {
    let invalid = |text: &'static str| Err(Error::with_message(ErrorCode::ConfigInvalid, text));
    let Some(mut frame @ Value::Object(_)) = json::parse(frame) else {
        return invalid("A raw frame must be a JSON object.");
    };
    if !matches!(json::member(&mut frame, "type"), Some(Value::String(_))) {
        return invalid("A raw frame needs a `type`.");
    }
    match json::member(&mut frame, "payload") {
        Some(Value::Object(_)) => {}
        Some(payload @ Value::Null) => *payload = Value::Object(Vec::new()),
        Some(_) => return invalid("The `payload` of a raw frame must be an object."),
        None => {
            if let Value::Object(members) = &mut frame {
                members.push(("payload".into(), Value::Object(Vec::new())));
            }
        }
    }
    let mut text = String::new();
    json::push(&mut text, &frame);
    Ok(text)
}

/// The body of `POST /sessions`.
pub(crate) fn session_body(config: &Config) -> String {
    let mut body = String::from(r#"{"streaming_enabled":"#);
    body.push_str(if config.streaming { "true" } else { "false" });
    body.push_str(r#","platform":"#);
    push_string(&mut body, &config.platform);
    body.push_str(r#","device_type":"#);
    push_string(&mut body, &config.device_type);
    body.push('}');
    body
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn a_message_is_the_documented_envelope() {
        let mut metadata = Metadata::default();
        metadata.push("page".to_owned(), "/a\"b".to_owned());
        metadata.push(CLIENT_EVENT_ID.to_owned(), "theirs".to_owned());
        let frame: Value = serde_json::from_str(&user_message("line\n\"two\" 👩‍🍳", "d1", &metadata)).unwrap();
        let expected = serde_json::json!({
            "type": "EVENT_TYPE_USER_MESSAGE",
            "payload": { "text": "line\n\"two\" 👩‍🍳" },
            "metadata": { "custom": { "client_event_id": "d1", "page": "/a\"b" } },
        });
        assert_eq!(frame, expected);
    }

    #[test]
    fn constant_frames_are_json_with_a_payload() {
        for frame in [
            REQUEST_POLY_AGENT_JOIN,
            USER_END_SESSION,
            HEARTBEAT,
            user_typing(TypingState::Started),
            user_typing(TypingState::Stopped),
        ] {
            let frame: Value = serde_json::from_str(frame).unwrap();
            assert!(frame["payload"].is_object());
        }
    }

    #[test]
    fn a_raw_frame_gets_its_payload_and_must_have_a_type() {
        assert_eq!(raw(r#"{"type":"X"}"#).unwrap(), r#"{"type":"X","payload":{}}"#);
        for bad in ["", "[]", "{}", r#"{"type":1}"#, r#"{"type":"X","payload":3}"#] {
            assert_eq!(raw(bad).unwrap_err().code, ErrorCode::ConfigInvalid, "{bad}");
        }
    }
}
