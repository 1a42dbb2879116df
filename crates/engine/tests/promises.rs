//! docs/reliability.md names the tests that hold each promise: all of them exist.

use std::fs;
use std::path::Path;

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// All Rust files of a folder as one text.
fn sources(folder: &Path) -> String {
    let files = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let paths = files.map(|file| file.unwrap().path()).filter(|path| path.extension().is_some_and(|end| end == "rs"));
    paths.map(|path| read(&path)).collect()
}

#[test]
fn each_promise_is_held_by_tests_that_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let document = read(&root.join("docs/reliability.md"));
    let e2e = root.join("tests/e2e/tests");
    let survive = sources(&e2e.join("chat/survive"));
    let simulator = read(&root.join("crates/simulator/src/lib.rs"));
    let storm = sources(&root.join("crates/storm/tests"));
    let named: Vec<_> = document.split('`').filter_map(|code| code.split_once("::")).collect();
    let missing: Vec<_> = named
        .iter()
        .filter(|(file, test)| match (*file, *test) {
            (_, "NAME") => false,
            ("simulator", property) => !simulator.contains(&format!("| `{property}` |")),
            ("survive", test) => !survive.contains(&format!("\nfn {test}()")),
            ("clock" | "soak", test) => !read(&e2e.join(format!("{file}.rs"))).contains(&format!("\nfn {test}()")),
            ("storm", test) => !storm.contains(&format!("\nfn {test}()")),
            (file, test) => {
                !read(&root.join(format!("crates/engine/tests/{file}.rs"))).contains(&format!("\nfn {test}()"))
            }
        })
        .collect();
    assert!(named.len() > 40, "the document was read: {named:?}");
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn each_promise_names_a_test() {
    let document = read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reliability.md"));
    let (promises, _) = document.split_once("# What it cannot promise").expect("the second half");
    for promise in promises.split("\n- **").skip(1) {
        assert!(promise.contains("::"), "nothing holds: {promise}");
    }
}
