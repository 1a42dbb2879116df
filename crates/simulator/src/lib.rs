//! A network, a Messaging API server and a user, simulated in virtual time, that drive the engine through generated
//! conversations and judge what comes of them.
//!
//! **The contract: [`run`] a seed, and everything follows from it: what the users do, what the network and the server do to
//! them, and each choice on the way. The same seed always gives the same conversation and the same [`Outcome`].** There is no
//! IO, no clock and no thread in here; a conversation of ten minutes takes about a millisecond.
//!
//! | module | models |
//! | --- | --- |
//! | `network` | delay, jitter, reorder, loss, repeats, half-open sockets, dead intervals |
//! | `server` | the Messaging API: tokens, sessions, their logs and replays, refusals, restarts, expiry, the agent |
//! | `page` | a tab: the engine, the state it describes, its timers and its life |
//! | `device` | what tabs share: the record, the lock, the clock on the wall |
//! | `user` | what was written, and what has become of it |
//! | `scenario` | what is to happen, made from the seed |
//! | `world` | binds them; `watch` and `verdict` hold the properties |
//!
//! # The properties
//!
//! | name | says |
//! | --- | --- |
//! | `once` | a message is at most once in the logs of the server |
//! | `delivered` | a message that was not marked failed is in a log |
//! | `failed` | a message that was marked as not delivered is in none |
//! | `order` | what one page sent is in the log in the order of sending |
//! | `transcript` | in the end a page shows the log: texts, order, roles, streamed messages whole |
//! | `sessions` | no session is replaced, left or ended while the server has it, unless the user wanted that, or the record was not to be had in time |
//! | `sockets` | a page has at most one socket, writes to open ones only, and closes with codes it may use |
//! | `line` | in the end, pages on one session that can hear each other and miss nothing have one socket among them |
//! | `open` | the connection is open within 75 s of everything being well and the server having room for its socket, 150 s where the session was lost, 270 s in ten tabs, and within 1 s of the browser's saying online, or 5 s where a dead socket seemed to live |
//! | `backoff` | the first attempt waits at most 2 s, attempt n at most min(30 s, 1.5 · 2^(n-1) s), and is then made |
//! | `budget` | no more attempts than allowed, those counted whose sockets were gone within 30 s with nothing confirmed; and not given up before |
//! | `restraint` | a page has at most five sessions made within a minute, unless the user asks for more |
//! | `heartbeats` | neither missing nor more often than the interval and the checks of a connection make them |
//! | `tokens` | no token in any output but a socket's address, a header and the record |
//! | `calls` | every call is settled once, and none is open when the page is closed |
//! | `panic` | nothing panics |
//! | `deadline` | the next deadline is never one that has passed |
//!
//! # What the model does not do
//!
//! These are taken for granted, and the engine relies on them:
//!
//! - The history is whole: what it does not hold did not arrive. Batches and heartbeat echoes are never missing on a socket
//!   that lives; live events may be.
//! - A frame to the client is overtaken by at most 100 ms.
//! - A frame arrives at the server within 2 s of the death of its socket, or of its being closed by the page, or never.
//! - A frame that arrives late, from a socket that is dead, is echoed on the next one: the two are not lost together.
//! - What comes behind the end of a session, because it was overtaken, is not heard.
//! - A page stops running with its device, or is told (`freeze`, `pagehide`); none hangs while others of its chat go on.
//! - A socket over which frames still come in is alive; that nothing goes out shows at the next message.
//! - Sockets are refused for a time by all servers or by none, not by every second one.

mod device;
mod network;
mod page;
mod random;
mod scenario;
mod schedule;
mod server;
mod user;
mod view;
mod world;

use std::panic::{AssertUnwindSafe, catch_unwind};

use world::World;

pub use view::{State, text_of};

/// A property that did not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Which one; the table in the crate's documentation names them.
    pub property: &'static str,
    /// What was seen.
    pub what: String,
}

/// Something broken on purpose, to see that the properties notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sabotage {
    /// The server writes each message into its log twice.
    ServerDoubles,
    /// The server writes a message into its log ahead of the one before.
    ServerReorders,
    /// The server closes sockets as though it did not know sessions that it knows.
    ServerDisowns,
    /// The server repeats the token in an event.
    ServerTells,
    /// Each message is written to the socket twice.
    WritesTwice,
    /// A message never reaches the server, but its echo comes back.
    LosesAMessage,
    /// The engine never hears that a socket has closed.
    DropsCloses,
    /// Timers are five seconds late though the page is awake.
    DelaysTimers,
    /// Pieces of a message are not added to what is shown.
    LosesChanges,
    /// Calls are not settled.
    LosesSettles,
    /// The client is made to try again at once, as though the user had asked for it.
    TriesAtOnce,
}

/// How often things happened, over one conversation or many.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say what is counted")]
pub struct Counts {
    pub messages: u64,
    pub confirmed: u64,
    pub failed: u64,
    pub written: u64,
    pub swallowed: u64,
    pub missing: u64,
    pub sockets: u64,
    pub opened: u64,
    pub reconnects: u64,
    pub exhausted: u64,
    pub reloads: u64,
    pub resumed: u64,
    pub replaced: u64,
}

/// What came of a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The properties that did not hold; the conversation stops at the first.
    pub violations: Vec<Violation>,
    /// How often things happened.
    pub counts: Counts,
    /// What happened, a line each, where that was asked for.
    pub trace: Vec<String>,
}

/// Has the conversation of a seed.
pub fn run(seed: u64) -> Outcome {
    have(seed, None, false)
}

/// The same, with a line for everything that happens.
pub fn run_traced(seed: u64) -> Outcome {
    have(seed, None, true)
}

/// The same, with something broken.
pub fn run_sabotaged(seed: u64, sabotage: Sabotage) -> Outcome {
    have(seed, Some(sabotage), false)
}

fn have(seed: u64, sabotage: Option<Sabotage>, is_traced: bool) -> Outcome {
    let mut world = World::new(seed, sabotage, is_traced);
    if let Err(panic) = catch_unwind(AssertUnwindSafe(|| world.run())) {
        let text = panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
        world.accuse("panic", text.unwrap_or("?").to_owned());
    }
    Outcome { violations: world.violations, counts: world.counts, trace: world.trace.unwrap_or_default() }
}

impl Counts {
    /// Adds those of another conversation.
    pub fn add(&mut self, other: &Self) {
        self.messages += other.messages;
        self.confirmed += other.confirmed;
        self.failed += other.failed;
        self.written += other.written;
        self.swallowed += other.swallowed;
        self.missing += other.missing;
        self.sockets += other.sockets;
        self.opened += other.opened;
        self.reconnects += other.reconnects;
        self.exhausted += other.exhausted;
        self.reloads += other.reloads;
        self.resumed += other.resumed;
        self.replaced += other.replaced;
    }
}
