//! The widget in pages that are not made for it: what they do to their styles, to the language, with the keyboard and the focus.
//! Each test goes through a table of pages (`pages/host.html`) in one browser.

use e2e::{Page, Sandbox, key, part};
use serde_json::json;
use url::form_urlencoded;

/// A page that has a chat by one script tag.
#[derive(Clone, Copy, Default)]
struct Host<'a> {
    /// The chat's connector.
    connector: &'a str,
    /// What the page does to itself before the chat comes: a sheet, a script, elements of its own.
    style: &'a str,
    script: &'a str,
    body: &'a str,
    /// Attributes of the tag, without `data-`, as JSON.
    attributes: &'a str,
}

impl Host<'_> {
    async fn open(self, page: &Page, sandbox: &Sandbox) {
        // The harness has objects of its own on the page.
        page.eval("for (const name of Object.keys(Object.prototype)) delete Object.prototype[name];", &[]).await;
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("api", &sandbox.url("")).append_pair("connector", self.connector);
        query.append_pair("style", self.style).append_pair("script", self.script).append_pair("body", self.body);
        if !self.attributes.is_empty() {
            query.append_pair("attributes", self.attributes);
        }
        page.open(&sandbox.page(&format!("/host.html?{}", query.finish()))).await;
        page.wait_until("globalThis.isStarted").await;
    }
}

/// Has the sandbox answer without pauses.
async fn connector(sandbox: &Sandbox, name: &str) {
    let settings = json!({ "pace_ms": 1, "step_ms": 1, "messages_per_second": 0 });
    sandbox.order(&format!("/connectors/connector-token-of-{name}"), &settings).await;
}

/// Sheets of pages, each of which once had the button, the panel or its text somewhere else, or of another look.
const SHEETS: &[(&str, &str)] = &[
    ("transformed", "body { transform: translateY(40px); contain: strict; block-size: 3000px; overflow: hidden }"),
    ("every child", "body > * { display: block; filter: blur(0); will-change: transform; perspective: 9px; overflow: hidden }"),
    ("turned", "html { block-size: 3000px; filter: grayscale(1) } body { rotate: 90deg; opacity: 0.2 }"),
    ("zoomed", "body { zoom: 1.25 }"),
    ("zoomed out", "html { zoom: 0.8 }"),
    (
        "properties",
        "html { font-size: 62.5% }
        * { --accent: red; --text: red; --gap: 200px; --width: 20px; --height: 20px; --font-size: 3px; --launcher: 9px;
            --viewport-height: 10px; --viewport-top: 90px; --radius: 90px; --layer: -1; --room: 10px; --background: red }",
    ),
    (
        "inherited",
        "body { user-select: none; -webkit-user-select: none; pointer-events: none; line-height: 4; letter-spacing: 9px;
            word-spacing: 90px; text-transform: uppercase; text-align: right; text-indent: 90px; white-space: pre;
            direction: rtl; writing-mode: vertical-rl; cursor: wait; font: italic 700 50px serif; color: red }",
    ),
    ("on top", "body::before { content: ''; position: fixed; inset: 0; z-index: 2147483647; background: #fff }"),
];

#[test]
fn floats_over_any_page_and_looks_as_ever() {
    e2e::on_sandbox(async |page, sandbox| {
        page.resize(e2e::Screen::Desktop).await;
        connector(sandbox, "sheets").await;
        for (name, style) in SHEETS {
            Host { connector: "sheets", style, ..Host::default() }.open(page, sandbox).await;
            // In the corner, and not on a page's own way to it.
            page.wait_until(
                "isOnTop('[part~=launcher]') && innerWidth - boxOf('[part~=launcher]').right < 50
                    && innerHeight - boxOf('[part~=launcher]').bottom < 50",
            )
            .await;
            page.eval("widget.open();", &[]).await;
            for part in ["close", "input", "send", "menu"] {
                page.wait_until(&format!("isOnTop('[part~={part}]')")).await;
            }
            page.wait_until("insideAll('[part~=bubble]').length > 0").await;
            let looks = page.eval(
                "const style = getComputedStyle(inside('[part~=bubble]'));
                const names = ['fontSize', 'fontStyle', 'fontWeight', 'letterSpacing', 'lineHeight', 'textTransform', 'textIndent',
                    'whiteSpace', 'cursor', 'color', 'writingMode', 'direction'];
                const { userSelect, webkitUserSelect } = getComputedStyle(inside('.root'));
                return [...names.map((name) => style[name].replace('21.7467', '21.75')), style.textAlign.replace('left', 'start'),
                    userSelect ?? webkitUserSelect, focused()?.className, inside('[part~=panel]').offsetWidth,
                    getComputedStyle(inside('[part~=launcher]')).backgroundColor];",
                &[],
            );
            let expected = json!([
                "15px",
                "normal",
                "400",
                "normal",
                "21.75px",
                "none",
                "0px",
                "normal",
                "auto",
                "rgb(22, 24, 29)",
                "horizontal-tb",
                "ltr",
                "start",
                "text",
                "input",
                400,
                "rgb(47, 74, 208)"
            ]);
            assert_eq!(looks.await, expected, "{name}");
        }
    });
}

/// What pages do to the language and the document: libraries of old, a polyfill, or too little of a browser.
const SCRIPTS: &[(&str, &str)] = &[
    ("MooTools", "Array.from = (list) => [].slice.call(list); Array.prototype.contains = () => true;"),
    (
        "Prototype",
        "for (const { prototype } of [Array, String, Number, Date]) prototype.toJSON = function () { return `\"${this}\"`; };
        Array.prototype.entries = function () { return this.slice(); };
        Array.prototype.find = function (test) { for (const value of this) if (test(value)) return value; };
        Array.prototype.reduce = function () { return this[0]; };
        Element.prototype.update = Element.prototype.show = Element.prototype.hide = () => undefined;",
    ),
    ("no list as JSON", "Array.prototype.toJSON = () => '[]';"),
    ("a getter of all", "Object.prototype.get = 'text';"),
    ("a setter of all", "Object.prototype.set = 'text';"),
    (
        "texts of all",
        "for (const name of ['extend', 'value', 'text', 'type', 'id', 'key', 'once', 'writable', 'then2', 'name', 'size'])
            Object.prototype[name] = 'text';",
    ),
    (
        "a parent to remove from",
        "for (const { prototype } of [Element, CharacterData])
            prototype.remove = function () { this.parentNode.removeChild(this); };",
    ),
    ("another bind", "Function.prototype.bind = function (on) { return (...given) => this.apply(on, given); };"),
    (
        "other selectors",
        "Element.prototype.matches = function (selector) {
            return [].includes.call(document.querySelectorAll(selector), this);
        };
        NodeList.prototype.forEach = Element.prototype.closest = undefined;
        Node.prototype.contains = function (other) {
            return other !== this && (this.compareDocumentPosition(other) & 16) > 0;
        };",
    ),
    ("another time", "Date.now = () => new Date(); globalThis.requestAnimationFrame = (draw) => setTimeout(draw, 30);"),
    (
        "a made element",
        "const make = document.createElement;
        document.createElement = (...name) => Object.assign(make.apply(document, name), { made: true });",
    ),
    (
        "too little",
        "for (const name of ['ResizeObserver', 'IntersectionObserver', 'matchMedia', 'CSS', 'visualViewport'])
            Object.defineProperty(globalThis, name, { value: undefined });
        Object.defineProperty(Navigator.prototype, 'languages', { value: undefined });
        delete HTMLElement.prototype.showPopover;
        delete ShadowRoot.prototype.adoptedStyleSheets;
        delete Document.prototype.adoptedStyleSheets;",
    ),
];

#[test]
fn talks_in_a_page_whose_natives_are_its_own() {
    e2e::on_sandbox(async |page, sandbox| {
        page.resize(e2e::Screen::Desktop).await;
        for (at, (name, script)) in SCRIPTS.iter().enumerate() {
            let own = format!("natives-{at}");
            connector(sandbox, &own).await;
            let host = Host { connector: &own, script, ..Host::default() };
            host.open(page, sandbox).await;
            page.eval("widget.open();", &[]).await;
            page.wait_until("insideAll('li[data-role=agent]:not([data-streaming]) .prose').length === 1").await;
            page.wait_for_focus(&part("input")).await;
            page.write(name).await;
            page.press(key::ENTER).await;
            page.wait_until(&format!(
                "insideAll('li[data-role=user] [part~=bubble]')[0]?.textContent === {} && inside('[part~=input]').value === ''
                    && insideAll('li[data-role=agent]:not([data-streaming]) .prose').length === 2",
                json!(name)
            ))
            .await;
            if !script.contains("toJSON") {
                continue;
            }
            // On the page that the user goes to next, what they have read is read.
            page.eval("widget.close();", &[]).await;
            host.open(page, sandbox).await;
            page.wait_until("chat?.getSnapshot().messages.length >= 3").await;
            assert_eq!(page.eval("return widget.unread;", &[]).await, json!(0), "{name}");
        }
    });
}

/// A dialog of the page with a button in it.
const DIALOG: &str =
    "<div id=box role=dialog aria-modal=true style='position: fixed; inset: 10px; z-index: 1055; background: #eee'>
    <button id=in>In</button></div>";

/// How pages keep the focus in a dialog: as Bootstrap does, before all others, by the clock, and by making all else inert.
const TRAPS: &[(&str, &str)] = &[
    ("bubbling", "document.addEventListener('focusin', hold)"),
    ("capturing", "document.addEventListener('focusin', hold, true)"),
    ("first of all", "window.addEventListener('focusin', hold, true)"),
    (
        "as it leaves",
        "document.addEventListener('focusout', ({ relatedTarget }) => relatedTarget && hold({ target: relatedTarget }), true)",
    ),
    ("by the clock", "setInterval(() => hold({ target: document.activeElement }), 50)"),
    (
        "inert",
        "addEventListener('click', () => {
            for (const element of document.body.children) {
                if (element.id !== 'box') element.inert = element.ariaHidden = true;
            }
            widget.open();
        })",
    ),
];

#[test]
fn who_opens_the_chat_over_a_dialog_of_the_page_can_write_in_it() {
    e2e::on_sandbox(async |page, sandbox| {
        page.resize(e2e::Screen::Desktop).await;
        connector(sandbox, "dialogs").await;
        for (name, trap) in TRAPS {
            let script = format!(
                "const box = document.querySelector('#box');
                const hold = ({{ target }}) => box.contains(target) || box.firstElementChild.focus();
                box.firstElementChild.focus();
                {trap};"
            );
            let host = Host { connector: "dialogs", script: &script, body: DIALOG, ..Host::default() };
            host.open(page, sandbox).await;
            let opener = if *name == "inert" { "#in".to_owned() } else { part("launcher") };
            page.click(&opener).await;
            page.wait_until("!inside('[part~=input]').disabled && focused()?.className === 'input'").await;
            page.write(name).await;
            assert_eq!(page.eval("return inside('[part~=input]').value;", &[]).await, json!(name));
            assert_eq!(page.eval("return widget.closest('[aria-hidden]');", &[]).await, json!(null), "{name}");
            let clear =
                "inside('[part~=input]').value = ''; inside('[part~=input]').dispatchEvent(new Event('input'));";
            page.eval(clear, &[]).await;
            // Closed, the dialog has the focus again, and the chat is below the next one.
            page.press(key::ESCAPE).await;
            page.wait_until("!widget.isOpen && document.activeElement.id === 'in'").await;
            page.wait_until("inside('dialog') === null && inside('.root').matches(':popover-open')").await;
        }

        let body = "<dialog aria-label=question><button id=in onclick='widget.open()'>Chat</button></dialog>";
        Host { connector: "dialogs", body, ..Host::default() }.open(page, sandbox).await;
        page.eval("document.querySelector('dialog').showModal();", &[]).await;
        page.wait_until("isOnTop('[part~=launcher]') === false").await;
        page.click("#in").await;
        page.wait_until("!inside('[part~=input]').disabled && focused()?.className === 'input'").await;
        page.wait_until("isOnTop('[part~=input]')").await;
        page.write("over it").await;
        assert_eq!(page.eval("return inside('[part~=input]').value;", &[]).await, json!("over it"));
        page.press(key::ESCAPE).await;
        page.wait_until(
            "!widget.isOpen && document.querySelector('dialog').open && document.activeElement.id === 'in'",
        )
        .await;
        page.eval("document.querySelector('dialog').close();", &[]).await;
        page.wait_until("isOnTop('[part~=launcher]')").await;
    });
}

/// Makes a frame, and the tag of a chat for it.
const FRAME: &str = "
    const [api, connectorToken] = arguments;
    const frame = Object.assign(document.createElement('iframe'), { title: 'chat', width: 500, height: 700 });
    const script = document.createElement('script');
    script.src = `${location.origin}/pkg/poly-chat.js`;
    Object.assign(script.dataset, { apiUrl: `${api}/api/v1`, connectorToken, autoOpen: 'true', language: 'en' });
    Object.defineProperty(window, 'widget', { get: () => frame.contentWindow.PolyChat });";

/// Frames that have no address of their own, and how the tag comes into each.
const FRAMES: &[(&str, &str)] = &[
    ("srcdoc", "frame.srcdoc = `<!doctype html><title>chat</title>${script.outerHTML}`;"),
    (
        "about-blank",
        "const fill = () => frame.contentDocument.head.append(frame.contentDocument.importNode(script));
        frame.addEventListener('load', fill, { once: true });
        frame.src = 'about:blank';",
    ),
];

#[test]
fn talks_in_a_frame_that_has_no_address_of_its_own() {
    e2e::on_sandbox(async |page, sandbox| {
        page.resize(e2e::Screen::Desktop).await;
        for (name, fill) in FRAMES {
            let token = format!("connector-token-of-{name}");
            // The server gives nothing to another host than the page's own, with its port.
            let hosts = json!([sandbox.page("")]);
            let settings = json!({ "pace_ms": 1, "step_ms": 1, "messages_per_second": 0, "hosts": hosts });
            sandbox.order(&format!("/connectors/{token}"), &settings).await;
            page.open(&sandbox.page("/elsewhere.html")).await;
            let script = format!("{FRAME} {fill} document.body.append(frame);");
            page.eval(&script, &[json!(sandbox.url("")), json!(token)]).await;
            let complete = "li[data-role=agent]:not([data-streaming]) .prose";
            let count = format!("widget?.shadowRoot.querySelectorAll('{complete}').length");
            page.wait_until(&format!("{count} === 1")).await;
            page.eval_async("await widget.chat.send('from a frame');", &[]).await;
            page.wait_until(&format!("{count} === 2")).await;
        }
    });
}
