//! The ways of waiting before the next attempt.

use poly_messaging_engine::backoff;

use crate::rng::between;

/// Longest wait that the protocol has in mind, in milliseconds. Source: Messaging API, "WebSocket".
const MAX_MS: u32 = 30_000;

/// A way of waiting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// The engine's own.
    Ours,
    /// As the native SDKs: 1 s, 2 s, 4 s … 30 s, each plus or minus 20 %.
    PlusMinus20,
    /// From nothing to 1 s, 2 s, 4 s … 30 s.
    FullJitter,
    /// From half of 1 s, 2 s, 4 s … 30 s to the whole.
    EqualJitter,
    /// From 1 s to three times the wait before, 30 s at most.
    DecorrelatedJitter,
    /// First from nothing to 5 s, then as equal jitter. Source: RFC 6455, 7.2.3.
    Rfc6455,
}

impl Rule {
    /// All of them, in the order of the report.
    pub const ALL: [Self; 6] =
        [Self::Ours, Self::PlusMinus20, Self::FullJitter, Self::EqualJitter, Self::DecorrelatedJitter, Self::Rfc6455];

    /// As the report calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ours => "this client",
            Self::PlusMinus20 => "±20 %, as the native SDKs",
            Self::FullJitter => "full jitter",
            Self::EqualJitter => "equal jitter",
            Self::DecorrelatedJitter => "decorrelated jitter",
            Self::Rfc6455 => "first 0 to 5 s, as RFC 6455",
        }
    }

    /// Milliseconds to wait after `attempts` attempts in vain, the last wait having been `before` milliseconds.
    pub(crate) fn pause_ms(self, attempts: u32, before: u32, random: u32) -> u32 {
        let nominal = (1_000 << attempts.min(5)).min(MAX_MS);
        let (low, high) = match self {
            Self::Ours => return backoff::pause_ms(attempts, random),
            Self::PlusMinus20 => (nominal / 10 * 8, nominal / 10 * 12),
            Self::FullJitter => (0, nominal),
            Self::DecorrelatedJitter => (1_000, (before.max(1_000) * 3).min(MAX_MS)),
            Self::Rfc6455 if attempts == 0 => (0, 5_000),
            Self::EqualJitter | Self::Rfc6455 => (nominal / 2, nominal),
        };
        between(random, low, high)
    }
}
