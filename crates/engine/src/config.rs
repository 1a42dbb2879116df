//! The options of a chat, parsed once into values that cannot be wrong.
//!
//! The addresses arrive resolved: which environment stands for which host is known to the JavaScript face alone, which
//! has to refuse a bad one before this module is even loaded.

use crate::{Error, ErrorCode, ids};

/// What to do when the server no longer knows a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnSessionLost {
    /// Start a new session.
    #[default]
    Restart,
    /// End the chat.
    End,
}

/// The options as the face hands them over, every default filled in.
#[derive(Clone)]
pub struct Options {
    /// HTTP base, for instance `https://messaging.us-1.poly.ai/api/v1`.
    pub api_url: String,
    /// Socket address, for instance `wss://messaging.us-1.poly.ai/ws`.
    pub socket_url: String,
    /// `X-Host`: a web origin or an app namespace.
    pub host_identifier: String,
    /// `X-Token`. `None`: the application supplies access tokens itself ([`Output::AskToken`](crate::Output)).
    pub connector_token: Option<String>,
    /// Whether replies are to be streamed.
    pub streaming: bool,
    /// `platform` of the session, for instance `ios-web`.
    pub platform: String,
    /// `device_type` of the session, for instance `mobile`.
    pub device_type: String,
    /// What to do when the server no longer knows the session.
    pub on_session_lost: OnSessionLost,
    /// Milliseconds between heartbeats where the server does not say; 0 = none.
    pub heartbeat_interval_ms: u32,
    /// Milliseconds without anything received after which the server forgets a session.
    pub session_timeout_ms: u32,
    /// Milliseconds to wait for the echo of a message on an open socket.
    pub confirm_timeout_ms: u32,
    /// Whether the session is kept beyond the page ([`Output::Load`](crate::Output), [`Output::Store`](crate::Output)).
    pub persistent: bool,
    /// Whether tabs can share one socket: [`Output::Share`](crate::Output) and [`Output::Line`](crate::Output) do something.
    pub shares: bool,
    /// Whether a stored session is discarded at the start.
    pub fresh: bool,
    /// Whether the application has something to do before the agent is asked to join
    /// ([`Output::PrepareJoin`](crate::Output)).
    pub before_agent_join: bool,
    /// Consecutive failed attempts to reconnect before giving up where the server does not say; 0 = no limit.
    pub max_reconnect_attempts: u32,
}

/// Checked options. Made by [`Config::parse`] only.
#[derive(Clone)]
pub struct Config(Options);

impl Config {
    /// Checks `options`.
    ///
    /// # Errors
    /// `config/invalid` names the option and says what it must be.
    pub fn parse(mut options: Options) -> Result<Self, Error> {
        let invalid = |text: &'static str| Err(Error::with_message(ErrorCode::ConfigInvalid, text));
        if !has_scheme(&options.api_url, &["https://", "http://"]) {
            return invalid("apiUrl must be an http(s) address.");
        }
        if !has_scheme(&options.socket_url, &["wss://", "ws://"]) {
            return invalid("socketUrl must be a ws(s) address.");
        }
        if options.connector_token.as_deref().is_some_and(str::is_empty) {
            return invalid("connectorToken must not be empty.");
        }
        options.api_url.truncate(options.api_url.trim_end_matches('/').len());
        Ok(Self(options))
    }
}

impl Config {
    /// What the record of this chat is stored under, and what its tabs call each other by: the same for every chat with
    /// this connector, server and host identifier. Nothing of them can be read out of it.
    pub fn storage_key(&self) -> String {
        let connector = self.connector_token.as_deref().unwrap_or_default();
        // No line break stands in any of them.
        let whole = ids::fingerprint(&[connector, &self.api_url, &self.host_identifier].join("\n"));
        // Half as many bits as there are: of what goes in, more is lost than could be found again.
        let mut rest = (whole >> 64) as u64 ^ whole as u64;
        let mut key = String::from("poly-messaging.1.");
        for _ in 0..16 {
            key.extend(char::from_digit((rest >> 60) as u32, 16));
            rest <<= 4;
        }
        key
    }
}

impl core::ops::Deref for Config {
    type Target = Options;

    fn deref(&self) -> &Options {
        &self.0
    }
}

fn has_scheme(url: &str, schemes: &[&str]) -> bool {
    schemes.iter().any(|scheme| url.strip_prefix(scheme).is_some_and(|rest| !rest.is_empty()))
}
