//! What a server may send that it never should: it costs itself and nothing else, and no more work than it is long.

mod support;

use poly_messaging_engine::*;
use serde_json::{Value, json};
use support::{Client, agent_message, chunk, echo, event, session_start};

/// Warnings of the log that speak of a bound.
fn told(client: &Client) -> Vec<&String> {
    let lines = client.log.iter().zip(&client.log_levels);
    lines.filter(|(line, level)| line.contains("left out") && **level == LogLevel::Warn).map(|(line, _)| line).collect()
}

/// The last line that an agent wrote.
fn last_message(client: &Client) -> (usize, usize, usize) {
    let bodies = client.state.messages.iter().rev().map(|message| &message.body);
    let lengths = bodies.filter_map(|body| match body {
        MessageBody::Agent { text, attachments, suggestions, .. } => {
            Some((text.len(), attachments.len(), suggestions.len()))
        }
        _ => None,
    });
    lengths.into_iter().next().unwrap()
}

fn attachments(from: usize, count: usize) -> Value {
    let one = |n: usize| json!({ "content_url": format!("https://a.example/{n}"), "content_type": "ATTACHMENT_CONTENT_TYPE_URL" });
    (from..from + count).map(one).collect()
}

fn suggestions(count: usize) -> Value {
    (0..count).map(|n| json!({ "message_text": format!("Say {n}") })).collect()
}

#[test]
fn of_a_message_with_too_much_a_part_is_kept_and_that_is_said_once() {
    let mut client = Client::joined();
    for sequence in [3, 4] {
        let payload = json!({ "message_id": format!("m{sequence}"), "text": "Look", "attachments": attachments(0, 40_000),
            "response_suggestions": suggestions(100_000), "chat_call_actions": [{ "contact_number": "1" }] });
        client.receive(event(sequence, "POLY_AGENT_MESSAGE", payload));
        assert_eq!(last_message(&client), (4, 100, 100));
        assert_eq!(client.state.suggestions.len(), 100);
    }
    assert_eq!(told(&client).len(), 1, "{:?}", client.log);
    client.receive(agent_message(5, "And on it goes"));
    assert_eq!(client.texts(), ["Look", "Look", "And on it goes"]);
}

#[test]
fn of_a_message_in_pieces_no_more_is_kept_than_of_a_whole_one() {
    let mut client = Client::joined();
    let text = "é".repeat(100_000);
    for index in 1..=20 {
        let mut piece = chunk(2 + u64::from(index), "m", index, &text, index == 20);
        piece["payload"]["attachments"] = attachments(30 * index as usize, 30);
        piece["payload"]["response_suggestions"] = suggestions(30);
        client.receive(piece);
    }
    assert_eq!(last_message(&client), (1 << 20, 100, 100));
    assert_eq!(told(&client).len(), 2, "{:?}", client.log);
    let whole = event(30, "POLY_AGENT_MESSAGE", json!({ "message_id": "w", "text": "x".repeat(3 << 20) }));
    client.receive(whole);
    assert_eq!(last_message(&client).0, 1 << 20);
    client.receive(agent_message(31, "And on it goes"));
    assert_eq!(client.texts().last().unwrap(), "And on it goes");
}

#[test]
fn an_echo_with_too_much_metadata_is_one_all_the_same() {
    let mut client = Client::joined();
    let call = client.send("d1", "Hi");
    let mut echo = echo(3, "d1", "Hi");
    let custom = echo["metadata"]["custom"].as_object_mut().unwrap();
    custom.extend((0..100_000).map(|n| (format!("key{n}"), json!("x"))));
    client.receive(echo);
    assert_eq!(client.result(call), Some(Ok(())));
    let told_of = client.events.iter().find(|event| event["type"] == "userMessage").unwrap();
    assert_eq!(told_of["metadata"].as_object().unwrap().len(), 1_000);
    assert_eq!(told(&client).len(), 1);
}

#[test]
fn names_and_addresses_that_are_endless_are_missing() {
    let mut client = Client::joined();
    let endless = "x".repeat(8_193);
    let payload = json!({ "message_id": "m", "text": "Hello", "agent_name": endless, "avatar_url": format!("https://{endless}"),
        "attachments": [{ "title": endless, "content_url": "https://a.example/" }] });
    let mut message = event(3, "POLY_AGENT_MESSAGE", payload);
    message["id"] = json!(endless);
    client.receive(message);
    let MessageBody::Agent { agent_name, avatar_url, attachments, .. } = &client.state.messages[0].body else {
        panic!()
    };
    assert_eq!((agent_name.as_deref(), avatar_url.as_deref()), (Some("Ada"), None));
    assert_eq!(attachments[0].title, None);
    assert!(client.state.messages[0].id.len() < 100);
}

#[test]
fn a_history_of_many_lines_over_two_sessions_is_all_there() {
    let mut client = Client::joined();
    client.history((3..10_003).map(|sequence| agent_message(sequence, "one")));
    client.drop_socket(4001);
    client.answer_token();
    client.answer_session("s2");
    client.open();
    // The same ids as in the session before.
    client.history([session_start(1)].into_iter().chain((2..10_002).map(|sequence| agent_message(sequence, "two"))));
    assert_eq!(client.texts().len(), 20_000);
}

// -------------------------------------------------------------------------------------------------- sequences

#[test]
fn a_sequence_far_beyond_its_neighbours_costs_no_replay() {
    const MAX: u64 = (1 << 53) - 1;
    for odd in [
        json!(MAX),
        json!(MAX + 1),
        json!(1u64 << 40),
        json!(50_000),
        json!(-1),
        json!(-5e300),
        json!(4.5),
        json!("4"),
        json!([4]),
    ] {
        let mut client = Client::joined();
        client.receive(agent_message(3, "before"));
        let mut leap = agent_message(90, "leap");
        leap["sequence"] = odd.clone();
        client.receive(leap);
        client.receive(agent_message(4, "after"));
        client.receive(event(5, "LIVE_AGENT_TYPING", json!({})));
        assert!(client.state.is_agent_typing, "{odd}: what comes after it counts");
        assert_eq!(client.texts(), ["before", "leap", "after"], "{odd}");
        client.pass(20_000);
        assert_eq!(client.urls.len(), 1, "{odd}: no hole is looked for");
        client.drop_socket(1006);
        client.wait_for_socket();
        assert!(client.urls[1].ends_with("&cursor=5"), "{odd}: {}", client.urls[1]);
        client.open();
        client.history([session_start(1), agent_message(6, "missed")]);
        assert_eq!(client.texts(), ["before", "leap", "after", "missed"], "{odd}");
    }
}

#[test]
fn a_numbering_that_really_leaps_is_followed() {
    let mut client = Client::joined();
    client.receive(agent_message(50_000, "there"));
    client.receive(agent_message(50_001, "and on"));
    assert_eq!(client.diagnostics()["cursor"], 50_001);
    assert_eq!(client.texts(), ["there", "and on"]);
}

// -------------------------------------------------------------------------------------------------------- ids

#[test]
fn ids_that_come_twice_hide_no_message() {
    let message = |sequence: u64, id: &str, message_id: &str, text: &str| {
        let mut event = event(sequence, "POLY_AGENT_MESSAGE", json!({ "message_id": message_id, "text": text }));
        event["id"] = json!(id);
        event
    };
    let cases: [(&str, [Value; 2]); 4] = [
        ("one id of an event", [message(3, "e", "m1", "one"), message(4, "e", "m2", "two")]),
        ("one id of a message", [message(3, "e1", "m", "one"), message(4, "e2", "m", "two")]),
        ("one of both", [message(3, "e", "m", "one"), message(4, "e", "m", "two")]),
        ("one sequence, too", [message(3, "e", "m1", "one"), message(3, "e", "m2", "two")]),
    ];
    for (case, messages) in cases {
        let mut client = Client::joined();
        for message in &messages {
            client.receive(message);
        }
        assert_eq!(client.texts(), ["one", "two"], "{case}");
        // What is told again shows once.
        client.drop_socket(1006);
        client.come_back(messages);
        assert_eq!(client.texts(), ["one", "two"], "{case}, again");
    }
    let mut client = Client::joined();
    for (sequence, text) in [(3, "one"), (4, "two")] {
        let mut echo = echo(sequence, "elsewhere", text);
        echo["id"] = json!("e");
        echo["payload"]["message_id"] = json!("u");
        client.receive(echo);
    }
    assert_eq!(client.texts(), ["one", "two"], "messages of the user");
}

#[test]
fn lines_have_ids_of_their_own_whatever_the_server_calls_its_events() {
    let mut client = Client::joined();
    client.send("d1", "mine");
    for (sequence, id) in [(3, "line-1"), (4, "line-2"), (5, "d1"), (6, "line-2"), (7, "")] {
        let mut message = agent_message(sequence, "text");
        message["id"] = json!(id);
        client.receive(message);
    }
    // That no two are equal is seen to where they are inserted.
    assert_eq!(client.state.messages.len(), 6);
}

// ------------------------------------------------------------------------------------------------------ halves

#[test]
fn a_character_cut_in_two_is_one_again() {
    let piece = |sequence: u64, index: u32, text: &str, is_complete: bool| {
        chunk(sequence, "m", index, "TEXT", is_complete).to_string().replace("TEXT", text)
    };
    let told = |pieces: &[&str], order: &[usize]| {
        let mut client = Client::joined();
        for at in order {
            client.receive(piece(3 + *at as u64, 1 + *at as u32, pieces[*at], at + 1 == pieces.len()));
        }
        let deltas = client.events.iter().filter(|event| event["type"] == "agentMessageChunk");
        let deltas: String = deltas.map(|event| event["delta"].as_str().unwrap()).collect();
        assert_eq!(client.texts(), [deltas.as_str()]);
        deltas
    };
    assert_eq!(told(&[r"Hi \ud83d", r"\ude00!"], &[0, 1]), "Hi 😀!");
    assert_eq!(told(&[r"Hi \ud83d", r"\ude00!"], &[1, 0]), "Hi 😀!");
    assert_eq!(told(&[r"\ud83d", r"\ude00"], &[0, 1]), "😀");
    assert_eq!(told(&[r"\ud83d", "", r"\ude00\ud83d", r"\udc69"], &[0, 2, 1, 3]), "😀👩");
    assert_eq!(told(&[r"Hi \ud83d", "you"], &[0, 1]), "Hi \u{fffd}you");
    assert_eq!(told(&["Hi ", r"\ude00"], &[0, 1]), "Hi \u{fffd}");
    assert_eq!(told(&["Hi ", r"\ud83d"], &[0, 1]), "Hi \u{fffd}");
}
