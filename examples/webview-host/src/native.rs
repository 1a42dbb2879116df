//! The application's side of the bridge: what it makes of the page's messages and of the user's lines. Nothing here
//! touches the web view, so that it can be tested without one. The messages are those of `webview.schema.json`.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::store::Store;

/// What is to be done next.
#[derive(Debug, PartialEq)]
pub(crate) enum Do {
    /// Show this to the user.
    Print(String),
    /// Hand this command to the page.
    Command(Value),
    /// Leave.
    Exit,
}

/// What the page posts, as far as this application wants to know.
#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
enum Message {
    Ready,
    Event {
        event: Value,
    },
    Result {
        id: Value,
        value: Value,
    },
    Error {
        id: Value,
        error: Value,
    },
    Storage(Storage),
    /// A later version of the package may say more.
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
struct Storage {
    id: String,
    key: String,
    #[serde(flatten)]
    operation: Operation,
}

#[derive(Deserialize)]
#[serde(tag = "operation", rename_all = "camelCase")]
enum Operation {
    Get,
    Set { value: String },
    Remove,
}

/// The ids of the commands whose results are of interest.
const CLOSE: &str = "close";
const HISTORY: &str = "history";

const HELP: &str = "A line is sent. /history /end /restart /reconnect /close /command JSON";

/// The application's state.
pub(crate) struct App {
    store: Store,
    /// The page takes commands.
    is_ready: bool,
    /// Commands from before it did.
    waiting: Vec<Value>,
    is_closing: bool,
}

impl App {
    pub(crate) fn new(store: Store) -> Self {
        Self { store, is_ready: false, waiting: Vec::new(), is_closing: false }
    }

    /// The user has written a line.
    pub(crate) fn line(&mut self, line: &str) -> Vec<Do> {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        match word {
            "" => Vec::new(),
            "/help" => vec![Do::Print(HELP.into())],
            "/history" => self.give(json!({ "command": "getState", "id": HISTORY })),
            "/end" | "/restart" | "/reconnect" => self.give(json!({ "command": word[1..], "id": word })),
            "/close" => self.close(),
            "/command" => match serde_json::from_str(rest) {
                Ok(command) => self.give(command),
                Err(error) => vec![Do::Print(format!("that is no JSON: {error}"))],
            },
            _ => self.give(json!({ "command": "send", "text": line })),
        }
    }

    /// The window or the input was closed: the session is left, to be taken up the next time.
    pub(crate) fn close(&mut self) -> Vec<Do> {
        if std::mem::replace(&mut self.is_closing, true) {
            return Vec::new();
        }
        if !self.is_ready {
            return vec![Do::Exit];
        }
        self.give(json!({ "command": "close", "id": CLOSE }))
    }

    /// The page has posted a message.
    pub(crate) fn posted(&mut self, text: &str) -> Vec<Do> {
        match serde_json::from_str(text) {
            // What it was is not shown: it may hold a token.
            Err(_) => vec![Do::Print("the page posted what is no message".into())],
            Ok(Message::Ready) => {
                self.is_ready = true;
                self.waiting.drain(..).map(Do::Command).collect()
            }
            Ok(Message::Event { event }) => describe(&event).map(Do::Print).into_iter().collect(),
            Ok(Message::Result { id, .. } | Message::Error { id, .. }) if id == CLOSE => vec![Do::Exit],
            Ok(Message::Result { id, value }) if id == HISTORY => history(&value).map(Do::Print).collect(),
            Ok(Message::Result { id, .. }) => vec![Do::Print(format!("done: {}", plain(&id)))],
            Ok(Message::Error { error, .. }) => {
                vec![Do::Print(format!("error {}: {}", plain(&error["code"]), plain(&error["message"])))]
            }
            Ok(Message::Storage(call)) => vec![Do::Command(self.keep(call))],
            Ok(Message::Other) => Vec::new(),
        }
    }

    /// Does what the page's storage asks for, and makes the answer.
    fn keep(&self, Storage { id, key, operation }: Storage) -> Value {
        let outcome = match operation {
            Operation::Get => self.store.get(&key),
            Operation::Set { value } => self.store.set(&key, &value).map(|()| None),
            Operation::Remove => self.store.remove(&key).map(|()| None),
        };
        match outcome {
            Ok(value) => json!({ "command": "storageResult", "id": id, "value": value }),
            Err(_) => json!({ "command": "storageResult", "id": id, "failed": true }),
        }
    }

    fn give(&mut self, command: Value) -> Vec<Do> {
        if self.is_ready {
            return vec![Do::Command(command)];
        }
        self.waiting.push(command);
        Vec::new()
    }
}

/// The line that tells of an event; `None` for those that say little to a user.
fn describe(event: &Value) -> Option<String> {
    let field = |name: &str| plain(&event[name]);
    let replayed = if event["replayed"] == true { " (history)" } else { "" };
    let line = match event["type"].as_str()? {
        "connected" if event["resumed"] == true => "connected again to the session".into(),
        "connected" => "connected to a new session".into(),
        "reconnecting" => format!("reconnecting: {}", plain(&event["cause"]["message"])),
        "disconnected" => "disconnected".into(),
        "agentJoined" | "liveAgentJoined" => format!("joined: {}{replayed}", field("agentName")),
        "userMessage" => format!("you: {}{replayed}", field("text")),
        "agentMessage" | "liveAgentMessage" => format!("agent: {}{replayed}", field("text")),
        "agentMessageChunk" if event["isComplete"] == true => format!("agent has answered{replayed}"),
        "messageFailed" => format!("not sent: {}", plain(&event["error"]["message"])),
        "sessionEnd" => format!("ended: {}", field("reason")),
        _ => return None,
    };
    Some(line)
}

/// The transcript, line by line, under the id of its session.
fn history(state: &Value) -> impl Iterator<Item = String> {
    let lines = state["messages"].as_array().into_iter().flatten();
    let texts = lines
        .filter(|line| line["role"] != "system")
        .map(|line| format!("history {}: {}", plain(&line["role"]), plain(&line["text"]).replace('\n', " ")));
    let session = format!("session {}", plain(&state["session"]["id"]));
    std::iter::once(session).chain(texts.collect::<Vec<_>>()).chain(["end of history".to_owned()])
}

/// A text without its quotes.
fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn app(name: &str) -> App {
        let folder = std::env::temp_dir().join(format!("webview-host-{name}-{}", std::process::id()));
        App::new(Store::open(&folder).expect("a folder for the test"))
    }

    #[test]
    fn lines_wait_until_the_page_takes_commands() {
        let mut app = app("lines");
        assert_eq!(app.line("Hello"), []);
        let send = json!({ "command": "send", "text": "Hello" });
        assert_eq!(app.posted(r#"{"version":1,"kind":"ready","packageVersion":"1"}"#), [Do::Command(send)]);
    }

    #[test]
    fn what_is_no_message_is_not_shown() {
        let shown = app("bad").posted("a token, say");
        assert_eq!(shown, [Do::Print("the page posted what is no message".into())]);
    }

    #[test]
    fn messages_of_later_versions_are_passed_over() {
        assert_eq!(app("later").posted(r#"{"version":1,"kind":"somethingNew","more":[]}"#), []);
        assert_eq!(app("later").posted(r#"{"version":1,"kind":"event","event":{"type":"somethingNew"}}"#), []);
    }

    #[test]
    fn a_record_is_kept_given_back_and_forgotten() {
        let mut app = app("record");
        let mut ask = |request: Value| match app.posted(&request.to_string()).as_slice() {
            [Do::Command(answer)] => answer["value"].clone(),
            other => panic!("{other:?}"),
        };
        let call = |operation: &str| json!({ "version": 1, "kind": "storage", "id": "1", "key": "poly-messaging.1.0123456789abcdef", "operation": operation });
        let mut set = call("set");
        set["value"] = json!("record");
        assert_eq!(ask(call("get")), Value::Null);
        assert_eq!(ask(set), Value::Null);
        assert_eq!(ask(call("get")), "record");
        assert_eq!(ask(call("remove")), Value::Null);
        assert_eq!(ask(call("get")), Value::Null);
    }

    #[test]
    fn a_key_that_leads_out_of_the_folder_is_refused() {
        let request = json!({ "kind": "storage", "id": "1", "key": "../a", "operation": "get" }).to_string();
        let failed = json!({ "command": "storageResult", "id": "1", "failed": true });
        assert_eq!(app("key").posted(&request), [Do::Command(failed)]);
    }
}
