//! Order and identity of what is shown.
//!
//! Lines stand in the order of their sequence. A line without one stands after everything the server had said when it
//! came up; a message that is still on its way stands at the end, and takes its place when the server has it.

use crate::{Change, Message, MessageBody, Output, Suggestion};

/// Where a line stands. Unique within a transcript, and the handle by which a line is found again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key {
    /// Counts sessions: lines of an earlier one stand before all of a later one.
    session: u32,
    /// A sequence, or `u64::MAX` for what is on its way.
    anchor: u64,
    /// Order among lines of one anchor; 0 for the line that has this very sequence.
    minor: u32,
}

/// The lines, and the changes that keep a copy of them in step.
#[derive(Debug, Default)]
pub(crate) struct Transcript {
    /// Boxed, so that a line that comes late moves little.
    lines: Vec<(Key, Box<Message>)>,
    session: u32,
    /// Counts lines without a sequence.
    unsequenced: u32,
    /// The last line that someone wrote: the transcript's end, system lines left out.
    last_talk: Option<Key>,
}

impl Transcript {
    pub(crate) fn len(&self) -> usize {
        self.lines.len()
    }

    pub(crate) fn get(&self, key: Key) -> Option<&Message> {
        self.position(key).map(|at| self.lines[at].1.as_ref())
    }

    /// The suggestions of the last agent message, unless the user has answered or another session has begun.
    pub(crate) fn suggestions(&self) -> &[Suggestion] {
        match self
            .last_talk
            .filter(|key| key.session == self.session)
            .and_then(|key| self.get(key))
            .map(|message| &message.body)
        {
            Some(MessageBody::Agent { suggestions, .. }) => suggestions,
            _ => &[],
        }
    }

    /// The place of a line that came with `sequence`, or without one after everything up to `newest`.
    pub(crate) fn key(&mut self, sequence: Option<u64>, newest: u64) -> Key {
        match sequence {
            Some(anchor) => {
                let mut key = Key { session: self.session, anchor, minor: 0 };
                // The server numbers each event once; should it not, both lines are kept.
                if self.position(key).is_some() {
                    key = self.unsequenced_key(anchor);
                }
                key
            }
            None => self.unsequenced_key(newest),
        }
    }

    /// A place at the end, after everything that is or will be confirmed.
    pub(crate) fn pending_key(&mut self) -> Key {
        self.unsequenced_key(u64::MAX)
    }

    fn unsequenced_key(&mut self, anchor: u64) -> Key {
        self.unsequenced += 1;
        Key { session: self.session, anchor, minor: self.unsequenced }
    }

    /// What comes from now on stands after everything there is.
    pub(crate) fn begin_session(&mut self) {
        self.session += 1;
    }

    pub(crate) fn insert(&mut self, key: Key, message: Message, out: &mut Vec<Output>) {
        let Err(at) = self.search(key) else { return };
        if !matches!(message.body, MessageBody::System { .. }) {
            self.last_talk = self.last_talk.max(Some(key));
        }
        let message = Box::new(message);
        self.lines.insert(at, (key, message.clone()));
        out.push(Output::Change(Change::Insert { at: at as u32, message }));
    }

    /// Bytes of the text of an agent's message.
    pub(crate) fn text_len(&self, key: Key) -> usize {
        match self.get(key).map(|message| &message.body) {
            Some(MessageBody::Agent { text, .. }) => text.len(),
            _ => 0,
        }
    }

    /// Adds text to an agent's message. The cost does not depend on how much is there already.
    pub(crate) fn append(&mut self, key: Key, delta: &str, out: &mut Vec<Output>) {
        let Some(at) = self.position(key).filter(|_| !delta.is_empty()) else { return };
        if let MessageBody::Agent { text, .. } = &mut self.lines[at].1.body {
            text.push_str(delta);
            out.push(Output::Change(Change::Append { at: at as u32, text: delta.to_owned() }));
        }
    }

    /// Changes a line as `edit` says; nothing is said when that leaves it as it was.
    pub(crate) fn edit(&mut self, key: Key, out: &mut Vec<Output>, edit: impl FnOnce(&mut MessageBody) -> bool) {
        let Some(at) = self.position(key) else { return };
        let message = &mut self.lines[at].1;
        if edit(&mut message.body) {
            out.push(Output::Change(Change::Replace { at: at as u32, message: message.clone() }));
        }
    }

    /// Gives a line another place and another time.
    pub(crate) fn relocate(&mut self, from: Key, to: Key, timestamp: u64, out: &mut Vec<Output>) {
        let Some(old) = self.position(from) else { return };
        let (_, mut message) = self.lines.remove(old);
        message.timestamp = timestamp;
        let new = self.search(to).unwrap_or_else(|at| at);
        self.lines.insert(new, (to, message));
        if old != new {
            out.push(Output::Change(Change::Move { from: old as u32, to: new as u32 }));
        }
        self.find_last_talk();
    }

    pub(crate) fn remove(&mut self, key: Key, out: &mut Vec<Output>) {
        let Some(at) = self.position(key) else { return };
        self.lines.remove(at);
        out.push(Output::Change(Change::Remove { at: at as u32 }));
        self.find_last_talk();
    }

    fn find_last_talk(&mut self) {
        let talk = self.lines.iter().rev().find(|(_, message)| !matches!(message.body, MessageBody::System { .. }));
        self.last_talk = talk.map(|(key, _)| *key);
    }

    fn position(&self, key: Key) -> Option<usize> {
        self.search(key).ok()
    }

    fn search(&self, key: Key) -> Result<usize, usize> {
        // Nearly everything happens at the end.
        match self.lines.last() {
            Some((last, _)) if *last < key => Err(self.lines.len()),
            Some((last, _)) if *last == key => Ok(self.lines.len() - 1),
            _ => self.lines.binary_search_by_key(&key, |(key, _)| *key),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{AgentKind, Delivery, Level};

    fn user(id: &str) -> Message {
        let body = MessageBody::User {
            text: id.into(),
            draft_id: None,
            message_id: None,
            delivery: Delivery::Sent,
            error: None,
        };
        Message { id: id.into(), timestamp: 0, body }
    }

    fn agent(id: &str, suggestion: &str) -> Message {
        let body = MessageBody::Agent {
            agent: AgentKind::Poly,
            agent_name: None,
            avatar_url: None,
            message_id: id.into(),
            text: String::new(),
            is_streaming: false,
            attachments: vec![],
            suggestions: vec![Suggestion { text: suggestion.into(), payload: None }],
            call_actions: vec![],
        };
        Message { id: id.into(), timestamp: 0, body }
    }

    fn system(id: &str) -> Message {
        Message {
            id: id.into(),
            timestamp: 0,
            body: MessageBody::System { event: "x", text: None, level: Level::Info },
        }
    }

    fn ids(transcript: &Transcript) -> Vec<&str> {
        transcript.lines.iter().map(|(_, message)| message.id.as_str()).collect()
    }

    #[test]
    fn lines_stand_by_sequence_and_pending_ones_last() {
        let (mut t, mut out) = (Transcript::default(), vec![]);
        let mine = t.pending_key();
        t.insert(mine, user("mine"), &mut out);
        for sequence in [4, 2, 3] {
            let key = t.key(Some(sequence), 4);
            t.insert(key, user(&sequence.to_string()), &mut out);
        }
        let notice = t.key(None, 3);
        t.insert(notice, system("notice"), &mut out);
        assert_eq!(ids(&t), ["2", "3", "notice", "4", "mine"]);

        let confirmed = t.key(Some(1), 4);
        t.relocate(mine, confirmed, 9, &mut out);
        assert_eq!(ids(&t), ["mine", "2", "3", "notice", "4"]);
        assert_eq!(out.last(), Some(&Output::Change(Change::Move { from: 4, to: 0 })));
    }

    #[test]
    fn two_lines_of_one_sequence_are_both_kept() {
        let (mut t, mut out) = (Transcript::default(), vec![]);
        for id in ["a", "b"] {
            let key = t.key(Some(1), 1);
            t.insert(key, user(id), &mut out);
        }
        assert_eq!(ids(&t), ["a", "b"]);
    }

    #[test]
    fn suggestions_are_those_of_the_last_agent_message_until_the_user_answers() {
        let (mut t, mut out) = (Transcript::default(), vec![]);
        let texts = |t: &Transcript| t.suggestions().iter().map(|s| s.text.clone()).collect::<Vec<_>>();
        let first = t.key(Some(1), 1);
        t.insert(first, agent("a", "one"), &mut out);
        let second = t.key(Some(2), 2);
        t.insert(second, agent("b", "two"), &mut out);
        let line = t.key(Some(3), 3);
        t.insert(line, system("s"), &mut out);
        assert_eq!(texts(&t), ["two"]);
        let answer = t.pending_key();
        t.insert(answer, user("u"), &mut out);
        assert!(t.suggestions().is_empty());
        t.remove(answer, &mut out);
        assert_eq!(texts(&t), ["two"]);
    }
}
