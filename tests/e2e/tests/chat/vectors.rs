//! The wire transcripts of tests/vectors, over a real socket, each against what must hold when its last frame is handled,
//! as the public API shows it.

#[path = "../../../vectors/expect.rs"]
mod expect;

use std::{fs, path::PathBuf};

use e2e::{Page, Sandbox};
use expect::{LEFT_OUT, compare};
use serde_json::{Value, json};

/// Plays a transcript to a chat of its own and brings what the chat then shows.
const PLAY: &str = r#"
    const [connectorToken, count] = arguments;
    const chat = polyMessaging.createChat({ connectorToken, environment: { apiUrl: `${location.origin}/api/v1` } });
    try {
        const events = [];
        chat.on("*", ({ type }) => events.push(type));
        await new Promise((resolve, reject) => {
            let left = count;
            // A frame is heard before it is handled, and handled in the same task.
            chat.raw.on(({ direction }) => direction === "in" && --left === 0 && setTimeout(resolve));
            setTimeout(() => reject(new Error(`${left} of ${count} frames did not come`)), 15_000);
        });
        const state = chat.getSnapshot();
        return { ...state, sessionId: state.session?.id ?? null, events };
    } finally {
        await chat.close();
    }
"#;

#[test]
fn every_transcript_leads_to_what_it_expects() {
    let vectors = vectors();
    assert!(vectors.len() >= 13, "only {} transcripts found", vectors.len());
    e2e::on_sandbox(async |page, sandbox| {
        page.open(&sandbox.url("/playground.html")).await;
        page.wait_until("globalThis.polyMessaging").await;
        for vector in &vectors {
            play(page, sandbox, vector).await;
        }
    });
}

fn vectors() -> Vec<Value> {
    let folder = e2e::project_root().join("tests/vectors");
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder).expect("tests/vectors is there").map(|entry| entry.expect("a file").path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    files.sort();
    files
        .iter()
        .map(|path| serde_json::from_str(&fs::read_to_string(path).expect("a readable file")).expect("JSON"))
        .collect()
}

async fn play(page: &Page, sandbox: &Sandbox, vector: &Value) {
    let name = vector["name"].as_str().expect("a name");
    let frames = vector["frames"].as_array().expect("frames");
    sandbox.order(&format!("/vectors/{name}"), &json!({ "frames": frames })).await;
    let state = page.eval_async(PLAY, &[json!(format!("vector:{name}")), json!(frames.len())]).await;

    for (key, expected) in vector["expect"].as_object().expect("what to expect") {
        compare(&format!("{name}: {key}"), &seen(&state, key), expected);
    }
    if let Some(expected) = vector.get("sends") {
        let session = state["sessionId"].as_str().expect("a session");
        // What the client sent before it closed its socket has come in once the server has seen that close.
        let log = format!("/sessions/{session}/log");
        let is_closed = "({ sockets }) => sockets.every(({ closed }) => closed)";
        page.wait_until(&format!("fetch('/control{log}').then((answer) => answer.json()).then({is_closed})")).await;
        let log = sandbox.ask(&log).await;
        let sends: Vec<_> = log["frames_in"]
            .as_array()
            .expect("the frames that came in")
            .iter()
            .map(|entry| entry["frame"]["type"].clone())
            .filter(|kind| kind != "EVENT_TYPE_HEARTBEAT")
            .collect();
        assert_eq!(&json!(sends), expected, "{name}: sends");
    }
}

/// The part of the state that `key` names. System messages and events that do not count are left out.
fn seen(state: &Value, key: &str) -> Value {
    let list = |name: &str| state[name].as_array().cloned().unwrap_or_default().into_iter();
    match key {
        "messages" => list("messages").filter(|message| message["role"] != "system").collect(),
        "lastAgentMessage" => list("messages").rfind(|message| message["role"] == "agent").unwrap_or(Value::Null),
        "suggestions" => list("suggestions").map(|suggestion| suggestion["text"].clone()).collect(),
        "events" => list("events").filter(|event| !LEFT_OUT.iter().any(|name| event == name)).collect(),
        other => state.get(other).cloned().unwrap_or_else(|| panic!("no part of the state is called {other}")),
    }
}
