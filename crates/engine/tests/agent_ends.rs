//! A message of the agent that ends the conversation: at once, once, and whatever the server says of the end later.
//! Source: Messaging API, "Server events"; the native SDKs'.

mod support;

use poly_messaging_engine::*;
use serde_json::{Value, json};
use support::tabs::Browser;
use support::{Client, agent_message, chunk, event, session_start};

/// A message that says so.
fn last(sequence: u64, name: &str, text: &str) -> Value {
    let payload = json!({ "message_id": format!("m{sequence}"), "text": text, "end_conversation": true });
    event(sequence, name, payload)
}

fn last_chunk(sequence: u64, index: u32, text: &str, is_complete: bool) -> Value {
    let mut chunk = chunk(sequence, "m1", index, text, is_complete);
    chunk["payload"]["end_conversation"] = json!(true);
    chunk
}

fn end_of_server(sequence: u64) -> Value {
    event(sequence, "SESSION_END", json!({ "reason": "REASON_NATURAL_END" }))
}

/// The conversation is over, and everybody was told once.
fn is_ended(client: &Client, case: &str) {
    assert_eq!(client.state.ended, Some(Ended { reason: "agent_ended".into() }), "{case}");
    assert_eq!((client.status().as_str(), client.deadline), ("closed", None), "{case}");
    let ends = client.events.iter().filter(|event| event["type"] == "sessionEnd");
    assert_eq!(ends.map(|event| &event["reason"]).collect::<Vec<_>>(), ["agent_ended"], "{case}");
    let is_end = |message: &&Message| matches!(message.body, MessageBody::System { event: "sessionEnd", .. });
    assert_eq!(client.state.messages.iter().filter(is_end).count(), 1, "{case}");
    let is_agent = |message: &&Message| matches!(message.body, MessageBody::Agent { .. });
    let behind = client.state.messages.iter().skip_while(|message| !is_end(message));
    assert_eq!(behind.filter(is_agent).count(), 0, "{case}: behind what was said");
    assert_eq!(client.socket, None, "{case}");
}

#[test]
fn a_message_may_be_the_end_however_it_comes() {
    let cases: [(&str, &str, Vec<Value>); 8] = [
        ("whole", "Goodbye.", vec![last(3, "POLY_AGENT_MESSAGE", "Goodbye.")]),
        ("without content", "", vec![last(3, "POLY_AGENT_MESSAGE", "")]),
        ("of a human", "Bye.", vec![last(3, "LIVE_AGENT_MESSAGE", "Bye.")]),
        ("in pieces", "Goodbye.", vec![chunk(3, "m1", 1, "Good", false), last_chunk(4, 2, "bye.", true)]),
        ("said by an early piece", "Goodbye.", vec![last_chunk(3, 1, "Good", false), chunk(4, "m1", 2, "bye.", true)]),
        ("a last piece without content", "Bye.", vec![chunk(3, "m1", 1, "Bye.", false), last_chunk(4, 2, "", true)]),
        ("pieces out of order", "Goodbye.", vec![last_chunk(4, 2, "bye.", true), chunk(3, "m1", 1, "Good", false)]),
        (
            "in place of a stream",
            "Goodbye.",
            vec![chunk(3, "m4", 1, "Good", false), last(4, "POLY_AGENT_MESSAGE", "Goodbye.")],
        ),
    ];
    for (case, text, frames) in cases {
        let mut client = Client::joined();
        let call = client.send("d1", "mine");
        for frame in frames {
            client.receive(frame);
        }
        is_ended(&client, case);
        let said = client.texts().into_iter().filter(|shown| shown != "mine").collect::<Vec<_>>().concat();
        assert_eq!(said, text, "{case}");
        assert_eq!(client.result(call), Some(Err(ErrorCode::SessionEnded)), "{case}");
        let types = client.event_types();
        assert!(types.ends_with(&["sessionEnd", "messageFailed", "disconnected"]), "{case}: {types:?}");
        client.pass(600_000);
        is_ended(&client, case);
    }
}

#[test]
fn what_the_server_says_of_the_end_later_is_not_told_again() {
    // In one batch, the one way in which it can still be heard.
    let mut client = Client::joined();
    client.history([last(3, "POLY_AGENT_MESSAGE", "Goodbye."), end_of_server(4)]);
    is_ended(&client, "in a batch");

    // The end of the server's that came first is the one that counts.
    let mut client = Client::joined();
    client.history([end_of_server(3), last(4, "POLY_AGENT_MESSAGE", "Goodbye.")]);
    assert_eq!(client.state.ended, Some(Ended { reason: "REASON_NATURAL_END".into() }));
}

#[test]
fn a_message_without_the_word_ends_nothing() {
    for word in [json!(false), json!(null), json!("true"), json!(1), json!({})] {
        let mut client = Client::joined();
        let mut message = agent_message(3, "Hello");
        message["payload"]["end_conversation"] = word.clone();
        client.receive(message);
        assert_eq!((client.state.ended.clone(), client.status().as_str()), (None, "open"), "{word}");
    }
}

#[test]
fn an_end_that_was_missed_is_found_in_the_history() {
    let mut client = Client::joined();
    client.drop_socket(1006);
    client.wait_for_socket();
    client.open();
    client.history([session_start(1), last(3, "POLY_AGENT_MESSAGE", "Goodbye."), end_of_server(4)]);
    is_ended(&client, "after a reconnect");
    assert_eq!(client.texts(), ["Goodbye."]);
}

#[test]
fn the_end_is_one_for_all_tabs_and_nothing_is_taken_up_again() {
    let mut browser = Browser::new();
    browser.open();
    browser.open();
    browser.pass(1_000);
    browser.pages[0].client.receive(last(9, "POLY_AGENT_MESSAGE", "Goodbye."));
    browser.pass(20_000);
    for page in [0, 1] {
        let ended = browser.client(page).state.ended.clone();
        assert_eq!(ended, Some(Ended { reason: "agent_ended".into() }), "page {page}");
    }
    assert_eq!(browser.record(), None);
}
