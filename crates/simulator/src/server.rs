//! A model of the Messaging API server: tokens, sessions bound to them, the log of each session, its replay, and what can
//! go wrong with all of that. Source: Messaging API, "Sessions", "WebSocket", "Lifecycle", "Errors".
//!
//! The log is the truth that the properties compare with. It outlives the session: what was said stays known here.

mod agent;
mod log;

use serde_json::Value;

pub(crate) use log::{Entry, Kind, Line};

use crate::Sabotage;
use crate::network::LinkId;
use crate::random::Random;
use crate::schedule::Schedule;
use agent::{Agent, Step};

/// Milliseconds without anything received after which a session is forgotten.
pub(crate) const IDLE_MS: u64 = 600_000;
/// Sockets at once on one session.
pub(crate) const MAX_SOCKETS: usize = 10;

/// What this server is like.
#[derive(Debug, Clone)]
pub(crate) struct Rules {
    pub(crate) heartbeat_seconds: u64,
    /// `None`: it does not say.
    pub(crate) max_reconnect_attempts: Option<u64>,
    /// Most that one sequence is above the one before; 1: contiguous.
    pub(crate) sequence_step: u64,
    /// Events of the history in one batch, whether the batches but the first come in any order, and how many of the last
    /// events come once more as if they were live; the latter of a thousand.
    pub(crate) batch_size: usize,
    pub(crate) shuffles: bool,
    pub(crate) overlaps: u64,
    /// How a session that is not known is told of.
    pub(crate) lost_by: LostBy,
    /// Whether a session that has ended is refused; its history is replayed otherwise.
    pub(crate) refuses_ended: bool,
    /// Requests to join that come to nothing, and messages refused by the agent; of a thousand.
    pub(crate) ignored_joins: u64,
    pub(crate) refused_messages: u64,
    /// Milliseconds between pieces of an answer, at most.
    pub(crate) pace: u64,
}

/// How a client learns that its session is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LostBy {
    /// The handshake is refused.
    Refusal,
    /// The socket opens and is closed with 4001.
    Close,
    /// The socket opens and a system message says so.
    Message,
}

/// What is wrong with the server at the moment.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Trouble {
    /// Nothing answers.
    pub(crate) unreachable: bool,
    /// Handshakes are refused with this status.
    pub(crate) handshakes: Option<u16>,
    /// Requests are answered with this status.
    pub(crate) requests: Option<u16>,
    /// Frames of clients that are dropped in silence; of a thousand.
    pub(crate) swallows: u64,
    /// Each socket is ended behind its history.
    pub(crate) drops: bool,
    /// Each session is lost as soon as its agent has joined, or is found to have.
    pub(crate) disowns: bool,
}

impl Trouble {
    pub(crate) fn is_none(&self) -> bool {
        !self.unreachable
            && self.handshakes.is_none()
            && self.requests.is_none()
            && self.swallows == 0
            && !self.drops
            && !self.disowns
    }
}

/// Where a session stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    Alive,
    /// `SESSION_END` is in the log.
    Ended,
    /// Nothing was received for too long, or a restart forgot it.
    Gone,
}

/// A session and all that was ever said in it.
pub(crate) struct Session {
    pub(crate) id: String,
    token: String,
    pub(crate) standing: Standing,
    pub(crate) log: Vec<Entry>,
    links: Vec<LinkId>,
    last_received: u64,
    agent: Agent,
}

impl Session {
    fn is_full(&self) -> bool {
        self.links.len() >= MAX_SOCKETS
    }
}

/// What the server does.
#[derive(Debug)]
pub(crate) enum Act {
    Accept(LinkId),
    Refuse(LinkId, u16),
    Send { link: LinkId, text: String, live: Option<u64> },
    End(LinkId, u16),
}

/// An answer to a request.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) retry_after: Option<String>,
    pub(crate) body: String,
}

/// The server.
pub(crate) struct Server {
    pub(crate) rules: Rules,
    pub(crate) trouble: Trouble,
    /// What it does wrong, to see whether the properties notice.
    pub(crate) sabotage: Option<Sabotage>,
    random: Random,
    tokens: Vec<String>,
    tokens_made: u32,
    pub(crate) sessions: Vec<Session>,
    agenda: Schedule<(usize, Step)>,
    acts: Vec<Act>,
}

impl Server {
    pub(crate) fn new(rules: Rules, random: Random) -> Self {
        Self {
            rules,
            trouble: Trouble::default(),
            sabotage: None,
            random,
            tokens: vec![],
            tokens_made: 0,
            sessions: vec![],
            agenda: Schedule::new(),
            acts: vec![],
        }
    }

    /// What it has decided to do since the last time.
    pub(crate) fn take_acts(&mut self) -> Vec<Act> {
        core::mem::take(&mut self.acts)
    }

    pub(crate) fn find(&self, id: &str) -> Option<&Session> {
        self.sessions.iter().find(|session| session.id == id)
    }

    /// Whether a handshake on the session with the token it was made with would be served, were the server well.
    pub(crate) fn has(&self, now: u64, id: &str) -> bool {
        self.find(id).is_some_and(|session| {
            session.standing == Standing::Alive
                && now < session.last_received + IDLE_MS
                && self.tokens.contains(&session.token)
        })
    }

    /// Whether a further socket on the session is refused.
    pub(crate) fn is_full(&self, id: &str) -> bool {
        self.find(id).is_some_and(Session::is_full)
    }

    // ---------------------------------------------------------------------------------------------------- requests

    /// Answers `POST {path}`. `token`: the access token that came with it.
    pub(crate) fn answer(&mut self, now: u64, path: &str, token: Option<&str>) -> Answer {
        if let Some(status) = self.trouble.requests {
            let retry_after = (status == 429).then(|| self.random.pick(&[None, Some("1"), Some("7"), Some("soon")]));
            let retry_after = retry_after.flatten().map(str::to_owned);
            return Answer { status, retry_after, body: r#"{"error":"Service unavailable"}"#.into() };
        }
        let ok = |body: String| Answer { status: 200, retry_after: None, body };
        if path.ends_with("/access-token") {
            self.tokens_made += 1;
            let token = format!("SECRET.{}.x", self.tokens_made);
            let body = format!(r#"{{"access_token":"{token}","expires_in":86400,"token_type":"Bearer"}}"#);
            self.tokens.push(token);
            return ok(body);
        }
        let Some(token) = token.filter(|token| self.tokens.iter().any(|known| known == token)) else {
            return Answer { status: 401, retry_after: None, body: r#"{"message":"Invalid access token"}"#.into() };
        };
        let number = self.sessions.len();
        let id = format!("session-{number}");
        let body = format!(r#"{{"session_id":"{id}"}}"#);
        let mut session = Session {
            id,
            token: token.to_owned(),
            standing: Standing::Alive,
            log: vec![],
            links: vec![],
            last_received: now,
            agent: Agent::default(),
        };
        session.log.push(log::start(number, &self.rules));
        self.sessions.push(session);
        self.agenda.plan(now + IDLE_MS, (number, Step::Expire));
        ok(body)
    }

    // ------------------------------------------------------------------------------------------------------ sockets

    /// Takes a handshake.
    pub(crate) fn shake_hands(&mut self, now: u64, link: LinkId, id: &str, token: &str, cursor: Option<u64>) {
        if let Some(status) = self.trouble.handshakes {
            return self.acts.push(Act::Refuse(link, status));
        }
        if !self.tokens.iter().any(|known| known == token) {
            return self.acts.push(Act::Refuse(link, 401));
        }
        let number = self.sessions.iter().position(|session| session.id == id && session.standing != Standing::Gone);
        let Some(number) = number else {
            match self.rules.lost_by {
                LostBy::Refusal => self.acts.push(Act::Refuse(link, 404)),
                LostBy::Close => self.acts.extend([Act::Accept(link), Act::End(link, 4001)]),
                LostBy::Message => {
                    let text = log::notice(None, "Error: Session not found", None).to_string();
                    self.acts.extend([Act::Accept(link), Act::Send { link, text, live: None }]);
                }
            }
            return;
        };
        let session = &mut self.sessions[number];
        if session.token != token {
            return self.acts.push(Act::Refuse(link, 401));
        }
        if session.standing == Standing::Ended && self.rules.refuses_ended {
            return self.acts.push(Act::Refuse(link, 404));
        }
        if session.is_full() {
            return self.acts.push(Act::Refuse(link, 429));
        }
        session.last_received = now;
        session.links.push(link);
        self.acts.push(Act::Accept(link));
        self.replay(number, link, cursor);
        if self.sessions[number].standing == Standing::Ended {
            self.end_links(number, 1000);
        } else if self.trouble.disowns && self.sessions[number].agent.has_joined {
            self.disown(number);
        } else if self.trouble.drops {
            self.see_end(link);
            self.acts.push(Act::End(link, 1006));
        }
    }

    /// Sends the history after `cursor`. The first batch always holds the session's start.
    fn replay(&mut self, number: usize, link: LinkId, cursor: Option<u64>) {
        let log = &self.sessions[number].log;
        let events: Vec<&Entry> =
            log[1..].iter().filter(|entry| cursor.is_none_or(|cursor| entry.sequence > cursor)).collect();
        let mut batches: Vec<Vec<&Entry>> = events.chunks(self.rules.batch_size).map(<[_]>::to_vec).collect();
        if batches.is_empty() {
            batches.push(vec![]);
        }
        batches[0].insert(0, &log[0]);
        if self.rules.shuffles && batches.len() > 2 {
            let turn = self.random.among(1..=batches.len() as u64 - 2) as usize;
            batches[1..].rotate_left(turn);
        }
        let send = |text: String| Act::Send { link, text, live: None };
        let mut acts: Vec<Act> = batches.iter().map(|batch| send(log::batch(batch))).collect();
        if self.random.chance(self.rules.overlaps) {
            let again = self.random.among(1..=3) as usize;
            acts.extend(events.iter().rev().take(again).rev().map(|entry| send(entry.json.clone())));
        }
        self.acts.extend(acts);
    }

    /// The socket is gone, as far as the server can see.
    pub(crate) fn see_end(&mut self, link: LinkId) {
        for session in &mut self.sessions {
            session.links.retain(|other| *other != link);
        }
    }

    /// Takes a frame. Returns whether it was swallowed.
    pub(crate) fn receive(&mut self, now: u64, link: LinkId, text: &str) -> bool {
        let Some(number) = self.sessions.iter().position(|session| session.links.contains(&link)) else { return false };
        if self.sessions[number].standing != Standing::Alive {
            return false;
        }
        if self.random.chance(self.trouble.swallows) {
            return true;
        }
        self.sessions[number].last_received = now;
        let frame: Value = serde_json::from_str(text).expect("a frame is JSON");
        match frame["type"].as_str().and_then(|name| name.strip_prefix("EVENT_TYPE_")).expect("a frame has a type") {
            "HEARTBEAT" => {
                let text = r#"{"type":"EVENT_TYPE_HEARTBEAT","payload":{}}"#.to_owned();
                self.acts.push(Act::Send { link, text, live: None });
            }
            "REQUEST_POLY_AGENT_JOIN" => {
                self.record(number, Kind::JoinRequest, None);
                self.ask_agent(now, number);
            }
            "USER_MESSAGE" => {
                let text = frame["payload"]["text"].as_str().expect("a text").to_owned();
                let custom = frame["metadata"]["custom"].clone();
                if self.random.chance(self.rules.refused_messages) {
                    let text = "Our system is experiencing high load. Please try again.".to_owned();
                    self.record(number, Kind::Notice { text }, Some(custom));
                    return false;
                }
                if self.sabotage == Some(Sabotage::ServerDoubles) {
                    self.record(number, Kind::User { text: text.clone() }, Some(custom.clone()));
                }
                self.record(number, Kind::User { text }, Some(custom));
                self.do_wrong(number, link);
                self.plan_answer(now, number);
            }
            "USER_END_SESSION" => {
                self.record(number, Kind::EndRequest, None);
                self.end_session(number, "REASON_USER_END");
            }
            _ => {}
        }
        false
    }

    fn do_wrong(&mut self, number: usize, link: LinkId) {
        let session = &mut self.sessions[number];
        match self.sabotage {
            Some(Sabotage::ServerReorders) => {
                let users = |(_, entry): &(usize, &Entry)| matches!(entry.kind, Kind::User { .. });
                let before = session.log.iter().enumerate().rev().filter(users).nth(1).map(|(at, _)| at);
                if let Some(at) = before {
                    let last = session.log.len() - 1;
                    session.log.swap(at, last);
                }
            }
            Some(Sabotage::ServerDisowns) => self.end_links(number, 4001),
            Some(Sabotage::ServerTells) => {
                let text = log::notice(None, &session.token, None).to_string();
                self.acts.push(Act::Send { link, text, live: None });
            }
            _ => {}
        }
    }

    /// Writes an event into the log, and sends it to whoever is there.
    fn record(&mut self, number: usize, kind: Kind, custom: Option<Value>) {
        let step = self.random.among(1..=self.rules.sequence_step);
        let session = &mut self.sessions[number];
        let sequence = session.log.last().map_or(0, |entry| entry.sequence) + step;
        let entry = log::entry(number, sequence, kind, custom);
        let send = |link: &LinkId| Act::Send { link: *link, text: entry.json.clone(), live: Some(sequence) };
        self.acts.extend(session.links.iter().map(send));
        session.log.push(entry);
    }

    fn end_session(&mut self, number: usize, reason: &str) {
        self.record(number, Kind::End { reason: reason.to_owned() }, None);
        self.sessions[number].standing = Standing::Ended;
        self.end_links(number, 1000);
    }

    fn end_links(&mut self, number: usize, code: u16) {
        let links = core::mem::take(&mut self.sessions[number].links);
        self.acts.extend(links.into_iter().map(|link| Act::End(link, code)));
    }

    // ----------------------------------------------------------------------------------------------------- its life

    /// When it has something to do of its own.
    pub(crate) fn next(&self) -> Option<u64> {
        self.agenda.next()
    }

    /// Does what is due.
    pub(crate) fn wake(&mut self, now: u64) {
        while let Some((number, step)) = self.agenda.take_due(now) {
            match step {
                Step::Expire => self.expire(now, number),
                step if self.sessions[number].standing == Standing::Alive => self.take_step(now, number, step),
                _ => {}
            }
        }
    }

    fn expire(&mut self, now: u64, number: usize) {
        let session = &mut self.sessions[number];
        if session.standing != Standing::Alive {
            return;
        }
        let end = session.last_received + IDLE_MS;
        if now < end {
            return self.agenda.plan(end, (number, Step::Expire));
        }
        self.record(number, Kind::End { reason: "REASON_USER_ABANDONED".to_owned() }, None);
        self.end_links(number, 1000);
        self.sessions[number].standing = Standing::Gone;
    }

    /// It restarts: every socket ends, with this code where it can be told. What `forgets` names is gone.
    pub(crate) fn restart(&mut self, code: u16, forgets: Forgets) {
        for number in 0..self.sessions.len() {
            self.end_links(number, code);
            if forgets != Forgets::Nothing && self.sessions[number].standing == Standing::Alive {
                self.sessions[number].standing = Standing::Gone;
            }
        }
        if forgets == Forgets::SessionsAndTokens {
            self.tokens.clear();
        }
    }

    /// Forgets a session that it serves.
    fn disown(&mut self, number: usize) {
        self.sessions[number].standing = Standing::Gone;
        self.end_links(number, 4001);
    }

    /// Ends the socket of every session, and nothing else.
    pub(crate) fn end_sockets(&mut self, code: u16) {
        for number in 0..self.sessions.len() {
            self.end_links(number, code);
        }
    }
}

/// What a restart loses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Forgets {
    Nothing,
    Sessions,
    SessionsAndTokens,
}

impl Session {
    /// What a faithful client shows of it.
    pub(crate) fn lines(&self) -> Vec<Line> {
        log::lines(&self.log)
    }
}
