//! A connection that is lost does not cost the conversation.

use std::time::Duration;

use e2e::{Page, Sandbox, inside};
use serde_json::{Value, json};

async fn say(page: &Page, text: &str) {
    page.type_into(&inside("[part~=input]"), text).await;
    page.click(&inside("[part~=send]")).await;
}

async fn open(page: &Page, sandbox: &Sandbox) -> String {
    page.open(&sandbox.url("/playground.html")).await;
    page.wait_for(&inside(".root[data-status=open]")).await;
    page.wait_for_text(&inside("[data-role=agent] [part~=bubble]"), "What can I do for you?").await;
    page.wait_for_none(&inside("[data-streaming=true]")).await;
    let session = page.eval("return chat.getSnapshot().session.id;", &[]).await;
    session.as_str().expect("a session id").to_owned()
}

/// The only session's log, once its first socket is closed and its second one open.
async fn log_after_reconnect(page: &Page, sandbox: &Sandbox, session: &str) -> Value {
    // Events are shown at once, the state with the next frame: what it says may still be of the time before.
    page.wait_until("document.querySelectorAll('[data-testid=events] [data-type=connected]').length === 2").await;
    page.wait_for(&inside(".root[data-status=open]")).await;
    let sessions = sandbox.ask("/sessions").await;
    assert_eq!(sessions["sessions"].as_array().map(Vec::len), Some(1), "{sessions}");
    sandbox.ask(&format!("/sessions/{session}/log")).await
}

#[test]
fn a_dropped_socket_goes_on_from_the_cursor_without_a_second_join() {
    e2e::on_sandbox(async |page, sandbox| {
        let session = open(page, sandbox).await;
        let before = page.texts(&inside("[data-role] [part~=bubble]")).await;
        let seen = sandbox.ask(&format!("/sessions/{session}/log")).await["last_sequence"].clone();

        sandbox.order(&format!("/sessions/{session}/drop"), &json!({})).await;
        let log = log_after_reconnect(page, sandbox, &session).await;
        assert_eq!(log["sockets"].as_array().map(Vec::len), Some(2), "{log}");
        assert_eq!(log["sockets"][1]["cursor"], seen, "{log}");
        assert_eq!(log["join_requests"], 1, "{log}");
        assert_eq!(page.texts(&inside("[data-role] [part~=bubble]")).await, before);

        say(page, "Opening hours").await;
        page.wait_for_text(
            &inside("[data-role=agent]:last-child [part~=bubble]"),
            "We are open from Tuesday to Sunday",
        )
        .await;
        page.wait_for(&inside("[data-role=user][data-delivery=sent]")).await;
    });
}

#[test]
fn what_was_said_during_the_outage_comes_with_the_replay() {
    e2e::on_sandbox(async |page, sandbox| {
        let session = open(page, sandbox).await;
        // The answer goes on while nobody hears it: the connection is cut at its third piece.
        let cut = json!({ "session": session, "frames": [{
            "direction": "out", "type": "EVENT_TYPE_POLY_AGENT_MESSAGE_CHUNK", "action": "drop_before", "skip": 2,
        }] });
        sandbox.order("/faults", &cut).await;
        say(page, "Opening hours").await;
        let log = log_after_reconnect(page, sandbox, &session).await;
        assert_eq!(log["join_requests"], 1, "{log}");

        let answer =
            page.wait_for_text(&inside("[data-role=agent]:last-child [part~=bubble]"), "On Mondays we rest.").await;
        assert_eq!(answer.matches("We are open").count(), 1, "{answer}");
        assert_eq!(page.count(&inside("[data-role=agent]")).await, 2);
        assert_eq!(page.count(&inside("[data-role=user]")).await, 1);
    });
}

#[test]
fn a_message_typed_while_the_server_is_away_arrives_once() {
    e2e::on_sandbox(async |page, sandbox| {
        let session = open(page, sandbox).await;
        let away = Duration::from_secs(2);
        sandbox.order("/restart", &json!({ "sessions": "keep", "down_ms": away.as_millis() as u64 })).await;
        page.wait_for(&inside(".root:not([data-status=open])")).await;
        say(page, "Opening hours").await;
        page.wait_for(&inside("[data-role=user][data-delivery=sent]")).await;
        page.wait_for_text(&inside("[data-role=agent]:last-child [part~=bubble]"), "On Mondays we rest.").await;

        let log = sandbox.ask(&format!("/sessions/{session}/log")).await;
        let is_message = |event: &&Value| event["type"] == "EVENT_TYPE_USER_MESSAGE";
        assert_eq!(log["events"].as_array().expect("a history").iter().filter(is_message).count(), 1, "{log}");
        assert_eq!(log["join_requests"], 1, "{log}");
    });
}
