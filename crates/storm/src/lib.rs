//! A server restarts, and all of its clients lose their sockets in the same moment. How do they come back?
//!
//! The backoff is chosen by this simulation (`docs/decisions/0007-backoff.md`); `cargo xtask storm` writes its report.
//! Everything follows from the seed, in whole numbers, so that the report is the same on every machine.
//!
//! | module | holds |
//! | --- | --- |
//! | [`rules`] | the ways of waiting that are compared; ours is the engine's own |
//! | [`server`] | the server that is down, then accepts so many sockets in a second |
//! | [`clients`] | clients that do nothing but wait and try, by a rule |
//! | [`engines`] | clients that are the engine itself, with all that it asks for |
//! | [`report`] | the numbers as a page of Markdown |
//! | [`chart`] | their course as a picture |

pub mod chart;
pub mod clients;
pub mod engines;
mod queue;
pub mod report;
mod rng;
pub mod rules;
pub mod server;

/// Clients that follow a rule in each run of the report.
pub const CLIENTS: u32 = 100_000;
/// What every random choice of the report follows from.
pub const SEED: u64 = 2026;
