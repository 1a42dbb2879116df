//! `cargo xtask build`: the npm package in pkg/, and the demo site that uses it.
//!
//! The crate is compiled to WebAssembly, wasm-bindgen generates the glue, wasm-opt shrinks the module, which is also written
//! as a script; esbuild bundles js/ with the glue into one script for each entry, terser shrinks it, and tsc writes the
//! declarations. A step whose inputs have not changed is skipped.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};
use wasm_bindgen_cli_support::Bindgen;

use crate::{
    project::{MODULE, bindings, cargo_target, pkg, root},
    steps::{self, ask, copy, empty_folder, run, step},
    tools,
};

mod bytes;
mod declarations;
mod instances;
mod names;
pub(crate) mod notices;
mod order;
mod pages;
pub(crate) mod scripts;
mod site;
pub(crate) mod style;

pub(crate) use pages::react_pages;
pub(crate) use site::demo;

/// What a page's JavaScript engine must understand: the first browsers with all that the module needs as well.
const BROWSERS: &str = "es2022,chrome94,edge94,firefox93,safari15.4";

/// How LLVM makes the code smaller. `inline-threshold` is how willing it is to copy a function to where it is called: between the
/// 5 of what is compiled for size and the 50 of a less strict `opt-level = "s"`. Some calls cost more bytes than what they call.
/// The others keep it from code that saves a processor's registers or jumps, of which WebAssembly has none to save: addresses
/// carried along in loops, values computed early on one of two ways, blocks copied in front of a jump.
const LLVM: &str = "-Cllvm-args=-inline-threshold=10 -disable-lsr -enable-pre=false -jump-threading-threshold=1";

/// What wasm-opt does. The lowest kilobyte is unused: it is the far end of the stack, which grows down towards it. Code that
/// repeats itself compresses better than code that keeps a value for later.
const WASM_PASSES: [&str; 5] =
    ["--gufa-optimizing", "-Oz", "--converge", "--low-memory-unused", "--skip-pass=local-cse"];

/// What it does at last, for compression alone: each function beside the one that it is like (`order.rs`), and one alignment
/// for all that is read and written. That is but a hint, which processors of our day have no use for.
const WASM_LAST: [&str; 3] = ["--reorder-functions-by-name", "--dealign", "--optimize-stack-ir"];

/// What no page needs of the module.
const STRIPPED: [&str; 3] = ["--strip-debug", "--strip-producers", "--strip-target-features"];

/// What rustc enables for wasm32-unknown-unknown, which is what wasm-opt may use and must keep to.
const WASM_FEATURES: [&str; 7] = [
    "--mvp-features",
    "--enable-bulk-memory",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
];

/// Names of steps.
const BIND: &str = "wasm-bindgen";
const OPTIMIZE: &str = "wasm-opt";

/// Which package to make.
#[derive(clap::Args, Default, Clone, Copy)]
pub(crate) struct Options {
    /// For development: quick to build, names kept, panics reported on the console
    #[arg(long)]
    dev: bool,
    /// With the standard library as it comes, where its source is missing: a larger module, which is not what is published
    #[arg(long)]
    stock_std: bool,
}

/// Makes pkg/.
pub(crate) fn package(options: Options) -> Result<()> {
    tools::npm_packages()?;
    tools::wasm_target()?;
    bind(options)?;
    optimize(options)?;
    bytes::encode(options)?;
    style::bundle()?;
    scripts::bundle(options)?;
    notices::collect()?;
    declarations::declare()
}

/// Makes pkg/ again, all but what cargo does, whether anything has changed or not.
pub(crate) fn again() -> Result<()> {
    for step in [BIND, OPTIMIZE, bytes::STEP, style::STEP, scripts::STEP, notices::STEP, declarations::STEP] {
        steps::forget(step)?;
    }
    package(Options::default())
}

/// Compiles the crate and generates the glue.
fn bind(options: Options) -> Result<()> {
    let mut cargo = tools::cargo();
    // No `rlib` beside it: what a library exports is kept, whether the module uses it or not.
    cargo.args(["rustc", "--package", "poly-messaging-web", "--lib", "--crate-type", "cdylib"]);
    cargo.args(["--target", "wasm32-unknown-unknown"]);
    if options.dev {
        cargo.args(["--features", "dev"]);
    } else {
        let mut flags = short_paths()?;
        if !options.stock_std {
            tools::std_source()?;
            flags.extend(rebuild_std(&mut cargo));
        }
        cargo.args(["--profile", "wasm"]).env("CARGO_ENCODED_RUSTFLAGS", flags.join("\x1f"));
        cargo.args(["--", LLVM]);
    }
    run(&mut cargo, "The lines above say what does not compile.")?;

    let module = cargo_target()
        .join("wasm32-unknown-unknown")
        .join(if options.dev { "debug" } else { "wasm" })
        .join(format!("{MODULE}.wasm"));
    let outputs = [glue(), bindings().join(format!("{MODULE}.d.ts")), unoptimized()];
    step(BIND, variant(options), std::slice::from_ref(&module), &outputs, || {
        empty_folder(&bindings())?;
        let mut output = Bindgen::new()
            .web(true)?
            .input_path(&module)
            .out_name(MODULE)
            .typescript(true)
            .omit_default_module_path(true)
            .debug(options.dev)
            .keep_debug(options.dev)
            .generate_output()
            .context("wasm-bindgen cannot read the module")?;
        if options.dev {
            output.emit(bindings())?;
            return instances::enclose();
        }
        let renamed = names::shorten(output.wasm_mut())?;
        output.emit(bindings())?;
        names::trim_glue(&renamed)?;
        instances::trim()?;
        instances::enclose()
    })
}

/// Flags that keep this machine's folders out of the module: the places of panics name the sources they come from.
fn short_paths() -> Result<Vec<String>> {
    let sysroot = ask(Command::new("rustc").args(["--print", "sysroot"])).context("cannot run rustc")?;
    let mut folders = vec![Path::new(&sysroot).join("lib/rustlib/src/rust"), root().to_owned()];
    if let Some(cargo) = tools::cargo_home() {
        for registry in fs::read_dir(cargo.join("registry/src")).into_iter().flatten() {
            folders.push(registry?.path());
        }
    }
    Ok(folders.iter().map(|folder| format!("--remap-path-prefix={}=", folder.display())).collect())
}

/// Has the standard library compiled along with the crate, for size and without the texts of its panics, which no page
/// would show: a tenth of what a page downloads. Cargo calls that unstable, so a stable compiler has to be told to do
/// it. Returns what to tell rustc.
fn rebuild_std(cargo: &mut Command) -> impl Iterator<Item = String> {
    cargo.env("RUSTC_BOOTSTRAP", "1");
    cargo.args(["-Zbuild-std=std,panic_abort", "-Zbuild-std-features=optimize_for_size"]);
    ["-Zunstable-options", "-Cpanic=immediate-abort", "-Zlocation-detail=none"].into_iter().map(str::to_owned)
}

/// Puts the module into pkg/, as small as wasm-opt makes it.
fn optimize(options: Options) -> Result<()> {
    let output = pkg().join(format!("{MODULE}.wasm"));
    let flags = [&[variant(options)], &WASM_PASSES[..], &WASM_LAST].concat();
    step(OPTIMIZE, &flags.join(" "), &[unoptimized()], std::slice::from_ref(&output), || {
        if options.dev {
            return copy(&unoptimized(), &output);
        }
        let named = bindings().join("ordered.wasm");
        wasm_opt(&unoptimized(), &STRIPPED, &named)?;
        steps::write(&named, order::name(fs::read(&named)?)?)?;
        wasm_opt(&named, &[WASM_LAST, STRIPPED].concat(), &output)
    })
}

/// Makes the module of the package again, with the names of its functions left in, and returns where it is.
pub(crate) fn named_module() -> Result<PathBuf> {
    let output = bindings().join("named.wasm");
    step("wasm-opt with names", "", &[unoptimized()], std::slice::from_ref(&output), || {
        wasm_opt(&unoptimized(), &["--debuginfo"], &output)
    })?;
    Ok(output)
}

fn wasm_opt(input: &Path, arguments: &[&str], output: &Path) -> Result<()> {
    fs::create_dir_all(pkg())?;
    run(
        tools::npm_program("wasm-opt").args(WASM_PASSES).args(WASM_FEATURES).args(arguments).args([
            input.as_os_str(),
            "-o".as_ref(),
            output.as_os_str(),
        ]),
        "Is node_modules whole? `npm ci` installs it anew.",
    )
}

fn variant(options: Options) -> &'static str {
    if options.dev { "dev" } else { "release" }
}

fn glue() -> PathBuf {
    bindings().join(format!("{MODULE}.js"))
}

fn unoptimized() -> PathBuf {
    bindings().join(format!("{MODULE}_bg.wasm"))
}
