//! `cargo xtask demo`: the demo site on a local sandbox.

use std::{
    env,
    io::{BufRead, BufReader},
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail};

use crate::{build, project, steps, tools};

/// What the sandbox says once it listens; its address follows.
const LISTENING: &str = "listening on ";

/// How to show the demo site.
#[derive(clap::Args)]
#[group(skip)]
pub(crate) struct Options {
    /// The port to listen on; 0 takes a free one
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Do not open the page in a browser
    #[arg(long)]
    no_open: bool,
    #[command(flatten)]
    build: build::Options,
}

/// Builds everything, starts the sandbox and stays until it stops.
pub(crate) fn run(options: &Options) -> Result<()> {
    build::package(options.build)?;
    build::demo()?;
    steps::run(
        tools::cargo().args(["build", "--package", "poly-messaging-sandbox", "--bins"]),
        "The lines above say what does not compile.",
    )?;

    let mut sandbox = Command::new(project::program("poly-messaging-sandbox"))
        .args(["--port", &options.port.to_string(), "--www"])
        .arg(project::demo())
        .arg("--pkg")
        .arg(project::pkg())
        .stdout(Stdio::piped())
        .spawn()
        .context("cannot start the sandbox")?;
    stop_with_us(sandbox.id())?;
    let output = sandbox.stdout.take().context("the sandbox has no output")?;
    for line in BufReader::new(output).lines() {
        let line = line.context("cannot read what the sandbox says")?;
        match line.find(LISTENING) {
            None => println!("{line}"),
            Some(at) => {
                let address = line[at + LISTENING.len()..].trim();
                println!("\n  The demo is at {address}\n  Ctrl-C stops it.\n");
                if !options.no_open {
                    open(address);
                }
            }
        }
    }
    let status = sandbox.wait()?;
    if !status.success() {
        bail!("the sandbox stopped ({status}). Its last lines above say why.");
    }
    Ok(())
}

/// Passes the order to stop on to the sandbox; once it has stopped, so do we.
fn stop_with_us(sandbox: u32) -> Result<()> {
    // Ctrl-C reaches both from the terminal. An order to this process alone does not.
    let stop = move || drop(Command::new("kill").arg(sandbox.to_string()).status());
    ctrlc::set_handler(stop).context("cannot listen to signals")?;

    // npm passes an order on to its shell, which goes without a word to us.
    #[cfg(unix)]
    if env::var_os("npm_lifecycle_event").is_some() {
        use std::{os::unix::process::parent_id, thread, time::Duration};
        let shell = parent_id();
        thread::spawn(move || {
            while parent_id() == shell {
                thread::sleep(Duration::from_millis(200));
            }
            stop();
        });
    }
    Ok(())
}

/// Shows the page where there is a screen; the printed address is enough where that fails.
fn open(address: &str) {
    let screen = ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(|name| env::var_os(name).is_some());
    let opener = if cfg!(target_os = "macos") {
        "open"
    } else if cfg!(windows) {
        "explorer"
    } else if screen {
        "xdg-open"
    } else {
        return;
    };
    let quiet = Command::new(opener).arg(address).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    drop(quiet);
}
