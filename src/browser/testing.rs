//! What the tests of the facilities share: an inbox that can be waited on, and stand-ins for globals.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Poll, Waker};

use js_sys::{Function, Reflect};
use poly_messaging_engine::Input;
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test_configure;

use super::Inbox;

wasm_bindgen_test_configure!(run_in_browser);

/// What a facility reported.
#[derive(Clone, Default)]
pub(super) struct Heard(Rc<RefCell<(VecDeque<Input>, Option<Waker>)>>);

impl Heard {
    /// The inbox to give to a facility.
    pub(super) fn inbox(&self) -> Inbox {
        let heard = self.0.clone();
        Rc::new(move |input| {
            let mut heard = heard.borrow_mut();
            heard.0.push_back(input);
            if let Some(waker) = heard.1.take() {
                waker.wake();
            }
        })
    }

    /// Waits for the next report.
    pub(super) async fn next(&self) -> Input {
        poll_fn(|context| {
            let mut heard = self.0.borrow_mut();
            heard.1 = Some(context.waker().clone());
            heard.0.pop_front().map_or(Poll::Pending, Poll::Ready)
        })
        .await
    }

    /// Whether nothing has been reported that was not taken yet.
    pub(super) fn is_silent(&self) -> bool {
        self.0.borrow().0.is_empty()
    }
}

/// A global that stands in for another until it is dropped.
pub(crate) struct Replaced {
    name: JsValue,
    original: JsValue,
}

impl Replaced {
    /// Puts a function in place of the global `name`: `parameters` and `body` in JavaScript.
    pub(crate) fn new(name: &str, parameters: &str, body: &str) -> Self {
        let name = JsValue::from_str(name);
        let original = Reflect::get(&js_sys::global(), &name).unwrap();
        Reflect::set(&js_sys::global(), &name, &Function::new_with_args(parameters, body)).unwrap();
        Self { name, original }
    }
}

/// Has all timers that are set go off in a tenth of their time, until this is dropped: for limits that are seconds long.
pub(super) fn hurried() -> Replaced {
    js_sys::eval("globalThis.unhurried ??= setTimeout").unwrap();
    Replaced::new("setTimeout", "task, ms, ...rest", "return unhurried(task, ms / 10, ...rest)")
}

impl Drop for Replaced {
    fn drop(&mut self) {
        Reflect::set(&js_sys::global(), &self.name, &self.original).unwrap();
    }
}
