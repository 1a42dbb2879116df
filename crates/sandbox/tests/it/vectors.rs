//! Vectors: sessions that play exactly the frames they were given.

use serde_json::{Value, json};

use crate::client::{Bench, Socket};

async fn assert_plays(socket: &mut Socket, frames: &[Value]) {
    for frame in frames {
        let heard = socket.next_text().await.expect("a frame");
        match frame {
            Value::String(text) => assert_eq!(heard, *text),
            frame => assert_eq!(&serde_json::from_str::<Value>(&heard).expect("JSON"), frame),
        }
    }
}

#[tokio::test]
async fn a_vector_is_played_as_it_stands_and_only_heartbeats_are_answered() {
    let bench = Bench::start().await;
    let frames = [json!("{not json"), json!(null), json!({ "type": 7 }), json!([1])];
    bench.control("vectors/odd", json!({ "name": "odd", "frames": frames, "expect": {} })).await;
    let session = bench.session_with(bench.token_of("vector:odd").await, json!({})).await;
    let mut socket = bench.open(&session).await;
    assert_plays(&mut socket, &frames).await;
    socket.send("REQUEST_POLY_AGENT_JOIN", json!({})).await;
    socket.say("hello").await;
    socket.send_text("nonsense").await;
    assert!(socket.settle().await.is_empty());
    let log = bench.log(&session).await;
    assert_eq!(log["frames_in"].as_array().map(Vec::len), Some(4));
    assert_eq!(log["frames_in"][0]["frame"]["type"], "EVENT_TYPE_REQUEST_POLY_AGENT_JOIN");
}

#[tokio::test]
async fn every_vector_of_the_project_can_be_played() {
    let bench = Bench::start().await;
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/vectors");
    let mut played = 0;
    for file in std::fs::read_dir(folder).expect("the folder of vectors") {
        let path = file.expect("a file").path();
        if path.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        let vector: Value = serde_json::from_slice(&std::fs::read(&path).expect("readable")).expect("JSON");
        let name = path.file_stem().and_then(|name| name.to_str()).expect("a name");
        bench.control(&format!("vectors/{name}"), vector.clone()).await;
        let session = bench.session_with(bench.token_of(&format!("vector:{name}")).await, json!({})).await;
        let frames = vector["frames"].as_array().expect("frames");
        assert_plays(&mut bench.open(&session).await, frames).await;
        played += 1;
    }
    assert!(played > 0);
}

#[tokio::test]
async fn every_new_session_is_silent_while_that_is_on() {
    let bench = Bench::start().await;
    bench.control("silent", json!({ "on": true, "frames": ["a"] })).await;
    let silent = bench.session().await;
    bench.control("silent", json!({ "on": false })).await;
    let mut socket = bench.open(&silent).await;
    assert_eq!(socket.next_text().await.as_deref(), Some("a"));
    assert!(socket.settle().await.is_empty());
    assert_eq!(bench.conversation().await.1.settle().await.len(), 0);
}
