//! The backend of `examples/token-backend`, as its README starts it.

use std::{
    env,
    fs::{self, File},
    io::{BufRead, BufReader},
    path::PathBuf,
    process::{Command, Stdio},
};

use tokio::task::spawn_blocking;

use crate::{guard::Guarded, project_root};

/// The running backend. Dropping it ends the process.
pub struct TokenBackend {
    _process: Guarded,
    log: PathBuf,
    /// Where it listens, with its path.
    pub url: String,
}

impl TokenBackend {
    /// Starts it with these variables and no other, on a free port. `name` is its log's, in `target/e2e`.
    ///
    /// # Panics
    ///
    /// When it does not start.
    pub async fn start(name: &str, variables: &[(&str, &str)]) -> Self {
        let root = project_root();
        let log = root.join("target/e2e").join(name).with_extension("backend.log");
        let mut command = Command::new("node");
        command
            .arg(root.join("examples/token-backend/server.js"))
            .env_clear()
            .env("PATH", env::var_os("PATH").unwrap_or_default())
            .env("PORT", "0")
            .envs(variables.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(File::create(&log).expect("cannot write to target/e2e"));
        let mut process = Guarded::spawn(&mut command).expect("cannot start node");
        let mut output = BufReader::new(process.process().stdout.take().expect("its output is piped"));
        let first = spawn_blocking(move || {
            let mut line = String::new();
            output.read_line(&mut line).map(|_| line)
        });
        let line = first.await.expect("reading does not panic").unwrap_or_default();
        let url = line.trim().strip_prefix("listening on ").map(ToOwned::to_owned);
        let Some(url) = url else {
            panic!("the backend does not start: {}", fs::read_to_string(&log).unwrap_or_default());
        };
        Self { _process: process, log, url }
    }

    /// All that it wrote into its log.
    ///
    /// # Panics
    ///
    /// When that cannot be read.
    pub fn log(&self) -> String {
        fs::read_to_string(&self.log).expect("the backend's log")
    }
}

impl Drop for TokenBackend {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.log);
    }
}
