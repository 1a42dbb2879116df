//! A sliding window of one second.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// Counts what happened in the last second.
#[derive(Debug, Default)]
pub(crate) struct RateLimit {
    passed: VecDeque<Instant>,
}

impl RateLimit {
    /// Whether one more may pass at `now`, with at most `limit` in any second; 0 means no limit.
    pub(crate) fn allows(&mut self, limit: usize, now: Instant) -> bool {
        if limit == 0 {
            return true;
        }
        while self.passed.front().is_some_and(|first| now.duration_since(*first) >= Duration::from_secs(1)) {
            self.passed.pop_front();
        }
        let allowed = self.passed.len() < limit;
        if allowed {
            self.passed.push_back(now);
        }
        allowed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_than_the_limit_passes_in_any_second() {
        let mut rate = RateLimit::default();
        let start = Instant::now();
        let passes = |rate: &mut RateLimit, ms| rate.allows(2, start + Duration::from_millis(ms));
        assert_eq!([0, 10, 20].map(|ms| passes(&mut rate, ms)), [true, true, false]);
        assert_eq!([999, 1_000, 1_009, 1_010].map(|ms| passes(&mut rate, ms)), [false, true, false, true]);
    }

    #[test]
    fn zero_means_no_limit() {
        let mut rate = RateLimit::default();
        assert!((0..1_000).all(|_| rate.allows(0, Instant::now())));
    }
}
