//! The order of the module's functions: each beside the one that it is most like, small ones first.
//!
//! A module means the same in any order. Brotli spends fewer bits on what it has just seen.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};
use wasm_encoder::{NameMap, NameSection, Section};
use wasmparser::{Parser, Payload, TypeRef};

/// Functions are as alike as the sequences of so many bytes that they have in common.
const SEQUENCE: usize = 4;

/// Adds names to a module that has none: in their order, the functions stand best.
pub(super) fn name(mut module: Vec<u8>) -> Result<Vec<u8>> {
    let (mut imported, mut bodies) = (0_u32, Vec::new());
    for payload in Parser::new(0).parse_all(&module) {
        match payload.context("wasm-opt writes what is no module")? {
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    imported += u32::from(matches!(import?.ty, TypeRef::Func(_)));
                }
            }
            Payload::CodeSectionEntry(body) => bodies.push(body.as_bytes()),
            _ => {}
        }
    }
    let mut places = vec![0; bodies.len()];
    for (place, function) in order(&bodies).into_iter().enumerate() {
        places[function] = place;
    }
    let mut names = NameMap::new();
    for (index, place) in (imported..).zip(places) {
        names.append(index, &format!("{place:06}"));
    }
    let mut section = NameSection::new();
    section.functions(&names);
    section.append_to(&mut module);
    Ok(module)
}

/// The functions, each behind the one that it shares the most with, for their size.
fn order(bodies: &[&[u8]]) -> Vec<usize> {
    let sequences: Vec<BTreeSet<&[u8]>> = bodies.iter().map(|body| body.windows(SEQUENCE).collect()).collect();
    let mut holders: BTreeMap<&[u8], Vec<usize>> = BTreeMap::new();
    for (function, sequences) in sequences.iter().enumerate() {
        for sequence in sequences {
            holders.entry(sequence).or_default().push(function);
        }
    }
    let mut left: BTreeSet<usize> = (0..bodies.len()).collect();
    let mut order = Vec::new();
    let mut next = left.iter().copied().min_by_key(|&function| bodies[function].len());
    while let Some(last) = next {
        left.remove(&last);
        order.push(last);
        let mut shared = vec![0; bodies.len()];
        for sequence in &sequences[last] {
            for &function in &holders[sequence] {
                shared[function] += 1;
            }
        }
        let likeness =
            |function: usize| shared[function] * 1_000_000 / (sequences[last].len() + sequences[function].len() + 8);
        next = left.iter().copied().max_by_key(|&function| (likeness(function), std::cmp::Reverse(function)));
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_alike_stands_together_and_the_smallest_first() {
        let bodies: [&[u8]; 5] = [b"abcdefgh", b"qrstuvwxyz", b"zabcdefgh", b"qrstuvw", b""];
        assert_eq!(order(&bodies), [4, 0, 2, 1, 3]);
        assert!(order(&[]).is_empty());
    }

    #[test]
    fn every_function_gets_a_name() {
        let module = name(b"\0asm\x01\0\0\0".to_vec()).unwrap();
        assert!(wasmparser::validate(&module).is_ok());
        assert!(name(b"no module".to_vec()).is_err());
    }
}
