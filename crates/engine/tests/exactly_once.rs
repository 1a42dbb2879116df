//! Each message arrives once and in order, whatever is lost on the way.

mod support;

use poly_messaging_engine::*;
use serde_json::json;
use support::*;

/// The socket is back, and the replay holds nothing of the user's.
fn come_back_without(client: &mut Client) {
    client.come_back([]);
}

#[test]
fn the_next_message_is_written_when_the_one_before_is_confirmed() {
    let mut client = Client::joined();
    for (draft, text) in [("d1", "one"), ("d2", "two"), ("d3", "three")] {
        client.send(draft, text);
    }
    assert_eq!(client.frame_texts(), ["one"]);
    client.receive(agent_message(3, "said meanwhile"));
    assert_eq!(client.frame_texts(), ["one"], "other events confirm nothing");
    client.receive(echo(4, "d1", "one"));
    assert_eq!(client.frame_texts(), ["one", "two"]);
    client.receive(echo(5, "d2", "two"));
    client.receive(echo(6, "d3", "three"));
    assert_eq!(client.frame_texts(), ["one", "two", "three"]);
    assert_eq!(client.delivery("d3"), Some(Delivery::Sent));
}

#[test]
fn each_message_has_the_whole_time_for_its_echo() {
    let mut client = Client::joined();
    client.send("d1", "one");
    client.send("d2", "two");
    client.pass(4_000);
    client.receive(echo(3, "d1", "one"));
    client.pass(4_999);
    assert_eq!(client.status(), "open");
    client.pass(1);
    assert_eq!(client.status(), "reconnecting");
}

#[test]
fn a_message_in_doubt_is_written_again_three_seconds_after_its_socket_was_lost_at_the_earliest() {
    let mut client = Client::joined();
    client.send("d1", "one");
    client.pass(1_000);
    client.drop_socket(1006);
    let lost = client.now;
    client.frames.clear();
    // What is left of the pause and of the replay is more than nothing, so the rest is made to be short.
    client.give(Input::Page(PageEvent::Online));
    client.open();
    client.history([session_start(1)]);
    client.receive(json!({ "type": "EVENT_TYPE_HEARTBEAT", "payload": {} }));
    client.pass(2_999 - (client.now - lost));
    assert!(client.frame_texts().is_empty());
    client.pass(1);
    assert_eq!(client.frame_texts(), ["one"]);
}

#[test]
fn a_late_echo_confirms_a_message_that_was_about_to_be_written_again() {
    let mut client = Client::joined();
    let call = client.send("d1", "one");
    client.drop_socket(1006);
    client.frames.clear();
    client.give(Input::Page(PageEvent::Online));
    client.open();
    client.history([session_start(1)]);
    client.receive(json!({ "type": "EVENT_TYPE_HEARTBEAT", "payload": {} }));
    client.pass(500);
    client.receive(echo(3, "d1", "one"));
    client.pass(10_000);
    assert_eq!(client.result(call), Some(Ok(())));
    assert!(client.frame_texts().is_empty(), "it had arrived");
}

#[test]
fn what_an_engine_before_this_one_may_have_sent_is_looked_for_in_the_history_first() {
    for has_arrived in [true, false] {
        let mut client = Client::new();
        client.give(Input::Start);
        let call = client.call();
        let (draft_id, text) = ("d1".to_owned(), "one".to_owned());
        client.give(Input::Send { call, draft_id, text, metadata: Default::default(), is_in_doubt: true });
        client.answer_token();
        client.answer_session("s1");
        client.open();
        let joined = event(2, "POLY_AGENT_JOINED", json!({ "agent_name": "Ada" }));
        client.history([session_start(1), joined].into_iter().chain(has_arrived.then(|| echo(3, "d1", "one"))));
        client.receive(json!({ "type": "EVENT_TYPE_HEARTBEAT", "payload": {} }));
        assert!(client.frame_texts().is_empty(), "another engine's may still arrive");
        client.pass(4_000);
        assert_eq!(client.frame_texts(), if has_arrived { vec![] } else { vec!["one"] });
        assert_eq!(client.result(call), has_arrived.then_some(Ok(())));
        assert_eq!(client.texts(), ["one"]);
    }
}

#[test]
fn a_message_that_is_swallowed_again_and_again_is_written_with_growing_pauses_and_fails_in_the_end() {
    let mut client = Client::joined();
    let call = client.send("d1", "one");
    client.send("d2", "two");
    let mut pauses = vec![];
    for _ in 0..4 {
        client.pass(5_000);
        assert_eq!(client.status(), "reconnecting", "no echo: look");
        client.frames.clear();
        client.wait_for_socket();
        client.open();
        client.history([session_start(1)]);
        client.receive(json!({ "type": "EVENT_TYPE_HEARTBEAT", "payload": {} }));
        let settled = client.now + 150;
        while client.frame_texts().is_empty() {
            client.pass(50);
        }
        assert_eq!(client.frame_texts(), ["one"], "what came later waits");
        pauses.push((client.now - settled) / 1_000);
    }
    assert_eq!(pauses, [2, 2, 4, 8]);
    client.pass(5_000);
    assert_eq!(client.result(call), None, "not before the replay has shown it");
    come_back_without(&mut client);
    assert_eq!(client.result(call), Some(Err(ErrorCode::MessageNotDelivered)));
    assert_eq!(client.delivery("d1"), Some(Delivery::Failed));
    assert_eq!(client.frame_texts().last(), Some(&"two"), "the rest goes on");
}

#[test]
fn a_failed_message_whose_first_copy_turns_up_late_is_not_written_again() {
    let mut client = Client::joined();
    client.send("d1", "one");
    for _ in 0..5 {
        client.pass(5_000);
        come_back_without(&mut client);
        client.pass(8_000);
    }
    assert_eq!(client.delivery("d1"), Some(Delivery::Failed));
    client.send("d2", "two");
    let call = client.call();
    assert_eq!(client.give(Input::Retry { call, draft_id: "d1".into() }), None);
    client.frames.clear();
    client.receive(echo(3, "d1", "one"));
    client.receive(echo(4, "d2", "two"));
    assert_eq!(client.result(call), Some(Ok(())));
    assert!(client.frame_texts().is_empty());
}

#[test]
fn a_message_in_doubt_cannot_be_discarded() {
    let mut client = Client::joined();
    client.send("d1", "one");
    client.drop_socket(1006);
    let refused = client.give(Input::Discard { draft_id: "d1".into() });
    assert_eq!(refused.map(|error| error.code), Some(ErrorCode::MessageUnknownDraft));
    assert_eq!(client.delivery("d1"), Some(Delivery::Pending));
}

#[test]
fn a_page_that_slept_reads_what_came_before_it_judges() {
    let mut client = Client::joined();
    let call = client.send("d1", "one");
    client.now += 60_000;
    client.give(Input::Deadline);
    client.receive(agent_message(3, "said meanwhile"));
    assert_eq!(client.status(), "open", "the echo may be the next to be read");
    client.receive(echo(4, "d1", "one"));
    assert_eq!(client.result(call), Some(Ok(())));
}

#[test]
fn life_on_the_socket_does_not_hide_that_an_echo_is_missing() {
    let mut client = Client::joined();
    client.send("d1", "one");
    for _ in 0..9 {
        client.pass(500);
        client.give(Input::Typing);
        client.receive(json!({ "type": "EVENT_TYPE_HEARTBEAT", "payload": {} }));
    }
    client.pass(499);
    assert_eq!(client.status(), "open");
    client.pass(1);
    assert_eq!(client.status(), "reconnecting");
}

#[test]
fn an_echo_whose_text_the_server_has_edited_confirms() {
    let mut client = Client::joined();
    let call = client.send("d1", "my number is 4111");
    client.receive(echo(3, "d1", "my number is ****"));
    client.pass(20_000);
    assert_eq!(client.result(call), Some(Ok(())));
    assert_eq!(client.frame_texts().len(), 1);
}

#[test]
fn a_message_of_another_client_confirms_nothing_even_under_the_same_local_id() {
    let mut client = Client::joined();
    let call = client.send("d1", "one");
    let mut foreign = event(3, "USER_MESSAGE", json!({ "message_id": "u3", "text": "one" }));
    foreign["metadata"] = json!({ "custom": { "local_id": "d1" } });
    client.receive(foreign);
    assert_eq!(client.result(call), None);
    client.receive(echo(4, "d1", "one"));
    assert_eq!(client.result(call), Some(Ok(())));
    assert_eq!(client.texts(), ["one", "one"]);
}

#[test]
fn a_failed_message_that_turns_out_to_have_arrived_is_confirmed_without_a_retry() {
    let mut client = Client::joined();
    client.send("d1", "one");
    client.receive(notice(3, "Failed to forward message to live agent", Some("d1")));
    assert_eq!(client.delivery("d1"), Some(Delivery::Failed));
    client.receive(echo(4, "d1", "one"));
    assert_eq!(client.delivery("d1"), Some(Delivery::Sent));
    let call = client.call();
    let refused = client.give(Input::Retry { call, draft_id: "d1".into() });
    assert_eq!(refused.map(|error| error.code), Some(ErrorCode::MessageUnknownDraft));
    assert_eq!(client.frame_texts(), ["one"]);
}
