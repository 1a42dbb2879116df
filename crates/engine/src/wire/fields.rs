//! Reading fields that may be missing, null or of a surprising type: one bad field never costs the whole event.

use hifijson::value::Value;

use super::CLIENT_EVENT_ID;
use super::json::{self, Json};
use crate::bounds::{LeftOut, MAX_FIELD, MAX_NAMES};
use crate::ids::Ids;
use crate::{Attachment, AttachmentKind, CallAction, Metadata, Suggestion};

/// A JSON value whose fields, where it is an object, are taken out one by one.
pub(crate) struct Fields<'a>(Json<'a>);

impl<'a> Fields<'a> {
    pub(crate) fn of(value: Json<'a>) -> Self {
        Self(value)
    }

    /// What has not been taken out, as text.
    pub(crate) fn into_text(self) -> String {
        let mut text = String::new();
        json::push(&mut text, &self.0);
        text
    }

    pub(crate) fn value(&mut self, key: &str) -> Option<Json<'a>> {
        let value = json::member(&mut self.0, key).map(|value| core::mem::replace(value, Value::Null));
        value.filter(|value| !matches!(value, Value::Null))
    }

    /// A string, the empty one included.
    pub(crate) fn text(&mut self, key: &str) -> Option<String> {
        json::take_string(&mut self.0, key)
    }

    /// A string that says something, and is not longer than anything of its kind.
    pub(crate) fn name(&mut self, key: &str) -> Option<String> {
        self.text(key).filter(|text| !text.is_empty() && text.len() <= MAX_FIELD)
    }

    pub(crate) fn flag(&mut self, key: &str) -> bool {
        matches!(json::member(&mut self.0, key), Some(Value::Bool(true)))
    }

    pub(crate) fn integer(&mut self, key: &str) -> Option<u64> {
        json::integer(&mut self.0, key)
    }

    pub(crate) fn number(&mut self, key: &str) -> Option<u32> {
        self.integer(key).and_then(|number| u32::try_from(number).ok())
    }

    pub(crate) fn object(&mut self, key: &str) -> Self {
        Self::of(self.value(key).unwrap_or(Value::Null))
    }

    pub(crate) fn list(&mut self, key: &str) -> Vec<Json<'a>> {
        match self.value(key) {
            Some(Value::Array(items)) => items,
            _ => Vec::new(),
        }
    }

    /// An address that an image may be loaded from.
    pub(crate) fn image_url(&mut self, key: &str) -> Option<String> {
        self.name(key).and_then(|url| safe_url(url, &["https://", "http://"]))
    }

    pub(crate) fn attachments(&mut self) -> Vec<Attachment> {
        self.list("attachments").into_iter().filter_map(attachment).collect()
    }

    pub(crate) fn suggestions(&mut self) -> Vec<Suggestion> {
        self.list("response_suggestions").into_iter().filter_map(suggestion).collect()
    }

    pub(crate) fn call_actions(&mut self) -> Vec<CallAction> {
        self.list("chat_call_actions").into_iter().filter_map(call_action).collect()
    }

    /// `metadata.custom`: its strings.
    pub(crate) fn metadata(&mut self, left_out: &mut LeftOut) -> Metadata {
        let mut custom = self.object("metadata").object("custom");
        let mut metadata = Metadata::default();
        // Whatever else there is, an echo is known by it.
        let id = custom.text(CLIENT_EVENT_ID);
        let most = MAX_NAMES - usize::from(id.is_some());
        let mut names = Ids::default();
        if let Value::Object(custom) = custom.0 {
            for (name, value) in custom.into_iter().rev() {
                // The last of several counts, as everywhere.
                if let Value::String(text) = value
                    && name != CLIENT_EVENT_ID
                    && names.is_new(&name)
                {
                    if metadata.len() == most {
                        left_out.add(LeftOut::NAMES);
                        break;
                    }
                    metadata.push(name.into_owned(), text.into_owned());
                }
            }
        }
        if let Some(id) = id {
            metadata.push(CLIENT_EVENT_ID.to_owned(), id);
        }
        metadata
    }
}

fn attachment(value: Json) -> Option<Attachment> {
    if !matches!(value, Value::Object(_)) {
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

fn suggestion(value: Json) -> Option<Suggestion> {
    let mut fields = Fields::of(value);
    let text = fields.name("message_text")?;
    let payload = fields.value("payload").map(|payload| match payload {
        Value::String(text) => text.into_owned(),
        other => Fields::of(other).into_text(),
    });
    Some(Suggestion { text, payload })
}

fn call_action(value: Json) -> Option<CallAction> {
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

    fn parsed(value: &serde_json::Value, test: impl Fn(Json) -> Option<String>) -> Option<String> {
        test(json::parse(&value.to_string()).unwrap())
    }

    #[test]
    fn lets_only_harmless_addresses_through() {
        let content_url = |url: &str| {
            parsed(&serde_json::json!({ "content_url": url }), |value| attachment(value).unwrap().content_url)
        };
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
        let preview = |url: &str| {
            let value = serde_json::json!({ "preview_image_url": url });
            parsed(&value, |value| attachment(value).unwrap().preview_image_url)
        };
        assert_eq!(preview("tel:1"), None);
        assert!(preview("https://a.example/x.png").is_some());
    }

    #[test]
    fn a_suggestion_keeps_whatever_payload_it_brings() {
        let payload = |payload: serde_json::Value| {
            let value = serde_json::json!({ "message_text": "x", "payload": payload });
            parsed(&value, |value| suggestion(value).unwrap().payload)
        };
        assert_eq!(payload("p".into()).as_deref(), Some("p"));
        assert_eq!(payload(serde_json::json!({ "a": 1.5 })).as_deref(), Some(r#"{"a":1.5}"#));
        assert_eq!(payload(serde_json::Value::Null), None);
    }
}
