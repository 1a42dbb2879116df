//! What an application sends along with a message: text under names.

use crate::json::{Json, ToJson};

/// The strings of `metadata.custom`, in the order in which they were given. Source: Messaging API, "Events".
///
/// A list rather than a map: there are a few of them, they are looked up once, and a map's code is what a page downloads.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Metadata(Vec<(String, String)>);

impl Metadata {
    /// The text under `name`.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter().find(|(other, _)| *other == name).map(|(_, text)| text)
    }

    /// Names and texts.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, text)| (name.as_str(), text.as_str()))
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// Adds a text. `name` must be new.
    pub fn push(&mut self, name: String, text: String) {
        debug_assert!(self.get(&name).is_none());
        self.0.push((name, text));
    }
}

impl ToJson for Metadata {
    fn write(&self, json: &mut Json) {
        json.object(|json| {
            for (name, text) in self.iter() {
                json.text(name, text);
            }
        });
    }
}
