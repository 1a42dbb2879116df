//! A session outlives its page: what is stored, what is taken up again, and what storage may cost at most.

mod support;

use poly_messaging_engine::*;
use serde_json::json;
use support::tabs::{Browser, persistent};
use support::*;

/// A browser with a page whose conversation has gone on for a while.
fn talking() -> Browser {
    let mut browser = Browser::new();
    let page = browser.open();
    browser.send(page, "d1", "hello");
    browser.say("s1", "POLY_AGENT_MESSAGE", json!({ "message_id": "m1", "text": "Hi there" }), &json!(null));
    assert_eq!(browser.client(page).texts(), ["hello", "Hi there"]);
    browser
}

#[test]
fn a_reload_takes_the_session_up_with_its_whole_history_and_the_same_token() {
    let mut browser = talking();
    let page = browser.reload(0);
    browser.pass(1_000);
    let client = browser.client(page);
    assert_eq!(client.texts(), ["hello", "Hi there"]);
    assert_eq!(client.state.session, Some(SessionView { id: "s1".into(), resumed: true, streaming: true }));
    assert_eq!(client.urls, ["wss://api.example/ws?session_id=s1&access_token=SECRET1"], "no cursor");
    assert_eq!((browser.server.tokens, browser.server.sessions.len(), browser.invitations("s1")), (1, 1, 1));
    let connected = client.events.iter().find(|event| event["type"] == "connected").unwrap();
    assert_eq!(connected["resumed"], true);
    assert!(!client.event_types().contains(&"sessionReplaced"));
}

#[test]
fn a_chat_that_is_not_persistent_leaves_storage_and_tabs_alone() {
    let mut browser = Browser::new();
    browser.storage.record = Some("not its business".into());
    let page = browser.open_with(options());
    browser.send(page, "d1", "hello");
    browser.pass(60_000);
    browser.freeze(page);
    browser.thaw(page);
    browser.call(page, |call| Input::End { call });
    assert_eq!(browser.storage.record.as_deref(), Some("not its business"));
    assert!(browser.storage.stored.is_empty() && browser.news.is_empty());
}

#[test]
fn fresh_starts_another_session() {
    let mut browser = talking();
    browser.leave(0);
    let page = browser.open_with(Options { fresh: true, ..persistent() });
    assert_eq!((browser.session(page), browser.client(page).texts().len()), (Some("s2"), 0));
    assert_eq!(browser.record().unwrap()["session"], "s2");
}
