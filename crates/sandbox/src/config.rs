//! What a sandbox can be told: the process-wide configuration, and the settings each connector has for itself.

use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::agent::Script;
use crate::host::RegisteredHost;

/// The connector token that works when nothing else is configured.
pub const DEFAULT_CONNECTOR_TOKEN: &str = "sandbox-connector-token";

/// Everything [`Sandbox::start`](crate::Sandbox::start) needs. Each field has a default.
#[derive(Clone)]
pub struct SandboxConfig {
    /// The address to bind. Default: 127.0.0.1. The control API has no authentication, so anything but a loopback
    /// address opens it to the network.
    pub address: IpAddr,
    /// The TCP port; 0 (the default) takes a free one.
    pub port: u16,
    /// The token of the first connector. Default: [`DEFAULT_CONNECTOR_TOKEN`].
    pub connector_token: String,
    /// The settings of the first connector, and the base of those registered later.
    pub settings: ConnectorSettings,
    /// What the agent says and does. Default: Ada, who books tables.
    pub script: Script,
    /// A folder served at `/`. Default: none.
    pub www: Option<PathBuf>,
    /// A folder served at `/pkg/`. Default: none.
    pub pkg: Option<PathBuf>,
    /// The key access tokens are signed with. Default: random for each start; a given key lets a later sandbox
    /// honour the tokens of an earlier one.
    pub signing_key: Option<[u8; 32]>,
    /// How many sessions are remembered; beyond that the oldest is forgotten. Default: 10 000.
    pub max_sessions: usize,
}

impl Default for SandboxConfig {
    fn default() -> Self {
        Self {
            address: IpAddr::V4(Ipv4Addr::LOCALHOST),
            port: 0,
            connector_token: DEFAULT_CONNECTOR_TOKEN.to_owned(),
            settings: ConnectorSettings::default(),
            script: Script::ada(),
            www: None,
            pkg: None,
            signing_key: None,
            max_sessions: 10_000,
        }
    }
}

/// What can differ from one connector to the next. As JSON these are the overrides of
/// `POST /control/connectors/{token}`.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct ConnectorSettings {
    /// The registered hosts: web origins or app namespaces. None: `Connector missing host domain`.
    /// Default: `http://localhost`, `http://127.0.0.1` (any port) and `com.example.app`.
    pub hosts: Vec<String>,
    /// Pause between two chunks of a streamed reply, in milliseconds. Default: 40.
    pub pace_ms: u64,
    /// Pause between the steps of a conversation (thinking, the queue, a live agent's typing), in milliseconds.
    /// Default: 700.
    pub step_ms: u64,
    /// `capabilities.heartbeat_interval_seconds`. Default: 30; 0 says that none is needed.
    pub heartbeat_seconds: u32,
    /// A session ends after so long with nothing received, in seconds. Default: 600; fractions are allowed.
    pub idle_timeout_seconds: f64,
    /// `capabilities.max_reconnect_attempts`. Default: 10; 0 says that there is no limit.
    pub max_reconnect_attempts: u32,
    /// The longest frame taken from a client, in bytes, and `capabilities.max_message_size_bytes`. Default: 131 072.
    pub max_message_size_bytes: usize,
    /// Frames one socket may send in any second; more are swallowed in silence. Default: 20; 0 means no limit.
    pub messages_per_second: usize,
    /// Calls of both HTTP endpoints together in any second; more get 429. Default: 0, no limit.
    pub http_calls_per_second: usize,
    /// The most events one batch of history holds, `SESSION_START` included. Default: 50; at least 1.
    pub history_batch_size: usize,
    /// The last so many events of the history are sent again, live, after a replay. Default: 0.
    pub replay_overlap: usize,
    /// Batches after the first go out last first. Default: false.
    pub replay_reversed: bool,
    /// Sockets open at once on one session. Default: 10.
    pub max_sockets: usize,
    /// Lifetime of an access token, in seconds. Default: 86 400.
    pub token_lifetime_seconds: u64,
    /// `context_id` of `SESSION_START`. Default: none.
    pub context_id: Option<String>,
    /// Whether a session that asks for streaming gets it. Default: true.
    pub streaming_allowed: bool,
    /// Whether a session that has ended refuses sockets with 404. Default: false: it replays its history, `SESSION_END`
    /// included, and closes with 1000. One that expired refuses either way.
    pub refuse_ended: bool,
    /// Frames waiting for one socket that does not read; one more and it is cut. Default: 1 024.
    pub socket_queue: usize,
    /// Size of one session's history, in bytes; a session that outgrows it is ended. Default: 64 MiB.
    pub max_history_bytes: usize,
    /// The first so many requests of a session to have the agent join fail: `Sorry, I'm unable to start a conversation
    /// right now. …`. Default: 0.
    pub failed_joins: u64,
    /// Which field of a JSON error holds the text. Default: `message` from the access-token endpoint, `error`
    /// elsewhere.
    pub error_field: Option<ErrorField>,
}

/// The field of an error body that holds its text.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorField {
    /// `{"message": …}`
    Message,
    /// `{"error": …}`
    Error,
}

impl ErrorField {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Message => "message",
            Self::Error => "error",
        }
    }
}

impl Default for ConnectorSettings {
    fn default() -> Self {
        Self {
            hosts: ["http://localhost", "http://127.0.0.1", "com.example.app"].map(str::to_owned).to_vec(),
            pace_ms: 40,
            step_ms: 700,
            heartbeat_seconds: 30,
            idle_timeout_seconds: 600.0,
            max_reconnect_attempts: 10,
            max_message_size_bytes: 128 * 1024,
            messages_per_second: 20,
            http_calls_per_second: 0,
            history_batch_size: 50,
            replay_overlap: 0,
            replay_reversed: false,
            max_sockets: 10,
            token_lifetime_seconds: 86_400,
            context_id: None,
            streaming_allowed: true,
            refuse_ended: false,
            socket_queue: 1_024,
            max_history_bytes: 64 * 1024 * 1024,
            failed_joins: 0,
            error_field: None,
        }
    }
}

impl ConnectorSettings {
    /// These settings with the fields of a JSON object put over them.
    ///
    /// # Errors
    /// The text says which field is unknown, of the wrong type or out of bounds.
    pub fn with_overrides(&self, overrides: &Value) -> Result<Self, String> {
        let Value::Object(overrides) = overrides else {
            return Err("the overrides must be a JSON object".to_owned());
        };
        let mut merged = serde_json::to_value(self).map_err(|error| error.to_string())?;
        if let Value::Object(merged) = &mut merged {
            merged.extend(overrides.clone());
        }
        let settings: Self = serde_path_to_error::deserialize(merged).map_err(|error| error.to_string())?;
        settings.validate()?;
        Ok(settings)
    }

    /// Checks the bounds that types do not hold.
    ///
    /// # Errors
    /// The text names the field.
    pub fn validate(&self) -> Result<(), String> {
        let idle = self.idle_timeout_seconds;
        if !(idle > 0.0 && idle <= 31_536_000.0) {
            return Err("idle_timeout_seconds must be above 0 and at most a year".to_owned());
        }
        for (name, value, most) in [
            ("max_message_size_bytes", self.max_message_size_bytes, 8 * 1024 * 1024),
            ("history_batch_size", self.history_batch_size, 1_000_000),
            ("max_sockets", self.max_sockets, 10_000),
            ("socket_queue", self.socket_queue, 1_000_000),
            ("max_history_bytes", self.max_history_bytes, usize::MAX),
        ] {
            if value == 0 || value > most {
                return Err(format!("{name} must be 1 to {most}"));
            }
        }
        for (name, value, most) in [
            ("pace_ms", self.pace_ms, 3_600_000),
            ("step_ms", self.step_ms, 3_600_000),
            ("token_lifetime_seconds", self.token_lifetime_seconds, 3_153_600_000),
        ] {
            if value > most {
                return Err(format!("{name} must be at most {most}"));
            }
        }
        for host in &self.hosts {
            RegisteredHost::parse(host).map_err(|error| format!("hosts: {error}"))?;
        }
        Ok(())
    }

    pub(crate) fn idle_timeout(&self) -> Duration {
        Duration::from_secs_f64(self.idle_timeout_seconds)
    }
}
