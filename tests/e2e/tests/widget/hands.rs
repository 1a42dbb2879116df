//! What users do with the keyboard, the pointer and files: it is done once, where they mean it, and the page hears nothing of it.

use e2e::{Engine, Page, Sandbox, Screen, Setup, Widget, inside, key, part, texts_said};
use serde_json::{Value, json};

/// Has the page note in `heard` what comes to it of these events.
const LISTEN: &str = "
    window.heard = [];
    const names = ['keydown', 'keypress', 'keyup', 'paste', 'copy', 'cut', 'beforeinput', 'input', 'dragover', 'drop', 'wheel'];
    for (const name of names) {
        document.addEventListener(name, (event) => heard.push(event.key ? `${name} ${event.key}` : name));
    }";

/// Has a part of the widget take such an event, as it comes from a user. Returns whether its own effect is prevented.
async fn take(page: &Page, part: &str, event: &str) -> Value {
    let script = format!(
        "const all = {{ bubbles: true, composed: true, cancelable: true }};
        const files = (...list) => {{
            const data = new DataTransfer();
            for (const file of list) typeof file === 'string' ? data.setData('text/plain', file) : data.items.add(file);
            return data;
        }};
        return !inside('[part~={part}]').dispatchEvent({event});"
    );
    page.eval(&script, &[]).await
}

#[test]
fn the_page_hears_its_own_shortcuts_and_nothing_that_is_written() {
    e2e::on_sandbox(async |page, sandbox| {
        page.resize(Screen::Desktop).await;
        Widget::open(page, sandbox, "heard", json!({})).await;
        page.click(&part("input")).await;
        page.eval(LISTEN, &[]).await;
        page.write("/jk ").await;
        page.press(key::LEFT).await;
        page.press_with(key::SHIFT, key::ENTER).await;
        // AltGr, as Windows and as others tell of it.
        for altgr in ["ctrlKey: true, altKey: true", "modifierAltGraph: true"] {
            for name in ["keydown", "keypress", "keyup"] {
                let event = format!("new KeyboardEvent('{name}', {{ ...all, key: '@', code: 'KeyQ', {altgr} }})");
                assert_eq!(take(page, "input", &event).await, false, "it is written");
            }
        }
        for name in ["paste", "copy", "cut"] {
            take(page, "input", &format!("new ClipboardEvent('{name}', all)")).await;
        }
        for select in ["a", "c", "v", "z"] {
            let event = format!("new KeyboardEvent('keydown', {{ ...all, key: '{select}', ctrlKey: true }})");
            take(page, "input", &event).await;
        }
        assert_eq!(page.eval("return heard;", &[]).await, json!([]));
        // What the page has for all of itself is its own.
        take(page, "input", "new KeyboardEvent('keydown', { ...all, key: 'k', ctrlKey: true })").await;
        assert_eq!(page.eval("return heard;", &[]).await, json!(["keydown k"]));
        // The end of a composition is no Escape, nor is a candidate that is chosen a message.
        for key in ["Escape", "Enter"] {
            take(page, "input", &format!("new KeyboardEvent('keydown', {{ ...all, key: '{key}', keyCode: 229 }})"))
                .await;
        }
        assert_eq!(page.eval("return [widget.isOpen, inside('textarea').value];", &[]).await, json!([true, "/jk\n "]));
    });
}

#[test]
fn a_key_that_is_held_on_a_suggestion_sends_no_draft() {
    e2e::on_sandbox(async |page, sandbox| {
        page.resize(Screen::Desktop).await;
        let widget = Widget::open(page, sandbox, "held", json!({})).await;
        let session = widget.session().await;
        page.wait_for(&part("suggestion")).await;
        let suggestion = page.texts(&part("suggestion")).await.remove(0);
        page.click(&part("input")).await;
        page.write("not yet").await;
        page.tab_back_to(&inside("li:nth-child(1) > [part~=suggestion]")).await;
        page.hold_enter(8).await;
        let log = widget.log_when(&session, |log| !texts_said(log).is_empty()).await;
        assert_eq!(texts_said(&log), [suggestion.trim()]);
        page.wait_until("insideAll('li[data-role=user]').length === 1").await;
        assert_eq!(page.eval("return inside('textarea').value;", &[]).await, "not yet");
    });
}

#[test]
fn clicks_that_come_while_the_page_hangs_send_one_suggestion() {
    e2e::on_sandbox(async |page, sandbox| {
        page.resize(Screen::Desktop).await;
        let widget = Widget::open(page, sandbox, "hangs", json!({})).await;
        let session = widget.session().await;
        page.wait_for(&part("suggestion")).await;
        let first = page.texts(&part("suggestion")).await.remove(0);
        // All of them are dealt with before the page draws.
        page.eval("const all = insideAll('[part~=suggestion]'); for (const one of [...all, ...all]) one.click();", &[])
            .await;
        page.wait_until("insideAll('li[data-role=user][data-delivery=sent]').length === 1").await;
        let log = widget.log_of(&session).await;
        assert_eq!(texts_said(&log), [first.trim()]);
        assert_eq!(page.count(&inside("li[data-role=user]")).await, 1);
    });
}

#[test]
fn a_dropped_file_opens_nothing_and_a_dropped_text_is_written() {
    e2e::on_sandbox(async |page, sandbox| {
        page.resize(Screen::Desktop).await;
        Widget::open(page, sandbox, "dropped", json!({})).await;
        page.eval(LISTEN, &[]).await;
        let file = "files(new File(['x'], 'x.html', { type: 'text/html' }))";
        for part in ["input", "transcript", "header", "bubble"] {
            for name in ["dragover", "drop"] {
                let event = |data: &str| format!("new DragEvent('{name}', {{ ...all, dataTransfer: {data} }})");
                assert_eq!(take(page, part, &event(file)).await, true, "{name} of a file on {part}");
                assert_eq!(take(page, part, &event("files('text')")).await, false, "{name} of a text on {part}");
            }
        }
        assert_eq!(page.eval("return heard;", &[]).await, json!([]));
    });
}

/// A piece of a message.
fn piece(id: &str, at: usize, text: &str, is_last: bool) -> Value {
    let payload = json!({ "message_id": id, "chunk_index": at, "text": text, "is_complete": is_last });
    json!({ "type": "EVENT_TYPE_POLY_AGENT_MESSAGE_CHUNK", "payload": payload })
}

#[test]
fn what_is_selected_in_a_text_that_grows_stays_selected() {
    e2e::on_sandbox(async |page, sandbox| {
        page.resize(Screen::Desktop).await;
        let widget = Widget::open(page, sandbox, "selected", json!({})).await;
        let texts = ["We are **open** on Mond", "ay and <b>Tues", "day</b>, [here](https://exa", "mple.com).", " Bye."];
        let send = async |at: usize| {
            let frame = piece("grows", at + 1, texts[at], at + 1 == texts.len());
            widget.order("send", json!({ "frames": [frame], "log": true })).await;
        };
        send(0).await;
        page.wait_until("insideAll('li[data-role=agent] .prose').at(-1).textContent === 'We are open on Mond'").await;
        // A range moves with its text as a selection does, and can be asked for what it holds in every browser.
        let select = "const paragraph = insideAll('li[data-role=agent] .prose').at(-1).querySelector('p');
            window.range = document.createRange();
            range.setStart(paragraph.firstChild, 3);
            range.setEnd(paragraph.lastChild, 5);
            getSelection().removeAllRanges();
            getSelection().addRange(range);
            return String(range);";
        assert_eq!(page.eval(select, &[]).await, "are open on M");
        for at in 1..texts.len() {
            send(at).await;
            let shown = ["", "and Tues", "here", "here", "Bye."][at];
            let last = "insideAll('li[data-role=agent] .prose').at(-1)";
            page.wait_until(&format!("{last}.textContent.includes({})", json!(shown))).await;
            assert_eq!(page.eval("return String(range);", &[]).await, "are open on M", "behind {:?}", texts[at]);
        }
    });
}

#[test]
fn an_element_that_is_moved_while_one_reads_above_stays_there() {
    e2e::on_sandbox(async |page, sandbox| {
        page.resize(Screen::Desktop).await;
        let widget = Widget::open(page, sandbox, "moved", json!({})).await;
        for at in 0..12 {
            widget.is_told(&format!("Line {at}\n\nand more\n\nof it")).await;
        }
        page.wait_until("insideAll('li[data-role=agent]').length >= 13").await;
        // The widget hears of it as the page is drawn next.
        let scroll = async |to: u32| {
            let script = "const [to] = arguments;
                const box = inside('[part~=transcript]');
                await new Promise((done) => {
                    box.addEventListener('scroll', () => requestAnimationFrame(done), { once: true });
                    box.scrollTop = to;
                });";
            page.eval_async(script, &[json!(to)]).await;
        };
        scroll(200).await;
        let places = [
            "document.body.prepend(widget)",
            "document.body.append(Object.assign(document.createElement('div'), { id: 'other' })); \
             document.querySelector('#other').append(widget)",
            "widget.remove(); document.body.append(widget)",
        ];
        for place in places {
            page.eval(&format!("{place};"), &[]).await;
            page.eval_async("await new Promise((done) => setTimeout(done, 200));", &[]).await;
            let top = page.eval("return Math.round(inside('[part~=transcript]').scrollTop);", &[]).await;
            assert_eq!(top, 200, "{place}");
        }
        page.click(&part("input")).await;
        scroll(100_000).await;
        page.eval("document.body.prepend(widget);", &[]).await;
        page.wait_for_focus(&part("input")).await;
        let from_end = "const { scrollHeight, clientHeight, scrollTop } = inside('[part~=transcript]');
            return scrollHeight - clientHeight - scrollTop < 4;";
        assert_eq!(page.eval(from_end, &[]).await, true, "who is at the end stays there");
    });
}

/// Opens a long page with an inline chat that has nothing to scroll.
async fn open_short(page: &Page, sandbox: &Sandbox, name: &str) {
    let attributes = json!({ "render-mode": "inline", "auto-open": "true", "language": "en" });
    Widget::on(page, sandbox, name, &Setup::default(), "attributes", attributes).await;
    page.wait_until("insideAll('li[data-role=agent]').length > 0").await;
    page.eval("document.body.style.minHeight = '4000px';", &[]).await;
    let is_short = "inside('[part~=transcript]').scrollHeight <= inside('[part~=transcript]').clientHeight";
    page.wait_until(is_short).await;
}

#[test]
fn the_wheel_over_a_short_inline_chat_scrolls_the_page() {
    e2e::on_sandbox(async |page, sandbox| {
        page.resize(Screen::Desktop).await;
        open_short(page, sandbox, "wheel").await;
        if page.wheel(&part("transcript"), 300).await {
            page.wait_until("scrollY > 0").await;
        } else {
            // Nothing keeps the wheel to itself.
            let script = "const { overscrollBehaviorY, overflowY } = getComputedStyle(inside('[part~=transcript]'));
                return [overscrollBehaviorY, overflowY];";
            assert_eq!(page.eval(script, &[]).await, json!(["auto", "auto"]));
        }
    });
}

#[test]
fn a_finger_over_a_short_inline_chat_scrolls_the_page() {
    e2e::on_sandbox(async |page, sandbox| {
        // No other driver has a finger that scrolls.
        if page.engine() != Engine::Chromium {
            return;
        }
        page.resize(Screen::Phone).await;
        open_short(page, sandbox, "finger").await;
        let listen = "window.moves = 0;
            document.addEventListener('touchmove', () => (moves += 1), { passive: true });";
        page.eval(listen, &[]).await;
        page.swipe_up(&part("transcript"), 200).await;
        // The page hears of it, too: it may scroll something of its own.
        page.wait_until("scrollY > 0 && moves > 0").await;
    });
}
