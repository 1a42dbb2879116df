//! How the engine's cost grows: twice as many chunks in one message, and twice as many events of history, may take at
//! most 2.2 times as long. Fails when they take longer.

#![expect(clippy::print_stdout, reason = "a benchmark prints its table")]

use std::hint::black_box;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use poly_messaging_engine::{Config, Engine, HttpOutcome, Input, Now, OnSessionLost, Options, Output};

/// The module's own allocator: the system's gives memory back and has to ask for it again, which takes longer than all else.
#[global_allocator]
static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();

/// Chunks or events of the smaller run.
const N: usize = 10_000;
/// Most times that the larger run may take as long as the smaller one.
const LIMIT: f64 = 2.2;
/// Runs of each size; the quickest counts, since nothing makes a run quicker than it is.
const RUNS: usize = 15;

/// Makes the frames of a conversation of that many chunks or events.
type Frames = fn(usize) -> Vec<String>;

fn main() -> ExitCode {
    println!("{:<44} {:>12} {:>12} {:>8} {:>12}", "engine, native", "n = 10,000", "2n", "growth", "each at 2n");
    let scenarios: [(&str, Frames); 6] = [
        ("chunks of one message", chunks),
        ("history in batches of 50", |n| batches(n, 50, false)),
        ("history in batches of 50, every two swapped", |n| batches(n, 50, true)),
        ("live events, one by one", |n| batches(n, 1, false)),
        ("messages whose first chunk is missing", headless),
        ("events of which every other one is missing", sparse),
    ];
    let mut is_linear = true;
    for (name, frames) in scenarios {
        let (small, large) = (frames(N), frames(2 * N));
        // Turn by turn, so that both see the same machine.
        let mut best = [Duration::MAX; 2];
        for _ in 0..RUNS {
            for (best, frames) in best.iter_mut().zip([&small, &large]) {
                *best = (*best).min(time(frames));
            }
        }
        let growth = best[1].as_secs_f64() / best[0].as_secs_f64();
        is_linear &= growth <= LIMIT;
        let each = best[1].as_nanos() / (2 * N as u128);
        println!("{name:<44} {:>9.2?} {:>9.2?} {growth:>8.2} {each:>9} ns", best[0], best[1]);
    }
    if is_linear {
        println!("every growth is at most {LIMIT}");
        ExitCode::SUCCESS
    } else {
        println!("a growth is over {LIMIT}");
        ExitCode::FAILURE
    }
}

/// The time that an engine takes for `frames`, its outputs looked at and dropped.
fn time(frames: &[String]) -> Duration {
    let mut engine = connected();
    let frames = frames.to_vec();
    let began = Instant::now();
    for text in frames {
        drop(black_box(engine.handle(Now { mono: 1, wall: 1 }, Input::SocketText { socket: 1, text })));
    }
    began.elapsed()
}

fn connected() -> Engine {
    let options = Options {
        api_url: "https://api.example/api/v1".into(),
        socket_url: "wss://api.example/ws".into(),
        host_identifier: "https://www.example.com".into(),
        connector_token: Some("token".into()),
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
    };
    let now = Now { mono: 0, wall: 0 };
    let mut engine = Engine::new(Config::parse(options).expect("good options"), 1, now);
    let mut outputs = engine.handle(now, Input::Start).outputs;
    while let Some(Output::Http { id, .. }) = outputs.iter().find(|output| matches!(output, Output::Http { .. })) {
        let body = r#"{"access_token":"a","session_id":"s"}"#.to_owned();
        let outcome = HttpOutcome::Response { status: 200, retry_after: None, body };
        outputs = engine.handle(now, Input::Http { id: *id, outcome }).outputs;
    }
    drop(engine.handle(now, Input::SocketOpened { socket: 1 }));
    engine
}

fn event(sequence: usize, name: &str, payload: &str) -> String {
    format!(
        r#"{{"id":"00000000-0000-7000-8000-{sequence:012}","sequence":{sequence},"timestamp":"2026-05-18T10:00:00.000Z","type":"EVENT_TYPE_{name}","payload":{payload}}}"#
    )
}

fn chunks(n: usize) -> Vec<String> {
    let payload =
        |index| format!(r#"{{"message_id":"m","text":"word ","chunk_index":{index},"is_complete":{}}}"#, index == n);
    (1..=n).map(|index| event(index, "POLY_AGENT_MESSAGE_CHUNK", &payload(index))).collect()
}

/// Messages in pieces, each of which waits for its first.
fn headless(n: usize) -> Vec<String> {
    let payload = |id| format!(r#"{{"message_id":"m{id}","text":"word ","chunk_index":2,"is_complete":true}}"#);
    (1..=n).map(|id| event(id, "POLY_AGENT_MESSAGE_CHUNK", &payload(id))).collect()
}

/// The beginning of a history without gaps, then one that is full of them.
fn sparse(n: usize) -> Vec<String> {
    let message = |sequence: usize| {
        event(sequence, "POLY_AGENT_MESSAGE", &format!(r#"{{"message_id":"m{sequence}","text":"Hello"}}"#))
    };
    (1..=n).map(|at| message(if at < 20 { at } else { 2 * at })).collect()
}

/// A conversation of `n` events: questions, answers whole and streamed, thinking, and now and then a handoff.
fn batches(n: usize, size: usize, is_swapped: bool) -> Vec<String> {
    let turn = |sequence: usize| match sequence % 8 {
        3 if sequence % 128 == 3 => {
            event(sequence, "HANDOFF_QUEUE_STATUS", &format!(r#"{{"position_in_queue":{sequence}}}"#))
        }
        0 => event(
            sequence,
            "USER_MESSAGE",
            &format!(r#"{{"message_id":"u{sequence}","text":"A table for {sequence}"}}"#),
        ),
        1 => event(sequence, "POLY_AGENT_THINKING", "{}"),
        2 => event(
            sequence,
            "POLY_AGENT_MESSAGE",
            &format!(
                r#"{{"message_id":"a{sequence}","text":"Which day?","response_suggestions":[{{"message_text":"Friday"}}]}}"#
            ),
        ),
        3 => event(sequence, "LANGUAGE_CHANGED", r#"{"language_code":"en-GB"}"#),
        index => {
            let (message, index) = (sequence / 8, index - 3);
            let payload = format!(
                r#"{{"message_id":"c{message}","text":"piece ","chunk_index":{index},"is_complete":{}}}"#,
                index == 4
            );
            event(sequence, "POLY_AGENT_MESSAGE_CHUNK", &payload)
        }
    };
    let events: Vec<String> = (1..=n).map(turn).collect();
    let batch = |events: &[String]| {
        format!(r#"{{"type":"EVENT_TYPE_EVENT_BATCH","sequence":null,"payload":{{"events":[{}]}}}}"#, events.join(","))
    };
    let mut batches: Vec<String> = if size == 1 { events } else { events.chunks(size).map(batch).collect() };
    if is_swapped {
        batches.chunks_exact_mut(2).for_each(<[String]>::reverse);
    }
    batches
}
