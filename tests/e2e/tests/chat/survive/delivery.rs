//! Sockets that die around an echo, frames that are lost, doubled or out of order, and sockets that only look alive.

use e2e::{Chat, Page, Sandbox, Setup};
use serde_json::{Value, json};

const USER_MESSAGE: &str = "EVENT_TYPE_USER_MESSAGE";
const CHUNK: &str = "EVENT_TYPE_POLY_AGENT_MESSAGE_CHUNK";

/// A fault of a user's messages.
fn fault(direction: &str, kind: &str, action: &str) -> Value {
    json!({ "frames": [{ "direction": direction, "type": kind, "action": action }] })
}

/// A conversation, in the middle of which faults strike.
struct Struck {
    name: String,
    rules: Value,
    setup: Setup,
}

impl Struck {
    fn by(name: &str, rules: Value) -> Self {
        Self { name: name.to_owned(), rules, setup: Setup::default() }
    }
}

/// Has conversations side by side, and checks that their faults struck and cost nothing. Returns the sandbox's logs of them.
async fn strike(page: &Page, sandbox: &Sandbox, struck: Vec<Struck>) -> Vec<(String, Value)> {
    let named: Vec<_> = struck.iter().map(|Struck { name, setup, .. }| (name.clone(), setup.clone())).collect();
    let chats = Chat::side_by_side(page, sandbox, &named).await;
    for chat in &chats {
        chat.say(&["one"]).await;
    }
    for (chat, Struck { rules, .. }) in chats.iter().zip(struck) {
        chat.settle(&["one"]).await;
        chat.fault(rules).await;
        chat.say(&["two", "three"]).await;
    }
    let mut logs = Vec::new();
    for chat in &chats {
        let log = chat.settle(&["one", "two", "three"]).await;
        assert_eq!(chat.value("failures").await, json!([]), "{}", chat.name());
        logs.push((chat.name().to_owned(), log));
    }
    let left = sandbox.ask("/faults").await;
    for kind in ["frames", "handshake", "http"] {
        assert_eq!(left[kind], json!([]), "a fault did not strike");
    }
    logs
}

fn sockets(log: &Value) -> usize {
    log["sockets"].as_array().expect("sockets").len()
}

#[test]
fn a_socket_that_dies_around_the_echo_costs_no_message() {
    e2e::on_sandbox(async |page, sandbox| {
        let faults = [("in", "drop_before"), ("in", "drop_after"), ("out", "drop_before"), ("out", "drop_after")];
        let struck = faults.map(|(direction, action)| {
            Struck::by(&format!("{direction}-{action}"), fault(direction, USER_MESSAGE, action))
        });
        for (name, log) in strike(page, sandbox, struck.into()).await {
            assert_eq!(sockets(&log), 2, "{name}: {log}");
        }
    });
}

#[test]
fn a_frame_that_is_swallowed_is_found_out() {
    e2e::on_sandbox(async |page, sandbox| {
        let struck = ["in", "out"].map(|direction| Struck::by(direction, fault(direction, USER_MESSAGE, "swallow")));
        for (direction, log) in strike(page, sandbox, struck.into()).await {
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
        let faults = [(USER_MESSAGE, "duplicate"), (USER_MESSAGE, "reorder"), (CHUNK, "duplicate"), (CHUNK, "reorder")];
        let named = |(kind, action)| Struck::by(&format!("{kind}-{action}"), fault("out", kind, action));
        let mut struck: Vec<_> = faults.into_iter().map(named).collect();
        // The server's own habits: history that overlaps with what is live, and comes last first.
        let habits = Setup {
            settings: json!({ "history_batch_size": 2, "replay_overlap": 5, "replay_reversed": true }),
            ..Setup::default()
        };
        let rules = fault("in", USER_MESSAGE, "drop_after");
        struck.push(Struck { name: "habits".to_owned(), rules, setup: habits });
        strike(page, sandbox, struck).await;
    });
}

#[test]
fn a_frozen_socket_is_left_for_another() {
    e2e::on_sandbox(async |page, sandbox| {
        // With a message under way its missing echo tells, without one the heartbeat.
        let beating = Setup { settings: json!({ "heartbeat_seconds": 1 }), ..Setup::default() };
        let chats = [("message".to_owned(), Setup::default()), ("heartbeat".to_owned(), beating)];
        let chats = Chat::side_by_side(page, sandbox, &chats).await;
        for chat in &chats {
            chat.order("freeze", json!({})).await;
        }
        chats[0].say(&["one", "two"]).await;
        chats[1].until("told('connected').length === 2").await;
        for (chat, said) in chats.iter().zip([&["one", "two"][..], &[]]) {
            let log = chat.settle(said).await;
            assert_eq!(sockets(&log), 2, "{log}");
        }
    });
}
