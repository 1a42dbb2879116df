//! The command `poly-messaging-sandbox`: reads its arguments, starts a sandbox, and stops it on a signal.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use poly_messaging_sandbox::{
    ConnectorSettings, DEFAULT_CONNECTOR_TOKEN, RunningSandbox, Sandbox, SandboxConfig, Script,
};
use tracing::level_filters::LevelFilter;

/// A local server of PolyAI's Messaging API, with an agent who books tables and faults on demand.
///
/// The first line of its output says where it listens. Interrupt it (Ctrl-C) to stop it.
#[derive(Parser)]
#[command(name = "poly-messaging-sandbox", version)]
struct Arguments {
    /// TCP port on 127.0.0.1; 0 takes a free one
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// A registered host, a web origin or an app namespace; repeatable [default: http://localhost and
    /// http://127.0.0.1 with any port, com.example.app]
    #[arg(long = "host-identifier", value_name = "HOST")]
    host_identifiers: Vec<String>,
    /// The token of the connector
    #[arg(long, value_name = "TOKEN", default_value = DEFAULT_CONNECTOR_TOKEN)]
    connector_token: String,
    /// A script for the agent to follow [default: Ada, who books tables]
    #[arg(long, value_name = "FILE")]
    script: Option<PathBuf>,
    /// Milliseconds between two chunks of a streamed reply
    #[arg(long, value_name = "MS", default_value_t = ConnectorSettings::default().pace_ms)]
    pace_ms: u64,
    /// Milliseconds between the steps of a conversation: thinking, the queue, a live agent's typing
    #[arg(long, value_name = "MS", default_value_t = ConnectorSettings::default().step_ms)]
    step_ms: u64,
    /// Seconds after which a session with nothing received ends
    #[arg(long, value_name = "SECONDS", default_value_t = ConnectorSettings::default().idle_timeout_seconds)]
    idle_timeout_seconds: f64,
    /// Seconds between the heartbeats a client is asked for; 0 for none
    #[arg(long, value_name = "SECONDS", default_value_t = ConnectorSettings::default().heartbeat_seconds)]
    heartbeat_seconds: u32,
    /// Files served at /
    #[arg(long, value_name = "DIR")]
    www: Option<PathBuf>,
    /// Files served at /pkg/
    #[arg(long, value_name = "DIR")]
    pkg: Option<PathBuf>,
    /// Log warnings and errors only
    #[arg(long, conflicts_with = "verbose")]
    quiet: bool,
    /// Log every socket as well
    #[arg(long)]
    verbose: bool,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let level = match (arguments.quiet, arguments.verbose) {
        (true, _) => LevelFilter::WARN,
        (_, true) => LevelFilter::DEBUG,
        _ => LevelFilter::INFO,
    };
    tracing_subscriber::fmt().with_max_level(level).with_writer(std::io::stderr).init();
    match run(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(text) => {
            tracing::error!("{text}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Arguments) -> Result<(), String> {
    let config = arguments.into_config()?;
    let runtime = tokio::runtime::Runtime::new().map_err(|error| error.to_string())?;
    runtime.block_on(async {
        let port = config.port;
        let stop = stop_signal().map_err(|error| format!("cannot listen to signals: {error}"))?;
        let sandbox = Sandbox::start(config).await.map_err(|error| format!("cannot serve on port {port}: {error}"))?;
        announce(&sandbox).map_err(|error| format!("cannot write to stdout: {error}"))?;
        stop.await;
        sandbox.shutdown().await;
        Ok(())
    })
}

fn announce(sandbox: &RunningSandbox) -> std::io::Result<()> {
    let mut stdout = std::io::stdout().lock();
    writeln!(stdout, "listening on {}", sandbox.base_url())?;
    stdout.flush()
}

impl Arguments {
    fn into_config(self) -> Result<SandboxConfig, String> {
        let mut settings = ConnectorSettings {
            pace_ms: self.pace_ms,
            step_ms: self.step_ms,
            idle_timeout_seconds: self.idle_timeout_seconds,
            heartbeat_seconds: self.heartbeat_seconds,
            ..ConnectorSettings::default()
        };
        if !self.host_identifiers.is_empty() {
            settings.hosts = self.host_identifiers;
        }
        settings.validate()?;
        let script = match &self.script {
            Some(file) => {
                let name = file.display();
                let text = std::fs::read_to_string(file).map_err(|error| format!("cannot read {name}: {error}"))?;
                Script::parse(&text).map_err(|error| format!("{name}: {error}"))?
            }
            None => Script::ada(),
        };
        for dir in [&self.www, &self.pkg].into_iter().flatten() {
            if !dir.is_dir() {
                return Err(format!("{} is not a folder", dir.display()));
            }
        }
        Ok(SandboxConfig {
            port: self.port,
            connector_token: self.connector_token,
            settings,
            script,
            www: self.www,
            pkg: self.pkg,
            ..SandboxConfig::default()
        })
    }
}

/// Resolves at the first SIGINT or SIGTERM. The handlers are in place when this returns.
#[cfg(unix)]
fn stop_signal() -> std::io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Resolves at the first Ctrl-C.
#[cfg(not(unix))]
fn stop_signal() -> std::io::Result<impl Future<Output = ()>> {
    Ok(async {
        if let Err(error) = tokio::signal::ctrl_c().await {
            tracing::error!(%error, "no Ctrl-C");
        }
    })
}
