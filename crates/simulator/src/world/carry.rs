//! What the browser does with the engine's outputs.

use poly_messaging_engine::{
    Change, ConnectionView, Delivery, Event, EventBody, HttpOutcome, HttpRequest, Input, Line, Message, MessageBody,
    Output, RequestId,
};

use super::{Happening, Socket, World, note};
use crate::Sabotage;
use crate::device::Operation;

impl World {
    pub(super) fn carry_out(&mut self, page: usize, output: Output) {
        note!(self, "page {page}:   {output:?}");
        let is_told = match &output {
            Output::Share { text } | Output::SendText { text, .. } | Output::Tell { text } => text.contains("SECRET"),
            output => format!("{output:?}").contains("SECRET"),
        };
        if is_told {
            self.accuse("tokens", format!("a token in {output:?}"));
        }
        let load = self.pages[page].load;
        match output {
            Output::Change(Change::Append { .. }) if self.sabotage == Some(Sabotage::LosesChanges) => {}
            Output::Settle { .. } if self.sabotage == Some(Sabotage::LosesSettles) => {}
            Output::Http { id, request } => self.request(page, id, &request),
            Output::AskToken { id, .. } => {
                self.pages[page].requests.push(id);
                let result = self.supply_token();
                let at = self.now + self.random.among(10..=500);
                self.happenings.plan(at, Happening::Give { load, input: Input::Token { id, result } });
            }
            Output::Abort { id } => self.pages[page].requests.retain(|request| *request != id),
            Output::OpenSocket { socket, url } => self.open_socket(page, socket, &url),
            Output::SendText { socket, text } => self.send(page, socket, text),
            Output::CloseSocket { socket, code } => {
                if code == 4003 {
                    self.note_closed(page);
                }
                self.pages[page].watch.opened_at = None;
                match self.pages[page].socket.take() {
                    Some((id, link, _)) if id == socket => self.network.close(self.now, link),
                    other => self.accuse("sockets", format!("closes {socket}, but there is {other:?}")),
                }
                if code != 1000 && !(3000..5000).contains(&code) {
                    self.accuse("sockets", format!("no page may close a socket with {code}"));
                }
            }
            Output::Load { id, exclusive } => {
                self.note_load(page, id, exclusive);
                self.operate(page, Operation::Load { id, exclusive });
            }
            Output::Store { record } => self.operate(page, Operation::Store(record)),
            Output::Forget => self.operate(page, Operation::Forget),
            Output::Unlock => self.operate(page, Operation::Unlock),
            Output::Probe { id, timeout_ms, .. } => self.probe(page, id, timeout_ms),
            Output::PrepareJoin { id, .. } => {
                self.pages[page].requests.push(id);
                let at = self.now + self.random.among(0..=6_000);
                self.happenings.plan(at, Happening::Give { load, input: Input::JoinPrepared { id } });
            }
            Output::Tell { text } => {
                if text.contains(r#""op":"claimed""#) {
                    self.outbox.note_claim(page);
                }
                for other in (0..self.pages.len()).filter(|other| *other != page) {
                    let at = self.now + self.random.among(0..=10);
                    let (load, input) = (self.pages[other].load, Input::News { text: text.clone() });
                    self.happenings.plan(at, Happening::Give { load, input });
                }
            }
            Output::Share { text } => self.share(page, text),
            Output::Line(line) => {
                let there = &mut self.pages[page];
                if core::mem::replace(&mut there.reads_along, line == Line::Wait) && line == Line::Leave {
                    // If it gives up, it does so with the one whose socket it has.
                    there.watch.attempt = u32::MAX;
                }
                if there.reads_along {
                    there.watch.attempt_by = None;
                }
                let next = match line {
                    Line::Take => {
                        self.device.line.steal(load);
                        None
                    }
                    Line::Wait => {
                        let next = self.device.line.leave(load);
                        self.pass_line(next);
                        Some(load).filter(|_| self.device.line.lock(load))
                    }
                    Line::Leave => self.device.line.leave(load),
                };
                self.pass_line(next);
            }
            Output::Change(change) => self.change(page, change),
            Output::Event(event) => self.hear(page, *event),
            Output::Settle { call, result } => {
                if self.pages[page].calls.remove(&call).is_none() {
                    self.accuse("calls", format!("call {call} is settled, but not open: {result:?}"));
                }
            }
            Output::Log { .. } | Output::Frame { .. } => {}
        }
    }

    // --------------------------------------------------------------------------------------------------- the network

    fn request(&mut self, page: usize, id: RequestId, request: &HttpRequest) {
        let load = self.pages[page].load;
        self.pages[page].requests.push(id);
        self.note_attempt(page);
        let path = request.url.strip_prefix("https://api.example/api/v1").unwrap_or("?").to_owned();
        let header = request.headers.iter().find(|(name, _)| *name == "Authorization");
        let token = header.and_then(|(_, value)| value.strip_prefix("Bearer ")).map(str::to_owned);
        let timeout = Input::Http { id, outcome: HttpOutcome::Timeout };
        self.happenings.plan(self.now + u64::from(request.timeout_ms), Happening::Give { load, input: timeout });
        if self.network.is_dead() || self.server.trouble.unreachable {
            if self.random.chance(700) {
                let at = self.now + self.random.among(5..=500);
                let input = Input::Http { id, outcome: HttpOutcome::Network };
                self.happenings.plan(at, Happening::Give { load, input });
            }
            return;
        }
        let at = self.now + self.network.delay(true);
        self.happenings.plan(at, Happening::Request { load, id, path, token });
    }

    fn probe(&mut self, page: usize, id: RequestId, timeout_ms: u32) {
        let load = self.pages[page].load;
        self.pages[page].requests.push(id);
        self.note_probe(page, id);
        let is_answered = !self.network.is_dead() && !self.server.trouble.unreachable;
        let wait = if is_answered {
            self.network.delay(true) + self.network.delay(false)
        } else if self.random.chance(700) {
            self.random.among(5..=500)
        } else {
            u64::from(timeout_ms)
        };
        let wait = wait.min(u64::from(timeout_ms));
        let input = Input::Probed { id, is_answered };
        self.happenings.plan(self.now + wait, Happening::Give { load, input });
    }

    fn open_socket(&mut self, page: usize, number: u32, url: &str) {
        if let Some(there) = self.pages[page].socket {
            return self.accuse("sockets", format!("opens {number}, but there is {there:?}"));
        }
        self.counts.sockets += 1;
        let query = url.split_once('?').map_or("", |(_, query)| query);
        let value = |key: &str| query.split('&').find_map(|pair| pair.strip_prefix(key)).map(str::to_owned);
        let link = self.network.connect(self.now, !self.server.trouble.unreachable);
        self.sockets.push(Socket {
            load: self.pages[page].load,
            number,
            session: value("session_id=").unwrap_or_default(),
            token: value("access_token=").unwrap_or_default(),
            cursor: value("cursor=").and_then(|cursor| cursor.parse().ok()),
        });
        self.pages[page].socket = Some((number, link, false));
        self.note_attempt(page);
        self.pages[page].reads_along = false;
    }

    fn send(&mut self, page: usize, number: u32, text: String) {
        let Some((_, link, _)) = self.pages[page].socket.filter(|(id, _, is_open)| *id == number && *is_open) else {
            return self.accuse("sockets", format!("writes to {number}, which is not open: {text}"));
        };
        if text.contains("EVENT_TYPE_HEARTBEAT") {
            self.note_heartbeat(page);
        }
        if text.contains("EVENT_TYPE_USER_MESSAGE") {
            self.counts.written += 1;
            match self.entrusted.iter().position(|frame| *frame == text) {
                Some(at) => drop(self.entrusted.swap_remove(at)),
                None => self.outbox.note_writer(&text, self.pages[page].load),
            }
            if self.sabotage == Some(Sabotage::WritesTwice) {
                self.network.write(self.now, link, text.clone());
            }
            if self.sabotage == Some(Sabotage::LosesAMessage) && self.outbox.sent.len() > 1 && self.sabotaged == 0 {
                // The echo comes back as though it had arrived.
                self.sabotaged += 1;
                let echo = text.replacen("\"payload\":{", "\"payload\":{\"message_id\":\"none\",", 1);
                self.network.send(self.now, link, &echo, false);
                return;
            }
        }
        self.network.write(self.now, link, text);
    }

    /// Tells the other tabs, each in its time, and all that this page tells in its order.
    fn share(&mut self, page: usize, text: String) {
        if let Some(frame) = text.strip_prefix("1W").and_then(|text| text.splitn(4, '\n').nth(3)) {
            self.outbox.note_writer(frame, self.pages[page].load);
            self.entrusted.push(frame.to_owned());
        }
        let at = (self.now + self.random.among(0..=10)).max(self.told_by[page]);
        self.told_by[page] = at;
        for other in (0..self.pages.len()).filter(|other| *other != page) {
            let (load, input) = (self.pages[other].load, Input::News { text: text.clone() });
            self.happenings.plan(at, Happening::Give { load, input });
        }
    }

    fn operate(&mut self, page: usize, operation: Operation) {
        self.pages[page].storage.push_back(operation);
        let load = self.pages[page].load;
        self.begin_operation(load);
    }

    // --------------------------------------------------------------------------------------------------- what is told

    fn change(&mut self, page: usize, change: Change) {
        match &change {
            Change::Connection { connection } => {
                self.note_connection(page, connection);
                self.try_at_once(page, connection);
            }
            Change::Session { session: Some(view) } => {
                let before = self.pages[page].session.replace(view.id.clone());
                self.pages[page].watch.session_at = self.now;
                if let Some(before) = before.filter(|before| *before != view.id) {
                    self.counts.replaced += 1;
                    self.check_given_up(page, &before, "replaced");
                }
                if let Some(stored) = self.device.session().filter(|stored| *stored != view.id).map(str::to_owned) {
                    self.check_given_up(page, &stored, "not taken up");
                }
                if view.resumed {
                    self.counts.resumed += 1;
                }
            }
            Change::Session { session: None } => self.outbox.lose_session(self.now),
            Change::Ended { ended: Some(ended) } if ended.reason == "REASON_SESSION_LOST" => {
                if let Some(session) = self.pages[page].session.clone() {
                    self.check_given_up(page, &session, "ended");
                }
                self.outbox.end(self.pages[page].load);
            }
            Change::Ended { ended: Some(_) } => self.outbox.end(self.pages[page].load),
            Change::Insert { message, .. } | Change::Replace { message, .. } => self.note_message(message),
            _ => {}
        }
        if matches!(change, Change::Connection { connection: ConnectionView::Open }) {
            self.counts.opened += 1;
        }
        self.pages[page].state.apply(change);
    }

    fn try_at_once(&mut self, page: usize, connection: &ConnectionView) {
        let is_lost = matches!(connection, ConnectionView::Reconnecting { .. } | ConnectionView::Failed { .. });
        if is_lost && self.sabotage == Some(Sabotage::TriesAtOnce) {
            let (load, call) = (self.pages[page].load, self.pages[page].call("reconnect"));
            self.happenings.plan(self.now + 10, Happening::Give { load, input: Input::Reconnect { call } });
        }
    }

    fn note_message(&mut self, message: &Message) {
        if let MessageBody::User { draft_id: Some(draft_id), delivery: Delivery::Failed, error, .. } = &message.body {
            let code = error.as_ref().map(|error| error.code);
            self.outbox.fail(draft_id, code.unwrap_or(poly_messaging_engine::ErrorCode::Internal));
        }
    }

    fn hear(&mut self, page: usize, event: Event) {
        match event.body {
            EventBody::MessageConfirmed { draft_id, .. } => {
                self.note_use(page);
                self.outbox.confirm(&draft_id);
            }
            EventBody::MessageFailed { draft_id, error } => self.outbox.fail(&draft_id, error.code),
            EventBody::Reconnecting { attempt, retry_in_ms, .. } => self.note_pause(page, attempt, retry_in_ms),
            _ => {}
        }
    }

    /// A session must not be given up while the server has it, unless somebody wanted that.
    fn check_given_up(&mut self, page: usize, session: &str, how: &str) {
        let is_excused = self.given_up.iter().any(|other| other == session)
            || self.device.traits.storage_fault != crate::scenario::StorageFault::None
            || self.went_without_record(page);
        if !is_excused && self.server.has(self.now, session) {
            self.accuse("sessions", format!("page {page}: {session} was {how} while the server had it"));
        }
    }
}
