//! Bounds on what a server may send, far above what any needs. What is above one is left out, and nothing else; the log says so,
//! once for each kind. `docs/limits.md` has them all.

use crate::{AgentMessageBody, EventBody};

/// Attachments, suggestions and call actions of one message, each.
pub(crate) const MAX_ITEMS: usize = 100;
/// Names in the metadata of one event.
pub(crate) const MAX_NAMES: usize = 1_000;
/// Bytes of the text of one message, whole or in pieces.
pub(crate) const MAX_TEXT: usize = 1 << 20;
/// Bytes of a name, title, address or id; a longer one counts as missing.
pub(crate) const MAX_FIELD: usize = 8 << 10;

/// Kinds of things that were left out, as a set.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct LeftOut(u8);

impl LeftOut {
    pub(crate) const ITEMS: Self = Self(1);
    pub(crate) const NAMES: Self = Self(2);
    pub(crate) const TEXT: Self = Self(4);

    /// What the log says of each kind.
    const SAID: [(Self, &'static str); 3] = [
        (Self::ITEMS, "attachments, suggestions or call actions beyond the first 100 of a message were left out"),
        (Self::NAMES, "metadata beyond 1000 names was left out"),
        (Self::TEXT, "the text of a message beyond 1 MiB was left out"),
    ];

    pub(crate) fn add(&mut self, other: Self) {
        self.0 |= other.0;
    }

    /// Adds what was left out now. What is to be said of the kinds that are new.
    pub(crate) fn note(&mut self, now: Self) -> impl Iterator<Item = &'static str> + use<> {
        let new = now.0 & !self.0;
        self.0 |= new;
        Self::SAID.into_iter().filter(move |(kind, _)| kind.0 & new != 0).map(|(_, said)| said)
    }
}

/// Leaves out what is above the bounds. What that is.
pub(crate) fn keep_within(body: &mut EventBody) -> LeftOut {
    let mut left_out = LeftOut::default();
    match body {
        EventBody::AgentMessage(message) | EventBody::LiveAgentMessage(message) => {
            let AgentMessageBody { text, attachments, suggestions, call_actions, .. } = message;
            cut(text, MAX_TEXT, &mut left_out);
            shorten(attachments, MAX_ITEMS, &mut left_out);
            shorten(suggestions, MAX_ITEMS, &mut left_out);
            shorten(call_actions, MAX_ITEMS, &mut left_out);
        }
        EventBody::AgentMessageChunk { delta, attachments, suggestions, .. } => {
            cut(delta, MAX_TEXT, &mut left_out);
            shorten(attachments, MAX_ITEMS, &mut left_out);
            shorten(suggestions, MAX_ITEMS, &mut left_out);
        }
        EventBody::UserMessage { text, .. } | EventBody::SystemMessage { text, .. } => {
            cut(text, MAX_TEXT, &mut left_out);
        }
        _ => {}
    }
    left_out
}

/// Cuts a text to `max` bytes or a few less: never within a character.
pub(crate) fn cut(text: &mut String, max: usize, left_out: &mut LeftOut) {
    if text.len() > max {
        let end = (0..=max).rev().find(|at| text.is_char_boundary(*at));
        text.truncate(end.unwrap_or(0));
        left_out.add(LeftOut::TEXT);
    }
}

/// Keeps the first `max` items.
pub(crate) fn shorten<T>(items: &mut Vec<T>, max: usize, left_out: &mut LeftOut) {
    if items.len() > max {
        items.truncate(max);
        left_out.add(LeftOut::ITEMS);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::{MAX_WAITING, MAX_WAITING_BYTES};
    use crate::record::{MAX_DRAFT_BYTES, MAX_DRAFTS};

    #[test]
    fn a_text_is_cut_between_characters() {
        for (text, max, kept) in [("abc", 3, "abc"), ("abcd", 3, "abc"), ("aé", 2, "a"), ("👩", 3, ""), ("é", 0, "")]
        {
            let (mut cut_text, mut left_out) = (text.to_owned(), LeftOut::default());
            cut(&mut cut_text, max, &mut left_out);
            assert_eq!((cut_text.as_str(), left_out == LeftOut::TEXT), (kept, kept != text));
        }
    }

    #[test]
    fn the_bounds_are_those_that_are_documented() {
        let text = include_str!("../../../docs/limits.md");
        let says = |what: &str, bound: String| {
            let row = text.lines().find(|line| line.starts_with(&format!("| {what}")));
            assert!(row.is_some_and(|row| row.contains(&bound)), "{what}: {bound} is not in {row:?}");
        };
        let thousands = |number: usize| match number {
            ..1_000 => number.to_string(),
            _ => format!("{},{:03}", number / 1_000, number % 1_000),
        };
        says("attachments, suggestions", format!("| {} each", MAX_ITEMS));
        says("the text of a message", format!("| {} MiB as UTF-8", MAX_TEXT >> 20));
        says("a name, title", format!("| {} bytes", thousands(MAX_FIELD)));
        says("names in the", format!("| {} ", thousands(MAX_NAMES)));
        says("a message of the user", format!("{} MiB", MAX_WAITING_BYTES >> 20));
        says("messages of the user that wait", format!("| {MAX_WAITING}, of {} MiB", MAX_WAITING_BYTES >> 20));
        says("a stored session", format!("| {MAX_DRAFTS} messages of all tabs, {} MiB", MAX_DRAFT_BYTES >> 20));
    }

    #[test]
    fn each_kind_is_told_of_once() {
        let mut told = LeftOut::default();
        assert_eq!(told.note(LeftOut::TEXT).count(), 1);
        assert_eq!(told.note(LeftOut(5)).collect::<Vec<_>>(), [LeftOut::SAID[0].1]);
        assert_eq!(told.note(LeftOut(5)).count(), 0);
    }
}
