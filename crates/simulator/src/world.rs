//! Binds the parts: one queue of what is to happen, one clock, and the pages, the network and the server around them.

mod carry;
mod deeds;
mod verdict;
mod watch;

use poly_messaging_engine::{AccessToken, Deadline, HttpOutcome, Input, Now, RequestId};

use crate::device::{Device, Load, Operation};
use crate::network::{Delivery, LinkId, Network};
use crate::page::Page;
use crate::random::Random;
use crate::scenario::{Deed, Scenario};
use crate::schedule::Schedule;
use crate::server::{Act, Server};
use crate::user::Outbox;
use crate::{Counts, Sabotage, Violation};

/// Virtual time begins here: late enough that nothing is near zero.
const START: u64 = 1_000_000;

/// Something that was planned.
enum Happening {
    Deed(Deed),
    /// A request reaches the server.
    Request {
        load: Load,
        id: RequestId,
        path: String,
        token: Option<String>,
    },
    /// Something is to be given to a page.
    Give {
        load: Load,
        input: Input,
    },
    /// The lock on the socket of all was granted.
    LineFree {
        load: Load,
    },
    /// The next operation on the record is done.
    Storage {
        load: Load,
    },
}

/// What the simulation knows of a socket.
struct Socket {
    load: Load,
    number: u32,
    session: String,
    token: String,
    cursor: Option<u64>,
}

/// Everything.
pub(crate) struct World {
    pub(crate) now: u64,
    random: Random,
    scenario: Scenario,
    network: Network,
    server: Server,
    device: Device,
    pages: Vec<Page>,
    sockets: Vec<Socket>,
    happenings: Schedule<Happening>,
    outbox: Outbox,
    /// When what each page told last arrives everywhere; what one tells is heard in its order.
    told_by: Vec<u64>,
    /// Frames that a page has another one write.
    entrusted: Vec<String>,
    /// Sessions whose end a user wanted.
    given_up: Vec<String>,
    /// Since when neither the network nor the server has any trouble.
    calm_since: Option<u64>,
    sabotage: Option<Sabotage>,
    sabotaged: u32,
    pub(crate) counts: Counts,
    pub(crate) violations: Vec<Violation>,
    pub(crate) trace: Option<Vec<String>>,
}

/// Adds a line to the trace, where one is kept.
macro_rules! note {
    ($world:expr, $($text:tt)*) => {
        if $world.trace.is_some() {
            let line = format!($($text)*);
            $world.add_line(line);
        }
    };
}
pub(crate) use note;

impl World {
    pub(crate) fn new(seed: u64, sabotage: Option<Sabotage>, is_traced: bool) -> Self {
        let mut random = Random::new(seed);
        let scenario = Scenario::of(&mut random.split());
        let mut server = Server::new(scenario.rules.clone(), random.split());
        server.sabotage = sabotage;
        let mut world = Self {
            now: START,
            network: Network::new(scenario.profile.clone(), random.split()),
            server,
            device: Device::new(scenario.device),
            pages: vec![],
            sockets: vec![],
            happenings: Schedule::new(),
            outbox: Outbox::default(),
            told_by: vec![0; scenario.pages],
            entrusted: vec![],
            given_up: vec![],
            calm_since: Some(START),
            sabotage,
            sabotaged: 0,
            counts: Counts::default(),
            violations: vec![],
            trace: is_traced.then(Vec::new),
            random,
            scenario,
        };
        for (at, deed) in world.scenario.deeds.clone() {
            world.happenings.plan(START + at, Happening::Deed(deed));
        }
        world
    }

    /// The whole conversation, from the first load to the last call.
    pub(crate) fn run(&mut self) {
        note!(self, "{:?} {:?} {:?}", self.scenario.profile, self.scenario.rules, self.scenario.device);
        for page in 0..self.scenario.pages {
            self.load_page(page, 0);
        }
        self.pass_until(START + self.scenario.duration);
        self.heal();
        self.conclude();
    }

    /// Lets time pass, with all that happens in it.
    fn pass_until(&mut self, end: u64) {
        while self.violations.is_empty() {
            let wakes = self.pages.iter().filter_map(|page| page.wake.filter(|_| page.runs()));
            let next = wakes.chain(self.network.next()).chain(self.server.next()).chain(self.happenings.next()).min();
            let Some(next) = next.filter(|next| *next <= end) else { break };
            self.now = self.now.max(next);
            self.take_turn();
        }
        self.now = self.now.max(end);
    }

    /// Does one thing that is due.
    fn take_turn(&mut self) {
        if let Some((link, delivery)) = self.network.take_due(self.now) {
            self.deliver(link, delivery);
        } else if self.server.next().is_some_and(|at| at <= self.now) {
            self.server.wake(self.now);
        } else if let Some(happening) = self.happenings.take_due(self.now) {
            self.happen(happening);
        } else {
            let due = |page: &Page| page.runs() && page.wake.is_some_and(|at| at <= self.now);
            if let Some(page) = self.pages.iter().position(due) {
                self.pages[page].wake = None;
                self.give(page, Input::Deadline);
            }
        }
        self.let_server_act();
        self.watch();
    }

    fn deliver(&mut self, link: LinkId, delivery: Delivery) {
        let socket = &self.sockets[link];
        let (load, number) = (socket.load, socket.number);
        let input = match delivery {
            Delivery::Handshake if self.server.trouble.unreachable => return,
            Delivery::Handshake => {
                let (session, token) = (socket.session.clone(), socket.token.clone());
                note!(self, "server: handshake {link} on {session}, cursor {:?}", self.sockets[link].cursor);
                let cursor = self.sockets[link].cursor;
                return self.server.shake_hands(self.now, link, &session, &token, cursor);
            }
            Delivery::ToServer(text) => {
                let is_swallowed = self.server.receive(self.now, link, &text);
                self.counts.swallowed += u64::from(is_swallowed);
                let how = if is_swallowed { "swallows" } else { "receives" };
                note!(self, "server: {how} on {link}: {text}");
                return;
            }
            Delivery::ServerSeesEnd => return self.server.see_end(link),
            Delivery::Opened => Input::SocketOpened { socket: number },
            Delivery::ToClient(text) => Input::SocketText { socket: number, text },
            Delivery::Closed(code) => Input::SocketClosed { socket: number, code },
        };
        let page = &mut self.pages[load.page];
        // Nothing is heard of a socket that the page has closed.
        if page.load == load && page.socket.is_some_and(|(id, _, _)| id == number) {
            self.hand(load, input);
        }
    }

    fn happen(&mut self, happening: Happening) {
        match happening {
            Happening::Deed(deed) => self.do_deed(deed),
            Happening::Give { load, input } => self.hand(load, input),
            Happening::LineFree { load } => {
                if self.device.line.is_held_by(load) {
                    self.hand(load, Input::LineFree);
                }
            }
            Happening::Storage { load } => self.finish_operation(load),
            Happening::Request { load, id, path, token } => {
                if self.network.is_dead() || self.server.trouble.unreachable {
                    return;
                }
                let answer = self.server.answer(self.now, &path, token.as_deref());
                note!(self, "server: answers {path} with {} {}", answer.status, answer.body);
                if answer.status == 200 && path.ends_with("/sessions") && self.pages[load.page].load == load {
                    self.note_session_made(load.page);
                }
                let body = answer.body;
                let outcome = HttpOutcome::Response { status: answer.status, retry_after: answer.retry_after, body };
                let at = self.now + self.network.delay(false);
                self.happenings.plan(at, Happening::Give { load, input: Input::Http { id, outcome } });
            }
        }
    }

    /// What the server decided goes out.
    fn let_server_act(&mut self) {
        for act in self.server.take_acts() {
            match act {
                Act::Accept(link) => self.network.open(self.now, link),
                Act::Refuse(link, status) => {
                    note!(self, "server: refuses {link} with {status}");
                    self.network.end(self.now, link, 1006);
                }
                Act::End(link, code) => {
                    note!(self, "server: ends {link} with {code}");
                    self.network.end(self.now, link, code);
                }
                Act::Send { link, text, live } => {
                    let is_missing = self.network.send(self.now, link, &text, live.is_some());
                    let how = if is_missing { "loses" } else { "sends" };
                    note!(self, "server: {how} on {link}: {text}");
                    if let Some(sequence) = live.filter(|_| is_missing) {
                        self.counts.missing += 1;
                        // Those that read along with this page do not see it either.
                        let load = self.sockets[link].load;
                        for page in self.pages.iter_mut().filter(|page| page.load == load || page.reads_along) {
                            page.watch.missing.push(sequence);
                        }
                    }
                }
            }
        }
    }

    /// Gives something to a page, or keeps it until the page runs.
    fn hand(&mut self, load: Load, input: Input) {
        let page = &mut self.pages[load.page];
        if page.load != load {
            return;
        }
        if let Input::Http { id, .. }
        | Input::Token { id, .. }
        | Input::Probed { id, .. }
        | Input::JoinPrepared { id } = &input
        {
            // The first answer counts, and none after an abort.
            let Some(at) = page.requests.iter().position(|request| request == id) else { return };
            page.requests.remove(at);
        }
        if page.runs() {
            self.give(load.page, input);
        } else {
            page.inbox.push_back(input);
        }
    }

    /// Gives an input to an engine and carries out what follows.
    fn give(&mut self, page: usize, input: Input) -> bool {
        if self.sabotage == Some(Sabotage::DropsCloses) && matches!(input, Input::SocketClosed { .. }) {
            return true;
        }
        match &input {
            Input::SocketOpened { socket } => {
                if let Some((id, _, is_open)) = &mut self.pages[page].socket
                    && id == socket
                {
                    *is_open = true;
                }
                self.note_opened(page);
            }
            Input::SocketClosed { .. } => {
                self.pages[page].socket = None;
                self.note_closed(page);
            }
            Input::Reconnect { .. } if self.sabotage == Some(Sabotage::TriesAtOnce) => {}
            Input::Reconnect { .. } | Input::Restart { .. } => self.pages[page].watch.sessions_made.clear(),
            _ => {}
        }
        note!(self, "page {page}: {}", Self::show(&input));
        self.note_input(page, &input);
        // Whoever writes asks for a connection, where there is none and none is tried for.
        let may_ask = matches!(input, Input::Send { .. } | Input::Retry { .. }) && self.pages[page].is_down();
        let now = self.clock();
        let step = self.pages[page].engine.handle(now, input);
        if let Some(error) = &step.refused {
            note!(self, "page {page}:   refused: {error:?}");
        }
        let refused = step.refused.is_some();
        for output in step.outputs {
            self.carry_out(page, output);
        }
        if may_ask && !self.pages[page].is_down() {
            self.pages[page].watch.sessions_made.clear();
        }
        let stood_still = self.device.stood_still;
        let deadline = step.deadline.map(|deadline| Deadline { at: deadline.at + stood_still, ..deadline });
        let page = &mut self.pages[page];
        page.deadline = deadline;
        page.wake = deadline.map(|deadline| {
            let late = if self.sabotage == Some(Sabotage::DelaysTimers) { 5_000 } else { 0 };
            let on_time = deadline.at + late + self.random.among(0..=self.scenario.device.slack);
            if page.lateness == 0 { on_time } else { on_time.next_multiple_of(page.lateness) }
        });
        if let Some(deadline) = deadline.filter(|deadline| deadline.at <= self.now) {
            self.accuse("deadline", format!("the deadline {deadline:?} has passed at {}", self.now));
        }
        !refused
    }

    /// What the device's clocks say.
    pub(crate) fn clock(&self) -> Now {
        Now { mono: self.now - self.device.stood_still, wall: self.device.epoch + self.now }
    }

    fn load_page(&mut self, page: usize, number: u32) {
        let load = Load { page, number };
        note!(self, "page {page}: load {number}");
        let new = Page::new(load, &self.scenario, self.random.number(), self.clock());
        if page < self.pages.len() {
            self.pages[page] = new
        } else {
            self.pages.push(new)
        }
        if self.device.traits.is_always_offline {
            self.give(page, Input::Page(poly_messaging_engine::PageEvent::Offline));
        }
        self.give(page, Input::Start);
        let call = self.pages[page].call("ready");
        self.give(page, Input::Ready { call });
    }

    // ----------------------------------------------------------------------------------------------------- the record

    /// Begins with the next operation on the record, if there is one.
    fn begin_operation(&mut self, load: Load) {
        let page = &mut self.pages[load.page];
        if page.load != load || page.is_storage_busy || !page.runs() {
            return;
        }
        let Some(operation) = page.storage.front() else { return };
        page.is_storage_busy = true;
        let hangs = self.device.traits.storage_fault == crate::scenario::StorageFault::Hangs;
        if hangs || matches!(operation, Operation::Load { exclusive: true, .. }) && !self.device.lock.lock(load) {
            return;
        }
        self.plan_operation(load);
    }

    fn plan_operation(&mut self, load: Load) {
        let at = self.now + self.random.among(0..=self.device.traits.storage);
        self.happenings.plan(at, Happening::Storage { load });
    }

    fn finish_operation(&mut self, load: Load) {
        let page = &mut self.pages[load.page];
        if page.load != load {
            return;
        }
        let Some(operation) = page.storage.pop_front() else { return };
        page.is_storage_busy = false;
        match operation {
            Operation::Load { id, .. } => {
                let record = self.device.record.clone();
                self.hand(load, Input::Loaded { id, record });
            }
            Operation::Store(record) => {
                note!(self, "page {}: stored {record}", load.page);
                self.device.store(record);
            }
            Operation::Forget => self.device.record = None,
            Operation::Unlock => {
                let next = self.device.lock.unlock(load);
                self.pass_lock(next);
            }
        }
        self.begin_operation(load);
    }

    fn pass_lock(&mut self, next: Option<Load>) {
        if let Some(next) = next {
            self.plan_operation(next);
        }
    }

    /// Who waits for the socket of all has the lock on it now.
    fn pass_line(&mut self, next: Option<Load>) {
        if let Some(load) = next {
            let at = self.now + self.random.among(0..=10);
            self.happenings.plan(at, Happening::LineFree { load });
        }
    }

    // -------------------------------------------------------------------------------------------------------- helpers

    /// A token that the application has from its own server.
    fn supply_token(&mut self) -> Result<AccessToken, String> {
        let answer = self.server.answer(self.now, "/access-token", None);
        let body: serde_json::Value = serde_json::from_str(&answer.body).expect("JSON");
        match body["access_token"].as_str() {
            Some(token) => Ok(AccessToken { access_token: token.to_owned(), expires_in: None }),
            None => Err("no token".to_owned()),
        }
    }

    pub(crate) fn accuse(&mut self, property: &'static str, what: String) {
        note!(self, "VIOLATION of {property}: {what}");
        self.violations.push(Violation { property, what });
    }

    pub(crate) fn add_line(&mut self, line: String) {
        let at = self.now - START;
        if let Some(trace) = &mut self.trace {
            trace.push(format!("{:>5}.{:03}  {line}", at / 1_000, at % 1_000));
        }
    }

    fn show(input: &Input) -> String {
        match input {
            Input::SocketText { socket, text } => format!("SocketText {socket}: {text}"),
            Input::Loaded { id, record } => format!("Loaded {id}: {record:?}"),
            other => format!("{other:?}"),
        }
    }
}
