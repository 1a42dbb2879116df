//! What the log says of a failure that nothing mends by itself: once, at `error`, with the address and what is likely in the way.

mod support;

use poly_messaging_engine::*;
use serde_json::json;
use support::{Client, options};

/// The lines at `error`.
fn errors(client: &Client) -> Vec<&str> {
    client
        .log_levels
        .iter()
        .zip(&client.log)
        .filter(|(level, _)| **level == LogLevel::Error)
        .map(|(_, line)| &**line)
        .collect()
}

#[test]
fn a_request_that_fails_for_good_is_named_with_its_likely_cause() {
    let token = "https://api.example/api/v1/access-token";
    let cases: [(&str, HttpOutcome, bool, &[&str]); 5] = [
        ("no network", HttpOutcome::Network, false, &["transport/network", token, "connect-src", "blocker", "CORS"]),
        ("offline", HttpOutcome::Network, true, &["transport/network", token, "offline"]),
        ("late", HttpOutcome::Timeout, false, &["transport/timeout", token, "15 s"]),
        ("a gateway", response(502, json!({})), false, &["transport/server", token, "502"]),
        (
            "another host",
            response(401, json!({ "message": "Failed to validate connector" })),
            false,
            &["auth/unauthorized", token, "https://www.example.com", "Failed to validate connector"],
        ),
    ];
    for (case, outcome, is_offline, wanted) in cases {
        let mut client = Client::new();
        if is_offline {
            client.give(Input::Page(PageEvent::Offline));
        }
        client.give(Input::Start);
        while client.status() != "failed" {
            client.outcome(outcome.clone());
            client.pass(10_000);
        }
        let errors = errors(&client);
        assert_eq!(errors.len(), 1, "{case}: {errors:?}");
        for part in wanted {
            assert!(errors[0].contains(part), "{case}: {part} in {}", errors[0]);
        }
    }
}

fn response(status: u16, body: serde_json::Value) -> HttpOutcome {
    HttpOutcome::Response { status, retry_after: None, body: body.to_string() }
}

#[test]
fn sockets_that_do_not_stay_are_named_with_what_the_host_does() {
    for (is_answered, wanted) in [(true, "host answers"), (false, "connect-src")] {
        let mut client = Client::joined_with(Options { max_reconnect_attempts: 2, ..options() });
        client.drop_socket(1006);
        while client.status() != "failed" {
            client.wait_for_socket();
            client.refuse_socket();
            if !client.probes.is_empty() {
                client.probe(is_answered);
            }
            if !client.requests.is_empty() {
                client.outcome(response(500, json!({})));
            }
        }
        let errors = errors(&client);
        assert_eq!(errors.len(), 1, "{errors:?}");
        for part in ["session/reconnect-exhausted", "wss://api.example/ws", wanted] {
            assert!(errors[0].contains(part), "{part} in {}", errors[0]);
        }
    }
}

#[test]
fn a_token_that_the_application_does_not_give_is_named() {
    let mut client = Client::with(Options { connector_token: None, ..options() }, 7);
    client.give(Input::Start);
    let (id, _) = client.tokens_asked[0];
    client.give(Input::Token { id, result: Err(String::new()) });
    assert_eq!(errors(&client).len(), 1);
    assert!(errors(&client)[0].starts_with("auth/token-failed") && errors(&client)[0].contains("getAccessToken"));
}
