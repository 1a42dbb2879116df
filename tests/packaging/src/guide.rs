//! The guides of `docs/guides/`: what a reader would type, word for word.

use std::fs;

use e2e::{Listing, Sandbox, listings};

use crate::Project;

/// What a reader replaces by their own connector token, and the token of the sandbox.
const TOKEN: (&str, &str) = ("YOUR-CONNECTOR-TOKEN", "sandbox-connector-token");
/// What a reader replaces by the environment of their account: as an option, and as an attribute.
const ENVIRONMENT: [&str; 2] = ["environment: \"us\"", "environment=\"us\""];

/// A guide.
#[derive(Debug)]
pub struct Guide {
    name: String,
    text: String,
    listings: Vec<Listing>,
}

impl Guide {
    /// Reads a guide.
    ///
    /// # Panics
    ///
    /// When it has no listings, or names a file twice.
    pub fn read(name: &str) -> Self {
        let path = e2e::project_root().join(name);
        let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("cannot read {}: {error}", path.display()));
        let listings = listings(&text);
        assert!(!listings.is_empty(), "{name} has no listing with a title");
        for (at, Listing { path, .. }) in listings.iter().enumerate() {
            assert!(listings[..at].iter().all(|other| other.path != *path), "{name} gives {path} twice");
        }
        Self { name: name.to_owned(), text, listings }
    }

    /// Writes the guide's files into a project, with the reader's own values: the sandbox's connector token and address.
    ///
    /// # Panics
    ///
    /// When the guide does not say what to replace in each file that makes a chat.
    pub fn follow(&self, project: &Project, sandbox: &Sandbox) {
        let api = sandbox.url("/api/v1");
        let values = [format!("environment: {{ apiUrl: \"{api}\" }}"), format!("api-url=\"{api}\"")];
        let mut replaced = 0;
        for Listing { path, content } in &self.listings {
            replaced +=
                usize::from(content.contains(TOKEN.0) && ENVIRONMENT.iter().any(|wanted| content.contains(wanted)));
            let mut content = content.replace(TOKEN.0, TOKEN.1);
            for (from, to) in ENVIRONMENT.iter().zip(&values) {
                content = content.replace(from, to);
            }
            project.write(path, &content);
        }
        assert!(replaced > 0, "{}: no listing has `{}` and one of {ENVIRONMENT:?}", self.name, TOKEN.0);
    }

    /// Makes sure that the guide tells its reader to do this.
    ///
    /// # Panics
    ///
    /// When it does not.
    pub fn says(&self, text: &str) {
        assert!(self.text.contains(text), "{} does not say `{text}`", self.name);
    }
}
