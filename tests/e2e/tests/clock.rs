//! Promises that are made in seconds of the clock: back online, and `beforeAgentJoin`, which is waited for, and not for ever. A machine
//! that is busy with other tests is late by itself, so these are for one that is not.

use std::time::{Duration, Instant};

use e2e::{Chat, Offline, Page, Sandbox, Setup};
use serde_json::{Value, json};

#[test]
fn a_page_that_comes_back_online_is_connected_within_a_second_and_has_lost_nothing() {
    e2e::on_private_sandbox(async |page, sandbox| {
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

/// Opens a chat whose application prepares for this long, and returns how long after it began the agent was asked.
async fn asked_after(page: &Page, sandbox: &Sandbox, preparing: &str) -> (f64, Value) {
    let setup = Setup {
        settings: json!({ "context_id": "context-7" }),
        query: vec![("preparing", preparing.to_owned())],
        ..Setup::default()
    };
    let chat = Chat::greeted(page, sandbox, preparing, &setup).await;
    let prepared = chat.value("prepared").await;
    assert_eq!(prepared.as_array().map(Vec::len), Some(1), "{prepared}");
    assert_eq!(prepared[0]["sessionId"], json!(chat.session().await));
    assert_eq!(prepared[0]["contextId"], "context-7");

    // Neither a lost socket nor a reload is another session.
    chat.order("drop", json!({})).await;
    chat.say(&["one"]).await;
    let log = chat.settle(&["one"]).await;
    assert_eq!(chat.value("prepared.length").await, 1);
    let asked = log["frames_in"]
        .as_array()
        .and_then(|frames| frames.iter().find(|entry| entry["frame"]["type"] == "EVENT_TYPE_REQUEST_POLY_AGENT_JOIN"))
        .expect("the agent was asked");
    let at = page.eval("return Date.parse(arguments[0]);", &[asked["time"].clone()]).await;
    let waited = at.as_f64().zip(prepared[0]["at"].as_f64()).map(|(asked, begun)| asked - begun).expect("times");
    chat.reload().await;
    chat.settle(&["one"]).await;
    assert_eq!(chat.value("prepared.length").await, 0);
    (waited, prepared)
}

#[test]
fn the_agent_is_asked_once_the_application_is_prepared() {
    e2e::on_sandbox(async |page, sandbox| {
        let (waited, prepared) = asked_after(page, sandbox, "600").await;
        assert!((590.0..3_000.0).contains(&waited), "{waited} ms");
        assert_eq!(prepared[0]["isAborted"], false);
        let (waited, _) = asked_after(page, sandbox, "throw").await;
        assert!(waited < 3_000.0, "{waited} ms");
    });
}

#[test]
fn an_application_that_is_never_prepared_is_not_waited_for() {
    e2e::on_sandbox(async |page, sandbox| {
        let (waited, prepared) = asked_after(page, sandbox, "never").await;
        assert!((3_000.0..6_000.0).contains(&waited), "{waited} ms");
        assert_eq!(prepared[0]["isAborted"], true);
    });
}
