//! The tests of the browser client run on a page, not on Node.js or in a worker.
#![cfg(target_arch = "wasm32")]

use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

#[wasm_bindgen_test]
fn runs_on_a_page() {
    let global = js_sys::global();
    let is_there = |name: &str| js_sys::Reflect::get(&global, &name.into()).is_ok_and(|value| value.is_object());
    assert!(is_there("document"));
    assert!(!is_there("process"));
}
