//! The runner is of the release of wasm-bindgen that the browser client is built with.

use std::{fs, path::Path, process::Command};

#[test]
fn has_the_version_that_is_pinned() {
    let output = Command::new(env!("CARGO_BIN_EXE_wasm-test-runner")).arg("--version").output().expect("it runs");
    let said = String::from_utf8_lossy(&output.stdout);
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../Cargo.toml");
    let manifest = fs::read_to_string(manifest).expect("the workspace has a manifest");
    let pinned = manifest.lines().find_map(|line| line.strip_prefix("wasm-bindgen = \"=")).expect("it is pinned");
    let version = pinned.trim_end_matches('"');
    assert!(said.contains(version), "{said} is not of {version}");
}
