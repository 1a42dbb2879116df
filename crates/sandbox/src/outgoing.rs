//! What waits to go out on a socket, and what ends it.

use axum::extract::ws::Utf8Bytes;
use serde_json::Value;
use tokio::sync::{mpsc, watch};

/// A frame ready to be sent. Cloning shares its text.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    pub(crate) text: Utf8Bytes,
}

impl Frame {
    /// An event as JSON.
    pub(crate) fn event(event: &Value) -> Self {
        Self { text: event.to_string().into() }
    }

    /// What a test wants sent: a string as it stands, anything else as JSON.
    pub(crate) fn raw(frame: &Value) -> Self {
        match frame {
            Value::String(text) => Self { text: text.as_str().into() },
            frame => Self::event(frame),
        }
    }

    /// The `type` of the frame, prefix and all; empty when it has none.
    pub(crate) fn kind(&self) -> String {
        kind_of(&self.text)
    }
}

/// The `type` of a frame, prefix and all; empty when it has none.
pub(crate) fn kind_of(text: &str) -> String {
    serde_json::from_str::<Value>(text).map(|frame| crate::event::kind(&frame).to_owned()).unwrap_or_default()
}

/// One thing in a socket's queue.
#[derive(Debug)]
pub(crate) enum Outgoing {
    Frame(Frame),
    /// Any number of frames in one place of the queue.
    Frames(Vec<Frame>),
    /// Everything before it has gone: close.
    Close(u16, String),
}

/// How a socket ends.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum End {
    /// The TCP connection goes away without a close frame.
    Cut,
    Close {
        code: u16,
        reason: String,
    },
    /// The client closed it, or went away (1006).
    Peer(u16),
}

/// What acts on a socket at once, past its queue.
#[derive(Clone, Debug, Default)]
pub(crate) struct Control {
    /// Nothing goes in or out.
    pub(crate) frozen: bool,
    pub(crate) end: Option<End>,
}

/// A session's side of one of its sockets.
#[derive(Debug)]
pub(crate) struct SocketHandle {
    pub(crate) number: u64,
    pub(crate) queue: mpsc::Sender<Outgoing>,
    pub(crate) control: watch::Sender<Control>,
}

impl SocketHandle {
    /// Queues, or cuts the socket when its queue is full: its client then finds in the history what it missed.
    pub(crate) fn push(&self, outgoing: Outgoing) {
        if matches!(self.queue.try_send(outgoing), Err(mpsc::error::TrySendError::Full(_))) {
            tracing::warn!(socket = self.number, "cut: it does not read");
            self.end(End::Cut);
        }
    }

    /// Ends the socket now, whatever waits in its queue. The first end stands.
    pub(crate) fn end(&self, end: End) {
        self.control.send_modify(|control| {
            control.end.get_or_insert(end);
        });
    }
}

/// The socket's own side.
#[derive(Debug)]
pub(crate) struct SocketEnd {
    pub(crate) number: u64,
    pub(crate) queue: mpsc::Receiver<Outgoing>,
    pub(crate) control: watch::Receiver<Control>,
    /// What goes out before anything from the queue.
    pub(crate) first: Vec<Frame>,
}
