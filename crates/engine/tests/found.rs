//! What fuzzing found, each as the shortest story of it. The inputs themselves are in `fuzz/found/`.

mod support;

use serde_json::json;
use support::tabs::Browser;
use support::*;

#[test]
fn a_line_has_an_id_of_its_own_even_where_two_sessions_use_the_same() {
    let mut client = Client::joined();
    client.receive(agent_message(3, "Hello"));
    client.drop_socket(4001);
    client.answer_token();
    client.answer_session("s2");
    client.open();
    // The harness sees to it that no two lines are of one id.
    client.history([session_start(1), event(2, "POLY_AGENT_JOINED", json!({})), agent_message(3, "Hello again")]);
    assert_eq!(client.texts(), ["Hello", "Hello again"]);
}

#[test]
fn a_record_that_holds_a_message_twice_shows_it_once() {
    for active in [START, 0] {
        let mut browser = Browser::new();
        let draft = json!({ "tab": "t9", "text": "hello", "metadata": { "custom": { "client_event_id": "d1" } } });
        browser.storage.record = Some(
            json!({
                "v": 1, "session": "s9", "token": "SECRET9", "active": active, "streaming": true,
                "drafts": [draft, draft],
            })
            .to_string(),
        );
        let page = browser.open();
        browser.pass(60_000);
        // The harness sees to it that no two lines are of one id.
        assert_eq!(browser.client(page).texts(), ["hello"]);
    }
}
