//! Sockets. Nothing is heard of a socket that was told to close; of any other, exactly one [`Input::SocketClosed`].

use std::cell::RefCell;
use std::rc::Rc;

use poly_messaging_engine::{Input, SocketId};
use wasm_bindgen::prelude::*;
use web_sys::{CloseEvent, Event, MessageEvent, WebSocket};

use super::Inbox;
use super::timers::Timeout;
use crate::plain;

#[wasm_bindgen(module = "/src/browser/held.js")]
extern "C" {
    #[wasm_bindgen(js_name = holdSocket)]
    fn hold(socket: &WebSocket, is_open: bool);
}

/// Longest frame that is taken over, in UTF-16 units. A frame of history may be long; one that is longer is set aside.
const MAX_FRAME: u32 = 8 << 20;
/// The close code for a socket that never opened or was cut off.
const ABNORMAL: u16 = 1006;

/// The sockets that are not closed yet.
#[derive(Clone, Default)]
pub(crate) struct Sockets {
    entries: Rc<RefCell<Vec<Entry>>>,
}

struct Entry {
    id: SocketId,
    /// `None` where the browser refused to make one, until that is reported.
    socket: Option<Socket>,
    /// Reports the end after an error, should no close event come.
    ending: Option<Timeout>,
}

struct Socket {
    web: WebSocket,
    _listener: Closure<dyn Fn(Event)>,
}

impl Drop for Socket {
    fn drop(&mut self) {
        hold(&self.web, false);
        self.web.set_onopen(None);
        self.web.set_onmessage(None);
        self.web.set_onerror(None);
        self.web.set_onclose(None);
    }
}

impl Sockets {
    /// Whether there is none.
    pub(crate) fn is_empty(&self) -> bool {
        self.entries.borrow().is_empty()
    }

    /// Opens a socket. A failure is reported on a later turn.
    pub(crate) fn open(&self, id: SocketId, url: &str, inbox: &Inbox) {
        // The browser's own exception is dropped: its text repeats the address, which holds the access token.
        let socket = WebSocket::new(url).ok().map(|web| {
            let (sockets, inbox) = (self.clone(), inbox.clone());
            let listener = Closure::<dyn Fn(Event)>::new(move |event: Event| {
                if event.type_() == "error" {
                    sockets.expect_close(id, &inbox);
                } else if let Some(input) = sockets.input(id, &event) {
                    inbox(input);
                }
            });
            let function = Some(listener.as_ref().unchecked_ref());
            web.set_onopen(function);
            web.set_onmessage(function);
            web.set_onerror(function);
            web.set_onclose(function);
            hold(&web, true);
            Socket { web, _listener: listener }
        });
        let is_refused = socket.is_none();
        self.entries.borrow_mut().push(Entry { id, socket, ending: None });
        if is_refused {
            self.expect_close(id, inbox);
        }
    }

    /// Writes a text frame; whether the socket was open to take it.
    pub(crate) fn send(&self, id: SocketId, text: &str) -> bool {
        self.web(id).is_some_and(|web| web.ready_state() == WebSocket::OPEN && web.send_with_str(text).is_ok())
    }

    /// Closes the socket, and forgets it.
    pub(crate) fn close(&self, id: SocketId, code: u16) {
        if let Some(socket) = self.take(id).and_then(|entry| entry.socket)
            && socket.web.close_with_code(code).is_err()
        {
            let _ = socket.web.close();
        }
    }

    /// An error is followed by a close event in the same turn. Not so in WebKit where it refuses to connect at all, to
    /// a blocked port or against the page's content security policy: there the error is all that comes.
    fn expect_close(&self, id: SocketId, inbox: &Inbox) {
        let (sockets, inbox) = (self.clone(), inbox.clone());
        let ending = Timeout::new(0, move || {
            if sockets.take(id).is_some() {
                inbox(Input::SocketClosed { socket: id, code: ABNORMAL });
            }
        });
        if let Some(entry) = self.entries.borrow_mut().iter_mut().find(|entry| entry.id == id) {
            entry.ending = ending;
        }
    }

    fn input(&self, id: SocketId, event: &Event) -> Option<Input> {
        self.web(id)?;
        match event.type_().as_str() {
            "open" => Some(Input::SocketOpened { socket: id }),
            "message" => {
                let data = event.unchecked_ref::<MessageEvent>().data();
                Some(match plain::text(&data, MAX_FRAME) {
                    Some(text) => Input::SocketText { socket: id, text },
                    None => Input::SocketBinary { socket: id },
                })
            }
            "close" => {
                self.take(id);
                Some(Input::SocketClosed { socket: id, code: event.unchecked_ref::<CloseEvent>().code() })
            }
            _ => None,
        }
    }

    fn web(&self, id: SocketId) -> Option<WebSocket> {
        self.entries.borrow().iter().find(|entry| entry.id == id)?.socket.as_ref().map(|socket| socket.web.clone())
    }

    fn take(&self, id: SocketId) -> Option<Entry> {
        let mut entries = self.entries.borrow_mut();
        let at = entries.iter().position(|entry| entry.id == id)?;
        Some(entries.swap_remove(at))
    }
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;
    use crate::browser::testing::{Heard, Replaced};

    /// A port that browsers block, so that it fails wherever the test runs.
    const REFUSED: &str = "ws://127.0.0.1:1/";

    /// A socket that is made to speak by the test.
    fn scripted() -> Replaced {
        Replaced::new(
            "WebSocket",
            "",
            "globalThis.scripted = this; this.readyState = 0; this.sent = []; this.closed = [];
             this.send = (text) => { if (this.readyState !== 1) throw 'not open'; this.sent.push(text) };
             this.close = (code) => { if (code < 1000) throw 'bad code'; this.closed.push(code ?? 0) };
             this.fire = (type, fields) => this['on' + type]?.(Object.assign(new Event(type), fields));",
        )
    }

    fn script(body: &str) -> String {
        js_sys::eval(&format!("JSON.stringify((() => {{ {body} }})() ?? null)")).unwrap().as_string().unwrap()
    }

    #[wasm_bindgen_test]
    async fn reports_a_refused_socket_once_as_closed() {
        let (sockets, heard) = (Sockets::default(), Heard::default());
        sockets.open(3, REFUSED, &heard.inbox());
        assert!(heard.is_silent(), "nothing is reported before the call returns");
        assert_eq!(heard.next().await, Input::SocketClosed { socket: 3, code: 1006 });
        assert!(sockets.is_empty());
        assert!(!sockets.send(3, "{}"));
    }

    #[wasm_bindgen_test]
    async fn reports_an_address_the_browser_throws_at_on_a_later_turn() {
        let (sockets, heard) = (Sockets::default(), Heard::default());
        sockets.open(3, "ws://[", &heard.inbox());
        assert!(heard.is_silent());
        assert!(!sockets.is_empty());
        assert_eq!(heard.next().await, Input::SocketClosed { socket: 3, code: 1006 });
        assert!(sockets.is_empty());
    }

    #[wasm_bindgen_test]
    async fn nothing_is_heard_of_a_socket_that_was_told_to_close() {
        let (sockets, heard) = (Sockets::default(), Heard::default());
        for (id, url) in [(1, REFUSED), (2, "ws://[")] {
            sockets.open(id, url, &heard.inbox());
            sockets.close(id, 1000);
        }
        assert!(sockets.is_empty());
        sockets.open(9, REFUSED, &heard.inbox());
        assert_eq!(heard.next().await, Input::SocketClosed { socket: 9, code: 1006 });
        assert!(heard.is_silent());
    }

    #[wasm_bindgen_test]
    async fn reports_what_a_socket_says() {
        let _web_socket = scripted();
        let (sockets, heard) = (Sockets::default(), Heard::default());
        sockets.open(5, "ws://example.com", &heard.inbox());
        assert!(!sockets.send(5, "early"), "not open yet");
        script("scripted.readyState = 1; scripted.fire('open')");
        assert_eq!(heard.next().await, Input::SocketOpened { socket: 5 });
        assert!(sockets.send(5, "{}"));
        assert_eq!(script("return scripted.sent"), r#"["{}"]"#);
        script("scripted.fire('message', { data: '\\u00e9' })");
        assert_eq!(heard.next().await, Input::SocketText { socket: 5, text: "é".into() });
        for data in ["new Blob", "new ArrayBuffer(3)", "undefined", "7"] {
            script(&format!("scripted.fire('message', {{ data: {data} }})"));
            assert_eq!(heard.next().await, Input::SocketBinary { socket: 5 }, "{data}");
        }
        for (length, is_taken) in [(MAX_FRAME, true), (MAX_FRAME + 1, false)] {
            script(&format!("scripted.fire('message', {{ data: 'x'.repeat({length}) }})"));
            let heard = heard.next().await;
            assert_eq!(matches!(heard, Input::SocketText { .. }), is_taken, "{length}");
            assert_eq!(heard == Input::SocketBinary { socket: 5 }, !is_taken, "{length}");
        }
        script("scripted.readyState = 3; scripted.fire('close', { code: 4001 }); scripted.fire('close', { code: 1 })");
        assert_eq!(heard.next().await, Input::SocketClosed { socket: 5, code: 4001 });
        assert!(heard.is_silent());
        assert!(sockets.is_empty());
        assert_eq!(
            script("return [scripted.onopen, scripted.onmessage, scripted.onerror, scripted.onclose]"),
            "[null,null,null,null]"
        );
    }

    #[wasm_bindgen_test]
    async fn an_error_is_the_end_with_the_close_event_or_without() {
        let _web_socket = scripted();
        let (sockets, heard) = (Sockets::default(), Heard::default());
        sockets.open(5, "ws://example.com", &heard.inbox());
        script("scripted.readyState = 3; scripted.fire('error'); scripted.fire('close', { code: 1009 })");
        assert_eq!(heard.next().await, Input::SocketClosed { socket: 5, code: 1009 });
        sockets.open(6, "ws://example.com", &heard.inbox());
        script("scripted.readyState = 3; scripted.fire('error')");
        assert!(heard.is_silent());
        assert_eq!(heard.next().await, Input::SocketClosed { socket: 6, code: 1006 });
        assert!(heard.is_silent());
        assert!(sockets.is_empty());
    }

    #[wasm_bindgen_test]
    async fn closes_with_the_code_and_lets_go() {
        let _web_socket = scripted();
        let (sockets, heard) = (Sockets::default(), Heard::default());
        sockets.open(5, "ws://example.com", &heard.inbox());
        sockets.close(5, 4003);
        script("scripted.fire('open'); scripted.fire('message', { data: '' }); scripted.fire('close', { code: 1005 })");
        assert_eq!(script("return scripted.closed"), "[4003]");
        assert!(heard.is_silent());
        sockets.open(6, "ws://example.com", &heard.inbox());
        sockets.close(6, 1);
        assert_eq!(script("return scripted.closed"), "[0]", "a code the browser refuses closes all the same");
    }

    #[wasm_bindgen_test]
    async fn a_socket_may_be_closed_from_within_its_own_report() {
        let _web_socket = scripted();
        let sockets = Sockets::default();
        let closing = sockets.clone();
        sockets.open(5, "ws://example.com", &(Rc::new(move |_| closing.close(5, 1000)) as Inbox));
        script("scripted.readyState = 1; scripted.fire('open')");
        assert_eq!(script("return scripted.closed"), "[1000]");
        assert!(sockets.is_empty());
    }
}
