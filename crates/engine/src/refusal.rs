//! Whether a handshake failed for want of a network, or was refused.

use crate::RequestId;
use crate::engine::Engine;

impl Engine {
    pub(crate) fn handle_probed(&mut self, _answered: RequestId, _is_answered: bool) {}
}
