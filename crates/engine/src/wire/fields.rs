//! Reading fields that may be missing, null or of a surprising type: one bad field never costs the whole event.

use serde_json::Value;

use super::encode;
use crate::{Attachment, AttachmentKind, CallAction, Metadata, Suggestion};

/// A JSON value whose fields, where it is an object, are taken out one by one.
pub(super) struct Fields(Value);

/// Largest integer that JavaScript holds exactly.
const MAX_SAFE_INTEGER: u64 = (1 << 53) - 1;

impl Fields {
    pub(super) fn of(value: Value) -> Self {
        Self(value)
    }

    /// What has not been taken out.
    pub(super) fn into_value(self) -> Value {
        self.0
    }

    pub(super) fn value(&mut self, key: &str) -> Option<Value> {
        self.0.get_mut(key).map(Value::take).filter(|value| !value.is_null())
    }

    /// A string, the empty one included.
    pub(super) fn text(&mut self, key: &str) -> Option<String> {
        match self.0.get_mut(key) {
            Some(Value::String(text)) => Some(core::mem::take(text)),
            _ => None,
        }
    }

    /// A string that says something.
    pub(super) fn name(&mut self, key: &str) -> Option<String> {
        self.text(key).filter(|text| !text.is_empty())
    }

    pub(super) fn flag(&self, key: &str) -> bool {
        matches!(self.0.get(key), Some(Value::Bool(true)))
    }

    /// A whole number that is neither negative nor too large for JavaScript.
    pub(super) fn integer(&self, key: &str) -> Option<u64> {
        let number = self.0.get(key)?;
        let whole = |number: f64| (number >= 0.0 && number <= MAX_SAFE_INTEGER as f64).then_some(number as u64);
        number.as_u64().or_else(|| whole(number.as_f64()?)).filter(|number| *number <= MAX_SAFE_INTEGER)
    }

    pub(super) fn number(&self, key: &str) -> Option<u32> {
        self.integer(key).and_then(|number| u32::try_from(number).ok())
    }

    pub(super) fn object(&mut self, key: &str) -> Self {
        Self::of(self.value(key).unwrap_or(Value::Null))
    }

    pub(super) fn list(&mut self, key: &str) -> Vec<Value> {
        match self.value(key) {
            Some(Value::Array(items)) => items,
            _ => Vec::new(),
        }
    }

    /// An address that an image may be loaded from.
    pub(super) fn image_url(&mut self, key: &str) -> Option<String> {
        self.name(key).and_then(|url| safe_url(url, &["https://", "http://"]))
    }

    pub(super) fn attachments(&mut self) -> Vec<Attachment> {
        self.list("attachments").into_iter().filter_map(attachment).collect()
    }

    pub(super) fn suggestions(&mut self) -> Vec<Suggestion> {
        self.list("response_suggestions").into_iter().filter_map(suggestion).collect()
    }

    pub(super) fn call_actions(&mut self) -> Vec<CallAction> {
        self.list("chat_call_actions").into_iter().filter_map(call_action).collect()
    }

    /// `metadata.custom`: its strings.
    pub(super) fn metadata(&mut self) -> Metadata {
        let custom = self.object("metadata").object("custom");
        let mut metadata = Metadata::default();
        if let Value::Object(custom) = custom.0 {
            for (name, value) in custom {
                if let Value::String(text) = value {
                    metadata.push(name, text);
                }
            }
        }
        metadata
    }
}

fn attachment(value: Value) -> Option<Attachment> {
    if !value.is_object() {
        return None;
    }
    let mut fields = Fields::of(value);
    let content_type = fields.name("content_type");
    Some(Attachment {
        kind: match content_type.as_deref() {
            Some("ATTACHMENT_CONTENT_TYPE_URL") => AttachmentKind::Link,
            Some("ATTACHMENT_CONTENT_TYPE_IMAGE") => AttachmentKind::Image,
            _ => AttachmentKind::Unknown,
        },
        content_type,
        title: fields.name("title"),
        content_url: fields
            .name("content_url")
            .and_then(|url| safe_url(url, &["https://", "http://", "mailto:", "tel:"])),
        preview_image_url: fields.image_url("preview_image_url"),
        call_to_action_text: fields.name("call_to_action_text"),
    })
}

fn suggestion(value: Value) -> Option<Suggestion> {
    let mut fields = Fields::of(value);
    let text = fields.name("message_text")?;
    let payload = fields.value("payload").map(|payload| match payload {
        Value::String(text) => text,
        other => encode::text(&other),
    });
    Some(Suggestion { text, payload })
}

fn call_action(value: Value) -> Option<CallAction> {
    let mut fields = Fields::of(value);
    let contact_number = fields.name("contact_number")?;
    Some(CallAction { title: fields.name("title").unwrap_or_else(|| contact_number.clone()), contact_number })
}

/// The address, when it has one of `schemes`. Nothing else may reach a `href` or a `src` of the page.
fn safe_url(url: String, schemes: &[&str]) -> Option<String> {
    let trimmed = url.trim();
    let has = |scheme: &&str| trimmed.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme));
    if !schemes.iter().any(has) {
        return None;
    }
    Some(if trimmed.len() == url.len() { url } else { trimmed.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn content_url(url: &str) -> Option<String> {
        attachment(serde_json::json!({ "content_url": url }))?.content_url
    }

    #[test]
    fn lets_only_harmless_addresses_through() {
        for good in
            ["https://a.example/x", "HTTP://a.example", "mailto:a@b.example", "tel:+44123", "  https://a.example  "]
        {
            assert_eq!(content_url(good).as_deref(), Some(good.trim()));
        }
        let bad = "javascript:alert(1)|JavaScript:alert(1)|java\tscript:x|data:text/html,x|//a.example|/x|vbscript:x|blob:x|file:///x|https:";
        for bad in bad.split('|') {
            assert_eq!(content_url(bad), None, "{bad}");
        }
    }

    #[test]
    fn images_come_from_the_web_only() {
        let preview =
            |url: &str| attachment(serde_json::json!({ "preview_image_url": url })).unwrap().preview_image_url;
        assert_eq!(preview("tel:1"), None);
        assert!(preview("https://a.example/x.png").is_some());
    }

    #[test]
    fn numbers_of_a_surprising_kind_count_as_missing() {
        let fields = |value: Value| Fields::of(serde_json::json!({ "n": value })).number("n");
        assert_eq!(fields(3.into()), Some(3));
        assert_eq!(fields(serde_json::json!(3.0)), Some(3));
        for bad in
            [serde_json::json!(-1), serde_json::json!("3"), serde_json::json!(5e9), serde_json::json!([3]), Value::Null]
        {
            assert_eq!(fields(bad.clone()), None, "{bad}");
        }
    }

    #[test]
    fn a_suggestion_keeps_whatever_payload_it_brings() {
        let payload =
            |value: Value| suggestion(serde_json::json!({ "message_text": "x", "payload": value })).unwrap().payload;
        assert_eq!(payload("p".into()).as_deref(), Some("p"));
        assert_eq!(payload(serde_json::json!({ "a": 1 })).as_deref(), Some(r#"{"a":1}"#));
        assert_eq!(payload(Value::Null), None);
    }
}
