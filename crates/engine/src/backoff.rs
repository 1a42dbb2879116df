//! How long to wait before the next attempt to reconnect. `cargo xtask storm` runs a hundred thousand clients by it.

/// Longest wait before the first attempt, and before any, in milliseconds.
const BASE_MS: u32 = 1_000;
const MAX_MS: u32 = 30_000;

/// Milliseconds to wait after `attempts` attempts in a row that came to nothing: anything from nothing to 1 s, 2 s, 4 s …
/// 30 s (full jitter). `random` decides where in that range; every value of it is to be equally likely.
///
/// Source: Messaging API, "WebSocket".
pub fn pause_ms(attempts: u32, random: u32) -> u32 {
    let longest = (BASE_MS << attempts.min(5)).min(MAX_MS);
    scale(random, longest)
}

/// A number from 0 to `max`, both included, as far up as `random` is among all 32-bit numbers.
pub(crate) fn scale(random: u32, max: u32) -> u32 {
    ((u64::from(random) * (u64::from(max) + 1)) >> 32) as u32
}
