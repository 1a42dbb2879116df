//! What holds whatever is asked of a chat and whatever its server does, in any order.

mod support;

use poly_messaging_engine::PageEvent::{Hidden, Left, Offline, Online, Returned, Visible};
use poly_messaging_engine::*;
use proptest::prelude::*;
use serde_json::json;
use support::*;

/// Anything that can happen to a chat.
#[derive(Debug, Clone)]
enum Act {
    Start,
    Ready,
    Send,
    Retry(usize),
    Discard(usize),
    Typing,
    End,
    Restart,
    Reconnect,
    Close,
    Raw,
    Answer(u16),
    Network,
    Open,
    Drop(u16),
    Text(&'static str),
    Echo(usize),
    Pass(u64),
    /// Time passes while the page does not run.
    Sleep(u64),
    Probe(bool),
    Page(PageEvent),
    Policy,
    /// The policy refuses this.
    Block(&'static str),
}

fn act() -> impl Strategy<Value = Act> {
    let texts = vec![
        "SESSION_START",
        "POLY_AGENT_JOINED",
        "POLY_AGENT_THINKING",
        "HEARTBEAT",
        "SESSION_END",
        "USER_END_SESSION",
        "Error: Session not found",
        "Error: Connector not found",
        "Error: Conversation not found",
    ];
    prop_oneof![
        2 => Just(Act::Start),
        1 => Just(Act::Ready),
        3 => Just(Act::Send),
        1 => (0usize..6).prop_map(Act::Retry),
        1 => (0usize..6).prop_map(Act::Discard),
        1 => Just(Act::Typing),
        1 => Just(Act::End),
        1 => Just(Act::Restart),
        1 => Just(Act::Reconnect),
        1 => Just(Act::Close),
        1 => Just(Act::Raw),
        20 => prop_oneof![30 => Just(200u16), 1 => Just(401), 1 => Just(429), 1 => Just(500)].prop_map(Act::Answer),
        1 => Just(Act::Network),
        20 => Just(Act::Open),
        4 => prop::sample::select(vec![1000u16, 1006, 1006, 1006, 4000, 4001, 4003]).prop_map(Act::Drop),
        16 => prop::sample::select(texts).prop_map(Act::Text),
        2 => (0usize..6).prop_map(Act::Echo),
        3 => (0u64..20_000).prop_map(Act::Pass),
        1 => (0u64..200_000).prop_map(Act::Sleep),
        5 => prop::bool::weighted(0.8).prop_map(Act::Probe),
        4 => prop::sample::select(vec![Online, Offline, Visible, Hidden, Left, Returned]).prop_map(Act::Page),
        1 => Just(Act::Policy),
        1 => prop::sample::select(vec!["wss://api.example/ws", "https://api.example", "https://other.example"]).prop_map(Act::Block),
    ]
}

/// Does `act`; gives the call that came with it, where the engine took it.
fn apply(client: &mut Client, act: &Act, step: usize) -> Option<CallId> {
    let call = client.call();
    let draft = |number: &usize| format!("d{number}");
    let is_open = client.socket.is_some_and(|(_, is_open)| is_open);
    let input = match act {
        Act::Start => Input::Start,
        Act::Typing => Input::Typing,
        Act::Discard(number) => Input::Discard { draft_id: draft(number) },
        Act::Raw => Input::RawSend { frame: r#"{"type":"X"}"#.into() },
        Act::Ready => Input::Ready { call },
        Act::End => Input::End { call },
        Act::Restart => Input::Restart { call },
        Act::Reconnect => Input::Reconnect { call },
        Act::Close => Input::Close { call },
        Act::Retry(number) => Input::Retry { call, draft_id: draft(number) },
        Act::Send => {
            // Each draft has an id of its own; the first few can be named by the other acts.
            let draft_id = draft(&client.events.iter().filter(|event| event["type"] == "messagePending").count());
            let taken = client.events.iter().any(|event| event["draftId"] == draft_id.as_str());
            let draft_id = if taken { format!("{draft_id} at {step}") } else { draft_id };
            Input::Send { call, draft_id, text: "hello".into(), metadata: Metadata::default(), is_in_doubt: false }
        }
        _ => {
            match act {
                Act::Answer(status) if !client.requests.is_empty() => {
                    let body = json!({ "access_token": "SECRET", "session_id": format!("s{step}") });
                    client.answer(*status, body);
                }
                Act::Network if !client.requests.is_empty() => client.outcome(HttpOutcome::Network),
                Act::Open if client.socket.is_some_and(|(_, is_open)| !is_open) => client.open(),
                Act::Drop(code) if client.socket.is_some() => client.drop_socket(*code),
                Act::Text("SESSION_START") if is_open => {
                    let mut start = session_start(1);
                    start["id"] = json!(format!("start {:?}", client.state.session));
                    client.history([start]);
                }
                Act::Text(text) if is_open && text.starts_with("Error") => {
                    let mut notice = notice(step as u64 + 2, text, Some("d1"));
                    notice["id"] = json!(format!("notice {step}"));
                    client.receive(notice);
                }
                Act::Text(name) if is_open => {
                    let mut event = event(step as u64 + 2, name, json!({ "reason": "R" }));
                    event["id"] = json!(format!("event {step}"));
                    client.receive(event);
                }
                Act::Echo(number) if is_open => {
                    let mut echo = echo(step as u64 + 2, &draft(number), "hello");
                    echo["id"] = json!(format!("echo {step}"));
                    client.receive(echo);
                }
                Act::Pass(ms) => client.pass(*ms),
                Act::Sleep(ms) => {
                    client.now += ms;
                    client.give(Input::Deadline);
                }
                Act::Probe(is_answered) if !client.probes.is_empty() => client.probe(*is_answered),
                Act::Page(event) => drop(client.give(Input::Page(*event))),
                Act::Policy => drop(client.give(Input::Policy)),
                Act::Block(url) => drop(client.give(Input::Blocked { url: (*url).into() })),
                _ => {}
            }
            return None;
        }
    };
    let has_call = !matches!(input, Input::Start | Input::Typing | Input::Discard { .. } | Input::RawSend { .. });
    let is_refused = client.give(input).is_some();
    (has_call && !is_refused).then_some(call)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_call_is_settled_once_and_a_closed_chat_is_quiet(acts in prop::collection::vec(act(), 0..120), seed in any::<u64>()) {
        let mut client = Client::with(options(), seed);
        let mut calls = vec![];
        for (step, act) in acts.iter().enumerate() {
            let was_over = client.state.ended.is_some();
            let before = (client.frames.len(), client.urls.len());
            calls.extend(apply(&mut client, act, step));
            if was_over && client.state.ended.is_some() {
                prop_assert_eq!((client.frames.len(), client.urls.len()), before, "goes on after the end");
            }
            if matches!(client.status().as_str(), "closed" | "failed" | "idle") {
                prop_assert_eq!((client.socket, client.deadline), (None, None), "{} is not quiet", client.status());
            }
            for message in &client.state.messages {
                if let MessageBody::User { delivery: Delivery::Pending, .. } = message.body {
                    prop_assert!(client.state.ended.is_none(), "pending for ever");
                }
            }
        }
        calls.extend(apply(&mut client, &Act::Close, 0));
        prop_assert_eq!((client.status(), client.socket, client.deadline), ("closed".to_owned(), None, None));
        for call in calls {
            prop_assert!(client.result(call).is_some(), "call {} is never settled", call);
        }
    }

    #[test]
    fn a_server_that_works_again_leaves_nothing_pending(acts in prop::collection::vec(act(), 0..120), seed in any::<u64>()) {
        let mut client = Client::with(options(), seed);
        for (step, act) in acts.iter().enumerate() {
            apply(&mut client, act, step);
        }
        let call = client.call();
        client.give(if client.state.ended.is_some() { Input::Restart { call } } else { Input::Reconnect { call } });
        let mut is_ending = client.status() == "closing";
        // Fails only where the agent was asked in vain before the server recovered.
        let last = client.send("the last", "anyone?");
        let mut socket = None;
        let mut seen = client.frames.len();
        for step in 1_000..1_200 {
            while !client.requests.is_empty() {
                client.answer(200, json!({ "access_token": "SECRET", "session_id": format!("s{step}") }));
            }
            if !client.probes.is_empty() {
                client.probe(true);
            }
            // A socket of the experiment is closed as soon as it is open.
            while client.socket.is_some_and(|(_, is_open)| !is_open) {
                client.open();
            }
            let is_new = client.socket.is_some() && client.socket != socket;
            socket = client.socket;
            if is_new {
                let session = client.state.session.as_ref().unwrap().id.clone();
                let mut start = session_start(1);
                start["id"] = json!(format!("start of {session}"));
                client.history([start]);
            }
            let first = seen;
            // What is written because of an answer is answered, too.
            while let Some(frame) = client.frames.get(seen).cloned() {
                let sequence = step as u64 * 100 + (seen - first) as u64;
                seen += 1;
                let name = frame["type"].as_str().unwrap().trim_start_matches("EVENT_TYPE_").to_owned();
                let mut answer = event(sequence, &name, frame["payload"].clone());
                if name == "REQUEST_POLY_AGENT_JOIN" {
                    answer = event(sequence, "POLY_AGENT_JOINED", json!({}));
                } else if name == "USER_END_SESSION" {
                    answer = event(sequence, "SESSION_END", json!({ "reason": "REASON_USER_END" }));
                }
                answer["metadata"] = frame["metadata"].clone();
                if client.socket.is_some() {
                    client.receive(answer);
                }
            }
            client.pass(500);
            is_ending |= client.state.ended.is_some();
        }
        prop_assert!(client.result(call).is_some());
        if is_ending {
            prop_assert!(client.state.ended.is_some());
        } else {
            prop_assert_eq!(client.status(), "open".to_owned());
            let expected = if client.state.agent.is_some() { Ok(()) } else { Err(ErrorCode::MessageNotDelivered) };
            prop_assert_eq!(client.result(last), Some(expected));
        }
        let is_pending = |message: &Message| matches!(message.body, MessageBody::User { delivery: Delivery::Pending, .. });
        prop_assert!(!client.state.messages.iter().any(is_pending), "pending for ever");
    }
}
