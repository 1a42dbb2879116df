//! The agent: a script that a person can write, and the task that follows it.

mod handoff;
mod runner;
mod script;
mod speech;

pub use script::{Script, ScriptError};

pub(crate) use runner::{AgentInput, run};
