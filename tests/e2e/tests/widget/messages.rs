//! Messages in the widget: how they come in, how they go out, and the box they are written in.

use e2e::{Screen, Setup, Widget, inside, key, part, texts_said};
use serde_json::json;

/// The last of the user's lines.
const LAST_OWN: &str = "insideAll('li[data-role=user]').at(-1)";

#[test]
fn a_reply_streams_in_as_markdown() {
    e2e::on_sandbox(async |page, sandbox| {
        page.resize(Screen::Desktop).await;
        let slow = Setup { settings: json!({ "pace_ms": 60 }), ..Setup::default() };
        let widget = Widget::open_with(page, sandbox, "stream", &slow, json!({})).await;
        page.eval(
            "window.lengths = [];
            new MutationObserver(() => {
                const line = inside('li[data-role=agent][data-streaming=true]');
                const length = line?.querySelector('[part~=bubble]').textContent.length;
                if (length && length !== lengths.at(-1)) lengths.push(length);
            }).observe(widget.shadowRoot, { childList: true, characterData: true, subtree: true, attributes: true });",
            &[],
        )
        .await;
        widget.say("is it **really** `good` <b>food</b> there").await;
        page.wait_for(&inside("li[data-role=agent][data-streaming=true]")).await;
        widget.hears("food there").await;
        let lengths: Vec<u64> = serde_json::from_value(page.eval("return lengths;", &[]).await).expect("numbers");
        assert!(lengths.len() > 3 && lengths.is_sorted(), "it did not grow: {lengths:?}");
        // Markdown is shown, and what HTML is known.
        assert_eq!(page.texts(&inside("li:last-child strong")).await, ["really", "food"]);
        assert_eq!(page.texts(&inside("li:last-child code")).await, ["good"]);
        assert_eq!(page.count(&inside("li b")).await, 0);
        // What the user wrote stands as it was written.
        let own = page.eval(&format!("return {LAST_OWN}.querySelector('[part~=bubble]').textContent;"), &[]).await;
        assert_eq!(own, "is it **really** `good` <b>food</b> there");
        widget.settle(&["is it **really** `good` <b>food</b> there"]).await;
    });
}

#[test]
fn a_message_waits_while_the_line_is_dead_and_arrives_once() {
    e2e::on_sandbox(async |page, sandbox| {
        page.resize(Screen::Phone).await;
        let widget = Widget::open(page, sandbox, "pending", json!({ "confirm-timeout-ms": "3000" })).await;
        widget.order("freeze", json!({})).await;
        widget.say("frozen").await;
        page.wait_for(&inside("li[data-role=user][data-delivery=pending]")).await;
        // The box is free for the next one meanwhile.
        assert_eq!(page.eval("return inside('textarea').value;", &[]).await, "");
        page.wait_for(&inside("li[data-role=user][data-delivery=sent]")).await;
        widget.hears("frozen").await;
        widget.settle(&["frozen"]).await;
    });
}

#[test]
fn a_message_that_failed_is_sent_again_by_a_tap_and_arrives_once() {
    e2e::on_sandbox(async |page, sandbox| {
        page.resize(Screen::Desktop).await;
        let widget = Widget::open(page, sandbox, "failed", json!({ "confirm-timeout-ms": "700" })).await;
        let is_greeting = "({ text, isStreaming }) => text?.startsWith('Hello') && !isStreaming";
        let lost = widget.session().await;
        for retried in [true, false] {
            let session = widget.session().await;
            widget.lose_what_is_said().await;
            widget.say("lost").await;
            page.wait_for(&inside("li[data-role=user][data-delivery=pending]")).await;
            widget.order("expire", json!({ "close": 4001 })).await;
            // Its session is gone, and another one is there.
            page.wait_for(&inside("li[data-delivery=failed]")).await;
            widget.until(&format!("chat.getSnapshot().session?.id !== '{session}' && chat.getSnapshot().agent")).await;
            // What comes in while one taps moves what is tapped: the greeting, and the suggestions below it.
            let greetings = if retried { 2 } else { 3 };
            let is_quiet = format!("messages.filter({is_greeting}).length === {greetings} && suggestions.length > 0");
            widget.until(&format!("(({{ messages, suggestions }}) => {is_quiet})(chat.getSnapshot())")).await;
            let anew = widget.session().await;
            if retried {
                page.click(&inside("li[data-delivery=failed] [part~=retry]")).await;
                widget.hears("lost").await;
            } else {
                page.click(&inside("li[data-delivery=failed] [part~=discard]")).await;
            }
            page.wait_for_none(&inside("li[data-delivery=failed]")).await;
            let said = widget.log_when(&anew, |log| texts_said(log).len() == usize::from(retried)).await;
            assert_eq!(texts_said(&said), if retried { vec!["lost"] } else { Vec::new() });
        }
        assert!(texts_said(&widget.log_of(&lost).await).is_empty());
    });
}

#[test]
fn the_text_box_grows_and_tells_of_its_limit() {
    e2e::on_sandbox(async |page, sandbox| {
        page.resize(Screen::Desktop).await;
        let widget = Widget::open(page, sandbox, "limit", json!({ "max-length": "60" })).await;
        let height = async || page.eval("return inside('textarea').offsetHeight;", &[]).await.as_f64().unwrap_or(0.0);
        let low = height().await;
        page.click(&part("input")).await;
        page.wait_for_none(&inside("[part~=send]:enabled")).await;
        page.write("one").await;
        page.press_with(key::SHIFT, key::ENTER).await;
        page.write("two").await;
        page.press_with(key::SHIFT, key::ENTER).await;
        page.write("three").await;
        assert!(height().await > 2.0 * low - 20.0 && height().await > low, "{low} grew to {}", height().await);
        page.press(key::ENTER).await;
        page.wait_for(&inside("li[data-role=user][data-delivery=sent]")).await;
        page.wait_until(&format!("inside('textarea').offsetHeight === {low}")).await;
        assert_eq!(widget.bubbles().await[1], "one\ntwo\nthree");

        // Before it is hit, there is a number; beyond it, the message does not go.
        page.write(&"x".repeat(55)).await;
        page.wait_for_text(&part("counter"), "5 ").await;
        page.write(&"x".repeat(8)).await;
        page.wait_for_text(&part("counter"), "3 ").await;
        page.wait_for(&inside("textarea[aria-invalid=true]")).await;
        page.wait_for_none(&inside("[part~=send]:enabled")).await;
        page.press(key::ENTER).await;
        for _ in 0..3 {
            page.press(key::BACKSPACE).await;
        }
        page.wait_for_none(&inside("textarea[aria-invalid=true]")).await;
        page.click(&part("send")).await;
        widget.settle(&["one\ntwo\nthree", &"x".repeat(60)]).await;
        page.wait_for_focus(&part("input")).await;
    });
}

#[test]
fn the_chat_stays_at_its_end_unless_the_reader_went_up() {
    e2e::on_sandbox(async |page, sandbox| {
        page.resize(Screen::Desktop).await;
        let widget = Widget::open(page, sandbox, "scroll", json!({})).await;
        let at_end = "((box) => box.scrollHeight - box.clientHeight - box.scrollTop < 4)(inside('[part~=transcript]'))";
        for count in 0..12 {
            widget.is_told(&format!("Dish {count} of today, which is long enough to take two or three lines.")).await;
        }
        widget.hears("Dish 11").await;
        page.wait_until(at_end).await;
        assert_eq!(page.eval("return inside('[part~=jump]').hidden;", &[]).await, true);

        // The reader goes up by keyboard, and stays where they are.
        page.tab_back_to(&part("transcript")).await;
        page.press_until(key::PAGE_UP, &format!("!({at_end})")).await;
        let place = async || {
            page.eval_async(
                "const top = () => inside('[part~=transcript]').scrollTop;
                for (let last; last !== top(); ) {
                    last = top();
                    for (let frame = 0; frame < 10; frame += 1) await new Promise(requestAnimationFrame);
                }
                return top();",
                &[],
            )
            .await
        };
        let before = place().await;
        widget.is_told("Dish 12, the last one.").await;
        page.wait_for(&part("jump")).await;
        assert_eq!(place().await, before);
        page.click(&part("jump")).await;
        page.wait_until(at_end).await;
        page.wait_until("inside('[part~=jump]').hidden").await;
        widget.is_told("And coffee.").await;
        widget.hears("And coffee.").await;
        page.wait_until(at_end).await;

        // Who writes is taken to the end.
        page.tab_to(&part("transcript")).await;
        page.press_until(key::PAGE_UP, &format!("!({at_end})")).await;
        widget.say("thanks").await;
        page.wait_until(at_end).await;
    });
}
