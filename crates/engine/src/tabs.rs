//! The tabs of one chat among themselves: what they tell each other, and who sees to the messages of a tab that is gone.
//!
//! Every message in the record has a tab that sees to it, and that tab alone writes it. Where a tab does not answer any
//! more, another claims its messages, under the lock on the record: so one tab does, and all others find that out there.

use crate::Output;
use crate::connection::{Link, Socket};
use crate::delivery::Progress;
use crate::engine::Engine;
use crate::record::StoredDraft;
use crate::timers::Timer;
use crate::wire::{self, Fields};

/// Of the news. What another version tells is set aside.
const VERSION: u64 = 1;
/// Bytes of news that are read.
const MAX_NEWS: usize = 4_096;
/// Milliseconds that a tab gets to say that it is there.
const ANSWER_MS: u64 = 500;
/// Milliseconds after which another tab's messages are looked after: they have arrived by then, or it may be gone. One that
/// says so may be back.
const FAREWELL_MS: u64 = 10_000;
/// Milliseconds that the last words of a session get to come over this tab's own socket.
const LAST_WORDS_MS: u64 = 2_000;

/// News about the session `was`, with one member more.
pub(crate) fn news(op: &str, was: &str, name: &str, value: &str) -> String {
    let mut text = String::from(r#"{"v":1,"op":"#);
    wire::push_string(&mut text, op);
    text.push_str(r#","was":"#);
    wire::push_string(&mut text, was);
    text.push(',');
    wire::push_string(&mut text, name);
    text.push(':');
    wire::push_string(&mut text, value);
    text.push('}');
    text
}

impl Engine {
    pub(crate) fn handle_news(&mut self, text: &str) {
        if !self.config.persistent || self.keeper.is_away {
            return;
        }
        if !text.starts_with('{') {
            return self.handle_shared(text);
        }
        if text.len() > MAX_NEWS {
            return;
        }
        let Some(news) = wire::parse(text) else { return };
        let mut news = Fields::of(news);
        let (Some(VERSION), Some(op), Some(was)) = (news.integer("v"), news.name("op"), news.name("was")) else {
            return;
        };
        let is_ours = self.session.as_ref().is_some_and(|session| session.id == was);
        let is_up = !matches!(self.link, Link::Idle | Link::Away | Link::Resting | Link::Down(_));
        match op.as_str() {
            // The server has told the end of it to every tab, and perhaps sooner.
            "restarted" if is_ours && is_up || self.is_over() && self.replaces.as_ref() == Some(&was) => {
                self.begin_anew();
            }
            "replaced" if is_ours && is_up => self.follow_session(),
            "ended" if is_ours && is_up => self.hear_of_end(news.name("reason").unwrap_or_default()),
            // Its messages may have been handed on to a session that this tab has not heard of yet.
            "who" if self.has_drafts() => {
                let text = self::news("here", &was, "tab", &self.keeper.tab);
                self.out.push(Output::Tell { text });
            }
            "here" if is_ours => {
                let tab = news.name("tab");
                self.keeper.silent.retain(|silent| Some(silent) != tab.as_ref());
                if self.keeper.silent.is_empty() && self.keeper.wants_claims {
                    self.keeper.wants_claims = false;
                    self.timers.stop(Timer::Claim);
                    self.release();
                }
            }
            // Not every page that ends is given the time to say so.
            "bye" | "owes" if is_ours && is_up && !self.timers.is_set(Timer::Claim) => {
                self.timers.set(Timer::Claim, self.now.mono + FAREWELL_MS);
            }
            "count" if is_ours => self.answer_census(&news.name("tab").unwrap_or_default()),
            "sockets" if is_ours => self.count_sockets(&news.name("count").unwrap_or_default()),
            "claimed" if is_ours && self.has_drafts() => self.owe_save(),
            _ => {}
        }
    }

    /// Another tab has seen the end of the session. The socket of this one may be slower, and the last words still on their way.
    fn hear_of_end(&mut self, reason: String) {
        if !self.is_served() || self.is_ending() {
            self.finish(reason);
        } else if self.keeper.told_end.is_none() {
            self.keeper.told_end = Some(reason);
            self.timers.set(Timer::Farewell, self.now.mono + LAST_WORDS_MS);
        }
    }

    /// The last words have come, have had their time, or can come no more. False: no end was told.
    pub(crate) fn end_as_told(&mut self) -> bool {
        let told = self.keeper.told_end.take();
        let is_told = told.is_some();
        told.into_iter().for_each(|reason| self.finish(reason));
        is_told
    }

    /// Tells the other tabs of this session, where there may be any.
    pub(crate) fn tell_tabs(&mut self, op: &str, name: &str, value: &str) {
        if let Some(session) = self.session.as_ref().filter(|_| self.config.persistent) {
            let text = news(op, &session.id, name, value);
            self.out.push(Output::Tell { text });
        }
    }

    /// This tab may not see to its messages any more.
    pub(crate) fn part(&mut self) {
        if self.config.persistent && !core::mem::replace(&mut self.keeper.is_away, true) && self.has_drafts() {
            let tab = self.keeper.tab.clone();
            self.tell_tabs("bye", "tab", &tab);
        }
    }

    fn has_drafts(&self) -> bool {
        self.conversation.drafts.iter().any(|draft| draft.is_written().is_some())
    }

    // ------------------------------------------------------------------------------------------------- claims

    /// Asks whether the tabs that these messages belong to are there still.
    pub(crate) fn ask_owners(&mut self, drafts: &[StoredDraft]) {
        for draft in drafts {
            if draft.tab != self.keeper.tab && !self.keeper.silent.contains(&draft.tab) {
                self.keeper.silent.push(draft.tab.clone());
            }
        }
        if self.keeper.silent.is_empty() {
            self.keeper.wants_claims = false;
        } else {
            let tab = self.keeper.tab.clone();
            self.tell_tabs("who", "tab", &tab);
            self.timers.set(Timer::Claim, self.now.mono + ANSWER_MS);
        }
    }

    /// Time to look for messages of a tab that was left, or to claim those of tabs that did not answer.
    pub(crate) fn claim(&mut self) {
        if self.keeper.silent.is_empty() {
            self.keeper.wants_claims = true;
            self.load(false);
        } else {
            self.owe_save();
        }
    }

    /// Other tabs may have seen to this tab's messages, but for those that are known to be still its own.
    pub(crate) fn doubt_drafts(&mut self, known: &[StoredDraft]) {
        for draft in self.conversation.drafts.iter_mut().filter(|draft| draft.progress == Progress::Queued) {
            if !known.iter().any(|stored| stored.id == draft.id && stored.tab == self.keeper.tab) {
                draft.progress = Progress::Unsure;
            }
        }
    }

    /// Brings the drafts at hand in line with those in the record; with the lock, claims what is to be claimed. Returns
    /// the drafts of other tabs.
    pub(crate) fn share_drafts(&mut self, drafts: Vec<StoredDraft>, has_lock: bool) -> Vec<StoredDraft> {
        let is_due = has_lock && !self.keeper.silent.is_empty() && !self.timers.is_set(Timer::Claim);
        let gone = if is_due { core::mem::take(&mut self.keeper.silent) } else { Vec::new() };
        let is_away = self.keeper.is_away;
        for draft in self.conversation.drafts.iter_mut() {
            if draft.progress == Progress::Elsewhere && !is_away {
                // One that no other tab sees to any more has arrived, or is this tab's again.
                draft.doubt(true, self.now.mono);
            } else if is_away && draft.is_kept && !drafts.iter().any(|stored| stored.id == draft.id) {
                // Claimed, and settled by now.
                draft.leave();
            }
        }
        let (mut others, mut claimed) = (Vec::new(), Vec::new());
        for stored in drafts {
            if self.conversation.has_echo(&stored.id) {
                self.owe_save();
                continue;
            }
            let is_claimed = gone.contains(&stored.tab);
            let is_own = is_claimed || stored.tab == self.keeper.tab;
            match self.conversation.drafts.get_mut(&stored.id) {
                Some(draft) if is_own && draft.is_written().is_some() => {}
                // It was confirmed, has failed, or was discarded: the record is to forget it.
                Some(_) if is_own => self.owe_save(),
                Some(draft) => {
                    draft.leave();
                    others.push(stored);
                }
                None if is_claimed => claimed.push(stored),
                None if is_own => self.owe_save(),
                None => others.push(stored),
            }
        }
        let has_claimed = !claimed.is_empty();
        if has_claimed {
            self.conversation.restore_drafts(claimed, self.now, &mut self.out);
            self.tell_tabs("claimed", "tab", &self.keeper.tab.clone());
        }
        if is_due {
            self.keeper.wants_claims = false;
        } else if self.keeper.silent.is_empty() && !is_away {
            if self.keeper.wants_claims {
                self.ask_owners(&others);
            } else if !others.is_empty() && !self.timers.is_set(Timer::Claim) {
                self.timers.set(Timer::Claim, self.now.mono + FAREWELL_MS);
            }
        }
        // Where the history was complete before they came into doubt, what came since is asked for.
        let is_in_doubt = has_claimed || self.conversation.drafts.count(|progress| progress == Progress::Unsure) > 0;
        if is_in_doubt && matches!(self.link, Link::Socket(Socket { is_settled: true, .. })) {
            self.reopen_quietly();
        }
        others
    }
}
