//! The socket: heartbeat, close codes, backoff, budget, the cursor, and the ends of a chat.

mod support;

use poly_messaging_engine::*;
use serde_json::json;
use support::*;

#[test]
fn a_new_session_asks_the_agent_to_join_once() {
    let mut client = Client::connected();
    assert_eq!(client.status(), "open");
    client.history([session_start(1)]);
    client.receive(event(2, "REQUEST_POLY_AGENT_JOIN", json!({})));
    client.receive(event(3, "POLY_AGENT_JOINED", json!({})));
    client.pass(60_000);
    assert_eq!(client.frame_types(), ["REQUEST_POLY_AGENT_JOIN"]);
}

#[test]
fn ready_waits_for_the_history() {
    let mut client = Client::new();
    let early = client.call();
    client.give(Input::Ready { call: early });
    client.give(Input::Start);
    client.answer_token();
    client.answer_session("s1");
    client.open();
    assert_eq!(client.result(early), None);
    client.history([session_start(1)]);
    assert_eq!(client.result(early), Some(Ok(())));
    let late = client.call();
    client.give(Input::Ready { call: late });
    assert_eq!(client.result(late), Some(Ok(())));
}

#[test]
fn a_dropped_socket_is_opened_again_from_the_cursor_without_another_join() {
    let mut client = Client::joined();
    client.receive(agent_message(3, "Hello"));
    client.drop_socket(1006);
    assert_eq!(client.status(), "reconnecting");
    client.come_back([agent_message(4, "Still here?")]);
    assert_eq!(client.urls[1], "wss://api.example/ws?session_id=s1&access_token=SECRET.jwt.x&cursor=3");
    assert_eq!(client.frame_types(), [] as [&str; 0]);
    assert_eq!(client.texts(), ["Hello", "Still here?"]);
    assert!(client.requests.is_empty(), "the session and its token are kept");
    let connected = client.events.iter().find(|event| event["type"] == "connected").unwrap();
    assert_eq!(connected["resumed"], true);
}

#[test]
fn replayed_and_live_deliveries_of_one_event_are_one() {
    let mut client = Client::joined();
    client.receive(agent_message(7, "Hello"));
    client.drop_socket(1006);
    client.come_back([agent_message(7, "Hello"), agent_message(8, "Again")]);
    client.receive(agent_message(8, "Again"));
    assert_eq!(client.texts(), ["Hello", "Again"]);
    assert_eq!(client.event_types().iter().filter(|name| **name == "agentMessage").count(), 2);
}

#[test]
fn backs_off_to_thirty_seconds_in_ranges_that_double() {
    let ranges = [(0, 2_000), (1_000, 3_000), (2_000, 6_000), (4_000, 12_000), (8_000, 24_000), (16_000, 30_000)];
    let mut seen = ranges.map(|_| (u64::MAX, 0));
    for seed in 0..200 {
        let mut client = Client::with(Options { max_reconnect_attempts: 0, ..options() }, seed);
        client.give(Input::Start);
        client.answer_token();
        client.answer_session("s1");
        for (least, longest) in &mut seen {
            client.drop_socket(1006);
            let pause = client.wait_for_socket();
            *least = pause.min(*least);
            *longest = pause.max(*longest);
        }
    }
    for ((least, longest), (from, to)) in seen.into_iter().zip(ranges) {
        let edge = (to - from) / 10;
        assert!((from..from + edge).contains(&least), "never less than {least} ms of {from} to {to}");
        assert!((to - edge + 1..=to).contains(&longest), "never more than {longest} ms of {from} to {to}");
    }
}

#[test]
fn gives_up_when_the_budget_is_spent_and_starts_afresh_when_asked() {
    let mut client = Client::joined();
    for attempt in 1..=5 {
        client.drop_socket(1006);
        let expected = ConnectionView::Reconnecting { attempt, retry_in_ms: 0 };
        client.wait_for_socket();
        assert_eq!(client.state.connection, expected, "the session's own budget is 5");
    }
    client.drop_socket(1006);
    let ConnectionView::Failed { error } = &client.state.connection else { panic!("{:?}", client.state.connection) };
    assert_eq!((error.code, error.retryable), (ErrorCode::SessionReconnectExhausted, true));
    assert_eq!(client.deadline, None);

    let call = client.call();
    client.give(Input::Reconnect { call });
    client.open();
    client.history([session_start(1)]);
    assert_eq!(client.result(call), Some(Ok(())));
    assert!(client.urls.last().unwrap().contains("session_id=s1"));
}

#[test]
fn whoever_writes_wants_a_connection() {
    let closed = |client: &mut Client| client.drop_socket(1000);
    let given_up = |client: &mut Client| {
        for _ in 0..5 {
            client.drop_socket(1006);
            client.wait_for_socket();
        }
        client.drop_socket(1006);
        assert_eq!(client.status(), "failed");
    };
    for (how, go_down) in [("closed by the server", &closed as &dyn Fn(&mut Client)), ("given up", &given_up)] {
        for is_retry in [false, true] {
            let mut client = Client::joined();
            if is_retry {
                client.send("d1", "hello");
                client.receive(notice(3, "Failed to forward message to live agent", Some("d1")));
                assert_eq!(client.delivery("d1"), Some(Delivery::Failed));
            }
            go_down(&mut client);
            client.frames.clear();
            let call = if is_retry {
                let call = client.call();
                assert_eq!(client.give(Input::Retry { call, draft_id: "d1".into() }), None);
                call
            } else {
                client.send("d1", "hello")
            };
            client.open();
            client.history([session_start(1)]);
            client.receive(json!({ "type": "EVENT_TYPE_HEARTBEAT", "payload": {} }));
            client.pass(1_000);
            assert_eq!(client.frame_texts(), ["hello"], "{how}, {is_retry}");
            client.receive(echo(4, "d1", "hello"));
            assert_eq!(client.result(call), Some(Ok(())), "{how}, {is_retry}");
        }
    }
}

#[test]
fn a_message_written_in_a_closed_chat_waits_for_the_application() {
    for close_first in [true, false] {
        let mut client = Client::joined();
        if !close_first {
            client.drop_socket(1000);
        }
        let call = client.call();
        client.give(Input::Close { call });
        client.send("d1", "hello");
        client.pass(60_000);
        assert_eq!((client.status().as_str(), client.socket), ("closed", None));
        assert_eq!(client.delivery("d1"), Some(Delivery::Pending));
    }
}

#[test]
fn where_nothing_is_to_be_replayed_the_echo_of_the_heartbeat_shows_that_the_session_is_served() {
    let mut client = Client::joined();
    client.drop_socket(1006);
    client.wait_for_socket();
    client.open();
    client.frames.clear();
    client.send("d1", "hello");
    client.receive(json!({ "type": "EVENT_TYPE_HEARTBEAT", "payload": {} }));
    client.pass(9_999);
    assert!(client.frame_texts().is_empty(), "the history may be late");
    client.pass(1);
    assert_eq!((client.status().as_str(), &client.frame_texts()[..]), ("open", &["hello"][..]));
    client.receive(echo(3, "d1", "hello"));
    client.pass(20_000);
    assert_eq!((client.status().as_str(), client.urls.len()), ("open", 2));
}

#[test]
fn where_all_of_the_history_is_asked_for_an_echo_does_not_stand_for_it() {
    let mut client = Client::connected();
    client.drop_socket(1006);
    client.wait_for_socket();
    client.open();
    client.receive(json!({ "type": "EVENT_TYPE_HEARTBEAT", "payload": {} }));
    client.pass(10_000);
    assert_eq!(client.status(), "reconnecting", "it is asked for on another socket");
    client.come_back([event(2, "POLY_AGENT_JOINED", json!({}))]);
    client.send("d1", "hello");
    assert_eq!(client.frame_texts(), ["hello"]);
}

#[test]
fn no_limit_means_no_limit() {
    let mut client = Client::with(Options { max_reconnect_attempts: 0, ..options() }, 3);
    client.give(Input::Start);
    client.answer_token();
    client.answer_session("s1");
    for _ in 0..100 {
        client.drop_socket(1006);
        client.wait_for_socket();
    }
    assert_eq!(client.status(), "reconnecting");
}

#[test]
fn only_a_socket_that_is_of_use_restores_the_budget() {
    let mut client = Client::joined();
    for _ in 0..5 {
        client.drop_socket(1006);
        client.wait_for_socket();
        client.open();
    }
    client.drop_socket(1006);
    assert_eq!(client.status(), "failed", "sockets that open and die at once");

    let mut client = Client::joined();
    for _ in 0..5 {
        client.drop_socket(1006);
        client.come_back([]);
        client.receive(agent_message(100 + client.now, "Hello"));
    }
    client.drop_socket(1006);
    assert_eq!(client.status(), "failed", "sockets that are dropped behind the history");
    let ConnectionView::Failed { error } = &client.state.connection else { unreachable!() };
    assert_eq!(error.code, ErrorCode::SessionReconnectExhausted);

    let mut client = Client::joined();
    for _ in 0..20 {
        client.drop_socket(1006);
        client.come_back([]);
        client.pass(29_000);
        client.receive(json!({ "type": "EVENT_TYPE_HEARTBEAT", "payload": {} }));
        client.pass(1_000);
    }
    assert_eq!(client.status(), "open", "sockets that lived for half a minute");

    let mut client = Client::joined();
    for round in 0..20 {
        client.send(&format!("d{round}"), "Hi");
        client.receive(echo(3 + round, &format!("d{round}"), "Hi"));
        client.drop_socket(1006);
        client.come_back([]);
    }
    assert_eq!(client.status(), "open", "sockets over which a message of the user went");
}

#[test]
fn each_close_code_has_its_meaning() {
    let mut client = Client::joined();
    client.drop_socket(1000);
    assert_eq!((client.status().as_str(), client.deadline), ("closed", None));
    assert_eq!(client.events.last().unwrap(), &json!({ "type": "disconnected", "error": null }));
    assert_eq!(client.state.ended, None);

    let mut client = Client::joined();
    client.drop_socket(4001);
    assert_eq!((client.status().as_str(), client.state.session.clone()), ("connecting", None));

    let standard = [0, 1001, 1002, 1003, 1005, 1006, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 1015];
    for code in standard.into_iter().chain([3000, 3999, 4000, 4002, 4003, 4004, 4401, 4999, u16::MAX]) {
        let mut client = Client::joined();
        client.drop_socket(code);
        assert_eq!(client.status(), "reconnecting", "{code}");
        client.come_back([]);
        assert_eq!((client.status().as_str(), client.last_session()), ("open", "s1"), "{code}");
    }
}

#[test]
fn a_rejected_session_is_replaced() {
    let mut client = Client::joined();
    client.receive(agent_message(7, "Hello"));
    client.drop_socket(4001);
    assert_eq!(client.status(), "connecting");
    client.answer_token();
    client.answer_session("s2");
    client.open();
    client.history([session_start(1)]);
    assert!(client.urls[1].contains("session_id=s2") && !client.urls[1].contains("cursor"));
    let replaced = client.events.iter().find(|event| event["type"] == "sessionReplaced").unwrap();
    assert_eq!((&replaced["previousSessionId"], &replaced["sessionId"]), (&json!("s1"), &json!("s2")));
    assert_eq!(client.frame_types(), ["REQUEST_POLY_AGENT_JOIN"]);
    client.receive(agent_message(2, "Hello again"));
    assert_eq!(client.texts(), ["Hello", "Hello again"], "what was said stays, and what is new comes after it");
}

#[test]
fn a_rejected_session_ends_the_chat_where_the_application_wants_that() {
    let mut client = Client::connected_with(Options { on_session_lost: OnSessionLost::End, ..options() });
    client.history([session_start(1)]);
    client.drop_socket(4001);
    assert_eq!(client.state.ended, Some(Ended { reason: "REASON_SESSION_LOST".into() }));
    assert_eq!(client.status(), "closed");
    assert_eq!(client.refuses("hello"), Some(ErrorCode::SessionEnded));
}

#[test]
fn news_of_a_socket_that_is_gone_is_ignored() {
    let mut client = Client::joined();
    let (old, _) = client.socket.unwrap();
    client.drop_socket(1006);
    client.come_back([]);
    let text = agent_message(9, "ghost").to_string();
    client.give(Input::SocketText { socket: old, text });
    client.give(Input::SocketClosed { socket: old, code: 1006 });
    client.give(Input::SocketOpened { socket: old });
    assert_eq!(client.status(), "open");
    assert!(client.texts().is_empty());
}

#[test]
fn heartbeats_go_out_as_often_as_the_session_says_and_an_unanswered_one_means_dead() {
    let mut client = Client::joined();
    let beat = |client: &Client| client.frames.iter().filter(|frame| frame["type"] == "EVENT_TYPE_HEARTBEAT").count();
    for beats in 1..=3 {
        client.pass(30_000);
        assert_eq!(beat(&client), beats);
        client.receive(json!({ "type": "EVENT_TYPE_HEARTBEAT", "payload": {} }));
    }
    client.pass(30_000);
    client.pass(9_999);
    assert_eq!(client.status(), "open");
    client.pass(1);
    assert_eq!(client.status(), "reconnecting");
    assert_eq!(client.closed_with, [4003]);
}

#[test]
fn heartbeats_are_three_seconds_apart_at_least_and_so_long_is_their_answer_waited_for() {
    let mut client = Client::connected();
    let mut start = session_start(1);
    start["payload"]["capabilities"]["heartbeat_interval_seconds"] = json!(1);
    client.history([start, event(2, "POLY_AGENT_JOINED", json!({}))]);
    client.frames.clear();
    client.pass(3_000);
    for beats in 1..=5 {
        assert_eq!(client.frames.len(), beats);
        client.pass(2_900);
        assert_eq!(client.status(), "open", "the way there and back takes this long");
        client.receive(json!({ "type": "EVENT_TYPE_HEARTBEAT", "payload": {} }));
        client.pass(100);
    }
}

#[test]
fn anything_received_answers_a_heartbeat() {
    let mut client = Client::joined();
    client.pass(30_000);
    client.receive("garbage");
    client.pass(20_000);
    assert_eq!(client.status(), "open");
}

#[test]
fn no_heartbeat_where_none_is_needed() {
    let mut client = Client::connected();
    let capabilities = json!({ "heartbeat_interval_seconds": 0 });
    client.history([
        event(1, "SESSION_START", json!({ "capabilities": capabilities })),
        event(2, "POLY_AGENT_JOINED", json!({})),
    ]);
    client.pass(3_600_000);
    assert!(client.frames.is_empty());
    assert_eq!(client.status(), "open");
}

#[test]
fn a_socket_that_never_opens_is_given_up() {
    let mut client = Client::new();
    client.give(Input::Start);
    client.answer_token();
    client.answer_session("s1");
    client.pass(15_000);
    assert_eq!(client.status(), "reconnecting");
    assert_eq!(client.socket, None);
}

#[test]
fn a_socket_that_opens_and_never_says_anything_is_given_up() {
    let mut client = Client::connected();
    client.pass(10_000);
    assert_eq!(client.status(), "reconnecting");
}

#[test]
fn reconnect_does_not_wait_for_the_backoff() {
    let mut client = Client::joined();
    client.drop_socket(1006);
    assert_eq!(client.socket, None);
    let (call, dropped) = (client.call(), client.now);
    client.give(Input::Reconnect { call });
    assert_eq!(client.now, dropped);
    client.open();
    client.history([session_start(1)]);
    assert_eq!(client.result(call), Some(Ok(())));
    let again = client.call();
    client.give(Input::Reconnect { call: again });
    assert_eq!(client.result(again), Some(Ok(())));
    assert_eq!(client.urls.len(), 2);
}

#[test]
fn closing_leaves_the_session_alive() {
    let mut client = Client::joined();
    let (close, twice) = (client.call(), client.call());
    client.give(Input::Close { call: close });
    client.give(Input::Close { call: twice });
    assert_eq!((client.result(close), client.result(twice)), (Some(Ok(())), Some(Ok(()))));
    assert_eq!((client.status().as_str(), client.deadline), ("closed", None));
    assert!(client.frame_types().is_empty(), "nothing is said of an end");
    let call = client.call();
    client.give(Input::Reconnect { call });
    client.open();
    client.history([session_start(1)]);
    assert_eq!(client.status(), "open");
    assert!(client.urls[1].contains("session_id=s1"));
}

#[test]
fn closing_settles_what_waits() {
    let mut client = Client::new();
    client.give(Input::Start);
    let (ready, sent, close) = (client.call(), client.send("d1", "x"), client.call());
    client.give(Input::Ready { call: ready });
    client.give(Input::Close { call: close });
    assert_eq!(client.result(ready), Some(Err(ErrorCode::TransportNotConnected)));
    assert_eq!(client.result(sent), Some(Err(ErrorCode::TransportNotConnected)));
    assert_eq!(client.delivery("d1"), Some(Delivery::Pending), "it may still go out");
    assert_eq!(client.aborted.len(), 1);
}

#[test]
fn the_end_is_told_to_the_server_and_waits_for_its_word() {
    let mut client = Client::joined();
    let call = client.call();
    client.give(Input::End { call });
    assert_eq!(client.frame_types(), ["USER_END_SESSION"]);
    assert_eq!((client.status().as_str(), client.result(call)), ("closing", None));
    client.receive(event(5, "USER_END_SESSION", json!({})));
    client.receive(event(6, "SESSION_END", json!({ "reason": "REASON_USER_END" })));
    assert_eq!(client.result(call), Some(Ok(())));
    assert_eq!(client.state.ended, Some(Ended { reason: "REASON_USER_END".into() }));
    assert_eq!((client.status().as_str(), client.socket, client.deadline), ("closed", None, None));
    assert_eq!(client.refuses("more"), Some(ErrorCode::SessionEnded));
    let again = client.call();
    client.give(Input::End { call: again });
    assert_eq!(client.result(again), Some(Ok(())));
}

#[test]
fn the_end_does_not_wait_for_ever() {
    let mut client = Client::joined();
    let call = client.call();
    client.give(Input::End { call });
    client.pass(5_000);
    assert_eq!(client.result(call), Some(Ok(())));
    assert_eq!(client.state.ended, Some(Ended { reason: "REASON_USER_END".into() }));
}

#[test]
fn an_end_while_reconnecting_still_reaches_the_server_when_it_can() {
    let mut client = Client::joined();
    client.drop_socket(1006);
    let call = client.call();
    client.give(Input::End { call });
    client.open();
    assert_eq!(client.frame_types(), ["USER_END_SESSION"]);
    client.drop_socket(1000);
    assert_eq!(client.result(call), Some(Ok(())));
}

#[test]
fn an_end_before_there_is_a_session_ends_at_once() {
    let mut client = Client::new();
    client.give(Input::Start);
    let call = client.call();
    client.give(Input::End { call });
    assert_eq!(client.result(call), Some(Ok(())));
    assert_eq!(client.aborted.len(), 1);
}

#[test]
fn the_servers_end_finishes_everything() {
    let mut client = Client::joined();
    let sent = client.send("d1", "too late");
    client.receive(event(9, "SESSION_END", json!({ "reason": "REASON_USER_ABANDONED" })));
    assert_eq!(client.result(sent), Some(Err(ErrorCode::SessionEnded)));
    assert_eq!(client.delivery("d1"), Some(Delivery::Failed));
    assert_eq!(client.state.ended, Some(Ended { reason: "REASON_USER_ABANDONED".into() }));
    let call = client.call();
    client.give(Input::Reconnect { call });
    assert_eq!(client.result(call), Some(Err(ErrorCode::SessionEnded)));
    assert_eq!(client.socket, None);
}

#[test]
fn a_restart_ends_the_old_conversation_and_begins_an_empty_one() {
    let mut client = Client::joined();
    client.receive(agent_message(7, "Hello"));
    client.receive(event(8, "LANGUAGE_CHANGED", json!({ "language_code": "fr" })));
    let call = client.call();
    client.give(Input::Restart { call });
    assert_eq!(client.frame_types(), ["USER_END_SESSION"]);
    assert!(client.state.messages.is_empty() && client.state.agent.is_none() && client.state.language.is_none());
    assert_eq!(client.state.session, None);
    client.answer_token();
    client.answer_session("s2");
    client.open();
    client.history([session_start(1)]);
    assert_eq!(client.result(call), Some(Ok(())));
    assert_eq!(client.frame_types(), ["USER_END_SESSION", "REQUEST_POLY_AGENT_JOIN"]);
    assert!(client.event_types().contains(&"sessionReplaced"));
}

#[test]
fn a_restart_works_after_the_end() {
    let mut client = Client::joined();
    client.receive(event(9, "SESSION_END", json!({ "reason": "REASON_NATURAL_END" })));
    let call = client.call();
    client.give(Input::Restart { call });
    assert_eq!((client.state.ended.clone(), client.status().as_str()), (None, "connecting"));
    client.answer_token();
    client.answer_session("s2");
    client.open();
    client.history([session_start(1), event(2, "POLY_AGENT_JOINED", json!({}))]);
    client.send("d1", "hello");
    assert_eq!(client.frame_types(), ["USER_MESSAGE"]);
}

#[test]
fn deadlines_that_come_late_do_no_harm() {
    let mut client = Client::joined();
    client.now += 3_600_000;
    client.give(Input::Deadline);
    client.give(Input::Deadline);
    assert_eq!(client.status(), "open");
    client.pass(10_000);
    assert_eq!(client.status(), "reconnecting", "the one heartbeat that was due was not answered");
    let beats = client.frames.iter().filter(|frame| frame["type"] == "EVENT_TYPE_HEARTBEAT").count();
    assert_eq!(beats, 1);
}

#[test]
fn diagnostics_tell_states_and_counts_but_no_token_and_no_text() {
    let mut client = Client::joined();
    client.send("d1", "my private words");
    let told = client.engine.diagnostics(Now { mono: client.now, wall: client.now }).to_json();
    assert!(!told.contains("SECRET") && !told.contains("private"), "{told}");
    let told: serde_json::Value = serde_json::from_str(&told).unwrap();
    assert_eq!((&told["connection"], &told["draftsInDoubt"], &told["cursor"]), (&json!("open"), &json!(1), &json!(2)));
}

#[test]
fn nothing_is_written_to_a_socket_that_closed_while_the_page_slept() {
    let mut client = Client::joined();
    client.now += 120_000;
    // `support` holds every write to an open socket.
    client.drop_socket(1006);
    assert_eq!(client.status(), "reconnecting");
    assert!(client.frames.is_empty(), "{:?}", client.frames);
}
