//! The module's bytes as a script, for pages and tools that cannot load a .wasm.
//!
//! The text is plain ASCII, so that it means the same in a page of any encoding, and has no `<`, so that it can stand in a
//! page as well. Most bytes are one character, and those that are a printable character stay that; the rarer ones are two. That
//! compresses nearly as well as the module itself, which Base64, breaking bytes up, does not.

use std::fmt::Write as _;

use anyhow::{Context, Result, ensure};

use super::{Options, variant};
use crate::{
    project::{MODULE, bindings, pkg},
    steps::{self, step},
};

/// The first and the last character that stands for a byte.
const FIRST: u8 = b' ';
const LAST: u8 = b'|';
/// What does not, being of use to a string or to the page around it.
const SPARED: [u8; 3] = [b'"', b'\\', b'<'];
/// These stand before a character, and give it another meaning.
const SHIFTS: [u8; 2] = [b'}', b'~'];
/// Meanings of a character for each shift, and without.
const ROW: usize = (LAST - FIRST + 1) as usize;

/// The name of the step.
pub(super) const STEP: &str = "module as a script";

/// Makes what js/ imports as `#bytes`.
pub(super) fn encode(options: Options) -> Result<()> {
    let module = pkg().join(format!("{MODULE}.wasm"));
    let outputs = ["bytes.js", "bytes.d.ts"].map(|name| bindings().join(name));
    step(STEP, variant(options), std::slice::from_ref(&module), &outputs, || {
        let bytes = std::fs::read(&module).with_context(|| format!("cannot read {}", module.display()))?;
        let (table, text) = spell(&bytes);
        ensure!(decode(&table, &text) == bytes, "the module as text is not the module");
        steps::write(&outputs[0], script(&table, &text, bytes.len()))?;
        steps::write(&outputs[1], "declare const bytes: () => Uint8Array<ArrayBuffer>;\nexport default bytes;\n")
    })
}

/// What each character means, without a shift and with each, and the text.
fn spell(bytes: &[u8]) -> (Vec<u8>, String) {
    let mut counts = [0_usize; 256];
    for &byte in bytes {
        counts[usize::from(byte)] += 1;
    }
    let mut by_count: Vec<u8> = (0..=255).collect();
    by_count.sort_by_key(|&byte| std::cmp::Reverse(counts[usize::from(byte)]));
    let characters: Vec<u8> = (FIRST..=LAST).filter(|character| !SPARED.contains(character)).collect();
    let (often, rare) = by_count.split_at_mut(characters.len());
    often.sort_unstable();
    rare.sort_unstable();

    let mut table = vec![0; ROW * (1 + SHIFTS.len())];
    let mut words = vec![String::new(); 256];
    let mut give = |byte: u8, shift: usize, character: u8| {
        table[shift * ROW + usize::from(character - FIRST)] = byte;
        let word = &mut words[usize::from(byte)];
        if shift > 0 {
            word.push(char::from(SHIFTS[shift - 1]));
        }
        word.push(char::from(character));
    };
    let (same, others): (Vec<u8>, Vec<u8>) = often.iter().partition(|byte| characters.contains(byte));
    for byte in same.iter().copied() {
        give(byte, 0, byte);
    }
    let free = characters.iter().filter(|character| !same.contains(character));
    for (byte, &character) in others.into_iter().zip(free) {
        give(byte, 0, character);
    }
    for (shift, row) in rare.chunks(rare.len().div_ceil(SHIFTS.len())).enumerate() {
        for (&byte, &character) in row.iter().zip(&characters) {
            give(byte, shift + 1, character);
        }
    }
    (table, bytes.iter().map(|&byte| words[usize::from(byte)].as_str()).collect())
}

/// What the script does, to check the text by.
fn decode(table: &[u8], text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut row = 0;
    for character in text.bytes() {
        if character > LAST {
            row = usize::from(character - LAST);
        } else {
            bytes.push(table[row * ROW + usize::from(character - FIRST)]);
            row = 0;
        }
    }
    bytes
}

fn script(table: &[u8], text: &str, length: usize) -> String {
    let mut hex = String::new();
    for byte in table {
        let _ = write!(hex, "{byte:02x}");
    }
    format!(
        "\
/** The WebAssembly module's bytes. Generated. */
const table = \"{hex}\";
const text = \"{text}\";
export default () => {{
  const bytes = new Uint8Array({length});
  const meanings = table.match(/../g).map((byte) => parseInt(byte, 16));
  let length = 0;
  let row = 0;
  for (let at = 0; at < text.length; at++) {{
    const character = text.charCodeAt(at);
    if (character > {LAST}) row = character - {LAST};
    else {{
      bytes[length++] = meanings[row * {ROW} + character - {FIRST}];
      row = 0;
    }}
  }}
  return bytes;
}};
"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_bytes_come_back() {
        let all: Vec<u8> = (0..=255).collect();
        let uneven: Vec<u8> = (0..10_000_u32).map(|at| ((at * at) >> 7) as u8).collect();
        for bytes in [&[][..], &[0], &all, &uneven] {
            let (table, text) = spell(bytes);
            assert_eq!(decode(&table, &text), bytes);
        }
    }

    #[test]
    fn the_text_can_stand_in_a_string_and_in_a_page() {
        let (_, text) = spell(&(0..=255).collect::<Vec<u8>>());
        assert!(text.bytes().all(|byte| (b' '..=b'~').contains(&byte) && !SPARED.contains(&byte)), "{text}");
    }
}
