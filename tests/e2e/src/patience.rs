//! How patient the tests are: on a slow machine all of their limits are longer.

use std::{env, sync::LazyLock, time::Duration};

/// What `E2E_PATIENCE` says: a factor, 1 where it says nothing.
static PATIENCE: LazyLock<f64> = LazyLock::new(|| {
    let Ok(text) = env::var("E2E_PATIENCE") else { return 1.0 };
    match text.parse() {
        Ok(factor) if (0.1..=100.0).contains(&factor) => factor,
        _ => panic!("E2E_PATIENCE is {text:?}; it can be a factor from 0.1 to 100"),
    }
});

/// A limit as it holds on this machine: times `E2E_PATIENCE`. For what a test waits for, and not for what is promised.
///
/// # Panics
///
/// When `E2E_PATIENCE` is no factor from 0.1 to 100.
pub fn patient(limit: Duration) -> Duration {
    limit.mul_f64(*PATIENCE)
}
