//! The page's life: looked at again, offline and online, frozen, left and kept, and timers that fire late.

mod support;

use poly_messaging_engine::PageEvent::{Hidden, Left, Offline, Online, Returned, Visible};
use poly_messaging_engine::*;
use serde_json::json;
use support::*;

/// Milliseconds that a check of an open socket waits for an answer.
const CHECK: u64 = 3_000;

fn heartbeat() -> serde_json::Value {
    json!({ "type": "EVENT_TYPE_HEARTBEAT", "payload": {} })
}

fn beats(client: &Client) -> usize {
    client.frames.iter().filter(|frame| frame["type"] == "EVENT_TYPE_HEARTBEAT").count()
}

fn give(client: &mut Client, event: PageEvent) {
    client.give(Input::Page(event));
}

/// Time passes, but the page does not run: what is due is late.
fn sleep(client: &mut Client, ms: u64) {
    client.now += ms;
}

fn unlimited() -> Options {
    Options { max_reconnect_attempts: 0, ..options() }
}

/// A client in each state that a page's life can find it in.
fn states() -> Vec<(&'static str, Client)> {
    let idle = Client::new();
    let mut token = Client::new();
    token.give(Input::Start);
    let mut token_pause = Client::new();
    token_pause.give(Input::Start);
    token_pause.outcome(HttpOutcome::Network);
    let mut session = Client::new();
    session.give(Input::Start);
    session.answer_token();
    let mut opening = Client::new();
    opening.give(Input::Start);
    opening.answer_token();
    opening.answer_session("s1");
    let mut pause = Client::joined();
    pause.drop_socket(1006);
    let mut candidate = Client::joined();
    candidate.drop_socket(1006);
    for _ in 0..2 {
        candidate.wait_for_socket();
        candidate.refuse_socket();
        candidate.probe(true);
    }
    let mut ending = Client::joined();
    let call = ending.call();
    ending.give(Input::End { call });
    let mut closed = Client::joined();
    let call = closed.call();
    closed.give(Input::Close { call });
    let mut ended = Client::joined();
    ended.receive(event(9, "SESSION_END", json!({ "reason": "REASON_NATURAL_END" })));
    let mut failed = Client::new();
    failed.give(Input::Start);
    failed.answer(401, json!({}));
    let mut away = Client::joined();
    give(&mut away, Left);
    vec![
        ("idle", idle),
        ("token", token),
        ("pause between requests", token_pause),
        ("session", session),
        ("opening", opening),
        ("open", Client::joined()),
        ("pause", pause),
        ("candidate", candidate),
        ("ending", ending),
        ("closed", closed),
        ("ended", ended),
        ("failed", failed),
        ("away", away),
    ]
}

// --------------------------------------------------------------------------------------------- looked at again

#[test]
fn a_socket_is_checked_when_the_page_is_looked_at_again() {
    for event in [Visible, Returned, Online] {
        let mut client = Client::joined();
        client.pass(5_000);
        give(&mut client, event);
        assert_eq!(beats(&client), 1, "{event:?}: in the same step");
        client.pass(CHECK - 1);
        assert_eq!(client.status(), "open");
        client.pass(1);
        assert_eq!((client.status().as_str(), &client.closed_with[..]), ("reconnecting", &[4003][..]), "{event:?}");
    }
}

#[test]
fn a_sleep_that_the_wall_clock_alone_shows_is_noticed() {
    let mut client = Client::joined();
    client.pass(10_000);
    client.wall_offset += 3_600_000;
    client.pass(20_000);
    assert_eq!(beats(&client), 1, "with the heartbeat that was due");
    client.pass(CHECK);
    assert_eq!((client.status().as_str(), &client.closed_with[..]), ("reconnecting", &[4003][..]));
    assert_eq!(client.diagnostics()["sleeps"], 1);
    // A clock that is put right by a little, or back, tells nothing.
    for by in [900, -3_600_000] {
        let mut client = Client::joined();
        client.pass(10_000);
        client.wall_offset += by;
        client.receive(agent_message(7, "Hello"));
        assert_eq!((beats(&client), client.diagnostics()["sleeps"].clone()), (0, json!(0)), "{by}");
    }
}

#[test]
fn a_page_that_is_prerendered_begins_when_it_is_looked_at() {
    for event in [Returned, Visible] {
        let mut client = Client::new();
        give(&mut client, Left);
        client.give(Input::Start);
        let call = client.send("d1", "hello");
        client.pass(600_000);
        assert_eq!((client.status().as_str(), client.requests.len()), ("connecting", 0));
        give(&mut client, event);
        client.answer_token();
        client.answer_session("s1");
        client.open();
        client.history([session_start(1), support::event(2, "POLY_AGENT_JOINED", json!({}))]);
        assert_eq!(client.frame_texts(), ["hello"]);
        client.receive(echo(3, "d1", "hello"));
        assert_eq!(client.result(call), Some(Ok(())), "{event:?}");
    }
}

#[test]
fn a_check_that_is_answered_by_anything_leaves_the_socket_alone() {
    for answer in [heartbeat(), agent_message(7, "Hello")] {
        let mut client = Client::joined();
        give(&mut client, Visible);
        client.receive(answer);
        client.pass(29_000);
        assert_eq!((client.status().as_str(), client.urls.len()), ("open", 1));
    }
}

#[test]
fn checks_do_not_pile_up_nor_give_a_dead_socket_more_time() {
    let mut client = Client::joined();
    for _ in 0..6 {
        give(&mut client, Visible);
        give(&mut client, Online);
        client.pass(CHECK / 6);
    }
    assert_eq!((beats(&client), client.status().as_str()), (1, "reconnecting"));
}

#[test]
fn an_answer_that_was_due_anyway_is_due_sooner() {
    let mut client = Client::joined();
    client.pass(30_000);
    assert_eq!(beats(&client), 1);
    give(&mut client, Visible);
    client.pass(CHECK);
    assert_eq!(client.status(), "reconnecting", "10 s without the check");
}

#[test]
fn a_socket_is_checked_where_no_heartbeat_is_needed_too() {
    let mut start = session_start(1);
    start["payload"]["capabilities"]["heartbeat_interval_seconds"] = json!(0);
    let mut client = Client::connected();
    client.history([start, event(2, "POLY_AGENT_JOINED", json!({}))]);
    client.pass(60_000);
    assert_eq!(beats(&client), 0);
    give(&mut client, Visible);
    assert_eq!(beats(&client), 1);
    client.pass(CHECK);
    assert_eq!(client.status(), "reconnecting");
}

#[test]
fn a_pause_is_not_waited_out_when_the_page_is_looked_at_again() {
    for event in [Visible, Returned, Online] {
        let mut client = Client::joined();
        client.drop_socket(1006);
        give(&mut client, event);
        assert_eq!(client.urls.len(), 2, "{event:?}: in the same step");
        assert_eq!(client.state.connection, ConnectionView::Reconnecting { attempt: 1, retry_in_ms: 0 });
    }
}

#[test]
fn a_page_that_nobody_looks_at_goes_on_as_before() {
    let mut client = Client::joined();
    let (deadline, frames) = (client.deadline, client.frames.len());
    give(&mut client, Hidden);
    assert_eq!((client.deadline, client.frames.len(), client.status().as_str()), (deadline, frames, "open"));
}

// ------------------------------------------------------------------------------------------- offline and online

/// Lost while the browser says that it is offline, and looking at the network for the first time.
fn knocking(mut client: Client) -> Client {
    give(&mut client, Offline);
    client.drop_socket(1006);
    assert!(client.wait_for_probe() <= 2_000);
    client
}

#[test]
fn back_online_opens_a_socket_in_the_same_step() {
    for looks in [0, 1, 8] {
        for is_looking in [true, false] {
            let mut client = knocking(Client::joined_with(unlimited()));
            for _ in 0..looks {
                client.probe(false);
                client.wait_for_probe();
            }
            if !is_looking {
                client.probe(false);
            }
            let (now, aborted) = (client.now, client.aborted.len());
            give(&mut client, Online);
            // Those in vain would make the browser hold this one back.
            assert_eq!((client.urls.len(), client.now), (2, now), "the first since the network went");
            assert_eq!((client.probes.len(), client.aborted.len()), (0, aborted + usize::from(is_looking)));
            client.open();
            client.history([session_start(1)]);
            assert_eq!((client.status().as_str(), client.last_session()), ("open", "s1"));
        }
    }
}

#[test]
fn an_hour_offline_spends_no_attempt() {
    let mut client = knocking(Client::joined());
    let until = client.now + 3_600_000;
    let mut looks = 0;
    while client.now < until {
        assert_eq!(client.state.connection, ConnectionView::Reconnecting { attempt: looks + 1, retry_in_ms: 0 });
        client.probe(false);
        let pause = client.wait_for_probe();
        assert!(pause <= 30_000, "still looks every 30 s: {pause}");
        assert_eq!(client.status(), "reconnecting");
        looks += 1;
    }
    assert!(looks >= 120, "{looks} looks, each of them in vain");
    assert_eq!(client.urls.len(), 1, "no socket was tried");
    give(&mut client, Online);
    // All five are left; the one that this opened is counted when it fails.
    for left in (0..5).rev() {
        assert_eq!(client.socket.map(|(_, is_open)| is_open), Some(false), "{left} left");
        client.drop_socket(1006);
        if !client.probes.is_empty() {
            client.probe(false);
        }
        client.wait_for_socket();
    }
    client.drop_socket(1006);
    assert_eq!(client.status(), "failed");
}

#[test]
fn a_page_that_is_looked_at_offline_looks_at_the_network_at_once() {
    let mut client = knocking(Client::joined());
    give(&mut client, Visible);
    assert_eq!((client.probes.len(), client.aborted.len()), (1, 0), "it does already");
    client.probe(false);
    give(&mut client, Visible);
    assert_eq!((client.probes.len(), client.urls.len()), (1, 1));
    client.pass(4_000);
    assert_eq!((client.probes.len(), client.urls.len()), (1, 1), "the pause is over, not due again");
}

#[test]
fn who_asks_for_a_connection_offline_gets_an_attempt() {
    let mut client = knocking(Client::joined());
    let call = client.call();
    client.give(Input::Reconnect { call });
    assert_eq!((client.probes.len(), client.urls.len()), (0, 2));
}

#[test]
fn the_probe_that_a_refused_handshake_began_is_the_look_at_the_network() {
    let mut client = Client::joined();
    client.drop_socket(1006);
    client.wait_for_socket();
    client.refuse_socket();
    give(&mut client, Offline);
    assert_eq!(client.probes.len(), 1);
    client.pass(4_000);
    assert_eq!((client.probes.len(), client.urls.len(), client.diagnostics()["link"].clone()), (1, 2, json!("knock")));
    client.probe(true);
    assert_eq!(client.urls.len(), 3);
}

#[test]
fn an_end_offline_reaches_the_server_once_the_network_is_there() {
    let mut client = knocking(Client::joined());
    let call = client.call();
    client.give(Input::End { call });
    client.refuse_socket();
    client.wait_for_probe();
    client.probe(true);
    let frames = client.frames.len();
    client.open();
    assert_eq!(client.frames.len(), frames + 1, "the end was sent");
}

#[test]
fn an_open_socket_outlives_what_the_browser_says_of_the_network() {
    let mut client = Client::joined();
    give(&mut client, Offline);
    for _ in 0..10 {
        client.pass(30_000);
        client.receive(heartbeat());
    }
    assert_eq!((client.status().as_str(), client.urls.len()), ("open", 1));
    assert_eq!(client.diagnostics()["isOffline"], true);
}

#[test]
fn a_web_view_that_always_says_offline_works_all_the_same() {
    let mut client = Client::new();
    give(&mut client, Offline);
    client.give(Input::Start);
    client.answer_token();
    client.answer_session("s1");
    client.open();
    client.history([session_start(1), event(2, "POLY_AGENT_JOINED", json!({}))]);
    client.drop_socket(1006);
    client.wait_for_probe();
    client.probe(true);
    client.come_back([]);
    assert_eq!(client.status(), "open");
}

#[test]
fn a_handshake_on_the_old_network_is_begun_anew_on_the_new_one() {
    let mut client = Client::joined();
    client.drop_socket(1006);
    client.wait_for_socket();
    let old = client.socket;
    give(&mut client, Online);
    assert_eq!((client.urls.len(), client.closed_with.len()), (3, 1));
    assert!(client.socket.is_some() && client.socket != old);
    assert_eq!(client.state.connection, ConnectionView::Reconnecting { attempt: 1, retry_in_ms: 0 });
}

#[test]
fn a_request_on_the_old_network_is_made_anew_on_the_new_one() {
    let mut client = Client::new();
    client.give(Input::Start);
    let (old, _) = client.requests[0].clone();
    give(&mut client, Online);
    assert_eq!((client.aborted.as_slice(), client.requests.len()), (&[old][..], 1));
    client.answer_token();
    client.outcome(HttpOutcome::Network);
    assert!(client.requests.is_empty());
    give(&mut client, Online);
    assert_eq!(client.requests.len(), 1, "the pause between two requests is not waited out");
    client.answer_session("s1");
    assert_eq!(client.last_session(), "s1");
}

#[test]
fn the_application_is_not_asked_for_its_token_twice() {
    let mut client = Client::with(Options { connector_token: None, ..options() }, 7);
    client.give(Input::Start);
    give(&mut client, Online);
    give(&mut client, Visible);
    assert_eq!((client.tokens_asked.len(), client.aborted.len()), (1, 0));
}

#[test]
fn a_pause_that_the_server_asked_for_is_kept_when_the_page_is_looked_at() {
    let mut client = Client::new();
    client.give(Input::Start);
    let outcome = HttpOutcome::Response { status: 429, retry_after: Some("20".into()), body: String::new() };
    client.outcome(outcome);
    give(&mut client, Visible);
    client.pass(19_999);
    assert!(client.requests.is_empty());
    client.pass(1);
    assert_eq!(client.requests.len(), 1);
}

#[test]
fn the_network_that_comes_back_ends_the_experiment_in_favour_of_the_session() {
    let (_, mut client) = states().into_iter().find(|(name, _)| *name == "candidate").unwrap();
    let (request, _) = client.requests[0].clone();
    give(&mut client, Online);
    assert!(client.aborted.contains(&request));
    assert_eq!((client.last_session(), client.socket.is_some()), ("s1", true));
    let body = json!({ "session_id": "late" }).to_string();
    let outcome = HttpOutcome::Response { status: 200, retry_after: None, body };
    client.give(Input::Http { id: request, outcome });
    client.open();
    assert_eq!((client.status().as_str(), client.last_session()), ("open", "s1"));
    assert_eq!(client.diagnostics()["refusals"], 0);
}

#[test]
fn a_chat_that_gave_up_on_the_network_comes_back_by_itself() {
    for event in [Online, Visible, Returned] {
        let mut client = Client::joined();
        for _ in 0..6 {
            client.wait_for_socket();
            client.drop_socket(1006);
        }
        assert_eq!(client.status(), "failed", "the budget of 5 is spent");
        client.send("d1", "hello?");
        give(&mut client, event);
        assert_eq!(client.socket.map(|(_, is_open)| is_open), Some(false), "{event:?}: in the same step");
        client.open();
        client.history([session_start(1)]);
        client.receive(heartbeat());
        client.pass(1_000);
        assert_eq!((client.status().as_str(), client.last_session()), ("open", "s1"));
        assert_eq!(client.frame_types(), ["USER_MESSAGE"]);

        let mut client = Client::new();
        client.give(Input::Start);
        for _ in 0..4 {
            client.outcome(HttpOutcome::Network);
            client.pass(30_000);
        }
        assert_eq!(client.status(), "failed");
        give(&mut client, event);
        assert_eq!((client.status().as_str(), client.requests.len()), ("connecting", 1), "{event:?}");
    }
}

#[test]
fn a_chat_that_cannot_be_mended_or_was_closed_stays_down() {
    for name in ["idle", "closed", "ended", "failed"] {
        let (_, mut client) = states().into_iter().find(|(other, _)| *other == name).unwrap();
        let (status, urls) = (client.status(), client.urls.len());
        for event in [Left, Offline, Online, Visible, Hidden, Returned] {
            give(&mut client, event);
        }
        assert_eq!((client.status(), client.urls.len()), (status, urls), "{name}");
        assert!(client.requests.is_empty() && client.deadline.is_none(), "{name}");
    }
}

#[test]
fn a_chat_whose_sessions_are_lost_one_after_the_other_is_not_begun_again_unasked() {
    let mut client = Client::connected();
    for session in ["s2", "s3", "s4"] {
        client.drop_socket(4001);
        if let Some(deadline) = client.deadline {
            client.pass(deadline.at - client.now);
        }
        client.answer_token();
        client.answer_session(session);
    }
    client.drop_socket(4001);
    assert_eq!(client.status(), "failed");
    for event in [Online, Visible, Returned] {
        give(&mut client, event);
    }
    assert_eq!((client.status().as_str(), client.requests.len()), ("failed", 0));
}

// ---------------------------------------------------------------------------------------------- left and returned

#[test]
fn a_page_that_is_left_closes_its_socket_politely_and_returns_at_once() {
    let mut client = Client::joined();
    client.receive(agent_message(3, "Hello"));
    let events = client.events.len();
    give(&mut client, Left);
    assert_eq!((client.socket, &client.closed_with[..], client.deadline), (None, &[1000][..], None));
    assert_eq!((client.status().as_str(), client.events.len()), ("open", events), "nothing shows yet");

    sleep(&mut client, 3_600_000);
    give(&mut client, Returned);
    assert_eq!(client.state.connection, ConnectionView::Reconnecting { attempt: 1, retry_in_ms: 0 });
    assert_eq!(client.event_types()[events..], ["reconnecting"]);
    assert_eq!((client.urls.len(), client.last_session()), (2, "s1"));
    client.open();
    client.history([session_start(1), agent_message(4, "Still here?")]);
    assert_eq!((client.status().as_str(), client.texts()), ("open", vec!["Hello".to_owned(), "Still here?".into()]));
    assert!(client.events.iter().any(|event| event["type"] == "connected" && event["resumed"] == true));
}

#[test]
fn what_was_under_way_when_the_page_was_left_is_looked_for_and_goes_out_once() {
    let mut client = Client::joined();
    let (arrived, lost) = (client.send("d1", "one"), client.send("d2", "two"));
    give(&mut client, Left);
    give(&mut client, Returned);
    client.open();
    client.history([session_start(1), echo(3, "d1", "one")]);
    client.receive(heartbeat());
    client.pass(5_000);
    assert_eq!(client.result(arrived), Some(Ok(())));
    assert_eq!(client.frame_texts(), ["one", "two"], "each was written once");
    client.receive(echo(4, "d2", "two"));
    assert_eq!(client.result(lost), Some(Ok(())));
}

#[test]
fn messages_of_a_page_that_is_away_wait_for_its_return() {
    let mut client = Client::joined();
    give(&mut client, Left);
    client.send("d1", "hello");
    assert_eq!((client.delivery("d1"), client.socket), (Some(Delivery::Pending), None));
    give(&mut client, Returned);
    client.open();
    client.history([session_start(1)]);
    client.receive(heartbeat());
    client.pass(1_000);
    assert_eq!(client.frame_types(), ["USER_MESSAGE"]);
}

#[test]
fn a_page_that_is_seen_runs_though_it_never_said_that_it_returned() {
    let mut client = Client::joined();
    give(&mut client, Left);
    give(&mut client, Visible);
    assert_eq!(client.urls.len(), 2);
    give(&mut client, Returned);
    assert_eq!(client.urls.len(), 2, "already on its way");
}

#[test]
fn a_network_that_comes_while_the_page_is_away_is_for_later() {
    let mut client = Client::joined();
    give(&mut client, Offline);
    give(&mut client, Left);
    give(&mut client, Online);
    assert_eq!((client.socket, client.diagnostics()["isOffline"].clone()), (None, json!(false)));
}

#[test]
fn a_page_that_is_left_before_there_is_a_session_begins_again() {
    for name in ["token", "pause between requests", "session"] {
        let (_, mut client) = states().into_iter().find(|(other, _)| *other == name).unwrap();
        let ready = client.call();
        client.give(Input::Ready { call: ready });
        give(&mut client, Left);
        assert!(client.requests.is_empty() && client.deadline.is_none(), "{name}: aborted");
        give(&mut client, Returned);
        if client.requests[0].1.url.ends_with("/access-token") {
            client.answer_token();
        }
        client.answer_session("s9");
        client.open();
        client.history([session_start(1)]);
        assert_eq!((client.result(ready), client.status().as_str()), (Some(Ok(())), "open"), "{name}");
    }
}

#[test]
fn a_page_that_is_left_while_the_chat_ends_has_ended_it() {
    let mut client = Client::joined();
    let call = client.call();
    client.give(Input::End { call });
    give(&mut client, Left);
    assert_eq!(client.frame_types(), ["USER_END_SESSION"]);
    assert_eq!((client.result(call), &client.closed_with[..]), (Some(Ok(())), &[1000][..]));
    assert!(client.state.ended.is_some());
}

#[test]
fn whatever_the_page_lives_through_in_whatever_state_does_no_harm() {
    let all = [Online, Offline, Visible, Hidden, Left, Returned];
    for first in all {
        for second in all {
            for (name, mut client) in states() {
                let was_over = client.state.ended.is_some();
                give(&mut client, first);
                give(&mut client, second);
                client.give(Input::Deadline);
                if second == Left && name != "idle" {
                    assert_eq!((client.socket, client.deadline), (None, None), "{name}, {first:?}, {second:?}");
                    assert!(client.requests.is_empty() && client.probes.is_empty(), "{name}, {first:?}, {second:?}");
                }
                sleep(&mut client, 86_400_000);
                client.give(Input::Deadline);
                assert!(!client.event_types().contains(&"sessionReplaced"), "{name}, {first:?}, {second:?}");
                assert!(was_over || client.state.ended.is_none() || name == "ending", "{name}, {first:?}, {second:?}");
                let call = client.call();
                client.give(Input::Close { call });
                assert_eq!((client.socket, client.deadline), (None, None), "{name}, {first:?}, {second:?}");
            }
        }
    }
}

#[test]
fn an_answer_for_a_page_that_was_left_changes_nothing() {
    let (_, mut client) = states().into_iter().find(|(name, _)| *name == "session").unwrap();
    let (id, _) = client.requests[0].clone();
    give(&mut client, Left);
    let body = json!({ "session_id": "late" }).to_string();
    client.give(Input::Http { id, outcome: HttpOutcome::Response { status: 200, retry_after: None, body } });
    assert_eq!((client.state.session.clone(), client.socket), (None, None));

    let mut client = Client::joined();
    client.drop_socket(1006);
    client.wait_for_socket();
    client.refuse_socket();
    let probe = client.probes[0];
    give(&mut client, Left);
    assert_eq!(client.aborted, [probe]);
    client.give(Input::Probed { id: probe, is_answered: true });
    assert_eq!((client.socket, client.deadline), (None, None));
}

#[test]
fn what_the_application_asks_of_a_page_that_is_away_is_done() {
    for step in 0..3 {
        let mut client = Client::joined();
        give(&mut client, Left);
        let call = client.call();
        match step {
            0 => drop(client.give(Input::Reconnect { call })),
            1 => {
                client.give(Input::Restart { call });
                client.answer_token();
                client.answer_session("s2");
            }
            _ => {
                client.give(Input::Close { call });
                assert_eq!((client.status().as_str(), client.result(call)), ("closed", Some(Ok(()))));
                give(&mut client, Returned);
                assert_eq!(client.socket, None, "closed is closed");
                continue;
            }
        }
        client.open();
        client.history([session_start(1)]);
        assert_eq!((client.result(call), client.status().as_str()), (Some(Ok(())), "open"), "{step}");
    }
}

// -------------------------------------------------------------------------------------------------- late timers

#[test]
fn a_heartbeat_answered_while_the_page_slept_does_not_cost_the_socket() {
    let mut client = Client::joined();
    client.pass(30_000);
    assert_eq!(beats(&client), 1);
    sleep(&mut client, 600_000);
    client.give(Input::Deadline);
    assert_eq!((client.status().as_str(), beats(&client)), ("open", 2), "asked again rather than judged");
    client.receive(heartbeat());
    client.pass(29_000);
    assert_eq!((client.status().as_str(), client.urls.len()), ("open", 1));
    assert_eq!(client.diagnostics()["sleeps"], 1);
}

#[test]
fn a_socket_that_died_while_the_page_slept_is_found_out_in_three_seconds() {
    let mut client = Client::joined();
    client.pass(30_000);
    sleep(&mut client, 600_000);
    client.give(Input::Deadline);
    client.pass(CHECK - 1);
    assert_eq!(client.status(), "open");
    client.pass(1);
    assert_eq!(client.status(), "reconnecting");
}

#[test]
fn an_echo_that_came_while_the_page_slept_confirms_the_message() {
    let mut client = Client::joined();
    let sent = client.send("d1", "hello");
    sleep(&mut client, 60_000);
    client.give(Input::Deadline);
    client.receive(heartbeat());
    assert_eq!(client.urls.len(), 1, "still 3 s to read what came");
    client.receive(echo(3, "d1", "hello"));
    assert_eq!((client.result(sent), client.urls.len()), (Some(Ok(())), 1));
}

#[test]
fn a_message_that_was_swallowed_before_the_page_slept_is_found_out_three_seconds_later() {
    let mut client = Client::joined();
    client.send("d1", "hello");
    sleep(&mut client, 60_000);
    client.give(Input::Deadline);
    client.receive(heartbeat());
    client.pass(CHECK - 1);
    assert_eq!(client.urls.len(), 1);
    client.pass(1);
    client.wait_for_socket();
    assert_eq!(client.urls.len(), 2);
}

#[test]
fn a_page_whose_timers_are_always_late_still_finds_out_what_was_swallowed() {
    let mut client = Client::joined();
    client.send("d1", "hello");
    for _ in 0..3 {
        // Timers of a page that nobody looks at run once a minute.
        sleep(&mut client, 60_000);
        client.give(Input::Deadline);
        if client.socket.is_some_and(|(_, is_open)| is_open) {
            client.receive(heartbeat());
        }
    }
    assert!(client.urls.len() > 1 || client.socket.is_none(), "put off once, not for ever");
}

#[test]
fn a_page_whose_timers_are_always_late_still_finds_out_that_its_socket_died() {
    let mut client = Client::joined();
    for _ in 0..4 {
        sleep(&mut client, 60_000);
        client.give(Input::Deadline);
    }
    assert!(client.closed_with.contains(&4003), "put off once, not for ever");
}

#[test]
fn a_handshake_that_was_done_while_the_page_slept_counts() {
    let mut client = Client::joined();
    client.drop_socket(1006);
    client.wait_for_socket();
    sleep(&mut client, 60_000);
    client.give(Input::Deadline);
    client.open();
    client.history([session_start(1)]);
    assert_eq!((client.status().as_str(), client.urls.len()), ("open", 2));
    assert!(client.probes.is_empty());
}

#[test]
fn a_history_that_came_while_the_page_slept_is_read_before_it_is_judged() {
    let mut client = Client::joined();
    client.send("d1", "hello");
    client.drop_socket(1006);
    client.wait_for_socket();
    client.open();
    client.history([session_start(1)]);
    sleep(&mut client, 60_000);
    client.give(Input::Deadline);
    client.history([echo(3, "d1", "hello")]);
    client.receive(heartbeat());
    client.pass(10_000);
    assert_eq!((client.frame_texts(), client.delivery("d1")), (vec!["hello"], Some(Delivery::Sent)));
}

#[test]
fn a_timer_that_is_a_second_late_is_on_time() {
    let mut client = Client::joined();
    client.pass(30_000);
    sleep(&mut client, 11_000);
    client.give(Input::Deadline);
    assert_eq!((client.status().as_str(), client.diagnostics()["sleeps"].clone()), ("reconnecting", json!(0)));
}
