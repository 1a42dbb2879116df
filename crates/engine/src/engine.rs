//! Binds the parts: takes inputs in, hands outputs out.

use crate::{Config, Input, Now, Step};

/// One chat. See the crate's documentation for the contract.
pub struct Engine {
    _config: Config,
}

impl Engine {
    /// An idle chat. `seed` feeds every random choice; use a different one for each chat.
    pub fn new(config: Config, seed: u64, _now: Now) -> Self {
        let _ = seed;
        Self { _config: config }
    }

    /// Takes `input` at the time `now`, and says what to do.
    pub fn handle(&mut self, _now: Now, _input: Input) -> Step {
        Step { outputs: Vec::new(), deadline: None, refused: None }
    }

    /// What support asks for: states, counts, timings, as a JSON object. Never a token, never a message text.
    pub fn diagnostics(&self, _now: Now) -> serde_json::Value {
        serde_json::Value::Null
    }
}
