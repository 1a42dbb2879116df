//! The page's life: whether there is a network, whether the page is seen, and whether it runs at all; and what its content security
//! policy refuses.

use std::cell::{Cell, RefCell};

use poly_messaging_engine::{Input, PageEvent};
use wasm_bindgen::prelude::*;
use web_sys::Event;

use super::Inbox;
use crate::plain;

/// `freeze`, `resume` and `prerenderingchange` are known to Chromium alone.
const EVENTS: [&str; 9] = [
    "online",
    "offline",
    "visibilitychange",
    "freeze",
    "resume",
    "prerenderingchange",
    "pagehide",
    "pageshow",
    VIOLATION,
];
const VIOLATION: &str = "securitypolicyviolation";

/// A policy in the document that may refuse a connection. That of the answer's header is not to be seen before it refuses something.
const POLICY: &str = "meta[http-equiv=content-security-policy i][content*=connect-src i],\
    meta[http-equiv=content-security-policy i][content*=default-src i]";

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(thread_local_v2, js_name = globalThis)]
    static GLOBAL: JsValue;
    #[wasm_bindgen(js_name = addEventListener, catch)]
    fn add_listener(name: &str, listener: &JsValue, captures: bool) -> Result<(), JsValue>;
    #[wasm_bindgen(js_namespace = document, js_name = querySelector, catch)]
    fn find(selector: &str) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_name = removeEventListener, catch)]
    fn remove_listener(name: &str, listener: &JsValue, captures: bool) -> Result<(), JsValue>;
}

/// Whether the tabs of this browser can hear of each other, and of one that is gone.
pub(crate) fn shares() -> bool {
    get(&["BroadcastChannel"]).is_function() && get(&["navigator", "locks", "request"]).is_function()
}

/// Listens while a chat is in use.
#[derive(Default)]
pub(crate) struct Lifecycle {
    listener: RefCell<Option<Listener>>,
    /// What was reported last.
    is_offline: Cell<bool>,
    is_hidden: Cell<bool>,
}

struct Listener(Closure<dyn Fn(Event)>);

impl Drop for Listener {
    fn drop(&mut self) {
        for name in EVENTS {
            let _ = remove_listener(name, self.0.as_ref(), true);
        }
    }
}

impl Lifecycle {
    /// Begins to listen, unless it does. Returns what to report before anything else: the network may have come or gone
    /// while nobody listened, and the page may have a policy.
    pub(crate) fn listen(&self, inbox: &Inbox) -> Vec<Input> {
        if self.listener.borrow().is_some() {
            return Vec::new();
        }
        let inbox = inbox.clone();
        let listener = Listener(Closure::<dyn Fn(Event)>::new(move |event: Event| {
            if let Some(input) = input(&event) {
                inbox(input);
            }
        }));
        for name in EVENTS {
            // Captured, all of them can be heard from here, those of the document too, and no page can hide them.
            let _ = add_listener(name, listener.0.as_ref(), true);
        }
        self.listener.replace(Some(listener));
        let is_offline = get(&["navigator", "onLine"]).as_bool() == Some(false);
        let mut found = Vec::new();
        if self.is_offline.replace(is_offline) != is_offline {
            found.push(Input::Page(if is_offline { PageEvent::Offline } else { PageEvent::Online }));
        }
        if find(POLICY).is_ok_and(|found| found.is_object()) {
            found.push(Input::Policy);
        }
        let is_hidden = is_hidden();
        if self.is_hidden.replace(is_hidden) != is_hidden {
            found.push(Input::Page(if is_hidden { PageEvent::Hidden } else { PageEvent::Visible }));
        }
        // A page that is made before anyone looks at it is not to begin a conversation.
        if get(&["document", "prerendering"]).as_bool() == Some(true) {
            found.push(Input::Page(PageEvent::Left));
        }
        found
    }

    /// Takes note of what the page's network is said to be.
    pub(crate) fn note(&self, event: PageEvent) {
        match event {
            PageEvent::Offline => self.is_offline.set(true),
            PageEvent::Online => self.is_offline.set(false),
            PageEvent::Hidden => self.is_hidden.set(true),
            PageEvent::Visible => self.is_hidden.set(false),
            _ => {}
        }
    }

    /// Listens no more.
    pub(crate) fn ignore(&self) {
        self.listener.take();
    }
}

fn input(event: &Event) -> Option<Input> {
    Some(Input::Page(match event.type_().as_str() {
        VIOLATION => return violation(event),
        "online" => PageEvent::Online,
        "offline" => PageEvent::Offline,
        "visibilitychange" if is_hidden() => PageEvent::Hidden,
        "visibilitychange" => PageEvent::Visible,
        "freeze" | "pagehide" => PageEvent::Left,
        // A page that was just loaded shows itself, too.
        "pageshow" if plain::get(event, "persisted").as_bool() != Some(true) => return None,
        _ => PageEvent::Returned,
    }))
}

/// A policy that only reports refuses nothing.
fn violation(event: &Event) -> Option<Input> {
    let text = |name| plain::text(&plain::get(event, name), plain::MAX_TEXT).unwrap_or_default();
    if text("disposition") == "report" {
        return None;
    }
    let url = text("blockedURI");
    Some(match text("effectiveDirective").as_str() {
        // What is behind the path of the socket's is a token.
        "connect-src" => Input::Blocked { url: url.split(['?', '#']).next().unwrap_or_default().into() },
        _ => Input::Policy,
    })
}

fn is_hidden() -> bool {
    get(&["document", "visibilityState"]).as_string().as_deref() == Some("hidden")
}

fn get(path: &[&str]) -> JsValue {
    path.iter().fold(GLOBAL.with(JsValue::clone), |value, name| plain::get(&value, name))
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;
    use crate::browser::testing::Heard;

    fn fire(script: &str) {
        js_sys::eval(script).unwrap();
    }

    #[wasm_bindgen_test]
    async fn turns_of_the_page_s_life_are_reported() {
        let (page, heard) = (Lifecycle::default(), Heard::default());
        assert_eq!(page.listen(&heard.inbox()), [], "the test has a network");
        assert_eq!(page.listen(&heard.inbox()), [], "it listens once");
        let see = "Object.defineProperty(document, 'visibilityState', { configurable: true, value:";
        for (script, event) in [
            ("dispatchEvent(new Event('offline'))", PageEvent::Offline),
            ("dispatchEvent(new Event('online'))", PageEvent::Online),
            (&format!("{see} 'hidden' }}); document.dispatchEvent(new Event('visibilitychange'))"), PageEvent::Hidden),
            (
                &format!("{see} 'visible' }}); document.dispatchEvent(new Event('visibilitychange'))"),
                PageEvent::Visible,
            ),
            ("document.dispatchEvent(new Event('freeze'))", PageEvent::Left),
            ("document.dispatchEvent(new Event('resume'))", PageEvent::Returned),
            ("dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))", PageEvent::Left),
            ("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))", PageEvent::Returned),
            ("dispatchEvent(new PageTransitionEvent('pagehide'))", PageEvent::Left),
        ] {
            fire(script);
            assert_eq!(heard.next().await, Input::Page(event), "{script}");
            assert!(heard.is_silent());
        }
        fire("delete document.visibilityState; dispatchEvent(new PageTransitionEvent('pageshow'))");
        assert!(heard.is_silent(), "a page that was just loaded has not returned");
        page.ignore();
        fire("dispatchEvent(new Event('offline'))");
        assert!(heard.is_silent());
    }

    #[wasm_bindgen_test]
    fn a_network_that_went_while_nobody_listened_is_reported_first() {
        let (page, inbox) = (Lifecycle::default(), Heard::default().inbox());
        let is_online = |is_online: bool| {
            fire(&format!("Object.defineProperty(navigator, 'onLine', {{ configurable: true, value: {is_online} }})"));
        };
        is_online(false);
        assert_eq!(page.listen(&inbox), [Input::Page(PageEvent::Offline)]);
        page.ignore();
        assert_eq!(page.listen(&inbox), [], "known");
        page.ignore();
        is_online(true);
        assert_eq!(page.listen(&inbox), [Input::Page(PageEvent::Online)]);
        page.note(PageEvent::Offline);
        page.ignore();
        assert_eq!(page.listen(&inbox), [Input::Page(PageEvent::Online)]);
        fire("delete navigator.onLine");
        page.ignore();
    }

    #[wasm_bindgen_test]
    async fn a_page_that_is_prerendered_counts_as_left_until_it_is_looked_at() {
        let (page, heard) = (Lifecycle::default(), Heard::default());
        fire("Object.defineProperty(document, 'prerendering', { configurable: true, value: true })");
        assert_eq!(page.listen(&heard.inbox()), [Input::Page(PageEvent::Left)]);
        fire("delete document.prerendering; document.dispatchEvent(new Event('prerenderingchange'))");
        assert_eq!(heard.next().await, Input::Page(PageEvent::Returned));
        page.ignore();
    }

    #[wasm_bindgen_test]
    async fn what_a_policy_refuses_is_reported_without_the_query() {
        let (page, heard) = (Lifecycle::default(), Heard::default());
        page.listen(&heard.inbox());
        let violation = |directive: &str, disposition: &str| {
            fire(&format!(
                "document.dispatchEvent(new SecurityPolicyViolationEvent('securitypolicyviolation', {{
                    bubbles: true, disposition: '{disposition}', effectiveDirective: '{directive}', violatedDirective: '{directive}',
                    blockedURI: 'wss://api.example/ws?access_token=secret', documentURI: '', originalPolicy: '', statusCode: 200,
                }}))"
            ));
        };
        violation("connect-src", "report");
        assert!(heard.is_silent());
        violation("connect-src", "enforce");
        assert_eq!(heard.next().await, Input::Blocked { url: "wss://api.example/ws".into() });
        violation("img-src", "enforce");
        assert_eq!(heard.next().await, Input::Policy);
        page.ignore();
    }

    #[wasm_bindgen_test]
    fn a_policy_in_the_document_is_reported_first() {
        let (page, inbox) = (Lifecycle::default(), Heard::default().inbox());
        // What is once in force stays so, and this document is to be free in all that its tests ask for.
        let all = "* data: blob: 'unsafe-inline' 'unsafe-eval'";
        for (directives, may_refuse) in [
            (format!("frame-src {all}"), false),
            (format!("frame-src {all}; Connect-Src {all}"), true),
            (format!("default-src {all}"), true),
        ] {
            fire(&format!(
                "document.head.append(Object.assign(document.createElement('meta'), {{
                    id: 'policy', httpEquiv: 'Content-Security-Policy', content: \"{directives}\",
                }}))"
            ));
            let expected = if may_refuse { vec![Input::Policy] } else { Vec::new() };
            assert_eq!(page.listen(&inbox), expected, "{directives}");
            page.ignore();
            fire("document.getElementById('policy').remove()");
        }
        assert_eq!(page.listen(&inbox), []);
        page.ignore();
    }
}
