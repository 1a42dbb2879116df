//! The WebDriver process of one browser. geckodriver and WebKitWebDriver serve one session each, so browsers that run side
//! by side need one each.

use std::{
    fs::{self, File},
    net::{Ipv4Addr, SocketAddr, TcpListener},
    path::PathBuf,
    process::{Command, Stdio},
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{Instant, sleep, timeout},
};

use crate::{
    Engine,
    guard::{Folder, Guarded},
    patient,
};

/// How long a driver may take until it listens.
const START_LIMIT: Duration = Duration::from_secs(20);
/// How often the log is looked at while a browser starts.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// What WebKitGTK says when somebody took the port that the driver had chosen to reach it by. The driver waits for
/// such a browser without end.
const PORT_IS_TAKEN: &str = "Failed to start remote inspector server";
/// All that the driver and the browser say.
const LOG: &str = "driver.log";

/// A driver that listens. Dropping it ends the process and the browser that it started, and removes what they wrote.
#[derive(Debug)]
pub(crate) struct Driver {
    process: Guarded,
    address: SocketAddr,
    // Removed when nobody writes into it any more.
    folder: Folder,
}

impl Driver {
    /// Starts the driver.
    pub(crate) async fn start(engine: Engine) -> Self {
        let deadline = Instant::now() + patient(START_LIMIT);
        loop {
            let mut driver = Self::spawn(engine);
            loop {
                if let Some(status) = driver.process.ended() {
                    // Somebody else may have taken the port between our look and the driver's.
                    assert!(Instant::now() < deadline, "the driver ended ({status}): {}", driver.said_since(0));
                    break;
                }
                if driver.is_ready().await {
                    return driver;
                }
                assert!(Instant::now() < deadline, "the driver is not ready: {}", driver.said_since(0));
                sleep(Duration::from_millis(20)).await;
            }
        }
    }

    fn spawn(engine: Engine) -> Self {
        let (address, folder) = (free_address(), Folder::new());
        let log = File::create(folder.path().join(LOG)).expect("cannot write into a temporary folder");
        let mut command = Command::new(Engine::driver());
        command.arg(format!("--port={}", address.port()));
        if engine == Engine::Firefox {
            // The default is one port for all. Much of what makes a browser as it was is for the browser's own scripts.
            command.args(["--websocket-port=0", "--allow-system-access"]);
        }
        command
            .env("TMPDIR", folder.path())
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("cannot write into a temporary folder"))
            .stderr(log);
        let process = Guarded::spawn(&mut command)
            .unwrap_or_else(|error| panic!("cannot start {}: {error}", Engine::driver().display()));
        Self { process, address, folder }
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
        while !self.said_since(0).contains(PORT_IS_TAKEN) {
            sleep(LOOK_EVERY).await;
        }
    }

    /// How many bytes the driver and the browser have said so far.
    pub(crate) fn has_said(&self) -> usize {
        fs::metadata(self.log()).map_or(0, |file| usize::try_from(file.len()).unwrap_or(usize::MAX))
    }

    /// What the driver and the browser said after so many bytes.
    pub(crate) fn said_since(&self, bytes: usize) -> String {
        let said = fs::read(self.log()).unwrap_or_default();
        String::from_utf8_lossy(said.get(bytes..).unwrap_or_default()).into_owned()
    }

    fn log(&self) -> PathBuf {
        self.folder.path().join(LOG)
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

fn free_address() -> SocketAddr {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .and_then(|listener| listener.local_addr())
        .expect("there is no free port")
}
