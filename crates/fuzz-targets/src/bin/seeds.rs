//! Writes `fuzz/seeds/` anew, from the wire transcripts of `tests/vectors/`.

use std::path::Path;
use std::{fs, io};

use fuzz_targets::seeds;

fn main() -> io::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    for (target, name, bytes) in seeds::all(&root.join("tests/vectors"))? {
        let folder = root.join("fuzz/seeds").join(target);
        fs::create_dir_all(&folder)?;
        fs::write(folder.join(name), bytes)?;
    }
    Ok(())
}
