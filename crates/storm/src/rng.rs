//! Seeded randomness.

/// SplitMix64.
#[derive(Debug)]
pub(crate) struct Rng(u64);

impl Rng {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
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

/// A number from `low` to `high`, both included, as far up as `random` is among all 32-bit numbers.
pub(crate) fn between(random: u32, low: u32, high: u32) -> u32 {
    low + ((u64::from(random) * (u64::from(high - low) + 1)) >> 32) as u32
}
