//! What a driver can do beyond WebDriver.

use fantoccini::wd::WebDriverCompatibleCommand;
use http::Method;
use serde_json::{Value, json};

use crate::Page;

impl Page {
    /// chromedriver: a command of Chromium's DevTools protocol.
    pub(crate) async fn devtools(&self, command: &str, parameters: Value) -> Value {
        self.issue("goog/cdp/execute", json!({ "cmd": command, "params": parameters })).await
    }

    /// geckodriver: runs a script as part of the browser itself, which may change its settings.
    pub(crate) async fn eval_as_browser(&self, body: &str, arguments: &[Value]) -> Value {
        self.issue("moz/context", json!({ "context": "chrome" })).await;
        let value = self.eval(body, arguments).await;
        self.issue("moz/context", json!({ "context": "content" })).await;
        value
    }

    /// Issues a driver's own command.
    pub(crate) async fn issue(&self, path: &'static str, body: Value) -> Value {
        let command = Extension(path, body);
        self.client().issue_cmd(command).await.unwrap_or_else(|error| panic!("{path}: {error}"))
    }
}

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
