//! A local Messaging API server: the documented protocol, an agent that follows a script, and faults on demand.
//!
//! It is as strict as the real server must be, so that a client that gets along with it gets along there. Tests run
//! it in their own process:
//!
//! ```
//! use poly_messaging_sandbox::{Sandbox, SandboxConfig};
//!
//! # tokio::runtime::Runtime::new().unwrap().block_on(async {
//! let sandbox = Sandbox::start(SandboxConfig::default()).await?;
//! let tokens = format!("{}/api/v1/access-token", sandbox.base_url());
//! # assert!(tokens.starts_with("http://127.0.0.1:"));
//! sandbox.shutdown().await;
//! # std::io::Result::Ok(()) }).unwrap();
//! ```
//!
//! | path | what |
//! | --- | --- |
//! | `POST /api/v1/access-token` | an access token for a connector token and a host |
//! | `POST /api/v1/sessions` | a session for an access token |
//! | `GET /ws` | the socket of a session |
//! | `/control/…` | the control API for tests, see README.md |
//! | `/assets/…` | the pictures and pages the agent refers to |
//! | `/pkg/…`, `/…` | static files, if configured |

mod agent;
mod assets;
mod auth;
mod config;
mod control;
mod event;
mod faults;
mod handshake;
mod history;
mod host;
mod http;
mod idle;
mod inbound;
mod journal;
mod outage;
mod outgoing;
mod rate;
mod receive;
mod server;
mod session;
mod socket;
mod start;
mod stats;

pub use agent::{Script, ScriptError};
pub use config::{ConnectorSettings, DEFAULT_CONNECTOR_TOKEN, ErrorField, SandboxConfig};
pub use start::{RunningSandbox, Sandbox};
