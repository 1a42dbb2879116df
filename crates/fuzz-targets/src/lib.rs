//! What fuzzing feeds to the engine, and what it holds the engine to.
//!
//! libFuzzer's targets in `fuzz/` are one line each: they call [`decode()`] and [`chat`]. So do the tests here, with the
//! inputs kept in `fuzz/seeds/` and `fuzz/found/`: what was found once stays found, and the targets cannot rot.
//!
//! | module | holds |
//! | --- | --- |
//! | [`decode`](mod@decode) | what must hold of any frame |
//! | [`act`] | how bytes say what happens to a chat |
//! | [`frame`] | frames made of pieces of real ones |
//! | [`chat`](mod@chat) | carries the acts out on an engine |
//! | [`world`] | the browser and the server around it, and what must hold after every step |
//! | [`seeds`] | inputs made of the wire transcripts in `tests/vectors/` |

pub mod act;
pub mod chat;
pub mod decode;
pub mod frame;
pub mod seeds;
pub mod world;

pub use chat::chat;
pub use decode::decode;
