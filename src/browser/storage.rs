//! The record of a session, kept beyond the page: sealed in `localStorage`, in the tab's own `sessionStorage`, or with
//! an adapter of the application. What it holds is the engine's business.
//!
//! Loads, stores and what else is asked for are carried out one after the other, some of them under a lock that only one
//! tab holds at a time. Nothing that goes wrong here is heard
//! of but in the log: it costs the record, and with it that the session is taken up again.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Poll, Waker};

use js_sys::Promise;
use poly_messaging_engine::{Input, RequestId};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;

use super::Inbox;
use super::locks::Lock;
use super::timers::Timeout;
use super::vault::Vault;
use crate::{host, plain};

/// Milliseconds that sealing and unsealing may take. Some browsers' IndexedDB never answers.
const VAULT_LIMIT_MS: u64 = 2_000;
/// Milliseconds that an adapter may take for each call.
const ADAPTER_LIMIT_MS: u64 = 5_000;
/// Longest record that is taken over, in UTF-16 units; the engine's own bound is lower.
const MAX_RECORD: u32 = 1 << 20;

const CANNOT_SEAL: &str = "The session cannot be kept sealed here (WebCrypto, IndexedDB or room for it is missing): it is kept for this tab only.";
const CANNOT_STORE: &str = "The session cannot be stored here: it will end with this page.";

#[wasm_bindgen]
extern "C" {
    /// The application's `SessionStorageAdapter`, or one of the browser's `Storage`s.
    #[derive(Clone)]
    pub(crate) type Keeper;
    #[wasm_bindgen(method, js_name = getItem, catch)]
    fn get_item(this: &Keeper, key: &str) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, js_name = setItem, catch)]
    fn set_item(this: &Keeper, key: &str, value: &str) -> Result<(), JsValue>;
    #[wasm_bindgen(method, js_name = removeItem, catch)]
    fn remove_item(this: &Keeper, key: &str) -> Result<(), JsValue>;

    #[wasm_bindgen(method, catch)]
    fn get(this: &Keeper, key: &str) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn set(this: &Keeper, key: &str, value: &str) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn remove(this: &Keeper, key: &str) -> Result<JsValue, JsValue>;
}

/// Where a record is kept.
pub(crate) enum Place {
    /// `localStorage`, sealed; where that cannot be, as [`Place::Tab`].
    Local,
    /// `sessionStorage`, as it is: it goes with the tab, and a key beside it would protect nothing.
    Tab,
    /// Nowhere.
    Nowhere,
    /// With the application, as it is: its medium is the seal.
    Adapter(Keeper),
}

/// Where the storage says, once each, what does not work.
pub(crate) type Warn = Box<dyn Fn(&'static str)>;

/// One chat's record.
pub(crate) struct Storage(Rc<Shelf>);

struct Shelf {
    /// What the record is stored under.
    key: String,
    place: Place,
    vault: Vault,
    /// Sealing failed; it is not tried again.
    is_unsealable: Cell<bool>,
    /// Nothing could be stored; that was said.
    is_useless: Cell<bool>,
    warn: Warn,
    tasks: RefCell<VecDeque<Task>>,
    is_working: Cell<bool>,
    lock: RefCell<Option<Lock>>,
    /// The exclusive load under way.
    locking: Cell<Option<RequestId>>,
    /// It has not been granted the lock.
    is_waiting: Cell<bool>,
}

enum Task {
    Load { id: RequestId, exclusive: bool },
    Store { record: String },
    Forget,
    Unlock,
}

impl Storage {
    /// The record that is stored under `key`.
    pub(crate) fn new(key: String, place: Place, warn: Warn) -> Self {
        Self(Rc::new(Shelf {
            key,
            place,
            vault: Vault::default(),
            is_unsealable: Cell::default(),
            is_useless: Cell::default(),
            warn,
            tasks: RefCell::default(),
            is_working: Cell::default(),
            lock: RefCell::default(),
            locking: Cell::default(),
            is_waiting: Cell::default(),
        }))
    }

    /// Reads the record and reports it; with `exclusive`, once the lock is held, which is then kept.
    pub(crate) fn load(&self, id: RequestId, exclusive: bool, inbox: &Inbox) {
        self.add(Task::Load { id, exclusive }, inbox);
    }

    /// Keeps `record` in place of the one before.
    pub(crate) fn store(&self, record: String, inbox: &Inbox) {
        self.add(Task::Store { record }, inbox);
    }

    /// Removes the record.
    pub(crate) fn forget(&self, inbox: &Inbox) {
        self.add(Task::Forget, inbox);
    }

    /// Lets go of the lock, once everything before is done. Exclusive loads that have not got it are given up: nothing is
    /// heard of them.
    pub(crate) fn unlock(&self, inbox: &Inbox) {
        self.0.tasks.borrow_mut().retain(|task| !matches!(task, Task::Load { exclusive: true, .. }));
        if self.0.is_waiting.get() {
            self.0.lock.take();
        } else {
            self.add(Task::Unlock, inbox);
        }
    }

    /// Gives an exclusive load up, and the lock with it.
    pub(crate) fn abort(&self, id: RequestId, inbox: &Inbox) {
        let is_it = |task: &Task| matches!(task, Task::Load { id: load, exclusive: true } if *load == id);
        if self.0.locking.get() == Some(id) || self.0.tasks.borrow().iter().any(is_it) {
            self.unlock(inbox);
        }
    }

    fn add(&self, task: Task, inbox: &Inbox) {
        self.0.tasks.borrow_mut().push_back(task);
        if !self.0.is_working.replace(true) {
            spawn_local(self.0.clone().work(inbox.clone()));
        }
    }

    /// What is stored, where it can be read.
    pub(crate) async fn read(&self) -> Option<String> {
        self.0.read().await
    }

    /// Removes what is stored.
    pub(crate) async fn remove(&self) {
        self.0.remove().await;
    }
}

impl Shelf {
    async fn work(self: Rc<Self>, inbox: Inbox) {
        loop {
            let task = self.tasks.borrow_mut().pop_front();
            match task {
                Some(Task::Load { id, exclusive }) => {
                    if exclusive && !self.lock(id).await {
                        continue;
                    }
                    let record = self.read().await;
                    self.locking.take();
                    inbox(Input::Loaded { id, record });
                }
                Some(Task::Store { record }) => self.write(&record).await,
                Some(Task::Forget) => self.remove().await,
                Some(Task::Unlock) => drop(self.lock.take()),
                None => break,
            }
        }
        self.is_working.set(false);
    }

    /// Waits for the lock; whether it was not given up meanwhile.
    async fn lock(&self, id: RequestId) -> bool {
        self.locking.set(Some(id));
        // A tab's own storage is shared with no one.
        if matches!(self.place, Place::Tab) || self.lock.borrow().is_some() {
            return true;
        }
        let (lock, outcome) = Lock::request(&self.key);
        self.lock.replace(Some(lock));
        self.is_waiting.set(true);
        let _ = outcome.await;
        self.is_waiting.set(false);
        self.lock.borrow().is_some()
    }

    async fn read(&self) -> Option<String> {
        match &self.place {
            Place::Adapter(keeper) => plain::text(&answer(keeper.get(&self.key)).await?, MAX_RECORD),
            Place::Tab => self.read_tab(),
            Place::Nowhere => None,
            // What this tab kept for itself is newer than what was sealed before.
            Place::Local => match self.read_tab() {
                None => {
                    let sealed = storage("localStorage").get_item(&self.key).ok()?;
                    within(VAULT_LIMIT_MS, self.vault.unseal(&self.key, &sealed)).await
                }
                record => record,
            },
        }
    }

    async fn write(&self, record: &str) {
        match &self.place {
            Place::Adapter(keeper) => {
                if answer(keeper.set(&self.key, record)).await.is_none() {
                    self.complain();
                }
            }
            Place::Tab => self.write_tab(record),
            Place::Nowhere => {}
            Place::Local => {
                if !self.is_unsealable.get() {
                    let sealed = within(VAULT_LIMIT_MS, self.vault.seal(&self.key, record)).await;
                    if sealed.is_some_and(|sealed| storage("localStorage").set_item(&self.key, &sealed).is_ok()) {
                        let _ = storage("sessionStorage").remove_item(&self.key);
                        return;
                    }
                    self.is_unsealable.set(true);
                    (self.warn)(CANNOT_SEAL);
                }
                self.write_tab(record);
            }
        }
    }

    async fn remove(&self) {
        if let Place::Adapter(keeper) = &self.place {
            answer(keeper.remove(&self.key)).await;
            return;
        }
        for name in ["localStorage", "sessionStorage"] {
            let _ = storage(name).remove_item(&self.key);
        }
    }

    fn read_tab(&self) -> Option<String> {
        plain::text(&storage("sessionStorage").get_item(&self.key).ok()?, MAX_RECORD)
    }

    fn write_tab(&self, record: &str) {
        if storage("sessionStorage").set_item(&self.key, record).is_err() {
            self.complain();
        }
    }

    fn complain(&self) {
        if !self.is_useless.replace(true) {
            (self.warn)(CANNOT_STORE);
        }
    }
}

/// One of the browser's storages; undefined, which has no methods, where the browser refuses it.
fn storage(name: &str) -> Keeper {
    plain::get(&js_sys::global(), name).unchecked_into()
}

/// What an adapter answers in time; `None` where it throws, rejects or hangs.
async fn answer(returned: Result<JsValue, JsValue>) -> Option<JsValue> {
    let promise: Promise = host::promise(&returned.ok()?).ok()?;
    within(ADAPTER_LIMIT_MS, async { promise.await.ok() }).await
}

/// What `work` comes to within `limit_ms` milliseconds.
async fn within<T>(limit_ms: u64, work: impl Future<Output = Option<T>>) -> Option<T> {
    let mut work: Pin<Box<dyn Future<Output = Option<T>> + '_>> = Box::pin(work);
    let late: Rc<(Cell<bool>, Cell<Option<Waker>>)> = Rc::default();
    let _limit = Timeout::new(limit_ms, {
        let late = late.clone();
        move || {
            late.0.set(true);
            if let Some(waker) = late.1.take() {
                waker.wake();
            }
        }
    });
    poll_fn(|context| match work.as_mut().poll(context) {
        Poll::Pending if late.0.get() => Poll::Ready(None),
        Poll::Pending => {
            late.1.set(Some(context.waker().clone()));
            Poll::Pending
        }
        ready => ready,
    })
    .await
}
