//! Whether the open socket is alive: heartbeats, what a page that slept may judge, and renewal. Source: Messaging API,
//! "Lifecycle".

use crate::connection::{Link, Socket};
use crate::delivery::Progress;
use crate::engine::Engine;
use crate::sharing::ANSWER_MS;
use crate::timers::Timer;
use crate::{Now, wire};

/// Milliseconds within which something must be received after a heartbeat, and after one that checks a socket which may
/// have died unnoticed.
const HEARTBEAT_ANSWER_MS: u64 = 10_000;
const CHECK_ANSWER_MS: u64 = 3_000;
/// Least milliseconds between two heartbeats: an interval shorter than the way there and back would find every socket dead.
const MIN_HEARTBEAT_MS: u64 = 3_000;
/// Milliseconds by which a timer may be late in a page that is awake, or the wall clock ahead of the monotonic one.
const MAX_LATE_MS: u64 = 1_000;
/// Milliseconds after which a socket is renewed, as the native SDKs do; then how long a quiet moment is waited for, and
/// how often it is looked for.
const RENEWAL_MS: u64 = 2 * 60 * 60 * 1_000;
const RENEWAL_PATIENCE_MS: u64 = 10 * 60 * 1_000;
const RENEWAL_LOOK_MS: u64 = 5_000;

/// What is known of an open socket's life.
#[derive(Debug, Default)]
pub(crate) struct Liveness {
    /// A check is under way: nothing was received since.
    pub(crate) is_checked: bool,
    /// When the socket is renewed at the latest.
    renew_by: u64,
}

impl Engine {
    /// Milliseconds between heartbeats; `None`: none needed.
    fn heartbeat_interval(&self) -> Option<u64> {
        if self.reads_along() {
            return Some(self.ask_interval());
        }
        let said = self.conversation.capabilities.as_ref().and_then(|can| can.heartbeat_interval_seconds);
        let interval = said.map_or(u64::from(self.config.heartbeat_interval_ms), |seconds| u64::from(seconds) * 1_000);
        (interval > 0).then_some(interval.max(MIN_HEARTBEAT_MS))
    }

    pub(crate) fn schedule_heartbeat(&mut self) {
        match self.heartbeat_interval() {
            Some(interval) => self.timers.set(Timer::Heartbeat, self.now.mono + interval),
            None => self.timers.stop(Timer::Heartbeat),
        }
    }

    /// Asks for a sign of life.
    fn beat(&mut self) {
        if self.reads_along() { self.ask_holder() } else { self.write(wire::HEARTBEAT) }
    }

    /// Gives the server so many milliseconds for that. Another tab is near.
    fn await_answer(&mut self, ms: u64) {
        let ms = if self.reads_along() { ANSWER_MS } else { ms };
        self.timers.set(Timer::HeartbeatAnswer, self.now.mono + ms);
    }

    pub(crate) fn send_heartbeat(&mut self) {
        self.beat();
        self.schedule_heartbeat();
        self.expect_answer();
    }

    pub(crate) fn expect_answer(&mut self) {
        // The next heartbeat gives an answer that is due no more time.
        if self.timers.is_set(Timer::HeartbeatAnswer) {
            return;
        }
        if let Some(interval) = self.heartbeat_interval() {
            self.await_answer(interval.min(HEARTBEAT_ANSWER_MS));
        }
    }

    /// Finds out soon whether the open socket has died unnoticed. Heartbeats are echoed even where none is needed.
    pub(crate) fn check_alive(&mut self) {
        let Link::Socket(Socket { is_open: true, liveness, .. }) = &mut self.link else { return };
        if core::mem::replace(&mut liveness.is_checked, true) {
            return;
        }
        self.beat();
        self.schedule_heartbeat();
        self.await_answer(CHECK_ANSWER_MS);
    }

    /// Where a timer is late, the page slept, and what the server answered may not have been read yet: nothing is judged
    /// by what has not come until it had the time to come. On most systems the monotonic clock stands still in a device's sleep,
    /// and the other one alone, which has gone on since `before`, tells of it.
    pub(crate) fn notice_sleep(&mut self, before: Now) {
        let now = self.now.mono;
        let stood_still = self.now.wall.saturating_sub(before.wall) > now - before.mono + MAX_LATE_MS;
        if stood_still || self.timers.next().is_some_and(|deadline| deadline.at + MAX_LATE_MS < now) {
            self.counts.sleeps += 1;
            self.check_alive();
            self.timers.put_off(now + CHECK_ANSWER_MS);
        }
    }

    // -------------------------------------------------------------------------------------------------- renewal

    pub(crate) fn schedule_renewal(&mut self) {
        let Link::Socket(socket) = &mut self.link else { return };
        let at = self.now.mono + RENEWAL_MS;
        socket.liveness.renew_by = at + RENEWAL_PATIENCE_MS;
        self.timers.set(Timer::Renewal, at);
    }

    /// Takes a new socket before someone on the way cuts the old one off: at a moment when nothing is under way, or late.
    pub(crate) fn renew(&mut self) {
        let Link::Socket(socket) = &self.link else { return };
        let is_late = self.now.mono >= socket.liveness.renew_by;
        let unconfirmed = self.conversation.drafts.count(|progress| progress != Progress::Failed);
        let is_busy = unconfirmed > 0 || self.conversation.is_agent_busy() || self.typist.is_typing();
        if is_late || !(is_busy || self.is_offline) {
            self.counts.renewals += 1;
            self.reopen_quietly();
        } else {
            self.timers.set(Timer::Renewal, self.now.mono + RENEWAL_LOOK_MS);
        }
    }
}
