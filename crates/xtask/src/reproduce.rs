//! Whether the package can be made again, byte for byte: `cargo xtask reproduce` makes it twice from clean, in folders of
//! different names; the tests take what cargo has compiled for granted, and make the rest again.

use std::{collections::BTreeMap, env, fs, path::Path, process::Command};

use anyhow::{Context, Result, bail, ensure};
use sha2::{Digest, Sha256};

use crate::{
    build,
    project::{pkg, root},
    steps::{ask, copy, empty_folder, files_below, run},
    tools,
};

/// Where the two are made.
const FOLDERS: [&str; 2] = ["target/reproduce/one", "target/reproduce/another-one"];

/// Makes the package twice, tarball and all, from what git knows of this folder, and compares.
pub(crate) fn run_twice() -> Result<()> {
    let sources = ask(Command::new("git").args(["ls-files", "--cached", "--others", "--exclude-standard"]))
        .context("git does not tell which files there are")?;
    let folders = FOLDERS.map(|folder| root().join(folder));
    for folder in &folders {
        empty_folder(folder)?;
        for source in sources.lines().filter(|source| root().join(source).is_file()) {
            copy(&root().join(source), &folder.join(source))?;
        }
    }
    let mut made = Vec::new();
    for folder in &folders {
        build_in(folder)?;
        let mut files = read(&folder.join("pkg"))?;
        let tarball = fs::read_dir(folder)?.filter_map(|entry| Some(entry.ok()?.path()));
        let tarball = tarball.filter(|path| path.extension().is_some_and(|extension| extension == "tgz")).last();
        files.insert("the tarball".to_owned(), fs::read(tarball.context("npm pack wrote no tarball")?)?);
        made.push(files);
    }
    let [one, another] = [&made[0], &made[1]];
    same(one, another)?;
    for (name, bytes) in one {
        let digest = Sha256::digest(bytes);
        println!("{}  {name}", digest.iter().map(|byte| format!("{byte:02x}")).collect::<String>());
    }
    println!("both builds made the same bytes; above is their SHA-256");
    Ok(())
}

/// Runs this very program in a copy of the sources, with a target folder of its own.
fn build_in(folder: &Path) -> Result<()> {
    let program = folder.join("target/debug/xtask").with_extension(env::consts::EXE_EXTENSION);
    copy(&env::current_exe()?, &program)?;
    fs::set_permissions(&program, fs::metadata(env::current_exe()?)?.permissions())?;
    let mut build = Command::new(&program);
    build.arg("build").env("CARGO_MANIFEST_DIR", folder.join("crates/xtask"));
    build.env("CARGO_TARGET_DIR", folder.join("target"));
    run(&mut build, "The lines above say why.")?;
    let mut pack = tools::npm();
    pack.args(["pack", "--silent", "--ignore-scripts", "--pack-destination"]).args([folder, folder]);
    run(&mut pack, "The lines above say why.")
}

/// Makes pkg/ again, all but what cargo does, and compares; and looks for names of this machine's folders.
pub(crate) fn check() -> Result<()> {
    let before = read(&pkg())?;
    build::again()?;
    let after = read(&pkg())?;
    same(&before, &after)?;
    let folders = [Some(root().to_owned()), tools::cargo_home(), env::home_dir()];
    for folder in folders.into_iter().flatten() {
        let folder = folder.to_string_lossy().into_owned();
        // Such as `/` is in any file.
        if folder.len() < 4 {
            continue;
        }
        for (name, bytes) in &after {
            let is_in = bytes.windows(folder.len()).any(|window| window == folder.as_bytes());
            ensure!(!is_in, "pkg/{name} names {folder}, a folder of this machine");
        }
    }
    Ok(())
}

/// The files in a folder by name.
fn read(folder: &Path) -> Result<BTreeMap<String, Vec<u8>>> {
    let mut files = BTreeMap::new();
    for path in files_below(folder)? {
        files.insert(path.strip_prefix(folder)?.to_string_lossy().into_owned(), fs::read(&path)?);
    }
    Ok(files)
}

fn same(one: &BTreeMap<String, Vec<u8>>, another: &BTreeMap<String, Vec<u8>>) -> Result<()> {
    ensure!(!one.is_empty(), "there is nothing to compare");
    ensure!(one.keys().eq(another.keys()), "one has {:?}, and another {:?}", one.keys(), another.keys());
    let different: Vec<_> =
        one.iter().filter(|(name, bytes)| another[*name] != **bytes).map(|(name, _)| name).collect();
    if !different.is_empty() {
        bail!("two builds of the same sources differ: {different:?}");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(files: &[(&str, &str)]) -> BTreeMap<String, Vec<u8>> {
        files.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect()
    }

    #[test]
    fn a_difference_is_found() {
        let one = files(&[("a", "1"), ("b", "2")]);
        assert!(same(&one, &one.clone()).is_ok());
        assert!(same(&one, &files(&[("a", "1"), ("b", "3")])).is_err(), "another content");
        assert!(same(&one, &files(&[("a", "1")])).is_err(), "a file less");
        assert!(same(&files(&[]), &files(&[])).is_err(), "nothing at all");
    }
}
