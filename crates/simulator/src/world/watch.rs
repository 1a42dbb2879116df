//! What is watched while a conversation goes on: heartbeats, backoff, budget, and how soon a connection is back.

use poly_messaging_engine::{ConnectionView, ErrorCode, Input, PageEvent, RequestId};

use super::World;
use crate::Sabotage;
use crate::network::DELAY_MS;
use crate::page::Page;
use crate::server::MAX_SOCKETS;

/// Milliseconds within which a connection has to be open once the network and the server are well and the page is seen: a
/// socket that is dead is found out by a heartbeat (30 s, 45 s on some servers, and 10 s for the answer), or an attempt
/// that was begun too early is given up (15 s) and the next made after the longest pause (30 s).
pub(crate) const OPEN_MS: u64 = 75_000;
/// The same where the session was lost meanwhile: two refusals by a server that answers come before another is made.
pub(crate) const OPEN_ANEW_MS: u64 = 150_000;
/// The same where there are so many pages that a refusal may be for the number of their sockets, dead ones among them.
pub(crate) const OPEN_IN_A_CROWD_MS: u64 = OPEN_ANEW_MS + 120_000;
/// The same once the browser says that there is a network again, beyond the time that frames are on their way: where
/// no socket was thought to be open, and where a dead one was (3 s for the heartbeat's answer, 2 s of backoff).
const ONLINE_MS: u64 = 1_000;
const ONLINE_WITH_SOCKET_MS: u64 = 5_000;
/// Milliseconds by which something may be late because of the browser's timers.
const SLACK_MS: u64 = 100;
/// Milliseconds after which a page may go on without the record, and without the lock on it.
const LOAD_MS: u64 = 3_000;
const LOCK_MS: u64 = 10_000;
/// Milliseconds after which a socket was worth opening, and a session worth making; and sessions that one page may have made
/// unasked within the latter: those that are lost, and one to put another to the test.
const SOCKET_LIFE_MS: u64 = 30_000;
const SESSION_LIFE_MS: u64 = 60_000;
const MAX_SESSIONS: usize = 5;
/// Longest pause before any attempt.
const BACKOFF_MAX_MS: u64 = 30_000;

impl World {
    /// Looks at everything once something has happened.
    pub(super) fn watch(&mut self) {
        let is_calm = !self.network.is_dead() && self.server.trouble.is_none();
        self.calm_since = if is_calm { self.calm_since.or(Some(self.now)) } else { None };
        for number in 0..self.pages.len() {
            let now = self.now;
            let works = |page: &Page| {
                page.runs() && page.socket.is_some_and(|(_, link, is_open)| is_open && self.network.passes(link))
            };
            let reads_along = self.pages[number].reads_along;
            let is_served = if reads_along { self.pages.iter().any(works) } else { works(&self.pages[number]) };
            let page = &mut self.pages[number];
            if !page.runs() || !page.is_visible {
                continue;
            }
            let is_open = matches!(page.state.connection, ConnectionView::Open);
            let is_up = is_open && is_served;
            if is_up || is_excused_from_being_open(page) {
                (page.watch.down_since, page.watch.open_by) = (None, None);
            } else {
                page.watch.down_since.get_or_insert(now);
            }
            if self.pages[number].session.as_ref().is_some_and(|session| self.server.is_full(session)) {
                let watch = &mut self.pages[number].watch;
                (watch.full_at, watch.open_by) = (now, None);
            }
            let watch = &self.pages[number].watch;
            if let (Some(calm), Some(down)) = (self.calm_since, watch.down_since) {
                let since = calm.max(down).max(watch.runs_since).max(watch.full_at);
                let session = self.pages[number].session.as_ref();
                let is_known = session.is_some_and(|session| self.server.has(now, session));
                let is_all_along = is_known && watch.session_at <= since && self.pages.len() < MAX_SOCKETS;
                if now > since + if is_all_along { OPEN_MS } else { self.open_anew_ms() } {
                    self.accuse("open", format!("page {number} has no working connection since {} ms", now - since));
                }
            }
            let watch = &self.pages[number].watch;
            if is_calm && watch.open_by.is_some_and(|by| now > by) {
                self.accuse("open", format!("page {number} is not open in time after the browser said online"));
            }
            self.watch_beats(number, is_open);
            let page = &self.pages[number];
            if page.watch.attempt_by.is_some_and(|by| now > by.max(page.watch.runs_since) + SLACK_MS) {
                self.pages[number].watch.attempt_by = None;
                self.accuse("backoff", format!("page {number} does not make the attempt that it announced"));
            }
        }
    }

    pub(super) fn open_anew_ms(&self) -> u64 {
        if self.pages.len() < MAX_SOCKETS { OPEN_ANEW_MS } else { OPEN_IN_A_CROWD_MS }
    }

    fn watch_beats(&mut self, number: usize, is_open: bool) {
        let interval = 1_000 * self.scenario.rules.heartbeat_seconds.max(30);
        let page = &self.pages[number];
        let since = page.watch.beat_at.max(page.watch.runs_since);
        let has_socket = page.socket.is_some_and(|(_, _, is_open)| is_open);
        // It is counted anew once the server has said its interval.
        if is_open && has_socket && self.now > since + interval + DELAY_MS + SLACK_MS {
            self.accuse("heartbeats", format!("page {number} has sent none for {} ms", self.now - since));
        }
    }

    pub(super) fn note_opened(&mut self, page: usize) {
        let budget = if self.budgets().any(|budget| budget == 0) { None } else { self.budgets().max() };
        let is_online = !self.is_told_offline(page);
        let watch = &mut self.pages[page].watch;
        watch.opened_at = Some(self.now);
        let useless = watch.useless;
        if budget.is_some_and(|budget| is_online && useless > budget) {
            self.accuse("budget", format!("page {page} opens a socket after {useless} that came to nothing"));
        }
        let watch = &mut self.pages[page].watch;
        watch.attempts_online = 0;
        watch.beat_at = self.now;
        // One goes behind the handshake.
        watch.spare_beats = 1;
    }

    /// The network or the server has ended the page's socket.
    pub(super) fn note_closed(&mut self, page: usize) {
        let is_online = !self.is_told_offline(page);
        let watch = &mut self.pages[page].watch;
        if let Some(at) = watch.opened_at.take() {
            let is_useless = is_online && self.now < at + SOCKET_LIFE_MS;
            watch.useless = if is_useless { watch.useless + 1 } else { 0 };
        }
    }

    /// Something shows that the connection works, or the user asked for another: it is counted anew.
    pub(super) fn note_use(&mut self, page: usize) {
        self.pages[page].watch.useless = 0;
    }

    /// A session was made for the page.
    pub(super) fn note_session_made(&mut self, page: usize) {
        let now = self.now;
        let made = &mut self.pages[page].watch.sessions_made;
        made.retain(|at| now < at + SESSION_LIFE_MS);
        made.push(now);
        let count = made.len();
        if count > MAX_SESSIONS {
            self.accuse("restraint", format!("page {page} has {count} sessions made within a minute"));
        }
    }

    pub(super) fn note_heartbeat(&mut self, page: usize) {
        let interval = 1_000 * self.scenario.rules.heartbeat_seconds.min(30);
        let watch = &mut self.pages[page].watch;
        let gap = self.now - watch.beat_at;
        watch.beat_at = self.now;
        // Two at once are one.
        if gap > 0 && gap < interval {
            if watch.spare_beats == 0 {
                self.accuse("heartbeats", format!("page {page} sends one after {gap} ms"));
            } else {
                watch.spare_beats -= 1;
            }
        }
    }

    pub(super) fn note_input(&mut self, number: usize, input: &Input) {
        self.went_without_record(number);
        let page = &mut self.pages[number];
        if let Input::Loaded { id, .. } = input {
            page.watch.loads.retain(|(load, _)| load != id);
        }
        // Timers that are late mean that the page slept, and that the connection is to be looked at.
        if page.deadline.is_some_and(|deadline| self.now > deadline.at + 1_000) {
            page.watch.spare_beats += 1;
        }
        // So does a clock on the wall that has gone on without the other, or was set.
        let now = self.clock();
        let page = &mut self.pages[number];
        let before = core::mem::replace(&mut page.watch.clock, now);
        if now.wall.saturating_sub(before.wall) > now.mono - before.mono + 1_000 {
            page.watch.spare_beats += 1;
        }
        // A tab that is asked for its sockets looks at its own.
        if matches!(input, Input::News { text } if text.contains(r#""op":"count""#)) {
            page.watch.spare_beats += 1;
        }
        // An agent that does not come may have been asked on a socket that is dead.
        if page.deadline.is_some_and(|deadline| deadline.reason == "join" && self.now >= deadline.at) {
            page.watch.spare_beats += 1;
        }
        let Input::Page(event) = input else { return };
        if matches!(event, PageEvent::Visible | PageEvent::Returned | PageEvent::Online) {
            page.watch.spare_beats += 1;
        }
    }

    /// The browser says, as it happens, that there is a network.
    pub(super) fn note_online(&mut self, number: usize) {
        let is_calm = !self.network.is_dead() && self.server.trouble.is_none();
        let page = &mut self.pages[number];
        let is_known = page.state.session.as_ref().is_some_and(|view| self.server.has(self.now, &view.id));
        if !is_calm || !is_known || !page.runs() || !page.is_visible || is_excused_from_being_open(page) {
            return;
        }
        let shared = self.pages.iter().find_map(|other| other.socket);
        let page = &mut self.pages[number];
        let wait = match page.socket.or(shared.filter(|_| page.reads_along)) {
            // What comes in passes for a sign of life, though nothing may go out.
            Some((_, link, true)) if !self.network.is_deaf(link) => return,
            Some((_, _, true)) => ONLINE_WITH_SOCKET_MS,
            _ => ONLINE_MS,
        };
        page.watch.open_by = Some(self.now + wait + 4 * DELAY_MS);
    }

    /// A load of the record is begun.
    pub(super) fn note_load(&mut self, page: usize, id: RequestId, exclusive: bool) {
        let due = self.now + if exclusive { LOCK_MS } else { LOAD_MS };
        self.pages[page].watch.loads.push((id, due));
    }

    /// Whether the page has ever gone on without the record, because that was not to be had in time: then it may have made
    /// a session beside the stored one.
    pub(super) fn went_without_record(&mut self, page: usize) -> bool {
        let watch = &mut self.pages[page].watch;
        watch.went_without |= watch.loads.iter().any(|(_, due)| self.now >= *due);
        watch.went_without
    }

    pub(super) fn note_attempt(&mut self, page: usize) {
        self.pages[page].watch.attempt_by = None;
    }

    /// Offline, a look at the network is the attempt that is due.
    pub(super) fn note_probe(&mut self, page: usize, id: RequestId) {
        let is_told_offline = self.is_told_offline(page);
        let watch = &mut self.pages[page].watch;
        watch.probe = Some(id);
        watch.attempt_by = watch.attempt_by.filter(|by| !is_told_offline || *by > self.now);
    }

    pub(super) fn note_connection(&mut self, number: usize, connection: &ConnectionView) {
        let is_told_offline = self.is_told_offline(number);
        let page = &mut self.pages[number];
        match connection {
            // It is under way.
            ConnectionView::Reconnecting { retry_in_ms: 0, .. }
                if is_told_offline && page.watch.probe.is_some_and(|id| page.requests.contains(&id)) => {}
            // The one that it reads along with makes it.
            ConnectionView::Reconnecting { .. } if page.reads_along => {}
            ConnectionView::Reconnecting { retry_in_ms, .. } => {
                page.watch.attempt_by = Some(self.now + u64::from(*retry_in_ms));
                return;
            }
            // The user asked: the attempts are counted anew.
            ConnectionView::Connecting if self.sabotage != Some(Sabotage::TriesAtOnce) => {
                (page.watch.attempts_online, page.watch.useless) = (0, 0);
            }
            ConnectionView::Failed { error } if error.code == ErrorCode::SessionReconnectExhausted => {
                let attempt = page.watch.attempt;
                let least = self.budgets().filter(|budget| *budget > 0).min();
                if least.is_none_or(|least| u64::from(attempt) < least) {
                    self.accuse("budget", format!("page {number} gave up after attempt {attempt}"));
                }
                self.counts.exhausted += 1;
            }
            _ => {}
        }
        self.pages[number].watch.attempt_by = None;
    }

    /// An attempt is announced.
    pub(super) fn note_pause(&mut self, page: usize, attempt: u32, retry_in_ms: u32) {
        self.counts.reconnects += 1;
        if self.pages[page].reads_along {
            return;
        }
        // 1 s, 2 s, 4 s on average: the first up to twice that, the others up to half as much again.
        let longest = if attempt <= 1 { 2_000 } else { BACKOFF_MAX_MS.min(1_500 << (attempt - 1).min(5)) };
        if u64::from(retry_in_ms) > longest {
            self.accuse("backoff", format!("page {page} waits {retry_in_ms} ms before attempt {attempt}"));
        }
        let most = if self.budgets().any(|budget| budget == 0) { None } else { self.budgets().max() };
        let is_online = !self.is_told_offline(page);
        let watch = &mut self.pages[page].watch;
        watch.attempt = attempt;
        watch.attempts_online += u64::from(is_online);
        let made = watch.attempts_online.min(u64::from(attempt));
        if let Some(most) = most.filter(|most| made > *most) {
            self.accuse("budget", format!("page {page} makes attempt {made} of {most}"));
        }
    }

    fn is_told_offline(&self, page: usize) -> bool {
        self.pages[page].watch.is_told_offline || self.device.traits.is_always_offline
    }

    /// The application's and, where it has one, the server's; 0: no limit. Which of them counts depends on what was heard.
    fn budgets(&self) -> impl Iterator<Item = u64> + use<> {
        let own = u64::from(self.scenario.max_reconnect_attempts);
        core::iter::once(own).chain(self.scenario.rules.max_reconnect_attempts)
    }
}

/// Closed or ended by the user, given up within its rights, or not begun.
fn is_excused_from_being_open(page: &Page) -> bool {
    let connection = &page.state.connection;
    page.state.ended.is_some()
        || !matches!(
            connection,
            ConnectionView::Open | ConnectionView::Connecting | ConnectionView::Reconnecting { .. }
        )
}
