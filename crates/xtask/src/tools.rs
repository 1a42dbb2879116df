//! The tools that are not part of the workspace: found where they are, fetched where that can be done.

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail, ensure};

use crate::{
    project,
    steps::{self, ask, run},
    terminal::note,
};

const WASM: &str = "wasm32-unknown-unknown";

/// The oldest Node.js that runs the build tools and the unit tests.
const NODE_MAJOR: u32 = 20;

/// The cargo that started this program, so that all steps use one toolchain.
pub(crate) fn cargo() -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(project::root());
    command
}

/// Makes sure that the standard library for WebAssembly is there.
pub(crate) fn wasm_target() -> Result<()> {
    let libraries = ask(Command::new("rustc").args(["--print", "target-libdir", "--target", WASM]))
        .context("cannot run rustc: install Rust with rustup")?;
    if Path::new(&libraries).exists() {
        return Ok(());
    }
    run(
        Command::new("rustup").args(["target", "add", WASM]),
        "Install the target by hand: rustup target add wasm32-unknown-unknown",
    )
}

/// Makes sure that the source of the standard library is there.
pub(crate) fn std_source() -> Result<()> {
    let sysroot = ask(Command::new("rustc").args(["--print", "sysroot"])).unwrap_or_default();
    let source = Path::new(&sysroot).join("lib/rustlib/src/rust/library/std/Cargo.toml");
    let fetch = || ask(Command::new("rustup").args(["component", "add", "rust-src"])).is_some() && source.exists();
    ensure!(
        source.exists() || fetch(),
        "the source of the standard library is missing, and `rustup component add rust-src` did not work: it is compiled along with \
         the module. With `--stock-std`, `npm start` and `npm run build` make a larger one without it"
    );
    Ok(())
}

/// Makes sure that `cargo clippy` or `cargo fmt` is there.
pub(crate) fn rust_component(subcommand: &str, component: &str) -> Result<()> {
    if ask(cargo().args([subcommand, "--version"])).is_some() {
        return Ok(());
    }
    run(
        Command::new("rustup").args(["component", "add", component]),
        &format!("Install it by hand: rustup component add {component}"),
    )
}

/// Makes sure that the npm packages of package-lock.json are there.
pub(crate) fn npm_packages() -> Result<()> {
    let version = ask(Command::new("node").arg("--version"))
        .with_context(|| format!("cannot run node: install Node.js {NODE_MAJOR} or newer"))?;
    let major = version.trim_start_matches('v').split('.').next().and_then(|major| major.parse().ok());
    if major.is_none_or(|major: u32| major < NODE_MAJOR) {
        bail!("Node.js {NODE_MAJOR} or newer is needed; this is {version}");
    }
    let root = project::root();
    steps::step(
        "npm packages",
        &version,
        &[root.join("package-lock.json")],
        &[root.join("node_modules/.package-lock.json")],
        || {
            run(
                npm().args(["ci", "--no-audit", "--no-fund", "--loglevel=error"]),
                "Is the npm registry reachable? `npm ci` shows more.",
            )
        },
    )
}

/// npm itself.
pub(crate) fn npm() -> Command {
    script("npm")
}

/// A program that comes with the npm packages.
pub(crate) fn npm_program(name: &str) -> Command {
    let folder = project::root().join("node_modules/.bin");
    let mut command = script(&folder.join(name).to_string_lossy());
    command.current_dir(project::root());
    command
}

/// A command that is a batch file on Windows.
fn script(name: &str) -> Command {
    Command::new(if cfg!(windows) { format!("{name}.cmd") } else { name.to_owned() })
}

/// The first of these programs that is in PATH.
pub(crate) fn in_path(names: &[&str]) -> Option<PathBuf> {
    let folders: Vec<_> = env::split_paths(&env::var_os("PATH")?).collect();
    names.iter().find_map(|name| {
        folders
            .iter()
            .map(|folder| folder.join(name).with_extension(env::consts::EXE_EXTENSION))
            .find(|program| program.is_file())
    })
}

/// A program that is a crate: the one in PATH, or built from its source where there is none, once for each user. With little
/// optimisation: what it saves is more than what the program takes longer.
pub(crate) fn built(name: &str, version: &str, options: &[&str]) -> Result<PathBuf> {
    let folder = cache().join(format!("{name}-{version}"));
    let built = folder.join("bin").join(name).with_extension(env::consts::EXE_EXTENSION);
    if let Some(program) = in_path(&[name]).or_else(|| built.is_file().then(|| built.clone())) {
        return Ok(program);
    }
    note!("     building {name} {version} into {} …", folder.display());
    run(
        cargo()
            .args(["install", name, "--locked", "--version", version, "--debug"])
            .args(["--config", "profile.dev.debug=false", "--config", "profile.dev.opt-level=1"])
            .args(options)
            .arg("--root")
            .arg(&folder)
            .arg("--target-dir")
            .arg(project::cargo_target().join(name)),
        &format!("Put {name} in PATH instead."),
    )?;
    Ok(built)
}

/// Where cargo keeps what it downloads.
pub(crate) fn cargo_home() -> Option<PathBuf> {
    env::var_os("CARGO_HOME").map(PathBuf::from).or_else(|| Some(home()?.join(".cargo")))
}

/// Where tools that take long to build are kept, for all working copies of this user.
pub(crate) fn cache() -> PathBuf {
    env::var_os("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .filter(|path| path.is_absolute())
        .or_else(|| Some(home()?.join(".cache")))
        .unwrap_or_else(|| project::root().join("target"))
        .join("poly-messaging-web")
}

fn home() -> Option<PathBuf> {
    let home = env::var_os("HOME").or_else(|| env::var_os("USERPROFILE"));
    home.filter(|home| !home.is_empty()).map(PathBuf::from)
}
