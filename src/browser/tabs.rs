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

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;
    use crate::browser::testing::{Heard, Replaced};

    fn open(name: &str) -> (Tabs, Heard) {
        let (tabs, heard) = (Tabs::default(), Heard::default());
        tabs.open(name, &heard.inbox());
        (tabs, heard)
    }

    #[wasm_bindgen_test]
    async fn the_others_hear_what_one_tells_and_it_does_not() {
        let (one, own) = open("test.tabs");
        let (_other, heard) = open("test.tabs");
        let (_stranger, strange) = open("test.tabs.else");
        one.open("test.tabs", &own.inbox());
        one.tell("first");
        one.tell("second");
        for text in ["first", "second"] {
            assert_eq!(heard.next().await, Input::News { text: text.into() });
        }
        assert!(heard.is_silent() && own.is_silent() && strange.is_silent());
    }

    #[wasm_bindgen_test]
    async fn what_is_no_text_or_too_long_is_set_aside() {
        let (_tabs, heard) = open("test.odd");
        js_sys::eval(
            "var channel = new BroadcastChannel('test.odd');
             for (const odd of [7, null, undefined, {}, [], new Blob, 'x'.repeat(65537), 'good']) channel.postMessage(odd);
             channel.close()",
        )
        .unwrap();
        assert_eq!(heard.next().await, Input::News { text: "good".into() });
    }

    #[wasm_bindgen_test]
    async fn what_was_told_before_the_channel_closed_still_arrives() {
        let (one, own) = open("test.bye");
        let (other, heard) = open("test.bye");
        one.tell("bye");
        one.close();
        assert_eq!(heard.next().await, Input::News { text: "bye".into() });
        one.tell("not told");
        other.tell("not heard");
        one.open("test.bye", &own.inbox());
        other.tell("heard");
        assert_eq!(own.next().await, Input::News { text: "heard".into() });
        assert!(heard.is_silent());
    }

    #[wasm_bindgen_test]
    fn without_channels_each_tab_is_alone() {
        let _channel = Replaced::new("BroadcastChannel", "", "throw 'denied'");
        let (tabs, heard) = open("test.none");
        tabs.tell("to no one");
        assert!(heard.is_silent());
    }
}
