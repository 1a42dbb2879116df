//! Taking the network away from a browser and giving it back, as far as each engine allows.

use fantoccini::wd::WebDriverCompatibleCommand;
use http::Method;
use serde_json::{Value, json};

use crate::{Engine, Page};

/// What `set_offline` did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Offline {
    /// The browser itself is offline: requests fail, `navigator.onLine` says so, the page is told.
    Browser,
    /// The page was told so and `navigator.onLine` says so, but the network is as it was: `WebKitWebDriver` has no command
    /// for it. The sandbox's `unreachable_ms` can be used beside.
    PageOnly,
}

impl Page {
    /// Takes the browser offline, or back online.
    pub async fn set_offline(&self, offline: bool) -> Offline {
        match self.engine() {
            Engine::Chromium => {
                let conditions = json!({ "offline": offline, "latency": 0, "throughput": -1 });
                self.issue(Extension("chromium/network_conditions", json!({ "network_conditions": conditions }))).await;
                Offline::Browser
            }
            Engine::Firefox => {
                // What the menu "Work Offline" does.
                self.issue(Extension("moz/context", json!({ "context": "chrome" }))).await;
                let script = "
                    Services.prefs.setBoolPref('network.disable-localhost-when-offline', true);
                    Services.io.offline = arguments[0];";
                self.eval(script, &[json!(offline)]).await;
                self.issue(Extension("moz/context", json!({ "context": "content" }))).await;
                Offline::Browser
            }
            Engine::WebKit => {
                let script = "
                    Object.defineProperty(navigator, 'onLine', { value: !arguments[0], configurable: true });
                    dispatchEvent(new Event(arguments[0] ? 'offline' : 'online'));";
                self.eval(script, &[json!(offline)]).await;
                Offline::PageOnly
            }
        }
    }

    async fn issue(&self, command: Extension) {
        let name = command.0;
        self.client().issue_cmd(command).await.unwrap_or_else(|error| panic!("{name}: {error}"));
    }
}

/// A driver's own command.
#[derive(Debug)]
struct Extension(&'static str, Value);

impl WebDriverCompatibleCommand for Extension {
    fn endpoint(&self, base: &url::Url, session: Option<&str>) -> Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/{}", session.unwrap_or_default(), self.0))
    }

    fn method_and_body(&self, _: &url::Url) -> (Method, Option<String>) {
        (Method::POST, Some(self.1.to_string()))
    }
}
