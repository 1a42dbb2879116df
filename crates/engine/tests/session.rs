//! Access token and session: the requests, their retries, and what each refusal means.

mod support;

use poly_messaging_engine::*;
use serde_json::json;
use support::{Client, options};

fn started() -> Client {
    let mut client = Client::new();
    client.give(Input::Start);
    client
}

fn failed_with(client: &Client) -> Option<ErrorCode> {
    match &client.state.connection {
        ConnectionView::Failed { error } => Some(error.code),
        _ => None,
    }
}

#[test]
fn asks_for_a_token_then_a_session_then_a_socket() {
    let mut client = started();
    assert_eq!(client.status(), "connecting");
    let (_, token) = &client.requests[0];
    assert_eq!(token.url, "https://api.example/api/v1/access-token");
    assert_eq!(
        token.headers,
        [
            ("X-Token", "SECRET-connector".to_owned()),
            ("X-Host", "https://www.example.com".to_owned()),
            ("Content-Type", "application/json".to_owned())
        ]
    );
    assert_eq!(token.body, "{}");
    client.answer_token();

    let (_, session) = &client.requests[0];
    assert_eq!(session.url, "https://api.example/api/v1/sessions");
    assert_eq!(session.headers[0], ("Authorization", "Bearer SECRET.jwt.x".to_owned()));
    let body: serde_json::Value = serde_json::from_str(&session.body).unwrap();
    assert_eq!(body, json!({ "streaming_enabled": true, "platform": "web", "device_type": "desktop" }));
    client.answer_session("s 1");

    assert_eq!(client.urls, ["wss://api.example/ws?session_id=s%201&access_token=SECRET.jwt.x"]);
    assert_eq!(client.state.session.as_ref().unwrap().id, "s 1");
}

#[test]
fn a_second_start_changes_nothing() {
    let mut client = started();
    client.give(Input::Start);
    assert_eq!(client.requests.len(), 1);
}

#[test]
fn tries_four_times_in_all_with_growing_pauses() {
    let mut client = started();
    for attempt in 1..4u32 {
        client.outcome(HttpOutcome::Network);
        let pause = client.deadline.unwrap().at - client.now;
        assert!(pause <= 1_000 << (attempt - 1), "{pause} ms after try {attempt}");
        client.pass(pause);
        assert_eq!(client.requests.len(), 1, "no try after {attempt}");
    }
    client.outcome(HttpOutcome::Network);
    assert_eq!(failed_with(&client), Some(ErrorCode::TransportNetwork));
    assert_eq!(client.deadline, None);
}

#[test]
fn waits_as_long_as_the_server_asks() {
    for (header, wait) in [
        (Some("2"), 2_000),
        (Some(" 7 "), 7_000),
        (Some("1.5"), 1_500),
        (Some("9999"), 30_000),
        (Some("Thu, 01 Jan 1970 00:16:49 GMT"), 9_000),
        (Some("Thu, 01 Jan 1970 00:16:39 GMT"), 5_000),
        (Some("soon"), 5_000),
        (None, 5_000),
    ] {
        let mut client = started();
        let retry_after = header.map(str::to_owned);
        client.outcome(HttpOutcome::Response { status: 429, retry_after, body: String::new() });
        assert_eq!(client.deadline.unwrap().at - client.now, wait, "{header:?}");
    }
}

#[test]
fn waits_as_long_as_a_server_that_is_overloaded_asks() {
    for status in [500, 503, 529] {
        let mut client = started();
        client.outcome(HttpOutcome::Response { status, retry_after: Some("7".into()), body: String::new() });
        assert_eq!(client.deadline.unwrap().at - client.now, 7_000, "{status}");
        client.pass(7_000);
        client.outcome(HttpOutcome::Response { status, retry_after: None, body: String::new() });
        assert!(client.deadline.unwrap().at - client.now <= 2_000, "{status}: a pause of the client's own");
    }
}

#[test]
fn says_when_to_come_back_once_it_gives_up() {
    let mut client = started();
    for _ in 0..4 {
        client.outcome(HttpOutcome::Response { status: 429, retry_after: Some("3".into()), body: String::new() });
        client.pass(3_000);
    }
    let ConnectionView::Failed { error } = &client.state.connection else { panic!("{:?}", client.state.connection) };
    assert_eq!((error.code, error.retry_after_ms), (ErrorCode::TransportRateLimited, Some(3_000)));
}

#[test]
fn each_refusal_of_a_token_has_its_code() {
    let cases = [
        (401, json!({ "message": "Missing authentication headers" }), ErrorCode::AuthUnauthorized),
        (401, json!({ "error": "Connector token does not exist" }), ErrorCode::AuthConnectorNotFound),
        (401, json!({ "message": "Failed to validate connector" }), ErrorCode::AuthUnauthorized),
        (401, json!({ "message": "Connector missing host domain" }), ErrorCode::AuthUnauthorized),
        (403, json!(null), ErrorCode::AuthUnauthorized),
        (400, json!(7), ErrorCode::AuthTokenFailed),
    ];
    for (status, body, code) in cases {
        let mut client = started();
        client.answer(status, body.clone());
        assert_eq!(failed_with(&client), Some(code), "{status} {body}");
        assert!(client.requests.is_empty(), "{status} {body} was tried again");
    }
}

#[test]
fn server_failures_are_tried_again_and_then_told_apart() {
    for (status, code) in
        [(500, ErrorCode::AuthTokenFailed), (502, ErrorCode::TransportServer), (503, ErrorCode::TransportServer)]
    {
        let mut client = started();
        for _ in 0..4 {
            client.answer(status, json!({ "message": "Failed to create access token" }));
            client.pass(8_000);
        }
        assert_eq!(failed_with(&client), Some(code), "{status}");
    }
}

#[test]
fn each_refusal_of_a_session_has_its_code() {
    let cases = [
        (400, "Missing access token", ErrorCode::SessionCreationFailed),
        (400, "Error parsing request", ErrorCode::SessionCreationFailed),
        (401, "Invalid access token", ErrorCode::AuthUnauthorized),
    ];
    for (status, text, code) in cases {
        let mut client = started();
        client.answer_token();
        client.answer(status, json!({ "error": text }));
        let ConnectionView::Failed { error } = &client.state.connection else { panic!("{text}") };
        assert_eq!(error.code, code);
        assert!(error.message.contains(text), "{}", error.message);
    }
}

#[test]
fn an_error_repeats_only_texts_that_are_documented() {
    let mut client = started();
    client.answer(401, json!({ "message": "bad token SECRET-connector" }));
    let ConnectionView::Failed { error } = &client.state.connection else { panic!() };
    assert!(!error.message.contains("bad token"));
}

#[test]
fn an_answer_that_makes_no_sense_is_tried_again() {
    let html = HttpOutcome::Response { status: 200, retry_after: None, body: "<html>Log in to Wi-Fi".into() };
    let mut client = started();
    client.outcome(html.clone());
    client.pass(1_000);
    client.answer(200, json!({ "access_token": "" }));
    client.pass(2_000);
    client.answer_token();
    client.answer(200, json!({ "session_id": 5 }));
    client.pass(1_000);
    client.answer_session("s1");
    assert!(client.socket.is_some());
}

#[test]
fn an_answer_to_an_old_request_is_ignored() {
    let mut client = started();
    let (old, _) = client.requests.remove(0);
    let call = client.call();
    client.give(Input::Restart { call });
    assert_eq!(client.aborted, [old]);
    let body = json!({ "access_token": "SECRET-old" }).to_string();
    client.give(Input::Http { id: old, outcome: HttpOutcome::Response { status: 200, retry_after: None, body } });
    assert_eq!(client.requests.len(), 1);
}

#[test]
fn the_application_supplies_tokens_where_there_is_no_connector() {
    let mut client = Client::with(Options { connector_token: None, ..options() }, 1);
    client.give(Input::Start);
    let [(id, TokenReason::Start)] = client.tokens_asked[..] else { panic!("{:?}", client.tokens_asked) };
    let token = AccessToken { access_token: "SECRET-own".into(), expires_in: None };
    client.give(Input::Token { id, result: Ok(token) });
    assert_eq!(client.requests[0].1.headers[0], ("Authorization", "Bearer SECRET-own".to_owned()));
}

#[test]
fn an_application_that_has_no_token_to_give_fails_the_connection_until_it_asks_again() {
    let mut client = Client::with(Options { connector_token: None, ..options() }, 1);
    client.give(Input::Start);
    let (id, _) = client.tokens_asked[0];
    client.give(Input::Token { id, result: Err("SECRET".into()) });
    assert_eq!(failed_with(&client), Some(ErrorCode::AuthTokenFailed));
    let call = client.call();
    client.give(Input::Reconnect { call });
    client.pass(30_000);
    assert_eq!(failed_with(&client), Some(ErrorCode::AuthTokenFailed), "an application that never answers");
    assert_eq!(client.result(call), Some(Err(ErrorCode::AuthTokenFailed)));
}

#[test]
fn messages_written_while_connecting_go_out_in_order_once_the_agent_is_there() {
    let mut client = started();
    client.send("d1", "first");
    client.answer_token();
    client.answer_session("s1");
    client.send("d2", "second");
    client.open();
    client.history([support::session_start(1)]);
    assert_eq!(client.frame_types(), ["REQUEST_POLY_AGENT_JOIN"]);
    client.receive(support::event(2, "POLY_AGENT_JOINED", json!({})));
    assert_eq!(client.frame_texts(), ["first"]);
    client.receive(support::echo(3, "d1", "first"));
    assert_eq!(client.frame_texts(), ["first", "second"]);
    assert_eq!(client.texts(), ["first", "second"]);
}

#[test]
fn a_failure_that_cannot_be_mended_fails_what_waits_for_it() {
    let mut client = started();
    let (ready, sent) = (client.call(), client.send("d1", "hello"));
    client.give(Input::Ready { call: ready });
    client.answer(401, json!({ "message": "Connector token does not exist" }));
    assert_eq!(client.result(ready), Some(Err(ErrorCode::AuthConnectorNotFound)));
    assert_eq!(client.result(sent), Some(Err(ErrorCode::MessageNotDelivered)));
    assert_eq!(client.delivery("d1"), Some(Delivery::Failed));
}

#[test]
fn a_failure_that_can_be_mended_keeps_messages_for_the_next_try() {
    let mut client = started();
    let sent = client.send("d1", "hello");
    for _ in 0..4 {
        client.outcome(HttpOutcome::Timeout);
        client.pass(8_000);
    }
    assert_eq!(failed_with(&client), Some(ErrorCode::TransportTimeout));
    assert_eq!((client.delivery("d1"), client.result(sent)), (Some(Delivery::Pending), None));
    let call = client.call();
    client.give(Input::Reconnect { call });
    client.answer_token();
    client.answer_session("s1");
    client.open();
    client.history([support::session_start(1), support::event(2, "POLY_AGENT_JOINED", json!({}))]);
    assert_eq!(client.result(call), Some(Ok(())));
    client.receive(support::echo(3, "d1", "hello"));
    assert_eq!(client.result(sent), Some(Ok(())));
}

#[test]
fn options_that_cannot_work_are_refused() {
    let bad = |change: fn(&mut Options)| {
        let mut options = options();
        change(&mut options);
        Config::parse(options).err().map(|error| error.code)
    };
    assert_eq!(bad(|_| {}), None);
    assert_eq!(bad(|options| options.api_url = "ftp://x".into()), Some(ErrorCode::ConfigInvalid));
    assert_eq!(bad(|options| options.socket_url = "https://x".into()), Some(ErrorCode::ConfigInvalid));
    assert_eq!(bad(|options| options.connector_token = Some(String::new())), Some(ErrorCode::ConfigInvalid));
}

#[test]
fn a_token_that_the_server_has_forgotten_meanwhile_is_replaced_once() {
    let mut client = Client::new();
    client.give(Input::Start);
    client.answer_token();
    client.answer(400, json!({ "error": "Error parsing request" }));
    assert_eq!(client.status(), "failed");

    let call = client.call();
    client.give(Input::Reconnect { call });
    let refusal = json!({ "message": "Invalid access token" });
    client.answer(401, refusal.clone());
    assert!(client.requests[0].1.url.ends_with("/access-token"));
    client.answer_token();
    client.answer(401, refusal);
    assert_eq!(client.result(call), Some(Err(ErrorCode::AuthUnauthorized)), "a new one is refused for a reason");
}
