//! `<poly-chat>` floating on a page (`pages/shop.html`), as a user and the page's application see it.

use std::ops::Deref;

use serde_json::{Value, json};
use url::form_urlencoded;

use crate::{Chat, Page, Sandbox, Setup, key};

/// The widget and the chat behind it.
pub struct Widget<'a> {
    chat: Chat<'a>,
    page: &'a Page,
    address: String,
}

/// The selector of a part of the widget.
pub fn part(name: &str) -> String {
    inside(&format!("[part~={name}]"))
}

/// The selector of what is in the widget.
pub fn inside(selector: &str) -> String {
    format!("poly-chat >>> {selector}")
}

impl<'a> Widget<'a> {
    /// Opens a page with a closed widget, which has a connector of its own, `name`, and these attributes.
    pub async fn closed(page: &'a Page, sandbox: &'a Sandbox, name: &str, attributes: Value) -> Self {
        Self::on(page, sandbox, name, &Setup::default(), "attributes", attributes).await
    }

    /// As [`Widget::closed`], made by one script tag with these `data-…` attributes.
    pub async fn of_script_tag(page: &'a Page, sandbox: &'a Sandbox, name: &str, attributes: Value) -> Self {
        Self::on(page, sandbox, name, &Setup::default(), "tag", attributes).await
    }

    /// Opens a page with a widget whose panel the user has opened, and waits for the greeting.
    pub async fn open(page: &'a Page, sandbox: &'a Sandbox, name: &str, attributes: Value) -> Self {
        Self::open_with(page, sandbox, name, &Setup::default(), attributes).await
    }

    /// As [`Widget::open`], with settings of the sandbox for it.
    pub async fn open_with(page: &'a Page, sandbox: &'a Sandbox, name: &str, setup: &Setup, attributes: Value) -> Self {
        let widget = Self::on(page, sandbox, name, setup, "attributes", attributes).await;
        page.click(&part("launcher")).await;
        widget.hears("Hello, I'm Ada").await;
        widget
    }

    /// Opens the page with what the address says of the widget in `kind`.
    pub async fn on(
        page: &'a Page,
        sandbox: &'a Sandbox,
        name: &str,
        setup: &Setup,
        kind: &'static str,
        attributes: Value,
    ) -> Self {
        let chat = Chat::prepare(page, sandbox, name, setup).await;
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("api", &sandbox.url("")).append_pair("connector", name);
        let mut attributes = attributes;
        // The browser's own language is the machine's.
        if kind == "attributes" && attributes.get("language").is_none() {
            attributes["language"] = json!("en");
        }
        query.append_pair(kind, &attributes.to_string());
        let address = sandbox.page(&format!("/shop.html?{}", query.finish()));
        page.open(&address).await;
        page.wait_until("globalThis.isStarted").await;
        Self { chat, page, address }
    }

    /// The page's address.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Loads the page again.
    pub async fn reload(&self) {
        self.page.reload().await;
        self.page.wait_until("globalThis.isStarted").await;
    }

    /// Writes a text into the text box, which has the focus then, and presses Enter.
    pub async fn say(&self, text: &str) {
        self.page.click(&part("input")).await;
        self.page.write(text).await;
        self.page.press(key::ENTER).await;
    }

    /// Waits until the last message shown is one of the agent that is complete and says this.
    pub async fn hears(&self, text: &str) {
        let last = "insideAll('li[data-role=agent], li[data-role=user]').at(-1)";
        self.page
            .wait_until(&format!(
                "{last}?.dataset.role === 'agent' && !{last}.dataset.streaming && {last}.textContent.includes({})",
                json!(text)
            ))
            .await;
    }

    /// Clicks a suggestion.
    pub async fn choose(&self, suggestion: &str) {
        let script = format!(
            "insideAll('[part~=suggestion]').findIndex((button) => button.textContent.trim() === {}) + 1",
            json!(suggestion)
        );
        let at = self.page.wait_until(&script).await;
        // Each is in a line of its own.
        let which = format!("li:nth-child({at}) [part~=suggestion]");
        self.page.click(&inside(&which)).await;
    }

    /// Has the agent say something unasked, in one message.
    pub async fn is_told(&self, text: &str) {
        let frame = json!({
            "type": "EVENT_TYPE_POLY_AGENT_MESSAGE",
            "payload": { "message_id": format!("unasked-{text}"), "text": text, "agent_name": "Ada" },
        });
        self.chat.order("send", json!({ "frames": [frame], "log": true })).await;
    }

    /// The texts of all bubbles, in order.
    pub async fn bubbles(&self) -> Vec<String> {
        self.page.texts(&part("bubble")).await
    }
}

impl<'a> Deref for Widget<'a> {
    type Target = Chat<'a>;

    fn deref(&self) -> &Chat<'a> {
        &self.chat
    }
}
