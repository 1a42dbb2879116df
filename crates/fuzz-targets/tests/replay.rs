//! The inputs kept in `fuzz/`: those to begin with, and what was found.

#![expect(clippy::print_stdout, reason = "the last name printed is the input that fails")]

use std::path::{Path, PathBuf};

use fuzz_targets::{act, chat, decode, seeds};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Name and content of each file of a folder.
fn inputs(folder: &str) -> Vec<(String, Vec<u8>)> {
    let entries = std::fs::read_dir(root().join("fuzz").join(folder)).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path()).filter(|path| !path.ends_with(".gitkeep"));
    let mut inputs: Vec<_> = paths
        .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read(path).unwrap()))
        .collect();
    inputs.sort();
    inputs
}

#[test]
fn every_seed_of_the_decoder_holds() {
    let outcomes: Vec<bool> = inputs("seeds/decode").iter().map(|(_, data)| decode(data)).collect();
    let frames = outcomes.iter().filter(|is_frame| **is_frame).count();
    assert!(frames > 60 && frames < outcomes.len(), "{frames} of {} are frames", outcomes.len());
}

#[test]
fn every_seed_of_a_chat_holds_and_comes_to_something() {
    let seeds = inputs("seeds/engine");
    assert!(seeds.len() >= 25);
    let mut lines = 0;
    for (name, data) in seeds {
        println!("{name}");
        let outcome = chat(&data);
        assert!(outcome.sockets_opened > 0, "{name} opens no socket");
        let is_persistent = data[0] & (1 << 4) != 0;
        assert_eq!(outcome.records_stored > 0, is_persistent, "{name} stores {} records", outcome.records_stored);
        lines += outcome.lines_shown;
    }
    assert!(lines > 30, "{lines} lines in all");
}

#[test]
fn what_was_found_stays_found() {
    for (name, data) in inputs("found/decode") {
        println!("{name}");
        decode(&data);
    }
    for (name, data) in inputs("found/engine") {
        println!("{name}");
        chat(&data);
    }
}

#[test]
fn the_seeds_are_those_that_the_transcripts_make() {
    let made = seeds::all(&root().join("tests/vectors")).unwrap();
    for target in ["decode", "engine"] {
        let mut made: Vec<_> =
            made.iter().filter(|(of, ..)| *of == target).map(|(_, name, data)| (name.clone(), data.clone())).collect();
        made.sort();
        let is_same = made == inputs(&format!("seeds/{target}"));
        assert!(is_same, "`cargo run --package fuzz-targets --bin seeds` writes them anew");
    }
}

#[test]
fn acts_are_read_as_they_were_written() {
    for (name, data) in inputs("seeds/engine") {
        let acts = act::read(&data[1..]);
        assert_eq!(act::write(&acts), data[1..], "{name}");
        assert!(acts.len() > 3, "{name}: {acts:?}");
    }
}

#[test]
fn any_bytes_are_acts() {
    for seed in 0..2_000u64 {
        let mut state = seed;
        let mut byte = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 56) as u8
        };
        let data: Vec<u8> = (0..1 + seed % 300).map(|_| byte()).collect();
        chat(&data);
        decode(&data);
    }
}
