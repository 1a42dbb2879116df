//! The back/forward cache.

use e2e::{Chat, Engine, Setup};
use serde_json::json;

#[test]
fn a_page_that_is_left_goes_politely_and_is_whole_when_the_user_comes_back() {
    e2e::on_private_sandbox(async |page, sandbox| {
        let chat = Chat::greeted(page, sandbox, "cached", &Setup::default()).await;
        let session = chat.session().await;
        chat.say(&["one"]).await;
        chat.settle(&["one"]).await;
        page.eval("trace.mark = 'the same page';", &[]).await;
        page.open(&sandbox.page("/elsewhere.html")).await;
        let log = chat.log_when(&session, |log| log["sockets"][0]["closed"].is_string()).await;
        // Firefox takes no page into its cache that has a socket as it is left, and so closes that itself, with 1001.
        let is_cached = page.engine() != Engine::Firefox;
        assert_eq!(log["sockets"][0]["closed_by"], "client", "{log}");
        assert_eq!(log["sockets"][0]["close_code"], if is_cached { 1000 } else { 1001 }, "{log}");

        page.client().back().await.expect("there is a page to go back to");
        page.wait_until("globalThis.chat").await;
        if is_cached {
            page.wait_until("trace.life.includes('pageshow persisted')").await;
            assert_eq!(chat.value("trace.mark").await, "the same page");
        }
        chat.settle(&["one"]).await;
        chat.say(&["two"]).await;
        let log = chat.settle(&["one", "two"]).await;
        assert_eq!(chat.session().await, session);
        // Firefox closes the socket before it says that the page is left, and the client may just have opened another.
        let most = if is_cached { 2 } else { 3 };
        assert!(log["sockets"].as_array().is_some_and(|list| (2..=most).contains(&list.len())), "{log}");
        assert_eq!(log["sockets_open"], 1, "{log}");
        assert_eq!(chat.value("failures").await, json!([]));
    });
}

#[test]
fn a_page_whose_chat_was_closed_may_be_cached_by_every_browser() {
    e2e::on_private_sandbox(async |page, sandbox| {
        let chat = Chat::greeted(page, sandbox, "closed", &Setup::default()).await;
        let session = chat.session().await;
        page.eval_async("await chat.close();", &[]).await;
        page.open(&sandbox.page("/elsewhere.html")).await;
        page.client().back().await.expect("there is a page to go back to");
        page.wait_until("trace.life.includes('pageshow persisted')").await;
        // What was closed stays so until it is asked for.
        assert_eq!(chat.value("chat.getSnapshot().connection.status").await, "closed");
        page.eval_async("await chat.reconnect();", &[]).await;
        chat.settle(&[]).await;
        assert_eq!(chat.session().await, session);
    });
}
