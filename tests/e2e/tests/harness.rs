//! The harness drives each engine as the other tests need it.

use e2e::{Engine, Page};
use serde_json::json;

/// A page with a button that answers late, so that there is something to wait for.
async fn open_form(page: &Page) {
    page.open("data:text/html,<title>form</title><main></main>").await;
    page.eval(
        r#"
        document.querySelector("main").innerHTML = `<input id="name"><button disabled>Greet</button><p hidden></p>`;
        const [name, button, answer] = document.querySelectorAll("input, button, p");
        name.oninput = () => setTimeout(() => (button.disabled = false), 100);
        button.onclick = () => setTimeout(() => {
            answer.hidden = false;
            answer.textContent = `Hello, ${name.value}!`;
        }, 100);
        "#,
        &[],
    )
    .await;
}

#[test]
fn types_clicks_and_waits() {
    e2e::in_browser(async |page| {
        open_form(page).await;
        assert_eq!(page.attribute("button", "disabled").await.as_deref(), Some("true"));
        page.type_into("#name", "Ada").await;
        page.click("button").await;
        page.wait_for("p").await;
        assert_eq!(page.wait_for_text("p", "Hello").await, "Hello, Ada!");
        assert_eq!(page.texts("p").await, ["Hello, Ada!"]);
        page.eval("document.querySelector('p').remove();", &[]).await;
        page.wait_for_none("p").await;
    });
}

#[test]
fn returns_what_a_promise_brings() {
    e2e::in_browser(async |page| {
        open_form(page).await;
        let sum = page.eval_async("return (await Promise.resolve(arguments[0])) + 1;", &[json!(41)]).await;
        assert_eq!(sum, 42);
        let agent = page.eval("return navigator.userAgent;", &[]).await.to_string();
        let mark = match page.engine() {
            Engine::Chromium => "Chrome/",
            Engine::Firefox => "Gecko/",
            Engine::WebKit => "Version/",
        };
        assert!(agent.contains(mark), "{agent}");
    });
}

#[test]
#[should_panic(expected = "the page says no")]
fn reports_a_promise_that_is_rejected() {
    e2e::in_browser(async |page| {
        open_form(page).await;
        page.eval_async("throw new Error('the page says no');", &[]).await;
    });
}

#[test]
fn windows_share_what_is_stored() {
    e2e::on_sandbox(async |page, sandbox| {
        page.open(&sandbox.page("/elsewhere.html")).await;
        page.eval("localStorage.setItem('told', 'yes');", &[]).await;
        let first = page.window().await;
        let second = page.new_window().await;
        page.open(&sandbox.page("/elsewhere.html")).await;
        page.wait_until("localStorage.getItem('told') === 'yes'").await;
        assert_eq!(page.windows().await.len(), 2);
        page.close_window(&first).await;
        assert_ne!(page.window().await, second);
    });
}

#[test]
fn a_profile_outlives_its_browser() {
    e2e::on_profile(async |visits, sandbox| {
        for count in 1..=2 {
            visits
                .visit(sandbox, async |page| {
                    page.open(&sandbox.page("/visits.html")).await;
                    assert_eq!(page.wait_until("globalThis.visits").await, count);
                })
                .await;
        }
    });
}
