//! What the application does before the agent is asked to join. Source: Messaging API, "Sessions" (verified context).

mod support;

use poly_messaging_engine::*;
use serde_json::json;
use support::*;

const JOIN: &str = "REQUEST_POLY_AGENT_JOIN";

fn start() -> serde_json::Value {
    event(1, "SESSION_START", json!({ "capabilities": { "streaming": true }, "context_id": "ctx-1" }))
}

/// A client whose application was asked, and has not answered.
fn preparing() -> Client {
    let mut client = Client::connected_with(Options { before_agent_join: true, ..options() });
    client.history([start()]);
    client
}

fn done(client: &mut Client) {
    let (id, ..) = client.preparations[client.preparations.len() - 1];
    client.give(Input::JoinPrepared { id });
}

#[test]
fn the_agent_is_asked_when_the_application_is_done() {
    let mut client = preparing();
    let asked: Vec<_> =
        client.preparations.iter().map(|(_, session, context)| (session.as_str(), context.as_deref())).collect();
    assert_eq!(asked, [("s1", Some("ctx-1"))]);
    client.receive(event(2, "SYSTEM_MESSAGE", json!({ "level": "SYSTEM_MESSAGE_LEVEL_INFO", "message": "Hello" })));
    assert!(client.frame_types().is_empty());
    done(&mut client);
    assert_eq!(client.frame_types(), [JOIN]);
    assert_eq!(client.preparations.len(), 1, "asked once");
}

#[test]
fn the_conversation_starts_after_four_seconds_whatever_the_application_does() {
    let mut client = preparing();
    client.pass(3_999);
    assert!(client.frame_types().is_empty());
    client.pass(1);
    assert_eq!(client.frame_types(), [JOIN]);
    let (id, ..) = client.preparations[0];
    assert_eq!(client.aborted, [id]);
    done(&mut client);
    assert_eq!(client.frame_types(), [JOIN], "an answer that comes too late changes nothing");
}

#[test]
fn an_application_that_was_interrupted_is_asked_again_on_the_next_socket_and_one_that_was_done_is_not() {
    let mut client = preparing();
    client.drop_socket(1006);
    assert_eq!(client.aborted.len(), 1);
    client.come_back([]);
    assert_eq!(client.preparations.len(), 2);
    done(&mut client);
    assert_eq!(client.frame_types(), [JOIN]);
    client.drop_socket(1006);
    client.frames.clear();
    client.come_back([]);
    assert_eq!((client.preparations.len(), client.frame_types()), (2, vec![JOIN]));
}

#[test]
fn nothing_is_prepared_where_the_agent_was_asked_or_is_there() {
    for past in [JOIN, "POLY_AGENT_JOINED"] {
        let mut client = Client::connected_with(Options { before_agent_join: true, ..options() });
        client.history([start(), event(2, past, json!({}))]);
        client.pass(5_000);
        assert!(client.preparations.is_empty(), "{past}");
    }
}

#[test]
fn each_new_session_is_prepared() {
    let mut client = preparing();
    done(&mut client);
    let call = client.call();
    client.give(Input::Restart { call });
    client.answer_token();
    client.answer_session("s2");
    client.open();
    client.history([start()]);
    let sessions: Vec<_> = client.preparations.iter().map(|(_, session, _)| session.as_str()).collect();
    assert_eq!(sessions, ["s1", "s2"]);
}

#[test]
fn without_such_an_application_the_agent_is_asked_at_once() {
    let mut client = Client::connected();
    client.history([start()]);
    assert!(client.preparations.is_empty());
    assert_eq!(client.frame_types(), [JOIN]);
}
