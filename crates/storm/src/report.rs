//! The numbers as a page of Markdown.

use std::fmt::Write;

use crate::rules::Rule;
use crate::server::{Outage, percentile};
use crate::{CLIENTS, SEED, clients, engines};

/// How long the server is down, in milliseconds.
const DOWNTIMES_MS: [u32; 4] = [0, 5_000, 30_000, 120_000];
/// Sockets that it accepts in a second.
const PER_SECOND: u32 = 2_000;
/// The engines are fewer, and the server smaller by as much.
const ENGINES: u32 = CLIENTS / 20;

const INTRODUCTION: &str = "\
# A hundred thousand clients come back

A server restarts: 100,000 clients lose their sockets in the same moment, and each tries again by its own
clock. `cargo xtask storm` runs this in virtual time and writes this page; a test holds the page to what the command
says. What was chosen by it: [decision 0007](decisions/0007-backoff.md).

![Sockets asked for over time, by rule](storm.svg)

## The model

The server refuses every socket while it is down. Then it accepts 2,000 in a second (200 in each tenth), or all; whoever is
refused goes on by its rule. A round trip takes 20 to 200 ms, each client having its own. Left out: handshakes that
hang instead of being refused, clients on the way home at the same time as new ones, and what the histories cost that the
server replays.

- this client: from nothing to 2 s; then 2 s, 4 s, 8 s, 16 s, each give or take half of it; then from 16 s to 30 s
  (`crates/engine/src/backoff.rs` itself)
- ±20 %: 1 s, 2 s, 4 s, 8 s, 16 s, then 30 s, each plus or minus 20 %, as the native SDKs
- full jitter: from nothing to 1 s, 2 s, 4 s, 8 s, 16 s, then 30 s
- equal jitter: from half of these to the whole
- decorrelated jitter: from 1 s to three times the wait before, 30 s at most
- first 0 to 5 s: as RFC 6455, 7.2.3, suggests for the first attempt, then equal jitter

Times to be back count from the server's return. Clients do not give up here; the last two columns say how many needed more
than 5 and more than 10 attempts, and so would have given up by such a limit.
";

const WHOLE_CLIENT: &str = "
## The client as a whole

The same with the engine itself in place of the rule: 5,000 engines, each with a conversation under way, against a server that
accepts 100 in a second. They ask for all that they would ask for: after a refused handshake that is a probe, too,
and perhaps another session as a control experiment ([decision 0008](decisions/0008-a-refusal-is-put-to-the-test.md)). HTTP
requests are not limited. While the server is down, they get a 503 from a front (a load balancer), or no answer.
They give up after 10 attempts.

";

/// The whole page.
pub fn page() -> String {
    let mut page = INTRODUCTION.to_owned();
    for per_second in [Some(PER_SECOND), None] {
        for down_ms in DOWNTIMES_MS {
            let down = match down_ms {
                0 => "Down for no time at all".to_owned(),
                _ => format!("Down for {} s", down_ms / 1_000),
            };
            let limit = if per_second.is_some() { "2,000 in a second" } else { "no limit" };
            let _ = write!(page, "\n## {down}, then {limit}\n\n");
            page.push_str(&rules(&Outage { down_ms, per_second }));
        }
    }
    page.push_str(WHOLE_CLIENT);
    page.push_str(&whole_client());
    page
}

fn rules(outage: &Outage) -> String {
    let mut head = vec!["", "busiest second", "busiest 0.1 s", "sockets asked for", "half back", "99 % back"];
    head.extend(["> 5 attempts", "> 10 attempts"]);
    if outage.per_second.is_some() {
        head.insert(3, "seconds above limit");
    }
    let mut rows = vec![head.into_iter().map(str::to_owned).collect()];
    for rule in Rule::ALL {
        let course = clients::run(rule, outage, CLIENTS, SEED);
        let more_than = |limit| course.attempts.iter().filter(|attempts| **attempts > limit).count() as u32;
        let mut row = vec![rule.name().to_owned(), number(course.load.busiest_second())];
        row.push(number(course.load.busiest_slot()));
        if outage.per_second.is_some() {
            row.push(number(course.load.seconds_above(outage)));
        }
        row.push(number(course.load.total()));
        row.extend([50, 99].map(|percent| seconds(percentile(&course.back, percent, outage))));
        row.extend([5, 10].map(|limit| share(more_than(limit), CLIENTS)));
        rows.push(row);
    }
    table(&rows)
}

fn whole_client() -> String {
    let head = ["", "HTTP while down", "busiest second", "sockets", "probes", "sessions", "half back", "99 % back"];
    let mut rows: Vec<Vec<String>> = vec![head.map(str::to_owned).to_vec()];
    rows[0].extend(["gave up", "session replaced"].map(str::to_owned));
    let cases = DOWNTIMES_MS.into_iter().flat_map(|down_ms| [(down_ms, true), (down_ms, false)]);
    for (down_ms, has_front) in cases.filter(|(down_ms, has_front)| *down_ms > 0 || *has_front) {
        let outage = Outage { down_ms, per_second: Some(PER_SECOND / (CLIENTS / ENGINES)) };
        let course = engines::run(&outage, has_front, ENGINES, SEED);
        let http = match (down_ms, has_front) {
            (0, _) => "–",
            (_, true) => "503",
            (_, false) => "no answer",
        };
        let mut row = vec![format!("down for {} s", down_ms / 1_000), http.to_owned()];
        row.extend([course.load.busiest_second(), course.load.total(), course.probes, course.sessions].map(number));
        row.extend([50, 99].map(|percent| seconds(percentile(&course.back, percent, &outage))));
        row.extend([course.gave_up, course.replaced].map(|clients| share(clients, ENGINES)));
        rows.push(row);
    }
    table(&rows)
}

/// A number with its thousands set apart.
pub(crate) fn number(number: u32) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn seconds(ms: Option<u32>) -> String {
    ms.map_or("never".to_owned(), |ms| format!("{}.{} s", (ms + 50) / 1_000, (ms + 50) / 100 % 10))
}

/// In percent; what is less than a tenth of one, but not nothing, is told from it.
fn share(part: u32, whole: u32) -> String {
    match u64::from(part) * 1_000 / u64::from(whole) {
        0 if part > 0 => "< 0.1 %".to_owned(),
        permille => format!("{}.{} %", permille / 10, permille % 10),
    }
}

/// The first row is the head. Numbers stand to the right.
fn table(rows: &[Vec<String>]) -> String {
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0).max(4);
    let mut table = String::new();
    for (at, row) in rows.iter().enumerate() {
        for (column, cell) in row.iter().enumerate() {
            let width = width(column);
            let _ = if column == 0 { write!(table, "| {cell:<width$} ") } else { write!(table, "| {cell:>width$} ") };
        }
        table.push_str("|\n");
        if at == 0 {
            for column in 0..row.len() {
                let line = "-".repeat(width(column) - usize::from(column > 0));
                let _ = write!(table, "| {line}{} ", if column > 0 { ":" } else { "" });
            }
            table.push_str("|\n");
        }
    }
    table
}
