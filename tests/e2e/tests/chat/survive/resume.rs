//! The conversation is there again: after a reload, and after a restart of the browser with the same profile.

use e2e::{Chat, Setup};
use serde_json::{Value, json};

/// Says something and waits until it is kept.
async fn say_and_keep(chat: &Chat<'_>, texts: &[&str]) {
    chat.say(texts).await;
    chat.until_kept(texts).await;
}

#[test]
fn a_reload_brings_the_conversation_back() {
    e2e::on_sandbox(async |page, sandbox| {
        for persistence in ["local", "tab"] {
            let setup = Setup { options: json!({ "persistence": persistence }), ..Setup::default() };
            let chat = Chat::greeted(page, sandbox, persistence, &setup).await;
            let session = chat.session().await;
            chat.say(&["one"]).await;
            chat.settle(&["one"]).await;
            assert_eq!(chat.value("chat.getSnapshot().session.resumed").await, false, "{persistence}");
            for _ in 0..2 {
                chat.reload().await;
                chat.settle(&["one"]).await;
                assert_eq!(chat.session().await, session, "{persistence}");
                assert_eq!(chat.value("chat.getSnapshot().session.resumed").await, true, "{persistence}");
                assert_eq!(chat.value("told('connected')[0].resumed").await, true, "{persistence}");
            }
            chat.say(&["two"]).await;
            chat.settle(&["one", "two"]).await;
            let stats = chat.stats().await;
            assert_eq!((&stats["access_token"]["200"], &stats["sessions"]["200"]), (&json!(1), &json!(1)), "{stats}");
        }
    });
}

#[test]
fn a_reload_settles_what_was_not_confirmed() {
    e2e::on_sandbox(async |page, sandbox| {
        // Never arrived; arrived without its echo.
        for (name, direction) in [("lost", "in"), ("arrived", "out")] {
            let slow = Setup { options: json!({ "confirmTimeoutMs": 60_000 }), ..Setup::default() };
            let chat = Chat::greeted(page, sandbox, name, &slow).await;
            chat.fault(json!({ "frames": [
                { "direction": direction, "type": "EVENT_TYPE_USER_MESSAGE", "action": "swallow" },
            ] }))
            .await;
            say_and_keep(&chat, &["one", "two", "three"]).await;
            chat.until("transcript().filter(([, , delivery]) => delivery === 'pending').length === 3").await;
            chat.reload().await;
            chat.settle(&["one", "two", "three"]).await;
        }
    });
}

#[test]
fn a_session_that_ended_while_the_page_was_away_is_replaced() {
    e2e::on_sandbox(async |page, sandbox| {
        let chat = Chat::greeted(page, sandbox, "away", &Setup::default()).await;
        let lost = chat.session().await;
        page.open(&sandbox.page("/elsewhere.html")).await;
        sandbox.order(&format!("/sessions/{lost}/expire"), &json!({ "close": null })).await;
        page.open(chat.address()).await;
        page.wait_until("globalThis.chat && told('sessionReplaced').length === 1").await;
        assert_eq!(chat.value("told('sessionReplaced')[0].previousSessionId").await, json!(lost));
        chat.until("chat.getSnapshot().agent").await;
        chat.settle(&[]).await;
        assert_ne!(chat.session().await, lost);
        // The new one is the one that is kept.
        let session = chat.session().await;
        chat.reload().await;
        chat.settle(&[]).await;
        assert_eq!(chat.session().await, session);
    });
}

#[test]
fn what_is_not_to_be_kept_is_not_found_again() {
    e2e::on_sandbox(async |page, sandbox| {
        let chat = Chat::greeted(
            page,
            sandbox,
            "none",
            &Setup { options: json!({ "persistence": "none" }), ..Setup::default() },
        )
        .await;
        let nothing = chat.stored().await;
        assert!(!nothing.contains("poly-messaging"), "{nothing}");
        chat.reload().await;
        chat.settle(&[]).await;
        assert_eq!(chat.sessions().await.len(), 2);

        let resumable = "return await polyMessaging.hasResumableSession(options);";
        let chat = Chat::greeted(page, sandbox, "cleared", &Setup::default()).await;
        chat.until_kept(&[&chat.session().await]).await;
        assert_eq!(page.eval_async(resumable, &[]).await, true);
        page.eval_async("await chat.close(); await polyMessaging.clearSession(options);", &[]).await;
        assert_eq!(page.eval_async(resumable, &[]).await, false);
        chat.reload().await;
        chat.settle(&[]).await;
        assert_eq!(chat.sessions().await.len(), 2);

        // `fresh` leaves a stored session behind; an ended one is forgotten.
        let fresh = Setup { options: json!({ "fresh": true }), ..Setup::default() };
        let chat = Chat::greeted(page, sandbox, "fresh", &fresh).await;
        chat.reload().await;
        chat.settle(&[]).await;
        assert_eq!(chat.sessions().await.len(), 2);
        page.eval_async("await chat.end();", &[]).await;
        assert_eq!(page.eval_async(resumable, &[]).await, false);
    });
}

#[test]
fn a_restart_of_the_browser_brings_the_conversation_back() {
    e2e::on_profile(async |visits, sandbox| {
        let mut session = Value::Null;
        visits
            .visit(sandbox, async |page| {
                let chat = Chat::greeted(page, sandbox, "restart", &Setup::default()).await;
                chat.say(&["one"]).await;
                chat.settle(&["one"]).await;
                session = json!(chat.session().await);
                // What is under way when the browser is closed.
                chat.fault(json!({ "frames": [
                    { "direction": "in", "type": "EVENT_TYPE_USER_MESSAGE", "action": "swallow" },
                ] }))
                .await;
                say_and_keep(&chat, &["two", "three"]).await;
            })
            .await;
        visits
            .visit(sandbox, async |page| {
                let chat = Chat::open(page, sandbox, "restart", &Setup::default()).await;
                chat.settle(&["one", "two", "three"]).await;
                assert_eq!(json!(chat.session().await), session);
                assert_eq!(chat.value("chat.getSnapshot().session.resumed").await, true);
                chat.say(&["four"]).await;
                chat.settle(&["one", "two", "three", "four"]).await;
                assert_eq!(chat.sessions().await.len(), 1);
            })
            .await;
    });
}
