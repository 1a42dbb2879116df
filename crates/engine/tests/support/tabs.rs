//! Several pages of one browser over one storage, with a server that keeps a log: what tabs, reloads and lost pages do
//! to a conversation, in virtual time.
//!
//! Everything happens at once, step by step in a fixed order, and nothing by itself: [`Browser::run`] sees to it until
//! there is nothing left to do but to wait.

use std::collections::{BTreeMap, VecDeque};

use poly_messaging_engine::*;
use serde_json::{Value, json};

use super::{Client, START, event, options, session_start};

/// Names a page: the place where it was opened.
pub type Page = usize;

pub struct Browser {
    pub now: u64,
    pub pages: Vec<Tab>,
    pub storage: Storage,
    pub server: Server,
    /// Who has the lock on the shared socket, and who waits for it.
    pub line: Option<Page>,
    line_waiting: VecDeque<Page>,
    /// Everything that was told among tabs.
    pub news: Vec<String>,
}

/// A page and what is under way for it.
pub struct Tab {
    pub client: Client,
    /// It runs: not frozen, and not gone.
    pub is_running: bool,
    pub is_gone: bool,
    /// What it is told waits in the inbox.
    is_hung: bool,
    inbox: Vec<String>,
    /// Frames that went over another page's socket, and whether they came in.
    pub seen: Vec<(bool, String)>,
    tasks: VecDeque<Output>,
    /// Frames that were seen to.
    frames: usize,
    /// Which socket is open, and on which session.
    socket: Option<(SocketId, String)>,
}

/// One record, and the lock on it.
#[derive(Default)]
pub struct Storage {
    pub record: Option<String>,
    pub lock: Option<Page>,
    waiting: VecDeque<Page>,
    /// Loads are not answered.
    pub is_mute: bool,
    /// Whatever is stored is gone.
    pub is_useless: bool,
    /// Each record that was stored, and by whom.
    pub stored: Vec<(Page, Value)>,
}

#[derive(Default)]
pub struct Server {
    pub sessions: BTreeMap<String, ServerSession>,
    /// Access tokens that were handed out.
    pub tokens: u32,
    pub is_down: bool,
    /// Sessions are made, but no socket opens.
    pub refuses_sockets: bool,
    /// Sockets that are dead, and that the first session still counts among the ten that it may have.
    pub ghosts: usize,
    /// Messages of the user are swallowed.
    pub swallows: bool,
    /// Messages of the user arrive, but nothing is said about it.
    pub is_silent: bool,
}

#[derive(Default)]
pub struct ServerSession {
    token: String,
    pub events: Vec<Value>,
    pub is_gone: bool,
}

pub fn persistent() -> Options {
    Options { persistent: true, ..options() }
}

/// The same, in a browser whose tabs share a socket.
pub fn sharing() -> Options {
    Options { shares: true, ..persistent() }
}

impl Browser {
    pub fn new() -> Self {
        let (storage, server) = (Storage::default(), Server::default());
        Self { now: START, pages: vec![], storage, server, line: None, line_waiting: VecDeque::new(), news: vec![] }
    }

    /// Opens a page, and starts its chat, without anything else happening yet.
    pub fn load_with(&mut self, options: Options) -> Page {
        let seed = 7 + self.pages.len() as u64;
        let mut client = Client::with_at(options, seed, self.now);
        client.give(Input::Start);
        let tasks = VecDeque::new();
        let (inbox, is_hung, seen) = (vec![], false, vec![]);
        self.pages.push(Tab {
            client,
            is_running: true,
            is_gone: false,
            is_hung,
            inbox,
            seen,
            tasks,
            frames: 0,
            socket: None,
        });
        self.pages.len() - 1
    }

    /// Opens a page, and sees to all that it asks for.
    pub fn open_with(&mut self, options: Options) -> Page {
        let page = self.load_with(options);
        self.run();
        page
    }

    pub fn open(&mut self) -> Page {
        self.open_with(persistent())
    }

    /// The page is gone without a word: a crash.
    pub fn kill(&mut self, page: Page) {
        let tab = &mut self.pages[page];
        (tab.is_running, tab.is_gone, tab.socket) = (false, true, None);
        tab.tasks.clear();
        self.storage.waiting.retain(|waiting| *waiting != page);
        self.free(page);
        self.leave_line(page);
        self.pass_line();
    }

    fn leave_line(&mut self, page: Page) {
        self.line = self.line.filter(|holder| *holder != page);
        self.line_waiting.retain(|waiting| *waiting != page);
    }

    fn pass_line(&mut self) {
        if self.line.is_none() {
            self.line = self.line_waiting.pop_front();
            if let Some(page) = self.line {
                self.pages[page].client.give(Input::LineFree);
            }
        }
    }

    /// The page is left for good.
    pub fn leave(&mut self, page: Page) {
        self.give(page, Input::Page(PageEvent::Left));
        self.kill(page);
        self.run();
    }

    /// The page is left and loaded again.
    pub fn reload(&mut self, page: Page) -> Page {
        self.leave(page);
        self.open()
    }

    /// The page hangs: it hears nothing and says nothing, and its socket stays.
    pub fn hang(&mut self, page: Page) {
        (self.pages[page].is_running, self.pages[page].is_hung) = (false, true);
    }

    /// It goes on, and hears what was told meanwhile.
    pub fn go_on(&mut self, page: Page) {
        let tab = &mut self.pages[page];
        (tab.is_running, tab.is_hung, tab.client.now) = (true, false, self.now);
        tab.client.give(Input::Deadline);
        for text in core::mem::take(&mut tab.inbox) {
            tab.client.give(Input::News { text });
        }
        self.run();
    }

    /// The page stops running for now.
    pub fn freeze(&mut self, page: Page) {
        self.give(page, Input::Page(PageEvent::Left));
        assert_ne!(self.storage.lock, Some(page), "a frozen page holds the lock");
        self.pages[page].is_running = false;
    }

    pub fn thaw(&mut self, page: Page) {
        let tab = &mut self.pages[page];
        tab.is_running = true;
        tab.client.now = self.now;
        self.give(page, Input::Page(PageEvent::Returned));
    }

    pub fn give(&mut self, page: Page, input: Input) -> Option<Error> {
        let refused = self.pages[page].client.give(input);
        self.run();
        refused
    }

    pub fn send(&mut self, page: Page, draft: &str, text: &str) -> CallId {
        let call = self.pages[page].client.send(draft, text);
        self.run();
        call
    }

    pub fn call(&mut self, page: Page, input: impl FnOnce(CallId) -> Input) -> CallId {
        let call = self.pages[page].client.call();
        assert_eq!(self.give(page, input(call)), None);
        call
    }

    pub fn client(&self, page: Page) -> &Client {
        &self.pages[page].client
    }

    pub fn session(&self, page: Page) -> Option<&str> {
        self.pages[page].client.state.session.as_ref().map(|session| session.id.as_str())
    }

    pub fn record(&self) -> Option<Value> {
        self.storage.record.as_ref().map(|record| serde_json::from_str(record).unwrap())
    }

    /// The texts of the drafts in the record.
    pub fn kept(&self) -> Vec<String> {
        let record = self.record().unwrap_or_default();
        let drafts = record["drafts"].as_array().cloned().unwrap_or_default();
        drafts.iter().map(|draft| draft["text"].as_str().unwrap().to_owned()).collect()
    }

    /// Lets time pass, with every deadline on the way.
    pub fn pass(&mut self, ms: u64) {
        let until = self.now + ms;
        loop {
            self.run();
            let running = self.pages.iter().enumerate().filter(|(_, tab)| tab.is_running);
            let due = running.filter_map(|(page, tab)| Some((tab.client.deadline?.at, page))).min();
            let Some((at, page)) = due.filter(|(at, _)| *at <= until) else { break };
            self.set_clock(self.now.max(at));
            self.pages[page].client.give(Input::Deadline);
        }
        self.set_clock(until);
    }

    fn set_clock(&mut self, now: u64) {
        self.now = now;
        for tab in self.pages.iter_mut().filter(|tab| tab.is_running) {
            tab.client.now = now;
        }
    }

    /// Sees to everything that was asked for, a step of each page in turn.
    pub fn run(&mut self) {
        for _ in 0..10_000 {
            let steps: Vec<bool> = (0..self.pages.len()).map(|page| self.step(page)).collect();
            if !steps.contains(&true) {
                return;
            }
        }
        panic!("the pages never come to rest");
    }

    /// Does one thing for this page. False: there is nothing to do.
    fn step(&mut self, page: Page) -> bool {
        let tab = &mut self.pages[page];
        while let Some(task) = tab.client.tasks.pop_front() {
            match task {
                Output::Tell { text } => {
                    self.news.push(text.clone());
                    self.tell(page, text);
                    return true;
                }
                Output::Frame { is_in, text } => {
                    self.pages[page].seen.push((is_in, text));
                    return true;
                }
                Output::Share { text } => {
                    self.tell(page, text);
                    return true;
                }
                Output::Line(line) => {
                    self.leave_line(page);
                    match line {
                        Line::Leave => {}
                        Line::Take => self.line = Some(page),
                        Line::Wait => self.line_waiting.push_back(page),
                    }
                    self.pass_line();
                    return true;
                }
                _ => {}
            }
            // Exclusive loads that were not granted the lock are given up.
            if matches!(task, Output::Unlock) {
                tab.tasks.retain(|task| !matches!(task, Output::Load { exclusive: true, .. }));
                self.storage.waiting.retain(|waiting| *waiting != page);
            }
            tab.tasks.push_back(task);
        }
        self.store(page) || self.serve(page)
    }

    // ------------------------------------------------------------------------------------- the storage, the tabs

    fn tell(&mut self, from: Page, text: String) {
        assert!(!text.contains("SECRET"), "a token in {text}");
        for (page, tab) in self.pages.iter_mut().enumerate() {
            if page != from && tab.is_running {
                tab.client.give(Input::News { text: text.clone() });
            } else if tab.is_hung {
                tab.inbox.push(text.clone());
            }
        }
    }

    fn store(&mut self, page: Page) -> bool {
        let tab = &mut self.pages[page];
        if !tab.is_running {
            return false;
        }
        match tab.tasks.front() {
            Some(Output::Load { exclusive: true, .. }) if self.storage.lock.is_some_and(|holder| holder != page) => {
                if !self.storage.waiting.contains(&page) {
                    self.storage.waiting.push_back(page);
                }
                return false;
            }
            Some(Output::Load { .. }) if self.storage.is_mute => return false,
            None => return false,
            Some(_) => {}
        }
        match tab.tasks.pop_front() {
            Some(Output::Load { id, exclusive }) => {
                if exclusive {
                    self.storage.lock = Some(page);
                    self.storage.waiting.retain(|waiting| *waiting != page);
                }
                let record = self.storage.record.clone();
                tab.client.give(Input::Loaded { id, record });
            }
            Some(Output::Store { record }) => {
                assert!(record.len() <= 5 << 20 && !record.contains('\n'));
                self.storage.stored.push((page, serde_json::from_str(&record).unwrap()));
                self.storage.record = Some(record).filter(|_| !self.storage.is_useless);
            }
            Some(Output::Forget) => self.storage.record = None,
            Some(Output::Unlock) => self.free(page),
            _ => unreachable!(),
        }
        true
    }

    fn free(&mut self, page: Page) {
        if self.storage.lock == Some(page) {
            // First come, first served.
            self.storage.lock = self.storage.waiting.pop_front();
        }
    }

    // ------------------------------------------------------------------------------------------------ the server

    /// How many sockets are open on a session.
    fn open_on(&self, session: &str) -> usize {
        let is_open = |tab: &&Tab| {
            tab.client.socket.is_some_and(|(_, is_open)| is_open)
                && tab.socket.as_ref().is_some_and(|(_, on)| on == session)
        };
        self.pages.iter().filter(is_open).count()
    }

    fn serve(&mut self, page: Page) -> bool {
        let wanted = self.pages[page].client.urls.last().map(|_| self.pages[page].client.last_session().to_owned());
        let ghosts = if wanted.as_deref() == Some("s1") { self.server.ghosts } else { 0 };
        let is_full = wanted.is_some_and(|session| self.open_on(&session) + ghosts >= 10);
        let tab = &mut self.pages[page];
        if !tab.is_running {
            return false;
        }
        // Whatever was written was written to the last socket that opened.
        if tab.frames < tab.client.frames.len() {
            let frame = tab.client.frames[tab.frames].clone();
            tab.frames += 1;
            if let Some((_, id)) = tab.socket.clone() {
                self.hear(page, &id, &frame);
            }
            return true;
        }
        if let Some((_, request)) = tab.client.requests.first() {
            if self.server.is_down {
                tab.client.outcome(HttpOutcome::Network);
            } else if request.url.ends_with("/access-token") {
                self.server.tokens += 1;
                let token = format!("SECRET{}", self.server.tokens);
                tab.client.answer(200, json!({ "access_token": token, "expires_in": 86_400 }));
            } else {
                let token = request.headers[0].1.replace("Bearer ", "");
                let id = format!("s{}", self.server.sessions.len() + 1);
                let events = vec![session_start(1)];
                self.server.sessions.insert(id.clone(), ServerSession { token, events, is_gone: false });
                tab.client.answer_session(&id);
            }
            return true;
        }
        if !tab.client.probes.is_empty() {
            tab.client.probe(!self.server.is_down);
            return true;
        }
        match tab.client.socket {
            Some((_, false)) => {
                let id = tab.client.last_session().to_owned();
                let url = tab.client.urls.last().unwrap();
                let cursor = url.split("&cursor=").nth(1).map_or(0, |cursor| cursor.parse::<u64>().unwrap());
                let refuses = self.server.is_down || self.server.refuses_sockets || is_full;
                let session = self.server.sessions.get(&id).filter(|session| !session.is_gone && !refuses);
                match session.filter(|session| url.contains(&format!("access_token={}", session.token))) {
                    Some(session) => {
                        let is_missed = |event: &&Value| event["sequence"].as_u64().unwrap() > cursor;
                        let missed: Vec<_> = session.events.iter().filter(is_missed).cloned().collect();
                        tab.client.open();
                        tab.socket = tab.client.socket.map(|(socket, _)| (socket, id));
                        if tab.client.socket.is_some() {
                            // The first batch is not all there is.
                            let events: Vec<_> = core::iter::once(session_start(1)).chain(missed).collect();
                            for batch in events.chunks(4) {
                                // What it has read may have it take another socket.
                                if tab.client.socket.is_some_and(|(_, is_open)| is_open) {
                                    tab.client.history(batch.iter().cloned());
                                }
                            }
                        }
                    }
                    None => tab.client.refuse_socket(),
                }
                true
            }
            _ => false,
        }
    }

    fn hear(&mut self, page: Page, id: &str, frame: &Value) {
        let name = frame["type"].as_str().unwrap().trim_start_matches("EVENT_TYPE_").to_owned();
        match name.as_str() {
            "HEARTBEAT" => {
                let echo = json!({ "type": "EVENT_TYPE_HEARTBEAT", "payload": {} });
                if self.is_connected(page, id) {
                    self.pages[page].client.receive(echo);
                }
            }
            "REQUEST_POLY_AGENT_JOIN" => {
                self.say(id, &name, json!({}), &Value::Null);
                self.say(id, "POLY_AGENT_JOINED", json!({ "agent_name": "Ada" }), &Value::Null);
            }
            "USER_MESSAGE" if self.server.swallows => {}
            "USER_MESSAGE" => {
                let mut payload = frame["payload"].clone();
                payload["message_id"] = json!(format!("u-{}", self.server.sessions[id].events.len()));
                self.say(id, &name, payload, &frame["metadata"]);
            }
            "USER_END_SESSION" => {
                self.say(id, "SESSION_END", json!({ "reason": "REASON_USER_END" }), &Value::Null);
            }
            _ => {}
        }
    }

    /// Adds an event to the session's log, and sends it to every tab that is connected to it.
    pub fn say(&mut self, id: &str, name: &str, payload: Value, metadata: &Value) {
        let session = self.server.sessions.get_mut(id).unwrap();
        let mut event = event(session.events.len() as u64 + 1, name, payload);
        event["id"] = json!(format!("{id} {}", session.events.len() + 1));
        event["metadata"] = metadata.clone();
        session.events.push(event.clone());
        for page in 0..self.pages.len() {
            if !self.server.is_silent && self.is_connected(page, id) {
                self.pages[page].client.receive(event.clone());
            }
        }
    }

    fn is_connected(&self, page: Page, id: &str) -> bool {
        let tab = &self.pages[page];
        let is_open = |(socket, _): &&(SocketId, String)| tab.client.socket == Some((*socket, true));
        tab.is_running && tab.socket.as_ref().filter(is_open).is_some_and(|(_, session)| session == id)
    }

    /// The network cuts every socket of a page.
    pub fn cut(&mut self, page: Page) {
        self.pages[page].client.drop_socket(1006);
    }

    /// The server forgets a session: its sockets are closed with 4001.
    pub fn expire(&mut self, id: &str) {
        self.server.sessions.get_mut(id).unwrap().is_gone = true;
        for page in 0..self.pages.len() {
            if self.is_connected(page, id) {
                self.pages[page].client.drop_socket(4001);
            }
        }
    }

    /// What the user wrote, as the server has it.
    pub fn log(&self, id: &str) -> Vec<String> {
        let is_written = |event: &&Value| event["type"] == "EVENT_TYPE_USER_MESSAGE";
        let events = self.server.sessions[id].events.iter().filter(is_written);
        events.map(|event| event["payload"]["text"].as_str().unwrap().to_owned()).collect()
    }

    /// How often the agent was asked to join.
    pub fn invitations(&self, id: &str) -> usize {
        let is_request = |event: &&Value| event["type"] == "EVENT_TYPE_REQUEST_POLY_AGENT_JOIN";
        self.server.sessions[id].events.iter().filter(is_request).count()
    }
}
