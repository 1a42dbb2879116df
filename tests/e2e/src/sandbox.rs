//! The sandbox of one test, in the test's own process.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex},
};

use http::{Method, Request, header::CONTENT_TYPE};
use http_body_util::BodyExt;
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use poly_messaging_sandbox::{ConnectorSettings, RunningSandbox, Sandbox as Server, SandboxConfig};
use serde_json::Value;
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

use crate::{project_root, remote::Line, site::Site};

/// A sandbox that serves the demo site and the package, and answers to a test's orders.
pub struct Sandbox {
    server: RunningSandbox,
    site: Site,
    doors: Mutex<Vec<Door>>,
}

impl Sandbox {
    /// Starts one on a free port. It is gone when this is dropped.
    pub async fn start() -> Self {
        // The conversation takes as many steps as ever, and shorter pauses between them.
        let settings = ConnectorSettings { pace_ms: 10, step_ms: 100, ..ConnectorSettings::default() };
        let (www, pkg) = (project_root().join("target/demo"), project_root().join("pkg"));
        for made in [www.join("playground.js"), pkg.join("index.js")] {
            assert!(made.exists(), "{} is missing: `cargo xtask test e2e` makes it", made.display());
        }
        let config = SandboxConfig { settings, www: Some(www), pkg: Some(pkg), ..SandboxConfig::default() };
        let server = Server::start(config).await.unwrap_or_else(|error| panic!("the sandbox does not start: {error}"));
        Self { server, site: Site::start().await, doors: Mutex::default() }
    }

    /// The address of one of the tests' own pages (`tests/e2e/pages`), which are not the sandbox's: another origin.
    pub fn page(&self, path: &str) -> String {
        self.site.url("127.0.0.1", path)
    }

    /// The same pages as of another site.
    pub fn page_of_another_site(&self, path: &str) -> String {
        self.site.url("localhost", path)
    }

    pub(crate) fn line(&self) -> Arc<Line> {
        Arc::clone(&self.site.line)
    }

    /// The address of a path on this sandbox.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.server.base_url())
    }

    /// Another address of this sandbox, as [`Sandbox::url`] without a path. Browsers space out the sockets that they open to an
    /// address where some have failed (Firefox up to a minute), whichever chat they are of: chats that are not to wait for
    /// each other have a door each.
    ///
    /// # Panics
    ///
    /// When there is no free port.
    pub async fn door(&self) -> String {
        let door = Door::to(self.server.addr()).await;
        let address = door.address.clone();
        self.doors.lock().expect("nothing panicked with the doors").push(door);
        address
    }

    /// Calls the control API (crates/sandbox/README.md) and returns its answer. `path` comes after `/control`.
    pub async fn control(&self, method: Method, path: &str, body: &Value) -> Value {
        let url = self.url(&format!("/control{path}"));
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let request = Request::builder()
            .method(method)
            .uri(&url)
            .header(CONTENT_TYPE, "application/json")
            .body(body)
            .expect("the path of a control call is part of an address");
        let client = Client::builder(TokioExecutor::new()).build_http();
        let answer = client.request(request).await.unwrap_or_else(|error| panic!("{url}: {error}"));
        let status = answer.status();
        let body = answer.into_body().collect().await.unwrap_or_else(|error| panic!("{url}: {error}")).to_bytes();
        assert!(status.is_success(), "{url} answered {status}: {}", String::from_utf8_lossy(&body));
        serde_json::from_slice(&body).unwrap_or(Value::Null)
    }

    /// Asks the control API.
    pub async fn ask(&self, path: &str) -> Value {
        self.control(Method::GET, path, &Value::Null).await
    }

    /// Gives the control API an order.
    pub async fn order(&self, path: &str, body: &Value) -> Value {
        self.control(Method::POST, path, body).await
    }
}

/// A port that leads to the sandbox, until this is dropped.
struct Door {
    address: String,
    task: JoinHandle<()>,
}

impl Door {
    async fn to(sandbox: SocketAddr) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("there is no free port");
        let address = format!("http://{}", listener.local_addr().expect("a listener has an address"));
        let task = tokio::spawn(async move {
            while let Ok((mut browser, _)) = listener.accept().await {
                tokio::spawn(async move {
                    let Ok(mut server) = TcpStream::connect(sandbox).await else { return };
                    // Either side may end it, at any time.
                    let _ = copy_bidirectional(&mut browser, &mut server).await;
                });
            }
        });
        Self { address, task }
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        self.task.abort();
    }
}
