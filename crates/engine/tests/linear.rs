//! What is received is worked off in a time that grows with it and no faster, also where most of it is left out: four times as much
//! takes four times as long, and would take sixteen times as long where each part is compared with each.

mod support;

use std::time::Duration;

use serde_json::{Value, json};
use support::{Client, agent_message, event, session_start};

/// Pairs of times that are measured, one right after the other: a machine that is slow for seconds is so for both.
const ROUNDS: usize = 9;
/// Well between four and sixteen.
const MOST: f64 = 9.0;

/// How long the engine takes for these frames.
fn time_of(client: &mut Client, frames: &[String]) -> Duration {
    let before = client.spent;
    for frame in frames {
        client.receive(frame);
    }
    client.spent - before
}

/// How many times as long `work` takes for the larger of two sizes.
fn growth(work: impl Fn(usize) -> Duration, small: usize, large: usize) -> f64 {
    let mut ratios: Vec<f64> = (0..ROUNDS).map(|_| work(large).div_duration_f64(work(small))).collect();
    ratios.sort_by(f64::total_cmp);
    ratios[ROUNDS / 2]
}

/// Holds that `work`, given a size, grows in proportion.
fn holds(name: &str, size: usize, work: impl Fn(usize) -> Duration) {
    let growth = growth(work, size, 4 * size);
    assert!(growth < MOST, "{name}: four times as much takes {growth:.1} times as long");
}

fn message(payload: Value) -> String {
    event(3, "POLY_AGENT_MESSAGE", payload).to_string()
}

#[test]
fn a_message_with_much_in_it() {
    let attachments = |count: usize| -> Vec<_> {
        (0..count).map(|at| json!({ "content_url": format!("https://a.example/{at}") })).collect()
    };
    let suggestions =
        |count: usize| -> Vec<_> { (0..count).map(|at| json!({ "message_text": format!("Table {at}") })).collect() };
    holds("attachments", 5_000, |size| {
        let frame = message(json!({ "message_id": "m", "text": "Look", "attachments": attachments(size) }));
        time_of(&mut Client::joined(), &[frame])
    });
    holds("suggestions", 5_000, |size| {
        let frame = message(json!({ "message_id": "m", "text": "Which?", "response_suggestions": suggestions(size) }));
        time_of(&mut Client::joined(), &[frame])
    });
    holds("pieces with attachments", 200, |size| {
        let piece = |index: usize| {
            let payload = json!({
                "message_id": "m", "text": "x", "chunk_index": index + 1, "attachments": attachments(50),
                "response_suggestions": suggestions(50),
            });
            event(3 + index as u64, "POLY_AGENT_MESSAGE_CHUNK", payload).to_string()
        };
        time_of(&mut Client::joined(), &(0..size).map(piece).collect::<Vec<_>>())
    });
}

#[test]
fn metadata_of_many_names() {
    let frame = |names: &mut dyn Iterator<Item = usize>| {
        let custom: Vec<_> = names.map(|at| format!(r#""name {at}":"x""#)).collect();
        let whole = message(json!({ "message_id": "m", "text": "Hi" }));
        format!(r#"{},"metadata":{{"custom":{{{}}}}}}}"#, &whole[..whole.len() - 1], custom.join(","))
    };
    holds("names", 5_000, |size| time_of(&mut Client::joined(), &[frame(&mut (0..size))]));
    // Of 999 names, so that there is always room for one more, or of one: each is looked up at once.
    let time = |names| time_of(&mut Client::joined(), &[frame(&mut (0..20_000).map(|at| at % names))]);
    let growth = growth(time, 1, 999);
    assert!(growth < 4.0, "names that come again and again take {growth:.1} times as long as one");
}

#[test]
fn a_conversation_over_two_sessions() {
    holds("lines", 1_000, |size| {
        let mut client = Client::joined();
        let lines = |from: u64| (from..from + size as u64).map(|at| agent_message(at, "Hello"));
        let mut taken = time_of(&mut client, &lines(3).map(|line| line.to_string()).collect::<Vec<_>>());
        client.drop_socket(4001);
        client.answer_token();
        client.answer_session("s2");
        client.open();
        let before = client.spent;
        client.history([session_start(1)].into_iter().chain(lines(2)));
        taken += client.spent - before;
        assert_eq!(client.texts().len(), 2 * size);
        taken
    });
}

#[test]
fn messages_that_wait_cost_nothing_while_others_come() {
    let time = |length: usize| {
        let mut client = Client::joined();
        client.send("d0", "the one whose echo all others wait for");
        for at in 1..100 {
            client.send(&format!("d{at}"), &"x".repeat(length));
        }
        let frames = (0..100).map(|at| agent_message(4 + at, "Hello").to_string());
        time_of(&mut client, &frames.collect::<Vec<_>>())
    };
    let growth = growth(time, 90, 9_000);
    assert!(growth < 3.0, "with messages a hundred times as long it takes {growth:.1} times as long");
}
