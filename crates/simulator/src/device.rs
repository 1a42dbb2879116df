//! What the tabs of one browser share: the stored record, the lock on it, the clock on the wall.

use std::collections::VecDeque;

use poly_messaging_engine::RequestId;

use crate::scenario::{StorageFault, Traits};

/// A page as it is between two reloads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Load {
    pub(crate) page: usize,
    pub(crate) number: u32,
}

/// Something to be done with the record.
#[derive(Debug)]
pub(crate) enum Operation {
    Load { id: RequestId, exclusive: bool },
    Store(String),
    Forget,
    Unlock,
}

/// A lock of the browser, which one page has at a time.
#[derive(Debug, Default)]
pub(crate) struct Lock {
    holder: Option<Load>,
    waiting: VecDeque<Load>,
}

impl Lock {
    /// Takes the lock, or waits for it. Returns whether `load` has it now.
    pub(crate) fn lock(&mut self, load: Load) -> bool {
        if self.holder.is_none_or(|holder| holder == load) {
            self.holder = Some(load);
            return true;
        }
        self.waiting.push_back(load);
        false
    }

    /// Takes it, whoever has it.
    pub(crate) fn steal(&mut self, load: Load) {
        self.waiting.retain(|other| *other != load);
        self.holder = Some(load);
    }

    pub(crate) fn is_held_by(&self, load: Load) -> bool {
        self.holder == Some(load)
    }

    /// Lets go of the lock. Returns who has it now.
    pub(crate) fn unlock(&mut self, load: Load) -> Option<Load> {
        if self.holder != Some(load) {
            return None;
        }
        self.holder = self.waiting.pop_front();
        self.holder
    }

    /// The page is gone, or waits no more. Returns who has the lock because of that.
    pub(crate) fn leave(&mut self, load: Load) -> Option<Load> {
        self.waiting.retain(|other| *other != load);
        self.unlock(load)
    }
}

/// What the tabs share.
pub(crate) struct Device {
    pub(crate) traits: Traits,
    pub(crate) record: Option<String>,
    /// On the record.
    pub(crate) lock: Lock,
    /// On the socket that the tabs share.
    pub(crate) line: Lock,
    /// What is said to be the time since 1970 when the virtual time is 0.
    pub(crate) epoch: u64,
    /// For how many milliseconds the monotonic clock has stood still in the device's sleep, and since when it does.
    pub(crate) stood_still: u64,
    pub(crate) still_since: Option<u64>,
}

impl Device {
    pub(crate) fn new(traits: Traits) -> Self {
        let epoch = 1_700_000_000_000u64.saturating_add_signed(traits.skew);
        let (lock, line) = (Lock::default(), Lock::default());
        Self { traits, record: None, lock, line, epoch, stood_still: 0, still_since: None }
    }

    pub(crate) fn store(&mut self, record: String) {
        if self.traits.storage_fault == StorageFault::None {
            self.record = Some(record);
        }
    }

    /// The session that the record is of.
    pub(crate) fn session(&self) -> Option<&str> {
        let record = self.record.as_deref()?;
        let from = &record[record.find("session-")?..];
        let end = from.bytes().position(|byte| byte == b'"').unwrap_or(from.len());
        Some(&from[..end])
    }

    /// Whether the record says that a message was written.
    pub(crate) fn says_written(&self, draft_id: &str) -> bool {
        let record = self.record.as_deref().unwrap_or_default();
        let record: serde_json::Value = serde_json::from_str(record).unwrap_or_default();
        let drafts = record["drafts"].as_array().cloned().unwrap_or_default();
        drafts.iter().any(|draft| draft["isWritten"] == true && draft.to_string().contains(draft_id))
    }

    /// Whether the record holds a message.
    pub(crate) fn holds(&self, draft_id: &str) -> bool {
        self.record.as_deref().is_some_and(|record| record.contains(draft_id))
    }
}
