//! The listings of `docs/guides`, which tests take word for word.

use std::fs;

use crate::project_root;

/// The listing that a guide names `file`: a fenced block that begins with its language and that name.
///
/// # Panics
///
/// When there is no such guide, or no such listing in it.
pub fn listing(guide: &str, file: &str) -> String {
    let path = project_root().join("docs/guides").join(guide).with_extension("md");
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut blocks = text.split("\n```").skip(1).step_by(2);
    blocks
        .find_map(|block| {
            let (head, body) = block.split_once('\n')?;
            (head.split_whitespace().nth(1) == Some(file)).then(|| format!("{body}\n"))
        })
        .unwrap_or_else(|| panic!("{} has no listing {file}", path.display()))
}
