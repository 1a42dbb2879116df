//! The record of the session: what is stored, when, and whether a stored one is still good.

use crate::engine::Engine;
use crate::{Config, Now, RequestId};

/// Whether a chat with these options would take up the session of this record.
pub fn is_resumable(_config: &Config, _record: &str, _now: Now) -> bool {
    false
}

impl Engine {
    pub(crate) fn handle_loaded(&mut self, _answered: RequestId, _record: Option<String>) {}
}
