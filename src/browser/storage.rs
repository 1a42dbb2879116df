//! The record of a session, kept beyond the page. `storage.js` and `vault.js` do it: what is made of promises and callbacks
//! costs several times as much from here.

use js_sys::Promise;
use poly_messaging_engine::RequestId;
use wasm_bindgen::prelude::*;

#[wasm_bindgen(module = "/src/browser/vault.js")]
extern "C" {
    type Vault;
    #[wasm_bindgen(constructor)]
    fn new() -> Vault;
}

#[wasm_bindgen(module = "/src/browser/storage.js")]
extern "C" {
    /// One chat's record.
    pub(crate) type Storage;
    #[wasm_bindgen(constructor)]
    fn new(key: &str, place: &JsValue, vault: &Vault, tell: &JsValue) -> Storage;
    /// Reads the record in its turn and tells it; with `exclusive`, once the lock is held, which is then kept.
    #[wasm_bindgen(method)]
    pub(crate) fn load(this: &Storage, id: RequestId, exclusive: bool);
    /// Keeps `record` in place of the one before, in its turn.
    #[wasm_bindgen(method)]
    pub(crate) fn store(this: &Storage, record: &str);
    /// Removes the record, in its turn.
    #[wasm_bindgen(method)]
    pub(crate) fn forget(this: &Storage);
    /// Lets go of the lock once everything before is done. Nothing is heard of exclusive loads that have not got it.
    #[wasm_bindgen(method)]
    pub(crate) fn unlock(this: &Storage);
    /// As `unlock`, and nothing is told any more.
    #[wasm_bindgen(method)]
    pub(crate) fn leave(this: &Storage);
    /// A promise of the record, undefined where there is none that can be read. It is not in turn.
    #[wasm_bindgen(method)]
    pub(crate) fn read(this: &Storage) -> Promise;
    /// Removes the record now; a promise of that.
    #[wasm_bindgen(method)]
    pub(crate) fn remove(this: &Storage) -> Promise;
}

/// The record under `key`. `place` is what `persistence` says, a mode or an adapter; what comes of loads goes to `tell`.
pub(crate) fn open(key: &str, place: &JsValue, tell: &JsValue) -> Storage {
    Storage::new(key, place, &Vault::new(), tell)
}
