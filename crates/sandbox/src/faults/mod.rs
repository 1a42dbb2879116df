//! Faults that tests ask for: rules for handshakes, HTTP calls and frames, each used up as it applies.

mod input;

use std::sync::{Mutex, MutexGuard, PoisonError};

use rand::Rng as _;
use rand::rngs::SmallRng;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::config::ErrorField;

pub(crate) use input::FaultsInput;

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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::auth::connector_id;

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
            json!({"frames": [{"direction": "out", "action": "delay", "delay_ms": u64::MAX}]}),
        ] {
            let input = serde_json::from_value(input).expect("a readable rule");
            assert!(faults.add(input).is_err());
        }
        assert!(faults.handshake(ANY).is_none());
        assert!(serde_json::from_value::<FaultsInput>(json!({"handshakes": []})).is_err());
    }
}
