//! How things are said: streamed word by word or whole, by the agent or by a live agent.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::sleep;
use uuid::Uuid;

use super::runner::Runner;
use super::script::Reply;

impl Runner {
    /// Thinks, then says a reply: streamed if the session streams. A reply with call actions goes in one message,
    /// since the protocol documents them for that one alone.
    ///
    /// Source: Messaging API, "Streaming".
    pub(super) async fn say(&self, reply: &Reply) {
        if reply.say.is_empty() {
            return;
        }
        self.session.emit("POLY_AGENT_THINKING", json!({}));
        self.pause().await;
        if self.session.spec.streaming && reply.calls.is_empty() && !reply.whole {
            self.stream(reply).await;
        } else {
            let mut message = self.message(reply);
            message["agent_name"] = self.script.agent.name.as_str().into();
            self.session.emit("POLY_AGENT_MESSAGE", message);
        }
    }

    async fn stream(&self, reply: &Reply) {
        let pace = Duration::from_millis(self.session.spec.settings.pace_ms);
        let message_id = Uuid::new_v4().to_string();
        let text = self.filled(&reply.say);
        let mut index = 0;
        for word in text.split_inclusive(char::is_whitespace) {
            index += 1;
            let chunk = json!({
                "message_id": message_id,
                "text": word,
                "attachments": [],
                "response_suggestions": [],
                "chunk_index": index,
                "is_complete": false,
            });
            self.session.emit("POLY_AGENT_MESSAGE_CHUNK", chunk);
            sleep(pace).await;
        }
        let last = json!({
            "message_id": message_id,
            "text": "",
            "attachments": self.attachments(reply),
            "response_suggestions": self.suggestions(reply),
            "chunk_index": index + 1,
            "is_complete": true,
        });
        self.session.emit("POLY_AGENT_MESSAGE_CHUNK", last);
    }

    /// The live agent types, then says a reply.
    pub(super) async fn say_live(&self, reply: &Reply) {
        if reply.say.is_empty() {
            return;
        }
        let live = &self.script.live_agent;
        let typing = |state: &str| json!({ "state": state, "agent_id": live.id, "agent_name": live.name });
        self.session.emit_transient("LIVE_AGENT_TYPING", typing("TYPING_STATE_STARTED"));
        self.pause().await;
        self.session.emit_transient("LIVE_AGENT_TYPING", typing("TYPING_STATE_STOPPED"));
        let mut message = self.message(reply);
        message["agent_id"] = live.id.as_str().into();
        message["agent_name"] = live.name.as_str().into();
        self.session.emit("LIVE_AGENT_MESSAGE", message);
    }

    fn message(&self, reply: &Reply) -> Value {
        let mut message = json!({
            "message_id": Uuid::new_v4().to_string(),
            "text": self.filled(&reply.say),
            "attachments": self.attachments(reply),
            "response_suggestions": self.suggestions(reply),
        });
        if !reply.calls.is_empty() {
            let call = |call: &super::script::Call| json!({ "title": call.title, "contact_number": call.number });
            message["chat_call_actions"] = reply.calls.iter().map(call).collect();
        }
        message
    }

    fn suggestions(&self, reply: &Reply) -> Value {
        reply.suggestions.iter().map(|text| json!({ "message_text": self.filled(text) })).collect()
    }

    fn attachments(&self, reply: &Reply) -> Value {
        let links = reply.links.iter().map(|link| {
            json!({
                "title": link.title,
                "content_url": self.absolute(&link.url),
                "preview_image_url": link.image.as_ref().map(|image| self.absolute(image)),
                "content_type": "ATTACHMENT_CONTENT_TYPE_URL",
                "call_to_action_text": link.button,
            })
        });
        let images = reply.images.iter().map(|image| {
            let url = self.absolute(&image.url);
            json!({
                "title": image.title,
                "content_url": url,
                "preview_image_url": url,
                "content_type": "ATTACHMENT_CONTENT_TYPE_IMAGE",
                "call_to_action_text": null,
            })
        });
        links.chain(images).collect()
    }
}
