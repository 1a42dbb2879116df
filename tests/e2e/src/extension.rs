//! What a driver can do beyond WebDriver.

use fantoccini::{Client, error::CmdError, wd::WebDriverCompatibleCommand};
use http::Method;
use serde_json::{Value, json};

use crate::Page;

impl Page {
    /// chromedriver: a command of Chromium's DevTools protocol.
    pub(crate) async fn devtools(&self, command: &str, parameters: Value) -> Value {
        devtools(self.client(), command, parameters).await.unwrap_or_else(|error| panic!("{command}: {error}"))
    }

    /// geckodriver: runs a script as part of the browser itself, which may change its settings.
    pub(crate) async fn eval_as_browser(&self, body: &str, arguments: &[Value]) -> Value {
        let script = format!("done((function () {{ {body} }}).apply(null, arguments));");
        ask_browser(self.client(), &script, arguments).await.unwrap_or_else(|error| panic!("`{body}` failed: {error}"))
    }

    /// Issues a driver's own command.
    pub(crate) async fn issue(&self, path: &'static str, body: Value) -> Value {
        ask(self.client(), path, body).await.unwrap_or_else(|error| panic!("{path}: {error}"))
    }
}

/// A driver's own command.
pub(crate) async fn ask(client: &Client, path: &'static str, body: Value) -> Result<Value, CmdError> {
    client.issue_cmd(Extension(path, body)).await
}

/// chromedriver: a command of Chromium's DevTools protocol.
pub(crate) async fn devtools(client: &Client, command: &str, parameters: Value) -> Result<Value, CmdError> {
    ask(client, "goog/cdp/execute", json!({ "cmd": command, "params": parameters })).await
}

/// geckodriver: runs a script as part of the browser itself. Its answer is what it calls `done` with.
pub(crate) async fn ask_browser(client: &Client, script: &str, arguments: &[Value]) -> Result<Value, CmdError> {
    ask(client, "moz/context", json!({ "context": "chrome" })).await?;
    let script = format!("const done = arguments[arguments.length - 1]; {script}");
    let value = client.execute_async(&script, arguments.to_vec()).await;
    ask(client, "moz/context", json!({ "context": "content" })).await?;
    value
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
