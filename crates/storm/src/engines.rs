//! Clients that are the engine itself: everything it asks for while it comes back, not sockets alone.

use poly_messaging_engine::{
    Change, Config, ConnectionView, Engine, HttpOutcome, Input, Now, OnSessionLost, Options, Output, RequestId,
    SocketId,
};

use crate::queue::Queue;
use crate::rng::{Rng, between};
use crate::server::{Load, Outage, ROUND_TRIP_MS};

/// Milliseconds after the server's return at which a run ends.
const PATIENCE_MS: u32 = 300_000;
/// The engines' monotonic clock when the outage begins, and the wall clock, in milliseconds.
const BEGIN: Now = Now { mono: 1_000_000, wall: 1_780_000_000_000 };

/// What came of a run.
#[derive(Debug, Default)]
pub struct Course {
    /// The sockets asked for.
    pub load: Load,
    /// Probes made.
    pub probes: u32,
    /// Access tokens asked for.
    pub tokens: u32,
    /// Sessions asked for.
    pub sessions: u32,
    /// When each client was back, in milliseconds since the outage began.
    pub back: Vec<Option<u32>>,
    /// Clients that gave up.
    pub gave_up: u32,
    /// Clients that came back with another session although the server still had theirs.
    pub replaced: u32,
}

/// What a client is waiting for.
enum Due {
    Deadline,
    SocketAtServer(SocketId),
    SocketOpened(SocketId),
    SocketClosed(SocketId),
    RequestAtServer(RequestId, Request),
    Http(RequestId, HttpOutcome),
    Probed(RequestId, bool),
}

enum Request {
    Probe,
    Token,
    Session,
}

struct Client {
    engine: Engine,
    number: u32,
    /// Milliseconds to the server and back.
    trip: u32,
    session: String,
    /// In milliseconds since the outage began.
    deadline: Option<u32>,
}

struct Run<'a> {
    outage: &'a Outage,
    has_front: bool,
    queue: Queue<(u32, Due)>,
    course: Course,
}

/// Runs `count` engines, each with a conversation under way, through `outage`. While the server is down, HTTP requests get
/// a 503 where it `has_front` (a load balancer, say), and no answer at all otherwise.
pub fn run(outage: &Outage, has_front: bool, count: u32, seed: u64) -> Course {
    let mut rng = Rng::new(seed);
    let course = Course { back: vec![None; count as usize], ..Course::default() };
    let mut run = Run { outage, has_front, queue: Queue::new(outage.down_ms + PATIENCE_MS), course };
    let mut clients = Vec::with_capacity(count as usize);
    for number in 0..count {
        let trip = between(rng.next(), ROUND_TRIP_MS.0, ROUND_TRIP_MS.1);
        let seed = (u64::from(rng.next()) << 32) | u64::from(rng.next());
        let (engine, socket) = connected(number, seed);
        run.queue.put(trip / 2, (number, Due::SocketClosed(socket)));
        clients.push(Some(Client { engine, number, trip, session: session_of(number), deadline: None }));
    }
    while let Some((now, events)) = run.queue.next() {
        for (number, due) in events {
            let client = &mut clients[number as usize];
            if client.as_mut().is_some_and(|client| run.handle(client, now, due)) {
                *client = None;
            }
        }
    }
    run.course
}

impl Run<'_> {
    /// Whether the client is done: back, or given up.
    fn handle(&mut self, client: &mut Client, now: u32, due: Due) -> bool {
        let input = match due {
            Due::Deadline if client.deadline != Some(now) => return false,
            Due::Deadline => Input::Deadline,
            Due::SocketAtServer(socket) => {
                let is_accepted = self.outage.admit(&mut self.course.load, now);
                let answer = if is_accepted { Due::SocketOpened(socket) } else { Due::SocketClosed(socket) };
                self.put_after_half_a_trip(client, now, answer);
                return false;
            }
            Due::RequestAtServer(id, request) => {
                let answer = self.answer(client, now, id, request);
                self.put_after_half_a_trip(client, now, answer);
                return false;
            }
            Due::SocketOpened(socket) => Input::SocketOpened { socket },
            Due::SocketClosed(socket) => Input::SocketClosed { socket, code: 1006 },
            Due::Http(id, outcome) => Input::Http { id, outcome },
            Due::Probed(id, is_answered) => Input::Probed { id, is_answered },
        };
        let mono = BEGIN.mono + u64::from(now);
        let step = client.engine.handle(Now { mono, wall: BEGIN.wall + u64::from(now) }, input);
        client.deadline = step.deadline.map(|deadline| (deadline.at - BEGIN.mono) as u32);
        if let Some(deadline) = client.deadline {
            self.queue.put(deadline, (client.number, Due::Deadline));
        }
        let mut is_done = false;
        for output in step.outputs {
            is_done |= self.carry_out(client, now, output);
        }
        is_done
    }

    fn carry_out(&mut self, client: &mut Client, now: u32, output: Output) -> bool {
        match output {
            Output::OpenSocket { socket, .. } => self.put_after_half_a_trip(client, now, Due::SocketAtServer(socket)),
            Output::Probe { id, .. } => {
                self.put_after_half_a_trip(client, now, Due::RequestAtServer(id, Request::Probe));
            }
            Output::Http { id, request } => {
                let kind = if request.url.ends_with("/sessions") { Request::Session } else { Request::Token };
                self.put_after_half_a_trip(client, now, Due::RequestAtServer(id, kind));
            }
            Output::Change(Change::Session { session: Some(session) }) => client.session = session.id,
            Output::Change(Change::Connection { connection: ConnectionView::Open }) => {
                self.course.back[client.number as usize] = Some(now);
                self.course.replaced += u32::from(client.session != session_of(client.number));
                return true;
            }
            Output::Change(Change::Connection { connection: ConnectionView::Failed { .. } }) => {
                self.course.gave_up += 1;
                return true;
            }
            _ => {}
        }
        false
    }

    fn answer(&mut self, client: &Client, now: u32, id: RequestId, request: Request) -> Due {
        let is_up = now >= self.outage.down_ms;
        let body = match request {
            Request::Probe => {
                self.course.probes += 1;
                return Due::Probed(id, is_up || self.has_front);
            }
            Request::Token => {
                self.course.tokens += 1;
                TOKEN.to_owned()
            }
            Request::Session => {
                self.course.sessions += 1;
                format!(r#"{{"session_id":"{}, number {id}"}}"#, session_of(client.number))
            }
        };
        let response = |status, body| HttpOutcome::Response { status, retry_after: None, body };
        let outcome = match (is_up, self.has_front) {
            (true, _) => response(200, body),
            (false, true) => response(503, String::new()),
            (false, false) => HttpOutcome::Network,
        };
        Due::Http(id, outcome)
    }

    fn put_after_half_a_trip(&mut self, client: &Client, now: u32, due: Due) {
        self.queue.put(now + client.trip / 2, (client.number, due));
    }
}

/// A client with a conversation under way, and its socket.
fn connected(number: u32, seed: u64) -> (Engine, SocketId) {
    let config = Config::parse(options()).expect("the options are good");
    let mut engine = Engine::new(config, seed, BEGIN);
    let mut pending = vec![Input::Start];
    let mut open = None;
    while let Some(input) = pending.pop() {
        for output in engine.handle(BEGIN, input).outputs {
            match output {
                Output::Http { id, request } => {
                    let body = if request.url.ends_with("/sessions") {
                        format!(r#"{{"session_id":"{}"}}"#, session_of(number))
                    } else {
                        TOKEN.to_owned()
                    };
                    let outcome = HttpOutcome::Response { status: 200, retry_after: None, body };
                    pending.push(Input::Http { id, outcome });
                }
                Output::OpenSocket { socket, .. } => {
                    open = Some(socket);
                    // The last one is taken first.
                    pending.push(Input::SocketText { socket, text: HISTORY.to_owned() });
                    pending.push(Input::SocketOpened { socket });
                }
                _ => {}
            }
        }
    }
    (engine, open.expect("a socket is opened"))
}

fn session_of(number: u32) -> String {
    format!("session of {number}")
}

fn options() -> Options {
    Options {
        api_url: "https://api.example/api/v1".into(),
        socket_url: "wss://api.example/ws".into(),
        host_identifier: "https://www.example.com".into(),
        connector_token: Some("connector".into()),
        streaming: true,
        platform: "web".into(),
        device_type: "desktop".into(),
        on_session_lost: OnSessionLost::Restart,
        heartbeat_interval_ms: 30_000,
        session_timeout_ms: 600_000,
        confirm_timeout_ms: 5_000,
        persistent: false,
        shares: false,
        fresh: false,
        before_agent_join: false,
        max_reconnect_attempts: 10,
    }
}

const TOKEN: &str = r#"{"access_token":"token","expires_in":86400,"token_type":"Bearer"}"#;
const HISTORY: &str = r#"{"type":"EVENT_TYPE_EVENT_BATCH","payload":{"events":[
    {"id":"1","sequence":1,"timestamp":"2026-05-18T10:00:00Z","type":"EVENT_TYPE_SESSION_START","payload":{}},
    {"id":"2","sequence":2,"timestamp":"2026-05-18T10:00:00Z","type":"EVENT_TYPE_POLY_AGENT_JOINED","payload":{}}]}}"#;
