//! HTTP: one `fetch` per request, under one time limit for headers and body, and abortable until its answer is there.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use js_sys::{Promise, Uint8Array};
use poly_messaging_engine::{HttpOutcome, HttpRequest, Input, RequestId, TokenReason};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{
    AbortController, AbortSignal, Headers, ReadableStreamDefaultReader, RequestCache, RequestCredentials, RequestInit,
    RequestRedirect, Response,
};

use super::Inbox;
use super::timers::Timeout;
use crate::host::{self, Host};
use crate::plain;

/// Longest body taken over, in bytes; what comes after is cut off. An answer of the API has some 2 KB.
const MAX_BODY: usize = 256 << 10;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = fetch, catch)]
    fn fetch(url: &str, init: &RequestInit) -> Result<Promise, JsValue>;
}

/// What is under way: requests, and questions to the application, which share their ids.
#[derive(Clone, Default)]
pub(crate) struct Requests {
    entries: Rc<RefCell<Vec<(RequestId, AbortController)>>>,
}

impl Requests {
    /// Whether nothing is under way.
    pub(crate) fn is_empty(&self) -> bool {
        self.entries.borrow().is_empty()
    }

    /// Sends a request and reports its outcome, unless it is aborted.
    pub(crate) fn post(&self, id: RequestId, request: HttpRequest, inbox: &Inbox) {
        let Ok(controller) = AbortController::new() else { return };
        self.begin(id, controller.clone(), inbox, async move {
            Input::Http { id, outcome: perform(request, &controller).await }
        });
    }

    /// Asks the application for an access token and reports its answer, unless it is aborted.
    pub(crate) fn ask(&self, id: RequestId, reason: TokenReason, host: &Host, inbox: &Inbox) {
        let Ok(controller) = AbortController::new() else { return };
        let (host, signal) = (host.clone(), controller.signal());
        self.begin(id, controller, inbox, async move {
            Input::Token { id, result: host::ask_token(&host, reason, &signal).await }
        });
    }

    /// Aborts a request, if it is still under way. It is not heard of again.
    pub(crate) fn abort(&self, id: RequestId) {
        if let Some(controller) = self.take(id) {
            controller.abort();
        }
    }

    fn begin(
        &self,
        id: RequestId,
        controller: AbortController,
        inbox: &Inbox,
        work: impl Future<Output = Input> + 'static,
    ) {
        self.entries.borrow_mut().push((id, controller));
        let (requests, inbox) = (self.clone(), inbox.clone());
        spawn_local(async move {
            let input = work.await;
            if requests.take(id).is_some() {
                inbox(input);
            }
        });
    }

    fn take(&self, id: RequestId) -> Option<AbortController> {
        let mut entries = self.entries.borrow_mut();
        let at = entries.iter().position(|(entry, _)| *entry == id)?;
        Some(entries.swap_remove(at).1)
    }
}

/// Carries `request` out. Aborting `controller` ends it with an outcome that means nothing.
pub(crate) async fn perform(request: HttpRequest, controller: &AbortController) -> HttpOutcome {
    let late = Rc::new(Cell::new(false));
    let _limit = Timeout::new(u64::from(request.timeout_ms), {
        let (late, controller) = (late.clone(), controller.clone());
        move || {
            late.set(true);
            controller.abort();
        }
    });
    match exchange(request, &controller.signal()).await {
        Ok(response) => response,
        Err(_) if late.get() => HttpOutcome::Timeout,
        Err(_) => HttpOutcome::Network,
    }
}

async fn exchange(request: HttpRequest, signal: &AbortSignal) -> Result<HttpOutcome, JsValue> {
    let headers = Headers::new()?;
    for (name, value) in &request.headers {
        headers.set(name, value)?;
    }
    let init = RequestInit::new();
    init.set_method("POST");
    init.set_headers(&headers);
    init.set_body(&JsValue::from_str(&request.body));
    init.set_signal(Some(signal));
    // Tokens are all that identifies the caller, and no copy of them may stay in a cache.
    init.set_credentials(RequestCredentials::Omit);
    init.set_cache(RequestCache::NoStore);
    // The API redirects nowhere, and a redirect would carry the connector token to another host.
    init.set_redirect(RequestRedirect::Error);
    let response: Response = JsFuture::from(fetch(&request.url, &init)?).await?.dyn_into()?;
    let retry_after = response.headers().get("Retry-After")?;
    Ok(HttpOutcome::Response { status: response.status(), retry_after, body: read(&response).await? })
}

/// The body as text, as far as it is taken over.
async fn read(response: &Response) -> Result<String, JsValue> {
    let Some(stream) = response.body() else { return Ok(String::new()) };
    let reader: ReadableStreamDefaultReader = stream.get_reader().unchecked_into();
    let mut body = Vec::new();
    loop {
        let part = JsFuture::from(reader.read()).await?;
        let Ok(bytes) = plain::get(&part, "value").dyn_into::<Uint8Array>() else { break };
        let room = MAX_BODY - body.len();
        if bytes.length() as usize > room {
            body.extend(bytes.subarray(0, room as u32).to_vec());
            // Nothing waits for this: the rest is simply not wanted.
            let _ = reader.cancel();
            break;
        }
        body.extend(bytes.to_vec());
    }
    Ok(String::from_utf8_lossy(&body).into_owned())
}
