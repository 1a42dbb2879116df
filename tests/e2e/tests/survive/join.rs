//! `beforeAgentJoin`: once per session, before the agent is asked, and not for ever.

use e2e::{Chat, Page, Sandbox, Setup};
use serde_json::{Value, json};

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
        assert!((3_900.0..6_000.0).contains(&waited), "{waited} ms");
        assert_eq!(prepared[0]["isAborted"], true);
    });
}
