//! `<poly-chat>` on a page under a strict policy is told hostile things: no script runs, nothing is loaded or opened, nothing but what
//! the widget makes stands in its root, and the page answers all the while. What is large is told in `quiet`.

use e2e::hostile::{LONGEST_PAUSE, open_under, tell};
use serde_json::json;

#[test]
fn what_an_agent_writes_runs_no_script_and_opens_nothing() {
    e2e::on_sandbox(async |page, sandbox| {
        assert_eq!(tell(page, sandbox, "texts.json", LONGEST_PAUSE).await, [""; 0]);
    });
}

#[test]
fn what_comes_beside_a_text_runs_no_script_and_opens_nothing() {
    e2e::on_sandbox(async |page, sandbox| {
        assert_eq!(tell(page, sandbox, "events.json", LONGEST_PAUSE).await, [""; 0]);
    });
}

#[test]
fn what_must_not_be_there_is_found() {
    e2e::on_sandbox(async |page, sandbox| {
        // Trusted types would not let a handler be planted, nor would the policy a style.
        open_under(page, sandbox, "planted", "style-src 'unsafe-inline';").await;
        let plants = [
            ("script", json!({}), "<script>"),
            ("iframe", json!({}), "<iframe>"),
            ("evil-element", json!({}), "<evil-element>"),
            ("a", json!({ "href": "java\tscript:canary()" }), "<a href=java\tscript:canary()>"),
            ("a", json!({ "href": "/menu" }), "<a href=/menu>"),
            ("a", json!({ "href": "https://example.com" }), "<a> that lets itself be turned round"),
            ("p", json!({ "onclick": "canary()" }), "<p onclick>"),
            ("img", json!({ "src": "data:text/html,x" }), "<img src=data:text/html,x>"),
            ("div", json!({ "style": "background:url(x)" }), "<div style=background:url(x)>"),
            ("p", json!({ "role": "heading" }), "<p role=heading>"),
        ];
        for (name, attributes, fault) in plants {
            let faults = page.eval("return faults(plant(...arguments));", &[json!(name), attributes]).await;
            let is_found = faults.as_array().is_some_and(|list| list.iter().any(|found| found == fault));
            assert!(is_found, "{name}: {faults}");
        }
        let events = [
            ("canary();", "a script ran"),
            ("alert(1);", "alert was called"),
            ("open('https://example.com');", "open was called"),
            ("document.body.append(document.createElement('p'));", "something stands outside of the widget"),
            ("pollute(true);", "all objects have been changed"),
            ("fetch('http://127.0.0.1:9/x').catch(() => undefined);", "refused: connect-src"),
            ("location.hash = 'x';", "hashchange"),
            ("setTimeout(() => { throw new Error('planted'); });", "planted"),
        ];
        for (script, fault) in events {
            page.eval(script, &[]).await;
            page.wait_until(&format!("faults().some((found) => found.includes({}))", json!(fault))).await;
        }
        page.eval("pollute(false); refused.length = 0; inside('[part~=bubble]').append(new Image());", &[]).await;
        page.eval("insideAll('img').at(-1).src = 'https://evil.example/pixel.gif';", &[]).await;
        page.wait_until("refused.length > 0").await;
        page.eval("longestPause(); for (const end = Date.now() + 3500; Date.now() < end;) ;", &[]).await;
        page.wait_until(&format!("longestPause() > {LONGEST_PAUSE}")).await;
    });
}
