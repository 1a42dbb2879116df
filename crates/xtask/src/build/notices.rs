//! `pkg/THIRD-PARTY.txt`: who wrote what is in the package beside the project itself, and under which licence. Npm packages are
//! those that esbuild put into a script; crates, those that are compiled into the module.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::scripts::SCRIPTS;
use crate::{
    project::{bindings, pkg, root},
    steps::{ask, step, write},
    tools,
};

/// The name of the step.
pub(super) const STEP: &str = "notices";

/// The file's name in pkg/.
pub(crate) const NAME: &str = "THIRD-PARTY.txt";

const HEAD: &str =
    "Parts of this package were written by others. What each is, where it is, and under which licence it may be used:";

/// What the module has of the standard library, which is no crate of a registry.
const STD: (&str, &str) = ("The Rust Standard Library", "The Rust Project Contributors");

/// Something written by others.
#[derive(Debug, PartialEq, Eq)]
struct Work {
    /// With its version.
    name: String,
    /// As its manifest says it.
    licence: String,
    /// Names of scripts, or of the module.
    within: String,
    /// The texts of its licence.
    texts: String,
}

/// Makes the file.
pub(super) fn collect() -> Result<()> {
    let mut inputs = ["Cargo.lock", "package-lock.json", "LICENSE"].map(|path| root().join(path)).to_vec();
    inputs.extend(SCRIPTS.iter().map(|script| metafile(script.name)));
    let output = pkg().join(NAME);
    step(STEP, "", &inputs, std::slice::from_ref(&output), || {
        let mut works = npm_packages()?;
        works.extend(crates()?);
        write(&output, told(&works))
    })
}

fn metafile(script: &str) -> PathBuf {
    bindings().join(format!("{script}.json"))
}

fn told(works: &[Work]) -> String {
    let list = works.iter().map(|work| format!("- {} ({}): {}", work.name, work.licence, work.within));
    let list: Vec<_> = list.collect();
    let texts = works.iter().map(|work| format!("{}\n{}\n\n{}", work.name, "-".repeat(work.name.len()), work.texts));
    let texts: Vec<_> = texts.collect();
    format!("{HEAD}\n\n{}\n\n\n{}", list.join("\n"), texts.join("\n\n\n"))
}

/// The npm packages in the scripts.
fn npm_packages() -> Result<Vec<Work>> {
    let mut scripts_of: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for script in &SCRIPTS {
        let told: Value = serde_json::from_str(&fs::read_to_string(metafile(script.name))?)?;
        let inputs = told["inputs"].as_object().context("esbuild does not tell what it bundled")?;
        for package in inputs.keys().filter_map(|input| package_of(input)) {
            scripts_of.entry(package.to_owned()).or_default().insert(script.name);
        }
    }
    let work = |(package, scripts): (String, BTreeSet<&str>)| {
        let folder = root().join("node_modules").join(&package);
        let manifest: Value = serde_json::from_str(&fs::read_to_string(folder.join("package.json"))?)?;
        let text = |field: &str| manifest[field].as_str().with_context(|| format!("{package} has no {field}"));
        Ok(Work {
            name: format!("{package} {}", text("version")?),
            licence: text("license")?.to_owned(),
            within: scripts.into_iter().collect::<Vec<_>>().join(", "),
            texts: texts_in(&folder)?.with_context(|| format!("{package} has no licence file"))?,
        })
    };
    scripts_of.into_iter().map(work).collect()
}

/// The package that a bundled file is of, if it is of one.
fn package_of(input: &str) -> Option<&str> {
    let (_, path) = input.rsplit_once("node_modules/")?;
    let words = if path.starts_with('@') { 2 } else { 1 };
    let end = path.match_indices('/').nth(words - 1).map_or(path.len(), |(at, _)| at);
    Some(&path[..end])
}

/// The crates in the module. Macros are not: they only write code while it is compiled.
fn crates() -> Result<Vec<Work>> {
    let mut tree = tools::cargo();
    tree.args(["tree", "--locked", "--package", "poly-messaging-web", "--target", "wasm32-unknown-unknown"]);
    tree.args(["--edges", "normal,no-proc-macro", "--prefix", "none", "--no-dedupe", "--format", "{p}"]);
    let tree = ask(&mut tree).context("`cargo tree` failed")?;
    // Those of the project itself come with the path they lie at.
    let names: BTreeSet<_> =
        tree.lines().filter(|line| !line.contains('(')).filter_map(|line| line.split_once(" v")).collect();
    ensure!(names.len() > 5, "`cargo tree` tells of next to no crates: {tree}");

    let metadata = ask(tools::cargo().args(["metadata", "--locked", "--format-version", "1"]));
    let metadata: Value = serde_json::from_str(&metadata.context("`cargo metadata` failed")?)?;
    let packages = metadata["packages"].as_array().context("`cargo metadata` lists no packages")?;
    let mut works = Vec::new();
    for (name, version) in names {
        let is_meant = |package: &&Value| package["name"] == name && package["version"] == version;
        let package =
            packages.iter().find(is_meant).with_context(|| format!("cargo does not know {name} {version}"))?;
        let text = |field: &str| package[field].as_str().with_context(|| format!("{name} has no {field}"));
        let folder = Path::new(text("manifest_path")?).parent().context("a manifest lies in a folder")?;
        let licence = text("license")?;
        let authors: Vec<_> = package["authors"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let texts = match texts_in(folder)? {
            Some(texts) => texts,
            None => {
                ensure!(licence.contains("MIT"), "{name} has no licence file");
                mit(&authors.join(", "))?
            }
        };
        works.push(of_module(&format!("{name} {version}"), licence, texts));
    }
    works.push(of_module(STD.0, "MIT OR Apache-2.0", mit(STD.1)?));
    Ok(works)
}

fn of_module(name: &str, licence: &str, texts: String) -> Work {
    let within = "poly_messaging_web.wasm, and the scripts that hold it".to_owned();
    Work { name: name.to_owned(), licence: licence.to_owned(), within, texts }
}

/// The licence files in a folder, one after the other; of MIT and Apache the first, which is enough.
fn texts_in(folder: &Path) -> Result<Option<String>> {
    let names = fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))?;
    let names = names.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect();
    let mut texts = Vec::new();
    for name in wanted(names) {
        let text = fs::read_to_string(folder.join(&name)).with_context(|| format!("cannot read {name}"))?;
        texts.push(text.replace("\r\n", "\n").trim().to_owned() + "\n");
    }
    Ok((!texts.is_empty()).then(|| texts.join("\n")))
}

fn wanted(mut names: Vec<String>) -> Vec<String> {
    let begins = |name: &str| ["license", "licence", "copying", "notice"].iter().any(|word| name.starts_with(word));
    names.retain(|name| begins(&name.to_lowercase()));
    names.sort();
    if names.iter().any(|name| name.to_lowercase().contains("mit")) {
        names.retain(|name| !name.to_lowercase().contains("apache"));
    }
    names
}

/// The MIT licence for who gives no file with it: the words of the project's own.
fn mit(authors: &str) -> Result<String> {
    let own = fs::read_to_string(root().join("LICENSE"))?;
    let start = own.find("Permission is hereby granted").context("LICENSE is not the MIT licence")?;
    Ok(format!("MIT License\n\nCopyright (c) {authors}\n\n{}\n", own[start..].trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bundled_file_names_its_package() {
        assert_eq!(package_of("node_modules/marked/lib/marked.esm.js"), Some("marked"));
        assert_eq!(package_of("node_modules/@scope/name/a/b.js"), Some("@scope/name"));
        assert_eq!(package_of("node_modules/a/node_modules/b/index.js"), Some("b"));
        assert_eq!(package_of("js/src/index.ts"), None);
    }

    #[test]
    fn of_two_licences_to_choose_from_one_is_given_and_of_several_that_all_hold_each() {
        let of = |names: &[&str]| wanted(names.iter().map(|name| (*name).to_owned()).collect());
        assert_eq!(of(&["src", "LICENSE-MIT", "LICENSE-APACHE"]), ["LICENSE-MIT"]);
        assert_eq!(of(&["LICENSE-UNICODE", "LICENSE-MIT", "LICENSE-APACHE"]), ["LICENSE-MIT", "LICENSE-UNICODE"]);
        assert_eq!(of(&["license.md", "NOTICE", "COPYING", "README.md"]), ["COPYING", "NOTICE", "license.md"]);
        assert_eq!(of(&["LICENSE-APACHE"]), ["LICENSE-APACHE"]);
    }

    #[test]
    fn each_work_is_listed_with_its_licence_and_its_text_follows() {
        let work = Work { name: "a 1.0".into(), licence: "MIT".into(), within: "b.js".into(), texts: "Text\n".into() };
        let told = told(&[work]);
        assert!(told.contains("- a 1.0 (MIT): b.js\n") && told.ends_with("a 1.0\n-----\n\nText\n"), "{told}");
    }
}
