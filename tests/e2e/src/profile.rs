//! A browser's profile that outlives the browser: what a user finds after closing it and opening it again.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process,
    sync::atomic::{AtomicU32, Ordering},
};

use fantoccini::wd::Capabilities;
use serde_json::{Value, json};

use crate::Engine;

/// A folder that a browser keeps its data in. Dropping it removes it.
#[derive(Debug)]
pub(crate) struct Profile {
    folder: PathBuf,
}

impl Profile {
    pub(crate) fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("poly-messaging-e2e-{}-{}", process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let folder = env::temp_dir().join(name);
        fs::create_dir_all(&folder).expect("cannot make a folder for a profile");
        Self { folder }
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// These capabilities for a browser with this profile.
    pub(crate) fn told_in(&self, engine: Engine, mut capabilities: Capabilities) -> Capabilities {
        let folder = self.folder.display();
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

impl Drop for Profile {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}
