//! What the page's life means for the connection.

use crate::PageEvent;
use crate::engine::Engine;

impl Engine {
    pub(crate) fn handle_page(&mut self, _event: PageEvent) {}
}
