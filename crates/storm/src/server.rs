//! The server: down for a while, then up with a limit on how many sockets it accepts in a second.

/// Milliseconds over which arrivals are counted, and within which the limit holds.
pub const SLOT_MS: u32 = 100;
/// Slots in a second.
const SLOTS: usize = 10;

/// What happens to the server.
#[derive(Debug, Clone, Copy)]
pub struct Outage {
    /// Milliseconds for which it refuses every socket.
    pub down_ms: u32,
    /// Sockets that it accepts in a second from then on; `None`: all.
    pub per_second: Option<u32>,
}

/// Round trips between a client and the server, in milliseconds: the shortest and the longest.
pub(crate) const ROUND_TRIP_MS: (u32, u32) = (20, 200);

/// How the sockets of one run arrived.
#[derive(Debug, Default)]
pub struct Load {
    /// Sockets asked for in each slot.
    pub per_slot: Vec<u32>,
    accepted_in_slot: u32,
}

impl Outage {
    /// Takes note of a socket that is asked for at `now`, in milliseconds since the outage began. Whether it is accepted.
    pub(crate) fn admit(&self, load: &mut Load, now: u32) -> bool {
        let slot = (now / SLOT_MS) as usize;
        if load.per_slot.len() <= slot {
            load.per_slot.resize(slot + 1, 0);
            load.accepted_in_slot = 0;
        }
        load.per_slot[slot] += 1;
        let limit = self.per_second.map_or(u32::MAX, |limit| limit * SLOT_MS / 1_000);
        let is_accepted = now >= self.down_ms && load.accepted_in_slot < limit;
        load.accepted_in_slot += u32::from(is_accepted);
        is_accepted
    }
}

impl Load {
    /// Sockets asked for in all.
    pub fn total(&self) -> u32 {
        self.per_slot.iter().sum()
    }

    /// Sockets asked for in the busiest slot.
    pub fn busiest_slot(&self) -> u32 {
        self.per_slot.iter().copied().max().unwrap_or(0)
    }

    /// Sockets asked for in the busiest second, whichever slot it begins with.
    pub fn busiest_second(&self) -> u32 {
        (0..self.per_slot.len()).map(|first| self.second_from(first)).max().unwrap_or(0)
    }

    /// Sockets asked for in each second.
    pub fn per_second(&self) -> Vec<u32> {
        (0..self.per_slot.len()).step_by(SLOTS).map(|first| self.second_from(first)).collect()
    }

    /// Seconds since the server is up in which more than its limit asked. 0 where there is none.
    pub fn seconds_above(&self, outage: &Outage) -> u32 {
        let Some(limit) = outage.per_second else { return 0 };
        let up = (outage.down_ms / 1_000) as usize;
        self.per_second().iter().skip(up).filter(|asked| **asked > limit).count() as u32
    }

    fn second_from(&self, first: usize) -> u32 {
        self.per_slot[first..].iter().take(SLOTS).sum()
    }
}

/// The time within which `percent` of the clients were back, in milliseconds after the server was up; `None`: they were not.
pub fn percentile(back: &[Option<u32>], percent: usize, outage: &Outage) -> Option<u32> {
    let mut times: Vec<u32> = back.iter().map(|time| time.unwrap_or(u32::MAX)).collect();
    let at = (times.len() * percent).div_ceil(100).saturating_sub(1);
    let (_, time, _) = times.select_nth_unstable(at);
    (*time != u32::MAX).then(|| time.saturating_sub(outage.down_ms))
}
