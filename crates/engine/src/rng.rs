//! Seeded randomness, for jitter only.

use crate::backoff::scale;

/// SplitMix64: small, and good enough to spread clients over time. Not for secrets.
#[derive(Debug)]
pub(crate) struct Rng(u64);

impl Rng {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number from 0 to `max`, both included.
    pub(crate) fn up_to(&mut self, max: u32) -> u32 {
        scale(self.next(), max)
    }

    /// Any 32-bit number.
    pub(crate) fn next(&mut self) -> u32 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 32) as u32
    }
}

#[cfg(test)]
mod tests {
    use super::Rng;

    #[test]
    fn covers_the_whole_range_and_no_more() {
        let mut rng = Rng::new(7);
        let seen: std::collections::BTreeSet<u32> = (0..1_000).map(|_| rng.up_to(9)).collect();
        assert_eq!(seen, (0..=9).collect());
        assert_eq!(rng.up_to(0), 0);
        assert!((0..100).map(|_| rng.up_to(u32::MAX)).any(|n| n > u32::MAX / 2));
    }
}
