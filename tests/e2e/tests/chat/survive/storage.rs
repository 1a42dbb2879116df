//! Browsers that deny what a session is kept with: the chat works, and at worst is not resumed.

use e2e::{Chat, Setup};
use serde_json::json;

/// What is missing, and whether a reload still finds the session.
const LACKS: [(&str, bool); 9] = [
    ("storage", true),
    ("properties", true),
    ("full", true),
    ("indexeddb", true),
    ("crypto", true),
    ("locks", true),
    ("channels", true),
    ("storage,indexeddb", false),
    ("storage,indexeddb,crypto,locks,channels", false),
];

#[test]
fn a_browser_that_denies_storage_costs_no_more_than_the_resume() {
    e2e::on_sandbox(async |page, sandbox| {
        // A window each: what may hold a token in one may not in another.
        let named = LACKS.map(|(lacks, _)| {
            let setup = Setup { query: vec![("lacks", lacks.to_owned())], ..Setup::default() };
            (lacks.replace(',', "-"), setup)
        });
        let chats = Chat::side_by_side(page, sandbox, &named).await;
        let mut sessions = Vec::new();
        for chat in &chats {
            sessions.push(chat.session().await);
            chat.say(&["one"]).await;
        }
        for chat in &chats {
            chat.settle(&["one"]).await;
            chat.order("drop", json!({})).await;
            chat.say(&["two"]).await;
        }
        for chat in &chats {
            chat.settle(&["one", "two"]).await;
        }
        for ((chat, session), (lacks, is_resumed)) in chats.iter().zip(sessions).zip(LACKS) {
            chat.reload().await;
            let said: &[&str] = if is_resumed { &["one", "two"] } else { &[] };
            chat.settle(said).await;
            assert_eq!(chat.session().await == session, is_resumed, "without {lacks}");
            let unhandled = "trace.lines.filter((line) => /^(unhandled|uncaught)/.test(line))";
            assert_eq!(chat.value(unhandled).await, json!([]), "without {lacks}");
        }
    });
}

#[test]
fn a_frame_of_another_site_has_a_chat_of_its_own() {
    e2e::on_sandbox(async |page, sandbox| {
        let inner = Chat::prepare(page, sandbox, "framed", &Setup::default()).await.in_frame();
        let address = inner.address().replacen("127.0.0.1", "localhost", 1);
        let query: String = url::form_urlencoded::byte_serialize(address.as_bytes()).collect();
        page.open(&sandbox.page(&format!("/frame.html?page={query}"))).await;
        page.client().enter_frame(0).await.expect("there is a frame");
        page.wait_until("globalThis.polyMessaging").await;
        inner.settle(&[]).await;
        inner.say(&["one"]).await;
        inner.settle(&["one"]).await;
        // Whether such a frame is given storage is up to the browser; a token may not be in it.
        page.sweep().await;
    });
}
