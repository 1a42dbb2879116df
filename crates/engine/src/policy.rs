//! The page's content security policy. What it refuses stays refused for as long as the page is there, so no attempt is made again.
//! Its reports repeat a refused address whole, and the socket's holds the access token: where there is known to be a policy, the
//! address is tried without that first. Source: W3C, Content Security Policy Level 3, "Reporting".

use crate::connection::{CLOSE_NORMAL, Link};
use crate::engine::Engine;
use crate::refusal::Purpose;
use crate::session::RequestKind;
use crate::timers::Timer;
use crate::{Error, ErrorCode, Output, SocketId};

/// Milliseconds after which a browser has said that it refuses an address: it does within five, and takes longer where it is busy.
const VERDICT_MS: u64 = 100;

/// What is known of the policy.
#[derive(Debug, Default)]
pub(crate) struct Policy {
    is_there: bool,
    /// It refused a request to the API's host.
    has_refused_api: bool,
    /// The socket's address was tried, and not refused.
    is_socket_tried: bool,
}

impl Engine {
    /// There is a policy, and it may refuse the API's addresses.
    pub(crate) fn handle_policy(&mut self) {
        self.policy.is_there = true;
    }

    /// The policy refused a request to this address, which may be none of this chat's.
    pub(crate) fn handle_blocked(&mut self, url: &str) {
        self.policy.is_there = true;
        self.policy.has_refused_api |= origin(url) == origin(&self.config.api_url);
        let is_socket = origin(url) == origin(&self.config.socket_url);
        let is_in_vain = match &self.link {
            // Of a request that is under way, its own outcome says whether it was this one.
            Link::RequestPause { kind, .. } => self.is_refused(*kind),
            Link::Socket(socket) => is_socket && !socket.is_open,
            Link::Bare { .. } | Link::Pause => is_socket,
            _ => false,
        };
        if is_in_vain {
            self.fail_by_policy();
        }
    }

    /// Whether the policy refuses such a request.
    pub(crate) fn is_refused(&self, kind: RequestKind) -> bool {
        self.policy.has_refused_api && !(kind == RequestKind::Token && self.config.connector_token.is_none())
    }

    /// Nothing helps but another policy.
    pub(crate) fn fail_by_policy(&mut self) {
        let (api, socket) = (origin(&self.config.api_url).to_owned(), origin(&self.config.socket_url).to_owned());
        // Whoever asks for another attempt has it made.
        self.policy = Policy { is_there: true, ..Policy::default() };
        let error = Error::new(ErrorCode::ConfigContentPolicy);
        self.fail_because(error, &["connect-src has to name ", &api, " and ", &socket, "."]);
    }

    /// Tries the socket's address without what identifies the chat, where that is called for.
    pub(crate) fn tries_bare(&mut self, purpose: Purpose) -> bool {
        if !self.policy.is_there || self.policy.is_socket_tried {
            return false;
        }
        self.drop_bare();
        self.last_socket += 1;
        let (id, url) = (self.last_socket, self.config.socket_url.clone());
        self.link = Link::Bare { id: Some(id), purpose };
        self.timers.stop(Timer::Reconnect);
        self.timers.set(Timer::Policy, self.now.mono + VERDICT_MS);
        self.out.push(Output::OpenSocket { socket: id, url });
        true
    }

    /// Nothing was refused.
    pub(crate) fn pass_policy(&mut self) {
        let Link::Bare { purpose, .. } = self.link else { return };
        self.drop_bare();
        self.policy.is_socket_tried = true;
        self.open_socket_for(purpose);
    }

    /// The bare socket is open, which is more than was asked.
    pub(crate) fn handle_bare_opened(&mut self, opened: SocketId) {
        if matches!(self.link, Link::Bare { id, .. } if id == Some(opened)) {
            self.pass_policy();
        }
    }

    pub(crate) fn handle_bare_closed(&mut self, closed: SocketId) {
        if let Link::Bare { id, .. } = &mut self.link
            && *id == Some(closed)
        {
            *id = None;
        }
    }

    pub(crate) fn drop_bare(&mut self) {
        let Link::Bare { id, .. } = self.link else { return };
        self.timers.stop(Timer::Policy);
        self.out.extend(id.map(|socket| Output::CloseSocket { socket, code: CLOSE_NORMAL }));
        self.link = Link::Pause;
    }
}

/// Scheme, host and port of an address.
fn origin(url: &str) -> &str {
    // Not by a search for `://`: the code for that is large, and a page downloads it.
    let host = url.find(':').filter(|at| url[*at..].starts_with("://")).map_or(0, |at| at + 3);
    let end = url[host..].find(['/', '?', '#']).map_or(url.len(), |at| host + at);
    &url[..end]
}

#[cfg(test)]
mod tests {
    #[test]
    fn an_origin_ends_where_the_path_the_query_or_the_fragment_begins() {
        for (url, origin) in [
            ("wss://a.example/ws?x=/", "wss://a.example"),
            ("wss://a.example:1?x", "wss://a.example:1"),
            ("https://a.example#x", "https://a.example"),
            ("https://a.example", "https://a.example"),
            ("inline", "inline"),
            ("", ""),
        ] {
            assert_eq!(super::origin(url), origin, "{url}");
        }
    }
}
