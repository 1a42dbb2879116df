//! What the tabs of one chat tell each other, by a `BroadcastChannel`. Where that is missing, each tab is alone.

use std::cell::RefCell;

use poly_messaging_engine::Input;
use wasm_bindgen::prelude::*;
use web_sys::MessageEvent;

use super::Inbox;
use crate::plain;

/// Longest news that is taken over, in UTF-16 units. It comes from this origin, and may be anything all the same.
const MAX_NEWS: u32 = 64 << 10;

#[wasm_bindgen]
extern "C" {
    type BroadcastChannel;
    #[wasm_bindgen(constructor, catch)]
    fn new(name: &str) -> Result<BroadcastChannel, JsValue>;
    #[wasm_bindgen(method, setter)]
    fn set_onmessage(this: &BroadcastChannel, listener: &JsValue);
    #[wasm_bindgen(method, js_name = postMessage, catch)]
    fn post(this: &BroadcastChannel, message: &str) -> Result<(), JsValue>;
    #[wasm_bindgen(method)]
    fn close(this: &BroadcastChannel);
}

/// The channel to the other tabs, while it is open.
#[derive(Default)]
pub(crate) struct Tabs {
    channel: RefCell<Option<Channel>>,
}

struct Channel {
    web: BroadcastChannel,
    _listener: Closure<dyn Fn(MessageEvent)>,
}

impl Drop for Channel {
    fn drop(&mut self) {
        self.web.set_onmessage(&JsValue::NULL);
        self.web.close();
    }
}

impl Tabs {
    /// Opens the channel `name`, unless one is open.
    pub(crate) fn open(&self, name: &str, inbox: &Inbox) {
        if self.channel.borrow().is_some() {
            return;
        }
        self.channel.replace(BroadcastChannel::new(name).ok().map(|web| {
            let inbox = inbox.clone();
            let listener = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
                if let Some(text) = plain::text(&event.data(), MAX_NEWS) {
                    inbox(Input::News { text });
                }
            });
            web.set_onmessage(listener.as_ref());
            Channel { web, _listener: listener }
        }));
    }

    /// Closes the channel. What was told before still arrives.
    pub(crate) fn close(&self) {
        self.channel.take();
    }

    /// Tells the other tabs.
    pub(crate) fn tell(&self, text: &str) {
        if let Some(channel) = &*self.channel.borrow() {
            let _ = channel.web.post(text);
        }
    }
}
