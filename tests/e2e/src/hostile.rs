//! What a page under a strict policy (`pages/hostile.html`) shows and does while its `<poly-chat>` is told the messages of
//! `hostile/*.json`.

use std::fs;

use serde_json::{Value, json};
use url::form_urlencoded;

use crate::{Chat, Page, Sandbox, Setup, project_root};

/// How often a task or a pause over the limit is measured: what a text costs it costs each time, and what a busy machine adds
/// to it (its caches are shared, and all of it may stand still) it does not.
pub const ROUNDS: usize = 5;
/// What the page may take to answer, in milliseconds by the clock: on a machine that does other things too, and on one that does
/// nothing else.
pub const LONGEST_PAUSE: f64 = 3_000.0;
/// See [`LONGEST_PAUSE`].
pub const LONGEST_QUIET_PAUSE: f64 = 1_500.0;

/// The messages of one file.
pub fn corpus(file: &str) -> Vec<Value> {
    let path = project_root().join("tests/e2e/hostile").join(file);
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).expect("a list of messages")
}

/// `{ "repeat": unit, "characters": count, "after": text }` as the text that it stands for; so in all that a value holds.
fn expand(value: &Value) -> Value {
    if let (Some(unit), Some(count)) = (value["repeat"].as_str(), value["characters"].as_u64()) {
        let count = usize::try_from(count).expect("a count");
        let repeated: String = unit.chars().cycle().take(count).collect();
        return json!(format!("{}{repeated}", value["after"].as_str().unwrap_or_default()));
    }
    match value {
        Value::Array(list) => list.iter().map(expand).collect(),
        Value::Object(fields) => fields.iter().map(|(name, field)| (name.clone(), expand(field))).collect(),
        other => other.clone(),
    }
}

/// The frames of a message: those that it names, or one or more with its text.
pub fn frames_of(message: &Value, id: &str) -> Vec<Value> {
    if let Some(frames) = message["frames"].as_array() {
        return frames.iter().map(expand).collect();
    }
    let text = expand(&message["text"]);
    let Some(pieces) = message["pieces"].as_u64() else {
        let payload = json!({ "message_id": id, "text": text });
        return vec![json!({ "type": "EVENT_TYPE_POLY_AGENT_MESSAGE", "payload": payload })];
    };
    let characters: Vec<char> = text.as_str().expect("a text").chars().collect();
    let size = characters.len().div_ceil(usize::try_from(pieces).expect("a count"));
    let chunks = characters.chunks(size);
    let last = chunks.len();
    let frame = |(at, chunk): (usize, &[char])| {
        json!({
            "type": "EVENT_TYPE_POLY_AGENT_MESSAGE_CHUNK",
            "payload": {
                "message_id": id,
                "chunk_index": at + 1,
                "text": chunk.iter().collect::<String>(),
                "is_complete": at + 1 == last,
            },
        })
    };
    chunks.enumerate().map(frame).collect()
}

/// Opens the page, and waits until the agent has greeted.
pub async fn open<'a>(page: &'a Page, sandbox: &'a Sandbox, name: &str) -> Chat<'a> {
    let trusted = "require-trusted-types-for 'script'; trusted-types 'none';";
    open_under(page, sandbox, name, trusted).await
}

/// As [`open`], with more of the policy given.
pub async fn open_under<'a>(page: &'a Page, sandbox: &'a Sandbox, name: &str, more: &str) -> Chat<'a> {
    let chat = Chat::prepare(page, sandbox, name, &Setup::default()).await;
    let api = sandbox.url("");
    let policy = format!(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self' {api} {}; \
         {more} form-action 'none'; base-uri 'none'",
        api.replacen("http", "ws", 1)
    );
    let query = form_urlencoded::Serializer::new(String::new()).append_pair("policy", &policy).finish();
    page.open(&format!("{}&{query}", chat.address().replace("/chat.html", "/hostile.html"))).await;
    page.wait_until("globalThis.chat?.getSnapshot().messages.length > 0 && lastLine() !== ''").await;
    chat
}

/// Has the agent say something after what is looked at, and waits until it is shown: all before it has been handled.
pub async fn until_handled(chat: &Chat<'_>, page: &Page, mark: &str) {
    let payload = json!({ "message_id": mark, "text": mark });
    chat.order(
        "send",
        json!({ "frame": { "type": "EVENT_TYPE_POLY_AGENT_MESSAGE", "payload": payload }, "log": true }),
    )
    .await;
    page.wait_until(&format!("lastLine() === {}", json!(mark))).await;
    page.eval_async("await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));", &[]).await;
}

/// Tells the widget all messages of a file, and looks through the page after each. Says what was found, by message.
pub async fn tell(page: &Page, sandbox: &Sandbox, file: &str, longest_pause: f64) -> Vec<String> {
    let chat = open(page, sandbox, &file.replace('.', "-")).await;
    let clean = page.eval("return faults();", &[]).await;
    assert_eq!(clean, json!([]), "before anything was said");
    let mut found = Vec::new();
    for (at, message) in corpus(file).iter().enumerate() {
        let name = message["name"].as_str().expect("a name");
        let mut shortest = f64::MAX;
        for round in 0..ROUNDS {
            page.eval("longestPause(); happened.length = refused.length = 0;", &[]).await;
            if message["prompt"].is_null() {
                let mut frames = frames_of(message, &format!("hostile {at}"));
                frames.iter_mut().for_each(|frame| renew(frame, round));
                chat.order("send", json!({ "frames": frames, "log": true })).await;
            } else {
                page.eval("widget.close(); widget.showPrompt(arguments[0]);", &[expand(&message["prompt"])]).await;
            }
            until_handled(&chat, page, &format!("mark {at} {round}")).await;
            let (faults, refused, pause) = seen(page).await;
            found.extend(faults.iter().map(|fault| format!("{name}: {fault}")));
            found.extend(refused.iter().map(|address| format!("{name}: would have loaded {address}")));
            shortest = shortest.min(pause);
            if shortest <= longest_pause {
                break;
            }
        }
        if shortest > longest_pause {
            found.push(format!("{name}: the page did not answer for {shortest} ms"));
        }
    }
    found
}

/// Makes a message that was told before another one.
fn renew(frame: &mut Value, round: usize) {
    if let Some(Value::String(id)) = frame.pointer_mut("/payload/message_id").filter(|_| round > 0) {
        id.push_str(&format!(" {round}"));
    }
}

/// What is wrong on the page, which pictures it was not allowed to load, and the longest time that it did not answer.
async fn seen(page: &Page) -> (Vec<String>, Vec<String>, f64) {
    let seen = page.eval("return [faults(), refused, longestPause()];", &[]).await;
    serde_json::from_value(seen).expect("what was seen")
}
