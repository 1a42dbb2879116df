//! Sockets that die around an echo, frames that are lost, doubled or out of order, and sockets that only look alive.

use e2e::{Chat, Page, Sandbox, Setup};
use serde_json::{Value, json};

const USER_MESSAGE: &str = "EVENT_TYPE_USER_MESSAGE";
const CHUNK: &str = "EVENT_TYPE_POLY_AGENT_MESSAGE_CHUNK";

/// A fault of a user's messages.
fn fault(direction: &str, kind: &str, action: &str) -> Value {
    json!({ "frames": [{ "direction": direction, "type": kind, "action": action }] })
}

/// Has a conversation, in the middle of which the fault strikes, and checks that it did.
async fn strike(page: &Page, sandbox: &Sandbox, name: &str, rules: Value) -> Value {
    strike_with(page, sandbox, name, rules, &Setup::default()).await
}

async fn strike_with(page: &Page, sandbox: &Sandbox, name: &str, rules: Value, setup: &Setup) -> Value {
    let chat = Chat::greeted(page, sandbox, name, setup).await;
    chat.say(&["one"]).await;
    chat.settle(&["one"]).await;
    chat.fault(rules).await;
    chat.say(&["two", "three"]).await;
    let log = chat.settle(&["one", "two", "three"]).await;
    let left = chat.faults_left().await;
    for kind in ["frames", "handshake", "http"] {
        assert_eq!(left[kind], json!([]), "{name}: the fault did not strike");
    }
    assert_eq!(chat.value("failures").await, json!([]), "{name}");
    log
}

fn sockets(log: &Value) -> usize {
    log["sockets"].as_array().expect("sockets").len()
}

#[test]
fn a_socket_that_dies_around_the_echo_costs_no_message() {
    e2e::on_sandbox(async |page, sandbox| {
        for (direction, action) in
            [("in", "drop_before"), ("in", "drop_after"), ("out", "drop_before"), ("out", "drop_after")]
        {
            let name = format!("{direction}-{action}");
            let log = strike(page, sandbox, &name, fault(direction, USER_MESSAGE, action)).await;
            assert_eq!(sockets(&log), 2, "{name}: {log}");
        }
    });
}

#[test]
fn a_frame_that_is_swallowed_is_found_out() {
    e2e::on_sandbox(async |page, sandbox| {
        for direction in ["in", "out"] {
            let log = strike(page, sandbox, direction, fault(direction, USER_MESSAGE, "swallow")).await;
            assert_eq!(sockets(&log), 2, "{direction}: {log}");
        }
        // What the server swallows over its rate limit is lost as silently.
        let slow = Setup { settings: json!({ "messages_per_second": 2 }), ..Setup::default() };
        let chat = Chat::greeted(page, sandbox, "rate", &slow).await;
        let texts = ["one", "two", "three", "four", "five"];
        chat.say(&texts).await;
        chat.settle(&texts).await;
    });
}

#[test]
fn frames_that_come_twice_or_out_of_order_show_once_and_in_order() {
    e2e::on_sandbox(async |page, sandbox| {
        for (kind, action) in
            [(USER_MESSAGE, "duplicate"), (USER_MESSAGE, "reorder"), (CHUNK, "duplicate"), (CHUNK, "reorder")]
        {
            strike(page, sandbox, &format!("{kind}-{action}"), fault("out", kind, action)).await;
        }
        // The server's own habits: history that overlaps with what is live, and comes last first.
        let habits = Setup {
            settings: json!({ "history_batch_size": 2, "replay_overlap": 5, "replay_reversed": true }),
            ..Setup::default()
        };
        strike_with(page, sandbox, "habits", fault("in", USER_MESSAGE, "drop_after"), &habits).await;
    });
}

#[test]
fn a_frozen_socket_is_left_for_another() {
    e2e::on_sandbox(async |page, sandbox| {
        // With a message under way its missing echo tells, without one the heartbeat.
        let chat = Chat::greeted(page, sandbox, "message", &Setup::default()).await;
        chat.order("freeze", json!({})).await;
        chat.say(&["one", "two"]).await;
        let log = chat.settle(&["one", "two"]).await;
        assert_eq!(sockets(&log), 2, "{log}");

        let beating = Setup { settings: json!({ "heartbeat_seconds": 1 }), ..Setup::default() };
        let chat = Chat::greeted(page, sandbox, "heartbeat", &beating).await;
        chat.order("freeze", json!({})).await;
        chat.until("told('connected').length === 2").await;
        let log = chat.settle(&[]).await;
        assert_eq!(sockets(&log), 2, "{log}");
    });
}
