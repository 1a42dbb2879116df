//! The record of a session, kept beyond the page. `storage.js` and `vault.js` do it: what the browser offers for that is
//! made of promises and callbacks, and costs several times as much to call from here.

use js_sys::Promise;
use poly_messaging_engine::{Input, RequestId};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;

use super::Inbox;
use crate::plain;

/// Longest record that is taken over, in UTF-16 units; the engine's own bound is lower.
const MAX_RECORD: u32 = 1 << 20;

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
    fn new(key: &str, place: &JsValue, vault: &Vault) -> Storage;
    #[wasm_bindgen(method)]
    fn load(this: &Storage, exclusive: bool) -> Promise;
    #[wasm_bindgen(method)]
    fn store(this: &Storage, record: &str) -> Promise;
    /// Removes the record, in its turn.
    #[wasm_bindgen(method)]
    pub(crate) fn forget(this: &Storage);
    /// Lets go of the lock once everything before is done. Nothing is heard of exclusive loads that have not got it.
    #[wasm_bindgen(method)]
    pub(crate) fn unlock(this: &Storage);
    /// A promise of the record, undefined where there is none that can be read. It is not in turn.
    #[wasm_bindgen(method)]
    pub(crate) fn read(this: &Storage) -> Promise;
    /// Removes the record now; a promise of that.
    #[wasm_bindgen(method)]
    pub(crate) fn remove(this: &Storage) -> Promise;
}

/// The record under `key`. `place` is what `persistence` says: a mode or an adapter.
pub(crate) fn open(key: &str, place: &JsValue) -> Storage {
    Storage::new(key, place, &Vault::new())
}

impl Storage {
    /// Reads the record in its turn and reports it; with `exclusive`, once the lock is held, which is then kept.
    pub(crate) fn report(&self, id: RequestId, exclusive: bool, inbox: &Inbox) {
        let (loaded, inbox) = (self.load(exclusive), inbox.clone());
        spawn_local(async move {
            if let Ok(record) = loaded.await {
                inbox(Input::Loaded { id, record: plain::text(&record, MAX_RECORD) });
            }
        });
    }

    /// Keeps `record` in place of the one before, in its turn. `warn` is told what does not work, once.
    pub(crate) fn keep(&self, record: &str, warn: impl Fn(String) + 'static) {
        let stored = self.store(record);
        spawn_local(async move {
            if let Some(message) = stored.await.ok().and_then(|said| said.as_string()) {
                warn(message);
            }
        });
    }
}
