//! The Messaging API client as a pure state machine: no IO, no clock, no randomness of its own.
//!
//! **The contract: hand an [`Input`] and the current time to [`Engine::handle`]; carry out every [`Output`] of the
//! [`Step`] it returns, in order; call again with [`Input::Deadline`] when the step's deadline is reached.**
//! There is no other way in or out, so there is no order of calls to get wrong.
//!
//! Time is a number that the caller passes ([`Now`]); randomness comes from the seed given to [`Engine::new`]. The
//! same inputs therefore always give the same outputs.
//!
//! | module | decides |
//! | --- | --- |
//! | [`wire`] | what a frame says, and how one is written |
//! | `session` | access token, session, HTTP retries |
//! | `retry_after` | how long the server asks to wait |
//! | `connection` | the one socket: opening, close codes, backoff, budget |
//! | [`backoff`] | how long to wait before it is opened again |
//! | `liveness` | whether the open socket is alive: heartbeats, late timers, renewal |
//! | `dialogue` | what is said over it: the agent's invitation, messages, typing |
//! | `delivery` | the user's own messages, from pending to sent or failed |
//! | `conversation` | what each event changes in what is shown |
//! | `transcript` | order and identity of the lines |
//! | `streaming` | messages that arrive in chunks |
//! | `numbering` | which sequences are to be believed |
//! | `bounds` | how much of what the server sends is kept |
//! | `gaps` | which parts of the history are missing |
//! | `handoff` | who the user talks with, and the way to a human |
//! | `json` | values as JSON text |
//! | `keeper` | when the record of the session is read, stored and forgotten, and what follows from it |
//! | `record` | what stands in it, and whether one that was stored is still good |
//! | `jwt` | when an access token expires |
//! | `tabs` | what the tabs of one chat tell each other, and whose message is whose |
//! | `sharing` | which tab holds the one socket of all, and how the others read along |
//! | `refusal` | whether a handshake failed for want of a network, or was refused, and whether the session is lost |
//! | `page` | what the page's life means for the connection |
//! | `engine` | binds them |

pub mod backoff;
mod bounds;
mod change;
mod config;
mod connection;
#[cfg(test)]
mod contract;
mod conversation;
mod delivery;
mod diagnostics;
mod dialogue;
mod engine;
mod error;
mod event;
mod gaps;
mod handoff;
mod ids;
mod io;
mod json;
mod jwt;
mod keeper;
mod liveness;
mod metadata;
mod numbering;
mod page;
mod policy;
mod record;
mod refusal;
mod retry_after;
mod rng;
mod session;
mod sharing;
mod streaming;
mod tabs;
mod timers;
mod transcript;
pub mod wire;

pub use change::{
    Agent, AgentKind, Attachment, AttachmentKind, CallAction, Change, ConnectionView, Delivery, Ended, Handoff,
    HandoffPhase, Level, Message, MessageBody, SessionView, Suggestion,
};
pub use config::{Config, OnSessionLost, Options};
pub use diagnostics::Diagnostics;
pub use engine::Engine;
pub use error::{Error, ErrorCode};
pub use event::{AgentMessageBody, Capabilities, Envelope, Event, EventBody, TypingState};
pub use io::{
    AccessToken, CallId, Deadline, HttpOutcome, HttpRequest, Input, Line, LogLevel, Now, Output, PageEvent, RequestId,
    SocketId, Step, TokenReason,
};
pub use json::{Json, ToJson};
pub use metadata::Metadata;
pub use record::is_resumable;
