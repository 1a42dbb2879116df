//! The end of a conversation, when everything is well again, and what must then be true.

use poly_messaging_engine::{ConnectionView, Delivery, ErrorCode, Input, MessageBody};

use super::{World, note};
use crate::page::Page;
use crate::server::{Kind, Line};
use crate::user::Sent;

/// Milliseconds within which all that was said is settled: a message that was swallowed is looked for after the confirm
/// timeout and sent again, each of a handful of them in turn.
const SETTLED_MS: u64 = 60_000;

impl World {
    /// Sees the conversation through to its end, and judges.
    pub(super) fn conclude(&mut self) {
        self.pass_until(self.now + self.open_anew_ms() + 1_000);
        if !self.violations.is_empty() {
            return;
        }
        for page in 0..self.pages.len() {
            if self.pages[page].state.ended.is_none() {
                let call = self.pages[page].call("reconnect");
                self.give(page, Input::Reconnect { call });
            }
        }
        self.pass_until(self.now + SETTLED_MS);
        if !self.violations.is_empty() {
            return;
        }
        for page in 0..self.pages.len() {
            self.say(page);
        }
        self.pass_until(self.now + SETTLED_MS);
        if !self.violations.is_empty() {
            return;
        }
        self.judge_connections();
        self.judge_line();
        self.judge_messages();
        for page in 0..self.pages.len() {
            self.judge_transcript(page);
        }
        for page in 0..self.pages.len() {
            let call = self.pages[page].call("close");
            self.give(page, Input::Close { call });
            if !self.pages[page].calls.is_empty() {
                let calls = self.pages[page].calls.clone();
                self.accuse("calls", format!("page {page} is closed, and these are not settled: {calls:?}"));
            }
        }
        self.counts.messages += self.outbox.sent.len() as u64;
        self.counts.confirmed += self.outbox.sent.iter().filter(|sent| sent.is_confirmed).count() as u64;
        self.counts.failed += self.outbox.sent.iter().filter(|sent| sent.failed.is_some()).count() as u64;
    }

    fn judge_connections(&mut self) {
        for number in 0..self.pages.len() {
            let page = &self.pages[number];
            if page.state.ended.is_none() && page.state.connection != ConnectionView::Open {
                let connection = page.state.connection.clone();
                self.accuse("open", format!("page {number} is {connection:?} in the end"));
            }
        }
    }

    /// Pages on one session that can hear each other have one socket among them. One that has seen less, or more, of a history with
    /// gaps keeps its own.
    fn judge_line(&mut self) {
        if !self.scenario.shares || !self.scenario.persistent || self.scenario.rules.sequence_step > 1 {
            return;
        }
        let is_on = |page: &&Page| page.state.connection == ConnectionView::Open && page.watch.missing.is_empty();
        for page in self.pages.iter().filter(is_on) {
            let is_same = |other: &&Page| other.session == page.session && other.socket.is_some();
            let count = self.pages.iter().filter(is_on).filter(is_same).count();
            if count > 1 {
                return self.accuse("line", format!("{count} sockets are open on {:?}", page.session));
            }
        }
    }

    // -------------------------------------------------------------------------------------------------- the messages

    fn judge_messages(&mut self) {
        for sent in self.outbox.sent.clone() {
            let mut total = 0;
            for session in 0..self.server.sessions.len() {
                let count = self.places(session, &sent.draft_id).len();
                total += count;
                if count > 1 {
                    self.accuse("once", format!("{:?} is {count} times in one log", sent.text));
                }
            }
            let Sent { text, failed, excuse, .. } = &sent;
            if total > 1 + sent.repeats {
                self.accuse("once", format!("{text:?} is {total} times in the logs"));
            }
            match (failed, excuse) {
                (Some(ErrorCode::MessageNotDelivered), _) if total > sent.repeats => {
                    self.accuse("failed", format!("{text:?} was called not delivered, but was"));
                }
                (None, None) if total == 0 => self.accuse("delivered", format!("{text:?} is in no log")),
                _ => {}
            }
        }
        for session in 0..self.server.sessions.len() {
            self.judge_order(session);
        }
    }

    fn places(&self, session: usize, draft_id: &str) -> Vec<usize> {
        let log = &self.server.sessions[session].log;
        let is_it = |kind: &Kind| matches!(kind, Kind::User { .. });
        let places = log.iter().enumerate().filter(|(_, entry)| is_it(&entry.kind));
        places.filter(|(_, entry)| entry.draft_id.as_deref() == Some(draft_id)).map(|(at, _)| at).collect()
    }

    /// What one page wrote stands in the order in which it was sent; with a single tab, also across reloads. What another
    /// tab has claimed meanwhile comes when that tab writes it.
    fn judge_order(&mut self, session: usize) {
        let mut written: Vec<(Sent, usize)> = vec![];
        for sent in &self.outbox.sent {
            if let Some(at) = self.places(session, &sent.draft_id).first() {
                written.push((sent.clone(), *at));
            }
        }
        let has_one_page = self.pages.len() == 1;
        for (first, first_at) in &written {
            for (second, second_at) in &written {
                let is_comparable = has_one_page || first.load == second.load;
                let is_same = |sent: &Sent| sent.repeats == 0 && !sent.is_claimed && !sent.is_revived;
                let is_settled = is_same(first) && is_same(second);
                if is_comparable && is_settled && first.order < second.order && first_at > second_at {
                    self.accuse("order", format!("{:?} is in the log behind {:?}", first.text, second.text));
                }
            }
        }
    }

    // ------------------------------------------------------------------------------------------------ the transcript

    fn judge_transcript(&mut self, number: usize) {
        let Some(id) = self.pages[number].session.clone() else { return };
        let Some(session) = self.server.find(&id) else {
            return self.accuse("transcript", format!("page {number} shows {id}, which the server never made"));
        };
        let log = session.lines();
        let shown = self.shown(number);
        note!(self, "page {number} shows {shown:?}");
        note!(self, "the log of {id} is {log:?}");
        let mut missing = self.pages[number].watch.missing.clone();
        let state = &self.pages[number].state;
        let is_end = |body: &MessageBody| matches!(body, MessageBody::System { event: "sessionEnd", .. });
        let has_end = state.messages.iter().any(|message| is_end(&message.body));
        let is_in_order = self.scenario.profile.reordered == 0 && !self.scenario.rules.shuffles;
        if state.ended.is_some() && !(has_end && is_in_order) {
            // It ended without the server's word, or that came ahead of others: some of it was not heard.
            missing.extend(log.iter().flat_map(|line| &line.sequences));
        }
        if let Some(difference) = compare(&shown, &log, &missing) {
            self.accuse("transcript", format!("page {number}: {difference}"));
        }
    }

    /// The lines of the present session that someone wrote, those that failed left out.
    fn shown(&self, page: usize) -> Vec<(Line, Option<Delivery>)> {
        let messages = &self.pages[page].state.messages;
        let is_start = |body: &MessageBody| matches!(body, MessageBody::System { event: "sessionReplaced", .. });
        let from = messages.iter().rposition(|message| is_start(&message.body)).map_or(0, |at| at + 1);
        let line = |is_user, text: &str, is_open| Line { is_user, text: text.to_owned(), sequences: vec![], is_open };
        let shown = messages[from..].iter().filter_map(|message| match &message.body {
            MessageBody::User { delivery: Delivery::Failed, .. } | MessageBody::System { .. } => None,
            MessageBody::User { text, delivery, .. } => Some((line(true, text, false), Some(*delivery))),
            MessageBody::Agent { text, is_streaming, .. } => Some((line(false, text, *is_streaming), None)),
        });
        shown.collect()
    }
}

/// What differs between what is shown and the log. A line one of whose events never came may be missing, or be there
/// in part.
fn compare(shown: &[(Line, Option<Delivery>)], log: &[Line], missing: &[u64]) -> Option<String> {
    let mut shown = shown.iter().peekable();
    for line in log {
        let is_damaged = line.sequences.iter().any(|sequence| missing.contains(sequence));
        match shown.peek() {
            Some((next, delivery)) if next.is_user == line.is_user && next.text == line.text => {
                if delivery.is_some_and(|delivery| delivery != Delivery::Sent) {
                    return Some(format!("{:?} is in the log, but shown as {delivery:?}", line.text));
                }
                if next.is_open && !line.is_open && !is_damaged {
                    return Some(format!("{:?} is whole, but shown as streaming", line.text));
                }
                shown.next();
            }
            Some((next, _)) if is_damaged && !line.is_user && !next.is_user && is_part(&next.text, &line.text) => {
                shown.next();
            }
            _ if is_damaged => {}
            other => {
                let text = other.map(|(line, _)| &line.text);
                return Some(format!("the log has {:?} where {text:?} is shown", line.text));
            }
        }
    }
    shown.next().map(|(line, _)| format!("{:?} is shown, but is not in the log", line.text))
}

/// Whether `part` is left of `whole` when pieces of it are taken out.
fn is_part(part: &str, whole: &str) -> bool {
    let mut rest = whole.chars();
    part.chars().all(|wanted| rest.any(|there| there == wanted))
}
