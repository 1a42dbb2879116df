//! Timers: `setTimeout` as a value that is cleared when dropped, and the one timer for the engine's deadline.

use std::cell::Cell;

use poly_messaging_engine::{Input, Now};
use wasm_bindgen::prelude::*;

use super::Inbox;

/// The longest delay a browser keeps; a longer one would fire at once.
const MAX_DELAY_MS: u64 = i32::MAX as u64;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = setTimeout, catch)]
    fn set_timeout(handler: &JsValue, delay_ms: f64) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_name = clearTimeout, catch)]
    fn clear_timeout(handle: &JsValue) -> Result<(), JsValue>;
}

/// A call to come, taken back when this is dropped.
pub(crate) struct Timeout {
    handle: JsValue,
    _callback: Closure<dyn FnMut()>,
}

impl Timeout {
    /// Calls `callback` after `delay_ms`, or as late as the browser can where that is longer than it can wait.
    /// `None` where the browser refuses.
    pub(crate) fn new(delay_ms: u64, callback: impl FnMut() + 'static) -> Option<Self> {
        let callback = Closure::<dyn FnMut()>::new(callback);
        let handle = set_timeout(callback.as_ref(), delay_ms.min(MAX_DELAY_MS) as f64).ok()?;
        Some(Self { handle, _callback: callback })
    }
}

impl Drop for Timeout {
    fn drop(&mut self) {
        let _ = clear_timeout(&self.handle);
    }
}

/// Reports [`Input::Deadline`] when a moment is reached that can be moved.
///
/// A moment that moves away, as it does with each frame, costs nothing: the timer that is set fires early, and is set
/// again for what is left.
#[derive(Default)]
pub(crate) struct Alarm {
    /// As [`Now::mono`].
    due: Cell<Option<u64>>,
    /// When the timer fires; at `due` or before.
    fires: Cell<Option<u64>>,
    timeout: Cell<Option<Timeout>>,
}

impl Alarm {
    /// Whether there is something to wait for.
    pub(crate) fn is_armed(&self) -> bool {
        self.due.get().is_some()
    }

    /// From now on the moment is `due`.
    pub(crate) fn set(&self, due: Option<u64>, now: Now, inbox: &Inbox) {
        self.due.set(due);
        match (due, self.fires.get()) {
            (None, None) => {}
            (Some(due), Some(fires)) if fires <= due => {}
            _ => {
                self.fires.set(due);
                self.timeout.set(due.and_then(|due| {
                    let inbox = inbox.clone();
                    Timeout::new(due.saturating_sub(now.mono), move || inbox(Input::Deadline))
                }));
            }
        }
    }

    /// To be asked when the timer has fired: whether the moment is reached. If not, the timer is set again.
    pub(crate) fn is_due(&self, now: Now, inbox: &Inbox) -> bool {
        self.fires.set(None);
        let due = self.due.get();
        let reached = due.is_some_and(|due| due <= now.mono);
        self.set(due.filter(|_| !reached), now, inbox);
        reached
    }
}
