//! Sockets. Nothing is heard of a socket that was told to close; of any other, exactly one [`Input::SocketClosed`].

use std::cell::RefCell;
use std::rc::Rc;

use poly_messaging_engine::{Input, SocketId};
use wasm_bindgen::prelude::*;
use web_sys::{CloseEvent, Event, MessageEvent, WebSocket};

use super::Inbox;
use crate::plain;

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
}

struct Socket {
    web: WebSocket,
    _listener: Closure<dyn FnMut(Event)>,
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.web.set_onopen(None);
        self.web.set_onmessage(None);
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
            let listener = Closure::<dyn FnMut(Event)>::new(move |event| {
                if let Some(input) = sockets.input(id, &event) {
                    inbox(input);
                }
            });
            let function = Some(listener.as_ref().unchecked_ref());
            web.set_onopen(function);
            web.set_onmessage(function);
            web.set_onclose(function);
            Socket { web, _listener: listener }
        });
        let refused = socket.is_none();
        self.entries.borrow_mut().push(Entry { id, socket });
        if refused {
            let (sockets, inbox) = (self.clone(), inbox.clone());
            wasm_bindgen_futures::spawn_local(async move {
                if sockets.take(id).is_some() {
                    inbox(Input::SocketClosed { socket: id, code: ABNORMAL });
                }
            });
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

    fn input(&self, id: SocketId, event: &Event) -> Option<Input> {
        self.web(id)?;
        match event.type_().as_str() {
            "open" => Some(Input::SocketOpened { socket: id }),
            "message" => {
                let data = event.unchecked_ref::<MessageEvent>().data();
                Some(match plain::text(&data, plain::MAX_TEXT) {
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
