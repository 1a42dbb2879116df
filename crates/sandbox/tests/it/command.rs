//! The command: its first line, its help, its end on a signal, and a log that holds no token.
#![cfg(unix)]

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

fn command() -> Command {
    Command::new(env!("CARGO_BIN_EXE_poly-messaging-sandbox"))
}

/// A running command. It does not outlive the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // Ended already in a test that went well.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Running {
    fn start(arguments: &[&str]) -> (Self, String) {
        let child = command().args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("started");
        let mut running = Self(child);
        let stdout = running.0.stdout.as_mut().expect("its output");
        let mut first_line = String::new();
        BufReader::new(stdout).read_line(&mut first_line).expect("a line");
        let address = first_line.trim().strip_prefix("listening on ").expect("its address").to_owned();
        (running, address)
    }

    fn signal(&self, name: &str) {
        let status = Command::new("kill").args([name, &self.0.id().to_string()]).status().expect("kill");
        assert!(status.success());
    }

    /// Its log, once it has ended well and within two seconds.
    fn end(mut self) -> String {
        let started = Instant::now();
        let status = loop {
            if let Some(status) = self.0.try_wait().expect("a child") {
                break status;
            }
            assert!(started.elapsed() < Duration::from_secs(2), "it did not end");
            std::thread::sleep(Duration::from_millis(10));
        };
        assert!(status.success(), "{status}");
        let mut log = String::new();
        self.0.stderr.take().expect("its log").read_to_string(&mut log).expect("text");
        log
    }
}

#[tokio::test]
async fn it_ends_cleanly_on_sigterm_and_its_log_holds_no_token() {
    let arguments = ["--verbose", "--connector-token", "secret-connector", "--pace-ms", "0", "--step-ms", "0"];
    let (running, address) = Running::start(&arguments);
    let http = reqwest::Client::new();
    let post = |path: &str| http.post(format!("{address}{path}")).json(&json!({}));
    let request = post("/api/v1/access-token").header("x-token", "secret-connector").header("x-host", &address);
    let answer: Value = request.send().await.expect("an answer").json().await.expect("JSON");
    let token = answer["access_token"].as_str().expect("a token");
    let refused = post("/api/v1/access-token").header("x-token", "wrong-secret").header("x-host", &address);
    assert_eq!(refused.send().await.expect("an answer").status(), 401);
    post("/control/connectors/other-secret").send().await.expect("an answer").error_for_status().expect("registered");
    let answer: Value =
        post("/api/v1/sessions").bearer_auth(token).send().await.expect("an answer").json().await.expect("JSON");
    let session = answer["session_id"].as_str().expect("a session");
    let url = format!("{}/ws?session_id={session}&access_token={token}", address.replace("http", "ws"));
    let (mut socket, _) = tokio_tungstenite::connect_async(url).await.expect("a socket");
    let join = json!({ "type": "EVENT_TYPE_REQUEST_POLY_AGENT_JOIN", "payload": {} });
    socket.send(Message::text(join.to_string())).await.expect("sent");
    while !socket.next().await.expect("a frame").expect("no error").to_string().contains("POLY_AGENT_MESSAGE") {}

    running.signal("-TERM");
    let code = loop {
        if let Message::Close(frame) = socket.next().await.expect("a close frame").expect("no error") {
            break u16::from(frame.expect("a code").code);
        }
    };
    assert_eq!(code, 1001);
    let log = tokio::task::spawn_blocking(|| running.end()).await.expect("no panic");
    assert!(log.contains("socket opened") && log.contains("stopped"), "{log}");
    let signature = token.rsplit('.').next().expect("a part");
    for secret in ["secret-connector", "wrong-secret", "other-secret", signature] {
        assert!(!log.contains(secret), "{log}");
    }
}

#[test]
fn it_ends_on_an_interrupt_too() {
    let (running, _) = Running::start(&["--quiet"]);
    running.signal("-INT");
    assert_eq!(running.end(), "");
}

#[test]
fn help_names_every_option() {
    let Output { status, stdout, .. } = command().arg("--help").output().expect("run");
    let help = String::from_utf8(stdout).expect("text");
    assert!(status.success());
    for option in [
        "--port",
        "--host-identifier",
        "--connector-token",
        "--script",
        "--pace-ms",
        "--step-ms",
        "--idle-timeout-seconds",
        "--heartbeat-seconds",
        "--www",
        "--pkg",
        "--quiet",
    ] {
        assert!(help.contains(option), "{option} in\n{help}");
    }
}

#[test]
fn what_cannot_be_done_is_said_in_one_line() {
    let (_running, address) = Running::start(&[]);
    let port = address.rsplit(':').next().expect("a port");
    for (arguments, expected) in [
        (vec!["--port", port], format!("cannot serve on port {port}")),
        (vec!["--script", "/missing.toml"], "cannot read /missing.toml".to_owned()),
        (vec!["--www", "/missing"], "/missing is not a folder".to_owned()),
        (vec!["--host-identifier", "ftp://x"], "hosts".to_owned()),
        (vec!["--idle-timeout-seconds", "0"], "idle_timeout_seconds".to_owned()),
    ] {
        let Output { status, stderr, .. } = command().args(&arguments).output().expect("run");
        let error = String::from_utf8(stderr).expect("text");
        assert!(!status.success(), "{arguments:?}");
        assert!(error.contains(&expected), "{arguments:?}: {error}");
    }
}
