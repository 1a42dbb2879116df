//! Hundreds of messages with a random fault before each: all arrive, once and in order.
//!
//! `E2E_SOAK=3000` says how many messages, `E2E_SEED=7` draws the same faults again: a run prints its seed.

use std::{
    collections::BTreeMap,
    env,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use e2e::{Chat, Setup};
use serde_json::{Value, json};

/// Messages, unless the environment says otherwise.
const MESSAGES: usize = 300;
/// Chats on the page at once: a fault costs seconds, of which most are pauses.
const CHATS: usize = 12;
/// Seconds that a message may take on average, all chats together: twice what it takes where much else runs beside it.
const SECONDS_PER_MESSAGE: f64 = 1.0;
/// The least that is allowed for all of it.
const LEAST_LIMIT: Duration = Duration::from_secs(180);

/// A small generator, for a plan that a seed gives again on any machine (xorshift64*).
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        usize::try_from(self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33).expect("31 bits") % bound
    }

    fn one_of<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.below(list.len())]
    }
}

/// A fault's name, and the calls of the control API that bring it about.
fn fault(random: &mut Random) -> (String, Value) {
    let rules = |rules: Value| json!({ "path": "/faults", "body": rules });
    let drop = |body: Value| json!({ "path": "/sessions/SESSION/drop", "body": body });
    let types = ["EVENT_TYPE_USER_MESSAGE", "EVENT_TYPE_USER_MESSAGE", "EVENT_TYPE_POLY_AGENT_MESSAGE_CHUNK"];
    match random.below(10) {
        0..6 => {
            let direction = *random.one_of(&["in", "out"]);
            let kind = if direction == "in" { types[0] } else { random.one_of(&types) };
            let action = *random.one_of(&["swallow", "delay", "duplicate", "reorder", "drop_before", "drop_after"]);
            // A frame in that is handled twice is a message of the server's own making; one in front of the next is
            // something that no stream does.
            let action = match (direction, action) {
                ("in", "duplicate" | "reorder") => "drop_after",
                (_, action) => action,
            };
            let rule = json!({
                "direction": direction, "type": kind, "action": action, "delay_ms": random.below(900),
                "skip": if kind == types[0] { 0 } else { random.below(8) },
            });
            let kind = kind.trim_start_matches("EVENT_TYPE_").to_lowercase();
            (format!("{action} {direction} {kind}"), json!([rules(json!({ "session": "SESSION", "frames": [rule] }))]))
        }
        6 => ("cut".to_owned(), json!([drop(json!({}))])),
        7 => {
            let code = *random.one_of(&[1001, 1011, 1012, 4002, 4003]);
            (format!("closed {code}"), json!([drop(json!({ "code": code, "delay_ms": random.below(50) }))]))
        }
        8 => {
            let status = *random.one_of(&[400, 401, 404, 429, 500, 503]);
            let refusal = rules(json!({ "session": "SESSION", "handshake": [{ "status": status }] }));
            (format!("refused {status}"), json!([refusal, drop(json!({}))]))
        }
        _ => ("frozen".to_owned(), json!([{ "path": "/sessions/SESSION/freeze", "body": {} }])),
    }
}

fn number(name: &str) -> Option<u64> {
    env::var(name).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{name} is {text:?}, and no number")))
}

#[test]
#[expect(clippy::print_stdout, reason = "the seed and the counts are what a soak is for")]
fn every_message_arrives_once_and_in_order_whatever_strikes() {
    let messages = number("E2E_SOAK").map_or(MESSAGES, |count| usize::try_from(count).expect("a count"));
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs();
    let seed = number("E2E_SEED").unwrap_or(now);
    println!("soak: seed {seed}");
    let mut random = Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    let limit = LEAST_LIMIT.max(Duration::from_secs_f64(messages as f64 * SECONDS_PER_MESSAGE));

    e2e::on_private_sandbox_within(limit, async |page, sandbox| {
        let setup = Setup { options: json!({ "confirmTimeoutMs": 400 }), ..Setup::default() };
        let first = Chat::greeted(page, sandbox, "soak", &setup).await;
        let begun = Instant::now();
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        let mut chats = Vec::new();
        for at in 0..CHATS {
            let texts: Vec<String> = (at..messages).step_by(CHATS).map(|number| format!("message {number}")).collect();
            let faults: Vec<Value> = texts
                .iter()
                .map(|_| {
                    let (name, calls) = fault(&mut random);
                    *counts.entry(name).or_default() += 1;
                    calls
                })
                .collect();
            let chat = first.beside(&format!("soak-{at}"), &setup).await;
            let start = "trace.soaks ??= {};
                const [connector, ...what] = arguments;
                soak(connector, ...what).then(
                    () => (trace.soaks[connector] = 'done'),
                    (error) => (trace.soaks[connector] = `${error.code} ${error}`),
                );";
            page.eval(start, &[json!(chat.name()), json!(chat.api()), json!(texts), json!(faults)]).await;
            chats.push((chat, texts));
        }
        let mut outcome = json!({});
        while begun.elapsed() < e2e::patient(limit) && outcome.as_object().is_none_or(|done| done.len() < CHATS) {
            tokio::time::sleep(Duration::from_millis(250)).await;
            outcome = page.eval("return trace.soaks;", &[]).await;
        }
        let mut sockets = 0;
        for (chat, texts) in &chats {
            if outcome[chat.name()] != "done" {
                let course = page.eval("return courses[arguments[0]].slice(-120);", &[json!(chat.name())]).await;
                let course: Vec<_> = course.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
                panic!("seed {seed}: {outcome}\n{}: {}", chat.name(), course.join("\n"));
            }
            let said: Vec<_> = texts.iter().map(String::as_str).collect();
            let log = chat.settle(&said).await;
            sockets += log["sockets_opened"].as_u64().unwrap_or_default();
            assert_eq!(chat.sessions().await.len(), 1, "seed {seed}: a session was replaced that was not lost");
        }
        println!(
            "soak: {messages} messages in {CHATS} chats, all arrived once and in order, over {sockets} sockets in {:.0} s",
            begun.elapsed().as_secs_f64()
        );
        for (name, count) in counts {
            println!("soak: {count:4} × {name}");
        }
    });
}
