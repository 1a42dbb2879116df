//! Windows that share a profile share the conversation.

use e2e::{Chat, Page, Sandbox, Setup};
use serde_json::{Value, json};

async fn two<'a>(page: &'a Page, sandbox: &'a Sandbox, name: &str) -> (Chat<'a>, Chat<'a>) {
    let first = Chat::greeted(page, sandbox, name, &Setup::default()).await;
    let second = first.another().await;
    second.settle(&[]).await;
    (first, second)
}

/// How often a token and a session were made.
async fn made(chat: &Chat<'_>) -> (Value, Value) {
    let stats = chat.stats().await;
    (stats["access_token"]["200"].clone(), stats["sessions"]["200"].clone())
}

#[test]
fn two_windows_show_one_live_conversation() {
    e2e::on_sandbox(async |page, sandbox| {
        let (first, second) = two(page, sandbox, "two").await;
        assert_eq!(first.session().await, second.session().await);
        first.say(&["one"]).await;
        second.settle(&["one"]).await;
        second.say(&["two"]).await;
        first.settle(&["one", "two"]).await;
        second.settle(&["one", "two"]).await;
        assert_eq!(made(&first).await, (json!(1), json!(1)));

        // Both write at once, and a socket of one of them is lost.
        first.order("drop", json!({ "socket": 1 })).await;
        first.say(&["three"]).await;
        second.say(&["four"]).await;
        let session = first.session().await;
        let log = first.log_when(&session, |log| e2e::texts_said(log).len() >= 4).await;
        let said = e2e::texts_said(&log);
        let said: Vec<_> = said.iter().map(String::as_str).collect();
        assert!(said == ["one", "two", "three", "four"] || said == ["one", "two", "four", "three"], "{said:?}");
        first.settle(&said).await;
        second.settle(&said).await;
        second.close_window(&first).await;
    });
}

#[test]
fn three_windows_opened_at_once_make_one_session() {
    e2e::on_sandbox(async |page, sandbox| {
        let waiting = Setup { query: vec![("waits", "true".to_owned())], ..Setup::default() };
        let first = Chat::open(page, sandbox, "three", &waiting).await;
        let second = first.another().await;
        let third = first.another().await;
        third.focus().await.eval("new BroadcastChannel('test').postMessage('go'); openChat();", &[]).await;
        for chat in [&first, &second, &third] {
            chat.settle(&[]).await;
        }
        assert_eq!(made(&first).await, (json!(1), json!(1)));
        first.say(&["one"]).await;
        for chat in [&third, &second, &first] {
            chat.settle(&["one"]).await;
        }
    });
}

#[test]
fn an_end_and_a_restart_are_followed() {
    e2e::on_sandbox(async |page, sandbox| {
        let (first, second) = two(page, sandbox, "followed").await;
        let before = first.session().await;
        first.say(&["one"]).await;
        second.settle(&["one"]).await;
        first.focus().await.eval_async("await chat.restart();", &[]).await;
        first.settle(&[]).await;
        let after = first.session().await;
        assert_ne!(after, before);
        second.until(&format!("chat.getSnapshot().session?.id === '{after}'")).await;
        second.settle(&[]).await;
        assert_eq!(made(&first).await.1, json!(2));

        second.say(&["two"]).await;
        first.settle(&["two"]).await;
        second.focus().await.eval_async("await chat.end();", &[]).await;
        for chat in [&first, &second] {
            chat.until("chat.getSnapshot().ended").await;
        }
        // It is over for whoever comes next, too.
        first.reload().await;
        first.settle(&[]).await;
        assert_ne!(first.session().await, after);
    });
}

#[test]
fn a_session_lost_by_both_is_replaced_once() {
    e2e::on_sandbox(async |page, sandbox| {
        let (first, second) = two(page, sandbox, "lost").await;
        let lost = first.session().await;
        first.order("expire", json!({ "close": 4001 })).await;
        for chat in [&first, &second] {
            chat.until(&format!("chat.getSnapshot().session && chat.getSnapshot().session.id !== '{lost}'")).await;
        }
        first.settle(&[]).await;
        second.settle(&[]).await;
        assert_eq!(first.session().await, second.session().await);
        assert_eq!(made(&first).await.1, json!(2));
    });
}

#[test]
fn what_a_closed_window_left_undelivered_is_delivered_by_the_other() {
    e2e::on_sandbox(async |page, sandbox| {
        let (first, second) = two(page, sandbox, "claimed").await;
        first
            .fault(json!({ "frames": [{ "direction": "in", "type": "EVENT_TYPE_USER_MESSAGE", "action": "swallow" }] }))
            .await;
        first.say(&["one", "two"]).await;
        first.until_kept(&["one", "two"]).await;
        first.close_window(&second).await;
        second.settle(&["one", "two"]).await;
    });
}
