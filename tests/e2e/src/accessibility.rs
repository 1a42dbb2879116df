//! What a screen reader is given of the page: Chromium's accessibility tree.

use serde_json::{Value, json};

use crate::{Engine, Page};

/// A node of the tree that a screen reader comes upon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heard {
    /// Its role, as Chromium has it.
    pub role: String,
    /// Its name.
    pub name: String,
    /// What describes it.
    pub description: String,
    /// How many nodes that are heard it stands in.
    pub depth: usize,
}

impl Page {
    /// All that a screen reader comes upon, from the beginning to the end. Chromium only.
    ///
    /// # Panics
    ///
    /// In another engine.
    pub async fn heard(&self) -> Vec<Heard> {
        assert_eq!(self.engine(), Engine::Chromium, "only Chromium shows its accessibility tree");
        self.devtools("Accessibility.enable", json!({})).await;
        let tree = self.devtools("Accessibility.getFullAXTree", json!({})).await;
        let nodes = tree["nodes"].as_array().expect("a list of nodes");
        let mut heard = Vec::new();
        if let Some(root) = nodes.first() {
            walk(root, nodes, 0, &mut heard);
        }
        heard
    }
}

fn walk(node: &Value, nodes: &[Value], depth: usize, heard: &mut Vec<Heard>) {
    let text = |field: &str| node[field]["value"].as_str().unwrap_or_default().to_owned();
    let is_heard = node["ignored"] == false;
    if is_heard {
        heard.push(Heard { role: text("role"), name: text("name"), description: text("description"), depth });
    }
    for child in node["childIds"].as_array().into_iter().flatten() {
        if let Some(child) = nodes.iter().find(|node| node["nodeId"] == *child) {
            walk(child, nodes, depth + usize::from(is_heard), heard);
        }
    }
}
