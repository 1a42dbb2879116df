//! What is done to the pages, to the network and to the server.

use poly_messaging_engine::{Deadline, Delivery, Input, MessageBody, Metadata, PageEvent};

use super::{World, note};
use crate::network::{LinkId, Profile};
use crate::scenario::Deed;
use crate::server::Trouble;

impl World {
    pub(super) fn do_deed(&mut self, deed: Deed) {
        note!(self, "{deed:?}");
        if !matches!(deed, Deed::Send(_) | Deed::Type(_) | Deed::Revive | Deed::Recover | Deed::Show(_)) {
            // It gets in the way of whatever was under way.
            for page in &mut self.pages {
                (page.watch.open_by, page.watch.down_since) = (None, None);
            }
        }
        match deed {
            Deed::Send(page) => self.say(page),
            Deed::Type(page) if self.pages[page].runs() => drop(self.give(page, Input::Typing)),
            Deed::Retry(page) => {
                if let Some(draft_id) = self.first_failed(page) {
                    let call = self.pages[page].call("retry");
                    self.outbox.send_again(&draft_id);
                    if !self.give(page, Input::Retry { call, draft_id }) {
                        self.pages[page].calls.remove(&call);
                    }
                }
            }
            Deed::Discard(page) => {
                if let Some(draft_id) = self.first_failed(page) {
                    if let Some(sent) = self.outbox.find(&draft_id) {
                        sent.excuse = Some("discarded");
                    }
                    self.give(page, Input::Discard { draft_id });
                }
            }
            Deed::Reconnect(page) if self.pages[page].runs() => {
                let call = self.pages[page].call("reconnect");
                self.give(page, Input::Reconnect { call });
            }
            Deed::Close(page) if self.pages[page].runs() => {
                let call = self.pages[page].call("close");
                self.give(page, Input::Close { call });
            }
            Deed::End(page) if self.pages[page].runs() => {
                self.give_up_session(page);
                let call = self.pages[page].call("end");
                self.give(page, Input::End { call });
            }
            Deed::Restart(page) if self.pages[page].runs() => {
                self.give_up_session(page);
                let call = self.pages[page].call("restart");
                self.give(page, Input::Restart { call });
            }
            // A device that sleeps is not used.
            Deed::Reload { page, is_told } if !self.pages[page].is_asleep => self.reload(page, is_told),
            Deed::Hide { page, lateness } if self.pages[page].runs() => {
                self.pages[page].is_visible = false;
                self.pages[page].lateness = lateness;
                self.give(page, Input::Page(PageEvent::Hidden));
            }
            Deed::Show(page) if self.pages[page].runs() => self.show_page(page),
            Deed::Leave(page) if self.pages[page].runs() => {
                self.give(page, Input::Page(PageEvent::Left));
                self.pages[page].is_left = true;
            }
            Deed::Return(page) if self.pages[page].is_left && !self.pages[page].is_asleep => self.return_to(page),
            Deed::Sleep { stands_still } => {
                self.pages.iter_mut().for_each(|page| page.is_asleep = true);
                if stands_still {
                    self.device.still_since.get_or_insert(self.now);
                }
            }
            Deed::Wake => self.wake_up(),
            Deed::SetClock(by) => self.device.epoch = self.device.epoch.saturating_add_signed(by),
            Deed::Die { fate, is_told } => {
                self.network.die(self.now, fate);
                if is_told {
                    self.tell_pages(PageEvent::Offline);
                }
            }
            Deed::Revive => self.revive(),
            Deed::Break { page, ways } => {
                if let Some(link) = self.link_of(page) {
                    self.network.break_link(self.now, link, ways, true);
                }
            }
            Deed::Cut(page) => {
                if let Some(link) = self.link_of(page) {
                    self.network.cut(self.now, link);
                }
            }
            Deed::Trouble(trouble) => self.server.trouble = trouble,
            Deed::Recover => self.server.trouble = Trouble::default(),
            Deed::ServerRestart { code, forgets } => self.server.restart(code, forgets),
            Deed::EndSockets(code) => self.server.end_sockets(code),
            // The user of a page that does not run can do nothing with it.
            _ => {}
        }
    }

    /// The socket of this page, or the one that it reads along with.
    fn link_of(&self, page: usize) -> Option<LinkId> {
        let mut pages = core::iter::once(&self.pages[page]).chain(&self.pages);
        pages.find_map(|page| page.socket).map(|(_, link, _)| link)
    }

    pub(super) fn say(&mut self, page: usize) {
        if !self.pages[page].runs() {
            return;
        }
        let (draft_id, text) = self.outbox.write(self.pages[page].load);
        let call = self.pages[page].call("send");
        if !self.give(page, Input::Send { call, draft_id, text, metadata: Metadata::default(), is_in_doubt: false }) {
            self.pages[page].calls.remove(&call);
            self.outbox.take_back();
        }
    }

    fn first_failed(&self, page: usize) -> Option<String> {
        let page = &self.pages[page];
        if !page.runs() || page.state.ended.is_some() {
            return None;
        }
        page.state.messages.iter().find_map(|message| match &message.body {
            MessageBody::User { draft_id: Some(id), delivery: Delivery::Failed, .. } => Some(id.clone()),
            _ => None,
        })
    }

    fn give_up_session(&mut self, page: usize) {
        // A page that has none yet passes over the one that is stored.
        let stored = self.device.session().map(str::to_owned);
        self.given_up.extend(self.pages[page].session.clone().or(stored));
        for sent in &mut self.outbox.sent {
            if !sent.is_confirmed && sent.excuse.is_none() {
                sent.excuse = Some("the conversation was given up");
            }
        }
    }

    fn reload(&mut self, page: usize, is_told: bool) {
        self.counts.reloads += 1;
        if is_told && self.pages[page].runs() {
            self.give(page, Input::Page(PageEvent::Left));
            if self.device.traits.storage == 0 {
                // Storage that answers at once is done before the page is gone.
                let load = self.pages[page].load;
                while self.pages[page].is_storage_busy && self.holds_lock_if_needed(page) {
                    self.finish_operation(load);
                }
            }
        }
        if let Some((_, link, _)) = self.pages[page].socket.take() {
            self.network.close(self.now, link);
        }
        let load = self.pages[page].load;
        let next = self.device.lock.leave(load);
        self.pass_lock(next);
        let next = self.device.line.leave(load);
        self.pass_line(next);
        let is_kept =
            self.scenario.persistent && self.device.traits.storage_fault == crate::scenario::StorageFault::None;
        for sent in &mut self.outbox.sent {
            let is_owed = is_kept && self.device.holds(&sent.draft_id);
            if sent.load.page == page && !sent.is_confirmed && sent.excuse.is_none() && !is_owed {
                sent.excuse = Some("the page went before it was stored");
            }
            if sent.load == load && !sent.is_confirmed && sent.is_written {
                sent.left_at = Some(self.now);
            }
            if is_owed && sent.is_written && !self.device.says_written(&sent.draft_id) {
                sent.repeats += 1;
            }
        }
        self.load_page(page, load.number + 1);
    }

    fn holds_lock_if_needed(&mut self, page: usize) -> bool {
        let page = &self.pages[page];
        let is_exclusive = matches!(page.storage.front(), Some(crate::device::Operation::Load { exclusive: true, .. }));
        !is_exclusive || self.device.lock.is_held_by(page.load)
    }

    fn show_page(&mut self, page: usize) {
        let shown = &mut self.pages[page];
        shown.is_visible = true;
        shown.lateness = 0;
        shown.watch.runs_since = self.now;
        self.give(page, Input::Page(PageEvent::Visible));
    }

    fn return_to(&mut self, page: usize) {
        self.pages[page].is_left = false;
        self.pages[page].watch.runs_since = self.now;
        self.empty_inbox(page);
        self.give(page, Input::Page(PageEvent::Returned));
        let load = self.pages[page].load;
        self.begin_operation(load);
    }

    fn wake_up(&mut self) {
        if let Some(since) = self.device.still_since.take() {
            let slept = self.now - since;
            self.device.stood_still += slept;
            // What is due by that clock is due so much later.
            for page in &mut self.pages {
                page.deadline = page.deadline.map(|deadline| Deadline { at: deadline.at + slept, ..deadline });
                page.wake = page.wake.map(|at| at + slept);
                page.watch.attempt_by = page.watch.attempt_by.map(|by| by + slept);
            }
        }
        for page in 0..self.pages.len() {
            if !core::mem::take(&mut self.pages[page].is_asleep) {
                continue;
            }
            self.pages[page].watch.runs_since = self.now;
            // Which of the two comes first differs from browser to browser.
            if self.random.chance(500) {
                self.empty_inbox(page);
            }
            self.give(page, Input::Deadline);
            self.empty_inbox(page);
            let load = self.pages[page].load;
            self.begin_operation(load);
        }
    }

    fn empty_inbox(&mut self, page: usize) {
        while self.pages[page].runs() {
            let Some(input) = self.pages[page].inbox.pop_front() else { break };
            let of_socket = match &input {
                Input::SocketOpened { socket }
                | Input::SocketText { socket, .. }
                | Input::SocketBinary { socket }
                | Input::SocketClosed { socket, .. } => Some(*socket),
                _ => None,
            };
            if of_socket.is_none_or(|id| self.pages[page].socket.is_some_and(|(there, _, _)| there == id)) {
                self.give(page, input);
            }
        }
    }

    fn revive(&mut self) {
        self.network.revive(self.now);
        if self.pages.iter().any(|page| page.watch.is_told_offline) {
            self.tell_pages(PageEvent::Online);
        }
    }

    fn tell_pages(&mut self, event: PageEvent) {
        if self.device.traits.is_always_offline {
            return;
        }
        for page in 0..self.pages.len() {
            self.pages[page].watch.is_told_offline = event == PageEvent::Offline;
            if event == PageEvent::Online {
                self.note_online(page);
            }
            let load = self.pages[page].load;
            self.hand(load, Input::Page(event));
        }
    }

    /// Ends every trouble there is.
    pub(super) fn heal(&mut self) {
        note!(self, "all troubles end");
        self.network.profile = Profile { reordered: 0, doubled: 0, missing: 0, ..self.network.profile.clone() };
        self.server.trouble = Trouble::default();
        self.server.rules.refused_messages = 0;
        self.server.rules.ignored_joins = 0;
        self.revive();
        self.wake_up();
        for page in 0..self.pages.len() {
            if self.pages[page].is_left {
                self.return_to(page);
            }
            // The others stay in the background.
            self.pages[page].lateness = 0;
            if page == 0 && !self.pages[page].is_visible {
                self.show_page(page);
            }
        }
        self.let_server_act();
    }
}
