//! Messages that arrive in chunks: which chunk is next, which waits, which is a repeat. Source: Messaging API,
//! "Streaming".

use std::collections::VecDeque;

use crate::ids::Ids;
use crate::transcript::Key;
use crate::wire::halves;
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
    /// The conversation ends with the message.
    pub(crate) ends: bool,
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
    /// Its id, or that of its first event where it has none; empty where that has none either.
    pub(crate) message_id: String,
    taken: u32,
    /// Chunks that are early, the next one last.
    #[expect(clippy::vec_box, reason = "a chunk that comes between others moves only pointers")]
    waiting: Vec<Box<Chunk>>,
    is_complete: bool,
    /// It came as a whole message.
    pub(crate) is_whole: bool,
    is_abandoned: bool,
    /// A chunk said that the conversation ends with the message.
    ends: bool,
    /// The half of a character that what was taken ends in.
    half: Option<u32>,
    /// It stands among [`Streams::early`].
    is_early: bool,
}

/// Names a stream within its [`Streams`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct StreamId(usize);

/// All messages of the agents in a conversation, as far as they may arrive in pieces.
#[derive(Debug, Default)]
pub(crate) struct Streams {
    ids: Ids,
    streams: Vec<Stream>,
    open: Option<StreamId>,
    /// Those with chunks that are early, and some that had, in the order in which they came to have them.
    early: VecDeque<StreamId>,
}

impl Streams {
    /// The stream of a message id, known from now on. A message without any id is only itself.
    pub(crate) fn locate(&mut self, message_id: &str) -> StreamId {
        let new = self.streams.len();
        let at = if message_id.is_empty() { new } else { self.ids.number(message_id, new as u32) as usize };
        if at == new {
            self.streams.push(Stream { message_id: message_id.to_owned(), ..Stream::default() });
        }
        StreamId(at)
    }

    /// The stream whose chunks say no message id: the open one, if any.
    pub(crate) fn open(&self) -> Option<StreamId> {
        self.open
    }

    pub(crate) fn stream(&mut self, id: StreamId) -> &mut Stream {
        &mut self.streams[id.0]
    }

    /// Notes that a part of the message came with `sequence`. Returns its line, where that is now in the wrong place.
    pub(crate) fn note_sequence(&mut self, id: StreamId, sequence: Option<u64>) -> Option<Key> {
        let stream = self.stream(id);
        if sequence.is_none() || stream.first_sequence.is_some_and(|first| Some(first) <= sequence) {
            return None;
        }
        stream.first_sequence = sequence;
        stream.line
    }

    /// Takes a chunk in. A repeat, and whatever follows the end, is dropped; a chunk that is early waits; any other is
    /// what [`Streams::next_ready`] gives now. Returns the line of the message that was abandoned by it.
    pub(crate) fn take_in(&mut self, id: StreamId, mut chunk: Chunk) -> Option<Key> {
        let stream = self.stream(id);
        if chunk.index == 0 {
            chunk.index = stream.taken + stream.waiting.len() as u32 + 1;
        }
        let is_full = stream.waiting.len() >= MAX_WAITING && chunk.index > stream.taken + 1;
        if stream.is_complete || chunk.index <= stream.taken || is_full {
            return None;
        }
        if let Err(at) = stream.waiting.binary_search_by(|other| chunk.index.cmp(&other.index)) {
            stream.waiting.insert(at, Box::new(chunk));
        }
        if stream.is_abandoned || self.open == Some(id) {
            return None;
        }
        if self.is_older_than_open(id) {
            self.stream(id).is_abandoned = true;
            return None;
        }
        let abandoned = self.abandon();
        self.open = Some(id);
        abandoned
    }

    /// The next chunk in the order of the index, if it is there.
    pub(crate) fn next_ready(&mut self, id: StreamId) -> Option<Chunk> {
        let stream = self.stream(id);
        if stream.waiting.last()?.index != stream.taken + 1 {
            return None;
        }
        let mut chunk = *stream.waiting.pop()?;
        stream.taken = chunk.index;
        halves::join(&mut chunk.delta, &mut stream.half);
        stream.ends |= chunk.ends;
        if chunk.is_complete {
            halves::finish(&mut chunk.delta, &mut stream.half);
            self.complete(id);
        }
        Some(chunk)
    }

    /// The line of a message that came as a whole.
    pub(crate) fn whole_line(&self, id: StreamId) -> Option<Key> {
        let stream = &self.streams[id.0];
        stream.line.filter(|_| stream.is_whole)
    }

    /// Whether the message is complete, and the conversation ends with it.
    pub(crate) fn is_end(&self, id: StreamId) -> bool {
        let stream = &self.streams[id.0];
        stream.is_complete && stream.ends
    }

    /// Remembers whether chunks of this message still wait for one before them.
    pub(crate) fn note_holes(&mut self, id: StreamId) {
        let stream = self.stream(id);
        if !stream.waiting.is_empty() && !core::mem::replace(&mut stream.is_early, true) {
            self.early.push_back(id);
        }
    }

    /// The hole that chunks have waited for longest, as a number that changes with the hole.
    pub(crate) fn oldest_hole(&mut self) -> Option<u64> {
        while let Some(id) = self.early.front().copied() {
            let stream = self.stream(id);
            if !stream.waiting.is_empty() {
                return Some((id.0 as u64) << 32 | u64::from(stream.taken));
            }
            stream.is_early = false;
            self.early.pop_front();
        }
        None
    }

    /// The sequence from which the history is to be read for the chunks that others wait for: that of their message, or
    /// the very first where not even the first chunk is there.
    pub(crate) fn first_hole(&self) -> Option<u64> {
        let streams = self.early.iter().map(|id| &self.streams[id.0]).filter(|stream| !stream.waiting.is_empty());
        streams.map(|stream| stream.first_sequence.filter(|_| stream.taken > 0).unwrap_or(0)).min()
    }

    /// Goes on behind a chunk that never came, in the message that has waited longest. Returns that message.
    pub(crate) fn skip_hole(&mut self) -> Option<StreamId> {
        self.oldest_hole()?;
        let id = self.early.front().copied()?;
        let stream = self.stream(id);
        stream.taken = stream.waiting.last()?.index - 1;
        Some(id)
    }

    /// Finishes the open message as it stands. Returns its line.
    pub(crate) fn abandon(&mut self) -> Option<Key> {
        let open = self.open.take()?;
        let stream = self.stream(open);
        stream.is_abandoned = true;
        stream.line
    }

    /// A whole message came: it abandons the open one, unless it is that one or older. Returns the line abandoned.
    pub(crate) fn interrupt(&mut self, id: StreamId) -> Option<Key> {
        let goes_on = self.open == Some(id) || self.is_older_than_open(id);
        if goes_on { None } else { self.abandon() }
    }

    /// The message is whole: no chunk of it is wanted any more.
    pub(crate) fn complete(&mut self, id: StreamId) {
        if self.open == Some(id) {
            self.open = None;
        }
        let stream = self.stream(id);
        stream.is_complete = true;
        stream.waiting.clear();
    }

    /// Late news of an older message does not abandon a newer one.
    fn is_older_than_open(&mut self, id: StreamId) -> bool {
        let Some(open) = self.open.and_then(|open| self.stream(open).first_sequence) else { return false };
        self.stream(id).first_sequence.is_some_and(|this| this < open)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Metadata;

    fn chunk(sequence: u64, index: u32, is_complete: bool) -> Chunk {
        let envelope = Envelope {
            id: String::new(),
            sequence: Some(sequence),
            timestamp: 0,
            metadata: Metadata::default(),
            replayed: false,
        };
        Chunk {
            envelope,
            delta: format!("{index} "),
            index,
            is_complete,
            attachments: vec![],
            suggestions: vec![],
            ends: false,
        }
    }

    fn take_in(streams: &mut Streams, message_id: &str, chunk: Chunk) {
        let id = streams.locate(message_id);
        streams.note_sequence(id, chunk.envelope.sequence);
        streams.take_in(id, chunk);
    }

    fn is_open(streams: &mut Streams, message_id: &str) -> bool {
        streams.open() == Some(streams.locate(message_id))
    }

    fn ready(streams: &mut Streams, message_id: &str) -> String {
        let id = streams.locate(message_id);
        core::iter::from_fn(|| streams.next_ready(id)).map(|chunk| chunk.delta).collect()
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
        assert!(is_open(&mut streams, "b"));
        take_in(&mut streams, "a", chunk(2, 2, false));
        assert_eq!(ready(&mut streams, "a"), "2 ");
        assert!(is_open(&mut streams, "b"));
    }

    #[test]
    fn an_older_message_that_turns_up_late_does_not_abandon_the_newer_one() {
        let mut streams = Streams::default();
        take_in(&mut streams, "b", chunk(3, 1, false));
        take_in(&mut streams, "a", chunk(1, 1, false));
        assert!(is_open(&mut streams, "b"));
        assert_eq!(ready(&mut streams, "a"), "1 ");
    }
}
