//! `<poly-chat>` under the strictest content policy: it needs neither styles nor Trusted Types of the page.

use e2e::{Engine, Sandbox, inside, key, part};
use serde_json::json;
use url::form_urlencoded;

const CONNECTOR: &str = "connector-token-of-policy";

/// The address of a page with a widget, under a policy that allows it no more than it needs.
fn address(sandbox: &Sandbox, page: &str) -> String {
    let api = sandbox.url("");
    let socket = api.replacen("http", "ws", 1);
    let policy = format!(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self' {api} {socket}; img-src {api}; \
         require-trusted-types-for 'script'; trusted-types 'none'"
    );
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("api", &api).append_pair("connector", CONNECTOR).append_pair("policy", &policy);
    sandbox.page(&format!("/policy/{page}.html?{}", query.finish()))
}

#[test]
fn nothing_of_the_widget_is_refused() {
    e2e::on_sandbox(async |page, sandbox| {
        sandbox.order(&format!("/connectors/{CONNECTOR}"), &json!({ "pace_ms": 1, "step_ms": 1 })).await;
        for which in ["widget", "tag"] {
            page.open(&address(sandbox, which)).await;
            page.wait_until("globalThis.chat && said().length === 1").await;
            // It is dressed, though the page may have no style.
            page.wait_until("getComputedStyle(inside('[part~=panel]')).position === 'fixed'").await;
            for (text, count) in [("show me a **picture** of a `table`", 3), ("Opening hours", 5)] {
                page.click(&part("input")).await;
                page.write(text).await;
                page.press(key::ENTER).await;
                page.wait_until(&format!("said().length === {count}")).await;
            }
            // An image loads and opens large.
            page.click(&part("image")).await;
            page.wait_for(&inside("dialog[open] img")).await;
            page.wait_until("inside('dialog img').naturalWidth > 0").await;
            page.press(key::ESCAPE).await;
            page.wait_for_none(&inside("dialog[open]")).await;
            assert_eq!(page.eval("return violations;", &[]).await, json!([]), "{which}");
            page.eval_async("await chat.end(); document.querySelector('poly-chat').remove();", &[]).await;
        }
        // The policy is in force where the engine knows it.
        let is_refused = "try { document.body.innerHTML = '<b>x</b>'; return false; } catch { return true; }";
        let is_known = page.eval("return 'trustedTypes' in globalThis;", &[]).await == true;
        assert!(is_known || page.engine() != Engine::Chromium);
        assert_eq!(page.eval(is_refused, &[]).await, is_known);
        page.eval("document.body.setAttribute('style', 'color: red');", &[]).await;
        page.wait_until("violations.length > 0").await;
    });
}
