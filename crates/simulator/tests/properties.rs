//! The properties over generated conversations. `SIMULATOR_SEEDS=from..to` has others than the standard ones;
//! `SIMULATOR_SEEDS=n` has a single one. Seeds that failed once stand in seeds.txt, and are had first.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use poly_messaging_simulator::{Counts, Violation, run, run_traced};

/// Conversations that are had every time.
const SEEDS: u64 = 20_000;

/// The seeds to have, those that failed once before all others.
fn seeds() -> Vec<u64> {
    let failed_once = include_str!("seeds.txt").lines().map(|line| line.split('#').next().unwrap_or("").trim());
    let failed_once = failed_once.filter(|seed| !seed.is_empty()).map(|seed| seed.parse().expect("a seed"));
    match std::env::var("SIMULATOR_SEEDS") {
        Err(_) => failed_once.chain(0..SEEDS).collect(),
        Ok(wanted) => {
            let number = |text: &str| text.trim().parse::<u64>().expect("SIMULATOR_SEEDS is `from..to` or a number");
            match wanted.split_once("..") {
                Some((from, to)) => (number(from)..number(to)).collect(),
                None => vec![number(&wanted)],
            }
        }
    }
}

/// Has all of these, on every core, and returns what happened, and what did not hold.
fn have_all(seeds: &[u64]) -> (Counts, Vec<(usize, Violation)>) {
    let next = AtomicUsize::new(0);
    let total = Mutex::new((Counts::default(), vec![]));
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(2, usize::from) {
            scope.spawn(|| {
                let (mut counts, mut failures) = (Counts::default(), vec![]);
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(seed) = seeds.get(at) else { break };
                    let outcome = run(*seed);
                    counts.add(&outcome.counts);
                    failures.extend(outcome.violations.into_iter().map(|violation| (at, violation)));
                }
                let mut total = total.lock().unwrap();
                total.0.add(&counts);
                total.1.append(&mut failures);
            });
        }
    });
    let (counts, mut failures) = total.into_inner().unwrap();
    failures.sort_by_key(|(at, _)| *at);
    (counts, failures)
}

/// Which properties failed how often, where, and all that happened in the first conversation that did.
fn report(seeds: &[u64], failures: &[(usize, Violation)]) -> String {
    let mut by_property: BTreeMap<&str, Vec<u64>> = BTreeMap::new();
    for (at, violation) in failures {
        by_property.entry(violation.property).or_default().push(seeds[*at]);
    }
    let mut text = String::from("\n");
    for (property, seeds) in by_property {
        let some = &seeds[..seeds.len().min(12)];
        writeln!(text, "{property}: {} times, for instance with the seeds {some:?}", seeds.len()).unwrap();
    }
    if let Some((at, violation)) = failures.first() {
        let seed = seeds[*at];
        writeln!(text, "\nseed {seed}: {}: {}\nAll that happened:\n", violation.property, violation.what).unwrap();
        for line in run_traced(seed).trace {
            writeln!(text, "{line}").unwrap();
        }
        writeln!(text, "\nSIMULATOR_SEEDS={seed} has this one alone; seeds.txt keeps it.").unwrap();
    }
    text
}

#[test]
fn every_property_holds_in_every_conversation() {
    let seeds = seeds();
    let (counts, failures) = have_all(&seeds);
    assert!(failures.is_empty(), "{}", report(&seeds, &failures));
    if seeds.len() as u64 >= SEEDS {
        // The properties are about something: all of this happened, and often.
        let Counts { messages, confirmed, failed, swallowed, missing, reconnects, exhausted, .. } = counts;
        let Counts { reloads, replaced, .. } = counts;
        for (what, count, least) in [
            ("messages", messages, SEEDS),
            ("confirmed", confirmed, SEEDS),
            ("failed", failed, SEEDS / 100),
            ("swallowed", swallowed, SEEDS / 10),
            ("missing", missing, SEEDS / 10),
            ("reconnects", reconnects, SEEDS),
            ("exhausted", exhausted, SEEDS / 1_000),
            ("reloads", reloads, SEEDS / 10),
            ("replaced", replaced, SEEDS / 100),
        ] {
            assert!(count >= least, "only {count} {what}: {counts:?}");
        }
    }
}

#[test]
fn the_same_seed_is_the_same_conversation() {
    for seed in 0..50 {
        assert_eq!(run_traced(seed), run_traced(seed));
    }
}
