//! How a transcript's expectations are compared with what a client shows; README.md beside this file says the rules.
//! The engine's tests and the end-to-end tests both take this in.

use serde_json::Value;

/// Events of the connection, of delivery and of the session, and echoes: the transcripts do not count them.
pub(crate) const LEFT_OUT: [&str; 16] = [
    "connecting",
    "connected",
    "reconnecting",
    "disconnected",
    "sessionReplaced",
    "messagePending",
    "messageConfirmed",
    "messageFailed",
    "sessionStart",
    "sessionEnd",
    "userMessage",
    "userTyping",
    "userEndSession",
    "requestPolyAgentJoin",
    "heartbeat",
    "agentJoined",
];

/// What is named must match; what is not named may be anything; lists match in length.
pub(crate) fn compare(place: &str, seen: &Value, expected: &Value) {
    match (seen, expected) {
        (Value::Object(seen), Value::Object(expected)) => {
            for (key, expected) in expected {
                compare(&format!("{place}.{key}"), seen.get(key).unwrap_or(&Value::Null), expected);
            }
        }
        (Value::Array(seen), Value::Array(expected)) => {
            assert_eq!(seen.len(), expected.len(), "{place}: {seen:?}");
            for (at, (seen, expected)) in seen.iter().zip(expected).enumerate() {
                compare(&format!("{place}[{at}]"), seen, expected);
            }
        }
        _ => assert_eq!(seen, expected, "{place}"),
    }
}
