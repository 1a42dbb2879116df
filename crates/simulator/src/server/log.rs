//! The log of a session: its events as they go over the wire, and the lines that a faithful client shows of them.

use serde_json::{Value, json};

use super::Rules;

/// An event of the history.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) sequence: u64,
    pub(crate) kind: Kind,
    /// `client_event_id`, where it came with one.
    pub(crate) draft_id: Option<String>,
    /// As it is sent.
    pub(crate) json: String,
}

/// What an event says.
#[derive(Debug, Clone)]
pub(crate) enum Kind {
    Start,
    JoinRequest,
    Joined,
    User { text: String },
    Whole { message_id: String, text: String },
    Chunk { message_id: String, index: u32, text: String, is_complete: bool },
    Notice { text: String },
    EndRequest,
    End { reason: String },
}

/// A line of the transcript that someone wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) is_user: bool,
    pub(crate) text: String,
    /// The events that make it.
    pub(crate) sequences: Vec<u64>,
    /// It is not whole in the log either.
    pub(crate) is_open: bool,
}

pub(crate) fn entry(session: usize, sequence: u64, kind: Kind, custom: Option<Value>) -> Entry {
    let (name, payload) = match &kind {
        Kind::Start => unreachable!("the start has capabilities of its own"),
        Kind::JoinRequest => ("REQUEST_POLY_AGENT_JOIN", json!({})),
        Kind::Joined => ("POLY_AGENT_JOINED", json!({ "agent_name": "Ada" })),
        Kind::User { text } => ("USER_MESSAGE", json!({ "message_id": format!("u{sequence}"), "text": text })),
        Kind::Whole { message_id, text } => ("POLY_AGENT_MESSAGE", json!({ "message_id": message_id, "text": text })),
        Kind::Chunk { message_id, index, text, is_complete } => (
            "POLY_AGENT_MESSAGE_CHUNK",
            json!({ "message_id": message_id, "chunk_index": index, "text": text, "is_complete": is_complete }),
        ),
        Kind::Notice { text } => ("SYSTEM_MESSAGE", json!({ "level": "SYSTEM_MESSAGE_LEVEL_ERROR", "message": text })),
        Kind::EndRequest => ("USER_END_SESSION", json!({})),
        Kind::End { reason } => ("SESSION_END", json!({ "reason": reason })),
    };
    let draft_id = custom.as_ref().and_then(|custom| custom["client_event_id"].as_str()).map(str::to_owned);
    let json = event(session, sequence, name, payload, custom).to_string();
    Entry { sequence, kind, draft_id, json }
}

pub(crate) fn start(session: usize, rules: &Rules) -> Entry {
    let mut capabilities = json!({
        "streaming": true,
        "max_message_size_bytes": 131_072,
        "heartbeat_interval_seconds": rules.heartbeat_seconds,
    });
    if let Some(attempts) = rules.max_reconnect_attempts {
        capabilities["max_reconnect_attempts"] = json!(attempts);
    }
    let payload = json!({ "capabilities": capabilities });
    let json = event(session, 1, "SESSION_START", payload, None).to_string();
    Entry { sequence: 1, kind: Kind::Start, draft_id: None, json }
}

/// A system message of level error that is not part of any history.
pub(crate) fn notice(sequence: Option<u64>, text: &str, custom: Option<Value>) -> Value {
    let mut notice = json!({
        "id": "00000000-0000-7000-9000-000000000000",
        "sequence": sequence,
        "timestamp": "2026-05-18T10:00:00Z",
        "type": "EVENT_TYPE_SYSTEM_MESSAGE",
        "payload": { "level": "SYSTEM_MESSAGE_LEVEL_ERROR", "message": text },
    });
    if let Some(custom) = custom {
        notice["metadata"] = json!({ "custom": custom });
    }
    notice
}

/// What is not part of the history.
pub(crate) fn transient(name: &str) -> String {
    format!(r#"{{"sequence":null,"timestamp":"2026-05-18T10:00:00Z","type":"EVENT_TYPE_{name}","payload":{{}}}}"#)
}

fn event(session: usize, sequence: u64, name: &str, payload: Value, custom: Option<Value>) -> Value {
    let mut event = json!({
        "id": format!("00000000-0000-7000-8000-{session:04}{sequence:08}"),
        "sequence": sequence,
        "timestamp": "2026-05-18T10:00:00Z",
        "type": format!("EVENT_TYPE_{name}"),
        "payload": payload,
    });
    if let Some(custom) = custom {
        event["metadata"] = json!({ "custom": custom });
    }
    event
}

pub(crate) fn batch(entries: &[&Entry]) -> String {
    let events: Vec<&str> = entries.iter().map(|entry| entry.json.as_str()).collect();
    let events = events.join(",");
    format!(r#"{{"type":"EVENT_TYPE_EVENT_BATCH","sequence":null,"payload":{{"events":[{events}]}}}}"#)
}

/// What a faithful client shows of a log.
pub(crate) fn lines(log: &[Entry]) -> Vec<Line> {
    let mut lines: Vec<Line> = vec![];
    let mut open: Option<(&str, usize)> = None;
    for entry in log {
        let line = |is_user, text: &str, is_open| Line {
            is_user,
            text: text.to_owned(),
            sequences: vec![entry.sequence],
            is_open,
        };
        match &entry.kind {
            Kind::User { text } => lines.push(line(true, text, false)),
            Kind::Whole { text, .. } => lines.push(line(false, text, false)),
            Kind::Chunk { message_id, text, is_complete, .. } => match open {
                Some((id, at)) if id == message_id => {
                    lines[at].text.push_str(text);
                    lines[at].sequences.push(entry.sequence);
                    lines[at].is_open = !is_complete;
                }
                _ => {
                    if let Some((_, at)) = open {
                        // Another message abandons it.
                        lines[at].is_open = false;
                    }
                    open = Some((message_id, lines.len()));
                    lines.push(line(false, text, !is_complete));
                }
            },
            _ => {}
        }
    }
    lines.retain(|line| !line.text.is_empty());
    lines
}
