//! The package under a strict content policy, on a page of another origin than the API's.

use std::fs;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use e2e::{Engine, Page, Sandbox};
use serde_json::{Value, json};
use sha2::{Digest, Sha384};
use url::form_urlencoded;

/// The entries that a page loads by itself, each with a page in `pages/policy/`.
const ENTRIES: [&str; 3] = ["index", "inline", "classic"];
const CONNECTOR: &str = "connector-token-of-policy";

/// What a page may do that may do nothing but run its own scripts and talk to the API.
fn strict(connect: &str) -> String {
    format!("default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src {connect}")
}

/// The API as a policy names it: a socket's scheme is another.
fn api(sandbox: &Sandbox) -> String {
    let address = sandbox.url("");
    format!("{address} {}", address.replacen("http", "ws", 1))
}

async fn open(page: &Page, sandbox: &Sandbox, entry: &str, policy: &str) {
    open_under(page, sandbox, entry, &[("policy", policy)]).await;
}

async fn open_under(page: &Page, sandbox: &Sandbox, entry: &str, policies: &[(&str, &str)]) {
    sandbox.order(&format!("/connectors/{CONNECTOR}"), &json!({ "pace_ms": 1, "step_ms": 1 })).await;
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("api", &sandbox.url("")).append_pair("connector", CONNECTOR).extend_pairs(policies);
    page.open(&sandbox.page(&format!("/policy/{entry}.html?{}", query.finish()))).await;
    page.wait_until("globalThis.chat").await;
}

/// Waits for the greeting, says something and waits for the answer.
async fn converse(page: &Page) {
    page.wait_until("said().length === 1").await;
    page.eval("chat.send('When are you open?').catch(({ code }) => failures.push(code));", &[]).await;
    page.wait_until("said().length === 3").await;
    assert_eq!(page.eval("return [failures, said()[1]];", &[]).await, json!([[], "user: When are you open?"]));
}

async fn violations(page: &Page) -> Vec<String> {
    let list: Value = page.eval("return violations;", &[]).await;
    list.as_array().expect("a list").iter().map(|text| text.as_str().expect("text").to_owned()).collect()
}

/// Leaves nothing behind that the next page would take up.
async fn end(page: &Page) {
    page.eval_async("await chat.end();", &[]).await;
}

/// What `npm run build` prints of a script.
fn integrity(script: &str) -> String {
    let path = e2e::project_root().join("pkg").join(script);
    let bytes = fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    format!("sha384-{}", STANDARD.encode(Sha384::digest(bytes)))
}

#[test]
fn a_page_that_may_only_run_its_scripts_and_call_the_api_holds_a_conversation() {
    e2e::on_sandbox(async |page, sandbox| {
        for entry in ENTRIES {
            open(page, sandbox, entry, &strict(&api(sandbox))).await;
            converse(page).await;
            let module = sandbox.page("/pkg/poly_messaging_web.wasm");
            // The one that is loaded from beside the script is refused, and comes as a script instead.
            let expected = if entry == "index" { vec![format!("connect-src {module}")] } else { Vec::new() };
            assert_eq!(violations(page).await, expected, "{entry}");
            end(page).await;
        }
    });
}

#[test]
fn nothing_is_refused_where_the_page_may_fetch_its_own_files() {
    e2e::on_sandbox(async |page, sandbox| {
        let policy = strict(&format!("'self' {}", api(sandbox)));
        for entry in ENTRIES {
            open(page, sandbox, entry, &policy).await;
            converse(page).await;
            assert_eq!(violations(page).await, [""; 0], "{entry}");
            end(page).await;
        }
    });
}

#[test]
fn nothing_is_refused_under_trusted_types() {
    e2e::on_sandbox(async |page, sandbox| {
        let policy = strict(&format!("'self' {}", api(sandbox)));
        let policy = format!("{policy}; require-trusted-types-for 'script'; trusted-types 'none'");
        for entry in ENTRIES {
            open(page, sandbox, entry, &policy).await;
            converse(page).await;
            assert_eq!(violations(page).await, [""; 0], "{entry}");
            end(page).await;
        }
        // The policy is in force where the engine knows it.
        let is_known = page.eval("return 'trustedTypes' in globalThis;", &[]).await == true;
        assert!(is_known || page.engine() != Engine::Chromium);
        let is_refused = "try { document.body.innerHTML = '<b>x</b>'; return false; } catch { return true; }";
        assert_eq!(page.eval(is_refused, &[]).await, is_known);
    });
}

#[test]
fn a_policy_that_forbids_webassembly_is_named() {
    e2e::on_sandbox(async |page, sandbox| {
        let policy = format!("default-src 'none'; script-src 'self'; connect-src 'self' {}", api(sandbox));
        for entry in ENTRIES {
            open(page, sandbox, entry, &policy).await;
            page.wait_until("failures.length > 0").await;
            let failures = page.eval("return failures;", &[]).await;
            let text = failures[0].as_str().expect("a failure").to_owned();
            assert!(text.starts_with("config/wasm-unavailable "), "{entry}: {text}");
            assert!(text.contains("'wasm-unsafe-eval'") && text.contains("script-src"), "{entry}: {text}");
        }
    });
}

#[test]
fn a_policy_that_refuses_the_api_is_named_at_once() {
    e2e::on_sandbox(async |page, sandbox| {
        let (http, socket) = (sandbox.url(""), sandbox.url("").replacen("http", "ws", 1));
        let header = |connect: &str| strict(&format!("'self' {connect}"));
        let meta = format!("connect-src 'self' {http}");
        let all = header(&api(sandbox));
        // The policies, and what is refused.
        for (case, policies, refused) in [
            ("neither", vec![("policy", header(""))], format!("{http}/api/v1/access-token")),
            ("no socket", vec![("policy", header(&http))], socket.clone()),
            ("no socket, in the document", vec![("policy", all), ("meta", meta)], format!("{socket}/ws")),
        ] {
            let policies: Vec<_> = policies.iter().map(|(name, text)| (*name, text.as_str())).collect();
            open_under(page, sandbox, "inline", &policies).await;
            page.wait_until("failures.length > 0").await;
            let failures = page.eval("return failures;", &[]).await;
            assert!(failures[0].as_str().is_some_and(|text| text.starts_with("config/content-policy ")), "{failures}");
            let said = page.eval("return trace.lines.filter((line) => line.startsWith('error config/'));", &[]).await;
            let said = said[0].as_str().expect("the failure is logged").to_owned();
            for part in ["connect-src", &http, &socket] {
                assert!(said.contains(part), "{case}: {part} in {said}");
            }
            // It takes a moment until a browser that refuses on and on would have said so.
            page.eval_async("await new Promise((resolve) => setTimeout(resolve, 1500));", &[]).await;
            let violations = violations(page).await;
            assert_eq!(violations.len(), 1, "{case}: {violations:?}");
            assert!(violations[0].starts_with(&format!("connect-src {refused}")), "{case}: {violations:?}");
            if case.ends_with("document") {
                assert_eq!(violations, [format!("connect-src {refused}")], "no token");
            }
        }
    });
}

#[test]
fn under_a_policy_in_the_document_that_allows_all_the_chat_connects_with_one_socket() {
    e2e::on_sandbox(async |page, sandbox| {
        let policy = strict(&format!("'self' {}", api(sandbox)));
        open_under(page, sandbox, "inline", &[("policy", &policy), ("meta", &policy)]).await;
        converse(page).await;
        assert_eq!(violations(page).await, [""; 0]);
        let list = sandbox.ask(&format!("/sessions?connector={CONNECTOR}")).await;
        assert_eq!(list["sessions"][0]["sockets_opened"], 1, "{list}");
        end(page).await;
    });
}

#[test]
fn a_script_with_its_integrity_hash_runs_and_a_changed_one_does_not() {
    e2e::on_sandbox(async |page, sandbox| {
        page.open(&sandbox.page("/elsewhere.html")).await;
        let load = "const [integrity, address] = arguments;
            const script = document.createElement('script');
            Object.assign(script, { src: address, integrity, crossOrigin: 'anonymous' });
            return new Promise((resolve) => {
                script.onload = () => resolve('runs');
                script.onerror = () => resolve('refused');
                document.head.append(script);
            });";
        let (right, wrong) = (integrity("poly-messaging.js"), integrity("inline.js"));
        let address = json!("/pkg/poly-messaging.js");
        assert_eq!(page.eval_async(load, &[json!(wrong), address.clone()]).await, "refused");
        assert_eq!(page.eval("return typeof PolyMessaging;", &[]).await, "undefined");
        assert_eq!(page.eval_async(load, &[json!(right), address]).await, "runs");
        assert_eq!(page.eval("return typeof PolyMessaging.createChat;", &[]).await, "function");
    });
}
