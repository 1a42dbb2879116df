//! The pictures of README and the guides, in docs/pictures: `cargo xtask pictures` has them taken, in Chromium.

use std::fs;

use e2e::{Page, Picture, Preference, Sandbox, Screen, inside, part};

/// Most bytes of one picture.
const MOST_BYTES: usize = 150_000;

/// Takes what is seen.
async fn take(page: &Page, name: &str) {
    let picture = Picture::from_png(&page.client().screenshot().await.expect("a screenshot"));
    let (exact, few) = (picture.to_png(), picture.with_few_colours().to_png());
    let file = if exact.len() <= MOST_BYTES / 2 { exact } else { few };
    assert!(file.len() <= MOST_BYTES, "{name} has {} bytes", file.len());
    let folder = e2e::project_root().join("docs/pictures");
    fs::create_dir_all(&folder).expect("cannot make docs/pictures");
    fs::write(folder.join(format!("{name}.png")), file).expect("cannot write into docs/pictures");
}

/// Takes a state of the gallery.
async fn take_state(page: &Page, sandbox: &Sandbox, state: &str, theme: &str, name: &str) {
    page.resize_to(400, 680).await;
    page.open(&sandbox.url(&format!("/gallery.html?state={state}&theme={theme}&fonts=test"))).await;
    page.eval_async("await gallery.ready;", &[]).await;
    take(page, name).await;
}

/// Opens the chat of the restaurant and asks for a table.
async fn ask_for_a_table(page: &Page, sandbox: &Sandbox) {
    page.open(&sandbox.url("/")).await;
    page.click(&part("launcher")).await;
    for (suggestion, answer) in [("Book a table", "For how many people?"), ("4 people", "4 people, noted.")] {
        let find = format!(
            "[...document.querySelector('poly-chat').shadowRoot.querySelectorAll('[part~=suggestion]')]
                .findIndex(({{ textContent }}) => textContent === {suggestion:?}) + 1"
        );
        let at = page.wait_until(&find).await;
        page.click(&inside(&format!("li:nth-child({at}) > [part~=suggestion]"))).await;
        page.wait_for_text(&inside("[part~=transcript]"), answer).await;
        page.wait_for_none(&inside("[data-streaming=true]")).await;
    }
    page.wait_for(&part("suggestion")).await;
}

#[test]
#[ignore = "writes docs/pictures; `cargo xtask pictures` runs it"]
fn pictures_are_taken() {
    e2e::on_private_sandbox(async |page, sandbox| {
        page.prefer(&[Preference::ReducedMotion]).await;
        take_state(page, sandbox, "cards", "light", "widget-light").await;
        take_state(page, sandbox, "conversation", "dark", "widget-dark").await;
        take_state(page, sandbox, "handoff-queued", "light", "widget-handoff").await;
        take_state(page, sandbox, "failed-message", "light", "widget-failure").await;

        page.resize(Screen::Desktop).await;
        ask_for_a_table(page, sandbox).await;
        take(page, "site").await;
        // The phone has a conversation of its own.
        page.eval_async("await document.querySelector('poly-chat').chat.end();", &[]).await;
        page.open(&sandbox.url("/playground.html")).await;
        page.wait_until("document.querySelector('poly-chat')?.chat?.getSnapshot().suggestions.length > 0").await;
        take(page, "playground").await;
        page.open(&sandbox.url("/gallery.html")).await;
        page.wait_until("document.querySelector('#conversation iframe')").await;
        page.eval("document.querySelector('#conversation').scrollIntoView();", &[]).await;
        page.wait_until(
            "document.querySelector('#conversation iframe').contentDocument?.documentElement.dataset.ready === 'true'",
        )
        .await;
        take(page, "gallery").await;

        page.resize(Screen::Phone).await;
        ask_for_a_table(page, sandbox).await;
        take(page, "widget-phone").await;
    });
}
