//! Messages that arrive in chunks: which chunk is next, which waits, which is a repeat. Source: Messaging API,
//! "Streaming".

use std::collections::BTreeMap;

use crate::transcript::Key;
use crate::{Attachment, Envelope, Suggestion};

/// Chunks of one message that may wait for an earlier one. A server that leaves a larger hole is not going to fill it.
const MAX_WAITING: usize = 10_000;

/// A piece of a message.
#[derive(Debug)]
pub(crate) struct Chunk {
    pub(crate) envelope: Envelope,
    pub(crate) delta: String,
    /// From 1; 0 = not said, which means the next one.
    pub(crate) index: u32,
    pub(crate) is_complete: bool,
    pub(crate) attachments: Vec<Attachment>,
    pub(crate) suggestions: Vec<Suggestion>,
}

impl Chunk {
    /// Whether it brings anything to show.
    pub(crate) fn has_content(&self) -> bool {
        !(self.delta.is_empty() && self.attachments.is_empty() && self.suggestions.is_empty())
    }
}

/// One message in pieces.
#[derive(Debug, Default)]
pub(crate) struct Stream {
    /// Its line, once there is something to show.
    pub(crate) line: Option<Key>,
    /// The lowest sequence of its parts so far.
    pub(crate) first_sequence: Option<u64>,
    taken: u32,
    waiting: BTreeMap<u32, Chunk>,
    is_complete: bool,
    is_abandoned: bool,
}

/// All streamed messages of a conversation, by message id.
#[derive(Debug, Default)]
pub(crate) struct Streams {
    streams: BTreeMap<String, Stream>,
    open: Option<String>,
}

impl Streams {
    /// The message being streamed, if any.
    pub(crate) fn open(&self) -> Option<&str> {
        self.open.as_deref()
    }

    /// The message, known from now on.
    pub(crate) fn stream(&mut self, message_id: &str) -> &mut Stream {
        self.streams.entry(message_id.to_owned()).or_default()
    }

    /// Takes a chunk in. A repeat, and whatever follows the end, is dropped; a chunk that is early waits; any other is
    /// what [`Streams::next_ready`] gives now. Returns the line of the message that was abandoned by it.
    pub(crate) fn take_in(&mut self, message_id: &str, mut chunk: Chunk) -> Option<Key> {
        let stream = self.stream(message_id);
        if chunk.index == 0 {
            chunk.index = stream.taken + stream.waiting.len() as u32 + 1;
        }
        if stream.is_complete || chunk.index <= stream.taken || stream.waiting.len() >= MAX_WAITING {
            return None;
        }
        stream.waiting.entry(chunk.index).or_insert(chunk);
        if stream.is_abandoned || self.open.as_deref() == Some(message_id) {
            return None;
        }
        if self.is_older_than_open(message_id) {
            self.stream(message_id).is_abandoned = true;
            return None;
        }
        let abandoned = self.abandon();
        self.open = Some(message_id.to_owned());
        abandoned
    }

    /// Notes that a part of the message came with `sequence`. Returns its line, where that is now in the wrong place.
    pub(crate) fn note_sequence(&mut self, message_id: &str, sequence: Option<u64>) -> Option<Key> {
        let stream = self.stream(message_id);
        if sequence.is_none() || stream.first_sequence.is_some_and(|first| Some(first) <= sequence) {
            return None;
        }
        stream.first_sequence = sequence;
        stream.line
    }

    /// A whole message came: it abandons the open one, unless it is that one or older. Returns the line abandoned.
    pub(crate) fn interrupt(&mut self, message_id: &str) -> Option<Key> {
        let goes_on = self.open.as_deref() == Some(message_id) || self.is_older_than_open(message_id);
        if goes_on { None } else { self.abandon() }
    }

    /// Late news of an older message does not abandon a newer one.
    fn is_older_than_open(&self, message_id: &str) -> bool {
        let first_sequence = |id: &str| self.streams.get(id).and_then(|stream| stream.first_sequence);
        match (first_sequence(message_id), self.open.as_deref().and_then(first_sequence)) {
            (Some(this), Some(open)) => this < open,
            _ => false,
        }
    }

    /// The next chunk in the order of the index, if it is there.
    pub(crate) fn next_ready(&mut self, message_id: &str) -> Option<Chunk> {
        let stream = self.streams.get_mut(message_id)?;
        let chunk = stream.waiting.remove(&(stream.taken + 1))?;
        stream.taken = chunk.index;
        if chunk.is_complete {
            self.complete(message_id);
        }
        Some(chunk)
    }

    /// Finishes the open message as it stands. Returns its line.
    pub(crate) fn abandon(&mut self) -> Option<Key> {
        let stream = self.streams.get_mut(&self.open.take()?)?;
        stream.is_abandoned = true;
        stream.line
    }

    /// The message is whole: no chunk of it is wanted any more.
    pub(crate) fn complete(&mut self, message_id: &str) -> &mut Stream {
        if self.open.as_deref() == Some(message_id) {
            self.open = None;
        }
        let stream = self.stream(message_id);
        stream.is_complete = true;
        stream.waiting.clear();
        stream
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunk(sequence: u64, index: u32, is_complete: bool) -> Chunk {
        let envelope = Envelope {
            id: String::new(),
            sequence: Some(sequence),
            timestamp: 0,
            metadata: BTreeMap::new(),
            replayed: false,
        };
        Chunk { envelope, delta: format!("{index} "), index, is_complete, attachments: vec![], suggestions: vec![] }
    }

    fn take_in(streams: &mut Streams, message_id: &str, chunk: Chunk) {
        streams.note_sequence(message_id, chunk.envelope.sequence);
        streams.take_in(message_id, chunk);
    }

    fn ready(streams: &mut Streams, message_id: &str) -> String {
        core::iter::from_fn(|| streams.next_ready(message_id)).map(|chunk| chunk.delta).collect()
    }

    #[test]
    fn an_early_chunk_waits_and_a_repeat_is_dropped() {
        let mut streams = Streams::default();
        let mut text = String::new();
        for (sequence, index) in [(1, 1), (3, 3), (2, 2), (5, 2), (4, 4), (6, 5)] {
            take_in(&mut streams, "m", chunk(sequence, index, index == 4));
            text += &ready(&mut streams, "m");
        }
        assert_eq!(text, "1 2 3 4 ");
        assert_eq!(streams.open(), None);
    }

    #[test]
    fn a_chunk_without_an_index_is_the_next_one() {
        let mut streams = Streams::default();
        for sequence in 1..=3 {
            take_in(&mut streams, "m", chunk(sequence, 0, false));
        }
        assert_eq!(ready(&mut streams, "m"), "1 2 3 ".replace(['1', '2', '3'], "0"));
    }

    #[test]
    fn a_newer_message_abandons_the_open_one_and_late_news_of_it_opens_nothing() {
        let mut streams = Streams::default();
        take_in(&mut streams, "a", chunk(1, 1, false));
        ready(&mut streams, "a");
        take_in(&mut streams, "b", chunk(3, 1, false));
        assert_eq!(streams.open(), Some("b"));
        take_in(&mut streams, "a", chunk(2, 2, false));
        assert_eq!(ready(&mut streams, "a"), "2 ");
        assert_eq!(streams.open(), Some("b"));
    }

    #[test]
    fn an_older_message_that_turns_up_late_does_not_abandon_the_newer_one() {
        let mut streams = Streams::default();
        take_in(&mut streams, "b", chunk(3, 1, false));
        take_in(&mut streams, "a", chunk(1, 1, false));
        assert_eq!(streams.open(), Some("b"));
        assert_eq!(ready(&mut streams, "a"), "1 ");
    }
}
