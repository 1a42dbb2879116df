//! The user's own messages on their way, from pending to sent or failed.
//!
//! The history is the truth: a message whose socket died before its echo came is neither resent nor given up until the
//! replay has shown whether it arrived. One message at a time is on its way, so that whatever is swallowed, the order
//! holds.

use crate::transcript::Key;
use crate::{CallId, Metadata, wire};

/// Messages that may wait at once, and bytes of their frames together; what is more is refused.
pub(crate) const MAX_WAITING: usize = 100;
pub(crate) const MAX_WAITING_BYTES: usize = 1 << 20;

/// Times that a replay may show a message not to have arrived; then it fails.
const MAX_MISSES: u32 = 5;
/// Milliseconds for which what was written to a socket that is dead or closed may still arrive, and its echo with it.
const AFTERLIFE_MS: u64 = 3_000;
/// Milliseconds that double with each miss, from the second on, before a message is written again: 2 s, 4 s, 8 s.
const MISS_PAUSE_MS: u64 = 500;

/// How far a message has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Progress {
    /// Not written to any socket, or known not to have arrived: to be written.
    Queued,
    /// Written to the open socket.
    Written,
    /// Written to a socket that died before the echo: the replay will tell.
    Unsure,
    /// Another tab sees to it; the echo shows when it has arrived.
    Elsewhere,
    /// Known not to have arrived, and waiting for the user to decide.
    Failed,
}

impl Progress {
    /// It may have arrived.
    pub(crate) fn is_in_doubt(self) -> bool {
        matches!(self, Self::Written | Self::Unsure)
    }
}

/// A message that the server is not known to have.
#[derive(Debug)]
pub(crate) struct Draft {
    /// Its identity, and the `client_event_id` on the wire.
    pub(crate) id: String,
    pub(crate) text: String,
    pub(crate) metadata: Metadata,
    /// Of its frame.
    pub(crate) bytes: usize,
    /// Its line in the transcript.
    pub(crate) line: Key,
    pub(crate) progress: Progress,
    /// The highest sequence seen when it was written last: its echo has a higher one.
    after: Option<u64>,
    /// Replays that did not hold it though it had been written.
    misses: u32,
    /// It stands in the record as this tab's, unless another has claimed it.
    pub(crate) is_kept: bool,
    /// It is not written before, in monotonic milliseconds.
    not_before: u64,
    /// Calls to settle when its fate is known.
    pub(crate) calls: Vec<CallId>,
}

impl Draft {
    /// A message that was not written yet, and whose delivery settles `calls`.
    pub(crate) fn new(id: String, text: String, metadata: Metadata, line: Key, calls: Vec<CallId>) -> Self {
        let bytes = wire::user_message(&text, &id, &metadata).len();
        Self {
            id,
            text,
            metadata,
            bytes,
            line,
            progress: Progress::Queued,
            after: None,
            misses: 0,
            is_kept: false,
            not_before: 0,
            calls,
        }
    }

    /// The replay decides whether it has arrived, where it may have been written; and not before what another page may have
    /// written cannot arrive any more.
    pub(crate) fn doubt(&mut self, is_written: bool, now: u64) {
        self.progress = if is_written { Progress::Unsure } else { Progress::Queued };
        self.not_before = now + AFTERLIFE_MS;
    }

    /// Another tab sees to it, unless it has failed here.
    pub(crate) fn leave(&mut self) {
        if self.progress != Progress::Failed {
            self.progress = Progress::Elsewhere;
        }
    }

    /// Whether it may have been written, for one on its way that this tab sees to.
    pub(crate) fn is_written(&self) -> Option<bool> {
        match self.progress {
            Progress::Queued => Some(false),
            Progress::Written | Progress::Unsure => Some(true),
            Progress::Elsewhere | Progress::Failed => None,
        }
    }

    /// Queues it anew: the server has not taken it, and does not hold it any more.
    pub(crate) fn queue_again(&mut self) {
        self.progress = Progress::Queued;
        self.misses = 0;
        self.not_before = 0;
    }

    /// It was written, and did not arrive, time and again.
    pub(crate) fn is_hopeless(&self) -> bool {
        self.progress == Progress::Queued && self.misses >= MAX_MISSES
    }

    /// The frame that brings it to the server.
    pub(crate) fn frame(&self) -> String {
        wire::user_message(&self.text, &self.id, &self.metadata)
    }
}

/// All drafts, in the order in which they are to arrive.
#[derive(Debug, Default)]
pub(crate) struct Drafts(Vec<Draft>);

impl Drafts {
    pub(crate) fn push(&mut self, draft: Draft) {
        self.0.push(draft);
    }

    /// The one that came last may have been written before.
    pub(crate) fn doubt_last(&mut self, now: u64) {
        if let Some(draft) = self.0.last_mut() {
            draft.doubt(true, now);
        }
    }

    /// Puts `drafts` before all others.
    pub(crate) fn put_first(&mut self, drafts: Vec<Draft>) {
        let later = core::mem::replace(&mut self.0, drafts);
        self.0.extend(later);
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Draft> {
        self.0.iter()
    }

    pub(crate) fn get_mut(&mut self, id: &str) -> Option<&mut Draft> {
        self.0.iter_mut().find(|draft| draft.id == id)
    }

    pub(crate) fn remove(&mut self, id: &str) -> Option<Draft> {
        self.remove_if(id, |_| true)
    }

    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Draft> {
        self.0.iter_mut()
    }

    /// Takes the draft out, where it has come as far as `wanted` says.
    pub(crate) fn remove_if(&mut self, id: &str, wanted: impl Fn(Progress) -> bool) -> Option<Draft> {
        let at = self.0.iter().position(|draft| draft.id == id && wanted(draft.progress))?;
        Some(self.0.remove(at))
    }

    /// How many are at a stage that `wanted` accepts.
    pub(crate) fn count(&self, wanted: impl Fn(Progress) -> bool) -> usize {
        self.0.iter().filter(|draft| wanted(draft.progress)).count()
    }

    /// Whether the queue has room for another one, whose frame has so many bytes.
    pub(crate) fn has_room(&self, bytes: usize) -> bool {
        let waiting = self.0.iter().filter(|draft| draft.progress != Progress::Failed);
        let (count, sum) = waiting.fold((0, bytes), |(count, sum), draft| (count + 1, sum + draft.bytes));
        count < MAX_WAITING && sum <= MAX_WAITING_BYTES
    }

    /// Where the history is to be read from for the echoes of what may have arrived: after which sequence, or all of it.
    /// `None`: there is nothing of that kind.
    pub(crate) fn echoes_after(&self) -> Option<Option<u64>> {
        self.0.iter().filter(|draft| draft.progress.is_in_doubt()).map(|draft| draft.after).min()
    }

    /// The frame of the next message, which counts as written from now on, after the sequence `newest`. `Err`: when it may
    /// be written, where that is later.
    pub(crate) fn write_next(&mut self, now: u64, newest: Option<u64>) -> Result<Option<String>, u64> {
        if self.count(Progress::is_in_doubt) > 0 {
            return Ok(None);
        }
        let Some(draft) = self.0.iter_mut().find(|draft| draft.progress == Progress::Queued) else { return Ok(None) };
        if draft.not_before > now {
            return Err(draft.not_before);
        }
        draft.progress = Progress::Written;
        draft.after = newest;
        Ok(Some(draft.frame()))
    }

    /// The socket died: what was written to it may or may not have arrived, or may yet arrive.
    pub(crate) fn lose_socket(&mut self, now: u64) {
        for draft in self.0.iter_mut().filter(|draft| matches!(draft.progress, Progress::Written)) {
            draft.progress = Progress::Unsure;
            draft.not_before = now + AFTERLIFE_MS;
        }
    }

    /// The socket is alive after all: what was written to it is on its way.
    pub(crate) fn resume(&mut self) {
        for draft in self.0.iter_mut().filter(|draft| draft.progress == Progress::Unsure) {
            draft.progress = Progress::Written;
        }
    }

    /// A socket that what is in doubt may have been written to was closed just now.
    pub(crate) fn wait_out(&mut self, now: u64) {
        let is_doubtful = |draft: &&mut Draft| draft.progress.is_in_doubt() || draft.misses > 0;
        for draft in self.0.iter_mut().filter(is_doubtful) {
            draft.not_before = draft.not_before.max(now + AFTERLIFE_MS);
        }
    }

    /// The replay is complete: what it did not hold never arrived.
    pub(crate) fn settle(&mut self, now: u64) {
        for draft in self.0.iter_mut().filter(|draft| draft.progress == Progress::Unsure) {
            draft.progress = Progress::Queued;
            draft.misses += 1;
            if draft.misses > 1 {
                draft.not_before = draft.not_before.max(now + (MISS_PAUSE_MS << draft.misses));
            }
        }
    }
}
