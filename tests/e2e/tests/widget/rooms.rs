//! Little room and large letters: what one writes in, and enough of what was said, stay in sight (WCAG 2.2, 1.4.4 and 1.4.10).

use e2e::{Engine, Page, Screen, Setup, Widget};
use serde_json::{Value, json};

use crate::readers::fake;

/// Rooms, in CSS pixels: 1280×1024 at 400 %, and a phone with its keyboard up.
const ROOMS: [(u32, u32); 2] = [(320, 256), (375, 330)];

/// A chat in which nothing takes of it.
const BASE: &str = "
    const none = {
        phase: 'none', queueName: null, position: null, estimatedWaitSeconds: null, displayMessage: null, reason: null, route: null,
    };
    const base = { handoff: none, suggestions: [], connection: { status: 'open' } };";

/// What may take of the room, as states of the chat.
const STATES: &[(&str, &str)] = &[
    ("nothing else", "{}"),
    (
        "a queue",
        "{ handoff: { ...none, phase: 'queued', queueName: 'Bookings', position: 12, estimatedWaitSeconds: 600 } }",
    ),
    ("a banner", "{ connection: { status: 'reconnecting', attempt: 3, retryInMs: 9000 } }"),
    (
        "suggestions",
        "{ suggestions: ['Opening hours', 'Book a table for this evening', 'Speak with somebody', 'Something else'] \
            .map((text) => ({ text })) }",
    ),
    (
        "all of it",
        "{ connection: { status: 'reconnecting', attempt: 3, retryInMs: 9000 }, \
            handoff: { ...none, phase: 'queued', queueName: 'Bookings', position: 12, estimatedWaitSeconds: 600 }, \
            suggestions: ['Opening hours', 'Book a table for this evening', 'Speak with somebody', 'Something else'] \
            .map((text) => ({ text })) }",
    ),
];

/// Where the text box is, how much of the log is seen in the window, and whether both can be brought into sight.
const SEEN: &str = "
    const seen = (element) => {
        let { top, bottom } = element.getBoundingClientRect();
        for (let at = element.parentElement; at; at = at.parentElement) {
            if (getComputedStyle(at).overflowY === 'visible') continue;
            const box = at.getBoundingClientRect();
            [top, bottom] = [Math.max(top, box.top), Math.min(bottom, box.bottom)];
        }
        return Math.max(0, Math.min(bottom, innerHeight) - Math.max(top, 0));
    };
    const [input, log, panel] = ['[part~=input]', '[part~=transcript]', '[part~=panel]'].map(inside);
    const line = 1.45 * parseFloat(getComputedStyle(log).fontSize);
    const whole = input.getBoundingClientRect().height;
    const isSeen = () => seen(input) >= Math.min(whole, line);
    const lines = () => seen(log) / line;
    if (isSeen() && lines() >= 2) return 'both';
    // Else the panel scrolls as a whole: each can be scrolled to.
    input.scrollIntoView({ block: 'nearest' });
    const canWrite = isSeen();
    log.scrollIntoView({ block: 'nearest' });
    return canWrite && lines() >= 2 ? 'scrolls' : `input ${canWrite}, ${lines().toFixed(1)} lines`;";

async fn check(page: &Page, state: &str, changes: &str, room: (u32, u32)) {
    page.eval(&format!("{BASE} show({{ ...base, ...{changes} }});"), &[]).await;
    page.eval_async("await new Promise((done) => requestAnimationFrame(() => setTimeout(done, 50)));", &[]).await;
    let seen = page.eval(SEEN, &[]).await;
    assert!(seen == "both" || seen == "scrolls", "{state} at {room:?}: {seen}");
    let wide = page
        .eval("const { scrollWidth, clientWidth } = inside('[part~=panel]'); return scrollWidth - clientWidth;", &[]);
    assert_eq!(wide.await, 0, "{state} at {room:?} scrolls to both sides");
}

#[test]
fn in_a_small_room_one_sees_what_one_writes_and_what_was_said() {
    e2e::on_private_sandbox(async |page, sandbox| {
        let attributes =
            json!({ "disclaimer": "Please do not share [personal data](https://example.com/privacy) here." });
        fake(page, sandbox, "rooms", attributes).await;
        let lines = "show({ messages: [1, 2, 3, 4, 5].map((at) => line(`l${at}`, at % 2 ? 'agent' : 'user', \
            'A line that says something, and goes on for a while.')) });";
        page.eval(lines, &[]).await;
        for (width, height) in ROOMS {
            let width = if page.engine() == Engine::WebKit { 450 } else { width };
            page.resize_to(width, height).await;
            for (state, changes) in STATES {
                check(page, state, changes, (width, height)).await;
            }
        }
    });
}

#[test]
fn letters_twice_as_large_make_the_chat_twice_as_large_and_cut_nothing_off() {
    e2e::on_private_sandbox(async |page, sandbox| {
        page.resize(Screen::Desktop).await;
        Widget::open(page, sandbox, "letters", json!({})).await;
        let size = "const style = getComputedStyle(inside('[part~=bubble]'));
            return [parseFloat(style.fontSize), parseFloat(getComputedStyle(inside('[part~=input]')).fontSize)];";
        let before: Vec<f64> = serde_json::from_value(page.eval(size, &[]).await).expect("two lengths");
        if !page.prefer_letters(32).await {
            return;
        }
        page.wait_until("parseFloat(getComputedStyle(inside('[part~=bubble]')).fontSize) > 20").await;
        let after: Vec<f64> = serde_json::from_value(page.eval(size, &[]).await).expect("two lengths");
        for (before, after) in before.iter().zip(&after) {
            assert!((after / before - 2.0).abs() < 0.1, "{before} px became {after} px");
        }
        let seen = page.eval(SEEN, &[]).await;
        assert_eq!(seen, "both");
        let outside = page.eval(
            "const panel = inside('[part~=panel]').getBoundingClientRect();
            return [panel.top >= 0, panel.left >= 0, panel.bottom <= innerHeight, panel.right <= innerWidth];",
            &[],
        );
        assert_eq!(outside.await, json!([true, true, true, true]));
    });
}

#[test]
fn names_of_three_hundred_letters_stay_in_the_panel() {
    e2e::on_sandbox(async |page, sandbox| {
        page.resize(Screen::Desktop).await;
        let name = "Maximiliana".repeat(30);
        let setup = Setup::default();
        let widget = Widget::open_with(page, sandbox, "names", &setup, json!({})).await;
        let frames: Vec<Value> = ["POLY_AGENT_MESSAGE", "LIVE_AGENT_JOINED", "LIVE_AGENT_MESSAGE", "LIVE_AGENT_TYPING"]
            .iter()
            .enumerate()
            .map(|(at, kind)| {
                let payload = json!({ "message_id": format!("named {at}"), "text": "Hello", "agent_name": name });
                json!({ "type": format!("EVENT_TYPE_{kind}"), "payload": payload })
            })
            .collect();
        widget.order("send", json!({ "frames": frames, "log": true })).await;
        page.wait_until("inside('.root').textContent.split('MaximilianaMaximiliana').length > 3").await;
        let outside = page.eval(
            "const panel = inside('[part~=panel]').getBoundingClientRect();
            return [...inside('[part~=panel]').querySelectorAll('*')]
                .filter((element) => element.checkVisibility?.() !== false && !element.closest('.unseen'))
                .filter((element) => {
                    let { left, right } = element.getBoundingClientRect();
                    for (let at = element.parentElement; at; at = at.parentElement) {
                        if (getComputedStyle(at).overflowX === 'visible') continue;
                        const box = at.getBoundingClientRect();
                        [left, right] = [Math.max(left, box.left), Math.min(right, box.right)];
                        if (at.part.contains('panel')) break;
                    }
                    return right - left > 1 && (left < panel.left - 1 || right > panel.right + 1);
                })
                .map((element) => `${element.localName} ${element.getAttribute('part') ?? element.className}`);",
            &[],
        );
        assert_eq!(outside.await, json!([]));
        let header = page.eval(
            "return inside('[part~=header]').offsetHeight < 100 && inside('[part~=close]').offsetWidth > 20;",
            &[],
        );
        assert_eq!(header.await, true);
    });
}
