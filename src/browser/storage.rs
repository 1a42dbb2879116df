//! The record of a session, kept beyond the page, and what the tabs of a chat tell each other. `storage.js` and `vault.js` do it: what is made of promises and callbacks
//! costs several times as much from here.

#[cfg(test)]
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
    /// Listens to the other tabs from now on, unless it does.
    #[wasm_bindgen(method)]
    pub(crate) fn open(this: &Storage);
    /// Tells the other tabs, in its turn.
    #[wasm_bindgen(method)]
    pub(crate) fn announce(this: &Storage, text: &str);
    /// Tells the other tabs, at once.
    #[wasm_bindgen(method)]
    pub(crate) fn share(this: &Storage, text: &str);
    /// Does this (`Line`) with the lock on the socket that the tabs share.
    #[wasm_bindgen(method)]
    pub(crate) fn line(this: &Storage, wanted: u8);
    /// Listens no more. What is still to be told is told now.
    #[wasm_bindgen(method)]
    pub(crate) fn close(this: &Storage);
    /// As `unlock` and `close`: the chat is gone.
    #[wasm_bindgen(method)]
    pub(crate) fn leave(this: &Storage);
    #[cfg(test)]
    /// A promise of the record, undefined where there is none that can be read. It is not in turn.
    #[wasm_bindgen(method)]
    pub(crate) fn read(this: &Storage) -> Promise;
    #[cfg(test)]
    /// Removes the record now; a promise of that.
    #[wasm_bindgen(method)]
    pub(crate) fn remove(this: &Storage) -> Promise;
}

/// The record under `key`. `place` is what `persistence` says, a mode or an adapter; what comes of loads goes to `tell`.
pub(crate) fn open(key: &str, place: &JsValue, tell: &JsValue) -> Storage {
    Storage::new(key, place, &Vault::new(), tell)
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::rc::Rc;

    use poly_messaging_engine::{Input, Line};
    use wasm_bindgen_futures::JsFuture;
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;
    use crate::browser::answers::{Tell, teller};
    use crate::browser::testing::{Heard, Replaced, hurried};

    const RECORD: &str = r#"{"token":"secret-access-token","text":"Ünïcödé 👩‍🍳"}"#;

    #[wasm_bindgen(module = "/src/browser/vault.js")]
    extern "C" {
        #[wasm_bindgen(js_name = Vault)]
        type Sealing;
        #[wasm_bindgen(constructor, js_class = Vault)]
        fn new() -> Sealing;
        #[wasm_bindgen(method)]
        fn seal(this: &Sealing, name: &str, text: &str) -> Promise;
        #[wasm_bindgen(method)]
        fn unseal(this: &Sealing, name: &str, sealed: &str) -> Promise;
    }

    async fn text(promise: Promise) -> Option<String> {
        JsFuture::from(promise).await.ok()?.as_string()
    }

    async fn script(body: &str) -> JsValue {
        let script = format!("(async () => {{ {body} }})()");
        JsFuture::from(js_sys::eval(&script).unwrap().unchecked_into::<Promise>()).await.unwrap()
    }

    async fn forget_the_key() {
        script(
            "await new Promise((done, failed) => {
                 const request = indexedDB.deleteDatabase('poly-messaging');
                 Object.assign(request, { onsuccess: done, onerror: failed });
             })",
        )
        .await;
    }

    /// A storage, and what is heard of it.
    struct Kept {
        storage: Storage,
        heard: Heard,
        warnings: Rc<RefCell<Vec<String>>>,
        _tell: Tell,
    }

    impl Kept {
        fn new(key: &str, place: &JsValue) -> Self {
            let (heard, warnings) = (Heard::default(), Rc::<RefCell<Vec<String>>>::default());
            let tell = teller(heard.inbox(), {
                let warnings = warnings.clone();
                move |message| warnings.borrow_mut().push(message)
            });
            Self { storage: open(key, place, tell.as_ref()), heard, warnings, _tell: tell }
        }

        async fn loaded(&self) -> Option<String> {
            self.storage.load(9, false);
            let Input::Loaded { id: 9, record } = self.heard.next().await else { panic!("not the record") };
            record
        }

        /// Begins of the warnings so far.
        fn warnings(&self) -> Vec<String> {
            self.warnings.borrow().iter().map(|text| text.chars().take(36).collect()).collect()
        }
    }

    const UNSEALED: &str = "The session cannot be kept sealed he";
    const UNSTORED: &str = "The session cannot be stored: it end";

    #[wasm_bindgen_test]
    async fn what_is_sealed_shows_nothing_of_itself_and_can_be_unsealed_by_another() {
        let (one, other) = (Sealing::new(), Sealing::new());
        let sealed = text(one.seal("a", RECORD)).await.unwrap();
        assert!(sealed.starts_with("1."));
        assert!(sealed.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".+/=".contains(&byte)), "{sealed}");
        assert_ne!(text(one.seal("a", RECORD)).await.unwrap(), sealed, "a new vector each time");
        assert_eq!(text(one.unseal("a", &sealed)).await.as_deref(), Some(RECORD));
        assert_eq!(text(other.unseal("a", &sealed)).await.as_deref(), Some(RECORD));
        let long = "é".repeat(2_200_000);
        let sealed = text(one.seal("a", &long)).await.unwrap();
        assert_eq!(text(one.unseal("a", &sealed)).await, Some(long));
    }

    #[wasm_bindgen_test]
    async fn what_is_foreign_or_damaged_cannot_be_unsealed() {
        let vault = Sealing::new();
        let sealed = text(vault.seal("a", RECORD)).await.unwrap();
        assert_eq!(text(vault.unseal("b", &sealed)).await, None, "sealed for another name");
        let mut damaged = sealed.clone().into_bytes();
        damaged[40] = if damaged[40] == b'A' { b'B' } else { b'A' };
        let damaged = String::from_utf8(damaged).unwrap();
        let short = &sealed[..sealed.len() / 8 * 4 + 2];
        for foreign in [&damaged, short, RECORD, "", "1.", "1.AAAA", "1.!", "2.AAAA", "1.\u{20ac}"] {
            assert_eq!(text(vault.unseal("a", foreign)).await, None, "{foreign}");
        }
        assert_eq!(text(vault.unseal("a", &sealed)).await.as_deref(), Some(RECORD));
    }

    #[wasm_bindgen_test]
    async fn the_key_cannot_be_read_out() {
        text(Sealing::new().seal("a", RECORD)).await.unwrap();
        let outcome = script(
            "const answer = (request) => new Promise((done, failed) =>
                 Object.assign(request, { onsuccess: () => done(request.result), onerror: failed }));
             const database = await answer(indexedDB.open('poly-messaging'));
             const key = await answer(database.transaction('kept').objectStore('kept').get('key'));
             database.close();
             const tries = ['raw', 'jwk'].map((form) => crypto.subtle.exportKey(form, key).then(() => 'read', () => 'refused'));
             return [key.extractable, key.algorithm.name, key.algorithm.length, ...(await Promise.all(tries))].join()",
        )
        .await;
        assert_eq!(outcome.as_string().unwrap(), "false,AES-GCM,256,refused,refused");
    }

    #[wasm_bindgen_test]
    async fn two_that_make_a_key_at_once_end_with_the_same() {
        forget_the_key().await;
        let (one, other) = (Sealing::new(), Sealing::new());
        let (first, second) = (one.seal("a", "one"), other.seal("a", "other"));
        let (first, second) = (text(first).await.unwrap(), text(second).await.unwrap());
        assert_eq!(text(other.unseal("a", &first)).await.as_deref(), Some("one"));
        assert_eq!(text(one.unseal("a", &second)).await.as_deref(), Some("other"));
        assert_eq!(text(Sealing::new().unseal("a", &first)).await.as_deref(), Some("one"));
    }

    #[wasm_bindgen_test]
    async fn a_key_that_is_gone_costs_the_record_and_nothing_else() {
        let key = "test.gone";
        let kept = Kept::new(key, &"local".into());
        kept.storage.store(RECORD);
        assert_eq!(kept.loaded().await.as_deref(), Some(RECORD));
        forget_the_key().await;
        let next = Kept::new(key, &"local".into());
        assert_eq!(next.loaded().await, None);
        next.storage.store("new");
        assert_eq!(next.loaded().await.as_deref(), Some("new"));
        assert_eq!(Kept::new(key, &"local".into()).loaded().await.as_deref(), Some("new"));
        assert!(next.warnings().is_empty());
    }

    /// What the vault's database has under this name; with a `text`, once that was put there.
    async fn in_the_vault(name: &str, text: Option<&str>) -> JsValue {
        let access = text.map_or("get(name)".to_owned(), |text| format!("put({text:?}, name)"));
        script(&format!(
            "const name = {name:?};
             const answer = (request) => new Promise((done, failed) =>
                 Object.assign(request, {{ onsuccess: () => done(request.result), onerror: failed }}));
             const database = await answer(indexedDB.open('poly-messaging'));
             const held = await answer(database.transaction('kept', 'readwrite').objectStore('kept').{access});
             database.close();
             return held"
        ))
        .await
    }

    #[wasm_bindgen_test]
    async fn the_vault_holds_a_sealed_record_and_no_other_place_one() {
        let kept = Kept::new("test.local", &"local".into());
        assert_eq!(kept.loaded().await, None);
        kept.storage.store(RECORD);
        assert_eq!(kept.loaded().await.as_deref(), Some(RECORD));
        let held = in_the_vault("test.local", None).await.as_string().unwrap();
        assert!(held.starts_with("1.") && !held.contains("secret"), "{held}");
        let elsewhere = js_sys::eval("[localStorage['test.local'], sessionStorage['test.local']].join()").unwrap();
        assert_eq!(elsewhere.as_string().unwrap(), ",");
        kept.storage.forget();
        assert_eq!(kept.loaded().await, None);
        assert!(in_the_vault("test.local", None).await.is_undefined());
        in_the_vault("test.local", Some(r#"{"foreign":1}"#)).await;
        assert_eq!(kept.loaded().await, None, "what is not sealed is not taken");
    }

    #[wasm_bindgen_test]
    async fn a_tab_keeps_its_record_to_itself() {
        let kept = Kept::new("test.tab", &"tab".into());
        kept.storage.store(RECORD);
        assert_eq!(Kept::new("test.tab", &"tab".into()).loaded().await.as_deref(), Some(RECORD));
        assert!(js_sys::eval("localStorage['test.tab']").unwrap().is_undefined());
        JsFuture::from(kept.storage.remove()).await.unwrap();
        assert_eq!(kept.loaded().await, None);
    }

    #[wasm_bindgen_test]
    async fn storage_that_throws_is_said_once_and_breaks_nothing() {
        js_sys::eval(
            "globalThis.methods = {};
             for (const name of ['getItem', 'setItem', 'removeItem']) {
                 methods[name] = globalThis.Storage.prototype[name];
                 globalThis.Storage.prototype[name] = () => { throw new DOMException('full', 'QuotaExceededError') };
             }",
        )
        .unwrap();
        let tab = Kept::new("test.throws", &"tab".into());
        for _ in 0..3 {
            tab.storage.store(RECORD);
            tab.storage.forget();
            assert_eq!(tab.loaded().await, None);
        }
        let local = Kept::new("test.throws", &"local".into());
        local.storage.store(RECORD);
        assert_eq!(local.loaded().await.as_deref(), Some(RECORD), "the vault needs none of it");
        local.storage.forget();
        assert_eq!(local.loaded().await, None);
        js_sys::eval(
            "globalThis.put = IDBObjectStore.prototype.put;
             IDBObjectStore.prototype.put = () => { throw new DOMException('full', 'QuotaExceededError') };",
        )
        .unwrap();
        for _ in 0..3 {
            local.storage.store(RECORD);
            assert_eq!(local.loaded().await, None);
        }
        js_sys::eval("IDBObjectStore.prototype.put = put; Object.assign(globalThis.Storage.prototype, methods)")
            .unwrap();
        assert_eq!(local.warnings(), [UNSTORED]);
        assert_eq!(tab.warnings(), [UNSTORED]);
    }

    #[wasm_bindgen_test]
    async fn a_full_vault_leaves_the_record_to_the_tab() {
        js_sys::eval(
            "globalThis.put = IDBObjectStore.prototype.put;
             IDBObjectStore.prototype.put = () => { throw new DOMException('full', 'QuotaExceededError') };",
        )
        .unwrap();
        let kept = Kept::new("test.full", &"local".into());
        kept.storage.store(RECORD);
        kept.storage.store("newer");
        assert_eq!(kept.loaded().await.as_deref(), Some("newer"));
        js_sys::eval("IDBObjectStore.prototype.put = put").unwrap();
        assert_eq!(kept.warnings(), [UNSEALED]);
        let next = Kept::new("test.full", &"local".into());
        assert_eq!(next.loaded().await.as_deref(), Some("newer"), "after a reload");
        next.storage.store("newest");
        assert_eq!(next.loaded().await.as_deref(), Some("newest"));
        assert!(js_sys::eval("sessionStorage['test.full']").unwrap().is_undefined(), "sealed again");
        next.storage.forget();
        assert_eq!(next.loaded().await, None);
    }

    #[wasm_bindgen_test]
    async fn without_web_crypto_or_a_database_that_answers_the_record_stays_with_the_tab() {
        let _hurried = hurried();
        for missing in [
            "Object.defineProperty(crypto, 'subtle', { value: undefined, configurable: true }); globalThis.undo = () => delete crypto.subtle",
            "const { open } = IDBFactory.prototype; IDBFactory.prototype.open = () => { throw 'denied' };
             globalThis.undo = () => (IDBFactory.prototype.open = open)",
            "const { open } = IDBFactory.prototype; IDBFactory.prototype.open = () => ({});
             globalThis.undo = () => (IDBFactory.prototype.open = open)",
        ] {
            js_sys::eval(missing).unwrap();
            let kept = Kept::new("test.bare", &"local".into());
            kept.storage.store(RECORD);
            kept.storage.store(RECORD);
            assert_eq!(kept.loaded().await.as_deref(), Some(RECORD));
            js_sys::eval("undo()").unwrap();
            assert_eq!(kept.warnings(), [UNSEALED], "{missing}");
            assert!(js_sys::eval("localStorage['test.bare']").unwrap().is_undefined());
            JsFuture::from(kept.storage.remove()).await.unwrap();
        }
    }

    #[wasm_bindgen_test]
    async fn a_database_that_is_late_once_is_no_reason_to_keep_a_token_in_clear() {
        let _hurried = hurried();
        js_sys::eval(
            "const { open } = IDBFactory.prototype;
             IDBFactory.prototype.open = () => { IDBFactory.prototype.open = open; return {}; };",
        )
        .unwrap();
        let kept = Kept::new("test.late", &"local".into());
        kept.storage.store(RECORD);
        assert_eq!(kept.loaded().await, None);
        assert!(js_sys::eval("sessionStorage['test.late']").unwrap().is_undefined());
        kept.storage.store("newer");
        assert_eq!(kept.loaded().await.as_deref(), Some("newer"));
        assert!(js_sys::eval("sessionStorage['test.late']").unwrap().is_undefined());
        assert!(kept.warnings().is_empty());
        kept.storage.forget();
        assert_eq!(kept.loaded().await, None);
    }

    #[wasm_bindgen_test]
    async fn a_page_that_stood_still_while_it_read_finds_its_record() {
        let kept = Kept::new("test.frozen", &"local".into());
        kept.storage.store(RECORD);
        assert_eq!(kept.loaded().await.as_deref(), Some(RECORD));
        let _hurried = hurried();
        // Once the database has been asked.
        js_sys::eval("setTimeout(() => { for (const end = Date.now() + 550; Date.now() < end;) ; })").unwrap();
        assert_eq!(kept.loaded().await.as_deref(), Some(RECORD));
        kept.storage.forget();
        assert_eq!(kept.loaded().await, None);
    }

    #[wasm_bindgen_test]
    async fn one_holds_the_lock_at_a_time() {
        let (one, other) = (Kept::new("test.lock", &"local".into()), Kept::new("test.lock", &"local".into()));
        one.storage.load(1, true);
        assert!(matches!(one.heard.next().await, Input::Loaded { id: 1, .. }));
        other.storage.load(2, true);
        other.storage.store("other");
        one.storage.store("one");
        assert_eq!(one.loaded().await.as_deref(), Some("one"));
        assert!(other.heard.is_silent());
        one.storage.unlock();
        let Input::Loaded { id: 2, record } = other.heard.next().await else { panic!("not the load") };
        assert_eq!(record.as_deref(), Some("one"), "read under the lock");
        assert_eq!(other.loaded().await.as_deref(), Some("other"));
        one.storage.load(3, true);
        other.storage.leave();
        assert!(matches!(one.heard.next().await, Input::Loaded { id: 3, .. }), "who leaves holds nothing");
        one.storage.leave();
    }

    #[wasm_bindgen_test]
    async fn a_load_that_waits_for_the_lock_can_be_given_up() {
        let key = "test.given-up";
        let [one, other, third] = [(); 3].map(|()| Kept::new(key, &"local".into()));
        one.storage.load(1, true);
        one.heard.next().await;
        other.storage.load(2, true);
        other.storage.load(3, true);
        other.storage.unlock();
        assert_eq!(other.loaded().await, None, "the next is not held up");
        third.storage.load(4, true);
        one.storage.unlock();
        assert!(matches!(third.heard.next().await, Input::Loaded { id: 4, .. }));
        assert!(other.heard.is_silent());
        third.storage.unlock();
        other.storage.load(5, true);
        assert!(matches!(other.heard.next().await, Input::Loaded { id: 5, .. }), "and can be asked for again");
        other.storage.unlock();
    }

    #[wasm_bindgen_test]
    async fn without_locks_whoever_asks_has_it() {
        for locks in ["undefined", "{ request: () => Promise.reject('denied') }", "{ request() { throw 'denied' } }"] {
            js_sys::eval(&format!(
                "Object.defineProperty(navigator, 'locks', {{ value: {locks}, configurable: true }})"
            ))
            .unwrap();
            let (one, other) = (Kept::new("test.free", &"local".into()), Kept::new("test.free", &"local".into()));
            for kept in [&one, &other] {
                kept.storage.load(1, true);
                assert!(matches!(kept.heard.next().await, Input::Loaded { id: 1, .. }), "{locks}");
            }
            js_sys::eval("delete navigator.locks").unwrap();
        }
    }

    #[wasm_bindgen_test]
    async fn who_waits_for_the_line_hears_when_its_holder_is_gone() {
        let [leave, wait, take] = [Line::Leave, Line::Wait, Line::Take].map(|line| line as u8);
        let [one, other, third] = [(); 3].map(|()| Kept::new("test.line", &"local".into()));
        one.storage.line(take);
        other.storage.line(wait);
        third.storage.line(wait);
        script("await navigator.locks.query()").await;
        assert!(other.heard.is_silent() && third.heard.is_silent());
        one.storage.line(leave);
        assert!(matches!(other.heard.next().await, Input::LineFree));
        assert!(third.heard.is_silent(), "one of those that wait");
        one.storage.line(take);
        one.storage.line(leave);
        assert!(matches!(third.heard.next().await, Input::LineFree), "stolen, and left before it was granted");
        other.storage.line(wait);
        other.storage.line(leave);
        one.storage.line(wait);
        third.storage.leave();
        assert!(
            matches!(one.heard.next().await, Input::LineFree),
            "who leaves holds nothing, nor does who waits no more"
        );
        assert!(other.heard.is_silent());
        one.storage.leave();
    }

    #[wasm_bindgen_test]
    async fn what_is_shared_is_told_at_once_however_long() {
        let [one, other] = [(); 2].map(|()| Kept::new("test.shared", &"local".into()));
        one.storage.share("nobody listens yet");
        one.storage.open();
        other.storage.open();
        // The turn of this one never comes.
        one.storage.load(1, true);
        one.heard.next().await;
        other.storage.load(2, true);
        other.storage.announce("behind the lock");
        let long = "x".repeat(1 << 20);
        other.storage.share(&long);
        let Input::News { text } = one.heard.next().await else { panic!("no news") };
        assert!(text == long, "{} bytes", text.len());
        assert!(one.heard.is_silent() && other.heard.is_silent());
        one.storage.leave();
        other.storage.leave();
    }

    #[wasm_bindgen_test]
    async fn an_adapter_gets_the_record_as_it_is() {
        let adapter = js_sys::eval(
            "({ map: new Map, calls: [],
                async get(key) { this.calls.push(['get', key]); return this.map.get(key) ?? null },
                async set(key, value) { this.calls.push(['set', key]); this.map.set(key, value) },
                async remove(key) { this.calls.push(['remove', key]); this.map.delete(key) } })",
        )
        .unwrap();
        let kept = Kept::new("test.adapter", &adapter);
        assert_eq!(kept.loaded().await, None);
        kept.storage.store(RECORD);
        assert_eq!(kept.loaded().await.as_deref(), Some(RECORD));
        kept.storage.forget();
        assert_eq!(kept.loaded().await, None);
        let calls = js_sys::JSON::stringify(&crate::plain::get(&adapter, "calls")).unwrap();
        let expected = ["get", "set", "get", "remove", "get"].map(|call| format!(r#"["{call}","test.adapter"]"#));
        assert_eq!(String::from(calls), format!("[{}]", expected.join(",")));
        assert!(kept.warnings().is_empty());
    }

    #[wasm_bindgen_test]
    async fn an_adapter_that_misbehaves_costs_the_record_and_nothing_else() {
        for adapter in [
            "({ get() { throw 1 }, set() { throw 1 }, remove() { throw 1 } })",
            "({ get: () => Promise.reject(), set: () => Promise.reject('secret'), remove: () => Promise.reject() })",
            "({ get: () => 7, set() { throw 1 }, remove() {} })",
            "({ get: async () => ({ toString() { throw 1 } }), set: async () => { throw 1 } })",
            "({})",
        ] {
            let kept = Kept::new("test.bad", &js_sys::eval(adapter).unwrap());
            kept.storage.store(RECORD);
            kept.storage.forget();
            kept.storage.store(RECORD);
            assert_eq!(kept.loaded().await, None, "{adapter}");
            assert_eq!(kept.warnings(), [UNSTORED], "{adapter}");
        }
    }

    #[wasm_bindgen_test]
    async fn an_adapter_that_never_answers_holds_nothing_up_for_long() {
        let _hurried = hurried();
        let adapter = "({ get: () => new Promise(() => {}), set: async () => {}, remove: async () => {} })";
        let kept = Kept::new("test.hangs", &js_sys::eval(adapter).unwrap());
        assert_eq!(kept.loaded().await, None);
        kept.storage.load(1, true);
        kept.storage.unlock();
        let next = Kept::new("test.hangs", &"tab".into());
        assert_eq!(next.loaded().await, None);
    }

    /// The same chat in two tabs that listen to each other.
    fn two_tabs(key: &str) -> [Kept; 2] {
        [(); 2].map(|()| {
            let kept = Kept::new(key, &"local".into());
            kept.storage.open();
            kept
        })
    }

    fn news(text: &str) -> Input {
        Input::News { text: text.into() }
    }

    #[wasm_bindgen_test]
    async fn other_tabs_hear_what_one_tells_and_it_does_not() {
        let [one, other] = two_tabs("test.tabs");
        let [stranger, _] = two_tabs("test.tabs.else");
        one.storage.open();
        one.storage.announce("first");
        one.storage.announce("second");
        assert_eq!(other.heard.next().await, news("first"));
        assert_eq!(other.heard.next().await, news("second"));
        assert!(one.heard.is_silent() && other.heard.is_silent() && stranger.heard.is_silent());
    }

    #[wasm_bindgen_test]
    async fn who_hears_of_a_record_finds_it_stored() {
        let [one, other] = two_tabs("test.order");
        one.storage.store(RECORD);
        one.storage.announce("stored");
        assert_eq!(other.heard.next().await, news("stored"));
        assert_eq!(other.loaded().await.as_deref(), Some(RECORD));
        one.storage.forget();
        one.storage.announce("forgotten");
        assert_eq!(other.heard.next().await, news("forgotten"));
        assert_eq!(other.loaded().await, None);
    }

    #[wasm_bindgen_test]
    async fn news_that_are_no_text_or_too_long_are_set_aside() {
        let [_, other] = two_tabs("test.odd");
        js_sys::eval(
            "const channel = new BroadcastChannel('test.odd');
             for (const odd of [7, null, undefined, {}, [], new Blob, 'x'.repeat((8 << 20) + 1025), 'good']) channel.postMessage(odd);
             channel.close()",
        )
        .unwrap();
        assert_eq!(other.heard.next().await, news("good"));
    }

    #[wasm_bindgen_test]
    async fn who_leaves_says_what_is_still_to_be_said() {
        let [one, other] = two_tabs("test.bye");
        one.storage.store(RECORD);
        one.storage.announce("stored");
        one.storage.announce("bye");
        one.storage.close();
        assert_eq!(other.heard.next().await, news("stored"));
        assert_eq!(other.heard.next().await, news("bye"));
        one.storage.announce("not told");
        assert_eq!(one.loaded().await.as_deref(), Some(RECORD));
        other.storage.announce("not heard");
        assert_eq!(other.loaded().await.as_deref(), Some(RECORD));
        one.storage.open();
        other.storage.announce("heard");
        assert_eq!(one.heard.next().await, news("heard"));
        assert!(other.heard.is_silent());
    }

    #[wasm_bindgen_test]
    async fn without_channels_each_tab_is_alone() {
        let _channel = Replaced::new("BroadcastChannel", "", "throw 'denied'");
        let [one, other] = two_tabs("test.alone");
        one.storage.announce("to no one");
        one.storage.store(RECORD);
        assert_eq!(one.loaded().await.as_deref(), Some(RECORD));
        assert!(other.heard.is_silent());
        one.storage.leave();
    }
}
