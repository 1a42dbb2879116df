//! What JSON values have in common, found out by looking at many of them, and its text in the way of TypeScript.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::TEXT;
use crate::ToJson;

/// All that was seen in one place.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Shape {
    null: bool,
    boolean: bool,
    number: bool,
    /// Any text.
    string: bool,
    /// These texts.
    literals: BTreeSet<String>,
    /// Lists, and what is in them.
    items: Option<Box<Shape>>,
    /// Objects, and what is in them.
    members: Option<BTreeMap<String, Shape>>,
    /// Members that some of the objects lack.
    optional: BTreeSet<String>,
}

impl Shape {
    /// What these values have in common as JSON.
    pub(super) fn of<T: ToJson>(samples: impl IntoIterator<Item = T>) -> Self {
        let mut shape = Self::default();
        for sample in samples {
            shape.see(&serde_json::from_str(&sample.to_json()).expect("what the engine writes is JSON"));
        }
        shape
    }

    fn see(&mut self, value: &Value) {
        match value {
            Value::Null => self.null = true,
            Value::Bool(_) => self.boolean = true,
            Value::Number(_) => self.number = true,
            Value::String(text) if text == TEXT => self.string = true,
            Value::String(text) => drop(self.literals.insert(text.clone())),
            Value::Array(items) => {
                let shape = self.items.get_or_insert_default();
                items.iter().for_each(|item| shape.see(item));
            }
            Value::Object(object) => {
                let is_first = self.members.is_none();
                let members = self.members.get_or_insert_default();
                for name in members.keys() {
                    if !object.contains_key(name) {
                        self.optional.insert(name.clone());
                    }
                }
                for (name, value) in object {
                    if !is_first && !members.contains_key(name) {
                        self.optional.insert(name.clone());
                    }
                    members.entry(name.clone()).or_default().see(value);
                }
            }
        }
    }

    /// Takes out the member that is always this one text.
    pub(super) fn take_literal(&mut self, name: &str) -> String {
        let tag = self.members.as_mut().and_then(|members| members.remove(name)).expect("the member that tells which");
        assert!(tag.literals.len() == 1 && !self.optional.contains(name), "{name} does not tell which: {tag:?}");
        tag.literals.into_iter().next().expect("one text")
    }

    /// Takes a member out.
    pub(super) fn drop_member(&mut self, name: &str) {
        self.members.as_mut().and_then(|members| members.remove(name)).expect("the member");
    }
}

/// Shapes that have a name in the API.
pub(super) struct Names(Vec<(&'static str, Shape)>);

impl Names {
    pub(super) fn new(names: Vec<(&'static str, Shape)>) -> Self {
        for (at, (name, shape)) in names.iter().enumerate() {
            assert!(names[..at].iter().all(|(_, other)| other != shape), "{name} has the shape of another");
        }
        Self(names)
    }

    /// The members of the shapes that have a name and members.
    pub(super) fn table(&self) -> Value {
        let with_members = self.0.iter().filter(|(_, shape)| shape.members.is_some());
        Value::Object(with_members.map(|(name, shape)| ((*name).to_owned(), self.members(shape))).collect())
    }

    /// The members of an object and their types. A name with a question mark is not in all of them.
    pub(super) fn members(&self, shape: &Shape) -> Value {
        let mut fields = Map::new();
        for (name, member) in shape.members.as_ref().expect("an object") {
            let mark = if shape.optional.contains(name) { "?" } else { "" };
            fields.insert(format!("{name}{mark}"), self.text(member).into());
        }
        Value::Object(fields)
    }

    fn text(&self, shape: &Shape) -> String {
        let mut parts: Vec<String> = Vec::new();
        let named =
            |wanted: &Shape| self.0.iter().find(|(_, shape)| shape == wanted).map(|(name, _)| (*name).to_owned());
        if !shape.literals.is_empty() {
            let alone = Shape { literals: shape.literals.clone(), ..Shape::default() };
            match named(&alone) {
                Some(name) => parts.push(name),
                None => parts.extend(shape.literals.iter().map(|text| format!("\"{text}\""))),
            }
        }
        for (is_seen, name) in [(shape.boolean, "boolean"), (shape.number, "number"), (shape.string, "string")] {
            parts.extend(is_seen.then(|| name.to_owned()));
        }
        if let Some(members) = &shape.members {
            let alone = Shape { members: Some(members.clone()), optional: shape.optional.clone(), ..Shape::default() };
            parts.push(named(&alone).unwrap_or_else(|| match members.get(TEXT) {
                Some(values) if members.len() == 1 => format!("Record<string, {}>", self.text(values)),
                _ => {
                    let fields = self.members(shape);
                    let fields = fields.as_object().expect("members").iter();
                    let fields: Vec<_> =
                        fields.map(|(name, text)| format!("{name}: {}", text.as_str().unwrap_or_default())).collect();
                    format!("{{ {} }}", fields.join("; "))
                }
            }));
        }
        if let Some(items) = &shape.items {
            let item = self.text(items);
            parts.push(if item.contains(" | ") { format!("({item})[]") } else { format!("{item}[]") });
        }
        parts.extend(shape.null.then(|| "null".to_owned()));
        parts.join(" | ")
    }
}

#[test]
fn a_shape_says_what_may_be_missing_null_or_one_of_a_few() {
    let text = |samples: &[&str]| {
        let mut shape = Shape::default();
        samples.iter().for_each(|sample| shape.see(&serde_json::from_str(sample).expect("JSON")));
        Names::new(Vec::new()).text(&shape)
    };
    assert_eq!(text(&["7", "8"]), "number");
    assert_eq!(text(&["7", "null"]), "number | null");
    assert_eq!(text(&["\"any text\""]), "string");
    assert_eq!(text(&["\"b\"", "\"a\""]), "\"a\" | \"b\"");
    assert_eq!(text(&["[]", "[true, null]"]), "(boolean | null)[]");
    assert_eq!(text(&["{\"any text\": \"any text\"}"]), "Record<string, string>");
    assert_eq!(
        text(&["{\"a\": 1, \"b\": 2}", "{\"a\": null, \"c\": 1}"]),
        "{ a: number | null; b?: number; c?: number }"
    );
}
