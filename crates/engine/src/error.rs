//! Every failure the client reports: a stable code, a text fit for a user's eyes, and whether trying again can help.

use std::borrow::Cow;

use crate::json::{Json, ToJson, objects};

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal, $retryable:literal, $message:literal;)*) => {
        /// The stable code of a failure; what stands in `PolyError.code`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum ErrorCode { $($(#[$doc])* $name,)* }

        impl ErrorCode {
            /// Every code, in the order of the documentation.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The code as JavaScript sees it, for instance `auth/unauthorized`.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// Whether the same call may succeed when it is made again later.
            pub fn is_retryable(self) -> bool {
                match self { $(Self::$name => $retryable,)* }
            }

            /// What happened and what to do, in one or two sentences.
            pub fn message(self) -> &'static str {
                match self { $(Self::$name => $message,)* }
            }
        }
    };
}

codes! {
    /// An option is missing, of the wrong type or out of bounds.
    ConfigInvalid = "config/invalid", false, "The chat is not set up correctly: an option is missing or wrong.";
    /// The page's content security policy refuses the API's addresses.
    ConfigContentPolicy = "config/content-policy", false, "The chat cannot reach its server: the page's content security policy does not allow it.";
    /// The WebAssembly module cannot run or be loaded here.
    ConfigWasmUnavailable = "config/wasm-unavailable", true, "The chat cannot start: WebAssembly is not available here, or its module could not be loaded.";
    /// The server refused the token or its host.
    AuthUnauthorized = "auth/unauthorized", false, "The server refused access. Check the connector token and that this host is registered for it.";
    /// No access token could be had.
    AuthTokenFailed = "auth/token-failed", true, "No access token could be obtained. Try again in a moment.";
    /// The connector token is not known to the server.
    AuthConnectorNotFound = "auth/connector-not-found", false, "The server does not know this connector token.";
    /// The server could not create a session.
    SessionCreationFailed = "session/creation-failed", true, "The conversation could not be started. Try again in a moment.";
    /// The session was idle for too long.
    SessionExpired = "session/expired", false, "The conversation has expired. Start a new one.";
    /// The server no longer knows the session.
    SessionLost = "session/lost", false, "The server no longer knows this conversation. Start a new one.";
    /// The conversation is over.
    SessionEnded = "session/ended", false, "The conversation has ended. Start a new one.";
    /// Every reconnect attempt failed.
    SessionReconnectExhausted = "session/reconnect-exhausted", true, "The connection could not be restored. Check the network and reconnect.";
    /// A message has no text.
    MessageEmpty = "message/empty", false, "A message needs some text.";
    /// A message is larger than the session allows.
    MessageTooLarge = "message/too-large", false, "The message is too long to be sent.";
    /// A message did not reach the server.
    MessageNotDelivered = "message/not-delivered", true, "The message was not delivered. Send it again.";
    /// No unsent message has that draft id.
    MessageUnknownDraft = "message/unknown-draft", false, "There is no failed message with this id.";
    /// The network could not be reached.
    TransportNetwork = "transport/network", true, "The network could not be reached. Check the connection and try again.";
    /// No answer came in time.
    TransportTimeout = "transport/timeout", true, "The server did not answer in time. Try again.";
    /// The server asked to slow down.
    TransportRateLimited = "transport/rate-limited", true, "There were too many requests. Wait a moment and try again.";
    /// The server failed.
    TransportServer = "transport/server", true, "The server has a problem. Try again in a moment.";
    /// The server sent something that is not the documented protocol.
    TransportProtocol = "transport/protocol", false, "The server sent an answer that could not be understood.";
    /// There is no open connection.
    TransportNotConnected = "transport/not-connected", true, "The chat is not connected.";
    /// A defect of this package.
    Internal = "internal", false, "Something went wrong inside the chat. Please report it.";
}

impl ToJson for ErrorCode {
    fn write(&self, json: &mut Json) {
        self.as_str().write(json);
    }
}

objects! {
    Error { "code": code, "message": message, "retryable": retryable, "retryAfterMs": retry_after_ms }
}

/// A failure. Never holds a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    /// The stable code.
    pub code: ErrorCode,
    /// What happened and what to do, fit for a user's eyes.
    pub message: Cow<'static, str>,
    /// Whether the same call may succeed when it is made again later.
    pub retryable: bool,
    /// Milliseconds to wait before trying again, where the server said so.
    pub retry_after_ms: Option<u32>,
}

impl Error {
    /// The failure `code` with its standard text.
    pub fn new(code: ErrorCode) -> Self {
        Self { code, message: Cow::Borrowed(code.message()), retryable: code.is_retryable(), retry_after_ms: None }
    }

    /// The failure `code` with a text that says more than the standard one.
    pub fn with_message(code: ErrorCode, message: impl Into<Cow<'static, str>>) -> Self {
        Self { message: message.into(), ..Self::new(code) }
    }

    /// The same failure with the wait the server asked for, in milliseconds.
    #[must_use]
    pub fn retry_after(self, ms: Option<u32>) -> Self {
        Self { retry_after_ms: ms, ..self }
    }
}

impl core::fmt::Display for Error {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.code.as_str())?;
        f.write_str(": ")?;
        f.write_str(&self.message)
    }
}

impl core::error::Error for Error {}
