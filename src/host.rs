//! The JavaScript object that changes, events and answers go to (`Host` in `js/src/boundary.ts`).

use poly_messaging_engine::{AccessToken, TokenReason};
use wasm_bindgen::prelude::*;
use web_sys::AbortSignal;

use crate::plain;

/// Longest text of a failed token callback that is kept, in UTF-16 units.
const MAX_REASON: u32 = 500;

#[wasm_bindgen]
extern "C" {
    /// What the client reports to.
    #[derive(Clone)]
    #[wasm_bindgen(typescript_type = "object")]
    pub type Host;

    #[wasm_bindgen(method, catch)]
    pub(crate) fn change(this: &Host, change: &JsValue) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch)]
    pub(crate) fn event(this: &Host, event: &JsValue) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch)]
    pub(crate) fn settle(this: &Host, call: u32, error: &JsValue) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch)]
    pub(crate) fn frame(this: &Host, direction: &str, text: &str) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch)]
    pub(crate) fn log(this: &Host, level: u8, message: &str) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch)]
    fn token(this: &Host, reason: &str, signal: &AbortSignal) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, js_name = beforeAgentJoin, catch)]
    fn before_agent_join(
        this: &Host,
        session_id: &str,
        context_id: Option<String>,
        signal: &AbortSignal,
    ) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(js_namespace = Promise, js_name = resolve, catch)]
    pub(crate) fn promise(value: &JsValue) -> Result<js_sys::Promise, JsValue>;

    #[wasm_bindgen(js_name = reportError, catch)]
    fn report_error(error: &JsValue) -> Result<(), JsValue>;
    #[wasm_bindgen(js_namespace = console, js_name = error, catch)]
    fn console_error(error: &JsValue) -> Result<(), JsValue>;
}

/// Shows what a method of the host threw as an uncaught error of the page.
pub(crate) fn report(error: &JsValue) {
    if report_error(error).is_err() {
        // Safari before 15.4 has no `reportError`. Where there is no console either, nobody is there to hear.
        let _ = console_error(error);
    }
}

/// Asks the application for an access token. The failure is the application's own text.
pub(crate) async fn ask_token(host: &Host, reason: TokenReason, signal: &AbortSignal) -> Result<AccessToken, String> {
    let reason = match reason {
        TokenReason::Start => "start",
        TokenReason::Restart => "restart",
    };
    let answer = match host.token(reason, signal).and_then(|value| promise(&value)) {
        Ok(promise) => wasm_bindgen_futures::JsFuture::from(promise).await,
        Err(thrown) => Err(thrown),
    };
    match answer {
        Ok(value) => match plain::text(&plain::get(&value, "accessToken"), plain::MAX_TEXT) {
            Some(access_token) if !access_token.is_empty() => {
                let expires_in = plain::get(&value, "expiresIn").as_f64().filter(|seconds| *seconds >= 0.0);
                Ok(AccessToken { access_token, expires_in: expires_in.map(|seconds| seconds as u32) })
            }
            _ => Err("The answer holds no accessToken.".into()),
        },
        Err(thrown) => Err(plain::text(&plain::get(&thrown, "message"), MAX_REASON)
            .or_else(|| plain::text(&thrown, MAX_REASON))
            .unwrap_or_default()),
    }
}

/// Has the application do what it wants to do before the agent is asked to join. How that goes is of no consequence.
pub(crate) async fn prepare(host: &Host, session_id: &str, context_id: Option<String>, signal: &AbortSignal) {
    if let Ok(promise) = host.before_agent_join(session_id, context_id, signal).and_then(|value| promise(&value)) {
        let _ = promise.await;
    }
}
