//! `cargo xtask size`: what a page downloads for each entry, those that have a budget against it, and what the module is
//! made of.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, HashMap},
    fs,
    io::Write,
    ops::AddAssign,
    path::Path,
};

use anyhow::{Context, Result, ensure};
use flate2::{Compression, write::GzEncoder};
use wasmparser::{KnownCustom, Name, Parser, Payload};

use crate::{
    build::{self, scripts::SCRIPTS},
    project,
    terminal::say,
};

/// What an entry may weigh at most, in bytes compressed with Brotli: the chat alone, and all that a page with an opened
/// `<poly-chat>` has loaded, its Markdown included.
const BUDGETS: [(&str, usize); 3] = [(".", 72 * 1024), ("./widget", 128 * 1024), ("./poly-chat", 128 * 1024)];

/// What a page downloads, by the entry that it uses.
const ENTRIES: [(&str, &[&str]); 8] = [
    (".", &["index.js", "poly_messaging_web.wasm"]),
    ("./inline", &["inline.js"]),
    ("./react", &["react.js", "index.js", "poly_messaging_web.wasm"]),
    ("./webview", &["webview.js", "index.js", "poly_messaging_web.wasm"]),
    ("./text", &["text.js"]),
    ("./widget", &["widget.js", "index.js", "poly_messaging_web.wasm"]),
    ("./poly-chat", &["poly-chat.js"]),
    ("./classic", &["poly-messaging.js"]),
];

/// One file's weight in bytes, as it is and as a server would send it.
#[derive(Default, Clone, Copy)]
struct Weight {
    raw: usize,
    gzip: usize,
    brotli: usize,
}

/// What to print.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Also list the COUNT largest functions of the module
    #[arg(long, value_name = "COUNT")]
    functions: Option<usize>,
}

/// Builds the package and weighs it.
pub(crate) fn run(options: &Options) -> Result<()> {
    build::package(build::Options::default())?;
    if let Some(count) = options.functions {
        list_functions(&build::named_module()?, count)?;
    }
    weigh_package()
}

/// Prints the table; an error if the budget is exceeded.
pub(crate) fn weigh_package() -> Result<()> {
    let mut files = BTreeMap::new();
    row("file", &["raw", "gzip -9", "brotli -q 11"].map(str::to_owned));
    for name in SCRIPTS.iter().map(|script| script.name.to_owned()).chain([format!("{}.wasm", project::MODULE)]) {
        let weight = weigh(&project::pkg().join(&name))?;
        print(&name, weight);
        files.insert(name, weight);
    }
    say!("");
    row("a page with", &["raw", "gzip -9", "brotli -q 11"].map(str::to_owned));
    for (entry, names) in ENTRIES {
        let mut total = Weight::default();
        for name in names {
            total += *files.get(*name).with_context(|| format!("{name} of {entry} is not in the package"))?;
        }
        print(entry, total);
        if let Some((_, budget)) = BUDGETS.into_iter().find(|(name, _)| *name == entry) {
            say!("  {} of {budget} bytes of brotli ({} %)", total.brotli, total.brotli * 100 / budget);
            ensure!(total.brotli <= budget, "{entry} is {} bytes of brotli over its budget", total.brotli - budget);
        }
    }
    Ok(())
}

fn weigh(path: &Path) -> Result<Weight> {
    let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    gzip.write_all(&bytes)?;
    let mut brotli = Vec::new();
    let parameters =
        brotli::enc::BrotliEncoderParams { quality: 11, lgwin: 22, size_hint: bytes.len(), ..Default::default() };
    brotli::BrotliCompress(&mut bytes.as_slice(), &mut brotli, &parameters)?;
    Ok(Weight { raw: bytes.len(), gzip: gzip.finish()?.len(), brotli: brotli.len() })
}

/// Prints the module's sections and its largest functions, in bytes before compression.
fn list_functions(module: &Path, count: usize) -> Result<()> {
    let bytes = fs::read(module).with_context(|| format!("cannot read {}", module.display()))?;
    let mut imported = 0;
    let mut sizes = Vec::new();
    let mut names = HashMap::new();
    let mut data = 0;
    for payload in Parser::new(0).parse_all(&bytes) {
        match payload? {
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    imported += u32::from(matches!(import?.ty, wasmparser::TypeRef::Func(_)));
                }
            }
            Payload::CodeSectionEntry(body) => sizes.push(body.range().len()),
            Payload::DataSection(section) => data = section.range().len(),
            Payload::CustomSection(section) => {
                let KnownCustom::Name(subsections) = section.as_known() else { continue };
                for subsection in subsections {
                    let Name::Function(map) = subsection? else { continue };
                    for naming in map {
                        let naming = naming?;
                        names.insert(naming.index, naming.name);
                    }
                }
            }
            _ => {}
        }
    }
    let code: usize = sizes.iter().sum();
    say!("code {code} in {} functions, data {data}", sizes.len());
    let mut functions: Vec<_> = (imported..).zip(sizes).map(|(index, size)| (size, names.get(&index))).collect();
    functions.sort_by_key(|&(size, _)| Reverse(size));
    for (size, name) in functions.into_iter().take(count) {
        say!("{size:>8}  {}", name.copied().unwrap_or("(no name)"));
    }
    say!("");
    Ok(())
}

impl AddAssign for Weight {
    fn add_assign(&mut self, other: Self) {
        self.raw += other.raw;
        self.gzip += other.gzip;
        self.brotli += other.brotli;
    }
}

fn print(name: &str, weight: Weight) {
    row(name, &[weight.raw, weight.gzip, weight.brotli].map(|bytes| bytes.to_string()));
}

fn row(name: &str, [raw, gzip, brotli]: &[String; 3]) {
    say!("{name:<26} {raw:>10} {gzip:>10} {brotli:>13}");
}
