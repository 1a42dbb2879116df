//! A page's life: offline and online, the back/forward cache.

use std::time::{Duration, Instant};

use e2e::{Chat, Engine, Offline, Setup};
use serde_json::json;

#[test]
fn a_page_that_comes_back_online_is_connected_within_a_second_and_has_lost_nothing() {
    e2e::on_sandbox(async |page, sandbox| {
        let tight =
            Setup { settings: json!({ "max_reconnect_attempts": 2, "heartbeat_seconds": 1 }), ..Setup::default() };
        let chat = Chat::greeted(page, sandbox, "offline", &tight).await;
        let session = chat.session().await;
        let how = page.set_offline(true).await;
        chat.until("!navigator.onLine && trace.life.includes('offline')").await;
        chat.order("drop", json!({})).await;
        if how == Offline::PageOnly {
            // The page believes that it is offline, and the server refuses what it tries all the same.
            chat.fault(json!({ "handshake": [{ "status": 503, "times": 1000 }] })).await;
        }
        chat.say(&["one", "two"]).await;
        chat.until("chat.getSnapshot().connection.status === 'reconnecting'").await;
        // Longer than the budget of two attempts allows.
        chat.until(
            "(trace.offlineSince ??= performance.now()) && performance.now() - trace.offlineSince > 7_000
                || ['failed', 'closed', 'open'].includes(chat.getSnapshot().connection.status)",
        )
        .await;
        assert_eq!(chat.value("chat.getSnapshot().connection.status").await, "reconnecting");
        if how == Offline::PageOnly {
            sandbox.control(http::Method::DELETE, "/faults", &json!(null)).await;
        }
        chat.value("trace.onlineAt = null, addEventListener('online', () => (trace.onlineAt = performance.now()))")
            .await;
        chat.value("chat.on('connected', () => (trace.connectedAt = performance.now()))").await;
        let back = Instant::now();
        page.set_offline(false).await;
        let took = chat.until("trace.onlineAt && trace.connectedAt - trace.onlineAt").await;
        assert!(took.as_f64().is_some_and(|took| took < 1_000.0), "{took} ms after the browser said so");
        assert!(back.elapsed() < Duration::from_secs(10));
        chat.settle(&["one", "two"]).await;
        assert_eq!(chat.session().await, session);
    });
}

#[test]
fn a_page_that_is_left_goes_politely_and_is_whole_when_the_user_comes_back() {
    e2e::on_sandbox(async |page, sandbox| {
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
        assert_eq!(log["sockets"].as_array().map(Vec::len), Some(2), "{log}");
        assert_eq!(chat.value("failures").await, json!([]));
    });
}

#[test]
fn a_page_whose_chat_was_closed_may_be_cached_by_every_browser() {
    e2e::on_sandbox(async |page, sandbox| {
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
