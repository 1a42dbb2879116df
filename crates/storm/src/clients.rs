//! Clients that do nothing but wait and try: what a rule alone does to a server.

use crate::queue::Queue;
use crate::rng::{Rng, between};
use crate::rules::Rule;
use crate::server::{Load, Outage, ROUND_TRIP_MS};

/// Milliseconds after the server's return at which a run ends.
const PATIENCE_MS: u32 = 300_000;

/// What came of a run.
#[derive(Debug)]
pub struct Course {
    /// The sockets asked for.
    pub load: Load,
    /// When each client was back, in milliseconds since the outage began.
    pub back: Vec<Option<u32>>,
    /// How often each client tried.
    pub attempts: Vec<u32>,
}

/// Runs `count` clients by `rule` through `outage`. They never give up.
pub fn run(rule: Rule, outage: &Outage, count: u32, seed: u64) -> Course {
    let mut rng = Rng::new(seed);
    let mut queue = Queue::new(outage.down_ms + PATIENCE_MS);
    let mut load = Load::default();
    let mut back = vec![None; count as usize];
    let mut attempts = vec![0; count as usize];
    let mut waits = vec![0; count as usize];
    let trips: Vec<u32> = (0..count).map(|_| between(rng.next(), ROUND_TRIP_MS.0, ROUND_TRIP_MS.1)).collect();
    let mut wait = |client: usize, attempts: u32| {
        waits[client] = rule.pause_ms(attempts, waits[client], rng.next());
        // The news that the last attempt came to nothing takes half a round trip, and so does the next attempt.
        trips[client] + waits[client]
    };
    for client in 0..count as usize {
        queue.put(wait(client, 0), client);
    }
    while let Some((now, arrivals)) = queue.next() {
        for client in arrivals {
            attempts[client] += 1;
            if outage.admit(&mut load, now) {
                back[client] = Some(now + trips[client] / 2);
            } else {
                queue.put(now + wait(client, attempts[client]), client);
            }
        }
    }
    Course { load, back, attempts }
}
