//! The wire transcripts of tests/vectors, each against what must hold when its last frame is handled.

#[path = "../../../tests/vectors/expect.rs"]
mod expect;
mod support;

use expect::{LEFT_OUT, compare};
use serde_json::{Value, json};
use support::Client;

#[test]
fn every_transcript_leads_to_what_it_expects() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/vectors");
    let mut count = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "json") {
            play(&serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap());
            count += 1;
        }
    }
    assert!(count >= 13, "only {count} transcripts found");
}

fn play(vector: &Value) {
    let name = vector["name"].as_str().unwrap();
    let mut client = Client::connected();
    client.events.clear();
    for frame in vector["frames"].as_array().unwrap() {
        match frame {
            Value::String(text) => client.receive(text),
            frame => client.receive(frame),
        }
    }
    if let Some(expected) = vector.get("sends") {
        let sends: Vec<Value> = client.frame_types().iter().map(|name| json!(format!("EVENT_TYPE_{name}"))).collect();
        assert_eq!(&json!(sends), expected, "{name}: sends");
    }
    for (key, expected) in vector["expect"].as_object().unwrap() {
        compare(&format!("{name}: {key}"), &seen(&client, key), expected);
    }
}

/// The part of the state that `key` names, in the shape of the public API.
fn seen(client: &Client, key: &str) -> Value {
    let state = &client.state;
    let message = |message: &poly_messaging_engine::Message| support::value(&message.body);
    let of_role = |role: &'static str| state.messages.iter().map(message).filter(move |body| body["role"] == role);
    match key {
        "messages" => state.messages.iter().map(message).filter(|body| body["role"] != "system").collect(),
        "lastAgentMessage" => of_role("agent").next_back().unwrap_or(Value::Null),
        "suggestions" => state.suggestions.iter().map(|suggestion| json!(suggestion.text)).collect(),
        "isAgentTyping" => json!(state.is_agent_typing),
        "agent" => support::value(&state.agent),
        "handoff" => support::value(&state.handoff),
        "language" => json!(state.language),
        "ended" => support::value(&state.ended),
        "events" => client.event_types().into_iter().filter(|name| !LEFT_OUT.contains(name)).map(Value::from).collect(),
        other => panic!("no part of the state is called {other}"),
    }
}
