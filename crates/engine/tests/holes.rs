//! What is missing of the history is read again, without anyone noticing.

mod support;

use poly_messaging_engine::*;
use serde_json::{Value, json};
use support::*;

/// A client that has seen the sequences 1 to 9.
fn settled() -> Client {
    let mut client = Client::joined();
    for sequence in 3..=9 {
        client.receive(agent_message(sequence, &format!("said {sequence}")));
    }
    client.events.clear();
    client
}

/// The client has opened another socket by itself: the history from its cursor on, then the echo behind it.
fn replay(client: &mut Client, events: impl IntoIterator<Item = Value>) {
    client.open();
    client.history([session_start(1)].into_iter().chain(events));
    client.receive(json!({ "type": "EVENT_TYPE_HEARTBEAT", "payload": {} }));
    client.pass(200);
}

fn cursor(client: &Client) -> Option<u64> {
    client.urls.last()?.split("&cursor=").nth(1)?.parse().ok()
}

#[test]
fn an_event_that_does_not_come_is_read_from_the_history() {
    let mut client = settled();
    client.receive(agent_message(11, "said 11"));
    client.pass(2_999);
    assert_eq!(client.urls.len(), 1, "it may be late");
    client.pass(1);
    assert_eq!((client.urls.len(), cursor(&client)), (2, Some(9)));
    replay(&mut client, [agent_message(10, "said 10"), agent_message(11, "said 11")]);
    assert_eq!(client.texts()[7..], ["said 10", "said 11"]);
    assert_eq!(client.event_types(), ["agentMessage", "agentMessage", "heartbeat"], "no word of the connection");
    assert_eq!(client.status(), "open");
    client.pass(20_000);
    assert_eq!(client.urls.len(), 2);
}

#[test]
fn an_event_that_comes_late_needs_no_repair() {
    let mut client = settled();
    client.receive(agent_message(11, "said 11"));
    client.pass(2_000);
    client.receive(agent_message(10, "said 10"));
    client.pass(20_000);
    assert_eq!(client.urls.len(), 1);
}

#[test]
fn a_reconnect_goes_back_to_what_is_missing() {
    let mut client = settled();
    client.receive(agent_message(11, "said 11"));
    client.drop_socket(1006);
    client.wait_for_socket();
    assert_eq!(cursor(&client), Some(9));
}

#[test]
fn gaps_of_the_servers_own_are_looked_into_three_times_and_never_again() {
    let mut client = settled();
    client.receive(agent_message(20, "said 20"));
    for sockets in 2..=4 {
        client.pass(3_000);
        assert_eq!((client.urls.len(), cursor(&client)), (sockets, Some(9)));
        replay(&mut client, [agent_message(20, "said 20")]);
    }
    client.pass(4_000);
    client.receive(agent_message(30, "said 30"));
    client.pass(4_000);
    assert_eq!(client.urls.len(), 4);
    client.drop_socket(1006);
    client.wait_for_socket();
    assert_eq!(cursor(&client), Some(30));
}

#[test]
fn a_server_that_numbers_in_steps_of_ten_is_not_asked_again() {
    let mut client = Client::connected();
    client.history([session_start(10), event(20, "POLY_AGENT_JOINED", json!({}))]);
    for sequence in 3..30 {
        client.receive(agent_message(sequence * 10, "Hello"));
    }
    client.pass(20_000);
    assert_eq!(client.urls.len(), 1);
}

#[test]
fn a_chunk_that_does_not_come_is_read_from_the_history() {
    let mut client = Client::joined();
    client.receive(chunk(3, "m", 1, "one ", false));
    client.receive(chunk(5, "m", 3, "three ", false));
    client.pass(3_000);
    assert_eq!(cursor(&client), Some(2), "from before the message");
    replay(
        &mut client,
        [chunk(3, "m", 1, "one ", false), chunk(4, "m", 2, "two ", false), chunk(5, "m", 3, "three ", false)],
    );
    client.receive(chunk(6, "m", 4, "four", true));
    assert_eq!(client.texts(), ["one two three four"]);
    client.pass(20_000);
    assert_eq!(client.urls.len(), 2);
}

#[test]
fn what_waits_for_a_chunk_that_does_not_exist_is_shown_in_the_end() {
    let mut client = Client::joined();
    client.receive(chunk(3, "m", 1, "one ", false));
    client.receive(chunk(4, "m", 3, "three", true));
    for _ in 0..3 {
        client.pass(3_000);
        replay(&mut client, [chunk(3, "m", 1, "one ", false), chunk(4, "m", 3, "three", true)]);
    }
    assert_eq!(client.texts(), ["one "]);
    client.pass(3_000);
    assert_eq!(client.texts(), ["one three"]);
    assert!(
        !client.state.messages.iter().any(|line| matches!(line.body, MessageBody::Agent { is_streaming: true, .. }))
    );
    client.pass(20_000);
    assert_eq!(client.urls.len(), 4);
}

#[test]
fn a_message_on_its_way_is_not_lost_by_a_repair() {
    let mut client = settled();
    client.receive(agent_message(11, "said 11"));
    client.pass(2_000);
    let call = client.send("d1", "mine");
    client.pass(1_000);
    replay(&mut client, [agent_message(10, "said 10"), agent_message(11, "said 11"), echo(12, "d1", "mine")]);
    assert_eq!(client.result(call), Some(Ok(())));
    client.pass(10_000);
    assert_eq!(client.frame_texts(), ["mine"]);
}

#[test]
fn an_echo_may_be_missing_where_gaps_mean_nothing() {
    let mut client = settled();
    client.receive(agent_message(20, "said 20"));
    for _ in 0..3 {
        client.pass(3_000);
        replay(&mut client, []);
    }
    client.pass(3_000);
    let call = client.send("d1", "mine");
    client.receive(agent_message(30, "about mine"));
    client.pass(5_000);
    client.frames.clear();
    client.wait_for_socket();
    assert_eq!(cursor(&client), Some(20), "what had been seen when it was written");
    replay(&mut client, [echo(25, "d1", "mine"), agent_message(30, "about mine")]);
    client.pass(5_000);
    assert_eq!(client.result(call), Some(Ok(())));
    assert!(client.frame_texts().is_empty(), "it had arrived");
}

#[test]
fn each_hole_has_the_whole_time_to_be_filled_by_itself() {
    let mut client = settled();
    // Something is missing at any moment, and nothing for longer than two seconds.
    client.receive(agent_message(11, "early"));
    for sequence in (13..=31).step_by(2) {
        client.pass(2_000);
        client.receive(agent_message(sequence, "early"));
        client.receive(agent_message(sequence - 3, "late"));
    }
    client.receive(agent_message(30, "late"));
    client.pass(10_000);
    assert_eq!(client.texts().len(), 29);
    assert_eq!(client.urls.len(), 1, "nothing stayed away for three seconds");
}

#[test]
fn a_message_is_not_taken_for_absent_while_a_part_of_the_replay_is_missing() {
    let mut client = settled();
    let call = client.send("d1", "mine");
    client.drop_socket(1006);
    client.frames.clear();
    client.wait_for_socket();
    assert_eq!(cursor(&client), Some(9));
    // 10 is the echo, in a batch that is late, or does not come at all.
    replay(&mut client, [agent_message(11, "about mine")]);
    client.pass(2_700);
    assert!(client.frame_texts().is_empty(), "10 may be the echo");
    client.pass(300);
    assert_eq!((client.urls.len(), cursor(&client)), (3, Some(9)));
    replay(&mut client, [echo(10, "d1", "mine"), agent_message(11, "about mine")]);
    client.pass(20_000);
    assert_eq!(client.result(call), Some(Ok(())));
    assert!(client.frame_texts().is_empty(), "it had arrived");
}

#[test]
fn a_message_is_judged_by_a_replay_that_became_whole_late() {
    let mut client = settled();
    client.send("d1", "mine");
    client.drop_socket(1006);
    client.frames.clear();
    client.wait_for_socket();
    replay(&mut client, [agent_message(11, "said 11")]);
    client.pass(2_900);
    assert!(client.frame_texts().is_empty());
    client.receive(agent_message(10, "said 10"));
    assert_eq!(client.frame_texts(), ["mine"], "the history has all its numbers, and the message is not among them");
    assert_eq!(client.urls.len(), 2);
}

#[test]
fn a_message_in_doubt_goes_out_again_where_the_server_leaves_numbers_out() {
    let mut client = settled();
    let call = client.send("d1", "mine");
    client.drop_socket(1006);
    client.frames.clear();
    client.wait_for_socket();
    replay(&mut client, [agent_message(20, "said 20")]);
    while client.frame_texts().is_empty() {
        assert!(client.urls.len() <= 5, "looks for ever");
        client.pass(3_000);
        if client.socket.is_some_and(|(_, is_open)| !is_open) {
            replay(&mut client, [agent_message(20, "said 20")]);
        }
    }
    client.receive(echo(21, "d1", "mine"));
    assert_eq!(client.result(call), Some(Ok(())));
    assert_eq!(client.frame_texts(), ["mine"]);
}

#[test]
fn all_that_waits_in_a_message_is_shown_once_it_is_given_up() {
    let mut client = Client::joined();
    let chunks = [1, 3, 5, 7].map(|index| chunk(2 + u64::from(index), "m", index, &format!("{index} "), index == 7));
    chunks.iter().for_each(|chunk| client.receive(chunk));
    for _ in 0..3 {
        client.pass(3_000);
        replay(&mut client, chunks.clone());
    }
    client.pass(3_000);
    assert_eq!(client.texts(), ["1 3 5 7 "]);
    assert_eq!(client.urls.len(), 4);
}

#[test]
fn a_server_whose_messages_always_lack_pieces_is_asked_less_and_less() {
    let mut client = Client::joined();
    let mut sockets = vec![];
    let mut history = vec![];
    for message in 0..6 {
        for index in [1, 3] {
            let sequence = 3 + history.len() as u64;
            history.push(chunk(sequence, &format!("m{message}"), index, "piece ", index == 3));
            client.receive(&history[history.len() - 1]);
        }
        for _ in 0..5 {
            client.pass(3_000);
            if client.socket.is_some_and(|(_, is_open)| !is_open) {
                replay(&mut client, history.clone());
            } else {
                client.receive(json!({ "type": "EVENT_TYPE_HEARTBEAT", "payload": {} }));
            }
        }
        assert_eq!(client.texts().last().map(String::as_str), Some("piece piece "));
        sockets.push(client.urls.len());
    }
    assert_eq!(sockets, [4, 6, 7, 7, 7, 7]);
}

#[test]
fn a_server_that_numbers_in_steps_of_ten_has_its_whole_history_read_three_times_at_most() {
    let mut client = Client::connected();
    let mut history = vec![session_start(10), event(20, "POLY_AGENT_JOINED", json!({}))];
    client.history(history.clone());
    let mut cursors = vec![];
    for sequence in 3..8 {
        history.push(agent_message(sequence * 10, "Hello"));
        client.receive(&history[history.len() - 1]);
        client.drop_socket(1006);
        client.wait_for_socket();
        cursors.push(cursor(&client));
        let rest = history.clone();
        replay(&mut client, rest);
    }
    assert_eq!(cursors, [Some(10), Some(10), Some(10), Some(60), Some(70)]);
}

#[test]
fn a_first_chunk_that_does_not_come_is_looked_for_in_all_of_the_history() {
    let mut client = Client::joined();
    client.receive(chunk(30, "m", 2, "two", true));
    client.pass(3_000);
    assert_eq!(cursor(&client), None, "where the message begins is not known");
    replay(
        &mut client,
        [event(2, "POLY_AGENT_JOINED", json!({})), chunk(20, "m", 1, "one ", false), chunk(30, "m", 2, "two", true)],
    );
    assert_eq!(client.texts(), ["one two"]);
}
