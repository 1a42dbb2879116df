//! The warning that an idle session is about to be ended: shown until somebody does something that keeps it.
//! Source: Messaging API, "Server events".

mod support;

use poly_messaging_engine::*;
use serde_json::{Value, json};
use support::{Client, agent_message, chunk, echo, event, notice, session_start};

fn warning(sequence: impl Into<Value>) -> Value {
    let mut warning = event(90, "SESSION_IDLE_WARNING", json!({}));
    warning["sequence"] = sequence.into();
    warning
}

fn warned() -> Client {
    let mut client = Client::joined();
    client.receive(warning(Value::Null));
    assert!(client.state.idle_warning);
    assert_eq!(client.event_types(), ["sessionIdleWarning"]);
    client
}

/// Something that is received, by its name.
type Case = (&'static str, Value);

#[test]
fn whatever_somebody_says_or_does_clears_it() {
    let cases: [Case; 9] = [
        ("a message from elsewhere", echo(3, "other", "Hi")),
        ("the user types elsewhere", event(3, "USER_TYPING", json!({}))),
        ("the agent answers", agent_message(3, "Hello")),
        ("in pieces", chunk(3, "m", 1, "Hel", false)),
        ("is about to", event(3, "POLY_AGENT_THINKING", json!({}))),
        ("joins", event(3, "POLY_AGENT_JOINED", json!({}))),
        ("a human joins", event(3, "LIVE_AGENT_JOINED", json!({}))),
        ("types", event(3, "LIVE_AGENT_TYPING", json!({}))),
        ("writes", event(3, "LIVE_AGENT_MESSAGE", json!({ "text": "Hello" }))),
    ];
    for (case, frame) in cases {
        let mut client = warned();
        client.receive(frame);
        assert!(!client.state.idle_warning, "{case}");
    }
    let mut client = warned();
    client.send("d1", "I am still here");
    assert!(!client.state.idle_warning, "the user writes");
    let mut client = warned();
    client.give(Input::Typing);
    assert!(!client.state.idle_warning, "the user types");
}

#[test]
fn what_nobody_did_does_not() {
    let cases: [Case; 5] = [
        ("a heartbeat", json!({ "type": "EVENT_TYPE_HEARTBEAT", "payload": {} })),
        ("the server's own words", notice(3, "Our system is experiencing high load.", None)),
        ("a human stops typing", event(3, "LIVE_AGENT_TYPING", json!({ "state": "TYPING_STATE_STOPPED" }))),
        ("another language", event(3, "LANGUAGE_CHANGED", json!({ "language_code": "de" }))),
        ("nothing known", event(3, "SHOW_CONFETTI", json!({}))),
    ];
    for (case, frame) in cases {
        let mut client = warned();
        client.receive(frame);
        assert!(client.state.idle_warning, "{case}");
    }
    let mut client = warned();
    client.drop_socket(1006);
    client.come_back([]);
    assert!(client.state.idle_warning, "another connection");
}

#[test]
fn a_warning_of_the_history_is_one_of_now_where_nothing_came_after_it() {
    for (after, is_warned) in [(vec![], true), (vec![agent_message(5, "Are you there?")], false)] {
        let mut client = Client::connected();
        let joined = event(2, "POLY_AGENT_JOINED", json!({}));
        client.history([session_start(1), joined, agent_message(3, "Hello"), warning(4)].into_iter().chain(after));
        assert_eq!(client.state.idle_warning, is_warned);
    }
    let mut client = Client::joined();
    client.receive(agent_message(5, "Are you there?"));
    client.receive(warning(4));
    assert!(!client.state.idle_warning, "it comes late");
}

#[test]
fn it_goes_with_its_conversation() {
    let mut client = warned();
    client.receive(event(3, "SESSION_END", json!({ "reason": "REASON_USER_ABANDONED" })));
    assert!(!client.state.idle_warning, "the end");
    let mut client = warned();
    client.drop_socket(4001);
    assert!(!client.state.idle_warning, "a session that is replaced");
    let mut client = warned();
    let call = client.call();
    client.give(Input::Restart { call });
    assert!(!client.state.idle_warning, "another conversation");
}
