//! Values as JSON text, which is how changes, events and errors cross to JavaScript.
//!
//! Written by hand rather than with a library: what serde generates for each type is several times the size of this, and
//! all of it is what a page downloads.

use std::borrow::Cow;

/// A value that has a JSON text.
pub trait ToJson {
    /// Adds the text to what is written so far.
    fn write(&self, json: &mut Json);

    /// The text of the value.
    fn to_json(&self) -> String {
        let mut json = Json::default();
        self.write(&mut json);
        json.0
    }
}

/// The JSON of structs: their members under the names that JavaScript has for them.
macro_rules! objects {
    ($($type:ty { $($name:literal: $member:ident),* $(,)? })*) => {$(
        impl crate::ToJson for $type {
            fn write(&self, json: &mut crate::Json) {
                json.object(|json| {
                    json$(.field($name, &self.$member))*;
                });
            }
        }
    )*};
}

/// The JSON of enums that are but names.
macro_rules! names {
    ($($type:ty { $($variant:ident = $name:literal),* $(,)? })*) => {$(
        impl crate::ToJson for $type {
            fn write(&self, json: &mut crate::Json) {
                match self { $(Self::$variant => $name,)* }.write(json);
            }
        }
    )*};
}

pub(crate) use {names, objects};

/// JSON text that is being written.
#[derive(Default)]
pub struct Json(String);

impl Json {
    /// An object, whose members `write` adds.
    pub(crate) fn object(&mut self, write: impl FnOnce(&mut Self)) {
        self.0.push('{');
        write(self);
        self.0.push('}');
    }

    /// Adds a member to an object.
    ///
    /// Takes a trait object so that there is one of this function, rather than one for each type.
    pub(crate) fn field(&mut self, name: &str, value: &dyn ToJson) -> &mut Self {
        self.name(name);
        value.write(self);
        self
    }

    /// Adds a member that is text.
    pub(crate) fn text(&mut self, name: &str, text: &str) -> &mut Self {
        self.name(name);
        push_string(&mut self.0, text);
        self
    }

    fn name(&mut self, name: &str) {
        self.separate();
        push_string(&mut self.0, name);
        self.0.push(':');
    }

    /// A comma, unless what follows is the first in its object or list.
    fn separate(&mut self) {
        if !self.0.ends_with(['{', '[']) {
            self.0.push(',');
        }
    }
}

impl ToJson for str {
    fn write(&self, json: &mut Json) {
        push_string(&mut json.0, self);
    }
}

impl ToJson for &str {
    fn write(&self, json: &mut Json) {
        push_string(&mut json.0, self);
    }
}

impl ToJson for String {
    fn write(&self, json: &mut Json) {
        push_string(&mut json.0, self);
    }
}

impl ToJson for Cow<'_, str> {
    fn write(&self, json: &mut Json) {
        push_string(&mut json.0, self);
    }
}

impl ToJson for bool {
    fn write(&self, json: &mut Json) {
        json.0.push_str(if *self { "true" } else { "false" });
    }
}

impl ToJson for u32 {
    fn write(&self, json: &mut Json) {
        push_number(&mut json.0, u64::from(*self));
    }
}

impl ToJson for u64 {
    fn write(&self, json: &mut Json) {
        push_number(&mut json.0, *self);
    }
}

impl<T: ToJson> ToJson for Box<T> {
    fn write(&self, json: &mut Json) {
        T::write(self, json);
    }
}

impl<T: ToJson> ToJson for Option<T> {
    fn write(&self, json: &mut Json) {
        match self {
            Some(value) => value.write(json),
            None => json.0.push_str("null"),
        }
    }
}

impl<T: ToJson> ToJson for Vec<T> {
    fn write(&self, json: &mut Json) {
        json.0.push('[');
        for item in self {
            json.separate();
            item.write(json);
        }
        json.0.push(']');
    }
}

/// A number that was written in decimal digits; 0 where there are none.
pub(crate) fn number(text: &str) -> u64 {
    let digits = text.bytes().filter(u8::is_ascii_digit);
    digits.fold(0, |sum, digit| sum.wrapping_mul(10).wrapping_add(u64::from(digit & 15)))
}

/// A whole number as text. `format!` and `to_string` bring machinery along for forms that are not needed here.
pub(crate) fn digits(number: u64) -> String {
    number.to_json()
}

/// Adds a whole number.
pub(crate) fn push_number(into: &mut String, number: u64) {
    if number > 9 {
        push_number(into, number / 10);
    }
    into.push(char::from(b'0' + (number % 10) as u8));
}

/// Adds a string, in quotation marks.
pub(crate) fn push_string(into: &mut String, text: &str) {
    into.push('"');
    let mut rest = text;
    while let Some(at) = rest.bytes().position(|byte| byte < b' ' || byte == b'"' || byte == b'\\') {
        let (plain, odd) = rest.split_at(at);
        into.push_str(plain);
        into.push('\\');
        let (odd, after) = odd.split_at(1);
        match odd {
            "\n" => into.push('n'),
            "\r" => into.push('r'),
            "\t" => into.push('t'),
            "\"" | "\\" => into.push_str(odd),
            _ => {
                into.push_str("u00");
                for byte in odd.bytes() {
                    into.push(char::from(b'0' + (byte >> 4)));
                    into.push(char::from(b"0123456789abcdef"[usize::from(byte & 15)]));
                }
            }
        }
        rest = after;
    }
    into.push_str(rest);
    into.push('"');
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn strings_read_back_as_they_were() {
        let every: String = (0..0x180).filter_map(char::from_u32).chain(" \u{2028}\u{ffff}👩‍🍳\"".chars()).collect();
        for text in ["", "\"", "\\", "a\nb\r\t\u{8}\u{1f}\u{7f}", "\"x\"\\\\", &every] {
            assert_eq!(serde_json::from_str::<String>(&text.to_json()).unwrap(), text);
        }
        assert_eq!("a\nb\u{1}\"".to_json(), r#""a\nb\u0001\"""#);
    }

    #[test]
    fn numbers_are_written_to_the_last_digit() {
        for number in [0, 9, 10, 99, 100, 1 << 53, u64::MAX] {
            assert_eq!(number.to_json(), number.to_string());
        }
    }

    #[test]
    fn members_and_items_are_separated() {
        struct Pair(u32, Vec<Option<bool>>);
        impl ToJson for Pair {
            fn write(&self, json: &mut Json) {
                json.object(|json| {
                    json.field("a", &self.0).field("b", &self.1).text("c", "{");
                });
            }
        }
        let pairs = vec![Pair(1, vec![]), Pair(2, vec![Some(true), None])];
        let read: Value = serde_json::from_str(&pairs.to_json()).unwrap();
        assert_eq!(read, json!([{ "a": 1, "b": [], "c": "{" }, { "a": 2, "b": [true, null], "c": "{" }]));
        assert_eq!(Vec::<u32>::new().to_json(), "[]");
    }
}
