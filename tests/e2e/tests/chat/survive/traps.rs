//! A module that fails in the midst of something: another takes the conversation up, and the user notices next to nothing.

use e2e::{Chat, Page, Sandbox, Setup};
use serde_json::json;

/// A chat whose module fails on these paths, in turn (`pages/traps.js`).
async fn failing<'a>(page: &'a Page, sandbox: &'a Sandbox, name: &str, paths: &[&str]) -> Chat<'a> {
    let query = vec![("traps", json!(paths).to_string())];
    Chat::greeted(page, sandbox, name, &Setup { query, ..Setup::default() }).await
}

/// Waits until the module has failed so often, and sees that it was told so often: as an event with `internal`, and in the log.
async fn until_failed(chat: &Chat<'_>, times: usize) {
    chat.until(&format!("traps === {times} && planted.length === 0")).await;
    chat.until(&format!("told('reconnecting').filter(({{ cause }}) => cause.code === 'internal').length === {times}"))
        .await;
    assert_eq!(chat.value("trace.lines.filter((line) => line.includes('The module failed')).length").await, times);
}

#[test]
fn a_conversation_goes_on_after_a_trap_in_whatever_calls_the_module() {
    e2e::on_private_sandbox(async |page, sandbox| {
        for path in ["socket", "timer", "page"] {
            let chat = failing(page, sandbox, path, &[]).await;
            let session = chat.session().await;
            chat.say(&["before"]).await;
            chat.settle(&["before"]).await;
            // The first is on its way as the module fails, or is what it fails over.
            chat.value(&format!("(planted.push('{path}'), say('during', 'after'), 0)")).await;
            until_failed(&chat, 1).await;
            chat.settle(&["before", "during", "after"]).await;
            assert_eq!(chat.session().await, session, "{path}");
            assert_eq!(chat.value("failures.length").await, 0, "{path}");
            for what in ["messagePending", "messageConfirmed"] {
                assert_eq!(chat.value(&format!("told('{what}').length")).await, 3, "{path}: {what}");
            }
        }
    });
}

#[test]
fn a_chat_whose_module_fails_before_it_is_connected_connects() {
    e2e::on_private_sandbox(async |page, sandbox| {
        // An answer, and then the socket that opens.
        for paths in [&["fetch"][..], &["fetch", "socket"]] {
            let chat = failing(page, sandbox, &paths.join("-"), paths).await;
            until_failed(&chat, paths.len()).await;
            chat.say(&["hello"]).await;
            chat.settle(&["hello"]).await;
        }
    });
}

#[test]
fn a_module_that_fails_again_and_again_is_given_up_until_the_application_asks() {
    e2e::on_private_sandbox(async |page, sandbox| {
        let chat = failing(page, sandbox, "thrice", &[]).await;
        chat.value("planted.push('socket', 'socket', 'socket')").await;
        chat.say(&["hello"]).await;
        chat.until("chat.getSnapshot().connection.status === 'failed'").await;
        assert_eq!(chat.value("[traps, chat.getSnapshot().connection.error.code]").await, json!([3, "internal"]));
        // It may have been sent: the history will tell.
        assert_eq!(chat.value("chat.getSnapshot().messages.at(-1).delivery").await, "pending");
        chat.value("(chat.reconnect(), 0)").await;
        chat.settle(&["hello"]).await;
    });
}
