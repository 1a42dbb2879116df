//! A long conversation in `<poly-chat>` (`pages/speed.html`): how long the page's main thread is busy at a time, and how often it
//! lays the page out. Chromium's own recording says it; the other engines, which do not record, are asked what the user sees.

use std::time::Duration;

use e2e::{Chat, Page, Recording, Sandbox, Setup, Timeline};
use serde_json::{Value, json};

/// Lines of the conversation before the reply.
const HISTORY: usize = 2_000;
/// When it was.
const LONG_AGO: &str = "2020-01-01T12:00:00Z";
/// Pieces in which the reply comes.
const CHUNKS: usize = 2_000;
/// Pieces that come together, and how often they do: a quick writer.
const AT_ONCE: usize = 8;
const EVERY: Duration = Duration::from_millis(20);
/// What a user does not notice.
const LONGEST_TASK: Duration = Duration::from_millis(50);

/// A session with a long history, shown by an open widget. The page has been loaded once.
async fn long_conversation<'a>(page: &'a Page, sandbox: &'a Sandbox) -> Chat<'a> {
    let chat = Chat::prepare(page, sandbox, "speed", &Setup::default()).await;
    page.open(&chat.address().replace("/chat.html", "/speed.html")).await;
    page.wait_until("globalThis.chat?.getSnapshot().messages.length > 0").await;
    let frames: Vec<Value> = (0..HISTORY / 2)
        .flat_map(|at| {
            let question = json!({ "message_id": format!("u{at}"), "text": format!("Is table {at} free tonight?") });
            let text = format!(
                "Table {at} is **free** from {} pm:\n\n- It has {} chairs\n- It is by [the window](https://example.com/)",
                at % 5 + 5,
                at % 4 + 2
            );
            [
                json!({ "type": "EVENT_TYPE_USER_MESSAGE", "timestamp": LONG_AGO, "payload": question }),
                json!({
                    "type": "EVENT_TYPE_POLY_AGENT_MESSAGE",
                    "timestamp": LONG_AGO,
                    "payload": { "message_id": format!("a{at}"), "text": text },
                }),
            ]
        })
        .collect();
    // The page is loaded again later, and takes this session up then.
    chat.until_kept(&[&chat.session().await]).await;
    chat.order("send", json!({ "frames": frames, "log": true })).await;
    page.wait_until(&format!("chat.getSnapshot().messages.length >= {HISTORY}")).await;
    chat
}

/// Waits until the widget shows the newest of the history, with all the lines before it that it is to have.
async fn until_history_is_shown(page: &Page) {
    let last = HISTORY / 2 - 1;
    page.wait_until(&format!(
        "globalThis.chat?.getSnapshot().messages.length >= {HISTORY}
            && linesShown().at(-1)?.textContent.includes('Table {last} ') && linesShown().length >= 100"
    ))
    .await;
    // They are drawn some in each frame, and there may be more than that: until a frame brings no further one.
    let grows = "const before = linesShown().length;
        await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
        return linesShown().length !== before;";
    while page.eval_async(grows, &[]).await == true {}
}

/// The reply's pieces: each with its number, in paragraphs, lists and bold.
fn chunks() -> Vec<Value> {
    (0..CHUNKS)
        .map(|at| {
            let before = match at % 60 {
                0 => "\n\n",
                51.. => "\n- ",
                _ => "",
            };
            let text = if at % 10 == 0 { format!("{before}**{at}**, ") } else { format!("{before}and {at}, ") };
            json!({
                "type": "EVENT_TYPE_POLY_AGENT_MESSAGE_CHUNK",
                "payload": { "message_id": "long", "chunk_index": at + 1, "text": text, "is_complete": at + 1 == CHUNKS },
            })
        })
        .collect()
}

/// Sends the reply piece by piece, and waits until the last one is shown.
async fn stream(chat: &Chat<'_>, page: &Page) {
    let mut clock = tokio::time::interval(EVERY);
    for frames in chunks().chunks(AT_ONCE) {
        clock.tick().await;
        chat.order("send", json!({ "frames": frames, "log": true })).await;
    }
    page.wait_until(&format!("numbersShown().at(-1) === {}", CHUNKS - 1)).await;
    page.wait_until("insideAll('[data-streaming]').length === 0").await;
}

#[expect(clippy::print_stdout, reason = "what was measured is worth knowing, and libtest shows it where asked to")]
fn report(what: &str, timeline: &Timeline) {
    let Timeline { tasks, layouts, forced_layouts, messages } = timeline;
    println!(
        "{what}: {messages} messages, {} tasks, the longest {:?}; {} frames with {} layouts, at most {} in one, {forced_layouts} forced",
        tasks.len(),
        &tasks[..tasks.len().min(3)],
        layouts.len(),
        layouts.iter().sum::<usize>(),
        timeline.most_layouts()
    );
}

#[test]
fn a_long_reply_in_a_long_conversation_never_holds_the_page_up() {
    e2e::on_private_sandbox(async |page, sandbox| {
        let chat = long_conversation(page, sandbox).await;

        // The whole history, read again.
        // What the harness looks through before it leaves a page would count as the page's work.
        page.sweep().await;
        let recording = Recording::start(page).await;
        page.client().refresh().await.expect("the page is loaded again");
        until_history_is_shown(page).await;
        if let Some(recording) = recording {
            let timeline = recording.stop(page).await;
            report("display", &timeline);
            assert!(timeline.longest_task() <= LONGEST_TASK, "{:?}", timeline.longest_task());
        }

        let recording = Recording::start(page).await;
        stream(&chat, page).await;
        if let Some(recording) = recording {
            let timeline = recording.stop(page).await;
            report("stream", &timeline);
            // All of it has been recorded.
            assert!(timeline.messages >= CHUNKS && timeline.tasks.len() >= CHUNKS, "{} messages", timeline.messages);
            assert!(timeline.layouts.iter().sum::<usize>() >= 50, "{} frames", timeline.layouts.len());
            assert!(timeline.longest_task() <= LONGEST_TASK, "{:?}", timeline.longest_task());
            assert_eq!((timeline.most_layouts(), timeline.forced_layouts), (1, 0));
        }

        // Each piece is there, in its place, and the reader is where the last one stands.
        assert_eq!(chat.value("numbersShown().length").await, CHUNKS);
        assert_eq!(chat.value("numbersShown().findIndex((number, at) => number !== at)").await, -1);
        assert_eq!(chat.value("linesShown().length <= 150").await, true);
        let distance = "(({ scrollHeight, scrollTop, clientHeight }) => scrollHeight - scrollTop - clientHeight)";
        page.wait_until(&format!("{distance}(inside('[part~=transcript]')) <= 1")).await;
    });
}

#[test]
fn a_reader_who_goes_up_stays_there_and_is_brought_back_when_asked() {
    e2e::on_private_sandbox(async |page, sandbox| {
        let chat = long_conversation(page, sandbox).await;
        page.client().refresh().await.expect("the page is loaded again");
        until_history_is_shown(page).await;
        let distance = "(({ scrollHeight, scrollTop, clientHeight }) => scrollHeight - scrollTop - clientHeight)";
        page.wait_until(&format!("{distance}(inside('[part~=transcript]')) <= 1")).await;

        // Further lines come above, and what is read stays where it is.
        let top = "(readTop = () => linesShown()[linesShown().length - 100].getBoundingClientRect().top)()";
        let lines = chat.value("linesShown().length").await;
        page.eval("inside('[part~=transcript]').scrollTop = 200;", &[]).await;
        let before = chat.value(top).await.as_f64().expect("a place");
        page.wait_until(&format!("linesShown().length >= {lines} + 50")).await;
        let after = chat.value(top).await.as_f64().expect("a place");
        assert!((after - before).abs() < 2.0, "{before} {after}");

        // A message that comes now is offered, and nothing else moves.
        let text = "Are you still there?";
        let message = json!({ "message_id": "news", "text": text });
        let frame = json!({ "type": "EVENT_TYPE_POLY_AGENT_MESSAGE", "payload": message });
        chat.order("send", json!({ "frame": frame, "log": true })).await;
        page.wait_until("inside('[part~=jump]').hidden === false").await;
        page.eval("inside('[part~=jump]').click();", &[]).await;
        page.wait_until(&format!("{distance}(inside('[part~=transcript]')) <= 1")).await;
        page.wait_until("inside('[part~=jump]').hidden && linesShown().length <= 150").await;
        assert_eq!(chat.value("linesShown().at(-1).textContent.includes('still there')").await, true);
    });
}
