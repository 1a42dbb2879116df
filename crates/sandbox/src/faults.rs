//! Faults that tests ask for: rules for handshakes, HTTP calls and frames, each used up as it applies.

use std::sync::{Mutex, MutexGuard, PoisonError};

use rand::rngs::SmallRng;
use rand::{Rng as _, SeedableRng as _};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::auth::connector_id;
use crate::config::ErrorField;

/// What a rule is asked about.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Target<'a> {
    pub(crate) session: Option<&'a str>,
    pub(crate) connector_id: Option<&'a str>,
}

/// Which sessions and connectors a rule is limited to; both absent: none.
#[derive(Clone, Debug, Default, Serialize)]
struct Scope {
    session: Option<String>,
    connector_id: Option<String>,
}

impl Scope {
    fn covers(&self, target: Target<'_>) -> bool {
        let within =
            |limit: &Option<String>, actual: Option<&str>| limit.as_deref().is_none_or(|limit| actual == Some(limit));
        within(&self.session, target.session) && within(&self.connector_id, target.connector_id)
    }
}

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

/// One of the two HTTP endpoints.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Endpoint {
    AccessToken,
    Sessions,
}

/// Which way a frame goes, as the server sees it.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Direction {
    In,
    Out,
}

/// What happens to a frame.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Action {
    /// It is lost.
    Swallow,
    /// It waits, and all behind it.
    Delay,
    /// It goes twice.
    Duplicate,
    /// It goes after the next one, or after `delay_ms` (default 1 000) when none comes.
    Reorder,
    /// The connection is cut, and the frame lost.
    DropBefore,
    /// The connection is cut once the frame has gone; for a frame in, once it is in the history, before its echo.
    DropAfter,
}

/// What a handshake rule does: waits, then answers with the status, or goes on if there is none.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct HandshakeFault {
    pub(crate) status: Option<u16>,
    pub(crate) delay_ms: u64,
    times: u32,
    #[serde(flatten)]
    scope: Scope,
}

/// What an HTTP rule does: waits, then answers with the status, or goes on if there is none.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct HttpFault {
    endpoint: Endpoint,
    pub(crate) status: Option<u16>,
    pub(crate) retry_after: Option<u64>,
    pub(crate) body: Option<Value>,
    pub(crate) delay_ms: u64,
    times: u32,
    #[serde(flatten)]
    scope: Scope,
}

#[derive(Debug, Serialize)]
struct FrameRule {
    direction: Direction,
    r#type: Option<String>,
    action: Action,
    delay_ms: Option<u64>,
    /// `None`: as often as it matches.
    times: Option<u32>,
    skip: u32,
    probability: Option<f64>,
    #[serde(flatten)]
    scope: Scope,
    #[serde(skip)]
    random: SmallRng,
}

/// What a frame rule does.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct FrameFault {
    pub(crate) action: Action,
    pub(crate) delay_ms: Option<u64>,
}

/// The rules that are left.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Rules {
    handshake: Vec<HandshakeFault>,
    http: Vec<HttpFault>,
    frames: Vec<FrameRule>,
    error_field: Option<ErrorField>,
}

/// The rules in force, shared by everything that consults them.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    rules: Mutex<Rules>,
}

impl Faults {
    /// Appends rules. Nothing is taken if one of them is wrong.
    pub(crate) fn add(&self, input: FaultsInput) -> Result<(), String> {
        let added = input.checked()?;
        let mut rules = self.lock();
        rules.handshake.extend(added.handshake);
        rules.http.extend(added.http);
        rules.frames.extend(added.frames);
        rules.error_field = added.error_field.or(rules.error_field);
        Ok(())
    }

    pub(crate) fn clear(&self) {
        *self.lock() = Rules::default();
    }

    /// What is left, as JSON.
    pub(crate) fn left(&self) -> Value {
        serde_json::to_value(&*self.lock()).unwrap_or_default()
    }

    pub(crate) fn error_field(&self) -> Option<ErrorField> {
        self.lock().error_field
    }

    pub(crate) fn handshake(&self, target: Target<'_>) -> Option<HandshakeFault> {
        let mut rules = self.lock();
        let at = rules.handshake.iter().position(|rule| rule.scope.covers(target))?;
        let fault = rules.handshake[at].clone();
        rules.handshake[at].times -= 1;
        rules.handshake.retain(|rule| rule.times > 0);
        Some(fault)
    }

    pub(crate) fn http(&self, endpoint: Endpoint, target: Target<'_>) -> Option<HttpFault> {
        let mut rules = self.lock();
        let at = rules.http.iter().position(|rule| rule.endpoint == endpoint && rule.scope.covers(target))?;
        let fault = rules.http[at].clone();
        rules.http[at].times -= 1;
        rules.http.retain(|rule| rule.times > 0);
        Some(fault)
    }

    /// The first frame rule that applies. `kind` is only asked for when a rule wants to know.
    pub(crate) fn frame(
        &self,
        direction: Direction,
        target: Target<'_>,
        kind: impl FnOnce() -> String,
    ) -> Option<FrameFault> {
        let mut rules = self.lock();
        if rules.frames.is_empty() {
            return None;
        }
        let kind = kind();
        let fault = rules.frames.iter_mut().find_map(|rule| rule.apply(direction, target, &kind));
        rules.frames.retain(|rule| rule.times != Some(0));
        fault
    }

    fn lock(&self) -> MutexGuard<'_, Rules> {
        self.rules.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl FrameRule {
    fn apply(&mut self, direction: Direction, target: Target<'_>, kind: &str) -> Option<FrameFault> {
        let matches = self.direction == direction
            && self.times != Some(0)
            && self.r#type.as_deref().is_none_or(|wanted| wanted == kind)
            && self.scope.covers(target);
        if !matches {
            return None;
        }
        if self.skip > 0 {
            self.skip -= 1;
            return None;
        }
        if let Some(probability) = self.probability
            && !self.random.random_bool(probability)
        {
            return None;
        }
        self.times = self.times.map(|times| times - 1);
        Some(FrameFault { action: self.action, delay_ms: self.delay_ms })
    }
}

impl FaultsInput {
    fn checked(self) -> Result<Rules, String> {
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
                delay_ms: rule.delay_ms,
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
                delay_ms: rule.delay_ms,
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
                delay_ms: rule.delay_ms,
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn faults(input: Value) -> Faults {
        let faults = Faults::default();
        faults.add(serde_json::from_value(input).expect("a readable rule")).expect("a valid rule");
        faults
    }

    const ANY: Target<'_> = Target { session: None, connector_id: None };

    fn frame(faults: &Faults, kind: &str) -> Option<Action> {
        faults.frame(Direction::Out, ANY, || kind.to_owned()).map(|fault| fault.action)
    }

    #[test]
    fn handshake_faults_are_used_in_order_and_once() {
        let faults = faults(json!({"handshake": [401, {"status": 404, "times": 2}]}));
        let statuses: Vec<_> =
            std::iter::from_fn(|| faults.handshake(ANY)).map(|fault| fault.status.unwrap_or(0)).collect();
        assert_eq!(statuses, [401, 404, 404]);
    }

    #[test]
    fn a_frame_rule_waits_for_its_type_skips_and_is_used_up() {
        let faults = faults(json!({"frames": [
            {"direction": "out", "type": "EVENT_TYPE_A", "action": "swallow", "skip": 1, "times": 2}]}));
        let hits: Vec<_> = ["A", "B", "A", "A", "A"]
            .iter()
            .map(|kind| frame(&faults, &format!("EVENT_TYPE_{kind}")).is_some())
            .collect();
        assert_eq!(hits, [false, false, true, true, false]);
        assert_eq!(faults.left()["frames"], json!([]));
    }

    #[test]
    fn a_scope_keeps_other_sessions_and_connectors_untouched() {
        let faults = faults(json!({"session": "s", "frames": [{"direction": "in", "action": "swallow"}],
            "handshake": [{"status": 404, "connector": "token"}]}));
        assert!(faults.frame(Direction::In, ANY, String::new).is_none());
        let other = Target { session: Some("t"), connector_id: None };
        assert!(faults.frame(Direction::In, other, String::new).is_none());
        let id = connector_id("token");
        assert!(faults.handshake(Target { session: Some("s"), connector_id: None }).is_none());
        assert!(faults.handshake(Target { session: Some("s"), connector_id: Some(&id) }).is_some());
        assert!(!faults.left().to_string().contains("token\":\"token"));
    }

    #[test]
    fn chance_is_seeded() {
        let run = |seed: u64| {
            let faults = faults(json!({"frames": [
                {"direction": "out", "action": "swallow", "probability": 0.5, "seed": seed}]}));
            (0..64).map(|_| frame(&faults, "EVENT_TYPE_A").is_some()).collect::<Vec<_>>()
        };
        assert_eq!(run(1), run(1));
        assert_ne!(run(1), run(2));
        assert!(run(1).contains(&true) && run(1).contains(&false));
    }

    #[test]
    fn a_wrong_rule_takes_none() {
        let faults = Faults::default();
        for input in [
            json!({"handshake": [200, 7]}),
            json!({"http": [{"endpoint": "sessions", "status": 429, "times": 0}]}),
            json!({"frames": [{"direction": "out", "action": "swallow", "probability": 2.0}]}),
        ] {
            let input = serde_json::from_value(input).expect("a readable rule");
            assert!(faults.add(input).is_err());
        }
        assert!(faults.handshake(ANY).is_none());
        assert!(serde_json::from_value::<FaultsInput>(json!({"handshakes": []})).is_err());
    }
}
