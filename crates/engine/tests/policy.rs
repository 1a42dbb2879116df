//! A page's content policy that refuses the API: said at once, not tried again, and without a token in what it reports.

mod support;

use poly_messaging_engine::*;
use support::{Client, session_start};

const SOCKET: &str = "wss://api.example/ws";

fn blocked(url: &str) -> Input {
    Input::Blocked { url: url.into() }
}

/// The chat has failed for good, and has nothing under way.
fn assert_refused(client: &Client) {
    let error = client.state.connection.clone();
    assert_eq!(client.status(), "failed", "{error:?}");
    let ConnectionView::Failed { error } = error else { unreachable!() };
    assert_eq!((error.code, error.retryable), (ErrorCode::ConfigContentPolicy, false));
    assert_eq!((client.socket, client.requests.len(), client.deadline), (None, 0, None));
    let said = client.log.iter().find(|line| line.starts_with("config/content-policy")).expect("a line of it");
    for part in ["connect-src", "https://api.example", "wss://api.example"] {
        assert!(said.contains(part), "{part} in {said}");
    }
}

/// A client whose session is made, and whose socket is next.
fn with_session(before: impl IntoIterator<Item = Input>) -> Client {
    let mut client = Client::new();
    for input in before {
        client.give(input);
    }
    client.give(Input::Start);
    client.answer_token();
    client.answer_session("s1");
    client
}

#[test]
fn under_a_policy_the_address_is_tried_without_a_token_first_and_once() {
    let mut client = with_session([Input::Policy]);
    assert_eq!(client.urls, [SOCKET]);
    client.pass(99);
    assert_eq!(client.urls.len(), 1);
    client.pass(1);
    assert_eq!(client.closed_with, [1000]);
    assert!(client.urls[1].starts_with("wss://api.example/ws?session_id=s1&access_token="), "{:?}", client.urls);
    client.open();
    client.history([session_start(1)]);
    assert_eq!(client.status(), "open");
    client.drop_socket(1006);
    client.wait_for_socket();
    assert!(client.urls[2].contains("access_token="), "it was tried");
    assert_eq!(client.urls.len(), 3);
}

#[test]
fn a_server_that_takes_the_bare_address_is_asked_no_more_of() {
    let mut client = with_session([Input::Policy]);
    client.open();
    assert_eq!(client.closed_with, [1000]);
    assert!(client.urls[1].contains("access_token="));
}

#[test]
fn a_refused_bare_address_is_all_that_a_report_can_hold() {
    // A browser says so before it closes the socket, or after.
    for is_closed_first in [false, true] {
        let mut client = with_session([blocked("https://other.example/x")]);
        if is_closed_first {
            client.drop_socket(1006);
            assert_eq!(client.status(), "connecting", "what it means is not known yet");
        }
        client.pass(4);
        client.give(blocked(SOCKET));
        assert_refused(&client);
        assert_eq!(client.urls, [SOCKET]);
        let call = client.call();
        client.give(Input::Reconnect { call });
        assert_eq!(client.urls, [SOCKET, SOCKET], "whoever asks again has it tried again, as carefully");
        client.give(blocked(SOCKET));
        assert_refused(&client);
    }
}

#[test]
fn a_socket_that_an_unknown_policy_refuses_is_not_tried_again() {
    for is_closed_first in [false, true] {
        let mut client = with_session([]);
        assert!(client.urls[0].contains("access_token="), "nothing was known of a policy");
        if is_closed_first {
            client.drop_socket(1006);
        }
        client.give(blocked("wss://api.example"));
        assert_refused(&client);
        client.give(Input::Page(PageEvent::Online));
        client.give(Input::Page(PageEvent::Visible));
        client.pass(600_000);
        assert_eq!(client.urls.len(), 1);
    }
}

#[test]
fn a_request_that_is_refused_is_not_made_again() {
    for is_told_first in [false, true] {
        let mut client = Client::new();
        client.give(Input::Start);
        if is_told_first {
            client.give(blocked("https://api.example/api/v1/access-token"));
            assert_eq!(client.requests.len(), 1, "whether it was this one, its outcome says");
        }
        client.outcome(HttpOutcome::Network);
        if !is_told_first {
            client.give(blocked("https://api.example"));
        }
        assert_refused(&client);
    }
}

#[test]
fn what_the_policy_refuses_of_the_page_s_own_is_nothing_to_the_chat() {
    let mut client = Client::new();
    client.give(Input::Start);
    for url in ["https://other.example", "https://api.example/other", "", "inline", "https://api.example.evil.example"]
    {
        client.give(blocked(url));
    }
    client.answer_token();
    client.answer_session("s1");
    client.pass(100);
    client.open();
    client.history([session_start(1)]);
    client.give(blocked(SOCKET));
    assert_eq!(client.status(), "open");
}

#[test]
fn messages_of_a_chat_that_is_refused_offer_no_retry() {
    let mut client = with_session([]);
    let call = client.send("d1", "hello");
    client.give(blocked(SOCKET));
    assert_eq!(client.result(call), Some(Err(ErrorCode::MessageNotDelivered)));
    let failed = client.events.iter().find(|event| event["type"] == "messageFailed").expect("it is told");
    assert_eq!(failed["error"]["retryable"], false);
}
