//! What holds for any conversation, whatever the network does to its frames: any order, repeats, drops, garbage and
//! time. That there is never a second socket and never a send on a closed one is checked by `support` at every step.

mod support;

use std::collections::BTreeMap;

use poly_messaging_engine::*;
use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;
use serde_json::{Value, json};
use support::{Client, event, options, session_start};

/// Something that happens in the conversation on the server.
#[derive(Debug, Clone)]
enum Turn {
    User(String),
    Agent(String),
    /// Pieces of one message; `whole`: a complete message with the same id comes after them.
    Stream {
        pieces: Vec<String>,
        is_finished: bool,
        whole: Option<String>,
    },
    Thinking,
    Handoff(usize),
    Language(String),
    Notice(String),
}

/// Something the network, the clock or the user does.
#[derive(Debug, Clone)]
enum Act {
    /// Delivers a selection of the log, in any order, as a batch or one by one.
    Deliver {
        picks: Vec<prop::sample::Index>,
        is_batch: bool,
    },
    Garbage(String),
    Drop(u16),
    Pass(u64),
    Send(String),
    Typing,
    Reconnect,
    Heartbeat,
}

const HANDOFF: [&str; 8] = [
    "POLY_AGENT_TRIGGERED_HANDOFF",
    "POLY_AGENT_LEFT",
    "HANDOFF_ACCEPTED",
    "HANDOFF_QUEUE_STATUS",
    "LIVE_AGENT_JOINED",
    "LIVE_AGENT_LEFT",
    "HANDOFF_FAILED",
    "CLIENT_HANDOFF_REQUIRED",
];

fn text() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z ]{1,8}", "\\PC{0,6}", Just("👩‍🍳 \n\t".to_owned())]
}

fn turn() -> impl Strategy<Value = Turn> {
    prop_oneof![
        3 => text().prop_map(Turn::User),
        3 => text().prop_map(Turn::Agent),
        5 => (prop::collection::vec(text(), 1..6), any::<bool>(), prop::option::weighted(0.2, text()))
            .prop_map(|(pieces, is_finished, whole)| Turn::Stream { pieces, is_finished, whole }),
        1 => Just(Turn::Thinking),
        2 => (0..HANDOFF.len()).prop_map(Turn::Handoff),
        1 => "[a-z]{2}".prop_map(Turn::Language),
        1 => text().prop_map(Turn::Notice),
    ]
}

fn act() -> impl Strategy<Value = Act> {
    let code = prop_oneof![Just(1006u16), Just(1005), Just(4002), Just(4003), Just(1012)];
    let picks = prop::collection::vec(any::<prop::sample::Index>(), 1..12);
    prop_oneof![
        8 => (picks, any::<bool>()).prop_map(|(picks, is_batch)| Act::Deliver { picks, is_batch }),
        1 => "\\PC{0,20}".prop_map(Act::Garbage),
        1 => code.prop_map(Act::Drop),
        2 => (0u64..40_000).prop_map(Act::Pass),
        1 => "[a-z]{1,5}".prop_map(Act::Send),
        1 => Just(Act::Typing),
        1 => Just(Act::Reconnect),
        1 => Just(Act::Heartbeat),
    ]
}

/// The server's log of the conversation, and the texts that a faithful client shows.
fn log(turns: &[Turn]) -> (Vec<Value>, Vec<String>) {
    let mut log = vec![session_start(1), event(2, "POLY_AGENT_JOINED", json!({ "agent_name": "Ada" }))];
    let mut texts = vec![];
    for (number, turn) in turns.iter().enumerate() {
        let mut add = |name: &str, payload: Value| log.push(event(log.len() as u64 + 1, name, payload));
        let id = format!("m{number}");
        match turn {
            Turn::User(text) => {
                add("USER_MESSAGE", json!({ "message_id": id, "text": text }));
                texts.push(text.clone());
            }
            Turn::Agent(text) => {
                add("POLY_AGENT_MESSAGE", json!({ "message_id": id, "text": text }));
                texts.extend((!text.is_empty()).then(|| text.clone()));
            }
            Turn::Stream { pieces, is_finished, whole } => {
                for (at, piece) in pieces.iter().enumerate() {
                    let is_complete = *is_finished && at + 1 == pieces.len();
                    let payload =
                        json!({ "message_id": id, "text": piece, "chunk_index": at + 1, "is_complete": is_complete });
                    add("POLY_AGENT_MESSAGE_CHUNK", payload);
                }
                let streamed = pieces.concat();
                if let Some(whole) = whole {
                    add("POLY_AGENT_MESSAGE", json!({ "message_id": id, "text": whole }));
                }
                // A message without any content replaces nothing.
                let text = whole.clone().filter(|whole| !whole.is_empty()).unwrap_or(streamed);
                texts.extend((!text.is_empty()).then_some(text));
            }
            Turn::Thinking => add("POLY_AGENT_THINKING", json!({})),
            Turn::Handoff(which) => add(HANDOFF[*which], json!({ "position_in_queue": number, "reason": "r" })),
            Turn::Language(code) => add("LANGUAGE_CHANGED", json!({ "language_code": code })),
            Turn::Notice(text) => add("SYSTEM_MESSAGE", json!({ "message": text })),
        }
    }
    (log, texts)
}

fn act_on(client: &mut Client, act: &Act, log: &[Value], sent: &mut usize) {
    match act {
        Act::Pass(ms) => client.pass(*ms),
        Act::Send(text) => {
            *sent += 1;
            let call = client.call();
            let draft_id = format!("draft {sent}");
            client.give(Input::Send {
                call,
                draft_id,
                text: text.clone(),
                metadata: Metadata::default(),
                is_in_doubt: false,
            });
        }
        Act::Typing => drop(client.give(Input::Typing)),
        Act::Reconnect => {
            let call = client.call();
            client.give(Input::Reconnect { call });
        }
        Act::Drop(code) if client.socket.is_some() => client.drop_socket(*code),
        // What is left needs an open socket.
        _ if client.socket.is_none_or(|(_, is_open)| !is_open) => {}
        Act::Deliver { picks, is_batch } => {
            let picked = picks.iter().map(|index| index.get(log).clone());
            if *is_batch {
                client.history(picked);
            } else {
                picked.for_each(|event| {
                    if client.socket.is_some() {
                        client.receive(event)
                    }
                });
            }
        }
        Act::Garbage(text) => client.receive(text),
        Act::Heartbeat => client.receive(json!({ "type": "EVENT_TYPE_HEARTBEAT", "payload": {} })),
        Act::Drop(_) => {}
    }
    // A socket that is opening opens, and requests are answered.
    while let Some((_, request)) = client.requests.first() {
        if request.url.ends_with("/access-token") { client.answer_token() } else { client.answer_session("s1") }
    }
    if client.socket.is_some_and(|(_, is_open)| !is_open) {
        client.open();
    }
}

/// The texts of everything that the server has, in the order shown.
fn shown(client: &Client) -> Vec<String> {
    let is_pending =
        |message: &&Message| matches!(&message.body, MessageBody::User { delivery, .. } if *delivery != Delivery::Sent);
    client.state.messages.iter().filter(|message| !is_pending(message)).filter_map(support::text_of).collect()
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 2_000,
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct("tests/properties.regressions"))),
        ..ProptestConfig::default()
    })]

    #[test]
    fn any_delivery_of_a_conversation_leads_to_the_same_transcript(
        turns in prop::collection::vec(turn(), 0..12),
        acts in prop::collection::vec(act(), 0..25),
        seed in any::<u64>(),
    ) {
        let (log, texts) = log(&turns);
        let mut client = Client::with(Options { max_reconnect_attempts: 0, ..options() }, seed);
        client.give(Input::Start);
        let mut sent = 0;
        for act in &acts {
            act_on(&mut client, act, &log, &mut sent);
        }
        // A server whose replays left the same thing out three times is believed not to have it.
        prop_assume!(!client.log.iter().any(|line| line == "the history does not hold what is missing"));
        // In the end all of it arrives.
        act_on(&mut client, &Act::Reconnect, &log, &mut sent);
        client.history(log.iter().cloned());
        prop_assert_eq!(shown(&client), texts);

        // The same as for a client to whom nothing ever happened.
        let mut calm = Client::connected();
        calm.history(log.iter().cloned());
        prop_assert_eq!(&client.state.agent, &calm.state.agent);
        prop_assert_eq!(&client.state.handoff, &calm.state.handoff);
        prop_assert_eq!(&client.state.language, &calm.state.language);

        // Each event was told once, and the pieces of a stream in their order.
        let mut ids: Vec<_> = client.events.iter().filter_map(|event| event["id"].as_str()).filter(|id| !id.is_empty()).collect();
        let told = ids.len();
        ids.sort_unstable();
        ids.dedup();
        prop_assert_eq!(ids.len(), told);
        let mut last: BTreeMap<&str, u64> = BTreeMap::new();
        for event in client.events.iter().filter(|event| event["type"] == "agentMessageChunk") {
            let index = event["chunkIndex"].as_u64().unwrap();
            let before = last.insert(event["messageId"].as_str().unwrap(), index).unwrap_or(0);
            prop_assert_eq!(index, before + 1);
        }
    }

    #[test]
    fn nothing_the_server_may_send_breaks_the_engine(
        frames in prop::collection::vec(hostile_frame(), 1..30),
        seed in any::<u64>(),
    ) {
        let mut client = Client::with(options(), seed);
        client.give(Input::Start);
        for frame in &frames {
            act_on(&mut client, &Act::Typing, &[], &mut 0);
            if client.socket.is_some_and(|(_, is_open)| is_open) {
                client.receive(frame);
            }
            client.pass(1_000);
        }
    }
}

/// Frames of known types with any payload, nested anyhow.
fn hostile_frame() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,8}".prop_map(Value::from),
    ];
    let key = prop::sample::select(vec![
        "text",
        "message_id",
        "chunk_index",
        "is_complete",
        "attachments",
        "response_suggestions",
        "message_text",
        "capabilities",
        "agent",
        "reason",
        "events",
        "content_url",
        "heartbeat_interval_seconds",
        "max_reconnect_attempts",
        "max_message_size_bytes",
        "payload",
        "custom",
        "state",
    ]);
    let value = leaf.prop_recursive(4, 32, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map(key.clone().prop_map(str::to_owned), inner, 0..6)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    });
    let name = prop::sample::select(vec![
        "SESSION_START",
        "SESSION_END",
        "USER_MESSAGE",
        "POLY_AGENT_JOINED",
        "POLY_AGENT_MESSAGE",
        "POLY_AGENT_MESSAGE_CHUNK",
        "LIVE_AGENT_JOINED",
        "LIVE_AGENT_MESSAGE",
        "HANDOFF_QUEUE_STATUS",
        "SYSTEM_MESSAGE",
        "LANGUAGE_CHANGED",
        "EVENT_BATCH",
        "HEARTBEAT",
        "POLY_AGENT_THINKING",
        "CONFETTI",
    ]);
    (name, value.clone(), value.clone(), value).prop_map(|(name, payload, sequence, metadata)| {
        json!({ "type": format!("EVENT_TYPE_{name}"), "sequence": sequence, "metadata": metadata, "payload": payload })
    })
}
