//! What the tabs of one chat tell each other.

use crate::engine::Engine;

impl Engine {
    pub(crate) fn handle_news(&mut self, _text: &str) {}
}
