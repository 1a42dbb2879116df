//! HTTP, and questions to the application, which share their ids. `http.js` does it: what is made of promises costs several
//! times as much from here.

use poly_messaging_engine::{HttpRequest, RequestId};
use wasm_bindgen::prelude::*;

use crate::Host;

#[wasm_bindgen(module = "/src/browser/http.js")]
extern "C" {
    /// What is under way.
    pub(crate) type Requests;
    /// Answers go to `tell`.
    #[wasm_bindgen(constructor)]
    pub(crate) fn new(tell: &JsValue) -> Requests;
    /// How many are under way.
    #[wasm_bindgen(method, getter)]
    pub(crate) fn size(this: &Requests) -> u32;
    #[wasm_bindgen(method)]
    fn post(this: &Requests, id: RequestId, url: &str, headers: &str, body: &str, limit_ms: u32);
    /// Sees whether anything answers at `url`, and tells that.
    #[wasm_bindgen(method)]
    pub(crate) fn probe(this: &Requests, id: RequestId, url: &str, limit_ms: u32);
    /// Asks the application for an access token and tells its answer, unless it is aborted.
    #[wasm_bindgen(method)]
    pub(crate) fn ask(this: &Requests, id: RequestId, reason: &str, host: &Host);
    /// Has the application prepare the agent's invitation, and tells when that is done, however it went.
    #[wasm_bindgen(method)]
    pub(crate) fn prepare(this: &Requests, id: RequestId, session_id: &str, context_id: Option<&str>, host: &Host);
    /// Aborts a request; whether it was still under way. It is not heard of again.
    #[wasm_bindgen(method)]
    pub(crate) fn abort(this: &Requests, id: RequestId) -> bool;
}

impl Requests {
    /// Sends a request and tells its outcome, unless it is aborted.
    pub(crate) fn send(&self, id: RequestId, request: &HttpRequest) {
        // No header can hold a NUL.
        let mut headers = String::new();
        for (name, value) in &request.headers {
            for part in [name, "\0", value, "\0"] {
                headers.push_str(part);
            }
        }
        self.post(id, &request.url, &headers, &request.body, request.timeout_ms);
    }
}

#[cfg(test)]
mod tests {
    use wasm_bindgen::JsCast;
    use wasm_bindgen_test::wasm_bindgen_test;

    use poly_messaging_engine::{HttpOutcome, Input};

    use super::*;
    use crate::browser::answers::{Tell, teller};
    use crate::browser::testing::{Heard, Replaced};

    /// As in `http.js`.
    const MAX_BODY: u32 = 256 << 10;

    /// Requests, what they tell to, and what that has heard.
    fn requests() -> (Requests, Tell, Heard) {
        let heard = Heard::default();
        let tell = teller(heard.inbox(), |_| {});
        (Requests::new(tell.as_ref()), tell, heard)
    }

    fn request(url: &str) -> HttpRequest {
        HttpRequest { url: url.into(), headers: Vec::new(), body: "{}".into(), timeout_ms: 60_000 }
    }

    async fn outcome(request: HttpRequest) -> HttpOutcome {
        let (requests, _tell, heard) = requests();
        requests.send(7, &request);
        assert_eq!(requests.size(), 1, "under way until it is answered");
        let Input::Http { id: 7, outcome } = heard.next().await else { panic!("not the answer") };
        assert_eq!(requests.size(), 0);
        outcome
    }

    fn body(outcome: HttpOutcome) -> String {
        let HttpOutcome::Response { body, .. } = outcome else { panic!("no answer: {outcome:?}") };
        body
    }

    #[wasm_bindgen_test]
    async fn reads_the_body_as_text() {
        let answer = outcome(request("data:application/json;charset=utf-8,{%22a%22:%22%C3%A9%22}")).await;
        assert_eq!(body(answer), "{\"a\":\"é\"}");
    }

    #[wasm_bindgen_test]
    async fn takes_over_no_body_above_the_bound() {
        for (length, taken) in [(MAX_BODY, MAX_BODY), (MAX_BODY + 1, 0)] {
            let answer = outcome(request(&format!("data:text/plain,{}", "a".repeat(length as usize)))).await;
            assert_eq!(body(answer).len(), taken as usize);
        }
    }

    #[wasm_bindgen_test]
    async fn reads_a_body_that_never_ends_as_far_as_the_bound_and_lets_go_of_it() {
        let _fetch = Replaced::new(
            "fetch",
            "url, init",
            "globalThis.endless = { pulled: 0, signal: init.signal };
             const pull = (stream) => { endless.pulled++; stream.enqueue(new Uint8Array(65536).fill(97)); };
             return Promise.resolve(new Response(new ReadableStream({ pull })))",
        );
        assert_eq!(body(outcome(request("https://example.com")).await), "");
        let seen = js_sys::eval("[endless.pulled < 10, endless.signal.aborted].join()").unwrap();
        assert_eq!(seen.as_string().unwrap(), "true,true");
    }

    #[wasm_bindgen_test]
    async fn takes_a_body_that_is_no_utf_8() {
        assert_eq!(body(outcome(request("data:text/plain,a%FFb")).await), "a\u{fffd}b");
    }

    #[wasm_bindgen_test]
    async fn posts_exactly_the_headers_of_the_request_and_nothing_that_could_be_kept() {
        let _fetch = Replaced::new(
            "fetch",
            "url, init",
            "const { method, credentials, cache, redirect, body, headers } = new Request(url, init);
             return Promise.resolve(new Response(JSON.stringify(
                 [url, method, credentials, cache, redirect, init.body, [...init.headers].sort()])));",
        );
        let headers = vec![("X-Token", "secret".into()), ("Content-Type", "application/json".into())];
        let answer = outcome(HttpRequest { headers, ..request("https://example.com/sessions") }).await;
        assert_eq!(
            body(answer),
            r#"["https://example.com/sessions","POST","omit","no-store","error","{}",[["content-type","application/json"],["x-token","secret"]]]"#
        );
    }

    #[wasm_bindgen_test]
    async fn reports_status_and_retry_after() {
        let _fetch = Replaced::new(
            "fetch",
            "",
            "return Promise.resolve(new Response(null, { status: 429, headers: { 'Retry-After': '7' } }))",
        );
        let expected = HttpOutcome::Response { status: 429, retry_after: Some("7".into()), body: String::new() };
        assert_eq!(outcome(request("https://example.com")).await, expected);
    }

    #[wasm_bindgen_test]
    async fn every_way_not_to_get_an_answer_is_the_network() {
        // A port that browsers block, an address that is none, a header that cannot be sent.
        for url in ["http://127.0.0.1:1/", "http://[", "nonsense:"] {
            assert_eq!(outcome(request(url)).await, HttpOutcome::Network, "{url}");
        }
        let headers = vec![("X-Token", "a\nb".to_owned())];
        assert_eq!(outcome(HttpRequest { headers, ..request("data:,") }).await, HttpOutcome::Network);
    }

    #[wasm_bindgen_test]
    async fn a_fetch_that_misbehaves_is_the_network() {
        for body in [
            "throw 'not an error'",
            "return Promise.reject(null)",
            "return Promise.resolve({ status: 200 })",
            "return Promise.resolve(new Response(new ReadableStream({ start(c) { c.error('torn') } })))",
        ] {
            let _fetch = Replaced::new("fetch", "", body);
            assert_eq!(outcome(request("https://example.com")).await, HttpOutcome::Network, "{body}");
        }
    }

    #[wasm_bindgen_test]
    async fn an_answer_that_does_not_come_is_a_timeout() {
        for body in [
            "return new Promise(() => {})",
            "return Promise.resolve(new Response(new ReadableStream()))",
            "return new Promise((_, reject) => init.signal.addEventListener('abort', () => reject(init.signal.reason)))",
        ] {
            let _fetch = Replaced::new("fetch", "url, init", body);
            let late = HttpRequest { timeout_ms: 5, ..request("https://example.com") };
            assert_eq!(outcome(late).await, HttpOutcome::Timeout, "{body}");
        }
    }

    #[wasm_bindgen_test]
    async fn nothing_is_heard_of_an_aborted_request() {
        let (requests, _tell, heard) = requests();
        requests.send(1, &request("data:,first"));
        requests.send(2, &request("data:,second"));
        assert!(requests.abort(1));
        assert!(!requests.abort(1), "there is nothing left to abort");
        assert!(matches!(heard.next().await, Input::Http { id: 2, .. }));
        assert_eq!(requests.size(), 0);
        assert!(heard.is_silent());
    }

    async fn probed(url: &str, limit_ms: u32) -> bool {
        let (requests, _tell, heard) = requests();
        requests.probe(5, url, limit_ms);
        let Input::Probed { id: 5, is_answered } = heard.next().await else { panic!("not the answer") };
        assert_eq!(requests.size(), 0);
        is_answered
    }

    #[wasm_bindgen_test]
    async fn a_probe_is_answered_by_whatever_answers() {
        let _fetch = Replaced::new(
            "fetch",
            "url, init",
            "const { method, mode, credentials, cache, redirect, headers } = new Request(url, init);
             globalThis.probed = [method, mode, credentials, cache, redirect, [...headers].length].join();
             return Promise.resolve(url.endsWith('/down') ? Promise.reject(new TypeError) : Response.error())",
        );
        assert!(probed("https://example.com/api/v1", 60_000).await, "an opaque answer is one");
        let asked = js_sys::eval("probed").unwrap().as_string().unwrap();
        assert_eq!(asked, "GET,no-cors,omit,no-store,follow,0");
        assert!(!probed("https://example.com/down", 60_000).await);
    }

    #[wasm_bindgen_test]
    async fn a_probe_without_an_answer_in_time_is_not_answered() {
        assert!(!probed("http://127.0.0.1:1/", 60_000).await);
        let _fetch = Replaced::new("fetch", "", "return new Promise(() => {})");
        assert!(!probed("https://example.com", 5).await);
    }

    #[wasm_bindgen_test]
    async fn the_agent_s_invitation_is_prepared_however_that_goes() {
        for body in ["", "return Promise.resolve(7)", "throw 1", "return Promise.reject('no')", "return { then: 7 }"] {
            let host =
                js_sys::eval(&format!("({{ beforeAgentJoin(...given) {{ globalThis.given = given; {body} }} }})"));
            let (requests, _tell, heard) = requests();
            requests.prepare(3, "session", Some("context"), &Host::unchecked_from_js(host.unwrap()));
            assert!(js_sys::eval("globalThis.given").unwrap().is_undefined(), "not within the call");
            assert_eq!(heard.next().await, Input::JoinPrepared { id: 3 }, "{body}");
            let given =
                js_sys::eval("const [a, b, { aborted }] = given; delete globalThis.given; [a, b, aborted].join()");
            assert_eq!(given.unwrap().as_string().unwrap(), "session,context,false");
        }
        let host = js_sys::eval(
            "({ beforeAgentJoin: (id, context, signal) => new Promise(() => { globalThis.waiting = signal }) })",
        );
        let (requests, _tell, heard) = requests();
        requests.prepare(4, "session", None, &Host::unchecked_from_js(host.unwrap()));
        requests.send(5, &request("data:,later"));
        assert!(matches!(heard.next().await, Input::Http { id: 5, .. }));
        assert!(requests.abort(4));
        assert_eq!(js_sys::eval("waiting.aborted").unwrap().as_bool(), Some(true));
        assert!(heard.is_silent());
    }
}
