//! Fault rules as a control call writes them, checked and made into those in force.

use rand::SeedableRng as _;
use rand::rngs::SmallRng;
use serde::Deserialize;
use serde_json::Value;

use super::{Action, Direction, Endpoint, FrameRule, HandshakeFault, HttpFault, Rules, Scope};
use crate::auth::connector_id;
use crate::config::ErrorField;

/// The longest a fault may hold something up, in milliseconds.
const MAX_DELAY_MS: u64 = 3_600_000;

/// The body of `POST /control/faults`. `session` and `connector` limit every rule that names none itself.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct FaultsInput {
    handshake: Vec<HandshakeInput>,
    http: Vec<HttpInput>,
    frames: Vec<FrameInput>,
    session: Option<String>,
    connector: Option<String>,
    error_field: Option<ErrorField>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum HandshakeInput {
    Status(u16),
    Rule(HandshakeRuleInput),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct HandshakeRuleInput {
    status: Option<u16>,
    #[serde(default)]
    delay_ms: u64,
    times: Option<u32>,
    session: Option<String>,
    connector: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct HttpInput {
    endpoint: Endpoint,
    status: Option<u16>,
    retry_after: Option<u64>,
    body: Option<Value>,
    #[serde(default)]
    delay_ms: u64,
    times: Option<u32>,
    connector: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct FrameInput {
    direction: Direction,
    r#type: Option<String>,
    action: Action,
    delay_ms: Option<u64>,
    times: Option<u32>,
    #[serde(default)]
    skip: u32,
    probability: Option<f64>,
    seed: Option<u64>,
    session: Option<String>,
    connector: Option<String>,
}

impl FaultsInput {
    /// The rules, or what is wrong with the first wrong one.
    pub(super) fn checked(self) -> Result<Rules, String> {
        let scope = |session: Option<String>, connector: Option<String>| Scope {
            session: session.or_else(|| self.session.clone()),
            connector_id: connector.as_ref().or(self.connector.as_ref()).map(|token| connector_id(token)),
        };
        let mut rules = Rules { error_field: self.error_field, ..Rules::default() };
        for rule in self.handshake {
            let rule = match rule {
                HandshakeInput::Rule(rule) => rule,
                HandshakeInput::Status(status) => HandshakeRuleInput {
                    status: Some(status),
                    delay_ms: 0,
                    times: None,
                    session: None,
                    connector: None,
                },
            };
            rules.handshake.push(HandshakeFault {
                status: check_status(rule.status)?,
                delay_ms: check_delay(rule.delay_ms)?,
                times: check_times(rule.times.unwrap_or(1))?,
                scope: scope(rule.session, rule.connector),
            });
        }
        for rule in self.http {
            // A session's HTTP calls come before it has a name.
            let scope = Scope { session: None, ..scope(None, rule.connector) };
            rules.http.push(HttpFault {
                endpoint: rule.endpoint,
                status: check_status(rule.status)?,
                retry_after: rule.retry_after,
                body: rule.body,
                delay_ms: check_delay(rule.delay_ms)?,
                times: check_times(rule.times.unwrap_or(1))?,
                scope,
            });
        }
        for rule in self.frames {
            if rule.probability.is_some_and(|probability| !(0.0..=1.0).contains(&probability)) {
                return Err("probability must be 0 to 1".to_owned());
            }
            // A rule left to chance goes on until it is cleared; any other applies once, unless it says how often.
            let times = rule.times.or(if rule.probability.is_some() { None } else { Some(1) });
            rules.frames.push(FrameRule {
                direction: rule.direction,
                r#type: rule.r#type,
                action: rule.action,
                delay_ms: rule.delay_ms.map(check_delay).transpose()?,
                times: times.map(check_times).transpose()?,
                skip: rule.skip,
                probability: rule.probability,
                scope: scope(rule.session, rule.connector),
                random: SmallRng::seed_from_u64(rule.seed.unwrap_or(0)),
            });
        }
        Ok(rules)
    }
}

fn check_status(status: Option<u16>) -> Result<Option<u16>, String> {
    match status {
        Some(status) if !(200..=599).contains(&status) => Err(format!("status {status} is not 200 to 599")),
        status => Ok(status),
    }
}

fn check_times(times: u32) -> Result<u32, String> {
    if times == 0 { Err("times must be at least 1".to_owned()) } else { Ok(times) }
}

fn check_delay(delay_ms: u64) -> Result<u64, String> {
    if delay_ms > MAX_DELAY_MS { Err(format!("delay_ms must be at most {MAX_DELAY_MS}")) } else { Ok(delay_ms) }
}
