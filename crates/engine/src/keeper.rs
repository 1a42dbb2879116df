//! The record of the session: when it is looked at, what follows from it, and when it is stored.
//!
//! Whoever makes a session or stores it holds the lock on the record, which one tab holds at a time: so tabs that were
//! opened together make one session, and none overwrites what another has stored. No lock is held while a page may stop
//! running, and nothing waits for a storage that does not answer.

mod saving;

use crate::connection::{Link, SESSION_LOST};
use crate::engine::{Engine, USER_END};
use crate::jwt;
use crate::record::{Record, StoredDraft};
use crate::rng::Rng;
use crate::session::Session;
use crate::timers::Timer;
use crate::{AccessToken, Config, Error, ErrorCode, LogLevel, OnSessionLost, Output, RequestId};

/// Milliseconds that reading the record may take before the chat goes on without, and those that the lock on it may.
const LOAD_TIMEOUT_MS: u64 = 3_000;
const LOCK_TIMEOUT_MS: u64 = 10_000;

/// What is known of the record, and owed to it.
#[derive(Debug, Default)]
pub(crate) struct Keeper {
    /// This page load, among the tabs of the chat.
    pub(crate) tab: String,
    load: Option<Load>,
    /// The lock is kept: a session is being made.
    has_lock: bool,
    /// The record was read once, without the lock.
    has_looked: bool,
    /// No record stands against making a session.
    may_create: bool,
    /// What is stored is not wanted, until something else is.
    pub(crate) is_fresh: bool,
    is_dirty: bool,
    /// The page does not run, as far as is known: nothing is begun.
    pub(crate) is_left: bool,
    /// Others may have taken this tab's messages for those of a dead one.
    pub(crate) is_away: bool,
    /// The chat was down: others may have gone on to another session.
    pub(crate) is_behind: bool,
    /// The tab is back, and does not know yet what became of its messages.
    pub(crate) is_returning: bool,
    /// No message is written before the record has shown which are this tab's.
    pub(crate) holds_back: bool,
    /// When something was last received, by the device's clock.
    active_at: u64,
    token_expires_at: Option<u64>,
    /// The session that the one at hand has taken the place of.
    succeeds: Option<String>,
    /// Messages of other tabs in the record of the session that is replaced.
    heritage: Vec<StoredDraft>,
    /// The user asked for the session to come.
    pub(crate) is_restart: bool,
    /// Told once the record is stored.
    news: Option<String>,
    /// The reason of the end that another tab has told of, while this one waits to see it.
    pub(crate) told_end: Option<String>,
    /// Messages of tabs that are gone are to be looked for.
    pub(crate) wants_claims: bool,
    /// Tabs that have messages in the record, and have not been heard of since that was asked.
    pub(crate) silent: Vec<String>,
    /// Those among them when their session was lost.
    pub(crate) orphaned: Vec<String>,
    /// What was stored of the drafts, as a fingerprint, and how many frames had come in.
    drafts: u64,
    frames: u32,
}

#[derive(Debug)]
struct Load {
    id: RequestId,
    is_exclusive: bool,
}

impl Keeper {
    pub(crate) fn new(config: &Config, rng: &mut Rng) -> Self {
        let mut tab = String::new();
        if config.persistent {
            let mut bits = u64::from(rng.next()) << 32 | u64::from(rng.next());
            for _ in 0..16 {
                tab.extend(char::from_digit((bits & 15) as u32, 16));
                bits >>= 4;
            }
        }
        Self { tab, is_fresh: config.fresh, ..Self::default() }
    }
}

impl Engine {
    /// Looks for a session before one is made. False: there is no need.
    pub(crate) fn look_for_session(&mut self) -> bool {
        if !self.config.persistent || self.keeper.may_create {
            return false;
        }
        // A session that is there can be taken up while another tab holds the lock.
        let is_exclusive = self.keeper.has_looked || self.keeper.is_fresh;
        self.keeper.has_looked = true;
        self.link = Link::Record;
        self.load(is_exclusive);
        let limit = if is_exclusive { LOCK_TIMEOUT_MS } else { LOAD_TIMEOUT_MS };
        self.timers.set(Timer::Record, self.now.mono + limit);
        true
    }

    /// Whether there may be a stored session that was not looked at yet. It is then.
    pub(crate) fn seeks_record(&mut self) -> bool {
        let is_before = matches!(self.link, Link::Idle | Link::Away) && self.session.is_none();
        matches!(self.link, Link::Record) || (is_before && self.look_for_session())
    }

    /// Whether the record is being read, and what stands in it is not known yet.
    pub(crate) fn is_reading_record(&self) -> bool {
        matches!(self.link, Link::Record) && self.keeper.load.is_some()
    }

    pub(crate) fn load(&mut self, is_exclusive: bool) {
        if self.keeper.load.as_ref().is_some_and(|load| load.is_exclusive || !is_exclusive) {
            // Its answer does as well.
            return;
        }
        self.last_request += 1;
        let id = self.last_request;
        self.keeper.load = Some(Load { id, is_exclusive });
        self.out.push(Output::Load { id, exclusive: is_exclusive });
    }

    pub(crate) fn handle_loaded(&mut self, answered: RequestId, record: Option<String>) {
        let Some(load) = self.keeper.load.take_if(|load| load.id == answered) else { return };
        self.keeper.has_lock = load.is_exclusive;
        let record = record.and_then(|record| Record::parse(&record));
        if matches!(self.link, Link::Record) {
            self.timers.stop(Timer::Record);
            self.choose_session(record);
        } else {
            self.follow_record(record);
            self.unlock();
        }
    }

    /// The record, or the lock on it, was not to be had in time.
    pub(crate) fn handle_late_record(&mut self) {
        if matches!(self.link, Link::Record) {
            self.log(LogLevel::Warn, "the stored session cannot be reached: going on without");
            if self.is_ending() {
                return self.finish(USER_END.to_owned());
            }
            self.give_up_load();
            self.keeper.may_create = true;
            self.proceed();
        } else {
            self.release();
        }
    }

    // ------------------------------------------------------------------------------------- a session is wanted

    fn choose_session(&mut self, record: Option<Record>) {
        let is_fresh = self.keeper.is_fresh;
        let mut record = record.filter(|_| !is_fresh);
        self.keeper.heritage.clear();
        if let Some(lost) = record.take_if(|record| Some(&record.session) == self.replaces.as_ref()) {
            let orphaned = core::mem::take(&mut self.keeper.orphaned);
            let is_orphan = |draft: &StoredDraft| draft.is_written && orphaned.contains(&draft.tab);
            let (orphans, others) = lost.drafts.into_iter().partition::<Vec<_>, _>(is_orphan);
            // What was never written, other tabs may still see to.
            let is_wanted = |draft: &StoredDraft| !draft.is_written && draft.tab != self.keeper.tab;
            self.keeper.heritage = others.into_iter().filter(is_wanted).collect();
            self.bury_orphans(orphans);
        }
        let is_alive = record.as_ref().is_some_and(|record| self.is_alive(record));
        match record {
            Some(record) if is_alive => {
                self.unlock();
                self.resume(record);
                self.open_socket();
            }
            _ if self.is_ending() => self.finish(USER_END.to_owned()),
            _ if !self.keeper.has_lock => drop(self.look_for_session()),
            Some(record) => self.bury(record),
            None => {
                if is_fresh {
                    self.out.push(Output::Forget);
                }
                self.keeper.may_create = true;
                self.proceed();
            }
        }
    }

    /// Takes up a stored session.
    fn resume(&mut self, record: Record) {
        self.keeper.may_create = false;
        self.keeper.active_at = record.active_at;
        self.keeper.token_expires_at = record.expires_at;
        self.hold_session(Session::stored(&record));
        // That of the page before this one, perhaps.
        self.ghosts.note(self.now.mono);
        self.token = Some(AccessToken { access_token: record.token, expires_in: None });
        self.keeper.wants_claims = true;
        self.share_drafts(record.drafts, false);
        if !self.keeper.silent.is_empty() {
            self.hold_back();
        }
    }

    /// The stored session has been idle for too long, or its token has expired.
    fn bury(&mut self, record: Record) {
        let is_end = self.config.on_session_lost == OnSessionLost::End;
        self.replaces = Some(record.session);
        // Whether they were written is all one now.
        let drafts = record.drafts.into_iter().map(|draft| StoredDraft { is_written: true, ..draft });
        self.conversation.restore_drafts(drafts.collect(), self.now, &mut self.out);
        let error = Error::new(ErrorCode::SessionExpired);
        if is_end {
            self.conversation.fail_drafts(|_| true, &error, &mut self.out);
            return self.finish(SESSION_LOST.to_owned());
        }
        self.conversation.replace(&error, self.now.wall, &mut self.out);
        self.keeper.is_restart = false;
        self.keeper.may_create = true;
        self.proceed();
    }

    /// The session was lost with messages of tabs that are gone: nobody else says what became of them.
    fn bury_orphans(&mut self, drafts: Vec<StoredDraft>) {
        let ids: Vec<_> = drafts.iter().map(|draft| draft.id.clone()).collect();
        self.conversation.restore_drafts(drafts, self.now, &mut self.out);
        let error = Error::new(ErrorCode::SessionLost);
        self.conversation.fail_drafts(|draft| ids.contains(&draft.id), &error, &mut self.out);
    }

    /// A session was made: it is stored at once.
    pub(crate) fn keep_session(&mut self) {
        if !self.config.persistent {
            return;
        }
        self.keeper.may_create = false;
        self.keeper.active_at = self.now.wall;
        self.keeper.is_dirty = true;
        self.keeper.news = match (&self.keeper.succeeds, &self.session) {
            (Some(was), Some(session)) => {
                let op = if self.keeper.is_restart { "restarted" } else { "replaced" };
                Some(crate::tabs::news(op, was, "now", &session.id))
            }
            _ => None,
        };
        let mut heritage = core::mem::take(&mut self.keeper.heritage);
        if core::mem::take(&mut self.keeper.is_restart) {
            // The user wanted none of that any more.
            heritage.clear();
        }
        if self.keeper.has_lock {
            // Should nobody see to them any more, they come before what is written from now on.
            self.ask_owners(&heritage);
            if !self.keeper.silent.is_empty() {
                self.hold_back();
            }
            // What it takes the place of was seen when the lock was taken.
            self.store(heritage);
            self.unlock();
        }
    }

    /// The session at hand takes the place of `previous`.
    pub(crate) fn note_previous(&mut self, previous: Option<String>) {
        self.keeper.succeeds = previous;
        self.keeper.is_away = false;
        self.keeper.is_behind = false;
    }

    /// When the token expires, by the device's clock.
    pub(crate) fn note_token(&mut self) {
        let Some(token) = self.token.as_ref().filter(|_| self.config.persistent) else { return };
        let said = token.expires_in.map(|seconds| self.now.wall + u64::from(seconds) * 1_000);
        self.keeper.token_expires_at = said.or_else(|| jwt::expiry(&token.access_token));
    }

    /// Another session is asked for than the one that may be stored, and was not taken up yet.
    pub(crate) fn pass_over_record(&mut self) {
        self.keeper.is_fresh |= self.session.is_none() && self.replaces.is_none() && !self.keeper.may_create;
    }

    fn is_alive(&self, record: &Record) -> bool {
        record.is_alive(self.config.session_timeout_ms, self.now.wall)
    }

    // ------------------------------------------------------------------------------------- leaving and returning

    /// The page stops running, perhaps for good: no other tab waits for this one.
    pub(crate) fn keeper_left(&mut self) {
        self.keeper.is_left = true;
        if !matches!(self.link, Link::Idle) {
            self.part();
        }
        self.give_up_load();
    }

    /// The page runs again.
    pub(crate) fn keeper_returned(&mut self) {
        self.keeper.is_left = false;
    }

    /// Before a socket opens: a tab that others may have taken for dead, or have left behind, looks at what they have done.
    pub(crate) fn look_back(&mut self) {
        if core::mem::take(&mut self.keeper.is_away) | core::mem::take(&mut self.keeper.is_behind) {
            self.keeper.is_returning = true;
            if let Some(session) = &mut self.session {
                session.has_opened = true;
            }
            self.hold_back();
            self.load(false);
        }
    }

    /// Whatever was under way with the record for the sake of a connection is given up.
    pub(crate) fn leave_record(&mut self) {
        if matches!(self.link, Link::Record) {
            self.give_up_load();
        }
        self.unlock();
        self.keeper.may_create = false;
        self.keeper.silent.clear();
        self.keeper.is_away |= core::mem::take(&mut self.keeper.is_returning);
        self.keeper.holds_back = false;
    }

    fn hold_back(&mut self) {
        self.keeper.holds_back = true;
        self.timers.set(Timer::Record, self.now.mono + LOAD_TIMEOUT_MS);
    }

    /// Which messages are this tab's is known, or was not to be found out.
    pub(crate) fn release(&mut self) {
        if core::mem::take(&mut self.keeper.holds_back) {
            self.timers.stop(Timer::Record);
            self.flush();
        }
    }

    /// Expects no record any more, and no lock.
    fn give_up_load(&mut self) {
        self.keeper.has_lock |= self.keeper.load.take().is_some_and(|load| load.is_exclusive);
        self.unlock();
    }

    fn unlock(&mut self) {
        if core::mem::take(&mut self.keeper.has_lock) {
            self.out.push(Output::Unlock);
        }
    }
}
