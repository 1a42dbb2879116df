//! What goes into the engine and what comes out of it.

use crate::{Change, Error, Event, Metadata};

/// The current time, in milliseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Now {
    /// Monotonic: since any fixed moment. Never goes back.
    pub mono: u64,
    /// Since 1970, UTC, by the device's clock, which may be wrong.
    pub wall: u64,
}

/// Names a call of the application that waits for an [`Output::Settle`].
pub type CallId = u32;
/// Names a request ([`Output::Http`], [`Output::AskToken`]) until its answer.
pub type RequestId = u32;
/// Names a socket. Never used twice.
pub type SocketId = u32;

/// Why an access token is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenReason {
    /// The first conversation.
    Start,
    /// Another conversation.
    Restart,
}

/// An access token, from the server or from the application. Its `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Eq)]
pub struct AccessToken {
    /// The JWT.
    pub access_token: String,
    /// Seconds it is valid for, where that was said.
    pub expires_in: Option<u32>,
}

impl core::fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("AccessToken(…)")
    }
}

/// A command of the application, a result, or news from the browser.
///
/// Every `call` is answered by exactly one [`Output::Settle`], unless the step that took it is refused.
#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    /// Open the chat. A second one is ignored.
    Start,
    /// Tell when the first connection is open with its history in place.
    Ready {
        /// Settled then, or when that became impossible.
        call: CallId,
    },
    /// Send a message of the user. Settled when the server has it, or when it is known not to have arrived.
    Send {
        /// Settled with the delivery.
        call: CallId,
        /// A new UUID: the message's identity from now on.
        draft_id: String,
        /// What the user wrote.
        text: String,
        /// Goes along in `metadata.custom`, and comes back on the echo.
        metadata: Metadata,
        /// An engine before this one, which has failed, was given it as well: whether it has arrived, the history tells.
        is_in_doubt: bool,
    },
    /// Send a failed message again.
    Retry {
        /// Settled with the delivery.
        call: CallId,
        /// The message.
        draft_id: String,
    },
    /// Take a failed message, or one not yet written to a socket, out of the transcript.
    Discard {
        /// The message.
        draft_id: String,
    },
    /// The user pressed a key.
    Typing,
    /// End the conversation.
    End {
        /// Settled when it is over.
        call: CallId,
    },
    /// End the conversation, if any, and start a new one.
    Restart {
        /// Settled when the new one is open.
        call: CallId,
    },
    /// Connect now.
    Reconnect {
        /// Settled when the connection is open.
        call: CallId,
    },
    /// Leave without ending.
    Close {
        /// Settled when the socket is closed.
        call: CallId,
    },
    /// Write a frame of the application's own.
    RawSend {
        /// A JSON object with a `type`.
        frame: String,
    },
    /// The answer to [`Output::Http`].
    Http {
        /// Which request.
        id: RequestId,
        /// What came of it.
        outcome: HttpOutcome,
    },
    /// The answer to [`Output::AskToken`]; `Err` holds the application's own text.
    Token {
        /// Which request.
        id: RequestId,
        /// What the application gave.
        result: Result<AccessToken, String>,
    },
    /// The socket is open.
    SocketOpened {
        /// Which socket.
        socket: SocketId,
    },
    /// The socket received a text frame.
    SocketText {
        /// Which socket.
        socket: SocketId,
        /// The frame.
        text: String,
    },
    /// The socket received a frame that is not text.
    SocketBinary {
        /// Which socket.
        socket: SocketId,
    },
    /// The socket is closed, or could not be opened.
    SocketClosed {
        /// Which socket.
        socket: SocketId,
        /// The close code; 1006 where there was none.
        code: u16,
    },
    /// The answer to [`Output::Load`].
    Loaded {
        /// Which request.
        id: RequestId,
        /// What was last stored; `None` where there is nothing, or nothing readable.
        record: Option<String>,
    },
    /// The answer to [`Output::Probe`].
    Probed {
        /// Which request.
        id: RequestId,
        /// Whether anything at all answered.
        is_answered: bool,
    },
    /// The application's `beforeAgentJoin` is done ([`Output::PrepareJoin`]), however it went.
    JoinPrepared {
        /// Which request.
        id: RequestId,
    },
    /// What another tab told ([`Output::Tell`], [`Output::Share`]). It may come from another version, and hold anything.
    News {
        /// As it was told there.
        text: String,
    },
    /// The lock on the socket that the tabs share was granted, after [`Line::Wait`].
    LineFree,
    /// The page has a content security policy, which may refuse the API's addresses.
    Policy,
    /// The page's content security policy refused a request.
    Blocked {
        /// Where to, as far as the browser says: the address without its query, or no more than its origin. Not all that a page
        /// requests is of this chat.
        url: String,
    },
    /// The page's life took a turn.
    Page(PageEvent),
    /// The deadline of the last step is reached. Harmless when it is early or late.
    Deadline,
}

/// What is done with the lock on the socket that the tabs share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Line {
    /// Let go of it, or wait for it no more.
    Leave,
    /// Wait for it, behind all others that do, and give [`Input::LineFree`] once it is granted. Let go of it before.
    Wait,
    /// Take it, from whoever has it.
    Take,
}

/// A turn in the life of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PageEvent {
    /// The browser says that there is a network.
    Online,
    /// The browser says that there is none. Also given once before the start where that is so from the beginning.
    Offline,
    /// The page can be seen.
    Visible,
    /// The page cannot be seen; its timers may be late from now on.
    Hidden,
    /// The page stops running (`freeze`), or is left (`pagehide`): there may be no further input, ever. Also given once before the
    /// start where the page is prerendered and nobody looks at it yet.
    Left,
    /// The page runs again: `resume`, `pageshow` of a page that was kept in the back/forward cache, or `prerenderingchange`.
    Returned,
}

/// What came of a request.
#[derive(Clone, PartialEq, Eq)]
pub enum HttpOutcome {
    /// An answer.
    Response {
        /// HTTP status.
        status: u16,
        /// `Retry-After`, where it is there and readable.
        retry_after: Option<String>,
        /// The body.
        body: String,
    },
    /// No answer: no network, or refused by CORS; a page cannot tell.
    Network,
    /// No answer within the request's time.
    Timeout,
}

impl core::fmt::Debug for HttpOutcome {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        // The body may hold an access token.
        match self {
            Self::Response { status, .. } => f.debug_tuple("Response").field(status).finish(),
            Self::Network => f.write_str("Network"),
            Self::Timeout => f.write_str("Timeout"),
        }
    }
}

/// A POST to carry out. Its `Debug` shows no header and no body, since they hold tokens.
#[derive(Clone, PartialEq, Eq)]
pub struct HttpRequest {
    /// Where to.
    pub url: String,
    /// Names and values.
    pub headers: Vec<(&'static str, String)>,
    /// JSON.
    pub body: String,
    /// Milliseconds after which it counts as [`HttpOutcome::Timeout`].
    pub timeout_ms: u32,
}

impl core::fmt::Debug for HttpRequest {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_tuple("HttpRequest").field(&self.url).finish()
    }
}

/// How important a log line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum LogLevel {
    /// Broken.
    Error = 1,
    /// Works, but not as it should.
    Warn = 2,
    /// The way of the session.
    Info = 3,
    /// Everything.
    Debug = 4,
}

/// Something to carry out, or to pass on.
#[derive(Clone, PartialEq)]
pub enum Output {
    /// POST, and answer with [`Input::Http`].
    Http {
        /// Names the request.
        id: RequestId,
        /// What to send.
        request: HttpRequest,
    },
    /// Ask the application for an access token, and answer with [`Input::Token`].
    AskToken {
        /// Names the request.
        id: RequestId,
        /// Passed to the application.
        reason: TokenReason,
    },
    /// The answer to this request is of no use any more: abort it. An answer that comes all the same is ignored.
    Abort {
        /// Which request.
        id: RequestId,
    },
    /// Open a socket. The address holds the access token.
    OpenSocket {
        /// Names the socket.
        socket: SocketId,
        /// Where to.
        url: String,
    },
    /// Write a text frame.
    SendText {
        /// Which socket; it is open.
        socket: SocketId,
        /// The frame.
        text: String,
    },
    /// Close the socket. Nothing of it is listened to any more.
    CloseSocket {
        /// Which socket.
        socket: SocketId,
        /// Close code: 1000 or 3000 to 4999, which are all that a page may use.
        code: u16,
    },
    /// Read the record of this chat, and answer with [`Input::Loaded`]. Loads, stores and unlocks are carried out one
    /// after the other.
    Load {
        /// Names the request.
        id: RequestId,
        /// Take the lock on the record first, which one tab holds at a time, and keep it until [`Output::Unlock`]. Where
        /// there are no locks, go on without.
        exclusive: bool,
    },
    /// Keep this record, in place of the one before. Holds an access token: seal it. Where that fails, the record is
    /// lost and nothing else.
    Store {
        /// One line of JSON.
        record: String,
    },
    /// Remove the record.
    Forget,
    /// Let go of the lock on the record, once everything before is done.
    Unlock,
    /// See whether the host of this address answers anything to a GET without CORS, and answer with [`Input::Probed`].
    Probe {
        /// Names the request.
        id: RequestId,
        /// Where to.
        url: String,
        /// Milliseconds after which it counts as no answer.
        timeout_ms: u32,
    },
    /// Call the application's `beforeAgentJoin`, and answer with [`Input::JoinPrepared`]. [`Output::Abort`] aborts it.
    PrepareJoin {
        /// Names the request.
        id: RequestId,
        /// The session.
        session_id: String,
        /// `context_id` of the session's start, where there is one.
        context_id: Option<String>,
    },
    /// Tell the other tabs of this chat. Holds no token.
    Tell {
        /// One line of JSON.
        text: String,
    },
    /// Tell the other tabs of this chat, at once. Holds messages, and no token.
    Share {
        /// Lines.
        text: String,
    },
    /// Show whoever watches the wire a frame that went over another tab's socket, to this tab or from it.
    Frame {
        /// It came in.
        is_in: bool,
        /// The frame.
        text: String,
    },
    /// Do this with the lock on the socket that the tabs share. One tab has it at a time, and the browser takes it from one that is
    /// gone.
    Line(Line),
    /// The state changed.
    Change(Change),
    /// Tell the application. Comes after the changes that belong to it.
    Event(Box<Event>),
    /// A call of the application is done.
    Settle {
        /// Which call.
        call: CallId,
        /// How it went.
        result: Result<(), Error>,
    },
    /// A line for the log. Holds no token and no message text.
    Log {
        /// How important.
        level: LogLevel,
        /// What happened.
        message: String,
    },
}

impl core::fmt::Debug for Output {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Http { id, request } => f.debug_struct("Http").field("id", id).field("request", request).finish(),
            Self::AskToken { id, reason } => {
                f.debug_struct("AskToken").field("id", id).field("reason", reason).finish()
            }
            Self::Abort { id } => f.debug_struct("Abort").field("id", id).finish(),
            Self::OpenSocket { socket, .. } => {
                f.debug_struct("OpenSocket").field("socket", socket).finish_non_exhaustive()
            }
            Self::SendText { socket, text } => {
                f.debug_struct("SendText").field("socket", socket).field("text", text).finish()
            }
            Self::CloseSocket { socket, code } => {
                f.debug_struct("CloseSocket").field("socket", socket).field("code", code).finish()
            }
            Self::Load { id, exclusive } => {
                f.debug_struct("Load").field("id", id).field("exclusive", exclusive).finish()
            }
            Self::Store { .. } => f.write_str("Store"),
            Self::Forget => f.write_str("Forget"),
            Self::Unlock => f.write_str("Unlock"),
            Self::Probe { id, url, .. } => f.debug_struct("Probe").field("id", id).field("url", url).finish(),
            Self::PrepareJoin { id, .. } => f.debug_struct("PrepareJoin").field("id", id).finish_non_exhaustive(),
            Self::Tell { text } => f.debug_struct("Tell").field("text", text).finish(),
            Self::Share { text } => f.debug_struct("Share").field("text", text).finish(),
            Self::Frame { is_in, text } => f.debug_struct("Frame").field("is_in", is_in).field("text", text).finish(),
            Self::Line(line) => f.debug_tuple("Line").field(line).finish(),
            Self::Change(change) => f.debug_tuple("Change").field(change).finish(),
            Self::Event(event) => f.debug_tuple("Event").field(event).finish(),
            Self::Settle { call, result } => {
                f.debug_struct("Settle").field("call", call).field("result", result).finish()
            }
            Self::Log { level, message } => {
                f.debug_struct("Log").field("level", level).field("message", message).finish()
            }
        }
    }
}

/// When to call again, and what for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadline {
    /// Monotonic milliseconds, as in [`Now::mono`].
    pub at: u64,
    /// The timer that is due then, for diagnostics.
    pub reason: &'static str,
}

/// What follows from one input.
#[must_use = "every output must be carried out, and the deadline kept"]
#[derive(Debug)]
pub struct Step {
    /// To be carried out in this order.
    pub outputs: Vec<Output>,
    /// When to call with [`Input::Deadline`]; replaces every earlier one.
    pub deadline: Option<Deadline>,
    /// The command was refused and changed nothing.
    pub refused: Option<Error>,
}
