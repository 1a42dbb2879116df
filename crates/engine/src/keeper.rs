//! The record of the session: what is stored, when, and whether a stored one is still good.

use crate::RequestId;
use crate::engine::Engine;

impl Engine {
    pub(crate) fn handle_loaded(&mut self, _answered: RequestId, _record: Option<String>) {}
}
