//! The loop between the engine and the browser.
//!
//! An input is handled by the engine at once, even when it comes from a method of the host that is being called. What
//! follows from it goes to the end of one queue, which the outermost call works off: what the browser is to do first,
//! in order, so that no slow listener holds the network up; then what the host is told, in order. While JavaScript
//! runs, nothing here is borrowed.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::mem;
use std::rc::{Rc, Weak};

use js_sys::WeakRef;
use poly_messaging_engine::{
    Change, Config, ConnectionView, Engine, Error, ErrorCode, Input, LogLevel, Output, PageEvent,
};
use wasm_bindgen::{JsCast, JsValue};

use crate::browser::Inbox;
use crate::browser::answers::{Tell, teller};
use crate::browser::clock::{self, Clock};
use crate::browser::http::Requests;
use crate::browser::lifecycle::Lifecycle;
use crate::browser::socket::Sockets;
use crate::browser::storage::{self, Storage};
use crate::browser::timers::Alarm;
use crate::host::{self, Host};
use crate::plain;

/// One chat: its engine, and what the browser does for it.
pub(crate) struct Driver {
    engine: RefCell<Engine>,
    queue: RefCell<Queue>,
    delivering: Cell<bool>,
    watching: Cell<bool>,
    log_level: u8,
    host: WeakRef,
    /// The driver itself and its host, while something is under way: a chat in use is not collected.
    busy: RefCell<Option<(Rc<Driver>, Host)>>,
    inbox: Inbox,
    clock: Clock,
    sockets: Sockets,
    requests: Requests,
    storage: Storage,
    lifecycle: Lifecycle,
    alarm: Alarm,
    /// What requests and storage call.
    _tell: Tell,
    /// Something is stored, and other tabs may have to do with it.
    is_persistent: bool,
    /// The page is not left.
    is_present: Cell<bool>,
    /// What the host was last told of the connection.
    usage: Cell<Usage>,
    /// What the host was last told of the end.
    is_ended: Cell<bool>,
}

/// What may still happen in a chat.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Usage {
    /// Nothing, until the application asks for it.
    #[default]
    None,
    /// It may come back when the page's life takes a turn, or another tab does something.
    Dormant,
    /// It goes on.
    Active,
}

/// What is to be done and told, in order.
#[derive(Default)]
struct Queue {
    items: VecDeque<Item>,
    /// How many items, from the first on, have nothing left for the browser to do.
    carried: usize,
}

enum Item {
    Output(Output),
    Frame { direction: &'static str, text: String },
    Nothing,
}

impl Queue {
    /// The next thing for the browser to do. Its place is kept until [`Queue::replace`].
    fn next_effect(&mut self) -> Option<Output> {
        while let Some(item) = self.items.get_mut(self.carried) {
            if let Item::Output(output) = item
                && !matches!(output, Output::Change(_) | Output::Event(_) | Output::Settle { .. } | Output::Log { .. })
                && let Item::Output(output) = mem::replace(item, Item::Nothing)
            {
                return Some(output);
            }
            self.carried += 1;
        }
        None
    }

    /// Puts what is to be told of the effect that was just carried out in its place.
    fn replace(&mut self, item: Item) {
        if let Some(place) = self.items.get_mut(self.carried) {
            *place = item;
            self.carried += 1;
        }
    }

    /// The next thing to tell.
    fn next_news(&mut self) -> Option<Item> {
        self.carried = self.carried.saturating_sub(1);
        self.items.pop_front()
    }
}

impl Driver {
    /// An idle chat.
    pub(crate) fn new(config: Config, host: &Host, log_level: u8, persistence: &JsValue) -> Rc<Self> {
        let clock = Clock::default();
        Rc::new_cyclic(|driver: &Weak<Self>| {
            let (driver, warned) = (driver.clone(), driver.clone());
            let inbox: Inbox = Rc::new(move |input| {
                if let Some(driver) = driver.upgrade() {
                    driver.report(input);
                }
            });
            let tell = teller(inbox.clone(), move |message| {
                if let Some(driver) = warned.upgrade() {
                    driver.warn(message);
                }
            });
            let is_persistent = config.persistent;
            let storage = storage::open(&config.storage_key(), persistence, tell.as_ref());
            Self {
                engine: RefCell::new(Engine::new(config, clock::seed(), clock.now())),
                queue: RefCell::default(),
                delivering: Cell::default(),
                watching: Cell::default(),
                log_level,
                host: WeakRef::new(host.unchecked_ref()),
                busy: RefCell::default(),
                inbox,
                clock,
                sockets: Sockets::default(),
                requests: Requests::new(tell.as_ref()),
                storage,
                lifecycle: Lifecycle::default(),
                is_persistent,
                is_present: Cell::new(true),
                usage: Cell::default(),
                is_ended: Cell::default(),
                alarm: Alarm::default(),
                _tell: tell,
            }
        })
    }

    /// Hands `input` to the engine and carries out what follows; why it was refused, if it was.
    pub(crate) fn submit(self: &Rc<Self>, input: Input) -> Option<Error> {
        // What may have the chat connect.
        let begins = matches!(
            input,
            Input::Start
                | Input::Send { .. }
                | Input::Retry { .. }
                | Input::End { .. }
                | Input::Restart { .. }
                | Input::Reconnect { .. }
                | Input::Page(PageEvent::Returned)
        );
        let mut inputs = if begins { self.listen() } else { Vec::new() };
        inputs.push(input);
        let now = self.clock.now();
        // It is borrowed only after a trap within the engine, from which there is no way back.
        let Ok(mut engine) = self.engine.try_borrow_mut() else { return Some(Error::new(ErrorCode::Internal)) };
        let (mut deadline, mut refused) = (None, None);
        for input in inputs {
            let step = engine.handle(now, input);
            self.queue.borrow_mut().items.extend(step.outputs.into_iter().map(Item::Output));
            (deadline, refused) = (step.deadline, step.refused);
        }
        drop(engine);
        self.alarm.set(deadline.map(|deadline| deadline.at), now, &self.inbox);
        self.deliver();
        refused
    }

    /// Whether the host is told of each frame.
    pub(crate) fn watch_frames(&self, on: bool) {
        self.watching.set(on);
    }

    /// What support asks for, as a plain object.
    pub(crate) fn diagnostics(&self) -> JsValue {
        let now = self.clock.now();
        self.engine.try_borrow().map_or(JsValue::NULL, |engine| plain::to_js(&engine.diagnostics(now)))
    }

    /// News from the browser.
    fn report(self: &Rc<Self>, input: Input) {
        match &input {
            Input::Deadline if !self.alarm.is_due(self.clock.now(), &self.inbox) => return,
            Input::SocketText { text, .. } if self.watching.get() => {
                let frame = Item::Frame { direction: "in", text: text.clone() };
                self.queue.borrow_mut().items.push_back(frame);
            }
            Input::Page(PageEvent::Returned) => self.is_present.set(true),
            Input::Page(event) => self.lifecycle.note(*event),
            _ => {}
        }
        let has_left = matches!(input, Input::Page(PageEvent::Left));
        // Only commands are refused.
        let _ = self.submit(input);
        if has_left {
            // An open channel may keep a page out of the back/forward cache.
            self.is_present.set(false);
            self.storage.close();
        }
    }

    /// Follows the page's life and the other tabs from now on. Returns what the engine has to know of them first.
    fn listen(&self) -> Vec<Input> {
        if self.is_persistent && self.is_present.get() {
            self.storage.open();
        }
        self.lifecycle.listen(&self.inbox)
    }

    /// Something the browser lacks.
    fn warn(self: &Rc<Self>, message: String) {
        let log = Output::Log { level: LogLevel::Warn, message };
        self.queue.borrow_mut().items.push_back(Item::Output(log));
        self.deliver();
    }

    /// Works the queue off, unless that is under way already.
    fn deliver(self: &Rc<Self>) {
        if self.delivering.replace(true) {
            return;
        }
        // A caller that did not keep its host gets an error for each thing it should have been told.
        let host = Host::unchecked_from_js(self.host.deref().map_or(JsValue::UNDEFINED, JsValue::from));
        loop {
            let effect = self.queue.borrow_mut().next_effect();
            if let Some(effect) = effect {
                let item = self.carry_out(effect, &host);
                self.queue.borrow_mut().replace(item);
                continue;
            }
            let news = self.queue.borrow_mut().next_news();
            let Some(news) = news else { break };
            if let Err(thrown) = self.tell(news, &host) {
                host::report(&thrown);
            }
        }
        self.delivering.set(false);
        let usage = match self.usage.get() {
            // Another tab may begin the conversation anew.
            Usage::None if self.is_ended.get() => Usage::Dormant,
            usage => usage,
        };
        let idle = self.sockets.is_empty() && self.requests.size() == 0 && !self.alarm.is_armed();
        if idle && usage == Usage::None {
            self.lifecycle.ignore();
            self.storage.close();
        }
        // A page that is left has nothing under way, and goes on when it is back.
        self.busy.replace((!idle || usage == Usage::Active).then(|| (self.clone(), host)));
    }

    /// Lets the browser do something; what is to be told of it.
    fn carry_out(&self, effect: Output, host: &Host) -> Item {
        match effect {
            Output::Http { id, request } => self.requests.send(id, &request),
            Output::AskToken { id, reason } => self.requests.ask(id, reason.as_str(), host),
            Output::Abort { id } => {
                self.requests.abort(id);
            }
            Output::OpenSocket { socket, url } => self.sockets.open(socket, &url, &self.inbox),
            Output::CloseSocket { socket, code } => self.sockets.close(socket, code),
            Output::Load { id, exclusive } => self.storage.load(id, exclusive),
            Output::Store { record } => self.storage.store(&record),
            Output::Forget => self.storage.forget(),
            Output::Unlock => self.storage.unlock(),
            Output::Tell { text } => self.storage.announce(&text),
            Output::Share { text } => self.storage.share(&text),
            Output::Frame { is_in, text } if self.watching.get() => {
                return Item::Frame { direction: if is_in { "in" } else { "out" }, text };
            }
            Output::Line(line) => self.storage.line(line as u8),
            Output::Probe { id, url, timeout_ms } => self.requests.probe(id, &url, timeout_ms),
            Output::PrepareJoin { id, session_id, context_id } => {
                self.requests.prepare(id, &session_id, context_id.as_deref(), host);
            }
            Output::SendText { socket, text } => {
                let is_sent = self.sockets.send(socket, &text);
                if is_sent && self.watching.get() {
                    return Item::Frame { direction: "out", text };
                }
            }
            _ => {}
        }
        Item::Nothing
    }

    /// Tells the host something; what it threw.
    fn tell(&self, news: Item, host: &Host) -> Result<(), JsValue> {
        match news {
            Item::Output(Output::Change(change)) => {
                match &change {
                    Change::Connection { connection } => self.usage.set(Usage::of(connection)),
                    Change::Ended { ended } => self.is_ended.set(ended.is_some()),
                    _ => {}
                }
                host.change(&plain::to_js(&change))
            }
            Item::Output(Output::Event(event)) => host.event(&plain::to_js(&*event)),
            Item::Output(Output::Settle { call, result }) => host.settle(call, &plain::to_js(&result.err())),
            Item::Output(Output::Log { level, message }) if level as u8 <= self.log_level => {
                host.log(level as u8, &message)
            }
            Item::Frame { direction, text } => host.frame(direction, &text),
            _ => Ok(()),
        }
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        self.storage.leave();
    }
}

impl Usage {
    fn of(connection: &ConnectionView) -> Self {
        match connection {
            ConnectionView::Idle | ConnectionView::Closed => Self::None,
            ConnectionView::Failed { error } if !error.retryable => Self::None,
            ConnectionView::Failed { .. } => Self::Dormant,
            _ => Self::Active,
        }
    }
}

#[cfg(test)]
mod tests {
    use poly_messaging_engine::{OnSessionLost, Options};
    use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

    use super::*;
    use crate::browser::testing::Replaced;

    wasm_bindgen_test_configure!(run_in_browser);

    fn driver() -> Rc<Driver> {
        let options = Options {
            api_url: "https://127.0.0.1:1".into(),
            socket_url: "wss://127.0.0.1:1".into(),
            host_identifier: "https://example.com".into(),
            connector_token: Some("token".into()),
            streaming: true,
            platform: "web".into(),
            device_type: "desktop".into(),
            on_session_lost: OnSessionLost::End,
            heartbeat_interval_ms: 30_000,
            session_timeout_ms: 600_000,
            confirm_timeout_ms: 5_000,
            persistent: false,
            shares: false,
            fresh: false,
            before_agent_join: false,
            max_reconnect_attempts: 1,
        };
        let host = js_sys::eval("({ change() {}, event() {}, settle() {}, log() {} })").unwrap();
        Driver::new(Config::parse(options).unwrap(), &Host::unchecked_from_js(host), 0, &"none".into())
    }

    #[wasm_bindgen_test]
    fn a_chat_holds_itself_only_while_something_is_under_way() {
        let driver = driver();
        assert_eq!(Rc::strong_count(&driver), 1, "idle");
        assert_eq!(driver.submit(Input::Start), None);
        assert_eq!(Rc::strong_count(&driver), 2, "a request is under way");
        assert_eq!(driver.submit(Input::Close { call: 1 }), None);
        assert_eq!(Rc::strong_count(&driver), 1, "closed");
        assert_eq!(driver.submit(Input::Restart { call: 2 }), None);
        assert_eq!(Rc::strong_count(&driver), 2, "started again");
        let still_held = Rc::downgrade(&driver);
        drop(driver);
        let driver = still_held.upgrade().expect("what is under way goes on when the client is collected");
        assert_eq!(driver.submit(Input::Close { call: 3 }), None);
        drop(driver);
        assert!(still_held.upgrade().is_none(), "and nothing is left of it when it ends");
    }

    #[wasm_bindgen_test]
    fn a_chat_follows_the_page_only_while_it_is_in_use() {
        let counted = |by: i32| format!("if (listener) globalThis.listeners = (globalThis.listeners ?? 0) + {by}");
        let _added = Replaced::new("addEventListener", "name, listener", &counted(1));
        let _removed = Replaced::new("removeEventListener", "name, listener", &counted(-1));
        let listeners = || js_sys::eval("globalThis.listeners ?? 0").unwrap().as_f64().unwrap();
        let driver = driver();
        assert_eq!(driver.submit(Input::Typing), None);
        assert_eq!(listeners(), 0.0, "idle");
        for call in [1, 3] {
            assert_eq!(driver.submit(Input::Restart { call }), None);
            assert_eq!(listeners(), 9.0, "in use");
            driver.report(Input::Page(PageEvent::Left));
            assert_eq!(listeners(), 9.0, "left, and to return");
            driver.report(Input::Page(PageEvent::Returned));
            assert_eq!(listeners(), 9.0, "returned");
            assert_eq!(driver.submit(Input::Close { call: call + 1 }), None);
            assert_eq!(listeners(), 0.0, "closed");
        }
        assert_eq!(Rc::strong_count(&driver), 1);
    }

    #[wasm_bindgen_test]
    fn a_chat_that_starts_without_a_network_hears_when_there_is_one() {
        let _added = Replaced::new("addEventListener", "name", "(globalThis.followed ??= new Set()).add(name)");
        let _removed = Replaced::new("removeEventListener", "name", "globalThis.followed.delete(name)");
        js_sys::eval("Object.defineProperty(navigator, 'onLine', { configurable: true, value: false })").unwrap();
        let driver = driver();
        assert_eq!(driver.submit(Input::Start), None);
        assert_eq!(js_sys::eval("followed.has('online')").unwrap(), true);
        assert_eq!(driver.submit(Input::Close { call: 1 }), None);
        js_sys::eval("delete navigator.onLine").unwrap();
    }

    #[wasm_bindgen_test]
    fn effects_come_first_and_keep_their_place_for_what_is_told_of_them() {
        let mut queue = Queue::default();
        let log = |text: &str| {
            Item::Output(Output::Log { level: poly_messaging_engine::LogLevel::Info, message: text.into() })
        };
        let send = |text: &str| Item::Output(Output::SendText { socket: 1, text: text.into() });
        queue.items.extend([log("a"), send("1"), log("b"), send("2")]);
        let mut order = Vec::new();
        while let Some(Output::SendText { text, .. }) = queue.next_effect() {
            queue.replace(Item::Frame { direction: "out", text: text.clone() });
            order.push(text);
        }
        queue.items.push_back(send("3"));
        while let Some(item) = queue.next_news() {
            match item {
                Item::Output(Output::Log { message, .. }) => order.push(message),
                Item::Frame { text, .. } => order.push(text),
                _ => order.push("not carried out".into()),
            }
            if let Some(Output::SendText { text, .. }) = queue.next_effect() {
                queue.replace(Item::Nothing);
                order.push(text);
            }
        }
        assert_eq!(order, ["1", "2", "a", "3", "1", "b", "2", "not carried out"]);
    }
}
