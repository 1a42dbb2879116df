//! `cargo xtask`: everything about this project that takes more than one command.
//! Each subcommand lives in the module of its name; `tools` finds what they need or installs it,
//! `steps` runs commands and remembers what is up to date, `project` knows where things lie.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command line tool speaks on its terminal")]

use std::process::ExitCode;

use clap::{Parser, Subcommand};

mod bench;
mod browsers;
mod build;
mod contract;
mod demo;
mod integrity;
mod pictures;
mod project;
mod reproduce;
mod size;
mod steps;
mod storm;
mod terminal;
mod test;
mod tools;

#[derive(Parser)]
#[command(name = "cargo xtask", about = "The project's tooling.")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Make the npm package in pkg/
    Build(build::Options),
    /// Build, start the sandbox with the demo site, and print its address
    Demo(demo::Options),
    /// Run all tests and lints, or one part of them
    Test(test::Options),
    /// Weigh everything a page downloads against the budget
    Size(size::Options),
    /// Measure how the cost of chunks and of history grows
    Bench,
    /// Write the table of what crosses to JavaScript, and docs/events.md
    Contract,
    /// Make the package twice from clean, and compare every byte
    Reproduce,
    /// Take the pictures of README and the guides anew, into docs/pictures/
    Pictures,
    /// Simulate a server restart with many clients, and write docs/storm.md
    Storm,
}

fn main() -> ExitCode {
    let outcome = match Cli::parse().command {
        Command::Build(options) => build::package(options).and_then(|()| integrity::print()),
        Command::Demo(options) => demo::run(&options),
        Command::Test(options) => test::run(&options),
        Command::Size(options) => size::run(&options),
        Command::Bench => bench::run(),
        Command::Contract => contract::write(),
        Command::Reproduce => reproduce::run_twice(),
        Command::Pictures => pictures::take(),
        Command::Storm => storm::run(),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::Cli;

    #[test]
    fn every_command_can_be_read() {
        Cli::command().debug_assert();
    }
}
