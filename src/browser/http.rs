//! HTTP: one `fetch` per request, under one time limit for headers and body, and abortable until its answer is there.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::Promise;
use poly_messaging_engine::{HttpOutcome, HttpRequest, Input, RequestId, TokenReason};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{
    AbortController, AbortSignal, Headers, RequestCache, RequestCredentials, RequestInit, RequestMode, RequestRedirect,
    Response,
};

use super::Inbox;
use super::timers::Timeout;
use crate::host::{self, Host};
use crate::plain;

/// Longest body taken over, in UTF-16 units. An answer of the API has some 2 KB.
const MAX_BODY: u32 = 256 << 10;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = fetch, catch)]
    fn fetch(url: &str, init: &RequestInit) -> Result<Promise, JsValue>;
}

/// What is under way: requests, and questions to the application, which share their ids.
#[derive(Clone, Default)]
pub(crate) struct Requests {
    entries: Rc<RefCell<Vec<Entry>>>,
}

struct Entry {
    id: RequestId,
    controller: AbortController,
    _limit: Option<Timeout>,
}

impl Requests {
    /// Whether nothing is under way.
    pub(crate) fn is_empty(&self) -> bool {
        self.entries.borrow().is_empty()
    }

    /// Sends a request and reports its outcome, unless it is aborted.
    pub(crate) fn post(&self, id: RequestId, request: HttpRequest, inbox: &Inbox) {
        let late = Input::Http { id, outcome: HttpOutcome::Timeout };
        let limit = self.limit(id, request.timeout_ms, late, inbox);
        self.begin(id, limit, inbox, async move |signal| {
            let outcome = exchange(request, signal).await.unwrap_or(HttpOutcome::Network);
            Input::Http { id, outcome }
        });
    }

    /// Sees whether anything answers at `url`, and reports that.
    pub(crate) fn probe(&self, id: RequestId, url: String, timeout_ms: u32, inbox: &Inbox) {
        let limit = self.limit(id, timeout_ms, Input::Probed { id, is_answered: false }, inbox);
        self.begin(id, limit, inbox, async move |signal| {
            let init = init(&signal);
            // Without CORS there is nothing to read, but also nothing that the server would have to allow.
            init.set_mode(RequestMode::NoCors);
            init.set_redirect(RequestRedirect::Follow);
            let is_answered = match fetch(&url, &init) {
                Ok(answer) => answer.await.is_ok(),
                Err(_) => false,
            };
            Input::Probed { id, is_answered }
        });
    }

    /// Has the application prepare the agent's invitation, and reports when that is done, however it went.
    pub(crate) fn prepare(
        &self,
        id: RequestId,
        session_id: String,
        context_id: Option<String>,
        host: &Host,
        inbox: &Inbox,
    ) {
        let host = host.clone();
        self.begin(id, None, inbox, async move |signal| {
            host::prepare(&host, &session_id, context_id, &signal).await;
            Input::JoinPrepared { id }
        });
    }

    /// Asks the application for an access token and reports its answer, unless it is aborted.
    pub(crate) fn ask(&self, id: RequestId, reason: TokenReason, host: &Host, inbox: &Inbox) {
        let host = host.clone();
        self.begin(id, None, inbox, async move |signal| Input::Token {
            id,
            result: host::ask_token(&host, reason, &signal).await,
        });
    }

    /// Aborts a request; whether it was still under way. It is not heard of again.
    pub(crate) fn abort(&self, id: RequestId) -> bool {
        let entry = self.take(id);
        if let Some(entry) = &entry {
            entry.controller.abort();
        }
        entry.is_some()
    }

    /// Ends a request with `late` after its time. Does not rely on `fetch` to answer an abort: where it is replaced by
    /// something else it may not.
    fn limit(&self, id: RequestId, timeout_ms: u32, late: Input, inbox: &Inbox) -> Option<Timeout> {
        let (requests, inbox) = (self.clone(), inbox.clone());
        Timeout::new(u64::from(timeout_ms), move || {
            if requests.abort(id) {
                inbox(late.clone());
            }
        })
    }

    fn begin(
        &self,
        id: RequestId,
        limit: Option<Timeout>,
        inbox: &Inbox,
        work: impl AsyncFnOnce(AbortSignal) -> Input + 'static,
    ) {
        // Every browser that runs this module has one.
        let Ok(controller) = AbortController::new() else { return };
        let signal = controller.signal();
        self.entries.borrow_mut().push(Entry { id, controller, _limit: limit });
        let (requests, inbox) = (self.clone(), inbox.clone());
        spawn_local(async move {
            let input = work(signal).await;
            if requests.take(id).is_some() {
                inbox(input);
            }
        });
    }

    fn take(&self, id: RequestId) -> Option<Entry> {
        let mut entries = self.entries.borrow_mut();
        let at = entries.iter().position(|entry| entry.id == id)?;
        Some(entries.swap_remove(at))
    }
}

/// What all requests have in common.
fn init(signal: &AbortSignal) -> RequestInit {
    let init = RequestInit::new();
    init.set_signal(Some(signal));
    // Tokens are all that identifies the caller, and no copy of an answer may stay in a cache, or come from one.
    init.set_credentials(RequestCredentials::Omit);
    init.set_cache(RequestCache::NoStore);
    init
}

/// Headers and body of the answer; an error where there is none, whatever the reason: a page cannot tell.
async fn exchange(request: HttpRequest, signal: AbortSignal) -> Result<HttpOutcome, JsValue> {
    let headers = Headers::new()?;
    for (name, value) in &request.headers {
        headers.set(name, value)?;
    }
    let init = init(&signal);
    init.set_method("POST");
    init.set_headers(&headers);
    init.set_body(&JsValue::from_str(&request.body));
    // The API redirects nowhere, and a redirect would carry the connector token to another host.
    init.set_redirect(RequestRedirect::Error);
    let response: Response = JsFuture::from(fetch(&request.url, &init)?).await?.dyn_into()?;
    let retry_after = response.headers().get("Retry-After")?;
    let body = JsFuture::from(response.text()?).await?;
    // A body that is too long is as good as none: no answer of the API is.
    let body = plain::text(&body, MAX_BODY).unwrap_or_default();
    Ok(HttpOutcome::Response { status: response.status(), retry_after, body })
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;
    use crate::browser::testing::{Heard, Replaced};

    fn request(url: &str) -> HttpRequest {
        HttpRequest { url: url.into(), headers: Vec::new(), body: "{}".into(), timeout_ms: 60_000 }
    }

    async fn outcome(request: HttpRequest) -> HttpOutcome {
        let (requests, heard) = (Requests::default(), Heard::default());
        requests.post(7, request, &heard.inbox());
        assert!(!requests.is_empty(), "under way until it is answered");
        let Input::Http { id: 7, outcome } = heard.next().await else { panic!("not the answer") };
        assert!(requests.is_empty());
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
        let (requests, heard) = (Requests::default(), Heard::default());
        requests.post(1, request("data:,first"), &heard.inbox());
        requests.post(2, request("data:,second"), &heard.inbox());
        assert!(requests.abort(1));
        assert!(!requests.abort(1), "there is nothing left to abort");
        assert!(matches!(heard.next().await, Input::Http { id: 2, .. }));
        assert!(requests.is_empty());
        assert!(heard.is_silent());
    }
}
