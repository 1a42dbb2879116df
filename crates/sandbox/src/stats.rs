//! Counts for tests: how often each endpoint was called, and how it answered.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use serde::Serialize;
use serde_json::Value;

#[derive(Debug, Default, Serialize)]
struct Counts {
    access_token: BTreeMap<u16, u64>,
    sessions: BTreeMap<u16, u64>,
    handshakes: BTreeMap<u16, u64>,
}

/// What is counted, by status. An accepted handshake has status 101.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Counter {
    AccessToken,
    Sessions,
    Handshakes,
}

#[derive(Debug, Default)]
pub(crate) struct Stats {
    /// Under the connector's id; all together under the empty one.
    counts: Mutex<BTreeMap<String, Counts>>,
}

impl Stats {
    /// Counts one answer. `connector_id` must be that of a registered connector, so that clients cannot grow the table.
    pub(crate) fn count(&self, counter: Counter, status: u16, connector_id: Option<&str>) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        for id in [Some(""), connector_id].into_iter().flatten() {
            let counts = counts.entry(id.to_owned()).or_default();
            let by_status = match counter {
                Counter::AccessToken => &mut counts.access_token,
                Counter::Sessions => &mut counts.sessions,
                Counter::Handshakes => &mut counts.handshakes,
            };
            *by_status.entry(status).or_default() += 1;
        }
    }

    /// The counts of one connector, or of all.
    pub(crate) fn to_json(&self, connector_id: Option<&str>) -> Value {
        let counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        serde_json::to_value(counts.get(connector_id.unwrap_or_default()).unwrap_or(&Counts::default()))
            .unwrap_or_default()
    }
}
