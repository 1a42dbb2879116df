//! The demo site around the widget: the restaurant's buttons, the playground's settings and faults, the gallery's list.

use e2e::{Page, Sandbox, Screen, inside};
use serde_json::json;

async fn open_playground(page: &Page, sandbox: &Sandbox, settings: &str) {
    // A narrow one shows the settings, the chat and the inspector one at a time.
    page.resize(Screen::Desktop).await;
    page.open(&sandbox.url(&format!("/playground.html{settings}"))).await;
}

/// Waits until the events hold this many of this type.
async fn wait_for_events(page: &Page, kind: &str, count: usize) {
    let found = format!("document.querySelectorAll('[data-testid=events] [data-type={kind}]').length");
    page.wait_until(&format!("{found} === {count}")).await;
}

#[test]
fn a_button_of_the_restaurant_opens_the_chat_and_says_what_it_says() {
    e2e::on_sandbox(async |page, sandbox| {
        page.open(&sandbox.url("/")).await;
        page.wait_for(&inside("[part~=launcher]")).await;
        page.wait_for(&inside(".root[data-open=false]")).await;
        let sessions = sandbox.ask("/sessions").await;
        assert_eq!(sessions["sessions"], json!([]), "a page that is only looked at has no session");

        page.click("main [data-say='Book a table']").await;
        page.wait_for(&inside(".root[data-open=true]")).await;
        page.wait_for_text(&inside("[data-role=user][data-delivery=sent] [part~=bubble]"), "Book a table").await;
        page.wait_for_text(&inside("[data-role=agent]:last-child [part~=bubble]"), "For how many people?").await;
    });
}

#[test]
fn faults_are_buttons() {
    e2e::on_sandbox(async |page, sandbox| {
        open_playground(page, sandbox, "").await;
        wait_for_events(page, "connected", 1).await;
        page.click("[data-testid=fault-drop]").await;
        page.wait_for_text("[data-testid=faults-note]", "The connection was cut.").await;
        wait_for_events(page, "connected", 2).await;

        page.click("[data-testid=fault-slow]").await;
        page.wait_for_text("[data-testid=faults-note]", "until faults are cleared").await;
        assert_eq!(sandbox.ask("/faults").await["frames"].as_array().map(Vec::len), Some(1));
        page.click("[data-testid=fault-clear]").await;
        page.wait_for_text("[data-testid=faults-note]", "No fault is in force.").await;
        assert_eq!(sandbox.ask("/faults").await["frames"], json!([]));

        page.click("[data-testid=fault-end]").await;
        wait_for_events(page, "sessionEnd", 1).await;
        page.wait_for(&inside("[part~=ending]")).await;
    });
}

#[test]
fn a_server_that_is_no_sandbox_takes_no_orders() {
    e2e::on_sandbox(async |page, sandbox| {
        open_playground(page, sandbox, "#environment=us&connectorToken=some-token&autoConnect=false").await;
        page.wait_for_text("[data-testid=faults-note]", "Only this project's sandbox").await;
        page.wait_for("[data-testid=fault-drop]:disabled").await;
        page.wait_for_none("[data-testid^=fault-]:enabled").await;
    });
}

#[test]
fn settings_stand_in_the_address_and_the_token_does_not() {
    const TOKEN: &str = "a-token-that-is-typed";
    e2e::on_sandbox(async |page, sandbox| {
        sandbox.order(&format!("/connectors/{TOKEN}"), &json!({})).await;
        open_playground(page, sandbox, "#theme=dark&persistence=none").await;
        page.wait_for(&inside(".root[data-theme=dark][data-status=open]")).await;
        page.type_into("[name=connectorToken]", TOKEN).await;
        page.click("[data-testid=apply]").await;
        wait_for_events(page, "connected", 1).await;
        page.wait_for(&inside(".root[data-status=open]")).await;

        let sessions = sandbox.ask(&format!("/sessions?connector={TOKEN}")).await;
        assert_eq!(sessions["sessions"].as_array().map(Vec::len), Some(1), "{sessions}");
        let address = page.eval("return location.href;", &[]).await.to_string();
        assert!(address.contains("theme=dark&persistence=none"), "{address}");
        assert!(!address.contains(TOKEN), "{address}");
        let snippet = page.text("[data-testid=snippet]").await;
        assert!(snippet.contains(r#"persistence="none""#) && !snippet.contains(TOKEN), "{snippet}");
    });
}

#[test]
fn what_cannot_be_an_option_is_said_and_the_chat_goes_on() {
    e2e::on_sandbox(async |page, sandbox| {
        open_playground(page, sandbox, "").await;
        page.wait_for(&inside(".root[data-status=open]")).await;
        let session = page.eval("return chat.getSnapshot().session.id;", &[]).await;
        page.type_into("[name=hostIdentifier]", "no host at all").await;
        page.click("[data-testid=apply]").await;
        page.wait_for_text("[data-testid=settings-problem]", "hostIdentifier").await;
        assert_eq!(page.eval("return chat.getSnapshot().session.id;", &[]).await, session);
        page.wait_for(&inside(".root[data-status=open]")).await;
    });
}

#[test]
fn the_gallery_shows_every_state() {
    e2e::on_sandbox(async |page, sandbox| {
        page.open(&sandbox.url("/gallery.html")).await;
        let count = page.wait_until("globalThis.gallery?.states.length").await;
        assert_eq!(json!(page.count("#states iframe").await), count);
        assert!(count.as_u64() >= Some(35), "{count}");

        // A state alone is still, and says when it may be looked at.
        page.open(&sandbox.url("/gallery.html?state=conversation&fonts=test")).await;
        page.wait_for("[data-ready=true] poly-chat").await;
        page.wait_for_text(&inside("[data-role=agent]:last-child [part~=bubble]"), "And at what time?").await;
    });
}
