//! The application of examples/webview-host as its user meets it: lines in, lines out, and a session that outlasts it.
//!
//! `cargo xtask test webview` builds it, names it in `WEBVIEW_HOST`, and gives it a screen.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Stdio,
    sync::{Arc, Mutex},
    time::Duration,
};

use e2e::Sandbox;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, Lines},
    process::{Child, ChildStdin, ChildStdout, Command},
    task::JoinHandle,
    time::timeout,
};

const IDENTIFIER: &str = "com.example.webview-host";
const CONNECTOR_TOKEN: &str = "connector-token-of-the-application";
/// How long a line may be in coming, with the start of a web view on a busy machine.
const LINE_LIMIT: Duration = Duration::from_secs(60);
const EXIT_LIMIT: Duration = Duration::from_secs(30);

/// The running application.
struct Host {
    process: Child,
    input: ChildStdin,
    output: Lines<BufReader<ChildStdout>>,
    errors: JoinHandle<String>,
    /// All lines so far, of this run and those before it.
    said: Arc<Mutex<Vec<String>>>,
}

impl Host {
    fn start(sandbox: &Sandbox, data: &Path, said: &Arc<Mutex<Vec<String>>>) -> Self {
        let program = env::var_os("WEBVIEW_HOST").expect("`cargo xtask test webview` says where the application is");
        let mut process = Command::new(program)
            .args(["--server", &sandbox.url("/api/v1"), "--identifier", IDENTIFIER, "--data"])
            .arg(data)
            .env("CONNECTOR_TOKEN", CONNECTOR_TOKEN)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("the application starts");
        let mut errors = process.stderr.take().expect("a pipe");
        Self {
            input: process.stdin.take().expect("a pipe"),
            output: BufReader::new(process.stdout.take().expect("a pipe")).lines(),
            errors: tokio::spawn(async move {
                let mut text = Vec::new();
                errors.read_to_end(&mut text).await.expect("readable errors");
                String::from_utf8_lossy(&text).into_owned()
            }),
            said: Arc::clone(said),
            process,
        }
    }

    async fn say(&mut self, line: &str) {
        self.input.write_all(format!("{line}\n").as_bytes()).await.expect("the application listens");
    }

    /// The lines up to the first that begins so.
    async fn lines_to(&mut self, start: &str) -> Vec<String> {
        let mut lines = Vec::new();
        loop {
            let next = timeout(LINE_LIMIT, self.output.next_line()).await;
            let line = next.unwrap_or_else(|_| panic!("no `{start}` came, but {lines:?}")).expect("lines of text");
            let line = line.unwrap_or_else(|| panic!("the application ended before `{start}`; it said {lines:?}"));
            self.said.lock().expect("no test panicked with it").push(line.clone());
            lines.push(line);
            if lines.last().is_some_and(|line| line.starts_with(start)) {
                return lines;
            }
        }
    }

    /// The session's id and the transcript.
    async fn history(&mut self) -> (String, Vec<String>) {
        self.say("/history").await;
        let session = self.lines_to("session ").await.pop().expect("the line");
        let mut lines = self.lines_to("end of history").await;
        lines.pop();
        (session.trim_start_matches("session ").to_owned(), lines)
    }

    /// Closes it as a user does who has no more to say, and returns what it wrote on standard error.
    async fn close(mut self) -> String {
        drop(self.input);
        while let Some(line) = timeout(EXIT_LIMIT, self.output.next_line()).await.expect("it ends").expect("text") {
            self.said.lock().expect("no test panicked with it").push(line);
        }
        let status = timeout(EXIT_LIMIT, self.process.wait()).await.expect("it ends").expect("a status");
        let errors = self.errors.await.expect("readable errors");
        assert!(status.success(), "{status}: {errors}");
        errors
    }
}

async fn sessions(sandbox: &Sandbox) -> Vec<Value> {
    let answer = sandbox.ask(&format!("/sessions?connector={CONNECTOR_TOKEN}")).await;
    answer["sessions"].as_array().expect("sessions").clone()
}

fn records(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("the application's folder");
    entries.map(|entry| entry.expect("an entry").path()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conversation_held_from_the_native_side_goes_on_after_a_restart() {
    let sandbox = Sandbox::start().await;
    // Only the application's identifier is registered, and no page's origin: it is what the session is opened with.
    sandbox.order(&format!("/connectors/{CONNECTOR_TOKEN}"), &json!({ "hosts": [IDENTIFIER] })).await;
    let data = e2e::project_root().join(format!("target/e2e/webview-host-{}", std::process::id()));
    let _ = fs::remove_dir_all(&data);
    let said = Arc::default();

    let mut host = Host::start(&sandbox, &data, &said);
    host.lines_to("connected to a new session").await;
    host.lines_to("joined: Ada").await;
    host.lines_to("agent has answered").await;
    host.say("Hello from the native side").await;
    host.lines_to("you: Hello from the native side").await;
    host.lines_to("agent has answered").await;
    host.say(r#"/command {"command":"explode"}"#).await;
    host.lines_to("error config/invalid").await;
    let (session, transcript) = host.history().await;
    assert_eq!(transcript.len(), 3, "{transcript:?}");
    assert_eq!(transcript[1], "history user: Hello from the native side");
    assert!(transcript[2].contains("Hello from the native side"), "{transcript:?}");
    let mut errors = host.close().await;

    let left = sessions(&sandbox).await;
    assert_eq!(left.len(), 1);
    assert_eq!(left[0]["session_id"], session.as_str());
    assert_eq!(left[0]["ended"], Value::Null);
    assert_eq!(left[0]["sockets_open"], 0);
    let kept = records(&data);
    assert_eq!(kept.len(), 1, "{kept:?}");
    let record = fs::read_to_string(&kept[0]).expect("a readable record");

    let mut host = Host::start(&sandbox, &data, &said);
    host.lines_to("connected again to the session").await;
    host.lines_to("you: Hello from the native side (history)").await;
    host.lines_to("agent has answered (history)").await;
    assert_eq!(host.history().await, (session.clone(), transcript));
    host.say("Still there?").await;
    host.lines_to("you: Still there?").await;
    host.lines_to("agent has answered").await;
    let resumed = sessions(&sandbox).await;
    assert_eq!(resumed.len(), 1, "a second session was made");
    assert_eq!(resumed[0]["join_requests"], 1, "the agent was asked to join again");
    assert_eq!(resumed[0]["sockets_opened"], 2);
    host.say("/end").await;
    host.lines_to("done: /end").await;
    errors += &host.close().await;

    let ended = sessions(&sandbox).await;
    assert_eq!(ended[0]["ended"], "REASON_USER_END");
    assert_eq!(records(&data), Vec::<PathBuf>::new(), "the ended session is still kept");
    let token = record.split('"').find(|part| part.starts_with("eyJ")).expect("the record holds the access token");
    let shown = said.lock().expect("no test panicked with it").join("\n") + &errors;
    assert!(!shown.contains(token), "the access token was shown");
    assert!(!shown.contains(CONNECTOR_TOKEN), "the connector token was shown");
    fs::remove_dir_all(&data).expect("the folder can go");
}
