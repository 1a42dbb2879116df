//! The decoder: any text at all.

use poly_messaging_engine::{EventBody, wire};
use serde::de::IgnoredAny;
use serde_json::Value;

use crate::world::told;

/// Decodes `data`, and checks what must hold of the outcome. Whether it was a frame.
///
/// # Panics
/// If something does not hold.
pub fn decode(data: &[u8]) -> bool {
    let text = String::from_utf8_lossy(data);
    let decoded = wire::decode(&text);
    assert_eq!(decoded, wire::decode(&text), "the same text says the same");
    let Ok(frame) = decoded else {
        assert!(!is_event(&text), "an event was refused");
        return false;
    };
    assert!(frame.is_batch || frame.events.len() == 1, "a frame that is no batch holds one event");
    assert!(frame.is_batch || frame.set_aside == 0, "only a batch has entries to set aside");
    // `{}`, and a comma to the next.
    assert!((frame.events.len() + frame.set_aside as usize) * 2 <= text.len(), "more entries than the text has");
    let sequences: Vec<_> = frame.events.iter().map(|event| event.sequence.unwrap_or(u64::MAX)).collect();
    assert!(sequences.is_sorted(), "out of order: {sequences:?}");
    for event in &frame.events {
        assert!(event.sequence.is_none_or(|sequence| sequence < 1 << 53), "a sequence that JavaScript cannot hold");
        if let EventBody::UserMessage { text, .. } | EventBody::SystemMessage { text, .. } = &event.body {
            let told: Value = serde_json::from_str(&told(&event.body)).expect("what is told is JSON");
            assert_eq!(told["text"], text.as_str(), "a text is told as it is");
        }
        if let EventBody::Unknown { payload, .. } = &event.body {
            serde_json::from_str::<IgnoredAny>(payload).expect("the face parses the payload of an unknown event");
        }
    }
    // What is told of it is at most what it said: an escape is never shorter than what it stands for, and JSON only
    // grows by escapes when it is written again.
    let told: String = frame.events.iter().map(|event| told(&event.body)).collect();
    assert!(
        told.len() <= 8 * text.len() + 1_024 * (frame.events.len() + 1),
        "{} bytes grew to {}",
        text.len(),
        told.len()
    );
    true
}

/// Whether another parser sees an event in it. Deep nesting aside, which the engine refuses sooner.
fn is_event(text: &str) -> bool {
    let depth = text.bytes().filter(|byte| matches!(byte, b'[' | b'{')).count();
    let name = |value: Value| value.get("type").and_then(Value::as_str).is_some_and(|name| !name.is_empty());
    depth < 100 && serde_json::from_str::<Value>(text).is_ok_and(name)
}
