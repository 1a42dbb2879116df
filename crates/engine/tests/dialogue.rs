//! What is said over an open socket: messages and their confirmation, streaming, typing, the agent's invitation.

mod support;

use poly_messaging_engine::*;
use serde_json::json;
use support::*;

#[test]
fn a_message_is_pending_until_its_echo() {
    let mut client = Client::joined();
    let call = client.send("d1", "Hello");
    assert_eq!((client.delivery("d1"), client.result(call)), (Some(Delivery::Pending), None));
    let custom = &client.frames[0]["metadata"]["custom"];
    assert_eq!(custom, &json!({ "client_event_id": "d1" }));
    client.receive(echo(3, "d1", "Hello"));
    assert_eq!((client.delivery("d1"), client.result(call)), (Some(Delivery::Sent), Some(Ok(()))));
    assert_eq!(client.event_types(), ["messagePending", "messageConfirmed", "userMessage"]);
    assert_eq!(client.texts(), ["Hello"]);
}

#[test]
fn a_text_sent_twice_is_two_messages() {
    let mut client = Client::joined();
    client.send("d1", "Yes");
    client.send("d2", "Yes");
    client.receive(echo(3, "d1", "Yes"));
    assert_eq!((client.delivery("d1"), client.delivery("d2")), (Some(Delivery::Sent), Some(Delivery::Pending)));
    client.receive(echo(4, "d2", "Yes"));
    assert_eq!(client.texts(), ["Yes", "Yes"]);
}

#[test]
fn the_transcript_follows_the_servers_order() {
    let mut client = Client::joined();
    client.send("d1", "mine");
    client.receive(agent_message(3, "said before it came"));
    assert_eq!(client.texts(), ["said before it came", "mine"]);
    client.receive(agent_message(5, "answer"));
    client.receive(echo(4, "d1", "mine"));
    assert_eq!(client.texts(), ["said before it came", "mine", "answer"]);
}

#[test]
fn a_message_that_came_without_an_id_and_comes_again_with_one_is_one() {
    let without = |mut event: serde_json::Value, with_sequence: bool| {
        event.as_object_mut().unwrap().remove("id");
        if !with_sequence {
            event["sequence"] = json!(null);
        }
        event
    };
    for with_sequence in [true, false] {
        for is_own in [true, false] {
            let mut client = Client::joined();
            if is_own {
                client.send("d3", "Hello");
            }
            client.receive(without(echo(3, "d3", "Hello"), with_sequence));
            client.receive(without(agent_message(4, "Hi"), with_sequence));
            client.receive(agent_message(5, "How are you?"));
            assert_eq!(client.texts(), ["Hello", "Hi", "How are you?"]);
            client.drop_socket(1006);
            client.events.clear();
            client.come_back([echo(3, "d3", "Hello"), agent_message(4, "Hi"), agent_message(5, "How are you?")]);
            assert_eq!(client.texts(), ["Hello", "Hi", "How are you?"], "{with_sequence} {is_own}");
            assert!(!client.event_types().contains(&"userMessage"));
            // Each is one once: the same text again is another message, also with the same ids of its own.
            client.receive(echo(6, "d3", "Hello"));
            client.receive(agent_message(7, "Hi"));
            assert_eq!(client.texts().len(), 5, "{with_sequence} {is_own}");
        }
    }
}

#[test]
fn an_echo_after_a_reconnect_confirms() {
    let mut client = Client::joined();
    let call = client.send("d1", "Hello");
    client.drop_socket(1006);
    client.frames.clear();
    client.come_back([echo(3, "d1", "Hello")]);
    assert_eq!(client.result(call), Some(Ok(())));
    assert!(client.frame_types().is_empty(), "it had arrived");
}

#[test]
fn resends_a_message_that_the_replay_does_not_hold_before_what_came_later() {
    let mut client = Client::joined();
    client.send("d1", "first");
    client.drop_socket(1006);
    client.send("d2", "second");
    client.frames.clear();
    client.wait_for_socket();
    client.open();
    client.history([session_start(1)]);
    assert!(client.frame_types().is_empty(), "the replay may not be complete");
    client.receive(json!({ "type": "EVENT_TYPE_HEARTBEAT", "payload": {} }));
    client.pass(3_000);
    assert_eq!(client.frame_texts(), ["first"], "one at a time");
    client.receive(echo(3, "d1", "first"));
    assert_eq!(client.frame_texts(), ["first", "second"]);
}

#[test]
fn no_echo_in_time_means_reconnect_and_look() {
    let mut client = Client::joined();
    client.send("d1", "Hello");
    client.pass(4_999);
    assert_eq!(client.status(), "open");
    client.pass(1);
    assert_eq!(client.status(), "reconnecting");
    assert_eq!(client.delivery("d1"), Some(Delivery::Pending));
}

#[test]
fn what_cannot_be_sent_is_refused_at_once_and_leaves_nothing_behind() {
    let mut client = Client::joined();
    assert_eq!(client.refuses(""), Some(ErrorCode::MessageEmpty));
    assert_eq!(client.refuses(" \n\t"), Some(ErrorCode::MessageEmpty));
    assert_eq!(client.refuses("\u{85}\u{feff}\u{3000}"), Some(ErrorCode::MessageEmpty), "as the page has it");
    assert_eq!(client.refuses(&"x".repeat(131_072)), Some(ErrorCode::MessageTooLarge));
    assert_eq!(client.refuses(&"é".repeat(65_536)), Some(ErrorCode::MessageTooLarge), "bytes, not characters");
    assert!(client.frames.is_empty() && client.events.is_empty() && client.state.messages.is_empty());
    client.send("d1", &"x".repeat(130_000));
}

#[test]
fn the_sessions_own_limit_counts() {
    let mut client = Client::connected();
    let capabilities = json!({ "max_message_size_bytes": 200 });
    client.history([event(1, "SESSION_START", json!({ "capabilities": capabilities }))]);
    assert_eq!(client.refuses(&"x".repeat(150)), Some(ErrorCode::MessageTooLarge));
}

#[test]
fn only_so_many_messages_wait() {
    let mut client = Client::new();
    for n in 0..100 {
        client.send(&format!("d{n}"), "x");
    }
    assert_eq!(client.refuses("one too many"), Some(ErrorCode::TransportNotConnected));
}

#[test]
fn a_failed_message_takes_its_place_among_those_that_wait() {
    let mut client = Client::joined();
    client.send("failed", "x");
    client.receive(notice(3, "Failed to forward message to live agent", Some("failed")));
    for n in 0..100 {
        client.send(&format!("d{n}"), "x");
    }
    for (draft, refusal) in [
        ("failed", ErrorCode::TransportNotConnected),
        ("d7", ErrorCode::MessageUnknownDraft),
        ("another", ErrorCode::MessageUnknownDraft),
    ] {
        let input = Input::Retry { call: 900, draft_id: draft.into() };
        assert_eq!(client.give(input).map(|error| error.code), Some(refusal), "{draft}");
    }
    client.receive(echo(4, "d0", "x"));
    assert_eq!(client.give(Input::Retry { call: 901, draft_id: "failed".into() }), None);
}

#[test]
fn a_failed_message_can_be_sent_again_or_discarded() {
    let mut client = Client::joined();
    client.send("d1", "one");
    let failure = |draft: &str| {
        let mut notice = event(
            0,
            "SYSTEM_MESSAGE",
            json!({ "level": "SYSTEM_MESSAGE_LEVEL_ERROR", "message": "Failed to forward message to live agent" }),
        );
        notice["sequence"] = json!(null);
        notice["id"] = json!(format!("notice about {draft}"));
        notice["metadata"] = json!({ "custom": { "client_event_id": draft } });
        notice
    };
    client.receive(failure("d1"));
    client.send("d2", "two");
    client.receive(failure("d2"));
    assert_eq!(client.delivery("d1"), Some(Delivery::Failed));
    client.frames.clear();

    let call = client.call();
    assert_eq!(client.give(Input::Retry { call, draft_id: "d1".into() }), None);
    assert_eq!(client.delivery("d1"), Some(Delivery::Pending));
    assert_eq!(client.frames[0]["payload"]["text"], "one");
    client.receive(echo(5, "d1", "one"));
    assert_eq!(client.result(call), Some(Ok(())));

    assert_eq!(client.give(Input::Discard { draft_id: "d2".into() }), None);
    assert_eq!(client.texts(), ["one"]);
    let call = client.call();
    for input in [Input::Retry { call, draft_id: "d1".into() }, Input::Discard { draft_id: "d2".into() }] {
        assert_eq!(client.give(input).map(|error| error.code), Some(ErrorCode::MessageUnknownDraft));
    }
}

#[test]
fn a_stream_grows_by_its_chunks_and_events_come_in_the_order_of_the_index() {
    let mut client = Client::joined();
    client.receive(chunk(3, "m", 1, "Hel", false));
    assert_eq!(client.texts(), ["Hel"]);
    client.receive(chunk(5, "m", 3, " there", false));
    client.receive(chunk(4, "m", 2, "lo", false));
    client.receive(chunk(6, "m", 4, "", true));
    client.receive(chunk(7, "m", 5, "after the end", false));
    assert_eq!(client.texts(), ["Hello there"]);
    let deltas: String = client.events.iter().filter_map(|event| event["delta"].as_str()).collect();
    assert_eq!(deltas, "Hello there");
}

#[test]
fn a_whole_message_replaces_its_stream_where_it_stands() {
    let mut client = Client::joined();
    client.receive(chunk(3, "m", 1, "Hel", false));
    client.receive(echo(4, "other", "me too"));
    client.receive(event(5, "POLY_AGENT_MESSAGE", json!({ "message_id": "m", "text": "Hello." })));
    client.receive(chunk(6, "m", 2, "lo", true));
    assert_eq!(client.texts(), ["Hello.", "me too"]);
}

#[test]
fn an_attachment_is_not_added_twice() {
    let mut client = Client::joined();
    let with = |sequence, index| {
        let mut chunk = chunk(sequence, "m", index, "x", false);
        chunk["payload"]["attachments"] = json!([{ "content_url": "https://a.example/1", "content_type": "ATTACHMENT_CONTENT_TYPE_IMAGE" }, { "title": "no address" }]);
        chunk
    };
    client.receive(with(3, 1));
    client.receive(with(4, 2));
    let MessageBody::Agent { attachments, .. } = &client.state.messages[0].body else { panic!() };
    assert_eq!(attachments.iter().filter(|attachment| attachment.kind == AttachmentKind::Image).count(), 1);
}

#[test]
fn suggestions_go_when_the_user_answers() {
    let mut client = Client::joined();
    let payload =
        json!({ "message_id": "m", "text": "Which day?", "response_suggestions": [{ "message_text": "Friday" }] });
    client.receive(event(3, "POLY_AGENT_MESSAGE", payload));
    assert_eq!(client.state.suggestions.len(), 1);
    client.send("d1", "Friday");
    assert!(client.state.suggestions.is_empty());
}

#[test]
fn the_agent_stops_thinking_after_ten_seconds() {
    let mut client = Client::joined();
    client.receive(event(3, "POLY_AGENT_THINKING", json!({})));
    assert!(client.state.is_agent_typing);
    client.pass(9_999);
    client.receive(event(4, "POLY_AGENT_THINKING", json!({})));
    client.pass(9_999);
    assert!(client.state.is_agent_typing, "renewed");
    client.pass(1);
    assert!(!client.state.is_agent_typing);
}

#[test]
fn an_answer_ends_the_thinking_even_when_the_order_is_turned_round() {
    let mut client = Client::joined();
    client.receive(agent_message(4, "Here"));
    client.receive(event(3, "POLY_AGENT_THINKING", json!({})));
    assert!(!client.state.is_agent_typing);
}

#[test]
fn a_live_agents_typing_comes_and_goes() {
    let mut client = Client::joined();
    let typing = |id: &str, state: serde_json::Value| json!({ "id": id, "sequence": null, "type": "EVENT_TYPE_LIVE_AGENT_TYPING", "payload": { "state": state } });
    client.receive(typing("a", json!(null)));
    assert!(client.state.is_agent_typing);
    client.receive(typing("b", json!("TYPING_STATE_STOPPED")));
    assert!(!client.state.is_agent_typing);
}

#[test]
fn a_live_agent_without_a_name_is_named_by_its_typing() {
    let name = |client: &Client| client.state.agent.as_ref().and_then(|agent| agent.name.clone());
    let mut client = Client::joined();
    client.receive(event(3, "LIVE_AGENT_JOINED", json!({})));
    assert_eq!(name(&client), None);
    let state = "TYPING_STATE_STARTED";
    for agent_name in ["Sam", "Kim"] {
        client.receive(
            json!({ "type": "EVENT_TYPE_LIVE_AGENT_TYPING", "payload": { "state": state, "agent_name": agent_name } }),
        );
        assert_eq!(client.events.last().unwrap()["agentName"], agent_name);
        assert_eq!(name(&client).as_deref(), Some("Sam"), "the first name stays");
    }
    client.receive(event(4, "LIVE_AGENT_LEFT", json!({ "agent_id": "7", "agent_name": "Sam", "reason": "done" })));
    let left = client.events.last().unwrap();
    assert_eq!((&left["agentId"], &left["agentName"], &left["reason"]), (&json!("7"), &json!("Sam"), &json!("done")));
}

#[test]
fn typing_is_told_at_most_every_three_seconds_and_its_end_after_five_of_quiet() {
    let mut client = Client::joined();
    for _ in 0..40 {
        client.give(Input::Typing);
        client.pass(100);
    }
    assert_eq!(client.frame_types(), ["USER_TYPING", "USER_TYPING"]);
    client.pass(4_899);
    assert_eq!(client.frames.len(), 2);
    client.pass(1);
    assert_eq!(client.frames[2]["payload"]["state"], "TYPING_STATE_STOPPED");
    client.pass(10_000);
    assert_eq!(client.frame_types().len(), 3);
}

#[test]
fn sending_ends_the_typing() {
    let mut client = Client::joined();
    client.give(Input::Typing);
    client.send("d1", "done");
    let states: Vec<_> = client.frames.iter().map(|frame| frame["payload"]["state"].as_str()).collect();
    assert_eq!(states, [Some("TYPING_STATE_STARTED"), Some("TYPING_STATE_STOPPED"), None]);
    client.receive(echo(3, "d1", "done"));
    client.pass(6_000);
    assert_eq!(client.frames.len(), 3);
}

#[test]
fn nothing_is_told_of_typing_without_a_connection() {
    let mut client = Client::new();
    client.give(Input::Typing);
    assert_eq!(client.deadline, None);
}

#[test]
fn an_agent_that_does_not_come_is_asked_three_times() {
    let mut client = Client::connected();
    client.history([session_start(1)]);
    let sent = client.send("d1", "anyone?");
    for _ in 0..4 {
        client.receive(json!({ "type": "EVENT_TYPE_HEARTBEAT", "payload": {} }));
        client.pass(10_000);
    }
    assert_eq!(client.frame_types(), ["REQUEST_POLY_AGENT_JOIN"; 3]);
    assert_eq!(client.result(sent), Some(Err(ErrorCode::MessageNotDelivered)));
    let is_notice = |line: &Message| matches!(line.body, MessageBody::System { level: Level::Error, .. });
    assert_eq!(client.state.messages.iter().filter(|line| is_notice(line)).count(), 1);
}

#[test]
fn a_lost_conversation_is_joined_again_and_the_message_sent_again_but_not_for_ever() {
    let mut client = Client::joined();
    let sent = client.send("d1", "hello?");
    for round in 0..6u64 {
        if client.frames.last().is_some_and(|frame| frame["type"] == "EVENT_TYPE_USER_MESSAGE") {
            let payload = json!({ "level": "SYSTEM_MESSAGE_LEVEL_ERROR", "message": "Error: Conversation not found" });
            let mut notice = event(10 + 2 * round, "SYSTEM_MESSAGE", payload);
            notice["metadata"] = json!({ "custom": { "client_event_id": "d1" } });
            client.receive(notice);
        }
        client.pass(2_000);
        if client.frame_types().last() == Some(&"REQUEST_POLY_AGENT_JOIN") {
            client.receive(event(11 + 2 * round, "POLY_AGENT_JOINED", json!({})));
        }
    }
    assert_eq!(client.frame_types().iter().filter(|name| **name == "REQUEST_POLY_AGENT_JOIN").count(), 3);
    assert_eq!(client.result(sent), Some(Err(ErrorCode::MessageNotDelivered)));
}

#[test]
fn what_the_server_asked_for_in_the_past_is_not_done_again() {
    let mut client = Client::connected();
    let error = |text| json!({ "level": "SYSTEM_MESSAGE_LEVEL_ERROR", "message": text });
    client.history([
        session_start(1),
        event(2, "POLY_AGENT_JOINED", json!({})),
        event(3, "SYSTEM_MESSAGE", error("Error: Session not found")),
        event(4, "SYSTEM_MESSAGE", error("Error: Connector not found")),
        event(5, "SYSTEM_MESSAGE", error("Error: Conversation not found")),
    ]);
    client.pass(5_000);
    assert_eq!(client.status(), "open");
    assert!(client.frame_types().is_empty());
}

#[test]
fn system_messages_ask_for_what_the_reference_says() {
    let error =
        |text: &str| event(9, "SYSTEM_MESSAGE", json!({ "level": "SYSTEM_MESSAGE_LEVEL_ERROR", "message": text }));
    let mut client = Client::joined();
    client.receive(error("Error: Session not found"));
    assert_eq!(client.status(), "connecting");

    let mut client = Client::joined();
    client.receive(error("Error: Connector not found"));
    assert!(
        matches!(&client.state.connection, ConnectionView::Failed { error } if error.code == ErrorCode::AuthConnectorNotFound)
    );

    for text in [
        "Unknown event type or invalid message format",
        "Error: Unable to retrieve session",
        "Our system is experiencing high load. Wait.",
    ] {
        let mut client = Client::joined();
        client.receive(error(text));
        assert_eq!(client.status(), "open");
        let shown = client
            .state
            .messages
            .iter()
            .any(|line| matches!(&line.body, MessageBody::System { text: Some(shown), .. } if shown == text));
        assert!(shown, "{text}");
        assert_eq!(client.event_types(), ["systemMessage"]);
    }
}

#[test]
fn a_raw_frame_needs_an_open_socket_and_a_type() {
    let mut client = Client::joined();
    let raw = |frame: &str| Input::RawSend { frame: frame.into() };
    assert_eq!(client.give(raw(r#"{"type":"EVENT_TYPE_CUSTOM"}"#)), None);
    assert_eq!(client.frames[0], json!({ "type": "EVENT_TYPE_CUSTOM", "payload": {} }));
    assert_eq!(client.give(raw("nonsense")).map(|error| error.code), Some(ErrorCode::ConfigInvalid));
    client.drop_socket(1006);
    assert_eq!(client.give(raw(r#"{"type":"X"}"#)).map(|error| error.code), Some(ErrorCode::TransportNotConnected));
}

#[test]
fn handoff_steps_are_lines_of_the_transcript() {
    let mut client = Client::joined();
    for (sequence, name) in (3..).zip([
        "POLY_AGENT_TRIGGERED_HANDOFF",
        "HANDOFF_ACCEPTED",
        "LIVE_AGENT_JOINED",
        "LIVE_AGENT_LEFT",
        "HANDOFF_TIMEOUT",
    ]) {
        client.receive(event(sequence, name, json!({})));
    }
    let lines: Vec<_> = client
        .state
        .messages
        .iter()
        .filter_map(|line| if let MessageBody::System { event, .. } = &line.body { Some(*event) } else { None })
        .collect();
    assert_eq!(
        lines,
        ["agentTriggeredHandoff", "handoffAccepted", "liveAgentJoined", "liveAgentLeft", "handoffTimeout"]
    );
}
