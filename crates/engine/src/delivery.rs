//! The user's own messages on their way, from pending to sent or failed.
//!
//! The history is the truth: a message whose socket died before its echo came is neither resent nor given up until the
//! replay has shown whether it arrived.

use crate::transcript::Key;
use crate::{CallId, Metadata, wire};

/// Messages that may wait at once; one more is refused.
pub(crate) const MAX_WAITING: usize = 100;

/// How far a message has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Progress {
    /// Not written to any socket, or known not to have arrived: to be written.
    Queued,
    /// Written to the open socket at this time, in monotonic milliseconds.
    Written { at: u64 },
    /// Written to a socket that died before the echo: the replay will tell.
    Unsure,
    /// Known not to have arrived, and waiting for the user to decide.
    Failed,
}

/// A message that the server is not known to have.
#[derive(Debug)]
pub(crate) struct Draft {
    /// Its identity, and the `client_event_id` on the wire.
    pub(crate) id: String,
    pub(crate) text: String,
    pub(crate) metadata: Metadata,
    /// Its line in the transcript.
    pub(crate) line: Key,
    pub(crate) progress: Progress,
    /// Calls to settle when its fate is known.
    pub(crate) calls: Vec<CallId>,
}

impl Draft {
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

    /// Whether the queue has no room for another one.
    pub(crate) fn is_full(&self) -> bool {
        self.count(|progress| progress != Progress::Failed) >= MAX_WAITING
    }

    /// When the message that has waited longest for its echo was written.
    pub(crate) fn oldest_written(&self) -> Option<u64> {
        self.0
            .iter()
            .filter_map(|draft| if let Progress::Written { at } = draft.progress { Some(at) } else { None })
            .min()
    }

    /// The frames of what is queued, which counts as written at `now`.
    pub(crate) fn write_queued(&mut self, now: u64) -> Vec<String> {
        let queued = self.0.iter_mut().filter(|draft| draft.progress == Progress::Queued);
        let write = |draft: &mut Draft| {
            draft.progress = Progress::Written { at: now };
            draft.frame()
        };
        queued.map(write).collect()
    }

    /// The socket died: what was written to it may or may not have arrived.
    pub(crate) fn lose_socket(&mut self) {
        self.turn(|progress| matches!(progress, Progress::Written { .. }), Progress::Unsure);
    }

    /// The replay is complete: what it did not hold never arrived.
    pub(crate) fn settle(&mut self) {
        self.turn(|progress| progress == Progress::Unsure, Progress::Queued);
    }

    fn turn(&mut self, which: impl Fn(Progress) -> bool, into: Progress) {
        for draft in self.0.iter_mut().filter(|draft| which(draft.progress)) {
            draft.progress = into;
        }
    }
}
