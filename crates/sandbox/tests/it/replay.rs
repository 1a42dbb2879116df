//! What a new socket is sent: batches, cursors, and who gets what live.

use serde_json::{Value, json};

use crate::client::{Bench, Socket, kind, kinds, query, sequences};

/// The events of the batches a socket starts with, one list per batch.
async fn batches(socket: &mut Socket, last_sequence: u64) -> Vec<Vec<Value>> {
    let mut batches = Vec::new();
    loop {
        let frame = socket.next().await;
        assert_eq!(kind(&frame), "EVENT_BATCH");
        assert!(frame["id"].is_string() && frame["sequence"].is_null(), "{frame}");
        let events = frame["payload"]["events"].as_array().expect("events").clone();
        let complete = sequences(&events).contains(&last_sequence);
        batches.push(events);
        if complete {
            return batches;
        }
    }
}

async fn last_sequence(bench: &Bench, session: &crate::client::Session) -> u64 {
    bench.log(session).await["last_sequence"].as_u64().expect("a number")
}

#[tokio::test]
async fn the_history_comes_in_batches_of_bounded_size_and_starts_with_session_start() {
    let bench = Bench::with(|settings| settings.history_batch_size = 4).await;
    let (session, mut socket) = bench.conversation().await;
    socket.say("hello").await;
    socket.until("POLY_AGENT_MESSAGE").await;
    let last = last_sequence(&bench, &session).await;
    let batches = batches(&mut bench.open(&session).await, last).await;
    assert!(batches.len() > 1 && batches.iter().all(|batch| batch.len() <= 4), "{batches:?}");
    assert_eq!(kind(&batches[0][0]), "SESSION_START");
    let all: Vec<_> = batches.concat();
    assert_eq!(sequences(&all), (1..=last).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_cursor_leaves_out_what_was_seen_but_never_session_start() {
    let bench = Bench::start().await;
    let (session, _socket) = bench.conversation().await;
    let last = last_sequence(&bench, &session).await;
    for (cursor, expected) in [(2, (3..=last).collect()), (last, vec![]), (last + 100, vec![])] {
        let mut socket = bench.open_from(&session, cursor).await;
        let batch = socket.next().await;
        let events = batch["payload"]["events"].as_array().expect("events");
        assert_eq!(kind(&events[0]), "SESSION_START");
        assert_eq!(sequences(&events[1..]), expected, "cursor {cursor}");
        assert!(socket.settle().await.is_empty());
    }
}

#[tokio::test]
async fn a_cursor_in_its_older_form_is_a_cursor() {
    let bench = Bench::start().await;
    let (session, _socket) = bench.conversation().await;
    let last = last_sequence(&bench, &session).await;
    for cursor in ["seq:2", "seq%3A2"] {
        let mut socket = bench.try_open(&query(&session, Some(cursor))).await.expect("an accepted handshake");
        let batch = socket.next().await;
        let events = batch["payload"]["events"].as_array().expect("events");
        assert_eq!(sequences(&events[1..]), (3..=last).collect::<Vec<_>>(), "cursor `{cursor}`");
    }
}

#[tokio::test]
async fn an_invalid_cursor_gets_the_full_history() {
    let bench = Bench::start().await;
    let (session, _socket) = bench.conversation().await;
    let last = last_sequence(&bench, &session).await;
    for cursor in
        ["-1", "%2B5", "abc", "1.5", "", "99999999999999999999999", "seq:", "seq:-1", "seq:seq:2", "SEQ:2", "2seq:"]
    {
        let mut socket = bench.try_open(&query(&session, Some(cursor))).await.expect("an accepted handshake");
        let batch = socket.next().await;
        let events = batch["payload"]["events"].as_array().expect("events");
        assert_eq!(sequences(events), (1..=last).collect::<Vec<_>>(), "cursor `{cursor}`");
    }
}

#[tokio::test]
async fn one_replayed_user_message_in_three_carries_its_payload_under_its_own_name() {
    let bench = Bench::start().await;
    let (session, mut socket) = bench.conversation().await;
    for word in ["a", "b", "c", "d", "e", "f"] {
        socket.say(word).await;
        socket.until("POLY_AGENT_MESSAGE").await;
    }
    let last = last_sequence(&bench, &session).await;
    let events = bench.open(&session).await.until_that(|event| event["sequence"] == last).await;
    let messages: Vec<_> = events.iter().filter(|event| kind(event) == "USER_MESSAGE").collect();
    assert_eq!(messages.len(), 6);
    for message in &messages {
        let own_name = message["sequence"].as_u64().expect("a number").is_multiple_of(3);
        assert_eq!(message.get("user_message").is_some(), own_name);
        assert_eq!(message.get("payload").is_none(), own_name);
    }
    assert!(messages.iter().any(|message| message.get("user_message").is_some()), "{messages:?}");
}

#[tokio::test]
async fn what_the_agent_says_while_no_socket_is_open_is_in_the_replay() {
    let bench = Bench::start().await;
    let session = bench.session_of("slow", json!({ "step_ms": 100 })).await;
    let mut socket = bench.open(&session).await;
    socket.send("REQUEST_POLY_AGENT_JOIN", json!({})).await;
    let seen = socket.until("POLY_AGENT_THINKING").await;
    let cursor = sequences(&seen).into_iter().max().expect("a sequence");
    socket.close().await;
    bench.log_when(&session, |log| log["last_sequence"].as_u64() > Some(cursor)).await;
    let events = bench.open_from(&session, cursor).await.until("POLY_AGENT_MESSAGE").await;
    assert_eq!(kinds(&events), ["SESSION_START", "POLY_AGENT_MESSAGE"]);
}

#[tokio::test]
async fn every_socket_of_a_session_hears_every_event() {
    let bench = Bench::start().await;
    let (session, mut first) = bench.conversation().await;
    let mut second = bench.open(&session).await;
    second.settle().await;
    first.say("hello there").await;
    let (heard, overheard) = (first.until("POLY_AGENT_MESSAGE").await, second.until("POLY_AGENT_MESSAGE").await);
    assert_eq!(heard, overheard);
    assert_eq!(kinds(&heard), ["USER_MESSAGE", "POLY_AGENT_THINKING", "POLY_AGENT_MESSAGE"]);
}

#[tokio::test]
async fn a_replay_may_overlap_with_what_is_live_and_come_out_of_order() {
    let bench = Bench::start().await;
    let overrides = json!({ "step_ms": 0, "history_batch_size": 2, "replay_reversed": true, "replay_overlap": 2 });
    let session = bench.session_of("messy", overrides).await;
    let mut socket = bench.open(&session).await;
    socket.join().await;
    let mut again = bench.open(&session).await;
    let events = again.settle().await;
    assert_eq!(sequences(&events), [1, 2, 5, 3, 4, 4, 5]);
    assert_eq!(events[2]["id"], events[6]["id"]);
}

#[tokio::test]
async fn ids_are_unique_and_timestamps_iso_8601() {
    let bench = Bench::start().await;
    let (session, mut socket) = bench.conversation().await;
    socket.say("hello").await;
    socket.until("POLY_AGENT_MESSAGE").await;
    let log = bench.log(&session).await;
    let events = log["events"].as_array().expect("events");
    let ids: std::collections::BTreeSet<_> = events.iter().filter_map(|event| event["id"].as_str()).collect();
    assert_eq!(ids.len(), events.len());
    for event in events {
        let timestamp = event["timestamp"].as_str().expect("a timestamp");
        assert!(timestamp.len() == 24 && timestamp.ends_with('Z'), "{timestamp}");
    }
}
