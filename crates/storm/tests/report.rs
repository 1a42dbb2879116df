//! The report in docs/ is what the simulation says, and what the decision rests on is so.

use std::path::Path;

use storm::rules::Rule;
use storm::server::{Outage, percentile};
use storm::{CLIENTS, SEED, chart, clients, engines, report};

fn committed(name: &str) -> String {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs");
    std::fs::read_to_string(docs.join(name)).unwrap()
}

#[test]
fn the_page_is_what_the_simulation_says() {
    let is_same = committed("storm.md") == report::page();
    assert!(is_same, "docs/storm.md is not what the code says any more: `cargo xtask storm` writes it anew");
}

#[test]
fn the_picture_is_what_the_simulation_says() {
    let is_same = committed("storm.svg") == chart::picture();
    assert!(is_same, "docs/storm.svg is not what the code says any more: `cargo xtask storm` writes it anew");
}

#[test]
fn the_peak_is_at_most_two_thirds_of_that_of_the_native_rule_and_half_as_high_within_a_tenth_of_a_second() {
    for down_ms in [0, 5_000, 30_000, 120_000] {
        let outage = Outage { down_ms, per_second: Some(2_000) };
        let peaks = |rule| {
            let load = clients::run(rule, &outage, CLIENTS, SEED).load;
            (load.busiest_second(), load.busiest_slot())
        };
        let ((ours, ours_in_slot), (native, native_in_slot)) = (peaks(Rule::Ours), peaks(Rule::PlusMinus20));
        assert!(ours * 10 <= native * 7, "down {down_ms}: {ours} and {native}");
        assert!(ours_in_slot * 2 <= native_in_slot, "down {down_ms}: {ours_in_slot} and {native_in_slot}");
    }
}

#[test]
fn a_crowd_costs_at_most_one_in_five_hundred_a_session_that_the_server_still_has() {
    for (down_ms, has_front) in [(0, true), (30_000, true)] {
        let outage = Outage { down_ms, per_second: Some(100) };
        let course = engines::run(&outage, has_front, 5_000, SEED);
        let back = course.back.iter().filter(|time| time.is_some()).count();
        assert!(back >= 4_990 && course.replaced <= 10, "{back} are back, {} with another session", course.replaced);
    }
}

#[test]
fn an_engine_alone_waits_by_the_rule() {
    // Where no one is refused while the server is up, an engine asks for what its rule says, and for nothing else.
    let outage = Outage { down_ms: 0, per_second: None };
    let engines = engines::run(&outage, true, 2_000, SEED);
    let clients = clients::run(Rule::Ours, &outage, 2_000, SEED);
    assert_eq!((engines.load.total(), engines.probes, engines.sessions), (2_000, 0, 0));
    for percent in [1, 25, 50, 75, 99] {
        let of = |back: &[Option<u32>]| percentile(back, percent, &outage).unwrap();
        let (engine, client) = (of(&engines.back), of(&clients.back));
        assert!(engine.abs_diff(client) <= 100, "{percent} % after {engine} ms, by the rule after {client} ms");
    }
}
