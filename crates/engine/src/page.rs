//! What the page's life means for the connection: when a dead socket is suspected, when to connect at once, when to leave.

use crate::connection::{Link, Socket};
use crate::engine::Engine;
use crate::session::RequestKind;
use crate::{ConnectionView, Error, ErrorCode, EventBody, Output, PageEvent};

impl Engine {
    pub(crate) fn handle_page(&mut self, event: PageEvent) {
        match event {
            PageEvent::Online => {
                self.is_offline = false;
                self.attempts.eased = self.attempts.made;
                self.use_new_network();
                self.wake();
            }
            // An open socket may be the better witness, and some web views say this always.
            PageEvent::Offline => self.is_offline = true,
            PageEvent::Hidden => self.sharing.is_hidden = true,
            PageEvent::Left => {
                self.keeper_left();
                self.leave();
            }
            PageEvent::Visible | PageEvent::Returned => {
                self.keeper_returned();
                self.sharing.is_hidden &= event != PageEvent::Visible;
                match self.link {
                    Link::Away => self.come_back(),
                    _ => self.wake(),
                }
            }
        }
    }

    /// Something is worth another look now: an open socket is checked, and no pause between attempts is waited out.
    fn wake(&mut self) {
        match &self.link {
            // The holder of the socket is woken as well.
            Link::Socket(Socket { is_shared: true, is_open: false, .. }) => {
                if self.is_better_seen() {
                    self.take_line();
                }
            }
            Link::Socket(_) => self.check_alive(),
            Link::Pause => self.attempt(),
            Link::Knock(_) if !self.is_offline => self.open_socket(),
            Link::Down(_) if self.is_worth_another_try() => {
                self.attempts = Default::default();
                self.connect();
            }
            // Between two requests, the server may have asked for the pause.
            Link::Idle
            | Link::Record
            | Link::Request { .. }
            | Link::RequestPause { .. }
            | Link::Bare { .. }
            | Link::Knock(_)
            | Link::Away
            | Link::Resting
            | Link::Down(_) => {}
        }
    }

    /// Whether the chat has failed, and may not do so again. Where too many sessions were lost, no other is made unasked.
    pub(crate) fn is_worth_another_try(&self) -> bool {
        let Link::Down(Some(error)) = &self.link else { return false };
        error.retryable && error.code != ErrorCode::SessionCreationFailed
    }

    /// What is under way went out over a network that may be gone.
    fn use_new_network(&mut self) {
        match self.link {
            Link::Socket(Socket { is_shared: false, is_open: false, .. }) => {
                self.trust();
                self.open_anew();
            }
            Link::Request { kind: RequestKind::Candidate, id, .. } => {
                self.out.push(Output::Abort { id });
                self.trust();
                self.link = Link::Pause;
            }
            // The application is asked once.
            Link::Request { kind: RequestKind::Token, .. } if self.config.connector_token.is_none() => {}
            Link::Request { kind, id, attempt } => {
                self.out.push(Output::Abort { id });
                self.request(kind, attempt);
            }
            Link::RequestPause { .. } => self.request_again(),
            _ => {}
        }
    }

    /// The page may never run again.
    fn leave(&mut self) {
        if matches!(self.link, Link::Idle | Link::Away | Link::Resting | Link::Down(_)) {
            return;
        }
        if self.ends_now() {
            return;
        }
        self.hang_up();
        self.link = Link::Away;
    }

    /// The page runs again.
    fn come_back(&mut self) {
        if !self.session.as_ref().is_some_and(|session| session.has_opened) {
            return self.connect();
        }
        self.attempts.made = self.attempts.made.max(1);
        let (attempt, retry_in_ms) = (self.attempts.made, 0);
        self.show_connection(ConnectionView::Reconnecting { attempt, retry_in_ms });
        let cause = Error::new(ErrorCode::TransportNotConnected);
        self.tell(EventBody::Reconnecting { attempt, retry_in_ms, cause });
        self.open_socket();
    }
}
