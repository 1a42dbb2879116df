//! A socket is renewed after two hours, at a moment when nobody notices.

mod support;

use poly_messaging_engine::*;
use serde_json::json;
use support::*;

const HOURS_2: u64 = 2 * 60 * 60 * 1_000;
const MINUTES_10: u64 = 10 * 60 * 1_000;

/// Lets time pass on a socket whose heartbeats are echoed.
fn live(client: &mut Client, ms: u64) {
    let until = client.now + ms;
    while let Some(deadline) = client.deadline.filter(|deadline| deadline.at <= until) {
        let sockets = client.urls.len();
        client.pass(deadline.at - client.now);
        if client.urls.len() > sockets {
            break;
        }
        if client.socket.is_some_and(|(_, is_open)| is_open) {
            client.receive(json!({ "type": "EVENT_TYPE_HEARTBEAT", "payload": {} }));
        }
    }
    if client.socket.is_some_and(|(_, is_open)| is_open) {
        client.pass(until.saturating_sub(client.now));
    }
}

/// Opens the socket that is opening, and replays nothing new.
fn reopen(client: &mut Client) {
    client.open();
    client.history([session_start(1)]);
    client.receive(json!({ "type": "EVENT_TYPE_HEARTBEAT", "payload": {} }));
    client.pass(1_000);
}

#[test]
fn a_renewal_shows_nothing() {
    let mut client = Client::joined();
    client.receive(agent_message(3, "Hello"));
    let (opened, events) = (client.now, client.events.len());
    live(&mut client, HOURS_2 - 1);
    assert_eq!(client.urls.len(), 1);
    live(&mut client, 1_000);
    assert_eq!((client.urls.len(), &client.closed_with[..]), (2, &[1000][..]));
    assert!(client.now - opened <= HOURS_2);
    assert!(client.urls[1].ends_with("&cursor=3"));
    assert_eq!(client.status(), "open");
    reopen(&mut client);
    assert_eq!(client.status(), "open");
    let told: Vec<_> = client.event_types().split_off(events);
    assert!(told.iter().all(|name| *name == "heartbeat"), "{told:?}");
    assert_eq!(client.frame_types(), [] as [&str; 0], "no second invitation");
    assert_eq!(client.diagnostics()["renewals"], 1);
}

#[test]
fn the_renewed_socket_is_renewed_in_its_turn() {
    let mut client = Client::joined();
    for renewals in 1..=3 {
        live(&mut client, HOURS_2 + 1_000);
        assert_eq!(client.urls.len(), renewals + 1);
        reopen(&mut client);
    }
    assert_eq!(client.status(), "open");
}

#[test]
fn messages_sent_during_a_renewal_go_out_behind_it() {
    let mut client = Client::joined();
    live(&mut client, HOURS_2);
    let sent = client.send("d1", "hello");
    assert_eq!((client.delivery("d1"), client.frame_types().len()), (Some(Delivery::Pending), 0));
    reopen(&mut client);
    assert_eq!(client.frame_types(), ["USER_MESSAGE"]);
    client.receive(echo(3, "d1", "hello"));
    assert_eq!(client.result(sent), Some(Ok(())));
}

#[test]
fn a_renewal_waits_for_a_quiet_moment() {
    let busy: [fn(&mut Client); 3] = [
        |client| client.receive(chunk(3, "m", 1, "Once upon a ", false)),
        |client| client.receive(event(3, "POLY_AGENT_THINKING", json!({}))),
        |client| drop(client.give(Input::Typing)),
    ];
    let quiet: [fn(&mut Client); 3] = [
        |client| client.receive(chunk(4, "m", 2, "time", true)),
        |client| client.receive(agent_message(4, "Hello")),
        |client| client.pass(5_000),
    ];
    for (at, (busy, quiet)) in busy.into_iter().zip(quiet).enumerate() {
        let mut client = Client::joined();
        live(&mut client, HOURS_2 - 1_500);
        busy(&mut client);
        live(&mut client, 3_000);
        assert_eq!(client.urls.len(), 1, "{at}");
        quiet(&mut client);
        live(&mut client, 5_000);
        assert_eq!(client.urls.len(), 2, "{at}: looked for every 5 s");
    }
}

#[test]
fn a_renewal_waits_for_a_confirmation() {
    let mut client = Client::joined();
    live(&mut client, HOURS_2 - 1_000);
    client.send("d1", "hello");
    live(&mut client, 2_000);
    assert_eq!(client.urls.len(), 1);
    client.receive(echo(3, "d1", "hello"));
    live(&mut client, 5_000);
    assert_eq!((client.urls.len(), client.delivery("d1")), (2, Some(Delivery::Sent)));
}

#[test]
fn a_renewal_waits_no_longer_than_ten_minutes() {
    let mut client = Client::joined();
    let opened = client.now;
    live(&mut client, HOURS_2 - 1_000);
    client.receive(chunk(3, "m", 1, "Once upon a ", false));
    live(&mut client, MINUTES_10 + 10_000);
    assert_eq!((client.urls.len(), client.now - opened), (2, HOURS_2 + MINUTES_10));
    client.open();
    client.history([session_start(1), chunk(4, "m", 2, "time", true)]);
    assert_eq!((client.texts(), client.status().as_str()), (vec!["Once upon a time".to_owned()], "open"));
}

#[test]
fn a_page_that_is_offline_keeps_the_socket_it_has() {
    let mut client = Client::joined();
    client.give(Input::Page(PageEvent::Offline));
    live(&mut client, HOURS_2 + 60_000);
    assert_eq!(client.urls.len(), 1);
    client.give(Input::Page(PageEvent::Online));
    client.receive(json!({ "type": "EVENT_TYPE_HEARTBEAT", "payload": {} }));
    live(&mut client, 5_000);
    assert_eq!((client.urls.len(), client.status().as_str()), (2, "open"));
}

#[test]
fn a_renewal_that_does_not_open_is_a_loss_like_any_other() {
    let mut client = Client::joined();
    live(&mut client, HOURS_2);
    let events = client.events.len();
    client.refuse_socket();
    assert_eq!((client.status().as_str(), client.probes.len()), ("reconnecting", 1));
    assert_eq!(client.event_types()[events..], ["reconnecting"]);
    client.come_back([]);
    assert_eq!(client.status(), "open");
    assert!(client.event_types()[events..].contains(&"connected"));
}

#[test]
fn a_renewal_begun_anew_on_a_new_network_still_shows_nothing() {
    let mut client = Client::joined();
    live(&mut client, HOURS_2);
    let events = client.events.len();
    client.give(Input::Page(PageEvent::Online));
    assert_eq!(client.urls.len(), 3);
    reopen(&mut client);
    assert_eq!(client.status(), "open");
    assert!(!client.event_types()[events..].contains(&"connected"));
}

#[test]
fn a_socket_that_was_lost_and_opened_again_has_two_hours_of_its_own() {
    let mut client = Client::joined();
    live(&mut client, HOURS_2 / 2);
    client.drop_socket(1006);
    client.come_back([]);
    live(&mut client, HOURS_2 - 10_000);
    assert_eq!(client.urls.len(), 2);
    live(&mut client, 11_000);
    assert_eq!(client.urls.len(), 3);
}
