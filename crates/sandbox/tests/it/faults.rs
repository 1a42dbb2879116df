//! Faults on demand: handshakes, HTTP calls and frames.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::client::{Bench, ORIGIN, kind, kinds, query, sequences, text};

#[tokio::test]
async fn handshakes_are_refused_with_each_status_and_text_once() {
    let bench = Bench::start().await;
    let session = bench.session().await;
    bench.control("faults", json!({ "handshake": [401, 404, 429, 400, 503] })).await;
    for (status, text) in [
        (401, "authentication failed"),
        (404, "session not found"),
        (429, "connection limit exceeded for session"),
        (400, "invalid connection parameters"),
        (503, "handshake failed"),
    ] {
        assert_eq!(bench.try_open(&query(&session, None)).await.err(), Some((status, text.to_owned())));
    }
    bench.open(&session).await;
    let stats = bench.read("stats").await;
    assert_eq!(stats["handshakes"], json!({ "101": 1, "400": 1, "401": 1, "404": 1, "429": 1, "503": 1 }));
}

#[tokio::test]
async fn http_calls_get_the_status_body_and_retry_after_asked_for() {
    let bench = Bench::start().await;
    let rules = json!({ "http": [
        { "endpoint": "access-token", "status": 429, "retry_after": 3 },
        { "endpoint": "access-token", "status": 500, "times": 2 },
        { "endpoint": "access-token", "status": 401, "body": "plain text" },
        { "endpoint": "sessions", "status": 500 },
    ]});
    bench.control("faults", rules).await;
    let call = || {
        let request = bench.http.post(bench.url("/api/v1/access-token")).json(&json!({}));
        request.header("x-token", "sandbox-connector-token").header("x-host", ORIGIN).send()
    };
    let first = call().await.expect("an answer");
    assert_eq!((first.status().as_u16(), first.headers()["retry-after"].as_bytes()), (429, b"3".as_slice()));
    for _ in 0..2 {
        let response = call().await.expect("an answer");
        assert_eq!(response.status(), 500);
        assert_eq!(
            response.json::<Value>().await.expect("JSON"),
            json!({ "message": "Failed to create access token" })
        );
    }
    let plain = call().await.expect("an answer");
    assert_eq!(plain.status(), 401);
    assert_eq!(plain.text().await.expect("text"), "plain text");
    let authorization = format!("Bearer {}", bench.token().await);
    let answer = bench.post("/api/v1/sessions", &[("authorization", &authorization)], &json!({})).await;
    assert_eq!(answer, (500, json!({ "error": "Failed to create session" })));
    assert_eq!(bench.read("faults").await["http"], json!([]));
}

#[tokio::test]
async fn the_field_of_an_error_can_be_forced() {
    let bench = Bench::start().await;
    bench.control("faults", json!({ "error_field": "error" })).await;
    let answer = bench.post("/api/v1/access-token", &[], &json!({})).await;
    assert_eq!(answer, (401, json!({ "error": "Missing authentication headers" })));
    bench.http.delete(bench.url("/control/faults")).send().await.expect("an answer");
    let answer = bench.post("/api/v1/access-token", &[], &json!({})).await;
    assert_eq!(answer, (401, json!({ "message": "Missing authentication headers" })));
}

#[tokio::test]
async fn a_swallowed_frame_is_missing_live_and_there_in_the_replay() {
    let bench = Bench::start().await;
    let (session, mut socket) = bench.conversation().await;
    let rule = json!({ "direction": "out", "type": "EVENT_TYPE_POLY_AGENT_MESSAGE", "action": "swallow" });
    bench.control("faults", json!({ "session": session.id, "frames": [rule] })).await;
    socket.say("hello").await;
    bench.log_when(&session, |log| log["last_sequence"] == 8).await;
    assert_eq!(kinds(&socket.settle().await), ["USER_MESSAGE", "POLY_AGENT_THINKING"]);
    assert_eq!(sequences(&bench.open_from(&session, 7).await.settle().await), [1, 8]);
}

#[tokio::test]
async fn frames_out_are_duplicated_reordered_and_delayed() {
    let bench = Bench::start().await;
    let (session, mut socket) = bench.conversation().await;
    let rule = |kind: &str, action: &str, delay: u64| json!({ "direction": "out", "type": format!("EVENT_TYPE_{kind}"), "action": action, "delay_ms": delay });
    let rules = [rule("USER_MESSAGE", "reorder", 5_000), rule("POLY_AGENT_MESSAGE", "duplicate", 0)];
    bench.control("faults", json!({ "session": session.id, "frames": rules })).await;
    socket.say("hello").await;
    let mut events = socket.until("POLY_AGENT_MESSAGE").await;
    events.push(socket.next_event().await);
    let expected = ["POLY_AGENT_THINKING", "USER_MESSAGE", "POLY_AGENT_MESSAGE", "POLY_AGENT_MESSAGE"];
    assert_eq!(kinds(&events), expected);
    assert_eq!(events[2], events[3]);
    bench.control("faults", json!({ "session": session.id, "frames": [rule("HEARTBEAT", "delay", 150)] })).await;
    let before = Instant::now();
    socket.settle().await;
    assert!(before.elapsed() >= Duration::from_millis(150));
}

#[tokio::test]
async fn a_reordered_frame_that_nothing_follows_goes_out_by_itself() {
    let bench = Bench::start().await;
    let (session, mut socket) = bench.conversation().await;
    let rule = json!({ "direction": "out", "type": "EVENT_TYPE_HEARTBEAT", "action": "reorder", "delay_ms": 20 });
    bench.control("faults", json!({ "session": session.id, "frames": [rule] })).await;
    assert!(socket.settle().await.is_empty());
    let rule = json!({ "direction": "in", "action": "reorder", "delay_ms": 20 });
    bench.control("faults", json!({ "session": session.id, "frames": [rule] })).await;
    assert!(socket.settle().await.is_empty());
}

#[tokio::test]
async fn frames_in_are_swallowed_duplicated_and_reordered() {
    let bench = Bench::start().await;
    let (session, mut socket) = bench.conversation().await;
    let rules = ["swallow", "duplicate", "reorder"].map(
        |action| json!({ "direction": "in", "type": "EVENT_TYPE_USER_TYPING", "action": action, "delay_ms": 5_000 }),
    );
    bench.control("faults", json!({ "session": session.id, "frames": rules })).await;
    for state in ["STARTED", "STOPPED", "STARTED"] {
        socket.send("USER_TYPING", json!({ "state": format!("TYPING_STATE_{state}") })).await;
    }
    socket.send("USER_TYPING", json!({ "state": "TYPING_STATE_STOPPED" })).await;
    let states: Vec<_> =
        socket.settle().await.iter().map(|event| event["payload"]["state"].as_str().unwrap_or("").to_owned()).collect();
    let expected = ["STOPPED", "STOPPED", "STOPPED", "STARTED"].map(|state| format!("TYPING_STATE_{state}"));
    assert_eq!(states, expected);
    let log = bench.log(&session).await;
    let swallowed = log["frames_in"].as_array().expect("frames").iter().filter(|frame| frame["outcome"] == "swallowed");
    assert_eq!(swallowed.count(), 1);
}

#[tokio::test]
async fn a_connection_cut_before_a_message_loses_it_and_after_it_only_its_echo() {
    let bench = Bench::start().await;
    for (action, arrived) in [("drop_before", false), ("drop_after", true)] {
        let (session, mut socket) = bench.conversation().await;
        let rule = json!({ "direction": "in", "type": "EVENT_TYPE_USER_MESSAGE", "action": action });
        bench.control("faults", json!({ "session": session.id, "frames": [rule] })).await;
        socket.say("hello").await;
        let mut heard = Vec::new();
        while let Some(text) = socket.next_text().await {
            heard.push(text);
        }
        assert!(heard.is_empty(), "{heard:?}");
        let mut again = bench.open_from(&session, 5).await;
        again.settle().await;
        let log = bench.log(&session).await;
        let found = log["events"].as_array().expect("events").iter().any(|event| text(event) == "hello");
        assert_eq!(found, arrived, "{action}");
    }
}

#[tokio::test]
async fn a_connection_is_cut_before_or_after_a_chunk_goes_out() {
    let bench = Bench::start().await;
    for (action, chunks) in [("drop_before", 2), ("drop_after", 3)] {
        let session = bench.streaming_session().await;
        let mut socket = bench.open(&session).await;
        let rule =
            json!({ "direction": "out", "type": "EVENT_TYPE_POLY_AGENT_MESSAGE_CHUNK", "action": action, "skip": 2 });
        bench.control("faults", json!({ "session": session.id, "frames": [rule] })).await;
        socket.send("REQUEST_POLY_AGENT_JOIN", json!({})).await;
        let mut heard = 0;
        while let Some(text) = socket.next_text().await {
            heard += usize::from(text.contains("EVENT_TYPE_POLY_AGENT_MESSAGE_CHUNK"));
        }
        assert_eq!(heard, chunks, "{action}");
    }
}

#[tokio::test]
async fn a_fault_of_one_connector_leaves_the_others_alone() {
    let bench = Bench::start().await;
    let limited = bench.session_of("limited", json!({})).await;
    let free = bench.session().await;
    let rule = json!({ "direction": "out", "action": "swallow", "times": 100 });
    bench.control("faults", json!({ "connector": "limited", "frames": [rule], "handshake": [404] })).await;
    bench.open(&free).await.settle().await;
    assert_eq!(bench.try_open(&query(&limited, None)).await.err().map(|refused| refused.0), Some(404));
    let mut socket = bench.open(&limited).await;
    assert!(!socket.hears_within(Duration::from_millis(50)).await);
    let events = bench.open(&free).await.settle().await;
    assert_eq!(kind(&events[0]), "SESSION_START");
}
