//! Handshakes and requests that the server refuses, sessions that it no longer has, and servers that restart.

use e2e::{Chat, Page, Sandbox, Setup};
use serde_json::json;

/// Refuses the handshakes of chats side by side, each so often with its status, until what the user says has arrived in all of
/// them: in their sessions. Returns the chats.
async fn refuse<'a>(page: &'a Page, sandbox: &'a Sandbox, refusals: &[(u16, u32)]) -> Vec<Chat<'a>> {
    let named = refusals.iter().map(|(status, _)| (format!("refused-{status}"), Setup::default()));
    let chats = Chat::side_by_side(page, sandbox, &named.collect::<Vec<_>>()).await;
    let mut sessions = Vec::new();
    for (chat, (status, times)) in chats.iter().zip(refusals) {
        sessions.push(chat.session().await);
        chat.fault(json!({ "handshake": [{ "status": status, "times": times }] })).await;
        chat.order("drop", json!({})).await;
        chat.say(&["one"]).await;
    }
    for ((chat, (status, times)), session) in chats.iter().zip(refusals).zip(sessions) {
        chat.settle(&["one"]).await;
        assert_eq!(chat.stats().await["handshakes"][status.to_string()], *times, "{status}");
        assert_eq!(chat.session().await, session, "{status}");
        assert_eq!(chat.value("told('sessionReplaced').length").await, 0, "{status}");
    }
    chats
}

#[test]
fn a_handshake_refused_once_costs_nothing() {
    e2e::on_sandbox(async |page, sandbox| {
        for chat in refuse(page, sandbox, &[(400, 1), (401, 1), (404, 1), (429, 1), (503, 1)]).await {
            assert_eq!(chat.sessions().await.len(), 1, "{}", chat.name());
        }
    });
}

#[test]
fn a_server_that_refuses_every_socket_for_a_while_costs_no_session() {
    e2e::on_sandbox(async |page, sandbox| {
        // A page cannot tell one status from another: 404 for all sockets is no lost session either.
        refuse(page, sandbox, &[(503, 5), (429, 3), (404, 3), (401, 2), (400, 2)]).await;
    });
}

#[test]
fn a_session_that_the_server_lost_is_replaced_and_its_messages_fail() {
    e2e::on_sandbox(async |page, sandbox| {
        // Cut and then refused with 404; closed with the code that says so.
        for close in [json!(null), json!(4001)] {
            let chat = Chat::greeted(page, sandbox, &format!("expired-{close}"), &Setup::default()).await;
            let lost = chat.session().await;
            chat.say(&["one"]).await;
            chat.settle(&["one"]).await;
            chat.lose_what_is_said().await;
            chat.say(&["two"]).await;
            chat.order("expire", json!({ "close": close })).await;
            chat.until("told('sessionReplaced').length === 1").await;
            let replaced = chat.value("told('sessionReplaced')[0]").await;
            chat.until(&format!("chat.getSnapshot().session?.id !== '{lost}' && chat.getSnapshot().agent")).await;
            let session = chat.session().await;
            assert_eq!(replaced["previousSessionId"], json!(lost), "{replaced}");
            assert_eq!(replaced["sessionId"], json!(session), "{replaced}");
            // What was not delivered is the user's to send again: into the new session.
            chat.until("failures.length === 1 && failures[0].startsWith('session/')").await;
            let draft = "chat.getSnapshot().messages.find(({ delivery }) => delivery === 'failed')";
            assert_eq!(chat.value(&format!("{draft}.text")).await, "two");
            page.eval_async(&format!("await chat.retry({draft}.draftId);"), &[]).await;
            chat.settle(&["two"]).await;
            assert_eq!(e2e::texts_said(&chat.log_of(&lost).await), ["one"], "{close}");
        }
    });
}

#[test]
fn a_lost_session_ends_the_chat_where_that_is_wanted() {
    e2e::on_sandbox(async |page, sandbox| {
        let ending = Setup { options: json!({ "onSessionLost": "end" }), ..Setup::default() };
        let chat = Chat::greeted(page, sandbox, "ending", &ending).await;
        chat.order("expire", json!({ "close": null })).await;
        chat.until("chat.getSnapshot().ended").await;
        assert_eq!(chat.value("chat.getSnapshot().ended.reason").await, "REASON_SESSION_LOST");
        assert_eq!(chat.value("told('sessionReplaced').length").await, 0);
    });
}

#[test]
fn requests_that_are_refused_for_a_while_are_made_again() {
    e2e::on_sandbox(async |page, sandbox| {
        let mut chats = Vec::new();
        for (endpoint, status) in [("access-token", 429), ("access-token", 500), ("sessions", 429), ("sessions", 500)] {
            if !chats.is_empty() {
                page.new_window().await;
            }
            let name = format!("{endpoint}-{status}");
            let chat = Chat::prepare(page, sandbox, &name, &Setup::default()).await;
            let rule = json!({ "endpoint": endpoint, "status": status, "retry_after": 1, "times": 2 });
            chat.fault(json!({ "http": [rule] })).await;
            page.open(chat.address()).await;
            chats.push((endpoint, status, chat));
        }
        for (endpoint, status, chat) in chats {
            chat.settle(&[]).await;
            let stats = chat.stats().await;
            let counted = &stats[endpoint.replace('-', "_")];
            let counts = (&counted[status.to_string()], &counted["200"]);
            assert_eq!(counts, (&json!(2), &json!(1)), "{endpoint} {status}: {stats}");
        }
    });
}

#[test]
fn a_server_that_restarts_with_its_sessions_costs_nothing() {
    e2e::on_sandbox(async |page, sandbox| {
        let chat = Chat::greeted(page, sandbox, "kept", &Setup::default()).await;
        let session = chat.session().await;
        // Down, and then not to be reached at all, which cuts the tests off too.
        sandbox.order("/restart", &json!({ "code": 1012, "down_ms": 1500 })).await;
        chat.say(&["one", "two"]).await;
        chat.settle(&["one", "two"]).await;
        let connected = chat.value("told('connected').length").await;
        sandbox.order("/restart", &json!({ "unreachable_ms": 1500 })).await;
        chat.say(&["three", "four"]).await;
        chat.until(&format!("told('connected').length > {connected}")).await;
        chat.settle(&["one", "two", "three", "four"]).await;
        assert_eq!(chat.session().await, session);
        assert_eq!(chat.value("told('sessionReplaced').length").await, 0);
    });
}

#[test]
fn a_server_that_restarts_without_its_sessions_brings_a_new_session() {
    e2e::on_sandbox(async |page, sandbox| {
        for tokens in ["keep", "forget"] {
            let chat = Chat::greeted(page, sandbox, tokens, &Setup::default()).await;
            let lost = chat.session().await;
            sandbox.order("/restart", &json!({ "sessions": "forget", "tokens": tokens, "down_ms": 500 })).await;
            chat.until("told('sessionReplaced').length === 1").await;
            chat.until("chat.getSnapshot().agent").await;
            assert_ne!(chat.session().await, lost, "{tokens}");
            chat.say(&["one"]).await;
            chat.settle(&["one"]).await;
        }
    });
}
