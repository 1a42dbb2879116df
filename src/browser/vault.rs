//! Sealing: what is stored is encrypted with a key that no script can read out.
//!
//! AES-GCM with 256 bits. The key is made once per origin and kept in IndexedDB, which can hold it without showing it;
//! there is a new initialization vector each time, and the name that a text is stored under is authenticated with it, so
//! that a sealed text of another chat is as good as damaged. A sealed text is `1.` and Base64 of the vector and the
//! ciphertext.
//!
//! What fails here is `None`, whatever the reason: no WebCrypto or IndexedDB (a page without TLS, a private window, an
//! iframe of another site), a key that is gone, a text that is foreign or damaged.

use std::cell::RefCell;

use js_sys::{Function, Object, Promise, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;

use super::clock;
use crate::plain;

/// What a sealed text begins with: the version of its form.
const VERSION: &str = "1.";
/// Database, its one object store, and the key's place in it.
const DATABASE: &str = "poly-messaging";
const STORE: &str = "keys";
const PLACE: &str = "1";
const ALGORITHM: &str = "AES-GCM";
/// Bytes of an initialization vector: what AES-GCM is made for.
const VECTOR: usize = 12;
/// Longest text that is unsealed, in UTF-16 units.
const MAX_SEALED: u32 = 2 << 20;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = indexedDB, js_name = open, catch)]
    fn open_database(name: &str, version: u32) -> Result<Request, JsValue>;

    /// `IDBOpenDBRequest`, `IDBRequest`.
    type Request;
    #[wasm_bindgen(method, getter, catch)]
    fn result(this: &Request) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, setter)]
    fn set_onsuccess(this: &Request, listener: &Function);
    #[wasm_bindgen(method, setter)]
    fn set_onupgradeneeded(this: &Request, listener: &Function);
    #[wasm_bindgen(method, setter)]
    fn set_onerror(this: &Request, listener: &Function);

    /// `IDBDatabase`.
    type Database;
    #[wasm_bindgen(method, js_name = createObjectStore, catch)]
    fn create_store(this: &Database, name: &str) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn transaction(this: &Database, store: &str, mode: &str) -> Result<Transaction, JsValue>;
    #[wasm_bindgen(method)]
    fn close(this: &Database);

    /// `IDBTransaction`.
    type Transaction;
    #[wasm_bindgen(method, js_name = objectStore, catch)]
    fn store(this: &Transaction, name: &str) -> Result<Store, JsValue>;

    /// `IDBObjectStore`.
    type Store;
    #[wasm_bindgen(method, catch)]
    fn get(this: &Store, place: &str) -> Result<Request, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn put(this: &Store, value: &JsValue, place: &str) -> Result<Request, JsValue>;

    #[wasm_bindgen(js_namespace = ["crypto", "subtle"], js_name = generateKey, catch)]
    fn generate_key(algorithm: &Object, is_extractable: bool, usages: Vec<String>) -> Result<Promise, JsValue>;
    #[wasm_bindgen(js_namespace = ["crypto", "subtle"], catch)]
    fn encrypt(algorithm: &Object, key: &JsValue, data: &[u8]) -> Result<Promise, JsValue>;
    #[wasm_bindgen(js_namespace = ["crypto", "subtle"], catch)]
    fn decrypt(algorithm: &Object, key: &JsValue, data: &[u8]) -> Result<Promise, JsValue>;

    #[wasm_bindgen(catch)]
    fn btoa(bytes: &str) -> Result<String, JsValue>;
    #[wasm_bindgen(catch)]
    fn atob(text: &str) -> Result<String, JsValue>;
}

/// Closes the database: an open one keeps a page out of the back/forward cache, and the user's data from being cleared.
struct Opened(Database);

impl Drop for Opened {
    fn drop(&mut self) {
        self.0.close();
    }
}

/// Seals and unseals.
#[derive(Default)]
pub(crate) struct Vault {
    /// Read or made before.
    key: RefCell<Option<JsValue>>,
}

impl Vault {
    /// `text`, sealed to be stored under `name`.
    pub(crate) async fn seal(&self, name: &str, text: &str) -> Option<String> {
        let key = self.key(true).await?;
        let mut bytes = [0; VECTOR];
        clock::random(&mut bytes).ok()?;
        let sealed = settled(encrypt(&parameters(name, &bytes), &key, text.as_bytes())).await?;
        // Base64 is made of a string of bytes.
        let bytes: String = bytes.into_iter().chain(Uint8Array::new(&sealed).to_vec()).map(char::from).collect();
        Some([VERSION, &btoa(&bytes).ok()?].concat())
    }

    /// The text that was sealed as `sealed` to be stored under `name`.
    pub(crate) async fn unseal(&self, name: &str, sealed: &JsValue) -> Option<String> {
        let sealed = plain::text(sealed, MAX_SEALED)?;
        let bytes: Vec<u8> = atob(sealed.strip_prefix(VERSION)?).ok()?.chars().map(|byte| byte as u8).collect();
        let (vector, data) = bytes.split_at_checked(VECTOR)?;
        let key = self.key(false).await?;
        let text = settled(decrypt(&parameters(name, vector), &key, data)).await;
        if text.is_none() {
            // It may be another one by now, where the browser's data was cleared in between.
            self.key.take();
        }
        String::from_utf8(Uint8Array::new(&text?).to_vec()).ok()
    }

    /// The key; where there is none, a new one if `is_new_wanted`.
    async fn key(&self, is_new_wanted: bool) -> Option<JsValue> {
        let known = self.key.borrow().clone();
        if known.is_some() {
            return known;
        }
        let request = open_database(DATABASE, 1).ok()?;
        let mut opened = Opened(done(&request).await?.unchecked_into());
        // Possible only in a database that was just made, which is to be opened still.
        if opened.0.create_store(STORE).is_ok() {
            opened = Opened(done(&request).await?.unchecked_into());
        }
        let stored = done(&opened.0.transaction(STORE, "readonly").ok()?.store(STORE).ok()?.get(PLACE).ok()?).await?;
        let key = if !stored.is_undefined() {
            stored
        } else if is_new_wanted {
            keep(&opened.0).await?
        } else {
            return None;
        };
        self.key.replace(Some(key.clone()));
        Some(key)
    }
}

/// Makes a key and keeps it, unless another tab was faster: then that tab's.
async fn keep(database: &Database) -> Option<JsValue> {
    let algorithm = with_name();
    let _ = Reflect::set(&algorithm, &"length".into(), &256.into());
    let key = settled(generate_key(&algorithm, false, vec!["encrypt".into(), "decrypt".into()])).await?;
    let store = database.transaction(STORE, "readwrite").ok()?.store(STORE).ok()?;
    let other = done(&store.get(PLACE).ok()?).await?;
    if !other.is_undefined() {
        return Some(other);
    }
    done(&store.put(&key, PLACE).ok()?).await?;
    Some(key)
}

/// Waits for the answer to a request: its result. A database may be new then, and not open yet.
///
/// What follows runs within the event, where a transaction is still active, as promises do.
async fn done(request: &Request) -> Option<JsValue> {
    let event = Promise::new(&mut |resolve, reject| {
        request.set_onsuccess(&resolve);
        request.set_onupgradeneeded(&resolve);
        request.set_onerror(&reject);
    });
    event.await.ok()?;
    request.result().ok()
}

async fn settled(promise: Result<Promise, JsValue>) -> Option<JsValue> {
    promise.ok()?.await.ok()
}

fn parameters(name: &str, vector: &[u8]) -> Object {
    let parameters = with_name();
    let _ = Reflect::set(&parameters, &"iv".into(), &Uint8Array::from(vector));
    let _ = Reflect::set(&parameters, &"additionalData".into(), &Uint8Array::from(name.as_bytes()));
    parameters
}

fn with_name() -> Object {
    let algorithm = Object::new();
    let _ = Reflect::set(&algorithm, &"name".into(), &ALGORITHM.into());
    algorithm
}
