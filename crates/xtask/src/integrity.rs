//! The Subresource Integrity hashes of what a page loads: for the `integrity` of a `<script>`, a `<link rel=modulepreload>` or
//! an import map.

use std::fs;

use anyhow::{Context, Result};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use sha2::{Digest, Sha384};

use crate::{
    build::scripts::SCRIPTS,
    project::{self, MODULE},
};

/// Prints one line for each script of the package and for the module. Not on stdout, which `npm pack --json` needs.
pub(crate) fn print() -> Result<()> {
    eprintln!("\n{:<26} integrity", "file in pkg/");
    for name in SCRIPTS.iter().map(|script| script.name.to_owned()).chain([format!("{MODULE}.wasm")]) {
        let path = project::pkg().join(&name);
        let bytes = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
        eprintln!("{name:<26} {}", hash(&bytes));
    }
    Ok(())
}

/// What an `integrity` attribute says of a file with these bytes.
fn hash(bytes: &[u8]) -> String {
    format!("sha384-{}", STANDARD.encode(Sha384::digest(bytes)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_as_subresource_integrity_has_it() {
        // The example in the specification of W3C, "Subresource Integrity".
        assert_eq!(
            hash(b"alert('Hello, world.');"),
            "sha384-H8BRh8j48O9oYatfu5AZzq6A9RINhZO5H16dQZngK7T62em8MUt1FLm52t+eX6xO"
        );
    }
}
