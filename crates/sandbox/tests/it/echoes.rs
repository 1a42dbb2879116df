//! What comes back to a client of what it sent.

use serde_json::{Value, json};

use crate::client::{Bench, kind, kinds, text};

#[tokio::test]
async fn a_user_message_is_echoed_with_an_id_and_its_metadata() {
    let bench = Bench::start().await;
    let (session, mut socket) = bench.conversation().await;
    let metadata = json!({ "custom": { "client_event_id": "c-1", "page": "home" } });
    let frame = json!({ "type": "EVENT_TYPE_USER_MESSAGE", "payload": { "text": "hi" }, "metadata": metadata });
    socket.send_text(frame.to_string()).await;
    let echo = socket.next_event().await;
    assert_eq!((kind(&echo), text(&echo)), ("USER_MESSAGE", "hi"));
    assert!(echo["payload"]["message_id"].is_string() && echo["sequence"].is_u64(), "{echo}");
    assert_eq!(echo["metadata"], metadata);
    let replayed = bench.open(&session).await.until_that(|event| event["id"] == echo["id"]).await;
    assert_eq!(replayed[replayed.len() - 1]["metadata"], metadata);
}

#[tokio::test]
async fn a_message_sent_twice_is_two_messages() {
    let bench = Bench::start().await;
    let (session, mut socket) = bench.conversation().await;
    let metadata = json!({ "custom": { "client_event_id": "c-1" } });
    let frame = json!({ "type": "EVENT_TYPE_USER_MESSAGE", "payload": { "text": "hi" }, "metadata": metadata });
    socket.send_text(frame.to_string()).await;
    socket.send_text(frame.to_string()).await;
    socket.settle().await;
    let log = bench.log(&session).await;
    let is_message = |event: &&Value| kind(event) == "USER_MESSAGE";
    let messages: Vec<_> = log["events"].as_array().expect("events").iter().filter(is_message).collect();
    assert_eq!(messages.len(), 2);
    assert_ne!(messages[0]["payload"]["message_id"], messages[1]["payload"]["message_id"]);
}

#[tokio::test]
async fn heartbeats_and_typing_are_echoed_outside_the_history() {
    let bench = Bench::start().await;
    let (session, mut socket) = bench.conversation().await;
    let mut other = bench.open(&session).await;
    other.settle().await;
    socket.send("USER_TYPING", json!({ "state": "TYPING_STATE_STARTED" })).await;
    let typing = socket.next_event().await;
    assert_eq!((kind(&typing), &typing["sequence"]), ("USER_TYPING", &Value::Null));
    assert_eq!(typing["payload"], json!({ "state": "TYPING_STATE_STARTED" }));
    socket.send("HEARTBEAT", json!({})).await;
    socket.send("HEARTBEAT", json!({})).await;
    let (first, second) = (socket.next_event().await, socket.next_event().await);
    assert_eq!((kind(&first), kind(&second)), ("HEARTBEAT", "HEARTBEAT"));
    assert_ne!(first.get("id").is_some(), second.get("id").is_some(), "one of two has no id");
    assert_eq!(kinds(&other.settle().await), ["USER_TYPING"], "a heartbeat is answered to its sender alone");
    let log = bench.log(&session).await;
    let logged = |name: &str| log["events"].as_array().expect("events").iter().any(|event| kind(event) == name);
    assert!(!logged("HEARTBEAT") && !logged("USER_TYPING") && logged("POLY_AGENT_MESSAGE"));
}

#[tokio::test]
async fn the_first_request_to_join_brings_the_agent_and_a_second_only_an_echo() {
    let bench = Bench::start().await;
    let session = bench.session().await;
    let mut socket = bench.open(&session).await;
    assert_eq!(kinds(&socket.settle().await), ["SESSION_START"], "nothing happens unasked");
    let expected = ["REQUEST_POLY_AGENT_JOIN", "POLY_AGENT_JOINED", "POLY_AGENT_THINKING", "POLY_AGENT_MESSAGE"];
    assert_eq!(kinds(&socket.join().await), expected);
    socket.send("REQUEST_POLY_AGENT_JOIN", json!({})).await;
    assert_eq!(kinds(&socket.settle().await), ["REQUEST_POLY_AGENT_JOIN"]);
    let log = bench.log(&session).await;
    assert_eq!((&log["join_requests"], &log["repeated_joins"]), (&json!(2), &json!(1)));
}

#[tokio::test]
async fn a_join_that_fails_is_answered_and_the_next_one_works() {
    let bench = Bench::start().await;
    let session = bench.session_of("shy", json!({ "step_ms": 0, "failed_joins": 1 })).await;
    let mut socket = bench.open(&session).await;
    socket.settle().await;
    socket.send("REQUEST_POLY_AGENT_JOIN", json!({})).await;
    let events = socket.settle().await;
    assert_eq!(kinds(&events), ["REQUEST_POLY_AGENT_JOIN", "SYSTEM_MESSAGE"]);
    assert!(text(&events[1]).starts_with("Sorry, I'm unable to start a conversation right now."));
    assert!(kinds(&socket.join().await).contains(&"POLY_AGENT_JOINED"));
}

#[tokio::test]
async fn a_message_without_an_agent_finds_no_conversation() {
    let bench = Bench::start().await;
    let session = bench.session().await;
    let mut socket = bench.open(&session).await;
    let metadata = json!({ "custom": { "client_event_id": "c-1" } });
    let frame = json!({ "type": "EVENT_TYPE_USER_MESSAGE", "payload": { "text": "hi" }, "metadata": metadata });
    socket.send_text(frame.to_string()).await;
    let refusal = socket.until("SYSTEM_MESSAGE").await.pop().expect("an event");
    assert_eq!(text(&refusal), "Error: Conversation not found");
    assert_eq!(refusal["payload"]["level"], "SYSTEM_MESSAGE_LEVEL_ERROR");
    assert_eq!(refusal["metadata"], metadata);
    assert!(!kinds(&socket.settle().await).contains(&"USER_MESSAGE"));
}
