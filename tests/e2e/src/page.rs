//! One browser window, as a test drives it. All waiting is for a condition, up to a deadline; what did not come true
//! in time panics with what was waited for and what was there instead.

use std::{future::Future, time::Duration};

use fantoccini::{
    Client, Locator,
    actions::{InputSource, MOUSE_BUTTON_LEFT, MouseActions, PointerAction, WheelAction, WheelActions},
    elements::Element,
    error::CmdError,
    wd::WebDriverCompatibleCommand,
};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep, timeout};

use crate::{Engine, browser::Browser, patient, remote::Remote, secrets::Secrets};

/// How long a condition may take to come true.
const WAIT_LIMIT: Duration = Duration::from_secs(40);
/// How often a condition is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// What leads into a host's shadow root in a selector.
const INTO_SHADOW: &str = ">>>";
/// How long a browser may take to answer when a test is over.
const CLOSING_LIMIT: Duration = Duration::from_secs(10);

/// A browser. What is asked of it is asked of the window it is switched to.
pub struct Page {
    engine: Engine,
    hands: Hands,
    secrets: Secrets,
}

/// How the page is driven.
enum Hands {
    WebDriver(Client),
    /// The little that a page does for itself: opening, running scripts and waiting.
    Remote(Remote),
}

impl Page {
    /// A page of a browser, which nothing is known of yet.
    pub(crate) fn of(browser: &Browser) -> Self {
        let hands = Hands::WebDriver(browser.client().clone());
        Self { engine: browser.engine(), hands, secrets: Secrets::default() }
    }

    pub(crate) fn without_driver(engine: Engine, remote: Remote) -> Self {
        Self { engine, hands: Hands::Remote(remote), secrets: Secrets::default() }
    }

    pub(crate) fn secrets(&self) -> &Secrets {
        &self.secrets
    }

    /// The engine behind the page.
    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// Whether WebDriver drives it.
    pub(crate) fn has_driver(&self) -> bool {
        matches!(self.hands, Hands::WebDriver(_))
    }

    /// WebDriver itself, for what has no method here.
    ///
    /// # Panics
    ///
    /// When the browser is driven without it.
    pub fn client(&self) -> &Client {
        match &self.hands {
            Hands::WebDriver(client) => client,
            Hands::Remote(_) => panic!("this browser is driven without WebDriver"),
        }
    }

    /// Goes to an address and waits until its page is loaded.
    pub async fn open(&self, address: &str) {
        match &self.hands {
            Hands::WebDriver(client) => {
                self.sweep().await;
                client.goto(address).await.unwrap_or_else(|error| panic!("cannot open {address}: {error}"));
            }
            Hands::Remote(remote) => remote.open(address).await,
        }
    }

    /// Loads the page again.
    pub async fn reload(&self) {
        self.sweep().await;
        self.client().refresh().await.expect("cannot reload");
    }

    /// Runs the body of a function on the page, and returns what it returns.
    pub async fn eval(&self, body: &str, arguments: &[Value]) -> Value {
        self.run(body, arguments).await.unwrap_or_else(|error| panic!("`{body}` failed on the page: {error}"))
    }

    async fn run(&self, body: &str, arguments: &[Value]) -> Result<Value, String> {
        match &self.hands {
            Hands::WebDriver(client) => {
                client.execute(body, arguments.to_vec()).await.map_err(|error| error.to_string())
            }
            Hands::Remote(remote) => remote.eval(body, arguments).await,
        }
    }

    /// Runs the body of an async function on the page, and returns what its promise brings.
    pub async fn eval_async(&self, body: &str, arguments: &[Value]) -> Value {
        let Hands::WebDriver(client) = &self.hands else { return self.eval(body, arguments).await };
        let script = format!(
            "const done = arguments[arguments.length - 1];
            (async function () {{ {body} }})
                .apply(null, [...arguments].slice(0, -1))
                .then((value) => done({{ value }}), (error) => done({{ error: String(error) }}));"
        );
        let outcome = client
            .execute_async(&script, arguments.to_vec())
            .await
            .unwrap_or_else(|error| panic!("`{body}` failed on the page: {error}"));
        if let Some(error) = outcome.get("error") {
            panic!("`{body}` failed on the page: {error}");
        }
        outcome.get("value").cloned().unwrap_or(Value::Null)
    }

    /// Waits until a JavaScript expression is true on the page, and returns its value.
    pub async fn wait_until(&self, expression: &str) -> Value {
        let script = format!("return ({expression});");
        let look = || async {
            let value = self.run(&script, &[]).await?;
            let falsy = matches!(value, Value::Null | Value::Bool(false)) || value == json!("") || value == json!(0);
            if falsy { Err(value.to_string()) } else { Ok(value) }
        };
        self.keep_looking(&format!("`{expression}` to be true"), look).await
    }

    /// The first element that matches a CSS selector. `host >>> inside` is an element in the shadow root of a host; so it is
    /// in all methods that take a selector.
    pub(crate) async fn find(&self, selector: &str) -> Result<Element, CmdError> {
        let Some((host, inside)) = selector.rsplit_once(INTO_SHADOW) else {
            return self.client().find(Locator::Css(selector)).await;
        };
        let host = Box::pin(self.find(host)).await?;
        host.shadow_root().await?.find(Locator::Css(inside.trim())).await
    }

    /// All elements that match.
    async fn find_all(&self, selector: &str) -> Result<Vec<Element>, CmdError> {
        let Some((host, inside)) = selector.rsplit_once(INTO_SHADOW) else {
            return self.client().find_all(Locator::Css(selector)).await;
        };
        let host = self.find(host).await?;
        host.shadow_root().await?.find_all(Locator::Css(inside.trim())).await
    }

    /// Waits until an element that can be seen matches a CSS selector.
    pub async fn wait_for(&self, selector: &str) -> Element {
        let look = || async {
            let element = self.find(selector).await.map_err(|_| "no such element")?;
            match element.is_displayed().await {
                Ok(true) => Ok(element),
                _ => Err("it is hidden"),
            }
        };
        self.keep_looking(&format!("{selector} to be seen"), look).await
    }

    /// Waits until no element matches a CSS selector.
    pub async fn wait_for_none(&self, selector: &str) {
        let look = || async {
            // What changes while it is looked for may be an error, and is looked for again.
            match self.find_all(selector).await.map_err(|error| format!("{error:?}"))?.len() {
                0 => Ok(()),
                count => Err(format!("there are {count}")),
            }
        };
        self.keep_looking(&format!("{selector} to be gone"), look).await;
    }

    /// Waits until the text of an element contains this text, and returns the whole.
    pub async fn wait_for_text(&self, selector: &str, text: &str) -> String {
        let look = || async {
            let element = self.find(selector).await.map_err(|_| "no such element".to_owned())?;
            let found = element.text().await.map_err(|error| error.to_string())?;
            if found.contains(text) { Ok(found) } else { Err(format!("{found:?}")) }
        };
        self.keep_looking(&format!("{selector} to say {text:?}"), look).await
    }

    /// The text of the first element that matches, as it is seen.
    pub async fn text(&self, selector: &str) -> String {
        self.done(selector, self.wait_for(selector).await.text()).await
    }

    /// The texts of all elements that match, in the order of the document.
    pub async fn texts(&self, selector: &str) -> Vec<String> {
        let script = "const [inside, ...hosts] = arguments[0].split('>>>').reverse();
            const root = hosts.reverse().reduce((root, host) => root?.querySelector(host)?.shadowRoot, document);
            return [...(root?.querySelectorAll(inside) ?? [])].map((element) => element.textContent);";
        serde_json::from_value(self.eval(script, &[selector.into()]).await).expect("a list of strings")
    }

    /// How many elements match.
    pub async fn count(&self, selector: &str) -> usize {
        self.done(selector, self.find_all(selector)).await.len()
    }

    /// An attribute of the first element that matches.
    pub async fn attribute(&self, selector: &str, name: &str) -> Option<String> {
        let element = self.done(selector, self.find(selector)).await;
        self.done(selector, element.attr(name)).await
    }

    /// Clicks as a user does: waits until the element is there, can be seen, is enabled and stands still.
    pub async fn click(&self, selector: &str) {
        let look = || async {
            let element = self.find(selector).await.map_err(|_| "no such element".to_owned())?;
            if !element.is_enabled().await.map_err(|error| error.to_string())? {
                return Err("it is disabled".to_owned());
            }
            if !self.stands_still(&element).await.map_err(|error| error.to_string())? {
                return Err("it moves".to_owned());
            }
            let is_in_shadow = selector.contains(INTO_SHADOW);
            match element.click().await {
                // WebKitWebDriver does not always find what is below the pointer in a shadow root.
                Err(_) if self.engine == Engine::WebKit && is_in_shadow => self.point_at(element).await,
                clicked => clicked,
            }
            .map_err(|error| error.to_string())
        };
        self.keep_looking(&format!("{selector} to be clickable"), look).await;
    }

    /// Turns the wheel over the middle of what is seen of an element. False where the driver has no wheel.
    pub async fn wheel(&self, selector: &str, delta_y: i64) -> bool {
        let (x, y) = self.middle_of(selector).await;
        let wheel = WheelActions::new("wheel".to_owned());
        let turn = wheel.then(WheelAction::Scroll { duration: None, x, y, delta_x: 0, delta_y });
        match self.client().perform_actions(turn).await {
            Ok(()) => true,
            Err(_) if self.engine == Engine::WebKit => false,
            Err(error) => panic!("{selector} takes no wheel: {error}"),
        }
    }

    /// Draws a finger up by so many pixels, from the middle of what is seen of an element. Chromium only, on a screen that is
    /// touched.
    pub async fn swipe_up(&self, selector: &str, pixels: i64) {
        let (x, y) = self.middle_of(selector).await;
        for moved in (0..=pixels).step_by(10) {
            let kind = if moved == 0 { "touchStart" } else { "touchMove" };
            let finger = json!({ "type": kind, "touchPoints": [{ "x": x, "y": y - moved }] });
            self.devtools("Input.dispatchTouchEvent", finger).await;
        }
        self.devtools("Input.dispatchTouchEvent", json!({ "type": "touchEnd", "touchPoints": [] })).await;
    }

    /// The middle of what is seen of an element, in the window.
    async fn middle_of(&self, selector: &str) -> (i64, i64) {
        let element = self.wait_for(selector).await;
        let middle = "const { left, top, right, bottom } = arguments[0].getBoundingClientRect();
            const [from, to] = [Math.max(0, top), Math.min(innerHeight, bottom)];
            return [Math.floor((left + right) / 2), Math.floor((from + to) / 2)];";
        let argument = serde_json::to_value(&element).expect("an element is a reference");
        serde_json::from_value(self.eval(middle, &[argument]).await).expect("two lengths")
    }

    /// Whether an element is where it was a moment ago. What moves is gone when the click comes.
    async fn stands_still(&self, element: &Element) -> Result<bool, CmdError> {
        let script = "const [element, moment, done] = arguments;
            const place = () => {
                const { left, top, width, height } = element.getBoundingClientRect();
                return [left, top, width, height].join();
            };
            const before = place();
            setTimeout(() => done(place() === before), moment);";
        let moment = u64::try_from(LOOK_EVERY.as_millis()).unwrap_or_default();
        let arguments = vec![serde_json::to_value(element)?, (2 * moment).into()];
        Ok(self.client().execute_async(script, arguments).await? == true)
    }

    /// Presses the pointer on the middle of an element.
    async fn point_at(&self, element: Element) -> Result<(), CmdError> {
        let script = "const [element] = arguments;
            element.scrollIntoView({ block: 'nearest' });
            const { left, top, width, height } = element.getBoundingClientRect();
            const [x, y] = [left + width / 2, top + height / 2];
            const root = element.getRootNode();
            const found = root.elementFromPoint(x, y);
            const isThere = width > 0 && (element.contains(found) || found?.contains(element));
            return isThere ? [Math.floor(x), Math.floor(y)] : null;";
        let argument = serde_json::to_value(&element)?;
        let found = self.client().execute(script, vec![argument]).await?;
        let Ok([x, y]) = serde_json::from_value::<[f64; 2]>(found) else {
            return Err(CmdError::NotW3C("it is covered".into()));
        };
        let press = MouseActions::new("mouse".to_owned())
            .then(PointerAction::MoveTo { duration: None, x, y })
            .then(PointerAction::Down { button: MOUSE_BUTTON_LEFT })
            .then(PointerAction::Up { button: MOUSE_BUTTON_LEFT });
        self.client().perform_actions(press).await
    }

    /// Types into a field, after what stands there. `"\u{e007}"` is the Enter key.
    pub async fn type_into(&self, selector: &str, text: &str) {
        let element = self.wait_for(selector).await;
        self.done(selector, element.send_keys(text)).await;
    }

    /// What the page wrote to the console since the last call, as `LEVEL text`. Chromium only: elsewhere it is in the
    /// driver's log, and this is empty.
    pub async fn console(&self) -> Vec<String> {
        if self.engine != Engine::Chromium {
            return Vec::new();
        }
        self.console_entries().await.into_iter().map(|(_, line)| line).collect()
    }

    /// As [`Page::console`], without what the browser itself had to say.
    pub(crate) async fn console_of_page(&self) -> Vec<String> {
        if self.engine != Engine::Chromium {
            return Vec::new();
        }
        let entries = self.console_entries().await;
        entries.into_iter().filter(|(source, _)| source == "console-api").map(|(_, line)| line).collect()
    }

    async fn console_entries(&self) -> Vec<(String, String)> {
        let Ok(Value::Array(entries)) = self.client().issue_cmd(ConsoleLog).await else { return Vec::new() };
        let field = |entry: &Value, name: &str| entry[name].as_str().unwrap_or_default().to_owned();
        let line = |entry: &Value| format!("{} {}", field(entry, "level"), field(entry, "message"));
        entries.iter().map(|entry| (field(entry, "source"), line(entry))).collect()
    }

    /// The page's address, for a message.
    pub(crate) async fn place(&self) -> String {
        let Hands::WebDriver(client) = &self.hands else { return "a page without WebDriver".to_owned() };
        match timeout(patient(CLOSING_LIMIT), client.current_url()).await {
            Ok(Ok(url)) => url.to_string(),
            Ok(Err(error)) => error.to_string(),
            Err(_) => "a page that does not answer".to_owned(),
        }
    }

    /// A PNG of what can be seen, and the document.
    pub(crate) async fn picture(&self) -> (Option<Vec<u8>>, Option<String>) {
        let Hands::WebDriver(client) = &self.hands else { return (None, None) };
        let picture = timeout(patient(CLOSING_LIMIT), client.screenshot()).await;
        let source = timeout(patient(CLOSING_LIMIT), client.source()).await;
        (picture.ok().and_then(Result::ok), source.ok().and_then(Result::ok))
    }

    /// Closes the browser as its user does, so that it keeps what it has to keep.
    pub(crate) async fn close(self) {
        match self.hands {
            // A browser that hangs goes with its driver.
            Hands::WebDriver(client) => drop(timeout(patient(CLOSING_LIMIT), client.close()).await),
            Hands::Remote(remote) => remote.close().await,
        }
    }

    pub(crate) async fn keep_looking<T, E: ToString, F: Future<Output = Result<T, E>>>(
        &self,
        what: &str,
        look: impl Fn() -> F,
    ) -> T {
        let limit = patient(WAIT_LIMIT);
        let deadline = Instant::now() + limit;
        loop {
            match look().await {
                Ok(value) => return value,
                Err(found) if Instant::now() >= deadline => {
                    panic!("waited {limit:?} for {what}; found: {}", found.to_string())
                }
                Err(_) => sleep(LOOK_EVERY).await,
            }
        }
    }

    async fn done<T>(&self, what: &str, work: impl Future<Output = Result<T, CmdError>>) -> T {
        work.await.unwrap_or_else(|error| panic!("{what}: {error:?}"))
    }
}

/// chromedriver's own command for what a page wrote to the console.
#[derive(Debug)]
struct ConsoleLog;

impl WebDriverCompatibleCommand for ConsoleLog {
    fn endpoint(&self, base: &url::Url, session: Option<&str>) -> Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/se/log", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
        (http::Method::POST, Some(json!({ "type": "browser" }).to_string()))
    }
}
