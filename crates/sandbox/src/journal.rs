//! What a session remembers for tests: the frames it received and the sockets it had. Bounded; the oldest go first.

use std::collections::VecDeque;

use serde::Serialize;
use serde_json::Value;

use crate::event::timestamp;

const MAX_FRAMES: usize = 10_000;
const MAX_FRAME_BYTES: usize = 16 * 1024 * 1024;
const MAX_SOCKETS: usize = 1_000;

/// What became of a frame.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    Accepted,
    /// Answered with this system message.
    Refused(String),
    RateLimited,
    /// Lost by a fault.
    Swallowed,
    TooLarge,
    /// In a vector session: only logged.
    Logged,
}

#[derive(Debug, Serialize)]
struct ReceivedFrame {
    time: String,
    socket: u64,
    outcome: Outcome,
    /// As JSON, or as a string when it is none.
    frame: Value,
    #[serde(skip)]
    bytes: usize,
}

#[derive(Debug, Serialize)]
struct SocketRecord {
    socket: u64,
    cursor: Option<u64>,
    opened: String,
    closed: Option<String>,
    close_code: Option<u16>,
    /// `client` or `server`.
    closed_by: Option<&'static str>,
}

#[derive(Debug, Default)]
pub(crate) struct Journal {
    frames: VecDeque<ReceivedFrame>,
    frame_bytes: usize,
    sockets: VecDeque<SocketRecord>,
    pub(crate) sockets_opened: u64,
    pub(crate) sockets_closed: u64,
    pub(crate) join_requests: u64,
    /// Those that came while an agent was there already.
    pub(crate) repeated_joins: u64,
}

impl Journal {
    pub(crate) fn received(&mut self, socket: u64, text: &str, outcome: Outcome) {
        let frame = serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.to_owned()));
        self.frames.push_back(ReceivedFrame { time: timestamp(), socket, outcome, frame, bytes: text.len() });
        self.frame_bytes += text.len();
        while self.frames.len() > MAX_FRAMES || self.frame_bytes > MAX_FRAME_BYTES {
            let Some(oldest) = self.frames.pop_front() else { break };
            self.frame_bytes -= oldest.bytes;
        }
    }

    pub(crate) fn opened(&mut self, cursor: Option<u64>) -> u64 {
        self.sockets_opened += 1;
        self.sockets.push_back(SocketRecord {
            socket: self.sockets_opened,
            cursor,
            opened: timestamp(),
            closed: None,
            close_code: None,
            closed_by: None,
        });
        if self.sockets.len() > MAX_SOCKETS {
            self.sockets.pop_front();
        }
        self.sockets_opened
    }

    pub(crate) fn closed(&mut self, socket: u64, code: u16, by: &'static str) {
        self.sockets_closed += 1;
        if let Some(record) = self.sockets.iter_mut().find(|record| record.socket == socket) {
            record.closed = Some(timestamp());
            record.close_code = Some(code);
            record.closed_by = Some(by);
        }
    }

    /// `(frames_in, sockets)` as JSON.
    pub(crate) fn to_json(&self) -> (Value, Value) {
        let json = |value: serde_json::Result<Value>| value.unwrap_or_default();
        (json(serde_json::to_value(&self.frames)), json(serde_json::to_value(&self.sockets)))
    }
}
