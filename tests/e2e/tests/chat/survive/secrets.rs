//! Tokens stay in memory: what the client stores and says holds none. Every other test looks too when it ends; these see
//! that the look would find one.

use e2e::{Chat, Setup};
use serde_json::json;

#[test]
fn no_token_is_in_what_the_client_stored_and_logged() {
    e2e::on_private_sandbox(async |page, sandbox| {
        let chat = Chat::greeted(page, sandbox, "quiet", &Setup::default()).await;
        chat.say(&["one"]).await;
        chat.settle(&["one"]).await;
        // Errors are what most easily says too much: refused tokens, refused handshakes, a server that is down.
        for status in [400, 401, 404, 429, 503] {
            chat.fault(json!({ "handshake": [status] })).await;
        }
        chat.order("drop", json!({})).await;
        chat.until("told('reconnecting').length > 0").await;
        let swept = page.sweep().await;
        assert!(swept.tokens > 0, "no token was seen, so none was looked for");
        let log = swept.areas["log"].as_str().expect("the log");
        assert!(log.contains("socket"), "the page logged nothing: {log}");
        assert!(swept.areas["events"].as_str().is_some_and(|events| events.contains("connected")), "{swept:?}");
    });
}

/// Puts a token somewhere by a script, which finds it as `token`.
fn found_in(area: &str, script: &str) {
    e2e::on_private_sandbox(async |page, sandbox| {
        Chat::greeted(page, sandbox, "loud", &Setup::default()).await;
        page.sweep().await;
        let script = format!("const [token] = trace.secrets; {script}");
        page.eval_async(&script, &[]).await;
        let swept = page.sweep().await;
        panic!("{area} holds a token that was not found: {swept:?}");
    });
}

#[test]
#[should_panic(expected = "an access token is in localStorage")]
fn a_token_in_local_storage_is_found() {
    found_in("localStorage", "localStorage.setItem('x', btoa(`{\"t\":\"${token}\"}`));");
}

#[test]
#[should_panic(expected = "an access token is in indexedDB")]
fn a_token_in_a_database_is_found() {
    found_in(
        "indexedDB",
        "const open = indexedDB.open('test', 1);
        await new Promise((done) => {
            open.onupgradeneeded = () => open.result.createObjectStore('store');
            open.onsuccess = done;
        });
        const writing = open.result.transaction('store', 'readwrite');
        writing.objectStore('store').put({ deep: [new TextEncoder().encode(token)] }, 'key');
        await new Promise((done) => (writing.oncomplete = done));
        open.result.close();",
    );
}

#[test]
#[should_panic(expected = "an access token is in log")]
fn a_token_on_the_console_is_found() {
    found_in("log", "console.warn(new Error(token.split('.')[1]));");
}
