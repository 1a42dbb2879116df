//! The widget for those who hear it, and for those who have no mouse: what a screen reader comes upon, where the focus goes when
//! what had it is gone.

use e2e::{Engine, Page, Sandbox, Screen, Setup, Widget, inside, key, part};
use serde_json::{Value, json};

/// Puts the chat of the page into another state: `changes` over its own. What it is told to do it does not.
const FAKE: &str = "
    const { widget } = globalThis;
    const watchers = new Set();
    let state = { ...widget.chat.getSnapshot(), messages: [] };
    const never = () => new Promise(() => undefined);
    window.listeners = new Set();
    window.fake = {
        getSnapshot: () => state,
        subscribe: (watcher) => (watchers.add(watcher), () => watchers.delete(watcher)),
        on: (type, listener) => (type === '*' && listeners.add(listener), () => listeners.delete(listener)),
        ready: never, send: never, retry: never, end: never, restart: never, reconnect: never, close: never,
        discard: () => undefined, typing: () => undefined,
    };
    window.show = (changes) => {
        state = { ...state, ...changes };
        for (const watcher of [...watchers]) watcher();
    };
    window.line = (id, role, text, more = {}) => ({
        id, role, text, timestamp: new Date(2026, 1, 14, 18, 30), messageId: id, agent: 'poly', agentName: 'Ada',
        avatarUrl: null, isStreaming: false, attachments: [], suggestions: [], callActions: [], draftId: id,
        delivery: 'sent', error: null, event: 'systemMessage', level: 'info', ...more,
    });
    widget.chat = fake;
    show({});";

pub(crate) async fn fake<'a>(page: &'a Page, sandbox: &'a Sandbox, name: &str, attributes: Value) -> Widget<'a> {
    page.resize(Screen::Desktop).await;
    let widget = Widget::open(page, sandbox, name, attributes).await;
    page.eval(FAKE, &[]).await;
    widget
}

/// What the focus is on, once the page has drawn twice.
async fn focus(page: &Page) -> String {
    let script = "for (let frame = 0; frame < 3; frame += 1) await new Promise(requestAnimationFrame);";
    page.eval_async(script, &[]).await;
    page.focus().await
}

/// What can be gone while it has the focus: how it comes, its selector, how it goes, and what has the focus then.
const VANISHING: &[(&str, &str, &str, &str)] = &[
    ("", "[part~=input]", "show({ ended: { reason: 'REASON_NATURAL_END' } })", "ending"),
    ("show({ ended: { reason: 'REASON_NATURAL_END' } })", "[part~=new-chat]", "show({ ended: null })", "input"),
    ("", "[part~=menu]", "show({ ended: { reason: 'REASON_USER_END' } })", "new-chat"),
    ("show({ ended: null })", "[part~=menu]", "show({ session: null })", "input"),
    (
        "show({ ended: null, session: { id: 'another' } }); inside('[part~=menu]').click()",
        "[part~=end-chat]",
        "show({ ended: { reason: 'REASON_USER_END' } })",
        "new-chat",
    ),
    (
        "show({ ended: null, connection: { status: 'reconnecting', attempt: 1, retryInMs: 9000 } })",
        "[part~=reconnect]",
        "show({ connection: { status: 'connecting' } })",
        "input",
    ),
    (
        "show({ connection: { status: 'failed', error: { message: 'No.', retryable: true } } })",
        "[part~=reconnect]",
        "show({ connection: { status: 'open' } })",
        "input",
    ),
    (
        "show({ suggestions: [{ text: 'Yes', payload: null }, { text: 'No', payload: null }] })",
        "[part~=suggestion]",
        "show({ suggestions: [] })",
        "input",
    ),
    (
        "show({ messages: [line('1', 'user', 'lost', { delivery: 'failed', messageId: null })] })",
        "[part~=retry]",
        "show({ messages: [line('1', 'user', 'lost', { delivery: 'pending', messageId: null })] })",
        "transcript",
    ),
    (
        "show({ messages: [line('1', 'user', 'lost', { delivery: 'failed', messageId: null })] })",
        "[part~=discard]",
        "show({ messages: [] })",
        "transcript",
    ),
    (
        "show({ messages: [line('2', 'agent', '[a link](https://example.com)')] })",
        "li a",
        "show({ language: 'de' })",
        "transcript",
    ),
    ("show({ language: null })", "[part~=close]", "widget.hideHeader()", "input"),
    ("widget.showHeader()", "[part~=menu]", "widget.hideHeader()", "input"),
    ("widget.showHeader()", "[part~=close]", "widget.setAttribute('render-mode', 'inline')", "input"),
    (
        "widget.setAttribute('render-mode', 'floating'); widget.open()",
        "[part~=send]",
        "show({ suggestions: [] })",
        "send",
    ),
    ("", "[part~=send]", "show({ ended: { reason: 'REASON_NATURAL_END' } })", "new-chat"),
    (
        "show({ ended: null, messages: [line('9', 'user', 'lost', { delivery: 'failed', messageId: null })] })",
        "[part~=retry]",
        "show({ ended: { reason: 'REASON_NATURAL_END' } })",
        "transcript",
    ),
];

#[test]
fn the_focus_never_falls_to_the_page() {
    e2e::on_sandbox(async |page, sandbox| {
        fake(page, sandbox, "vanishing", json!({})).await;
        let mut wrong = Vec::new();
        for (come, selector, go, wanted) in VANISHING {
            page.eval(come, &[]).await;
            let had = page
                .eval_async(
                    "for (let frame = 0; frame < 3; frame += 1) await new Promise(requestAnimationFrame);
                    if (arguments[0].includes('send')) {
                        inside('[part~=input]').value = 'x';
                        inside('[part~=input]').dispatchEvent(new InputEvent('input', { bubbles: true }));
                    }
                    inside(arguments[0]).focus();
                    return widget.shadowRoot.activeElement === inside(arguments[0]);",
                    &[json!(selector)],
                )
                .await;
            assert_eq!(had, true, "{selector} does not take the focus");
            page.eval(go, &[]).await;
            let found = focus(page).await;
            if found.split(' ').next() != Some(wanted) {
                wrong.push(format!("{selector}, {go}: {found}"));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        // From wherever it went, Escape closes.
        page.press(key::ESCAPE).await;
        page.wait_until("!widget.isOpen").await;
    });
}

#[test]
fn with_keys_alone_a_chat_is_ended_on_purpose_and_another_begun() {
    e2e::on_sandbox(async |page, sandbox| {
        page.resize(Screen::Desktop).await;
        let widget = Widget::open(page, sandbox, "keys", json!({})).await;
        let first = widget.session().await;
        // Whoever presses Enter once more than needed does not end it.
        page.tab_back_to(&part("menu")).await;
        for _ in 0..3 {
            page.press(key::ENTER).await;
        }
        page.wait_for_focus(&part("menu")).await;
        assert_eq!(page.eval("return widget.chat.getSnapshot().ended;", &[]).await, Value::Null);
        // The menu begins another.
        page.press(key::ENTER).await;
        page.tab_to(&part("restart")).await;
        page.press(key::ENTER).await;
        page.wait_for_focus(&part("input")).await;
        widget.until(&format!("chat.getSnapshot().session?.id !== '{first}' && chat.getSnapshot().agent")).await;
        page.wait_for_focus(&part("input")).await;
        // And ends it.
        page.tab_back_to(&part("menu")).await;
        page.press(key::ENTER).await;
        page.press(key::ENTER).await;
        page.wait_for_focus(&part("cancel")).await;
        page.tab_back_to(&part("end-chat")).await;
        page.press(key::ENTER).await;
        page.wait_for_focus(&part("new-chat")).await;
        page.press(key::ENTER).await;
        page.wait_for_focus(&part("input")).await;
        page.press(key::ESCAPE).await;
        page.wait_for_focus(&part("launcher")).await;
    });
}

#[test]
fn a_silent_chat_says_that_it_is_about_to_end_and_one_key_keeps_it() {
    e2e::on_sandbox(async |page, sandbox| {
        page.resize(Screen::Desktop).await;
        let widget = Widget::open(page, sandbox, "idle", json!({})).await;
        let warning = json!({ "type": "EVENT_TYPE_SESSION_IDLE_WARNING", "payload": {} });
        widget.order("send", json!({ "frames": [warning], "log": true })).await;
        page.wait_for_text(&part("idle"), "will end soon").await;
        page.wait_until("inside('[part~=announcer]').textContent.includes('will end soon')").await;
        page.tab_back_to(&part("stay")).await;
        page.press(key::ENTER).await;
        page.wait_for_focus(&part("input")).await;
        page.wait_until("inside('[part~=idle]').hidden").await;
        // A message is what no server takes for silence.
        widget.settle(&["I'm still here"]).await;
    });
}

#[test]
fn a_readers_cursor_scrolls_the_conversation_and_never_the_panel() {
    e2e::on_sandbox(async |page, sandbox| {
        fake(page, sandbox, "scrolled", json!({})).await;
        page.eval(
            "show({ isAgentTyping: true, messages: Array.from({ length: 60 }, (_, index) =>
                line(String(index), index % 3 ? 'agent' : 'user', `Number ${index}, with ~~old~~ **new** words.`)) });",
            &[],
        )
        .await;
        page.wait_until("insideAll('li[data-role]').length === 60").await;
        let moved = page
            .eval_async(
                "const panel = inside('[part~=panel]');
                const top = inside('[part~=header]').getBoundingClientRect().top;
                const moved = [];
                for (const unseen of insideAll('.unseen')) {
                    for (const block of ['start', 'end']) {
                        unseen.scrollIntoView({ block });
                        const box = unseen.closest('[part~=transcript]')?.getBoundingClientRect();
                        const at = unseen.getBoundingClientRect();
                        const isBeside = box && (at.bottom < box.top - 1 || at.top > box.bottom + 1);
                        if (isBeside || panel.scrollTop || inside('[part~=header]').getBoundingClientRect().top !== top) {
                            moved.push(`${unseen.textContent}: ${panel.scrollTop}`);
                        }
                    }
                }
                await new Promise(requestAnimationFrame);
                if (panel.scrollTop) moved.push(`in the end: ${panel.scrollTop}`);
                return moved;",
                &[],
            )
            .await;
        assert_eq!(moved, json!([]));
    });
}

#[test]
fn what_a_reader_walks_through_has_names_authors_times_and_languages() {
    e2e::on_sandbox(async |page, sandbox| {
        fake(page, sandbox, "tree", json!({ "language": "de" })).await;
        page.eval(
            "const picture = { kind: 'image', contentType: null, title: null, contentUrl: location.origin + '/none.png',
                previewImageUrl: null, callToActionText: null };
            show({ language: 'cy' });
            for (const hear of listeners) hear({ type: 'languageChanged', languageCode: 'cy' });
            for (const hear of listeners) hear({ type: 'agentMessage', messageId: '1', id: 'e' });
            show({
                agent: { kind: 'poly', name: 'Ada', avatarUrl: null },
                messages: [
                    line('1', 'agent', 'Bore da:\\n1. one\\n2. two\\n   - three'),
                    line('2', 'user', 'Table for two', { delivery: 'failed', messageId: null }),
                ],
                suggestions: [{ text: 'Ja', payload: null }],
                handoff: { ...state.handoff, phase: 'queued', position: 2 },
            });"
            .replace("...state", "...fake.getSnapshot()")
            .as_str(),
            &[],
        )
        .await;
        page.wait_until("insideAll('li[data-role]').length === 2").await;
        if page.engine() == Engine::Chromium {
            let heard = page.heard().await;
            let named = |role: &str| -> Vec<&str> {
                heard.iter().filter(|node| node.role == role).map(|node| node.name.as_str()).collect()
            };
            // One step for each message, whatever lists are in it.
            assert_eq!(named("article"), ["Ada 18:30", "Sie 18:30"]);
            let log = heard.iter().find(|node| node.role == "log").expect("a log");
            let steps = heard.iter().filter(|node| node.role == "article").map(|node| node.depth);
            assert!(steps.clone().all(|depth| depth == log.depth + 1), "{heard:?}");
            for button in ["Erneut senden: Table for two", "Verwerfen: Table for two"] {
                assert!(named("button").contains(&button), "{:?}", named("button"));
            }
        }
        let steps = "return insideAll('.lines, .line, .line .body').map((element) => element.getAttribute('role'));";
        assert_eq!(page.eval(steps, &[]).await, json!(["none", "none", "article", "none", "article"]));
        // What is without bullets is a list all the same.
        let lists = "return insideAll('ol.steps, ul.suggestions')
            .map((list) => [list.getAttribute('role'), list.querySelectorAll(':scope > li:not([role])').length]);";
        assert_eq!(page.eval(lists, &[]).await, json!([["list", 4], ["list", 1]]));
        // The widget speaks German, the conversation Welsh.
        page.eval(
            "show({ language: 'fr' });
            for (const hear of listeners) hear({ type: 'languageChanged', languageCode: 'fr' });
            show({ messages: [...fake.getSnapshot().messages, line('3', 'agent', 'Bonjour')] });",
            &[],
        )
        .await;
        page.wait_until("insideAll('[part~=bubble]').length === 3").await;
        let languages = page
            .eval("return [inside('.root').lang, ...insideAll('[part~=bubble]').map(({ lang }) => lang)];", &[])
            .await;
        assert_eq!(languages, json!(["fr", "cy", "cy", "fr"]));
    });
}

#[test]
fn consent_is_read_before_it_is_given() {
    e2e::on_sandbox(async |page, sandbox| {
        page.resize(Screen::Desktop).await;
        let terms = json!({ "disclaimer": "We keep [what you say](https://example.com).", "require-consent": "" });
        Widget::on(page, sandbox, "terms", &Setup::default(), "attributes", terms).await;
        page.tab_to(&part("launcher")).await;
        page.press(key::ENTER).await;
        page.wait_for_focus(&part("disclaimer")).await;
        if page.engine() == Engine::Chromium {
            let heard = page.heard().await;
            let region = heard.iter().find(|node| node.name == "Please read this first").expect("it has a name");
            assert_eq!(region.description, "We keep what you say.", "{region:?}");
        }
        // It is covered by nothing that comes first, and Enter agrees to nothing yet.
        page.press(key::ENTER).await;
        page.wait_for_focus(&part("disclaimer")).await;
        page.press(key::TAB).await;
        page.wait_for_focus(&inside("[part~=disclaimer] a")).await;
        page.press(key::TAB).await;
        page.wait_for_focus(&part("agree")).await;
        page.press(key::ENTER).await;
        page.wait_for_focus(&part("input")).await;
    });
}

#[test]
fn what_moves_stops_for_whoever_comes_near_and_steps_can_be_seen() {
    e2e::on_sandbox(async |page, sandbox| {
        fake(page, sandbox, "moving", json!({})).await;
        let endless = "return widget.shadowRoot.getAnimations()
            .filter(({ effect }) => effect.getComputedTiming().endTime === Infinity)
            .map(({ animationName }) => animationName);";
        let queued = "show({ handoff: { ...fake.getSnapshot().handoff, phase: 'queued' } });";
        page.eval(queued, &[]).await;
        page.wait_for(&inside(".steps [data-step=current]")).await;
        assert_eq!(page.eval(endless, &[]).await, json!([]));
        // WCAG 1.4.11: each step against what it stands on.
        let contrast = page
            .eval(
                "const light = (color) => {
                    const parts = color.match(/[\\d.]+/g).slice(0, 3).map((part) => part / 255)
                        .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
                    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2];
                };
                const least = [];
                for (const theme of ['light', 'dark']) {
                    widget.setAttribute('theme', theme);
                    inside('.root').dataset.theme = theme;
                    const below = light(getComputedStyle(inside('.handoff')).backgroundColor);
                    for (const step of insideAll('.steps li')) {
                        const edge = light(getComputedStyle(step).borderTopColor);
                        const [high, low] = edge > below ? [edge, below] : [below, edge];
                        least.push((high + 0.05) / (low + 0.05));
                    }
                }
                return Math.min(...least);",
                &[],
            )
            .await;
        assert!(contrast.as_f64().is_some_and(|contrast| contrast >= 3.0), "{contrast}");

        page.eval("widget.close(); document.querySelector('#before').focus();", &[]).await;
        for animation in ["pulse", "bounce", "shake"] {
            page.eval(&format!("widget.animateIcon('{animation}');"), &[]).await;
            page.wait_for(&inside(&format!("[part~=launcher][data-animation={animation}]"))).await;
            page.tab_to(&part("launcher")).await;
            page.wait_for_none(&inside("[data-animation]")).await;
            page.eval("document.querySelector('#before').focus();", &[]).await;
        }
    });
}

/// What a chat may come to, and whether a message can then be sent.
const STATES: &[(&str, bool)] = &[
    ("ended: { reason: 'REASON_NATURAL_END' }", false),
    ("ended: null", true),
    ("connection: { status: 'failed', error: { message: 'No.', retryable: false } }", false),
    ("connection: { status: 'failed', error: { message: 'No.', retryable: true } }", true),
    ("connection: { status: 'reconnecting', attempt: 1, retryInMs: 9000 }", true),
];

#[test]
fn what_has_failed_is_sent_again_only_where_it_can_be() {
    e2e::on_sandbox(async |page, sandbox| {
        fake(page, sandbox, "final", json!({})).await;
        let failed = "show({ messages: [line('1', 'user', 'lost', { delivery: 'failed', messageId: null })] });";
        page.eval(failed, &[]).await;
        page.wait_for(&part("retry")).await;
        for (state, can_be_sent) in STATES {
            page.eval(&format!("show({{ {state} }});"), &[]).await;
            let offered = "return insideAll('[part~=retry], [part~=discard]')
                .filter((button) => button.getClientRects().length > 0)
                .map((button) => button.getAttribute('part'));";
            let wanted = if *can_be_sent { json!(["retry", "discard"]) } else { json!(["discard"]) };
            assert_eq!(page.eval(offered, &[]).await, wanted, "{state}");
        }
    });
}

/// Has the agent send an image, and the user enlarge it.
async fn enlarge(page: &Page, sandbox: &Sandbox, title: Option<&str>) {
    let image = json!({
        "kind": "image", "contentType": null, "title": title, "contentUrl": sandbox.url("/assets/table.svg"),
        "previewImageUrl": null, "callToActionText": null,
    });
    let send = "show({ messages: [line('1', 'agent', 'Your table', { attachments: [arguments[0]] })] });";
    page.eval(send, &[image]).await;
    page.click(&part("image")).await;
    page.wait_for(&inside("dialog[part~=lightbox][open] img")).await;
}

#[test]
fn what_comes_while_an_image_is_enlarged_is_said_once_it_is_closed() {
    e2e::on_sandbox(async |page, sandbox| {
        fake(page, sandbox, "hushed", json!({})).await;
        enlarge(page, sandbox, None).await;
        let more = "show({ messages: [...fake.getSnapshot().messages, line('2', 'agent', 'There is one left')] });";
        page.eval(more, &[]).await;
        page.wait_until("insideAll('li[data-role=agent]').length === 2").await;
        // Twice as long as a reader is given to follow what can be heard again.
        page.eval_async("await new Promise((done) => setTimeout(done, 1000));", &[]).await;
        let said = "spoken.filter((text) => text.includes('There is one left'))";
        assert_eq!(page.eval(&format!("return {said};"), &[]).await, json!([]));
        page.press(key::ESCAPE).await;
        page.wait_for_none(&inside("dialog[open]")).await;
        page.wait_until(&format!("{said}.length > 0")).await;
        assert_eq!(page.eval(&format!("return {said};"), &[]).await, json!(["Ada: There is one left."]));
    });
}

#[test]
fn an_enlarged_image_has_a_name_with_and_without_a_title() {
    e2e::on_sandbox(async |page, sandbox| {
        fake(page, sandbox, "named", json!({})).await;
        for (title, name) in [(None, "Picture"), (Some("Your table by the window"), "Your table by the window")] {
            enlarge(page, sandbox, title).await;
            let names = "const dialog = inside('dialog[open]');
                const [button, image] = ['button', 'img'].map((inner) => dialog.querySelector(inner));
                return [dialog.getAttribute('aria-label'), image.alt, button.getAttribute('aria-label')];";
            assert_eq!(page.eval(names, &[]).await, json!([name, name, "Close image"]));
            if page.engine() == Engine::Chromium {
                let heard = page.heard().await;
                let roles: Vec<_> = heard.iter().filter(|node| node.name == name).map(|node| &*node.role).collect();
                let is_image = roles.contains(&"image") || roles.contains(&"img");
                assert!(roles.contains(&"dialog") && is_image, "{heard:?}");
            }
            page.press(key::ESCAPE).await;
            page.wait_for_none(&inside("dialog[open]")).await;
        }
    });
}
