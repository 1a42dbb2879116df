//! Whatever is swallowed, swapped and said twice on the way: the client ends with the transcript that the server has, and
//! the server with each message of the user once, in order.

mod support;

use poly_messaging_engine::Delivery;
use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;
use serde_json::{Value, json};
use support::*;

/// What becomes of one frame from the server.
#[derive(Debug, Clone, Copy)]
enum Fate {
    Arrives,
    Swallowed,
    Twice,
    /// Arrives behind the next ones, by so many milliseconds.
    Late(u64),
}

#[derive(Debug, Clone)]
enum Act {
    /// The agent says something: whole, or in so many pieces.
    Say(u8),
    /// The user sends something, and the server receives it or does not.
    Send(bool),
    Pass(u64),
    Drop,
}

fn fate() -> impl Strategy<Value = Fate> {
    prop_oneof![
        4 => Just(Fate::Arrives),
        2 => Just(Fate::Swallowed),
        1 => Just(Fate::Twice),
        2 => (1u64..2_500).prop_map(Fate::Late),
    ]
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        4 => (0u8..5).prop_map(Act::Say),
        2 => prop::bool::weighted(0.7).prop_map(Act::Send),
        3 => (1u64..4_000).prop_map(Act::Pass),
        1 => Just(Act::Drop),
    ]
}

/// A server with a history, and a way to its client that may do anything with what is said live, and only be slow with
/// the parts of a replay.
struct World {
    client: Client,
    log: Vec<Value>,
    /// What is under way to the client's socket of that number, and when it arrives.
    late: Vec<(u64, usize, Vec<Value>)>,
    fates: Vec<Fate>,
    /// By how many milliseconds the first part of a replay is late.
    delays: Vec<u64>,
    told: usize,
    /// Frames of the client that were looked at.
    read: usize,
    /// What becomes of the user's next message.
    receives: bool,
    sent: usize,
    said: usize,
}

impl World {
    fn new(fates: Vec<Fate>, delays: Vec<u64>) -> Self {
        let mut log = vec![session_start(1), event(2, "POLY_AGENT_JOINED", json!({ "agent_name": "Ada" }))];
        log.extend((3..=10).map(|sequence| agent_message(sequence, "Hello")));
        let mut client = Client::connected();
        client.history(log.iter().cloned());
        client.frames.clear();
        Self { client, log, late: vec![], fates, delays, told: 0, read: 0, receives: true, sent: 0, said: 0 }
    }

    fn next_sequence(&self) -> u64 {
        self.log.len() as u64 + 1
    }

    fn fate(&mut self) -> Fate {
        self.told += 1;
        self.fates[self.told % self.fates.len()]
    }

    /// Adds an event to the history, and tells the client.
    fn happen(&mut self, event: Value) {
        self.log.push(event.clone());
        let socket = self.client.urls.len();
        match self.fate() {
            Fate::Swallowed => {}
            Fate::Late(ms) => self.late.push((self.client.now + ms, socket, vec![event])),
            fate => {
                for _ in 0..if matches!(fate, Fate::Twice) { 2 } else { 1 } {
                    if self.client.socket.is_some_and(|(_, is_open)| is_open) && socket == self.client.urls.len() {
                        self.client.receive(&event);
                    }
                }
            }
        }
        self.serve();
    }

    /// Opens the socket that the client asks for, replays from its cursor, and takes what the client has written.
    fn serve(&mut self) {
        if self.client.socket.is_some_and(|(_, is_open)| !is_open) {
            self.client.open();
            let socket = self.client.urls.len();
            let url = &self.client.urls[socket - 1];
            let cursor: u64 = url.split("&cursor=").nth(1).map_or(0, |cursor| cursor.parse().unwrap());
            let missed: Vec<_> =
                self.log.iter().filter(|event| event["sequence"].as_u64() > Some(cursor)).cloned().collect();
            // In two batches, of which the first may be behind the second and behind the heartbeat's echo.
            let (older, newer) = missed.split_at(missed.len() / 2);
            match self.delays[socket % self.delays.len()] {
                0 => self.client.history(older.iter().cloned()),
                ms => self.late.push((self.client.now + ms, socket, older.to_vec())),
            }
            self.client.history([session_start(1)].into_iter().chain(newer.iter().cloned()));
            self.client.receive(json!({ "type": "EVENT_TYPE_HEARTBEAT", "payload": {} }));
        }
        while self.read < self.client.frames.len() {
            let frame = self.client.frames[self.read].clone();
            self.read += 1;
            if frame["type"] == "EVENT_TYPE_USER_MESSAGE" && core::mem::replace(&mut self.receives, true) {
                let id = frame["metadata"]["custom"]["client_event_id"].as_str().unwrap();
                let echo = echo(self.next_sequence(), id, frame["payload"]["text"].as_str().unwrap());
                self.happen(echo);
            } else if frame["type"] == "EVENT_TYPE_HEARTBEAT" && self.client.socket.is_some_and(|(_, open)| open) {
                self.client.receive(json!({ "type": "EVENT_TYPE_HEARTBEAT", "payload": {} }));
            }
        }
    }

    fn pass(&mut self, ms: u64) {
        for _ in 0..ms.div_ceil(50) {
            self.client.pass(50);
            let now = self.client.now;
            let (due, late) = core::mem::take(&mut self.late).into_iter().partition(|(at, ..)| *at <= now);
            self.late = late;
            for (_, socket, events) in due {
                let is_open = self.client.socket.is_some_and(|(_, is_open)| is_open);
                // What was under way to a socket that is gone is gone.
                if is_open && socket == self.client.urls.len() {
                    self.client.history(events);
                }
            }
            self.serve();
        }
    }

    fn act(&mut self, act: &Act) {
        match act {
            Act::Say(0) => {
                let sequence = self.next_sequence();
                self.happen(agent_message(sequence, &format!("said {sequence}")));
            }
            Act::Say(pieces) => {
                self.said += 1;
                let id = format!("stream {}", self.said);
                for index in 1..=u32::from(*pieces) {
                    let sequence = self.next_sequence();
                    self.happen(chunk(sequence, &id, index, &format!("{index} "), index == u32::from(*pieces)));
                }
            }
            Act::Send(arrives) => {
                self.receives &= arrives;
                self.sent += 1;
                let draft = format!("d{}", self.sent);
                self.client.send(&draft, &draft);
                self.serve();
            }
            Act::Pass(ms) => self.pass(*ms),
            Act::Drop => {
                if self.client.socket.is_some_and(|(_, is_open)| is_open) {
                    self.client.drop_socket(1006);
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 1_500,
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct("tests/repair.regressions"))),
        ..ProptestConfig::default()
    })]

    #[test]
    fn what_is_swallowed_swapped_or_said_twice_ends_as_the_server_has_it(
        acts in prop::collection::vec(act(), 1..25),
        fates in prop::collection::vec(fate(), 1..40),
        delays in prop::collection::vec(prop_oneof![Just(0u64), 1_000u64..2_900], 1..8),
    ) {
        let mut world = World::new(fates, delays);
        for act in &acts {
            world.act(act);
        }
        // In the end all is well, and what the server says shows whether anything is missing before it.
        world.fates = vec![Fate::Arrives];
        world.delays = vec![0];
        world.pass(60_000);
        let sequence = world.next_sequence();
        world.happen(agent_message(sequence, "the end"));
        world.pass(60_000);

        // The texts of a client to which the whole history came in order.
        let mut calm = Client::connected();
        calm.history(world.log.iter().cloned());
        prop_assert_eq!(world.client.texts(), calm.texts());

        let arrived: Vec<_> = world.log.iter().filter_map(|event| event["metadata"]["custom"]["client_event_id"].as_str()).collect();
        let sent: Vec<_> = (1..=world.sent).map(|number| format!("d{number}")).collect();
        prop_assert_eq!(&arrived, &sent);
        for draft in &sent {
            prop_assert_eq!(world.client.delivery(draft), Some(Delivery::Sent));
        }
    }
}
