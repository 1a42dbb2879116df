//! The lock on a record: one tab holds it at a time, by the Web Locks API. Where that is missing (a page without TLS, an
//! older Safari) the lock is there for whoever asks.

use js_sys::{Function, Object, Promise, Reflect};
use wasm_bindgen::prelude::*;
use web_sys::AbortController;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = ["navigator", "locks"], js_name = request, catch)]
    fn request(name: &str, options: &Object, granted: &JsValue) -> Result<Requested, JsValue>;

    /// The promise that settles when the lock was let go of, or cannot be had.
    type Requested;
    #[wasm_bindgen(method, catch)]
    fn then(this: &Requested, done: &Function, failed: &Function) -> Result<JsValue, JsValue>;
}

/// A lock that is waited for or held, until it is dropped.
pub(crate) struct Lock {
    controller: Option<AbortController>,
    release: Function,
    _granted: Closure<dyn Fn() -> Promise>,
}

impl Lock {
    /// Asks for the lock `name`. The promise is resolved when the lock is granted, cannot be had, or is dropped; never
    /// rejected.
    pub(crate) fn request(name: &str) -> (Self, Promise) {
        let ((outcome, tell), (held, release)) = (deferred(), deferred());
        let granted = Closure::<dyn Fn() -> Promise>::new({
            let tell = tell.clone();
            move || {
                call(&tell);
                // The browser keeps the lock until this is settled.
                held.clone()
            }
        });
        let options = Object::new();
        let controller = AbortController::new().ok();
        if let Some(controller) = &controller {
            let _ = Reflect::set(&options, &"signal".into(), &controller.signal());
        }
        let requested = request(name, &options, granted.as_ref());
        if requested.and_then(|requested| requested.then(&tell, &tell)).is_err() {
            call(&tell);
        }
        (Self { controller, release, _granted: granted }, outcome)
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        call(&self.release);
        // Of effect only while it is waited for.
        if let Some(controller) = &self.controller {
            controller.abort();
        }
    }
}

/// A promise, and the function that resolves it.
fn deferred() -> (Promise, Function) {
    let mut function = JsValue::UNDEFINED;
    let promise = Promise::new(&mut |resolve, _| function = resolve.into());
    (promise, function.unchecked_into())
}

fn call(function: &Function) {
    let _ = function.call0(&JsValue::UNDEFINED);
}
