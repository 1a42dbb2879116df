//! `<poly-chat>` on a page under a strict policy (`pages/hostile.html`) is told the hostile things of `hostile/*.json`: no script
//! runs, nothing is loaded or opened, nothing but what the widget makes stands in its root, and the page answers all the while.

use std::{fs, time::Duration};

use e2e::{Chat, Page, Recording, Sandbox, Setup};
use serde_json::{Value, json};
use url::form_urlencoded;

/// How long a test with so many messages may take.
const LIMIT: Duration = Duration::from_secs(600);
/// What a user does not notice, in time of the processor.
const LONGEST_TASK: Duration = Duration::from_millis(50);
/// How often a task or a pause over the limit is measured: what a text costs it costs each time, and what a busy machine adds
/// to it (its caches are shared, and all of it may stand still) it does not.
const ROUNDS: usize = 3;
/// What the page may take to answer, in milliseconds by the clock of a machine that does other things too.
const LONGEST_PAUSE: f64 = 1_500.0;

/// The messages of one file.
fn corpus(file: &str) -> Vec<Value> {
    let path = e2e::project_root().join("tests/e2e/hostile").join(file);
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
fn frames_of(message: &Value, id: &str) -> Vec<Value> {
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
async fn open<'a>(page: &'a Page, sandbox: &'a Sandbox, name: &str) -> Chat<'a> {
    let trusted = "require-trusted-types-for 'script'; trusted-types 'none';";
    open_under(page, sandbox, name, trusted).await
}

/// As [`open`], with more of the policy given.
async fn open_under<'a>(page: &'a Page, sandbox: &'a Sandbox, name: &str, more: &str) -> Chat<'a> {
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
async fn until_handled(chat: &Chat<'_>, page: &Page, mark: &str) {
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
async fn tell(page: &Page, sandbox: &Sandbox, file: &str) -> Vec<String> {
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
            if shortest <= LONGEST_PAUSE {
                break;
            }
        }
        if shortest > LONGEST_PAUSE {
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

#[test]
fn what_an_agent_writes_runs_no_script_and_opens_nothing() {
    e2e::on_sandbox(async |page, sandbox| {
        assert_eq!(tell(page, sandbox, "texts.json").await, [""; 0]);
    });
}

#[test]
fn what_comes_beside_a_text_runs_no_script_and_opens_nothing() {
    e2e::on_sandbox(async |page, sandbox| {
        assert_eq!(tell(page, sandbox, "events.json").await, [""; 0]);
    });
}

#[test]
fn texts_of_a_megabyte_freeze_nothing() {
    e2e::on_private_sandbox_within(LIMIT, async |page, sandbox| {
        assert_eq!(tell(page, sandbox, "large.json").await, [""; 0]);
    });
}

#[test]
fn texts_of_a_megabyte_cost_no_long_task() {
    e2e::on_private_sandbox_within(LIMIT, async |page, sandbox| {
        let chat = open(page, sandbox, "tasks").await;
        let mut long = Vec::new();
        for (at, message) in corpus("large.json").iter().enumerate() {
            let mut longest = Duration::MAX;
            for round in 0..ROUNDS {
                let Some(recording) = Recording::start(page).await else { return };
                let id = format!("large {at} {round}");
                chat.order("send", json!({ "frames": frames_of(message, &id), "log": true })).await;
                until_handled(&chat, page, &format!("mark {id}")).await;
                let timeline = recording.stop(page).await;
                report(message, &timeline.tasks);
                longest = longest.min(timeline.longest_task());
                if longest <= LONGEST_TASK {
                    break;
                }
            }
            if longest > LONGEST_TASK {
                long.push(format!("{}: {longest:?}", message["name"]));
            }
        }
        assert_eq!(long, [""; 0]);
    });
}

#[expect(clippy::print_stdout, reason = "what was measured is worth knowing, and libtest shows it where asked to")]
fn report(message: &Value, tasks: &[Duration]) {
    println!("{}: {:?}", message["name"], &tasks[..tasks.len().min(2)]);
}

#[test]
fn what_must_not_be_there_is_found() {
    e2e::on_sandbox(async |page, sandbox| {
        // Trusted types would not let a handler be planted, nor would the policy a style.
        open_under(page, sandbox, "planted", "style-src 'unsafe-inline';").await;
        let plants = [
            ("script", json!({}), "<script>"),
            ("iframe", json!({}), "<iframe>"),
            ("evil-element", json!({}), "<evil-element>"),
            ("a", json!({ "href": "java\tscript:canary()" }), "<a href=java\tscript:canary()>"),
            ("a", json!({ "href": "/menu" }), "<a href=/menu>"),
            ("a", json!({ "href": "https://example.com" }), "<a> that lets itself be turned round"),
            ("p", json!({ "onclick": "canary()" }), "<p onclick>"),
            ("img", json!({ "src": "data:text/html,x" }), "<img src=data:text/html,x>"),
            ("div", json!({ "style": "background:url(x)" }), "<div style=background:url(x)>"),
            ("p", json!({ "role": "heading" }), "<p role=heading>"),
        ];
        for (name, attributes, fault) in plants {
            let faults = page.eval("return faults(plant(...arguments));", &[json!(name), attributes]).await;
            let is_found = faults.as_array().is_some_and(|list| list.iter().any(|found| found == fault));
            assert!(is_found, "{name}: {faults}");
        }
        let events = [
            ("canary();", "a script ran"),
            ("alert(1);", "alert was called"),
            ("open('https://example.com');", "open was called"),
            ("document.body.append(document.createElement('p'));", "something stands outside of the widget"),
            ("pollute(true);", "all objects have been changed"),
            ("fetch('http://127.0.0.1:9/x').catch(() => undefined);", "refused: connect-src"),
            ("location.hash = 'x';", "hashchange"),
            ("setTimeout(() => { throw new Error('planted'); });", "planted"),
        ];
        for (script, fault) in events {
            page.eval(script, &[]).await;
            page.wait_until(&format!("faults().some((found) => found.includes({}))", json!(fault))).await;
        }
        page.eval("pollute(false); refused.length = 0; inside('[part~=bubble]').append(new Image());", &[]).await;
        page.eval("insideAll('img').at(-1).src = 'https://evil.example/pixel.gif';", &[]).await;
        page.wait_until("refused.length > 0").await;
        page.eval("longestPause(); for (const end = Date.now() + 2000; Date.now() < end;) ;", &[]).await;
        page.wait_until(&format!("longestPause() > {LONGEST_PAUSE}")).await;
    });
}
