//! The conversation that is held on every page, whatever it looks like: it shows texts, and has a field to write in. On a page
//! with the widget both are in its panel.

use e2e::{Page, Sandbox, texts_said};
use serde_json::{Value, json};

/// How the agent's greeting ends.
const GREETING: &str = "What can I do for you?";
/// What is said, and how the agent's answer ends.
const QUESTION: &str = "Is this page built well?";
/// Enter.
const ENTER: &str = "\u{e007}";

/// The button of the widget, its conversation, and its field.
const LAUNCHER: &str = "poly-chat >>> [part~=launcher]";
const WIDGET: Place = Place { texts: "poly-chat >>> [part~=transcript]", field: "poly-chat >>> textarea" };
/// A page of one's own.
const PAGE: Place = Place { texts: "body", field: "input" };

/// Where a conversation is shown, and where one writes.
struct Place {
    texts: &'static str,
    field: &'static str,
}

/// The address of a page of `shared/`, which is told by its address where the sandbox is.
pub fn page_of(address: &str, sandbox: &Sandbox) -> String {
    format!("{address}?api={}", sandbox.url(""))
}

/// Opens the page and talks: the agent greets, is asked, and answers. One session, one socket at a time, nothing lost; the
/// module loaded as often as `modules` says; no error on the console.
///
/// # Panics
///
/// When that does not come true.
pub async fn hold(page: &Page, sandbox: &Sandbox, address: &str, modules: usize) {
    page.open(address).await;
    talk(page, sandbox, &PAGE, modules).await;
}

/// As [`hold`], on a page with a floating widget: nobody is asked for anything before it is opened.
///
/// # Panics
///
/// When that does not come true.
pub async fn hold_in_widget(page: &Page, sandbox: &Sandbox, address: &str, modules: usize) {
    page.open(address).await;
    page.wait_for(LAUNCHER).await;
    page.wait_until("document.readyState === 'complete'").await;
    let sessions = sandbox.ask("/sessions").await;
    assert_eq!(sessions["sessions"], json!([]), "a session before the widget was opened");
    page.click(LAUNCHER).await;
    talk(page, sandbox, &WIDGET, modules).await;
}

async fn talk(page: &Page, sandbox: &Sandbox, place: &Place, modules: usize) {
    page.wait_for_text(place.texts, GREETING).await;
    page.type_into(place.field, &format!("{QUESTION}{ENTER}")).await;
    let sessions = sandbox.ask("/sessions").await;
    let sessions = sessions["sessions"].as_array().expect("a list of sessions");
    assert_eq!(sessions.len(), 1, "one page, one session: {sessions:?}");
    let session = sessions[0]["session_id"].as_str().expect("a session has an id");
    let answer = answered(page, sandbox, place, session).await;
    page.wait_for_text(place.texts, &answer).await;

    let log = sandbox.ask(&format!("/sessions/{session}/log")).await;
    assert_eq!(texts_said(&log), [QUESTION], "{log}");
    assert_eq!((&log["join_requests"], &log["sockets_opened"]), (&json!(1), &json!(1)), "{log}");
    let loaded = page
        .eval(
            "return performance.getEntriesByType('resource').map(({ name }) => name).filter((name) => /\\.wasm/.test(name));",
            &[],
        )
        .await;
    assert_eq!(loaded.as_array().map(Vec::len), Some(modules), "the modules loaded: {loaded}");
    let errors: Vec<_> = page.console().await.into_iter().filter(|line| is_complaint(line)).collect();
    assert!(errors.is_empty(), "on the console: {errors:#?}");
}

/// Waits until the agent has answered, and returns how its answer ends.
async fn answered(page: &Page, sandbox: &Sandbox, place: &Place, session: &str) -> String {
    // The page's own text is waited for first, since that needs no clock of ours.
    page.wait_for_text(place.texts, QUESTION).await;
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(20);
    loop {
        let log = sandbox.ask(&format!("/sessions/{session}/log")).await;
        let events = log["events"].as_array().map(Vec::as_slice).unwrap_or_default();
        let asked = events.iter().position(|event| event["type"] == "EVENT_TYPE_USER_MESSAGE");
        let after = asked.map(|at| &events[at..]).unwrap_or_default();
        let chunks: Vec<&Value> =
            after.iter().filter(|event| event["type"] == "EVENT_TYPE_POLY_AGENT_MESSAGE_CHUNK").collect();
        if chunks.last().is_some_and(|last| last["payload"]["is_complete"] == true) {
            return chunks.iter().filter_map(|chunk| chunk["payload"]["text"].as_str()).collect::<String>();
        }
        assert!(std::time::Instant::now() < deadline, "the agent does not answer: {log}");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}

/// Whether a line on the console tells of something wrong with the page. That it has no icon is not.
fn is_complaint(line: &str) -> bool {
    (line.starts_with("SEVERE") || line.starts_with("WARNING")) && !line.contains("/favicon.ico")
}
