//! Taking the network away from a browser and giving it back, as far as each engine allows.

use serde_json::json;

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
                self.issue("chromium/network_conditions", json!({ "network_conditions": conditions })).await;
                Offline::Browser
            }
            Engine::Firefox => {
                // What the menu "Work Offline" does. It leaves connections to this machine as they are.
                let script = "
                    Services.prefs.setBoolPref('network.disable-localhost-when-offline', true);
                    Services.io.offline = arguments[0];
                    if (arguments[0]) Services.obs.notifyObservers(null, 'net:cancel-all-connections');";
                self.eval_as_browser(script, &[json!(offline)]).await;
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
}
