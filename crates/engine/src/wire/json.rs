//! JSON in and out. Numbers stay text: the engine needs none that is not whole, and what it does not know it passes on
//! as it came.

use std::borrow::Cow;

use hifijson::value::{Value, parse_bounded};
use hifijson::{SliceLexer, token::Lex};

pub(crate) use crate::json::push_string;

/// Parsed JSON that borrows from its text.
pub(crate) type Json<'a> = Value<&'a str, Cow<'a, str>>;

/// Levels of nesting. Deeper JSON is refused, so that none can exhaust the stack.
const MAX_DEPTH: usize = 100;

/// Largest integer that JavaScript holds exactly.
const MAX_SAFE_INTEGER: u64 = (1 << 53) - 1;

/// Reads a text that is one JSON value.
pub(crate) fn parse(text: &str) -> Option<Json<'_>> {
    let mut lexer = SliceLexer::new(text.as_bytes());
    lexer.exactly_one(Lex::ws_peek, |next, lexer| parse_bounded(MAX_DEPTH, next, lexer)).ok()
}

/// The member `key` of an object; the last one where there are several.
pub(crate) fn member<'v, 'a>(value: &'v mut Json<'a>, key: &str) -> Option<&'v mut Json<'a>> {
    let Value::Object(members) = value else { return None };
    members.iter_mut().rev().find(|(name, _)| name == key).map(|(_, value)| value)
}

/// Takes the member `key` out of an object, where it is a string.
pub(crate) fn take_string(value: &mut Json, key: &str) -> Option<String> {
    match member(value, key) {
        Some(Value::String(text)) => Some(core::mem::take(text).into_owned()),
        _ => None,
    }
}

/// The member `key` of an object, where it is a whole number that is neither negative nor too large for JavaScript.
/// `3.0` is a whole number.
pub(crate) fn integer(value: &mut Json, key: &str) -> Option<u64> {
    let Some(Value::Number((number, parts))) = member(value, key) else { return None };
    let digits = if parts.dot { number.trim_end_matches('0').strip_suffix('.')? } else { number };
    digits.parse().ok().filter(|integer| *integer <= MAX_SAFE_INTEGER)
}

/// Adds `value` to a text.
pub(crate) fn push(into: &mut String, value: &Json) {
    match value {
        Value::Null => into.push_str("null"),
        Value::Bool(true) => into.push_str("true"),
        Value::Bool(false) => into.push_str("false"),
        Value::Number((number, _)) => into.push_str(number),
        Value::String(text) => push_string(into, text),
        Value::Array(items) => {
            into.push('[');
            for (at, item) in items.iter().enumerate() {
                separate(into, at);
                push(into, item);
            }
            into.push(']');
        }
        Value::Object(members) => {
            into.push('{');
            for (at, (name, value)) in members.iter().enumerate() {
                separate(into, at);
                push_string(into, name);
                into.push(':');
                push(into, value);
            }
            into.push('}');
        }
    }
}

fn separate(into: &mut String, at: usize) {
    if at > 0 {
        into.push(',');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_in_goes_out_as_it_was() {
        for text in [
            r#"{"a":[1,-2.50,1e400,null,true,false,"\n\"é👩‍🍳\u0001"],"":{}}"#,
            "[]",
            "\"\"",
            "123456789012345678901234567890",
        ] {
            let mut out = String::new();
            push(&mut out, &parse(text).unwrap());
            assert_eq!(out, text);
        }
    }

    #[test]
    fn what_is_not_one_value_is_refused() {
        for bad in ["", " ", "{", "[1,]", "{\"a\" 1}", "1 2", "nul", "'a'", "\"\u{1}\"", "\"\\x\"", "01", "{a:1}"] {
            assert!(parse(bad).is_none(), "{bad}");
        }
        assert!(parse(&"[".repeat(1_000_000)).is_none());
        assert!(parse(&["[".repeat(101), "]".repeat(101)].concat()).is_none());
        assert!(parse(&["[".repeat(100), "]".repeat(100)].concat()).is_some());
    }

    #[test]
    fn only_whole_numbers_that_javascript_can_hold_are_integers() {
        let number = |text: &str| integer(&mut parse(&["{\"n\":", text, "}"].concat()).unwrap(), "n");
        assert_eq!(
            (number("3"), number("30"), number("0"), number("3.0"), number("30.00")),
            (Some(3), Some(30), Some(0), Some(3), Some(30))
        );
        assert_eq!(number("9007199254740991"), Some(9_007_199_254_740_991));
        for bad in ["-1", "-0.0", "3.5", "1e3", "9007199254740992", "1e400", "\"3\"", "[3]", "null", "true"] {
            assert_eq!(number(bad), None, "{bad}");
        }
    }

    #[test]
    fn the_last_of_several_members_of_one_name_counts() {
        assert_eq!(take_string(&mut parse(r#"{"a":"1","a":"2"}"#).unwrap(), "a").as_deref(), Some("2"));
    }
}
