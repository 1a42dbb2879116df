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
    _callback: Closure<dyn Fn()>,
}

impl Timeout {
    /// Calls `callback` after `delay_ms`, or as late as the browser can where that is longer than it can wait.
    /// `None` where the browser refuses.
    pub(crate) fn new(delay_ms: u64, callback: impl Fn() + 'static) -> Option<Self> {
        let callback = Closure::<dyn Fn()>::new(callback);
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

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;
    use crate::browser::clock::Clock;
    use crate::browser::testing::{Heard, Replaced};

    fn delays() -> String {
        js_sys::eval("globalThis.delays.splice(0).join()").unwrap().as_string().unwrap()
    }

    /// `setTimeout` that only writes down what it is asked for.
    fn recorded() -> (Replaced, Replaced) {
        js_sys::eval("globalThis.delays = []").unwrap();
        let set = Replaced::new("setTimeout", "_, delay", "return delays.push(delay)");
        (set, Replaced::new("clearTimeout", "", "delays.push('cleared')"))
    }

    const AT_1000: Now = Now { mono: 1000, wall: 0 };

    #[wasm_bindgen_test]
    async fn reports_when_the_moment_is_reached() {
        let (alarm, heard, clock) = (Alarm::default(), Heard::default(), Clock::default());
        let due = clock.now().mono + 20;
        alarm.set(Some(due), clock.now(), &heard.inbox());
        assert!(alarm.is_armed());
        loop {
            assert_eq!(heard.next().await, Input::Deadline);
            let now = clock.now();
            if alarm.is_due(now, &heard.inbox()) {
                assert!(now.mono >= due);
                break;
            }
        }
        assert!(!alarm.is_armed());
    }

    #[wasm_bindgen_test]
    fn sets_a_timer_only_when_the_moment_comes_nearer() {
        let _timers = recorded();
        let (alarm, inbox) = (Alarm::default(), Heard::default().inbox());
        alarm.set(Some(1500), AT_1000, &inbox);
        alarm.set(Some(1500), AT_1000, &inbox);
        alarm.set(Some(1900), AT_1000, &inbox);
        assert_eq!(delays(), "500");
        alarm.set(Some(1200), AT_1000, &inbox);
        assert_eq!(delays(), "200,cleared");
        alarm.set(None, AT_1000, &inbox);
        assert_eq!(delays(), "cleared");
    }

    #[wasm_bindgen_test]
    fn a_timer_that_fires_early_is_set_again_for_the_rest() {
        let _timers = recorded();
        let (alarm, inbox) = (Alarm::default(), Heard::default().inbox());
        alarm.set(Some(1500), AT_1000, &inbox);
        assert!(!alarm.is_due(Now { mono: 1499, wall: 0 }, &inbox));
        assert_eq!(delays(), "500,1,cleared");
        assert!(alarm.is_armed());
        assert!(alarm.is_due(Now { mono: 1500, wall: 0 }, &inbox));
    }

    #[wasm_bindgen_test]
    fn a_moment_passed_or_far_away_is_within_what_a_browser_can_wait() {
        let _timers = recorded();
        let (alarm, inbox) = (Alarm::default(), Heard::default().inbox());
        alarm.set(Some(u64::MAX), AT_1000, &inbox);
        alarm.set(Some(3), AT_1000, &inbox);
        assert_eq!(delays(), "2147483647,0,cleared");
    }

    #[wasm_bindgen_test]
    async fn a_timeout_that_is_dropped_does_not_call() {
        let heard = Heard::default();
        let inbox = heard.inbox();
        drop(Timeout::new(0, move || inbox(Input::Typing)));
        let inbox = heard.inbox();
        let _later = Timeout::new(1, move || inbox(Input::Start));
        assert_eq!(heard.next().await, Input::Start);
    }

    #[wasm_bindgen_test]
    async fn a_timeout_may_be_dropped_from_within_its_own_call() {
        let heard = Heard::default();
        let held: Rc<Cell<Option<Timeout>>> = Rc::default();
        let (inbox, own) = (heard.inbox(), held.clone());
        held.set(Timeout::new(0, move || {
            own.take();
            inbox(Input::Deadline);
        }));
        assert_eq!(heard.next().await, Input::Deadline);
        assert!(held.take().is_none());
    }
}
