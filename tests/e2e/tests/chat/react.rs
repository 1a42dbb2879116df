//! The React hooks on a page (`tests/e2e/react/`), with the oldest and the newest React they are for: how often components are
//! drawn, how many sessions and sockets there are, and a page that a server has rendered.

use e2e::{Chat, Page, Sandbox, Setup};
use serde_json::{Value, json};

const REACT: [&str; 2] = ["18", "19"];

/// What the page's console must not show.
const COMPLAINTS: &str = "trace.lines.filter((line) => /^(error|warn|uncaught|unhandled)/.test(line))";

/// Opens a page with a chat of its own connector. `name` is that connector, `more` goes into the address.
async fn open<'a>(page: &'a Page, sandbox: &'a Sandbox, name: &str, html: &str, more: &str) -> Chat<'a> {
    // One that has its tokens from a backend cannot be told from others that have.
    let persistence = if more.contains("backend") { "none" } else { "local" };
    let setup =
        Setup { settings: json!({ "pace_ms": 5 }), options: json!({ "persistence": persistence }), ..Setup::default() };
    let chat = Chat::prepare(page, sandbox, name, &setup).await;
    page.open(&format!("{}&{more}", chat.address().replace("/chat.html", html))).await;
    chat.settle(&[]).await;
    chat
}

/// What the sandbox has of the only session of this connector.
async fn only_session(chat: &Chat<'_>) -> Value {
    let mut sessions = chat.sessions().await;
    assert_eq!(sessions.len(), 1, "{sessions:?}");
    sessions.remove(0)
}

/// Waits until the connector's only session has had so many sockets, and so many of them are open.
async fn until_sockets(chat: &Chat<'_>, opened: u64, now_open: u64) {
    let session = only_session(chat).await["session_id"].as_str().expect("an id").to_owned();
    let wanted = [json!(opened), json!(now_open)];
    chat.log_when(&session, |log| [&log["sockets_opened"], &log["sockets_open"]] == [&wanted[0], &wanted[1]]).await;
}

/// Has React show something else, and waits until it does.
async fn show(page: &Page, change: Value) {
    page.eval("show(arguments[0]);", &[change]).await;
    page.wait_until("page.isShown").await;
}

/// Has the page send `tapped`.
async fn tap(page: &Page) {
    page.click("[data-testid=own]").await;
}

#[test]
fn a_component_is_drawn_only_for_what_it_selects() {
    e2e::on_sandbox(async |page, sandbox| {
        for version in REACT {
            let chat = open(page, sandbox, version, "/react.html", &format!("react={version}")).await;
            assert!(chat.value("page.react").await.as_str().is_some_and(|found| found.starts_with(version)));
            page.wait_for_text("[data-testid=connection]", "open").await;
            let text = "a table by the window, please ".repeat(20);
            page.eval("page.say(arguments[0]);", &[json!(text.trim())]).await;
            chat.settle(&[text.trim()]).await;
            page.wait_for_text("[data-testid=transcript] li:last-child", text.trim()).await;
            let drawn = chat.value("page.counted()").await;
            let count = |name: &str| drawn[name].as_u64().expect("a count");
            assert!(count("chunks") > 40, "the answer did not stream: {drawn}");
            assert_eq!(count("connection"), 0, "{drawn}");
            // Pending, and sent.
            assert!((1..=2).contains(&count("own")), "{drawn}");
            // Once a frame at most, or by the timer that stands in for one that is late.
            let most = count("frames") + count("elapsed") / 250 + 1;
            assert!(count("transcript") > 5 && count("transcript") <= most, "{drawn}");
            print_line(&format!("React {version}: {drawn}"));
            assert_eq!(chat.value("page.chats").await, 1);
            assert_eq!(chat.value(COMPLAINTS).await, json!([]));
        }
    });
}

#[test]
fn strict_mode_has_one_session_and_one_socket() {
    e2e::on_sandbox(async |page, sandbox| {
        for version in REACT {
            let chat = open(page, sandbox, version, "/react.html", &format!("react={version}&strict")).await;
            page.wait_for_text("[data-testid=connection]", "open").await;
            let session = only_session(&chat).await;
            assert_eq!((&session["sockets_opened"], &session["sockets_open"]), (&json!(1), &json!(1)), "{session}");
            let stats = chat.stats().await;
            assert_eq!(stats["access_token"], json!({ "200": 1 }));
            assert_eq!(stats["sessions"], json!({ "200": 1 }));
            assert_eq!(stats["handshakes"], json!({ "101": 1 }));
            assert_eq!(chat.value("page.chats").await, 1);
            assert_eq!(chat.value(COMPLAINTS).await, json!([]));

            // Mounted anew in one go, the chat stays as it is.
            show(page, json!({ "mount": 1 })).await;
            tap(page).await;
            chat.settle(&["tapped"]).await;
            assert_eq!(chat.value("page.chats").await, 1);
            assert_eq!(only_session(&chat).await["sockets_opened"], 1);

            // The last one closes it, and its session is there for the next.
            show(page, json!({ "parts": ["Connection"] })).await;
            assert_eq!(chat.value("document.querySelector('[data-testid=transcript]')").await, Value::Null);
            assert_eq!(chat.value("chat.getSnapshot().connection.status").await, "open");
            show(page, json!({ "parts": [] })).await;
            until_sockets(&chat, 1, 0).await;
            let session = only_session(&chat).await;
            assert_eq!(session["ended"], json!(null), "{session}");
            show(page, json!({ "parts": ["Transcript", "Own"] })).await;
            until_sockets(&chat, 2, 1).await;
            chat.settle(&["tapped"]).await;
            assert_eq!(chat.value("page.chats").await, 2);
            assert_eq!(chat.value("chat.getSnapshot().session.resumed").await, true);
            page.wait_for_text("[data-testid=own]", "1 sent").await;
            assert_eq!(only_session(&chat).await["sockets_opened"], 2);
            assert_eq!(chat.value(COMPLAINTS).await, json!([]));
        }
    });
}

#[test]
fn a_page_from_a_server_is_taken_over_without_a_warning() {
    e2e::on_sandbox(async |page, sandbox| {
        for version in REACT {
            let html = format!("/react/rendered-{version}.html");
            let more = format!("react={version}&hydrate&strict");
            let chat = open(page, sandbox, version, &html, &more).await;
            page.wait_for_text("[data-testid=connection]", "open").await;
            assert_eq!(chat.value("rendered.text").await, "idle0 sent");
            let elements = chat.value("rendered.elements.length").await;
            assert_eq!(elements, 3);
            assert_eq!(chat.value("rendered.elements.filter((element) => element.isConnected).length").await, elements);
            let session = only_session(&chat).await;
            assert_eq!(session["sockets_opened"], 1, "{session}");
            assert_eq!(chat.value(COMPLAINTS).await, json!([]));

            // Were there something to warn of, it would be seen.
            let name = format!("{version}-mismatch");
            let chat = open(page, sandbox, &name, &html, &format!("{more}&mismatch")).await;
            let complaints = chat.value(COMPLAINTS).await.to_string().to_lowercase();
            assert!(complaints.contains("hydrat"), "{complaints}");
        }
    });
}

#[test]
fn other_options_are_another_chat_and_the_newest_functions_are_called() {
    e2e::on_sandbox(async |page, sandbox| {
        for version in REACT {
            let chat = open(page, sandbox, version, "/react.html", &format!("react={version}&backend&strict")).await;
            assert_eq!(chat.value("page.asked").await, json!(["first"]));
            show(page, json!({ "label": "second" })).await;
            page.eval_async("await chat.restart();", &[]).await;
            chat.settle(&[]).await;
            assert_eq!(chat.value("page.asked").await, json!(["first", "second"]));
            assert_eq!(chat.value("page.chats").await, 1);
            assert_eq!(chat.sessions().await.len(), 2);
        }
        for version in REACT {
            let (one, other) = (format!("{version}-third"), format!("{version}-fourth"));
            let next = Chat::prepare(page, sandbox, &other, &Setup::default()).await;
            let chat = open(page, sandbox, &one, "/react.html", &format!("react={version}&strict")).await;
            show(page, json!({ "connector": other })).await;
            until_sockets(&chat, 1, 0).await;
            next.settle(&[]).await;
            page.wait_for_text("[data-testid=connection]", "open").await;
            assert_eq!(chat.value("page.chats").await, 2);
            assert_eq!(only_session(&next).await["sockets_opened"], 1);
        }
    });
}

#[test]
fn what_is_hidden_leaves_and_comes_back() {
    e2e::on_sandbox(async |page, sandbox| {
        // React 18 has no Activity.
        let chat = open(page, sandbox, "hidden", "/react.html", "react=19&strict").await;
        show(page, json!({ "isHidden": true })).await;
        until_sockets(&chat, 1, 0).await;
        show(page, json!({ "isHidden": false })).await;
        until_sockets(&chat, 2, 1).await;
        tap(page).await;
        chat.settle(&["tapped"]).await;
        page.wait_for_text("[data-testid=connection]", "open").await;
        page.wait_for_text("[data-testid=own]", "1 sent").await;
        assert_eq!(chat.value("page.chats").await, 1);
        assert_eq!(only_session(&chat).await["sockets_opened"], 2);

        // Where another chat has taken its place meanwhile, that one is used.
        show(page, json!({ "isHidden": true })).await;
        until_sockets(&chat, 2, 0).await;
        show(page, json!({ "beside": ["Transcript"] })).await;
        until_sockets(&chat, 3, 1).await;
        assert_eq!(chat.value("page.chats").await, 2);
        show(page, json!({ "isHidden": false })).await;
        page.wait_for_text("[data-testid=connection]", "open").await;
        tap(page).await;
        chat.settle(&["tapped", "tapped"]).await;
        page.wait_for_text("[data-testid=own]", "2 sent").await;
        assert_eq!(chat.value("page.chats").await, 2);
        assert_eq!(only_session(&chat).await["sockets_opened"], 3);
        assert_eq!(chat.value(COMPLAINTS).await, json!([]));
    });
}

#[expect(clippy::print_stdout, reason = "`--nocapture` shows what was measured")]
fn print_line(line: &str) {
    println!("{line}");
}
