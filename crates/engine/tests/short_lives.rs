//! A server that loses each session soon after it served it, whatever it sends in between: that costs a few sessions, with pauses
//! that grow, and then a failure that says so.

mod support;

use poly_messaging_engine::*;
use serde_json::json;
use support::{Client, agent_message, chunk, event, notice, options, session_start};

/// How a session is lost.
const WAYS: [&str; 3] = ["closed", "said", "refused"];

/// The session at hand is served, an agent joins and speaks, and then it is lost.
fn lose(client: &mut Client, way: &str) {
    client.history([
        session_start(1),
        event(2, "POLY_AGENT_JOINED", json!({ "agent_name": "Ada" })),
        agent_message(3, "Hello"),
        chunk(4, "m4", 1, "How are", false),
    ]);
    client.pass(1_000);
    match way {
        "said" => client.receive(notice(9, "Error: Session not found", None)),
        _ => client.drop_socket(4001),
    }
}

/// Answers whatever is asked for until a socket is open again. False: nothing is asked for any more.
fn goes_on(client: &mut Client, number: u32) -> bool {
    loop {
        if client.requests.first().is_some_and(|(_, request)| request.url.ends_with("/access-token")) {
            client.answer_token();
        } else if !client.requests.is_empty() {
            client.answer_session(&format!("s{number}"));
        } else if client.socket.is_some() {
            client.open();
            return true;
        } else if let Some(deadline) = client.deadline {
            client.pass(deadline.at - client.now);
        } else {
            return false;
        }
    }
}

#[test]
fn sessions_that_are_lost_again_and_again_are_few_and_end_in_a_failure_that_says_so() {
    for way in &WAYS[..2] {
        let mut client = Client::connected();
        let (began, mut made) = (client.now, 1);
        loop {
            lose(&mut client, way);
            made += 1;
            if !goes_on(&mut client, made) {
                break;
            }
            assert!(made < 100, "{way}: without end");
        }
        assert_eq!(made - 1, 4, "{way}: sessions");
        assert!(client.now - began > 4_000 + 1_000, "{way}: without a pause");
        let ConnectionView::Failed { error } = &client.state.connection else { panic!("{way}: {}", client.status()) };
        assert_eq!(error.code, ErrorCode::SessionCreationFailed, "{way}");
        assert!(error.message.contains("again and again"), "{way}: {}", error.message);
        let pauses: Vec<_> = client.events.iter().filter(|event| event["type"] == "reconnecting").collect();
        assert_eq!(pauses.iter().map(|event| event["attempt"].as_u64().unwrap()).collect::<Vec<_>>(), [1, 2], "{way}");
        assert!(pauses.iter().all(|event| event["cause"]["code"] == "session/lost"), "{way}");

        // Nothing but the user makes another.
        client.give(Input::Page(PageEvent::Visible));
        client.give(Input::Page(PageEvent::Online));
        client.pass(3_600_000);
        assert!(client.requests.is_empty() && client.socket.is_none(), "{way}");
        let call = client.call();
        client.give(Input::Reconnect { call });
        assert!(goes_on(&mut client, 9), "{way}");
    }
}

#[test]
fn a_session_that_lived_for_a_minute_is_replaced_at_once() {
    let mut client = Client::connected();
    for number in 2..12 {
        client.history([session_start(1), event(2, "POLY_AGENT_JOINED", json!({}))]);
        for _ in 0..12 {
            client.pass(5_000);
            client.receive(json!({ "type": "EVENT_TYPE_HEARTBEAT", "payload": {} }));
        }
        client.drop_socket(4001);
        assert_eq!(client.requests.len(), 1, "no pause before session {number}");
        assert!(goes_on(&mut client, number));
    }
}

#[test]
fn a_restart_of_the_user_begins_anew() {
    let mut client = Client::connected_with(options());
    for number in 2..10 {
        lose(&mut client, WAYS[0]);
        assert!(goes_on(&mut client, number));
        let call = client.call();
        client.give(Input::Restart { call });
        assert!(goes_on(&mut client, number + 100));
    }
}
