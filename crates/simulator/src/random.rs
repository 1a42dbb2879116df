//! Seeded choices. PCG, whose numbers do not change between releases: a seed that failed once must stay the same case.

use core::ops::RangeInclusive;

/// A source of choices.
pub(crate) struct Random(oorandom::Rand64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(oorandom::Rand64::new(u128::from(seed)))
    }

    /// One source more, whose choices do not shift with those made here later.
    pub(crate) fn split(&mut self) -> Self {
        Self::new(self.number())
    }

    pub(crate) fn number(&mut self) -> u64 {
        self.0.rand_u64()
    }

    /// A number of the range.
    pub(crate) fn among(&mut self, range: RangeInclusive<u64>) -> u64 {
        self.0.rand_range(*range.start()..*range.end() + 1)
    }

    /// True in `per_mille` of a thousand cases.
    pub(crate) fn chance(&mut self, per_mille: u64) -> bool {
        // No choice is made where there is none: a network without loss costs nothing.
        per_mille > 0 && self.among(0..=999) < per_mille
    }

    pub(crate) fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.among(0..=from.len() as u64 - 1) as usize]
    }

    /// One of these, as often as its weight says.
    pub(crate) fn weighted<T: Copy>(&mut self, from: &[(u64, T)]) -> T {
        let mut at = self.among(0..=from.iter().map(|(weight, _)| weight).sum::<u64>() - 1);
        for (weight, item) in from {
            if at < *weight {
                return *item;
            }
            at -= weight;
        }
        unreachable!("the weights' sum bounds the choice")
    }
}
