//! Lists what happens to a chat in an input of the target `engine`.

#![expect(clippy::print_stdout, reason = "a command line tool speaks on its terminal")]

use std::{env, fs, io};

use fuzz_targets::act;

fn main() -> io::Result<()> {
    for path in env::args_os().skip(1) {
        let data = fs::read(path)?;
        println!("options {:08b}", data.first().copied().unwrap_or(0));
        for act in act::read(data.get(1..).unwrap_or_default()) {
            println!("{act:?}");
        }
    }
    Ok(())
}
