//! A browser's profile that outlives the browser: what a user finds after closing it and opening it again.

use std::path::Path;

use fantoccini::wd::Capabilities;
use serde_json::{Value, json};

use crate::{Engine, guard::Folder};

/// A folder that a browser keeps its data in. Dropping it removes it.
#[derive(Debug)]
pub(crate) struct Profile(Folder);

impl Profile {
    pub(crate) fn new() -> Self {
        Self(Folder::new())
    }

    pub(crate) fn folder(&self) -> &Path {
        self.0.path()
    }

    /// These capabilities for a browser with this profile.
    pub(crate) fn told_in(&self, engine: Engine, mut capabilities: Capabilities) -> Capabilities {
        let folder = self.folder().display();
        let (options, more) = match engine {
            Engine::Chromium => ("goog:chromeOptions", vec![json!(format!("--user-data-dir={folder}"))]),
            Engine::Firefox => ("moz:firefoxOptions", vec![json!("-profile"), json!(folder.to_string())]),
            Engine::WebKit => panic!("WebKitWebDriver's browser keeps nothing; see remote.rs"),
        };
        match capabilities.get_mut(options).and_then(|options| options.get_mut("args")) {
            Some(Value::Array(arguments)) => arguments.extend(more),
            _ => panic!("the capabilities name no {options} with args"),
        }
        capabilities
    }
}
