//! What serves a project's page: the tool's own server, or the files as they are.

use std::{
    fs::{self, File},
    future::IntoFuture,
    net::{Ipv4Addr, TcpListener},
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

use axum::Router;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::JoinHandle,
    time::{Instant, sleep, timeout},
};
use tower_http::services::ServeDir;

use crate::{Project, project};

/// How long a tool may take until it serves.
const START_LIMIT: Duration = Duration::from_secs(60);

/// How long it may take for its first answer, for which some tools build the page.
const ANSWER_LIMIT: Duration = Duration::from_secs(20);

/// A folder on the web, at an origin of its own.
#[derive(Debug)]
pub struct Site {
    port: u16,
    task: JoinHandle<()>,
}

impl Site {
    /// Serves a folder's files as they are.
    ///
    /// # Panics
    ///
    /// When there is no free port.
    pub async fn of(folder: &Path) -> Self {
        let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("there is no free port");
        let port = listener.local_addr().expect("a listener has an address").port();
        let serving = axum::serve(listener, Router::new().fallback_service(ServeDir::new(folder))).into_future();
        Self { port, task: tokio::spawn(async move { serving.await.expect("the server of a project stopped") }) }
    }

    /// The address of a page.
    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// A tool that serves a project. It ends when this is dropped.
#[derive(Debug)]
pub struct Server {
    port: u16,
    _group: Group,
}

impl Server {
    /// Starts the command in the project, with a free port in place of `PORT`, and waits until it listens.
    ///
    /// # Panics
    ///
    /// When it does not: with what it printed.
    pub async fn start(project: &Project, line: &str) -> Self {
        let deadline = Instant::now() + START_LIMIT;
        let log = project.path("server.log");
        loop {
            let port = free_port();
            let output = File::create(&log).unwrap_or_else(|error| panic!("cannot write {}: {error}", log.display()));
            let mut command = command(&line.replace("PORT", &port.to_string()), &project.path(""));
            command.stdout(output.try_clone().expect("a file can be shared")).stderr(output);
            let mut child = command.spawn().unwrap_or_else(|error| panic!("cannot start `{line}`: {error}"));
            let group = Group::of(&child);
            loop {
                let said = || fs::read_to_string(&log).unwrap_or_default();
                if let Some(status) = child.try_wait().expect("a child has a status") {
                    // Somebody else may have taken the port between our look and the tool's.
                    assert!(Instant::now() < deadline, "`{line}` ended ({status}):\n{}", said());
                    break;
                }
                if serves(port).await {
                    return Self { port, _group: group };
                }
                assert!(Instant::now() < deadline, "`{line}` does not listen:\n{}", said());
                sleep(Duration::from_millis(50)).await;
            }
        }
    }

    /// The address of a page.
    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }
}

/// The processes of a command, which end with this.
#[derive(Debug)]
pub(crate) struct Group(Option<u32>);

impl Group {
    pub(crate) fn of(child: &Child) -> Self {
        Self(Some(child.id()))
    }

    /// The command has ended by itself.
    pub(crate) fn ended(mut self) {
        self.0 = None;
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(id) = self.0 {
            // The shell's own `kill`: npm starts a shell that starts the tool, and all of them are one group.
            let _ = Command::new("sh").arg("-c").arg(format!("kill -KILL -{id}")).stderr(Stdio::null()).status();
        }
    }
}

/// A command line in a folder, as a group of processes of its own.
pub(crate) fn command(line: &str, folder: &Path) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", line]).current_dir(folder).stdin(Stdio::null()).envs(project::surroundings());
    for name in project::strangers() {
        command.env_remove(name);
    }
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    command
}

/// Whether something answers in HTTP. That somebody listens is not enough: whoever looks for a free port does so for a moment.
async fn serves(port: u16) -> bool {
    let ask = async {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await?;
        stream.write_all(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n").await?;
        let mut answer = [0; 5];
        stream.read_exact(&mut answer).await?;
        std::io::Result::Ok(answer)
    };
    matches!(timeout(ANSWER_LIMIT, ask).await, Ok(Ok(answer)) if answer == *b"HTTP/")
}

fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("there is no free port");
    listener.local_addr().expect("a listener has an address").port()
}
