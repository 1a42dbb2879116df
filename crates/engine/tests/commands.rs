//! Commands and news at awkward moments: while ending, between sockets, after a refusal, and when the server misbehaves.

mod support;

use poly_messaging_engine::*;
use serde_json::json;
use support::*;

fn joins(client: &Client) -> usize {
    client.frame_types().iter().filter(|name| **name == "REQUEST_POLY_AGENT_JOIN").count()
}

fn texts_sent(client: &Client) -> Vec<&str> {
    client.frames.iter().filter_map(|frame| frame["payload"]["text"].as_str()).collect()
}

#[test]
fn a_refused_access_token_is_not_used_again() {
    let mut client = Client::new();
    client.give(Input::Start);
    client.answer_token();
    client.answer(401, json!({ "message": "Invalid access token" }));
    let call = client.call();
    client.give(Input::Reconnect { call });
    assert!(client.requests[0].1.url.ends_with("/access-token"), "{:?}", client.requests);
}

#[test]
fn no_agent_is_asked_into_a_conversation_that_is_ending() {
    let mut client = Client::new();
    client.give(Input::Start);
    client.answer_token();
    client.answer_session("s1");
    let call = client.call();
    client.give(Input::End { call });
    client.open();
    client.history([session_start(1)]);
    assert_eq!(client.frame_types(), ["USER_END_SESSION"]);
}

#[test]
fn an_end_is_settled_when_the_socket_is_refused_for_good() {
    for code in [1000, 4000, 4001] {
        let mut client = Client::joined();
        client.drop_socket(1006);
        let call = client.call();
        client.give(Input::End { call });
        client.drop_socket(code);
        client.pass(60_000);
        assert_eq!(client.result(call), Some(Ok(())), "{code}");
        assert!(client.state.ended.is_some(), "{code}");
    }
}

#[test]
fn a_conversation_that_is_ending_is_not_reconnected() {
    let mut client = Client::joined();
    let (end, reconnect) = (client.call(), client.call());
    client.drop_socket(1006);
    client.give(Input::End { call: end });
    client.drop_socket(1006);
    client.give(Input::Reconnect { call: reconnect });
    assert_eq!(client.status(), "closing");
    assert_eq!(client.result(reconnect), Some(Err(ErrorCode::SessionEnded)));
}

#[test]
fn a_dead_socket_is_noticed_however_short_the_interval_of_the_heartbeat() {
    for seconds in [1, 5, 10, 11] {
        let mut client = Client::connected();
        let capabilities = json!({ "heartbeat_interval_seconds": seconds });
        client.history([
            event(1, "SESSION_START", json!({ "capabilities": capabilities })),
            event(2, "POLY_AGENT_JOINED", json!({})),
        ]);
        client.pass(30_000);
        assert_ne!(client.status(), "open", "{seconds} s");
    }
}

#[test]
fn a_first_socket_that_never_says_anything_is_given_up_without_heartbeats_too() {
    let mut client = Client::connected_with(Options { heartbeat_interval_ms: 0, ..options() });
    client.pass(30_000);
    assert_ne!(client.status(), "open");
}

#[test]
fn a_history_that_is_still_arriving_is_not_complete() {
    let mut client = Client::joined();
    client.send("d1", "Hello");
    client.drop_socket(1006);
    client.frames.clear();
    client.wait_for_socket();
    client.open();
    for sequence in 3..8 {
        client.pass(1_000);
        client.history([session_start(1), agent_message(sequence, "earlier")]);
    }
    client.history([echo(8, "d1", "Hello")]);
    client.receive(json!({ "type": "EVENT_TYPE_HEARTBEAT", "payload": {} }));
    client.pass(5_000);
    assert!(texts_sent(&client).is_empty(), "it had arrived");
    assert_eq!(client.delivery("d1"), Some(Delivery::Sent));
}

#[test]
fn a_heartbeat_of_the_past_does_not_tell_where_the_history_ends() {
    let mut client = Client::joined();
    client.send("d1", "Hello");
    client.drop_socket(1006);
    client.frames.clear();
    client.wait_for_socket();
    client.open();
    client.history([session_start(1), event(3, "HEARTBEAT", json!({}))]);
    client.pass(500);
    client.history([echo(4, "d1", "Hello")]);
    client.receive(json!({ "type": "EVENT_TYPE_HEARTBEAT", "payload": {} }));
    client.pass(1_000);
    assert!(texts_sent(&client).is_empty(), "it had arrived");
}

#[test]
fn sockets_lost_before_the_agent_came_do_not_use_up_its_invitations() {
    let mut client = Client::connected();
    client.history([session_start(1)]);
    for _ in 0..4 {
        client.drop_socket(1006);
        client.come_back([]);
    }
    assert_eq!(joins(&client), 5);
    client.receive(event(2, "REQUEST_POLY_AGENT_JOIN", json!({})));
    client.drop_socket(1006);
    client.come_back([]);
    assert_eq!(joins(&client), 5, "the server has been asked: the agent may be on its way");
    client.pass(10_000);
    assert_eq!(joins(&client), 6);
}

#[test]
fn a_socket_that_dies_as_the_agent_is_asked_to_join_costs_no_message() {
    let mut client = Client::connected();
    client.history([session_start(1)]);
    let sent = client.send("d1", "hello?");
    client.pass(13_000);
    assert_eq!((client.status().as_str(), client.delivery("d1")), ("reconnecting", Some(Delivery::Pending)));
    client.come_back([event(2, "REQUEST_POLY_AGENT_JOIN", json!({})), event(3, "POLY_AGENT_JOINED", json!({}))]);
    client.receive(echo(4, "d1", "hello?"));
    assert_eq!(client.result(sent), Some(Ok(())));
    assert_eq!(texts_sent(&client), ["hello?"]);
}

#[test]
fn a_conversation_lost_after_a_confirmed_message_is_joined_again_without_delay() {
    let mut client = Client::connected();
    client.history([session_start(1)]);
    client.receive(event(2, "REQUEST_POLY_AGENT_JOIN", json!({})));
    client.receive(event(3, "POLY_AGENT_JOINED", json!({})));
    client.send("d1", "hello?");
    client.receive(echo(4, "d1", "hello?"));
    client.receive(notice(5, "Error: Conversation not found", None));
    client.pass(2_000);
    assert_eq!(joins(&client), 2);
}

#[test]
fn a_message_shown_as_failed_is_not_sent_again_behind_the_users_back() {
    let mut client = Client::joined();
    client.send("d1", "hello?");
    client.receive(notice(3, "Failed to forward message to live agent", Some("d1")));
    client.receive(notice(4, "Error: Conversation not found", Some("d1")));
    client.frames.clear();
    client.receive(event(5, "POLY_AGENT_JOINED", json!({})));
    assert_eq!(client.delivery("d1"), Some(Delivery::Failed));
    assert!(texts_sent(&client).is_empty());
}

#[test]
fn what_is_sent_after_a_failure_that_cannot_be_mended_fails_too() {
    let mut client = Client::new();
    client.give(Input::Start);
    client.answer(401, json!({ "message": "Connector token does not exist" }));
    let sent = client.send("d1", "hello");
    assert_eq!(client.result(sent), Some(Err(ErrorCode::MessageNotDelivered)));
    assert_eq!(client.delivery("d1"), Some(Delivery::Failed));
    let again = client.call();
    assert_eq!(client.give(Input::Retry { call: again, draft_id: "d1".into() }), None);
    assert_eq!(client.result(again), Some(Err(ErrorCode::MessageNotDelivered)));
}

#[test]
fn a_message_too_large_for_the_session_that_came_later_is_never_written() {
    let mut client = Client::new();
    client.give(Input::Start);
    let (large, small) = (client.send("d1", &"x".repeat(500)), client.send("d2", "short"));
    client.answer_token();
    client.answer_session("s1");
    client.open();
    let capabilities = json!({ "max_message_size_bytes": 300 });
    let start = event(1, "SESSION_START", json!({ "capabilities": capabilities }));
    client.history([start, event(2, "POLY_AGENT_JOINED", json!({}))]);
    assert_eq!(client.result(large), Some(Err(ErrorCode::MessageTooLarge)));
    assert_eq!((texts_sent(&client), client.result(small)), (vec!["short"], None));
}

#[test]
fn sessions_that_are_lost_at_once_are_not_made_for_ever() {
    for serves in [false, true] {
        let mut client = Client::new();
        client.give(Input::Start);
        let sent = client.send("d1", "hello");
        let ready = client.call();
        client.give(Input::Ready { call: ready });
        let mut sessions = 0;
        while !client.requests.is_empty() && sessions < 20 {
            sessions += 1;
            client.answer_token();
            client.answer_session(&format!("s{sessions}"));
            client.open();
            if serves {
                let mut start = session_start(1);
                start["id"] = json!(format!("start {sessions}"));
                client.history([start]);
                client.receive(notice(2, "Error: Session not found", None));
            } else {
                client.drop_socket(4001);
            }
            if let Some(deadline) = client.deadline.filter(|_| client.requests.is_empty()) {
                client.pass(deadline.at - client.now);
            }
        }
        assert!(sessions < 20, "a session for each one lost");
        let ConnectionView::Failed { error } = &client.state.connection else { panic!("{}", client.status()) };
        assert_eq!((error.code, error.retryable), (ErrorCode::SessionCreationFailed, true));
        assert_eq!((client.deadline, client.delivery("d1")), (None, Some(Delivery::Pending)));
        let call = client.call();
        client.give(Input::Reconnect { call });
        client.answer_token();
        client.answer_session("last");
        client.open();
        client.history([session_start(1), event(2, "POLY_AGENT_JOINED", json!({}))]);
        client.receive(echo(3, "d1", "hello"));
        assert_eq!((client.result(call), client.result(sent)), (Some(Ok(())), Some(Ok(()))));
    }
}

#[test]
fn nothing_of_a_lost_session_stays_but_what_was_said() {
    let mut client = Client::joined();
    let question =
        json!({ "message_id": "m", "text": "Which day?", "response_suggestions": [{ "message_text": "Friday" }] });
    client.receive(event(3, "POLY_AGENT_MESSAGE", question));
    client.receive(event(4, "LANGUAGE_CHANGED", json!({ "language_code": "fr" })));
    client.receive(event(5, "POLY_AGENT_TRIGGERED_HANDOFF", json!({})));
    client.receive(event(6, "POLY_AGENT_THINKING", json!({})));
    client.drop_socket(4001);
    let state = &client.state;
    assert_eq!((&state.session, &state.agent, &state.language), (&None, &None, &None));
    assert_eq!(state.handoff.as_ref().unwrap().phase, HandoffPhase::None);
    assert!(!state.is_agent_typing && state.suggestions.is_empty());
    assert_eq!(client.texts(), ["Which day?"]);
}

#[test]
fn a_reconnect_between_two_tries_of_a_request_leaves_no_timer_behind() {
    let mut client = Client::new();
    client.give(Input::Start);
    client.outcome(HttpOutcome::Response { status: 429, retry_after: Some("30".into()), body: String::new() });
    let call = client.call();
    client.give(Input::Reconnect { call });
    assert_eq!((client.requests.len(), client.deadline), (1, None));
}

#[test]
fn the_chunk_that_everything_waits_for_is_taken_however_much_waits() {
    let mut client = Client::joined();
    let count = 10_050;
    for index in 2..=count {
        client.receive(chunk(u64::from(index) + 10, "m", index, "x", false));
    }
    client.receive(chunk(11, "m", 1, "x", false));
    assert!(client.texts()[0].len() >= 10_000, "{}", client.texts().len());
}

#[test]
fn a_chunk_that_lost_its_message_id_belongs_to_the_open_message() {
    let mut client = Client::joined();
    client.receive(chunk(3, "m", 1, "one ", false));
    let mut second = chunk(4, "m", 2, "two ", false);
    second["payload"]["message_id"] = json!(null);
    client.receive(second);
    client.receive(chunk(5, "m", 3, "three", true));
    assert_eq!(client.texts(), ["one two three"]);
    let ids: Vec<_> = client.events.iter().filter_map(|event| event["messageId"].as_str()).collect();
    assert_eq!(ids, ["m"; 3]);
}

#[test]
fn messages_without_any_id_are_each_their_own_and_stand_in_order() {
    let mut client = Client::joined();
    for (sequence, text) in [(3, "one"), (5, "two"), (7, "three")] {
        let mut message = agent_message(sequence, text);
        message["id"] = json!(null);
        message["payload"]["message_id"] = json!(null);
        client.receive(message);
        client.receive(echo(sequence + 1, "other", "mine"));
    }
    assert_eq!(client.texts(), ["one", "mine", "two", "mine", "three", "mine"]);
    // And what comes in pieces after them is not taken for the rest of them.
    let mut piece = chunk(9, "", 1, "four", true);
    piece["id"] = json!(null);
    client.receive(piece);
    assert_eq!(client.texts().last().unwrap(), "four");
}

#[test]
fn a_message_moved_to_its_earliest_part_takes_the_time_of_that_too() {
    let part = || {
        let mut part = chunk(3, "m", 1, "Hel", false);
        part["timestamp"] = json!("2026-05-18T09:00:00Z");
        part
    };
    let whole = event(5, "POLY_AGENT_MESSAGE", json!({ "message_id": "m", "text": "Hello" }));
    let (mut late, mut calm) = (Client::joined(), Client::joined());
    late.receive(whole.clone());
    late.receive(part());
    calm.receive(part());
    calm.receive(whole);
    assert_eq!(late.state.messages[0].timestamp, calm.state.messages[0].timestamp);
}

#[test]
fn a_whole_message_without_content_ends_its_stream() {
    let mut client = Client::joined();
    client.receive(chunk(3, "m", 1, "Hello", false));
    client.receive(event(4, "POLY_AGENT_MESSAGE", json!({ "message_id": "m", "text": "" })));
    let MessageBody::Agent { text, is_streaming, .. } = &client.state.messages[0].body else { panic!() };
    assert_eq!((text.as_str(), is_streaming), ("Hello", &false));
}

#[test]
fn a_first_connection_is_no_resumption_however_many_tries_it_took() {
    let mut client = Client::new();
    client.give(Input::Start);
    client.answer_token();
    client.answer_session("s1");
    client.drop_socket(1006);
    client.wait_for_socket();
    client.open();
    let connected = client.events.iter().find(|event| event["type"] == "connected").unwrap();
    assert_eq!(connected["resumed"], false);
    client.history([session_start(1)]);
    assert_eq!(joins(&client), 1);
}
