//! The sandbox as its clients meet it: real HTTP and WebSocket over the loopback. One module per behaviour.

mod agent_script;
mod auth;
mod bad_input;
mod client;
mod command;
mod control;
mod cors;
mod echoes;
mod faults;
mod handoff;
mod limits;
mod replay;
mod sessions;
mod shutdown;
mod static_files;
mod vectors;
