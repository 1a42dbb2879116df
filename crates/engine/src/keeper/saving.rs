//! Saving: the record is read, brought up to date and stored under the lock, or forgotten with the end of the session.

use core::hash::Hasher;

use rustc_hash::FxHasher;

use crate::Output;
use crate::connection::Link;
use crate::engine::Engine;
use crate::record::{Record, StoredDraft};
use crate::timers::Timer;

/// Milliseconds between two saves of what changes all the time.
const SAVE_INTERVAL_MS: u64 = 30_000;

impl Engine {
    /// The record was read for a session at hand, or for one that has ended; with the lock, it is brought up to date.
    pub(super) fn follow_record(&mut self, record: Option<Record>) {
        let has_lock = self.keeper.has_lock;
        let is_returning = core::mem::take(&mut self.keeper.is_returning);
        if let Some(record) = record.as_ref().filter(|_| is_returning) {
            self.doubt_drafts(&record.drafts);
        }
        let Some(session) = &mut self.session else {
            if has_lock {
                self.keeper.is_dirty = false;
                if let Some(record) = record.filter(|record| Some(&record.session) == self.replaces.as_ref()) {
                    let orphaned = core::mem::take(&mut self.keeper.orphaned);
                    self.bury_orphans(
                        record.drafts.into_iter().filter(|draft| orphaned.contains(&draft.tab)).collect(),
                    );
                    self.out.push(Output::Forget);
                }
            }
            return;
        };
        match record {
            Some(record) if record.session == session.id => {
                // What another tab has heard since counts as well; a clock that went back does not.
                self.keeper.active_at = self.keeper.active_at.max(record.active_at.min(self.now.wall));
                session.replays_to = session.replays_to.max(record.cursor);
                let others = self.share_drafts(record.drafts, has_lock);
                if has_lock {
                    self.store(others);
                }
            }
            // Another session than this one, which a living tab has made: that is left alone.
            Some(record)
                if !self.keeper.is_fresh
                    && Some(&record.session) != self.keeper.succeeds.as_ref()
                    && self.is_alive(&record) =>
            {
                if is_returning {
                    return self.follow_session();
                }
                self.keeper.is_dirty &= !has_lock;
                self.keeper.news = None;
            }
            _ if has_lock => self.store(Vec::new()),
            _ => {}
        }
        if self.keeper.silent.is_empty() {
            self.release();
        }
    }

    pub(super) fn store(&mut self, others: Vec<StoredDraft>) {
        let (Some(session), Some(token)) = (&self.session, &self.token) else { return };
        let mut drafts = others;
        let of_others = drafts.len();
        for draft in self.conversation.drafts.iter_mut() {
            draft.is_kept = true;
            drafts.extend(StoredDraft::of(draft, &self.keeper.tab));
        }
        let owes = drafts.len() > of_others;
        let record = Record {
            session: session.id.clone(),
            token: token.access_token.clone(),
            expires_at: self.keeper.token_expires_at,
            streaming: session.streaming,
            cursor: self.conversation.newest.max(session.replays_to),
            active_at: self.keeper.active_at,
            drafts,
        };
        self.keeper.is_dirty = false;
        self.keeper.is_fresh = false;
        self.keeper.drafts = self.fingerprint_drafts();
        self.timers.stop(Timer::Save);
        let news = self.keeper.news.take();
        if let Some(record) = record.compose() {
            self.out.push(Output::Store { record });
            self.out.extend(news.map(|text| Output::Tell { text }));
            if owes {
                let tab = self.keeper.tab.clone();
                self.tell_tabs("owes", "tab", &tab);
            }
        }
    }

    /// Sees after each input whether there is anything to store.
    pub(crate) fn keep_up(&mut self) {
        if !self.config.persistent {
            return;
        }
        if self.session.is_some() {
            if core::mem::replace(&mut self.keeper.frames, self.counts.frames_in) != self.counts.frames_in {
                self.keeper.active_at = self.now.wall;
                if matches!(self.link, Link::Socket(_)) && !self.timers.is_set(Timer::Save) {
                    self.timers.set(Timer::Save, self.now.mono + SAVE_INTERVAL_MS);
                }
            }
            let drafts = self.fingerprint_drafts();
            // Whatever becomes of the save, the same drafts do not ask for another.
            self.keeper.is_dirty |= core::mem::replace(&mut self.keeper.drafts, drafts) != drafts;
        }
        let is_over = self.session.is_none() && self.is_over();
        let is_busy = self.keeper.has_lock || self.keeper.is_left || matches!(self.link, Link::Record);
        if self.keeper.is_dirty && !is_busy && (self.session.is_some() || is_over) {
            self.load(true);
        }
    }

    /// The session is over: its record goes, and the other tabs are told.
    pub(crate) fn tell_end(&mut self) {
        if let Some(ended) = &self.conversation.ended {
            let reason = ended.reason.clone();
            self.tell_tabs("ended", "reason", &reason);
        }
        self.owe_save();
    }

    /// Owes the record a save.
    pub(crate) fn owe_save(&mut self) {
        self.keeper.is_dirty = true;
    }

    /// What the record says of this tab's drafts, in one number.
    fn fingerprint_drafts(&self) -> u64 {
        let mut hasher = FxHasher::default();
        for draft in self.conversation.drafts.iter() {
            if let Some(is_written) = draft.is_written() {
                hasher.write(draft.id.as_bytes());
                hasher.write_u8(is_written.into());
            }
        }
        hasher.finish()
    }
}
