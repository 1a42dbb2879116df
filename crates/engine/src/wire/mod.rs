//! What a frame says, and how one is written. The only place that knows the wire's names.
//!
//! Source: Messaging API, "Events", "Client events", "Server events".

mod decode;
mod encode;
mod fields;
pub(crate) mod halves;
mod json;
mod system;
mod timestamp;

pub use decode::{Frame, Malformed, WireEvent, decode};
pub(crate) use encode::{
    HEARTBEAT, REQUEST_POLY_AGENT_JOIN, USER_END_SESSION, push_metadata, raw, session_body, user_message, user_typing,
};
pub(crate) use fields::Fields;
pub(crate) use json::{integer, parse, push_string, take_string};
pub(crate) use system::SystemText;
pub(crate) use timestamp::{parse as timestamp, seconds as seconds_since_1970};

/// Bytes of a frame where the session does not say. Source: Messaging API, "WebSocket", limits.
pub(crate) const DEFAULT_MAX_MESSAGE_SIZE: u32 = 131_072;
/// Key in `metadata.custom` by which an echo is matched with the message it confirms.
pub(crate) const CLIENT_EVENT_ID: &str = "client_event_id";
