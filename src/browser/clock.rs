//! Time and randomness.

use std::cell::Cell;

use poly_messaging_engine::Now;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = performance, js_name = now, catch)]
    fn performance_now() -> Result<f64, JsValue>;
    /// Fills `bytes` with what nobody can guess.
    #[wasm_bindgen(js_namespace = crypto, js_name = getRandomValues, catch)]
    pub(crate) fn random(bytes: &mut [u8]) -> Result<(), JsValue>;
}

/// Reads the time.
#[derive(Default)]
pub(crate) struct Clock {
    last: Cell<u64>,
}

impl Clock {
    /// The current time. `mono` never goes back, whatever the browser says.
    pub(crate) fn now(&self) -> Now {
        let wall = js_sys::Date::now();
        let mono = self.last.get().max(performance_now().unwrap_or(wall) as u64);
        self.last.set(mono);
        Now { mono, wall: wall as u64 }
    }
}

/// A seed that differs from chat to chat.
pub(crate) fn seed() -> u64 {
    let mut bytes = [0; 8];
    match random(&mut bytes) {
        Ok(()) => u64::from_le_bytes(bytes),
        // It spreads out reconnects and guards no secret, so that a weaker source will do.
        Err(_) => js_sys::Math::random().to_bits(),
    }
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;

    #[wasm_bindgen_test]
    fn time_never_goes_back() {
        js_sys::eval("globalThis.readings = [5, 9, 3, 4, 12.7]").unwrap();
        js_sys::eval("performance.now = () => readings.shift()").unwrap();
        let clock = Clock::default();
        let read: Vec<u64> = (0..5).map(|_| clock.now().mono).collect();
        js_sys::eval("delete performance.now").unwrap();
        assert_eq!(read, [5, 9, 9, 9, 12]);
    }

    #[wasm_bindgen_test]
    fn wall_time_is_the_device_s() {
        let before = js_sys::Date::now() as u64;
        let wall = Clock::default().now().wall;
        assert!((before..=js_sys::Date::now() as u64).contains(&wall));
    }

    #[wasm_bindgen_test]
    fn does_without_a_performance_clock() {
        js_sys::eval("performance.now = undefined").unwrap();
        let now = Clock::default().now();
        js_sys::eval("delete performance.now").unwrap();
        assert_eq!(now.mono, now.wall);
    }

    #[wasm_bindgen_test]
    fn seeds_differ() {
        assert_ne!(seed(), seed());
    }
}
