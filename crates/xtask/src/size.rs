//! `cargo xtask size`: what a page downloads for the entry `.`, against the budget.

use std::{fs, io::Write, path::Path};

use anyhow::{Context, Result, bail};
use flate2::{Compression, write::GzEncoder};

use crate::project;

/// At most this many bytes, compressed with Brotli.
const BUDGET: usize = 64 * 1024;
/// What the project aims for.
const WANTED: usize = 40 * 1024;

/// One file's weight in bytes, as it is and as a server would send it.
#[derive(Default)]
struct Weight {
    raw: usize,
    gzip: usize,
    brotli: usize,
}

/// Prints the table; an error if the budget is exceeded.
pub(crate) fn run() -> Result<()> {
    let mut total = Weight::default();
    row("", &["raw", "gzip -9", "brotli -q 11"].map(str::to_owned));
    for name in ["index.js".to_owned(), format!("{}.wasm", project::MODULE)] {
        let weight = weigh(&project::pkg().join(&name))?;
        print(&name, &weight);
        total.raw += weight.raw;
        total.gzip += weight.gzip;
        total.brotli += weight.brotli;
    }
    print("a page downloads", &total);
    let part = |limit: usize| format!("{} ({} %)", limit, total.brotli * 100 / limit);
    println!("budget {}, wanted {}, in bytes of brotli", part(BUDGET), part(WANTED));
    if total.brotli > BUDGET {
        bail!("{} bytes of brotli are {} over the budget", total.brotli, total.brotli - BUDGET);
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

fn print(name: &str, weight: &Weight) {
    row(name, &[weight.raw, weight.gzip, weight.brotli].map(|bytes| bytes.to_string()));
}

fn row(name: &str, [raw, gzip, brotli]: &[String; 3]) {
    println!("{name:<26} {raw:>10} {gzip:>10} {brotli:>13}");
}
