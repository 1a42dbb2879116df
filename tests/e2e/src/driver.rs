//! The WebDriver process of one test. geckodriver and WebKitWebDriver serve one session each, so tests that run side
//! by side need one each.

use std::{
    fs::{self, File},
    net::{Ipv4Addr, SocketAddr, TcpListener},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{Instant, sleep, timeout},
};

use crate::{Engine, patient};

/// How long a driver may take until it listens.
const START_LIMIT: Duration = Duration::from_secs(20);
/// How often the log is looked at while a browser starts.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// What WebKitGTK says when somebody took the port that the driver had chosen to reach it by. The driver waits for
/// such a browser without end.
const PORT_IS_TAKEN: &str = "Failed to start remote inspector server";

/// A driver that listens. Dropping it ends the process, and the browser that it started.
pub(crate) struct Driver {
    process: Child,
    address: SocketAddr,
    log: PathBuf,
}

impl Driver {
    /// Starts the driver; all that it and the browser say goes to `log`.
    pub(crate) async fn start(engine: Engine, log: &Path) -> Self {
        let deadline = Instant::now() + patient(START_LIMIT);
        loop {
            let mut driver = Self::spawn(engine, log);
            loop {
                if let Some(status) = driver.process.try_wait().expect("cannot ask for the driver's status") {
                    // Somebody else may have taken the port between our look and the driver's.
                    assert!(Instant::now() < deadline, "the driver ended ({status}); see {}", log.display());
                    break;
                }
                if driver.is_ready().await {
                    return driver;
                }
                assert!(Instant::now() < deadline, "the driver is not ready; see {}", log.display());
                sleep(Duration::from_millis(20)).await;
            }
        }
    }

    fn spawn(engine: Engine, log: &Path) -> Self {
        let address = free_address();
        let path = log.to_owned();
        let log = File::create(log).expect("cannot write to target/e2e");
        let mut command = Command::new(Engine::driver());
        command.arg(format!("--port={}", address.port()));
        if engine == Engine::Firefox {
            // The default is one port for all. Going offline is something that only the browser's own scripts may do.
            command.args(["--websocket-port=0", "--allow-system-access"]);
        }
        // A group of its own, to end the browser with the driver.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let process = command
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("cannot write to target/e2e"))
            .stderr(log)
            .spawn()
            .unwrap_or_else(|error| panic!("cannot start {}: {error}", Engine::driver().display()));
        Self { process, address, log: path }
    }

    /// Asks for the driver's status (WebDriver, "Status"). That it listens does not yet mean that it answers.
    async fn is_ready(&self) -> bool {
        let ask = async {
            let mut stream = TcpStream::connect(self.address).await?;
            let request = format!("GET /status HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", self.address);
            stream.write_all(request.as_bytes()).await?;
            let mut answer = *b"HTTP/1.1 ...";
            stream.read_exact(&mut answer).await?;
            std::io::Result::Ok(answer)
        };
        matches!(timeout(patient(START_LIMIT), ask).await, Ok(Ok(answer)) if answer.ends_with(b" 200"))
    }

    /// Waits until the browser is known to be out of the driver's reach, which for most is for ever.
    pub(crate) async fn lost_its_browser(&self) {
        while !self.said().contains(PORT_IS_TAKEN) {
            sleep(LOOK_EVERY).await;
        }
    }

    /// What the driver and the browser said so far.
    pub(crate) fn said(&self) -> String {
        fs::read(&self.log).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        #[cfg(unix)]
        if let Ok(id) = i32::try_from(self.process.id())
            && let Some(group) = rustix::process::Pid::from_raw(id)
        {
            let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        }
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn free_address() -> SocketAddr {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .and_then(|listener| listener.local_addr())
        .expect("there is no free port")
}
