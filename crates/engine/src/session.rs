//! Access token and session: two requests, made again where that can help. Source: Messaging API, "Sessions", "Errors".

use crate::connection::{Attempts, Link};
use crate::engine::Engine;
use crate::json::digits;
use crate::record::Record;
use crate::refusal::Ghosts;
use crate::timers::Timer;
use crate::{
    AccessToken, Change, ConnectionView, Error, ErrorCode, EventBody, HttpOutcome, HttpRequest, LogLevel, Output,
    RequestId, SessionView, TokenReason, retry_after, wire,
};

/// Tries of one request, the first included; as the native SDKs.
const MAX_TRIES: u32 = 4;
/// Milliseconds that one try may take.
const REQUEST_TIMEOUT_MS: u32 = 15_000;
/// Milliseconds that the application gets to supply an access token.
const TOKEN_TIMEOUT_MS: u64 = 30_000;
/// Longest pause after the first failed try, in milliseconds; doubles with each.
const RETRY_BASE_MS: u32 = 1_000;

/// What the server says of a refusal, and may be repeated. Any other text is not: it could hold anything.
const KNOWN_TEXTS: [&str; 11] = [
    CONNECTOR_UNKNOWN,
    "Missing authentication headers",
    "Failed to validate connector",
    "Connector missing host domain",
    "Failed to create access token",
    "Missing access token",
    "Invalid access token",
    "Error parsing request",
    "Failed to create session",
    "Unable to get agent details from connector service",
    "Error creating session",
];
const CONNECTOR_UNKNOWN: &str = "Connector token does not exist";

/// The session at hand.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) id: String,
    /// A socket has been open on it, perhaps another tab's: its history may hold more than its start.
    pub(crate) has_opened: bool,
    /// The application has done what it does before the agent is asked to join.
    pub(crate) is_prepared: bool,
    pub(crate) streaming: bool,
    /// It was made by an earlier page, or by another tab.
    is_resumed: bool,
    /// The cursor that was stored with it: its history holds this much.
    pub(crate) replays_to: Option<u64>,
    /// When a socket on it was first served, in monotonic milliseconds.
    pub(crate) served_at: Option<u64>,
}

impl Session {
    /// A session that was made just now.
    fn new(id: String, streaming: bool) -> Self {
        Self {
            id,
            has_opened: false,
            is_prepared: false,
            streaming,
            is_resumed: false,
            replays_to: None,
            served_at: None,
        }
    }

    /// A session to take up again.
    pub(crate) fn stored(record: &Record) -> Self {
        let replays_to = record.cursor;
        Self { has_opened: true, is_resumed: true, replays_to, ..Self::new(record.session.clone(), record.streaming) }
    }

    fn view(&self) -> SessionView {
        SessionView { id: self.id.clone(), resumed: self.is_resumed, streaming: self.streaming }
    }

    /// Takes over what the server says about streaming. Returns the view, where that changes it.
    pub(crate) fn say_streaming(&mut self, streaming: bool) -> Option<SessionView> {
        let has_changed = core::mem::replace(&mut self.streaming, streaming) != streaming;
        has_changed.then(|| self.view())
    }
}

/// Which request is under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RequestKind {
    Token,
    Session,
    /// A session that stands by, to see whether the one at hand is lost.
    Candidate,
}

impl RequestKind {
    fn path(self) -> &'static str {
        match self {
            Self::Token => "/access-token",
            Self::Session | Self::Candidate => "/sessions",
        }
    }
}

/// Why a try came to nothing.
struct Failure {
    error: Error,
    /// Longest pause before the next try in milliseconds, and whether it is exact; `None`: there is no point.
    pause: Option<(u32, bool)>,
}

impl Engine {
    /// Takes the next step towards an open connection, whichever is missing.
    pub(crate) fn connect(&mut self) {
        self.show_connection(ConnectionView::Connecting);
        self.tell(EventBody::Connecting);
        self.is_token_old = self.token.is_some();
        self.proceed();
    }

    pub(crate) fn proceed(&mut self) {
        if self.session.is_none() && self.look_for_session() {
            return;
        }
        if self.token.is_none() {
            self.request(RequestKind::Token, 1);
        } else if self.session.is_none() {
            match self.take_candidate() {
                Some(id) => {
                    self.begin_session(id);
                    self.open_socket();
                }
                None => self.request(RequestKind::Session, 1),
            }
        } else {
            self.open_socket();
        }
    }

    pub(crate) fn request(&mut self, kind: RequestKind, attempt: u32) {
        self.timers.stop(Timer::HttpRetry);
        self.last_request += 1;
        let id = self.last_request;
        self.link = Link::Request { kind, id, attempt };
        let (mut headers, body) = match (kind, &self.config.connector_token, &self.token) {
            (RequestKind::Token, None, _) => {
                self.timers.set(Timer::TokenAnswer, self.now.mono + TOKEN_TIMEOUT_MS);
                self.out.push(Output::AskToken { id, reason: self.token_reason });
                return;
            }
            (RequestKind::Token, Some(connector_token), _) => {
                let headers =
                    vec![("X-Token", connector_token.clone()), ("X-Host", self.config.host_identifier.clone())];
                (headers, "{}".to_owned())
            }
            (RequestKind::Session | RequestKind::Candidate, _, token) => {
                let token = token.as_ref().map_or("", |token| &token.access_token);
                (vec![("Authorization", ["Bearer ", token].concat())], wire::session_body(&self.config))
            }
        };
        headers.push(("Content-Type", "application/json".to_owned()));
        self.counts.http_requests += 1;
        let url = [&self.config.api_url, kind.path()].concat();
        let request = HttpRequest { url, headers, body, timeout_ms: REQUEST_TIMEOUT_MS };
        self.out.push(Output::Http { id, request });
    }

    pub(crate) fn request_again(&mut self) {
        if let Link::RequestPause { kind, attempt } = self.link {
            self.request(kind, attempt);
        }
    }

    pub(crate) fn handle_http(&mut self, answered: RequestId, outcome: HttpOutcome) {
        let Link::Request { kind, id, attempt } = self.link else { return };
        if id != answered {
            return;
        }
        if kind == RequestKind::Candidate {
            return self.judge_candidate(outcome);
        }
        let status = match &outcome {
            HttpOutcome::Response { status, .. } => Some(*status),
            _ => None,
        };
        let failure = match self.accept(kind, outcome) {
            Ok(()) => return self.proceed(),
            Err(failure) => failure,
        };
        if kind == RequestKind::Session && self.token.is_none() && core::mem::take(&mut self.is_token_old) {
            // The server has forgotten it meanwhile.
            return self.request(RequestKind::Token, 1);
        }
        if status.is_none() && failure.error.code == ErrorCode::TransportNetwork && self.is_refused(kind) {
            return self.fail_by_policy();
        }
        let (Some((pause, is_exact)), true) = (failure.pause, attempt < MAX_TRIES) else {
            return self.fail_request(kind, status, failure.error);
        };
        let pause = if is_exact { pause } else { self.rng.up_to(pause << (attempt - 1)) };
        self.log(LogLevel::Warn, [failure.error.code.as_str(), ": trying again"].concat());
        self.link = Link::RequestPause { kind, attempt: attempt + 1 };
        self.timers.set(Timer::HttpRetry, self.now.mono + u64::from(pause));
    }

    /// Says which request failed, and what is likely to be in the way, as far as a page can tell.
    fn fail_request(&mut self, kind: RequestKind, status: Option<u16>, error: Error) {
        let url = [&self.config.api_url, kind.path()].concat();
        let host = self.config.host_identifier.clone();
        match (status, error.code) {
            (Some(_), ErrorCode::AuthUnauthorized) if kind == RequestKind::Token => {
                let why = " it, or a domain above it, has to be registered for the connector.";
                self.fail_because(error, &[&url, " was asked for the host ", &host, ":", why]);
            }
            (Some(status), _) => {
                self.fail_because(error, &[&url, " answered ", &digits(u64::from(status)), "."]);
            }
            (None, ErrorCode::TransportTimeout) => self.fail_because(error, &[&url, " did not answer within 15 s."]),
            (None, _) => self.fail_because(error, &[&url, " gave no answer. ", self.likely_cause()]),
        }
    }

    /// Why nothing answers. A page sees no more of it than this.
    pub(crate) fn likely_cause(&self) -> &'static str {
        if self.is_offline {
            "The browser says that it is offline."
        } else {
            "No network; or a content policy without this host in connect-src, a blocker, a proxy, CORS, or another environment than \
             the connector's."
        }
    }

    pub(crate) fn handle_token(&mut self, answered: RequestId, result: Result<AccessToken, String>) {
        let Link::Request { kind: RequestKind::Token, id, .. } = self.link else { return };
        if id != answered || self.config.connector_token.is_some() {
            return;
        }
        self.timers.stop(Timer::TokenAnswer);
        match result {
            Ok(token) if !token.access_token.is_empty() => {
                self.token = Some(token);
                self.note_token();
                self.proceed();
            }
            _ => self.fail_because(Error::new(ErrorCode::AuthTokenFailed), &["getAccessToken gave none."]),
        }
    }

    pub(crate) fn handle_missing_token(&mut self) {
        self.fail(Error::with_message(ErrorCode::AuthTokenFailed, "No access token was supplied within 30 seconds."));
    }

    fn accept(&mut self, kind: RequestKind, outcome: HttpOutcome) -> Result<(), Failure> {
        let again = Some((RETRY_BASE_MS, false));
        let (status, retry_after, body) = match outcome {
            HttpOutcome::Network => {
                return Err(Failure { error: Error::new(ErrorCode::TransportNetwork), pause: again });
            }
            HttpOutcome::Timeout => {
                return Err(Failure { error: Error::new(ErrorCode::TransportTimeout), pause: again });
            }
            HttpOutcome::Response { status, retry_after, body } => (status, retry_after, body),
        };
        let mut body = wire::parse(&body);
        let mut take =
            |key: &str| body.as_mut().and_then(|body| wire::take_string(body, key)).filter(|text| !text.is_empty());
        match status {
            200..=299 => {
                let taken = match kind {
                    RequestKind::Token => take("access_token").map(|access_token| {
                        let expires_in = body.as_mut().and_then(|body| wire::integer(body, "expires_in"));
                        let expires_in = expires_in.and_then(|seconds| u32::try_from(seconds).ok());
                        self.token = Some(AccessToken { access_token, expires_in });
                        self.note_token();
                    }),
                    RequestKind::Session | RequestKind::Candidate => {
                        take("session_id").map(|id| self.begin_session(id))
                    }
                };
                // A network that asks for a login first answers anything with 200.
                taken.ok_or_else(|| Failure { error: Error::new(ErrorCode::TransportProtocol), pause: again })
            }
            429 => {
                let wait = retry_after::pause_ms(retry_after.as_deref(), self.now.wall);
                let error = Error::new(ErrorCode::TransportRateLimited).retry_after(Some(wait));
                Err(Failure { error, pause: Some((wait, true)) })
            }
            _ => {
                let text = take("message").or_else(|| take("error"));
                let known = KNOWN_TEXTS.into_iter().find(|known| text.as_deref() == Some(known));
                let error = explain(refusal(kind, status, known), known);
                if kind == RequestKind::Session && error.code == ErrorCode::AuthUnauthorized {
                    // The next attempt needs another one.
                    self.token = None;
                }
                // A gateway that is overloaded says for how long.
                let asked = retry_after.map(|header| (retry_after::pause_ms(Some(&header), self.now.wall), true));
                Err(Failure { error, pause: if status >= 500 { asked.or(again) } else { None } })
            }
        }
    }

    fn begin_session(&mut self, id: String) {
        let streaming = self.config.streaming;
        self.hold_session(Session::new(id, streaming));
        self.keep_session();
    }

    /// Goes on with this session.
    pub(crate) fn hold_session(&mut self, session: Session) {
        let session_id = session.id.clone();
        self.log(LogLevel::Info, ["session ", &session_id].concat());
        self.change(Change::Session { session: Some(session.view()) });
        self.session = Some(session);
        let previous = self.replaces.take();
        self.note_previous(previous.clone());
        if let Some(previous_session_id) = previous {
            self.tell(EventBody::SessionReplaced { previous_session_id, session_id });
        }
    }

    /// What comes next has a session and a token of its own.
    pub(crate) fn forget_session(&mut self) {
        if let Some(session) = self.session.take() {
            self.replaces = Some(session.id);
        }
        self.token = None;
        self.attempts = Attempts::default();
        self.ghosts = Ghosts::default();
        self.trust();
        self.forget_invitation();
    }
}

impl TokenReason {
    /// As JavaScript sees it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Restart => "restart",
        }
    }
}

fn refusal(kind: RequestKind, status: u16, known: Option<&str>) -> Error {
    Error::new(match (kind, status) {
        (_, 401) if known == Some(CONNECTOR_UNKNOWN) => ErrorCode::AuthConnectorNotFound,
        (_, 401 | 403) => ErrorCode::AuthUnauthorized,
        // A gateway's, not the API's.
        (_, 502..) => ErrorCode::TransportServer,
        (RequestKind::Token, _) => ErrorCode::AuthTokenFailed,
        (RequestKind::Session | RequestKind::Candidate, _) => ErrorCode::SessionCreationFailed,
    })
}

fn explain(error: Error, text: Option<&'static str>) -> Error {
    match text {
        Some(text) => Error { message: [&error.message, " The server said: ", text, "."].concat().into(), ..error },
        None => error,
    }
}
