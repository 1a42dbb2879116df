//! The JavaScript object that changes, events and answers go to (`Host` in `js/src/boundary.ts`). What it
//! answers with a promise is asked for in `browser/http.js`.

use wasm_bindgen::prelude::*;

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
