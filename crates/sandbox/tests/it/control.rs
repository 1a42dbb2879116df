//! The control API: acting on sockets, sessions and the server.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::client::{Bench, kind, kinds, query, sequences, text};

#[tokio::test]
async fn sockets_are_dropped_with_a_code_or_without_a_word() {
    let bench = Bench::start().await;
    let session = bench.session().await;
    for (body, code) in [
        (json!({}), 1006),
        (json!({ "code": 4001, "reason": "rejected" }), 4001),
        (json!({ "code": 1012, "delay_ms": 10 }), 1012),
    ] {
        let mut socket = bench.open(&session).await;
        bench.control(&format!("sessions/{}/drop", session.id), body).await;
        assert_eq!(socket.close_code().await, code);
    }
    let log = bench.log_when(&session, |log| log["sockets_closed"] == 3).await;
    let codes: Vec<_> = log["sockets"].as_array().expect("sockets").iter().map(|s| s["close_code"].clone()).collect();
    assert_eq!(codes, [1006, 4001, 1012]);
}

#[tokio::test]
async fn one_socket_of_several_is_dropped() {
    let bench = Bench::start().await;
    let session = bench.session().await;
    let (mut first, mut second) = (bench.open(&session).await, bench.open(&session).await);
    bench.control(&format!("sessions/{}/drop", session.id), json!({ "code": 4000, "socket": 1 })).await;
    assert_eq!(first.close_code().await, 4000);
    second.settle().await;
}

#[tokio::test]
async fn a_frozen_socket_stays_silent_until_it_thaws() {
    let bench = Bench::start().await;
    let (session, mut socket) = bench.conversation().await;
    bench.control(&format!("sessions/{}/freeze", session.id), json!({})).await;
    socket.say("hello").await;
    assert!(!socket.hears_within(Duration::from_millis(80)).await);
    let mut other = bench.open(&session).await;
    let events = other.settle().await;
    assert!(!events.iter().any(|event| text(event) == "hello"), "nothing went in");
    bench.control(&format!("sessions/{}/thaw", session.id), json!({})).await;
    assert_eq!(text(&socket.next_event().await), "hello");
    socket.until("POLY_AGENT_MESSAGE").await;
}

#[tokio::test]
async fn any_frame_can_be_sent_and_made_history() {
    let bench = Bench::start().await;
    let (session, mut socket) = bench.conversation().await;
    let send = format!("sessions/{}/send", session.id);
    bench.control(&send, json!({ "text": "{not json" })).await;
    assert_eq!(socket.next_text().await.as_deref(), Some("{not json"));
    bench.control(&send, json!({ "frame": { "type": 7 } })).await;
    assert_eq!(socket.next().await, json!({ "type": 7 }));
    let frames = json!([{ "type": "EVENT_TYPE_SHOW_CONFETTI" }, "raw"]);
    bench.control(&send, json!({ "frames": frames, "log": true })).await;
    let confetti = socket.next().await;
    assert_eq!((kind(&confetti), confetti["sequence"].as_u64()), ("SHOW_CONFETTI", Some(6)));
    assert_eq!(socket.next_text().await.as_deref(), Some("raw"));
    let replayed = bench.open_from(&session, 5).await.settle().await;
    assert_eq!(replayed[1], confetti);
    socket.say("hello").await;
    assert_eq!(socket.next_event().await["sequence"], 7, "the server goes on counting from there");
}

#[tokio::test]
async fn ten_thousand_events_can_be_made_history_at_once() {
    let bench = Bench::start().await;
    let (session, mut socket) = bench.conversation().await;
    let frames: Vec<_> = (0..10_000).map(|n| json!({ "type": "EVENT_TYPE_NEWS", "payload": { "n": n } })).collect();
    bench.control(&format!("sessions/{}/send", session.id), json!({ "frames": frames, "log": true })).await;
    let live = socket.until_that(|event| event["payload"]["n"] == 9_999).await;
    assert_eq!(live.len(), 10_000);
    let replayed = bench.open(&session).await.until_that(|event| event["payload"]["n"] == 9_999).await;
    assert_eq!(sequences(&replayed), (1..=10_005).collect::<Vec<_>>());
}

#[tokio::test]
async fn an_expired_session_refuses_handshakes_and_treats_its_sockets_as_asked() {
    let bench = Bench::start().await;
    for (close, code) in
        [(json!({ "close": 4001 }), Some(4001)), (json!({ "close": null }), Some(1006)), (json!({}), None)]
    {
        let (session, mut socket) = bench.conversation().await;
        bench.control(&format!("sessions/{}/expire", session.id), close).await;
        let refused = bench.try_open(&query(&session, None)).await.err();
        assert_eq!(refused, Some((404, "session not found".to_owned())));
        match code {
            Some(code) => assert_eq!(socket.close_code().await, code),
            None => {
                socket.say("hello").await;
                assert_eq!(text(&socket.next_event().await), "Error: Session not found");
            }
        }
    }
}

#[tokio::test]
async fn a_session_is_ended_for_any_reason() {
    let bench = Bench::start().await;
    for (body, reason) in
        [(json!({}), "REASON_NATURAL_END"), (json!({ "reason": "user_abandoned" }), "REASON_USER_ABANDONED")]
    {
        let (session, mut socket) = bench.conversation().await;
        bench.control(&format!("sessions/{}/end", session.id), body).await;
        assert_eq!(socket.next_event().await["payload"]["reason"], reason);
        assert_eq!(socket.close_code().await, 1000);
    }
}

#[tokio::test]
async fn the_log_shows_frames_sockets_and_cursors() {
    let bench = Bench::start().await;
    let (session, socket) = bench.conversation().await;
    socket.close().await;
    let mut socket = bench.open_from(&session, 3).await;
    socket.send_text("nonsense").await;
    socket.settle().await;
    let log = bench.log(&session).await;
    assert_eq!(log["sockets"][0]["close_code"], 1005);
    assert_eq!(log["sockets"][0]["closed_by"], "client");
    assert_eq!((&log["sockets"][0]["cursor"], &log["sockets"][1]["cursor"]), (&Value::Null, &json!(3)));
    let frame = &log["frames_in"][1];
    assert_eq!((&frame["socket"], &frame["frame"]), (&json!(2), &json!("nonsense")));
    assert_eq!(frame["outcome"], json!({ "refused": "Unknown event type or invalid message format" }));
    let events: Vec<_> = log["events"].as_array().expect("events").clone();
    let expected =
        ["SESSION_START", "REQUEST_POLY_AGENT_JOIN", "POLY_AGENT_JOINED", "POLY_AGENT_THINKING", "POLY_AGENT_MESSAGE"];
    assert_eq!(kinds(&events), expected);
}

#[tokio::test]
async fn sessions_and_counts_can_be_asked_for_by_connector() {
    let bench = Bench::start().await;
    let session = bench.session_of("mine", json!({})).await;
    let newer = bench.session().await;
    let ids = |answer: Value| -> Vec<String> {
        let sessions = answer["sessions"].as_array().expect("sessions").clone();
        sessions.iter().filter_map(|session| session["session_id"].as_str().map(str::to_owned)).collect()
    };
    assert_eq!(ids(bench.read("sessions").await), [newer.id.clone(), session.id.clone()]);
    assert_eq!(ids(bench.read("sessions?connector=mine").await), [session.id.as_str()]);
    assert_eq!(bench.read("stats?connector=mine").await["sessions"], json!({ "200": 1 }));
    assert_eq!(bench.read("stats").await["sessions"], json!({ "200": 2 }));
    let everything = format!("{}{}", bench.read("sessions").await, bench.log(&session).await);
    assert!(!everything.contains(&session.token) && !everything.contains("\"mine\""));
}

#[tokio::test]
async fn a_restart_cuts_every_socket_and_keeps_or_forgets() {
    let bench = Bench::start().await;
    let (session, mut socket) = bench.conversation().await;
    bench.control("restart", json!({ "code": 1012 })).await;
    assert_eq!(socket.close_code().await, 1012);
    let mut socket = bench.open(&session).await;
    assert_eq!(socket.settle().await.len(), 5);
    bench.control("restart", json!({ "sessions": "forget" })).await;
    assert_eq!(socket.close_code().await, 1006);
    assert_eq!(bench.try_open(&query(&session, None)).await.err().map(|refused| refused.0), Some(404));
    let session = bench.session_with(session.token, json!({})).await;
    bench.control("restart", json!({ "tokens": "forget" })).await;
    assert_eq!(bench.try_open(&query(&session, None)).await.err().map(|refused| refused.0), Some(401));
}

#[tokio::test]
async fn a_server_that_is_down_answers_503_and_comes_back() {
    let bench = Bench::start().await;
    let session = bench.session().await;
    bench.control("restart", json!({ "down_ms": 60_000 })).await;
    assert_eq!(bench.post("/api/v1/access-token", &[], &json!({})).await.0, 503);
    assert_eq!(bench.try_open(&query(&session, None)).await.err().map(|refused| refused.0), Some(503));
    bench.control("restart", json!({})).await;
    bench.open(&session).await;
}

#[tokio::test]
async fn a_server_that_is_unreachable_answers_nobody_and_comes_back() {
    let bench = Bench::start().await;
    let (session, mut socket) = bench.conversation().await;
    let until = Instant::now() + Duration::from_millis(300);
    bench.control("restart", json!({ "unreachable_ms": 300 })).await;
    assert_eq!(socket.close_code().await, 1006);
    let calls = [(); 3].map(|()| bench.http.get(bench.url("/")).send());
    for call in calls {
        let answer = call.await;
        assert!(answer.is_err() || Instant::now() >= until, "{answer:?}");
    }
    let back = async {
        while bench.http.get(bench.url("/")).send().await.is_err() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), back).await.expect("it comes back");
    assert!(Instant::now() >= until);
    bench.open(&session).await.settle().await;
}
