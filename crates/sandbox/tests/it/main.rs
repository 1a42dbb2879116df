//! The sandbox as its clients meet it: real HTTP and WebSocket over the loopback. One module per behaviour.

mod auth;
mod client;
mod echoes;
mod replay;
mod sessions;
