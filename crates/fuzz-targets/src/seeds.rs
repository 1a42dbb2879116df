//! Inputs to begin with: the wire transcripts of `tests/vectors/`, and some days in the life of a chat.

use std::path::Path;
use std::{fs, io};

use serde_json::Value;

use crate::act::{self, Act};

/// Every seed: its target, its name, and its bytes. `vectors` is the folder of the transcripts.
///
/// # Errors
/// Where that folder cannot be read, or something in it is no JSON.
pub fn all(vectors: &Path) -> io::Result<Vec<(&'static str, String, Vec<u8>)>> {
    let mut seeds = vec![];
    let mut paths = fs::read_dir(vectors)?.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()?;
    paths.sort();
    for path in paths.into_iter().filter(|path| path.extension().is_some_and(|extension| extension == "json")) {
        let vector: Value = serde_json::from_str(&fs::read_to_string(&path)?)?;
        let name = vector["name"].as_str().unwrap_or_default();
        for (at, frame) in frames(&vector).into_iter().enumerate() {
            seeds.push(("decode", format!("{name}-{at:02}"), frame.into_bytes()));
        }
        seeds.push(("engine", name.to_owned(), transcript(&vector)));
    }
    seeds.extend(days().into_iter().map(|(name, bytes)| ("engine", name.replace(' ', "-"), bytes)));
    Ok(seeds)
}

/// The frames of a transcript, each an input of its own for the decoder, as one text each.
pub fn frames(transcript: &Value) -> Vec<String> {
    let frames = transcript["frames"].as_array().map(Vec::as_slice).unwrap_or_default();
    frames.iter().map(|frame| frame.as_str().map_or_else(|| frame.to_string(), str::to_owned)).collect()
}

/// A chat that receives the transcript.
pub fn transcript(transcript: &Value) -> Vec<u8> {
    let mut acts = vec![Act::Start, Act::Grant { session: 0 }, Act::Grant { session: 0 }, Act::Open];
    acts.extend(frames(transcript).into_iter().map(|text| Act::Text { text }));
    bytes(0, &acts)
}

/// Days in the life of a chat, by name.
pub fn days() -> Vec<(&'static str, Vec<u8>)> {
    const PERSISTENT: u8 = 1 << 4;
    const PREPARED: u8 = 1 << 6;
    let send = |text: &str| Act::Send { draft: 0, text: text.to_owned() };
    let load = |which| Act::Load { which, text: String::new() };
    let news = |which| Act::News { which, text: String::new() };
    let pass = |log_ms| Act::Pass { log_ms };
    let dropped = || Act::Drop { code: 0 };
    let page = |event| Act::Page { event };
    let probe = |is_answered| Act::Probe { is_answered };
    let begun = |mut acts: Vec<Act>| {
        acts.splice(0..0, [Act::Start, Act::Ready, Act::Serve, Act::Serve]);
        acts
    };
    let refused = |count: usize| [dropped(), probe(true), pass(15)].into_iter().cycle().take(3 * count);
    let mut lost = begun(vec![]);
    lost.extend(refused(3));
    lost.extend([Act::Serve, Act::Serve, dropped(), pass(15), Act::Serve]);
    let answer = |body: &str| Act::Answer { status: 6, retry_after: 2, body: body.to_owned() };
    // One event, not in a batch.
    let chunk = |index, is_complete| Act::Pieces { pieces: vec![1, 2, 0, 1, index, if is_complete { 4 } else { 0 }] };
    vec![
        (
            "talk",
            bytes(
                0,
                &begun(vec![send("hello"), Act::Serve, Act::Typing, send("more"), Act::Serve, Act::End, Act::Serve]),
            ),
        ),
        (
            "tunnel",
            bytes(0, &begun(vec![send("hello"), dropped(), pass(12), Act::Serve, pass(8), Act::Serve, Act::Serve])),
        ),
        ("swallowed", bytes(8, &begun(vec![send("hello"), pass(14), Act::Serve, pass(10), Act::Serve]))),
        ("stream", bytes(0, &begun(vec![chunk(1, false), chunk(3, false), pass(12), chunk(2, false), chunk(4, true)]))),
        (
            "hole",
            bytes(0, &begun(vec![chunk(1, false), chunk(3, false), pass(13), Act::Serve, pass(13), chunk(4, true)])),
        ),
        ("refused", bytes(0, &lost)),
        (
            "dead network",
            bytes(0, &begun(vec![page(1), dropped(), probe(false), pass(15), dropped(), page(0), Act::Serve])),
        ),
        ("rate limit", bytes(0, &[Act::Start, answer("{}"), pass(13), Act::Serve, Act::Serve])),
        (
            "own token",
            bytes(1, &[Act::Start, Act::Token { which: 0 }, Act::Serve, Act::Restart, Act::Token { which: 7 }]),
        ),
        (
            "prepared",
            bytes(PREPARED, &[Act::Start, Act::Serve, pass(13), Act::JoinPrepared, send("hello"), Act::Serve]),
        ),
        (
            "stored",
            bytes(
                PERSISTENT,
                &[
                    Act::Start,
                    load(0),
                    load(0),
                    Act::Serve,
                    load(1),
                    send("hello"),
                    load(1),
                    Act::Serve,
                    load(1),
                    pass(16),
                    load(1),
                ],
            ),
        ),
        (
            "reload",
            bytes(
                PERSISTENT,
                &[
                    Act::Start,
                    Act::Load { which: 7, text: RECORD.to_owned() },
                    Act::Serve,
                    pass(10),
                    Act::Load { which: 7, text: RECORD.to_owned() },
                    Act::Serve,
                    send("hello"),
                    load(1),
                    Act::Serve,
                ],
            ),
        ),
        (
            "tabs",
            bytes(
                PERSISTENT,
                &[
                    Act::Start,
                    Act::Serve,
                    Act::Serve,
                    news(3),
                    send("hello"),
                    news(4),
                    news(5),
                    pass(14),
                    load(1),
                    news(0),
                    Act::Serve,
                    news(1),
                    Act::Serve,
                    news(2),
                ],
            ),
        ),
        (
            "phone",
            bytes(
                PERSISTENT,
                &[
                    Act::Start,
                    Act::Serve,
                    Act::Serve,
                    send("hello"),
                    page(3),
                    page(4),
                    Act::Sleep { log_ms: 20 },
                    page(5),
                    page(2),
                    Act::Serve,
                    Act::Wall { to: 2 },
                    load(1),
                    Act::Serve,
                ],
            ),
        ),
        (
            "two hours",
            bytes(
                0,
                &begun(vec![Act::Serve, pass(20), Act::Serve, pass(23), Act::Serve, Act::Serve, pass(23), Act::Serve]),
            ),
        ),
    ]
}

/// A stored session as an input brings it along.
const RECORD: &str = r#"{"v":1,"session":"session 0","token":"$TOKEN","expires":1780086400000,"cursor":2,"active":1780000000000,"streaming":true,"drafts":[{"tab":"another","text":"hello","isWritten":true,"metadata":{"custom":{"client_event_id":"stored 1"}}},{"tab":"another","text":"more","metadata":{"custom":{"client_event_id":"stored 2"}}}]}"#;

fn bytes(options: u8, acts: &[Act]) -> Vec<u8> {
    let mut bytes = vec![options];
    bytes.extend(act::write(acts));
    bytes
}
