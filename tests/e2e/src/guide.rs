//! The listings of the documents, which tests take word for word: a fenced block whose fence names a file
//! (```` ```ts title="src/main.ts" ````) is that file, whole.

use std::fs;

use crate::project_root;

/// A file that a document gives.
#[derive(Debug)]
pub struct Listing {
    /// Where it belongs in the reader's project.
    pub path: String,
    /// All of it.
    pub content: String,
}

/// The listing `file` of a guide in `docs/guides/`.
///
/// # Panics
///
/// When there is no such guide, or no such listing in it.
pub(crate) fn listing(guide: &str, file: &str) -> String {
    let path = project_root().join("docs/guides").join(guide).with_extension("md");
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let found = listings(&text).into_iter().find(|listing| listing.path == file);
    found.unwrap_or_else(|| panic!("{} has no listing {file}", path.display())).content
}

/// The listings of a page, in their order.
///
/// # Panics
///
/// When one is named as no file below the page's own folder can be.
pub fn listings(text: &str) -> Vec<Listing> {
    let mut found = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let Some(info) = line.strip_prefix("```") else { continue };
        let body: Vec<_> = lines.by_ref().take_while(|line| *line != "```").collect();
        let Some((_, title)) = info.split_once("title=\"") else { continue };
        let path = title.split('"').next().unwrap_or_default();
        let is_inside = !path.is_empty() && !path.starts_with('/') && !path.split('/').any(|part| part == "..");
        assert!(is_inside, "a listing is called {path:?}");
        found.push(Listing { path: path.to_owned(), content: body.join("\n") + "\n" });
    }
    found
}
