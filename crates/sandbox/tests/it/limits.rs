//! Limits: sockets a session, bytes a frame, frames a second, calls a second, a client that does not read.

use serde_json::{Value, json};

use crate::client::{Bench, ORIGIN, kind, kinds, query};

fn outcomes(log: &Value) -> Vec<&Value> {
    log["frames_in"].as_array().expect("frames").iter().map(|frame| &frame["outcome"]).collect()
}

#[tokio::test]
async fn ten_sockets_a_session_and_no_more() {
    let bench = Bench::start().await;
    let session = bench.session().await;
    let mut sockets = Vec::new();
    for _ in 0..10 {
        sockets.push(bench.open(&session).await);
    }
    let refused = bench.try_open(&query(&session, None)).await.err();
    assert_eq!(refused, Some((429, "connection limit exceeded for session".to_owned())));
    sockets.pop().expect("a socket").close().await;
    bench.log_when(&session, |log| log["sockets_open"] == 9).await;
    bench.open(&session).await;
    let other = bench.session().await;
    bench.open(&other).await;
}

#[tokio::test]
async fn a_frame_of_128_kb_is_taken_and_one_byte_more_closes_the_socket() {
    let bench = Bench::start().await;
    let (session, mut socket) = bench.conversation().await;
    let frame = |bytes: usize| {
        let empty = json!({ "type": "EVENT_TYPE_USER_MESSAGE", "payload": { "text": "" } }).to_string();
        let text = "a".repeat(bytes - empty.len());
        json!({ "type": "EVENT_TYPE_USER_MESSAGE", "payload": { "text": text } }).to_string()
    };
    assert_eq!(frame(131_072).len(), 131_072);
    socket.send_text(frame(131_072)).await;
    socket.until("POLY_AGENT_MESSAGE").await;
    socket.send_text(frame(131_073)).await;
    assert_eq!(socket.close_code().await, 1009);
    let log = bench.log(&session).await;
    assert_eq!(outcomes(&log).last(), Some(&&json!("too_large")));
    bench.open(&session).await.settle().await;
}

#[tokio::test]
async fn frames_over_the_rate_are_swallowed_in_silence() {
    let bench = Bench::start().await;
    let session = bench.session_of("busy", json!({ "messages_per_second": 3, "step_ms": 0 })).await;
    let mut socket = bench.open(&session).await;
    for _ in 0..60 {
        socket.send("USER_TYPING", json!({ "state": "TYPING_STATE_STARTED" })).await;
    }
    let log = bench.log_when(&session, |log| outcomes(log).len() == 60).await;
    let limited = outcomes(&log).iter().filter(|outcome| **outcome == "rate_limited").count();
    let accepted = outcomes(&log).iter().filter(|outcome| **outcome == "accepted").count();
    assert!(limited > 0 && accepted >= 3 && limited + accepted == 60, "{limited} limited, {accepted} accepted");
    bench.control(&format!("sessions/{}/send", session.id), json!({ "frame": { "type": "EVENT_TYPE_LAST" } })).await;
    let heard = socket.until("LAST").await;
    assert_eq!(kinds(&heard).iter().filter(|kind| **kind == "USER_TYPING").count(), accepted);
    assert!(heard.iter().all(|event| kind(event) != "SYSTEM_MESSAGE"));
}

#[tokio::test]
async fn calls_over_the_rate_get_429_with_retry_after() {
    let bench = Bench::start().await;
    bench.control("connectors/popular", json!({ "http_calls_per_second": 1 })).await;
    let call = || {
        let request = bench.http.post(bench.url("/api/v1/access-token")).json(&json!({}));
        request.header("x-token", "popular").header("x-host", ORIGIN).send()
    };
    let mut refused = None;
    for _ in 0..50 {
        let response = call().await.expect("an answer");
        if response.status() == 429 {
            refused = Some(response);
            break;
        }
    }
    let refused = refused.expect("a refusal within fifty calls");
    assert_eq!(refused.headers()["retry-after"], "1");
    assert_eq!(refused.json::<Value>().await.expect("JSON"), json!({ "message": "Too many requests" }));
}

#[tokio::test]
async fn a_client_that_does_not_read_is_cut_and_finds_all_in_the_replay() {
    let bench = Bench::start().await;
    let session = bench.session_of("deaf", json!({ "socket_queue": 8, "step_ms": 0 })).await;
    let mut socket = bench.open(&session).await;
    socket.settle().await;
    bench.control(&format!("sessions/{}/freeze", session.id), json!({})).await;
    for number in 0..20 {
        let frame = json!({ "type": "EVENT_TYPE_NEWS", "payload": { "number": number } });
        bench.control(&format!("sessions/{}/send", session.id), json!({ "frame": frame, "log": true })).await;
    }
    assert_eq!(socket.close_code().await, 1006);
    let events = bench.open_from(&session, 1).await.settle().await;
    assert_eq!(events.len(), 21);
}

#[tokio::test]
async fn a_session_that_outgrows_its_history_is_ended() {
    let bench = Bench::start().await;
    let session = bench.session_of("chatty", json!({ "max_history_bytes": 20_000, "step_ms": 0 })).await;
    let mut socket = bench.open(&session).await;
    socket.join().await;
    for _ in 0..3 {
        socket.say(&"a".repeat(10_000)).await;
    }
    let events = socket.until("SESSION_END").await;
    assert_eq!(events[events.len() - 1]["payload"]["reason"], "REASON_NATURAL_END");
    assert_eq!(socket.close_code().await, 1000);
}
