//! A session's history: its events in order, and what of them a new socket is sent.
//!
//! Source: Messaging API, "WebSocket".

use serde_json::{Value, json};

use crate::config::ConnectorSettings;
use crate::event;
use crate::outgoing::Frame;

/// Complete events, ascending by sequence.
#[derive(Debug, Default)]
pub(crate) struct History {
    events: Vec<Value>,
    bytes: usize,
}

impl History {
    /// Appends the next event, and gives it ready to be sent. `kind` lacks the prefix.
    pub(crate) fn append(&mut self, kind: &str, payload: Value, metadata: Option<Value>) -> Frame {
        self.push(event::envelope(Some(self.last_sequence() + 1), kind, payload, metadata))
    }

    /// Appends an event that a test wrote, with what it lacks.
    pub(crate) fn append_completed(&mut self, fields: serde_json::Map<String, Value>) -> Frame {
        self.push(event::completed(fields, self.last_sequence()))
    }

    pub(crate) fn events(&self) -> &[Value] {
        &self.events
    }

    /// The length of its events as JSON, in bytes.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    /// 0 while it is empty.
    pub(crate) fn last_sequence(&self) -> u64 {
        self.events.last().and_then(event::sequence).unwrap_or(0)
    }

    /// The batches a new socket starts with: what came after the cursor. The first holds `SESSION_START`, whatever
    /// the cursor.
    pub(crate) fn replay(&self, cursor: Option<u64>, settings: &ConnectorSettings) -> Vec<Frame> {
        let (start, rest) = match self.events.split_first() {
            Some((start, rest)) if event::kind(start) == event::SESSION_START => (Some(start), rest),
            _ => (None, self.events.as_slice()),
        };
        let from = rest.partition_point(|event| event::sequence(event).is_some_and(|seen| Some(seen) <= cursor));
        let events: Vec<_> = start.into_iter().chain(&rest[from..]).map(event::replayed).collect();
        let mut batches: Vec<_> = events.chunks(settings.history_batch_size).map(batch).collect();
        if settings.replay_reversed && batches.len() > 2 {
            batches[1..].reverse();
        }
        let overlap = events.len().saturating_sub(1).min(settings.replay_overlap);
        batches.extend(self.events[self.events.len() - overlap..].iter().map(Frame::event));
        batches
    }

    fn push(&mut self, event: Value) -> Frame {
        let frame = Frame::event(&event);
        self.bytes += frame.text.len();
        self.events.push(event);
        frame
    }
}

fn batch(events: &[Value]) -> Frame {
    Frame::event(&event::envelope(None, "EVENT_BATCH", json!({ "events": events }), None))
}
