//! Halves of characters: a server that cuts text between UTF-16 units writes escapes such as `\\ud83d` without their other half,
//! which no Rust string can hold. Here a half is written as a mark until its other half is found, in the same text or at the
//! beginning of the next piece, or until it is known that there is none: then it is U+FFFD.

use hifijson::value::Value;

use super::json::Json;

/// Begins a mark. Like the digits it is a noncharacter, which no text has ("not for interchange").
const MARK: char = '\u{fdd0}';
/// The digits of a mark: three of them say which of the 2,048 halves it is.
const DIGITS: core::ops::RangeInclusive<char> = '\u{fdd1}'..='\u{fde0}';
const FIRST_HIGH: u32 = 0xD800;
const FIRST_LOW: u32 = 0xDC00;

/// Writes a mark in the place of each half, for JSON that cannot be read as it is.
pub(super) fn mark(text: &str) -> String {
    let mut marked = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((plain, escape)) = rest.split_once('\\') {
        marked.push_str(plain);
        let (first, after_first) = unit(escape);
        let (second, after_second) = after_first.strip_prefix('\\').map_or((None, after_first), unit);
        let (kept, after) = match (first, second) {
            (Some(0xD800..=0xDBFF), Some(0xDC00..=0xDFFF)) => (escape.strip_suffix(after_second), after_second),
            (Some(half @ 0xD800..=0xDFFF), _) => {
                push_mark(&mut marked, u32::from(half));
                rest = after_first;
                continue;
            }
            _ => (escape.strip_suffix(after_first), after_first),
        };
        marked.push('\\');
        marked.push_str(kept.unwrap_or_default());
        rest = after;
    }
    marked.push_str(rest);
    marked
}

/// The UTF-16 unit that an escape, its backslash left out, stands for, and what comes after the escape: at least one
/// character does not, since it may be another backslash.
fn unit(escape: &str) -> (Option<u16>, &str) {
    let digits = escape.strip_prefix('u').and_then(|rest| rest.split_at_checked(4));
    let unit = digits.and_then(|(digits, after)| Some((u16::from_str_radix(digits, 16).ok()?, after)));
    unit.map_or_else(
        || {
            let mut rest = escape.chars();
            rest.next();
            (None, rest.as_str())
        },
        |(unit, after)| (Some(unit), after),
    )
}

/// As `str::contains`, whose search for what is no ASCII is large, and a page downloads it.
fn is_marked(text: &str) -> bool {
    text.chars().any(|char| char == MARK)
}

fn push_mark(into: &mut String, half: u32) {
    into.push(MARK);
    for shift in [8, 4, 0] {
        into.extend(char::from_u32(u32::from(*DIGITS.start()) + ((half - FIRST_HIGH) >> shift & 15)));
    }
}

/// Puts halves together. `open`: the half that the text before ended in, and then the one that this text ends in, which is left
/// out of it.
pub(crate) fn join(text: &mut String, open: &mut Option<u32>) {
    if open.is_none() && !is_marked(text) {
        return;
    }
    let mut joined = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(char) = chars.next() {
        let half = if char == MARK { read_mark(&mut chars) } else { None };
        match (half, open.take()) {
            (Some(low @ FIRST_LOW..), Some(high)) => {
                joined.extend(char::from_u32(0x1_0000 + ((high - FIRST_HIGH) << 10) + (low - FIRST_LOW)));
            }
            (half, left) => {
                if left.is_some() {
                    joined.push(char::REPLACEMENT_CHARACTER);
                }
                match half {
                    Some(high @ ..FIRST_LOW) => *open = Some(high),
                    Some(_) => joined.push(char::REPLACEMENT_CHARACTER),
                    None => joined.push(char),
                }
            }
        }
    }
    *text = joined;
}

/// Finishes a text: a half that it ends in stays one.
pub(crate) fn finish(text: &mut String, open: &mut Option<u32>) {
    if open.take().is_some() {
        text.push(char::REPLACEMENT_CHARACTER);
    }
}

fn read_mark(chars: &mut core::str::Chars) -> Option<u32> {
    let mut rest = chars.clone();
    let mut half = 0;
    for _ in 0..3 {
        let digit = rest.next().filter(|digit| DIGITS.contains(digit))?;
        half = half << 4 | (u32::from(digit) - u32::from(*DIGITS.start()));
    }
    *chars = rest;
    Some(FIRST_HIGH + half).filter(|half| *half < FIRST_HIGH + 0x800)
}

/// Puts the halves in all texts together, or gives them up; those in the text of a piece of a message stay marked, since the next
/// piece may hold the other half. `piece`: the name of the type of such an event, and that of its payload.
pub(super) fn mend(value: &mut Json, piece: (&str, &str)) {
    match value {
        Value::String(text) if is_marked(text) => {
            let (text, mut open) = (text.to_mut(), None);
            join(text, &mut open);
            finish(text, &mut open);
        }
        Value::Array(items) => items.iter_mut().for_each(|item| mend(item, piece)),
        Value::Object(members) => {
            let is_type =
                |(name, value): &(_, _)| name == "type" && matches!(value, Value::String(text) if text == piece.0);
            let is_piece = members.iter().any(is_type);
            for (name, value) in members {
                match value {
                    Value::Object(members) if is_piece && (name == "payload" || name == piece.1) => {
                        let rest = members.iter_mut().filter(|(name, _)| name != "text");
                        rest.for_each(|(_, value)| mend(value, piece));
                    }
                    _ => mend(value, piece),
                }
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(pieces: &[&str]) -> Vec<String> {
        let mut open = None;
        let read = |piece: &&str| {
            let json = mark(&format!("\"{piece}\""));
            let mut text: String = serde_json::from_str(&json).unwrap();
            join(&mut text, &mut open);
            text
        };
        let mut texts: Vec<String> = pieces.iter().map(read).collect();
        finish(texts.last_mut().unwrap(), &mut open);
        texts
    }

    #[test]
    fn two_halves_are_one_character_wherever_the_text_was_cut() {
        assert_eq!(joined(&[r"a\ud83d", r"\ude00b"]), ["a", "😀b"]);
        assert_eq!(joined(&[r"\ud83d", "", r"\ude00"]), ["", "", "😀"]);
        assert_eq!(joined(&[r"\ud83d\ude00\ud83d", r"\udc69"]), ["😀", "👩"]);
        assert_eq!(joined(&[r"\uD83D", r"\uDE00"]), ["", "😀"]);
        assert_eq!(joined(&[r"\udbff", r"\udfff"]), ["", "\u{10ffff}"]);
        assert_eq!(joined(&[r"\ud800", r"\udc00"]), ["", "\u{10000}"]);
    }

    #[test]
    fn a_half_without_the_other_is_replaced_and_takes_nothing_with_it() {
        assert_eq!(joined(&[r"a\ud83d"]), ["a\u{fffd}"]);
        assert_eq!(joined(&[r"a\ud83d", "b"]), ["a", "\u{fffd}b"]);
        assert_eq!(joined(&["a", r"\ude00b"]), ["a", "\u{fffd}b"]);
        assert_eq!(joined(&[r"\ud83d", r"\ud83d", r"\ude00"]), ["", "\u{fffd}", "😀"]);
        assert_eq!(joined(&[r"\ude00\ud83d"]), ["\u{fffd}\u{fffd}"]);
        assert_eq!(joined(&[r"\\ud83d", r"\\ude00"]), [r"\ud83d", r"\ude00"]);
    }

    #[test]
    fn marks_that_came_over_the_wire_are_only_characters() {
        for text in ["\u{fdd0}", "\u{fdd0}\u{fdd1}", "\u{fdd0}\u{fde0}\u{fde0}\u{fde0}", "\u{fdd1}\u{fdd0}x"] {
            let (mut joined, mut open) = (text.to_owned(), None);
            join(&mut joined, &mut open);
            assert!(joined.chars().count() > 0 && open.is_none(), "{text:?}");
        }
    }
}
