//! Handoffs: to a live agent and back, elsewhere, and those that come to nothing.

use serde_json::json;

use crate::client::{Bench, kind, kinds, text};

#[tokio::test]
async fn a_live_agent_joins_through_the_queue_and_hands_back() {
    let bench = Bench::start().await;
    let (session, mut socket) = bench.conversation().await;
    socket.say("I want to talk to a human").await;
    let events = socket.until("LIVE_AGENT_MESSAGE").await;
    let expected = [
        "USER_MESSAGE",
        "POLY_AGENT_THINKING",
        "POLY_AGENT_MESSAGE",
        "POLY_AGENT_TRIGGERED_HANDOFF",
        "POLY_AGENT_LEFT",
        "HANDOFF_ACCEPTED",
        "HANDOFF_QUEUE_STATUS",
        "HANDOFF_QUEUE_STATUS",
        "HANDOFF_QUEUE_STATUS",
        "LIVE_AGENT_JOINED",
        "LIVE_AGENT_TYPING",
        "LIVE_AGENT_TYPING",
        "LIVE_AGENT_MESSAGE",
    ];
    assert_eq!(kinds(&events), expected);
    let queue: Vec<_> = events.iter().filter(|event| kind(event) == "HANDOFF_QUEUE_STATUS").collect();
    for (status, position) in queue.iter().zip([3, 2, 1]) {
        assert_eq!(status["payload"]["position_in_queue"], position);
        assert_eq!(status["payload"]["queue_name"], "General Support");
        assert_eq!(status["payload"]["estimated_wait_seconds"], position * 60);
    }
    assert_eq!(events[9]["payload"]["agent"]["name"], "Sarah");
    assert_eq!(events[10]["payload"]["state"], "TYPING_STATE_STARTED");
    assert_eq!(events[11]["payload"]["state"], "TYPING_STATE_STOPPED");
    assert!(events[10]["sequence"].is_null() && events[12]["sequence"].is_u64());
    assert_eq!(events[12]["payload"]["agent_id"], "agent_42");

    socket.say("a table by the window").await;
    let answer = socket.until("LIVE_AGENT_MESSAGE").await.pop().expect("an event");
    assert!(text(&answer).contains("by the window"));

    socket.say("Thanks, that's all").await;
    let events = socket.until("POLY_AGENT_MESSAGE").await;
    let said: Vec<_> = kinds(&events).into_iter().filter(|kind| *kind != "LIVE_AGENT_TYPING").collect();
    let expected = [
        "USER_MESSAGE",
        "LIVE_AGENT_MESSAGE",
        "LIVE_AGENT_LEFT",
        "POLY_AGENT_JOINED",
        "POLY_AGENT_THINKING",
        "POLY_AGENT_MESSAGE",
    ];
    assert_eq!(said, expected);
    let log = bench.log(&session).await;
    assert_eq!(log["presence"], "poly");
    assert!(log["events"].as_array().expect("events").iter().all(|event| kind(event) != "LIVE_AGENT_TYPING"));
}

#[tokio::test]
async fn what_the_user_says_in_the_queue_is_answered_by_the_live_agent() {
    let bench = Bench::start().await;
    let session = bench.session_of("queue", json!({ "step_ms": 300 })).await;
    let mut socket = bench.open(&session).await;
    socket.join().await;
    socket.say("human").await;
    socket.until("HANDOFF_QUEUE_STATUS").await;
    socket.say("are you there").await;
    let hello = socket.until("LIVE_AGENT_MESSAGE").await;
    assert!(kinds(&hello).contains(&"USER_MESSAGE"), "echoed while waiting");
    let answer = socket.until("LIVE_AGENT_MESSAGE").await.pop().expect("an event");
    assert!(text(&answer).contains("are you there"));
}

#[tokio::test]
async fn a_client_managed_handoff_leaves_nobody_until_the_next_join() {
    let bench = Bench::start().await;
    let (_session, mut socket) = bench.conversation().await;
    socket.say("Can we go on in WhatsApp?").await;
    let events = socket.until("POLY_AGENT_LEFT").await;
    let tail = &kinds(&events)[events.len() - 3..];
    assert_eq!(tail, ["POLY_AGENT_TRIGGERED_HANDOFF", "CLIENT_HANDOFF_REQUIRED", "POLY_AGENT_LEFT"]);
    let required = json!({ "reason": "COMPLEX_QUERY", "queue_name": "Phone Team", "route": "whatsapp" });
    assert_eq!(events[events.len() - 2]["payload"], required);
    socket.say("hello?").await;
    let refusal = socket.next_event().await;
    assert_eq!(text(&refusal), "Error: Conversation not found");
    let again = socket.join().await;
    assert!(text(&again[again.len() - 1]).starts_with("It's Ada again."));
}

#[tokio::test]
async fn a_handoff_that_fails_or_times_out_leaves_ada_in_charge() {
    let bench = Bench::start().await;
    let (session, mut socket) = bench.conversation().await;
    for (said, event) in [("handoff fail", "HANDOFF_FAILED"), ("handoff timeout", "HANDOFF_TIMEOUT")] {
        socket.say(said).await;
        let before = socket.until(event).await;
        assert!(kinds(&before).contains(&"POLY_AGENT_TRIGGERED_HANDOFF"));
        assert!(!kinds(&before).contains(&"POLY_AGENT_LEFT"));
        socket.until("POLY_AGENT_MESSAGE").await;
    }
    assert_eq!(bench.log(&session).await["presence"], "poly");
}
