//! The browser client: carries out with a browser's own parts what the engine decides, and reports back to it.
//!
//! | module | is |
//! | --- | --- |
//! | [`client`] | the one class JavaScript sees |
//! | `driver` | the loop between the engine and the browser |
//! | `host` | the JavaScript object that changes, events and answers go to |
//! | `plain` | values that cross the border, both ways |
//! | `browser` | one file per facility: clock, http, lifecycle, socket, storage, timers |
//!
//! No decision about the conversation is taken here: see `poly_messaging_engine`.

mod browser;
pub mod client;
mod driver;
mod host;
mod plain;

pub use client::Client;
pub use host::Host;

#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();
