//! Frames made of pieces of real ones: five bytes for each event.

use serde_json::{Value, json};

/// Types of events, the prefix left out.
const TYPES: [&str; 34] = [
    "SESSION_START",
    "POLY_AGENT_JOINED",
    "POLY_AGENT_MESSAGE_CHUNK",
    "POLY_AGENT_MESSAGE",
    "USER_MESSAGE",
    "HEARTBEAT",
    "REQUEST_POLY_AGENT_JOIN",
    "POLY_AGENT_THINKING",
    "SYSTEM_MESSAGE",
    "SESSION_END",
    "USER_END_SESSION",
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
    "LANGUAGE_CHANGED",
    "USER_TYPING",
    "SESSION_IDLE_WARNING",
    "SHOW_CSAT_REQUEST",
    "EVENT_BATCH",
    // The most common ones once more: they are to be met more often.
    "POLY_AGENT_MESSAGE_CHUNK",
    "POLY_AGENT_MESSAGE_CHUNK",
    "POLY_AGENT_MESSAGE",
    "USER_MESSAGE",
    "SESSION_START",
    "POLY_AGENT_JOINED",
    "HEARTBEAT",
];

/// What a system message says.
const NOTICES: [&str; 9] = [
    "Error: Session not found",
    "Error: Connector not found",
    "Error: Conversation not found",
    "Sorry, I'm unable to start a conversation right now. Please try again later.",
    "Error: Unable to retrieve session",
    "Failed to forward message to live agent",
    "Unknown event type or invalid message format",
    "Our system is experiencing high load. Please wait.",
    "",
];

/// The frame that `pieces` make: the first byte says whether it is a batch, then come five for each event. `drafts` are
/// the ids of the user's messages so far, and `newest` is the highest sequence so far, which events raise.
pub fn frame(pieces: &[u8], drafts: &[String], newest: &mut u64) -> Value {
    let (first, events) = pieces.split_first().unwrap_or((&0, &[]));
    let mut events: Vec<Value> = events
        .chunks(5)
        .map(|bytes| {
            let mut piece = [0; 5];
            piece[..bytes.len()].copy_from_slice(bytes);
            event(piece, drafts, newest)
        })
        .collect();
    match (events.len(), first % 4) {
        (1, 1..) => events.remove(0),
        (_, 3) => json!({ "type": "EVENT_TYPE_EVENT_BATCH", "event_batch": { "events": events } }),
        _ => json!({ "type": "EVENT_TYPE_EVENT_BATCH", "payload": { "events": events } }),
    }
}

fn event([kind, place, which, number, flags]: [u8; 5], drafts: &[String], newest: &mut u64) -> Value {
    let name = TYPES[usize::from(kind) % TYPES.len()];
    let sequence = match place {
        0..100 => Some(*newest + 1),
        100..120 => Some(*newest + u64::from(place - 98)),
        120..200 => Some(newest.saturating_sub(u64::from(place - 120))),
        200..240 => Some(u64::from(place - 200)),
        240..244 => Some((1 << 53) - 1 - u64::from(place - 240)),
        _ => None,
    };
    if let Some(sequence) = sequence.filter(|sequence| *sequence < 1 << 40) {
        *newest = sequence.max(*newest);
    }
    let id = match (flags >> 5, sequence) {
        (0..5, Some(sequence)) => json!(format!("event {sequence}")),
        (5, _) => json!(format!("event {which}")),
        (6, _) => Value::Null,
        _ => json!(format!("other {which} {number}")),
    };
    let text = ["", "a", "Hello, ", "👩‍🍳 e\u{301}", " \n\t", "the quick brown fox jumps over the lazy dog"]
        [usize::from(number) % 6];
    let draft = drafts.get(usize::from(which) % drafts.len().max(1));
    let mut event = json!({
        "id": id,
        "sequence": sequence,
        "timestamp": if flags & 1 == 0 { "2026-05-18T10:00:00Z" } else { "yesterday" },
        "type": format!("EVENT_TYPE_{name}"),
        "payload": payload(name, which, number, flags, text),
    });
    if let Some(draft) = draft.filter(|_| matches!(name, "USER_MESSAGE" | "SYSTEM_MESSAGE") && flags & 2 == 0) {
        event["metadata"] = json!({ "custom": { "client_event_id": draft, "n": number } });
    }
    event
}

fn payload(name: &str, which: u8, number: u8, flags: u8, text: &str) -> Value {
    let mut payload = json!({});
    match name {
        "SESSION_START" => {
            payload["capabilities"] = json!({
                "streaming": flags & 4 == 0,
                "max_message_size_bytes": if flags & 8 == 0 { json!(131_072) } else { json!(u32::from(number)) },
                "heartbeat_interval_seconds": number_of([30, 0, 1, u32::MAX], number),
                "max_reconnect_attempts": number_of([5, 0, 1, u32::MAX], which),
            });
            if flags & 16 != 0 {
                payload["context_id"] = json!("context");
            }
        }
        "SYSTEM_MESSAGE" => {
            payload["level"] = json!("SYSTEM_MESSAGE_LEVEL_ERROR");
            payload["message"] = json!(NOTICES[usize::from(number) % NOTICES.len()]);
        }
        "SESSION_END" => {
            payload["reason"] = json!(["REASON_USER_END", "REASON_NATURAL_END", ""][usize::from(which) % 3])
        }
        "LIVE_AGENT_TYPING" | "USER_TYPING" => {
            payload["state"] = json!(["TYPING_STATE_STARTED", "TYPING_STATE_STOPPED"][usize::from(which) % 2]);
        }
        "LIVE_AGENT_JOINED" => payload["agent"] = json!({ "id": which.to_string(), "name": text }),
        "HANDOFF_QUEUE_STATUS" => payload["position_in_queue"] = json!(number),
        "LANGUAGE_CHANGED" => payload["language_code"] = json!(["de", "fr-CH", ""][usize::from(which) % 3]),
        "EVENT_BATCH" => payload["events"] = json!([3, { "type": "EVENT_TYPE_HEARTBEAT" }, []]),
        "POLY_AGENT_JOINED" => payload["agent_name"] = json!(text),
        _ => {
            payload["message_id"] = json!(format!("m{}", which % 8));
            payload["text"] = json!(text);
            payload["chunk_index"] = json!(number % 12);
            payload["is_complete"] = json!(flags & 4 != 0);
            if flags & 8 != 0 {
                payload["attachments"] =
                    json!([{ "content_url": format!("https://example.com/{number}"), "title": text }]);
            }
            if flags & 16 != 0 {
                payload["response_suggestions"] = json!([{ "message_text": text }, { "message_text": "yes" }]);
            }
        }
    }
    payload
}

/// One of the numbers, or none.
fn number_of(numbers: [u32; 4], which: u8) -> Option<u32> {
    numbers.get(usize::from(which) % 5).copied()
}
