//! How long to wait before the next attempt to reconnect. `cargo xtask storm` runs a hundred thousand clients by it, and
//! `docs/decisions/0007-backoff.md` says why it is what it is.

/// The wait before the first attempt on average, and the longest before any, in milliseconds.
const BASE_MS: u32 = 1_000;
const MAX_MS: u32 = 30_000;

/// Milliseconds to wait after `attempts` attempts in a row that came to nothing: 1 s, 2 s, 4 s, 8 s, 16 s on average. The
/// first is anything from nothing to twice that; the others are from half as long to half as long again; from the sixth on
/// it is anything from 16 s to 30 s. `random` decides where in the range; every value of it is to be equally likely.
///
/// Source: Messaging API, "WebSocket": 1 s, doubling, 30 s at most, with jitter.
pub fn pause_ms(attempts: u32, random: u32) -> u32 {
    let mean = BASE_MS << attempts.min(5);
    let least = if attempts == 0 { 0 } else { mean / 2 };
    let most = (2 * mean - least).min(MAX_MS);
    least + scale(random, most - least)
}

/// A number from 0 to `max`, both included, as far up as `random` is among all 32-bit numbers.
pub(crate) fn scale(random: u32, max: u32) -> u32 {
    ((u64::from(random) * (u64::from(max) + 1)) >> 32) as u32
}

#[cfg(test)]
mod tests {
    use super::pause_ms;

    #[test]
    fn waits_in_a_range_that_doubles_up_to_thirty_seconds() {
        let range = |attempts| (pause_ms(attempts, 0), pause_ms(attempts, u32::MAX));
        let seconds = [(0, 2), (1, 3), (2, 6), (4, 12), (8, 24), (16, 30), (16, 30), (16, 30)];
        let expected = seconds.map(|(least, most)| (least * 1_000, most * 1_000));
        assert_eq!([0, 1, 2, 3, 4, 5, 6, u32::MAX].map(range), expected);
    }

    #[test]
    fn waits_as_long_on_average_as_is_documented() {
        let average = |attempts| (0..1_024).map(|step| pause_ms(attempts, step << 22)).sum::<u32>() / 1_024;
        for (attempts, documented) in [1_000, 2_000, 4_000, 8_000, 16_000].into_iter().enumerate() {
            let average = average(attempts as u32);
            assert!(average.abs_diff(documented) <= 10, "{average} for {documented}");
        }
    }
}
