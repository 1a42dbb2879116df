//! How long to wait before the next attempt to reconnect. `cargo xtask storm` runs a hundred thousand clients by it, and
//! `docs/decisions/0007-backoff.md` says why it is what it is.

/// Longest wait before the first attempt, and before any, in milliseconds.
const BASE_MS: u32 = 2_000;
const MAX_MS: u32 = 30_000;
/// Attempts after which the longest wait is reached, and shortest wait from then on, in milliseconds.
const LONG: u32 = 4;
const LONG_MIN_MS: u32 = 15_000;

/// Milliseconds to wait after `attempts` attempts in a row that came to nothing: anything from nothing to 2 s, 4 s, 8 s
/// and 16 s, which is 1 s, 2 s, 4 s and 8 s on average, then anything from 15 s to 30 s. `random` decides where in that
/// range; every value of it is to be equally likely.
///
/// Source: Messaging API, "WebSocket": 1 s, doubling, 30 s at most, with jitter.
pub fn pause_ms(attempts: u32, random: u32) -> u32 {
    if attempts < LONG { scale(random, BASE_MS << attempts) } else { LONG_MIN_MS + scale(random, MAX_MS - LONG_MIN_MS) }
}

/// A number from 0 to `max`, both included, as far up as `random` is among all 32-bit numbers.
pub(crate) fn scale(random: u32, max: u32) -> u32 {
    ((u64::from(random) * (u64::from(max) + 1)) >> 32) as u32
}

#[cfg(test)]
mod tests {
    use super::pause_ms;

    #[test]
    fn waits_in_a_range_that_doubles_and_then_stays_long() {
        let range = |attempts| (pause_ms(attempts, 0), pause_ms(attempts, u32::MAX));
        let ranges = [0, 1, 2, 3, 4, 5, u32::MAX].map(range);
        let long = (15_000, 30_000);
        assert_eq!(ranges, [(0, 2_000), (0, 4_000), (0, 8_000), (0, 16_000), long, long, long]);
    }

    #[test]
    fn waits_as_long_on_average_as_is_documented() {
        let average = |attempts| (0..1_024).map(|step| pause_ms(attempts, step << 22)).sum::<u32>() / 1_024;
        let averages = [0, 1, 2, 3].map(average);
        for (average, documented) in averages.into_iter().zip([1_000, 2_000, 4_000, 8_000]) {
            assert!(average.abs_diff(documented) <= 10, "{average} for {documented}");
        }
    }
}
