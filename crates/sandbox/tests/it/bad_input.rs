//! Hostile input: it gets the documented answer, costs nothing else, and never ends the process.

use std::fmt::Write as _;

use rand::rngs::SmallRng;
use rand::seq::IndexedRandom as _;
use rand::{Rng as _, SeedableRng as _};
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::client::{Bench, kinds, query, text};

#[tokio::test]
async fn every_bad_frame_is_answered_and_the_socket_stays_open() {
    let bench = Bench::with(|settings| settings.messages_per_second = 0).await;
    let (_session, mut socket) = bench.conversation().await;
    let message = |rest: &str| format!(r#"{{"type":"EVENT_TYPE_USER_MESSAGE",{rest}}}"#);
    let frames = [
        String::new(),
        "{".to_owned(),
        "null".to_owned(),
        "\u{0}\u{feff}".to_owned(),
        "[".repeat(120_000),
        format!("{}{}", r#"{"a":"#.repeat(20_000), "1"),
        r#"{"type":"EVENT_TYPE_","payload":{}}"#.to_owned(),
        message(r#""payload":null"#),
        message(r#""payload":{"text":null}"#),
        message(r#""payload":{"text":"\ud800"}"#),
        message(r#""payload":{"text":"a"},"sequence":null"#),
        message(r#""payload":{"text":"a"},"metadata":{"custom":{"a":{}}}"#),
    ];
    for frame in &frames {
        socket.send_text(frame.clone()).await;
        let answer = socket.next_event().await;
        assert_eq!(text(&answer), "Unknown event type or invalid message format", "{frame:.80}");
        assert_eq!(answer["payload"]["level"], "SYSTEM_MESSAGE_LEVEL_ERROR");
    }
    socket.send_binary(vec![0xff, 0xfe, 0]).await;
    assert_eq!(text(&socket.next_event().await), "Unknown event type or invalid message format");
    socket.send("POLY_AGENT_MESSAGE", json!({ "text": "I am Ada" })).await;
    assert_eq!(text(&socket.next_event().await), "Event type not allowed: EVENT_TYPE_POLY_AGENT_MESSAGE");
    socket.say("still here").await;
    assert!(kinds(&socket.until("POLY_AGENT_MESSAGE").await).contains(&"USER_MESSAGE"));
}

#[tokio::test]
async fn a_refusal_reaches_only_the_socket_it_is_about() {
    let bench = Bench::start().await;
    let (session, mut socket) = bench.conversation().await;
    let mut other = bench.open(&session).await;
    other.settle().await;
    socket.send_text("nonsense").await;
    assert_eq!(kinds(&socket.settle().await), ["SYSTEM_MESSAGE"]);
    assert!(other.settle().await.is_empty());
}

#[tokio::test]
async fn random_frames_do_no_harm() {
    let bench = Bench::with(|settings| settings.messages_per_second = 0).await;
    let (_session, mut socket) = bench.conversation().await;
    let mut random = SmallRng::seed_from_u64(7);
    let pieces = [
        "{",
        "}",
        "[",
        "]",
        ":",
        ",",
        "\"",
        "\\",
        "\"type\"",
        "\"EVENT_TYPE_USER_MESSAGE\"",
        "\"payload\"",
        "{}",
        "\"text\"",
        "\"metadata\"",
        "null",
        "1e999",
        "-0",
        "\\ud800",
        "é",
        "\u{202e}",
        "\"EVENT_TYPE_HEARTBEAT\"",
    ];
    for _ in 0..500 {
        let mut frame = String::new();
        for _ in 0..random.random_range(0..24) {
            frame.write_str(pieces.choose(&mut random).expect("a piece")).expect("room");
        }
        socket.send_text(frame).await;
    }
    socket.settle().await;
    socket.say("still here").await;
    socket.until("POLY_AGENT_MESSAGE").await;
}

#[tokio::test]
async fn bytes_that_are_no_protocol_at_all_do_no_harm() {
    let bench = Bench::start().await;
    let session = bench.session().await;
    let handshake = format!(
        "GET /ws?{} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
        query(&session, None)
    );
    // Garbage instead of a request, half a request, an unmasked frame, a frame of reserved type, one that claims
    // to be of 2^63 bytes.
    let after_upgrade: [&[u8]; 3] =
        [b"\x81\x02hi", b"\x8f\x80\0\0\0\0", b"\x81\xff\x7f\xff\xff\xff\xff\xff\xff\xff\0\0\0\0"];
    let plain: [&[u8]; 2] =
        [b"\x16\x03\x01\x02\0garbage\r\n\r\n", b"POST /api/v1/sessions HTTP/1.1\r\nContent-Length: 99\r\n\r\n{"];
    for bytes in plain {
        let mut stream = TcpStream::connect(bench.sandbox.addr()).await.expect("a connection");
        stream.write_all(bytes).await.expect("sent");
    }
    for bytes in after_upgrade {
        let mut stream = TcpStream::connect(bench.sandbox.addr()).await.expect("a connection");
        stream.write_all(handshake.as_bytes()).await.expect("sent");
        stream.write_all(bytes).await.expect("sent");
        // To the end: the server gives the connection up by itself.
        let mut answer = Vec::new();
        let read = tokio::time::timeout(std::time::Duration::from_secs(10), stream.read_to_end(&mut answer)).await;
        read.expect("an end of the connection").ok();
        assert!(answer.starts_with(b"HTTP/1.1 101"));
    }
    let (_session, mut socket) = bench.conversation().await;
    socket.settle().await;
}

#[tokio::test]
async fn strange_control_calls_get_an_error_that_says_what_is_wrong() {
    let bench = Bench::start().await;
    let session = bench.session().await;
    let drop = format!("/control/sessions/{}/drop", session.id);
    let send = format!("/control/sessions/{}/send", session.id);
    for (path, body, status, expected) in [
        ("/control/sessions/unknown/drop", json!({}), 404, "no such session"),
        (drop.as_str(), json!({ "code": 1006 }), 400, "1006"),
        (&drop, json!({ "code": 4000, "reason": "a".repeat(200) }), 400, "123 bytes"),
        (&drop, json!({ "kode": 1000 }), 400, "kode"),
        (&send, json!({}), 400, "nothing to send"),
        ("/control/faults", json!({ "handshake": [9] }), 400, "200 to 599"),
        ("/control/connectors/x", json!({ "pace_ms": "fast" }), 400, "pace_ms"),
        ("/control/connectors/x", json!({ "idle_timeout_seconds": 0 }), 400, "idle_timeout_seconds"),
        ("/control/connectors/x", json!({ "history_batch_size": 0 }), 400, "history_batch_size"),
        ("/control/connectors/x", json!({ "hosts": ["ftp://x"] }), 400, "hosts"),
        ("/control/connectors/x", json!({ "speed": 1 }), 400, "speed"),
        ("/control/vectors/x", json!({}), 400, "frames"),
        ("/control/restart", json!({ "down_ms": u64::MAX }), 400, "down_ms"),
        ("/control/restart", json!({ "unreachable_ms": 60_001 }), 400, "unreachable_ms"),
    ] {
        let (answered, answer) = bench.post(path, &[], &body).await;
        let text = answer["error"].as_str().unwrap_or_default();
        assert_eq!(answered, status, "{path} {body}: {answer}");
        assert!(text.contains(expected), "{path} {body}: {answer}");
    }
}
