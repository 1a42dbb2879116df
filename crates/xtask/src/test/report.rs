//! Counting what test runners say, and the table at the end.

use std::{
    io::Write,
    ops::AddAssign,
    process::Command,
    time::{Duration, Instant},
};

use anyhow::{Result, bail};

use crate::{steps, terminal};

/// What a test runner counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Count {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
    pub(crate) skipped: u64,
}

impl Count {
    /// One check that holds.
    pub(crate) const HOLDS: Self = Self { passed: 1, failed: 0, skipped: 0 };
    /// One that does not.
    pub(crate) const FAILS: Self = Self { passed: 0, failed: 1, skipped: 0 };
    /// What cannot run here.
    pub(crate) const SKIPPED: Self = Self { passed: 0, failed: 0, skipped: 1 };
}

impl AddAssign for Count {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

/// What the jobs counted, in rows.
pub(crate) struct Report {
    begun: Instant,
    rows: Vec<Row>,
}

#[derive(Default)]
struct Row {
    name: String,
    count: Count,
    note: String,
    /// The times of its jobs, which may have run side by side.
    time: Duration,
    /// Whether it is there to count something.
    is_expected: bool,
}

impl Report {
    pub(crate) fn new() -> Self {
        Self { begun: Instant::now(), rows: Vec::new() }
    }

    /// Makes room for a row, after those that are there. One that counts nothing in the end has failed.
    pub(crate) fn expect(&mut self, name: &str) {
        self.row(name).is_expected = true;
    }

    /// Adds what a job of a row counted. Several that could not run count as one: it is one thing that is missing.
    pub(crate) fn add(&mut self, name: &str, count: Count, time: Duration, note: &str) {
        let row = self.row(name);
        if count != Count::SKIPPED || row.count.skipped == 0 {
            row.count += count;
        }
        row.time += time;
        if row.note.is_empty() {
            row.note = note.lines().next().unwrap_or_default().to_owned();
        }
    }

    fn row(&mut self, name: &str) -> &mut Row {
        let at = self.rows.iter().position(|row| row.name == name).unwrap_or_else(|| {
            self.rows.push(Row { name: name.to_owned(), ..Row::default() });
            self.rows.len() - 1
        });
        &mut self.rows[at]
    }

    #[cfg(test)]
    pub(crate) fn count(&mut self, name: &str) -> Count {
        self.row(name).count
    }

    /// Prints the table and the sum; an error if anything failed.
    pub(crate) fn finish(self) -> Result<()> {
        println!("\n{:<18} {:>7} {:>7} {:>8} {:>9}", "", "passed", "failed", "skipped", "time");
        let mut total = Count::default();
        for Row { name, mut count, mut note, time, is_expected } in self.rows {
            if count == Count::default() {
                if !is_expected {
                    continue;
                }
                // It cannot have shown anything.
                (count, note) = (Count::FAILS, "no test ran".to_owned());
            }
            let Count { passed, failed, skipped } = count;
            println!("{name:<18} {passed:>7} {failed:>7} {skipped:>8} {:>7.1} s  {note}", time.as_secs_f32());
            total += count;
        }
        println!("{:<43} {:>7.1} s  from beginning to end", "", self.begun.elapsed().as_secs_f32());
        let skipped = if total.skipped > 0 { format!(", {} skipped", total.skipped) } else { String::new() };
        std::io::stderr().flush()?;
        println!("\n{} passed, {} failed{skipped}", total.passed, total.failed);
        std::io::stdout().flush()?;
        if total.failed > 0 {
            std::process::exit(1);
        }
        Ok(())
    }
}

/// Runs a test runner as part of a job, and adds up what it counted.
///
/// A runner that fails without having counted a failure (one that crashed, or did not compile) is an error.
pub(crate) fn counted(command: &mut Command) -> Result<Count> {
    let (status, said) = terminal::hear(command)?;
    let mut count = Count::default();
    for line in said.lines() {
        count += read(line);
    }
    if !status.success() && count.failed == 0 {
        bail!("`{}` failed ({status})", steps::line(command));
    }
    Ok(count)
}

/// What one line of a test runner's output counts: the closing lines of libtest, wasm-bindgen-test and node:test.
fn read(line: &str) -> Count {
    let mut count = Count::default();
    let line = line.trim();
    if let Some(at) = line.find("test result: ") {
        for part in line[at..].split(['.', ';']) {
            let mut words = part.split_whitespace();
            let (Some(number), Some(what)) = (words.next().and_then(|word| word.parse().ok()), words.next()) else {
                continue;
            };
            match what {
                "passed" => count.passed = number,
                "failed" => count.failed = number,
                "ignored" => count.skipped = number,
                _ => {}
            }
        }
    } else if let Some((what, number)) = line.strip_prefix("ℹ ").and_then(|line| line.split_once(' ')) {
        let number = number.parse().unwrap_or(0);
        match what {
            "pass" => count.passed = number,
            "fail" | "cancelled" => count.failed = number,
            "skipped" | "todo" => count.skipped = number,
            _ => {}
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(passed: u64, failed: u64, skipped: u64) -> Count {
        Count { passed, failed, skipped }
    }

    #[test]
    fn reads_the_closing_line_of_libtest() {
        let line = "test result: ok. 12 passed; 0 failed; 3 ignored; 0 measured; 7 filtered out; finished in 0.10s";
        assert_eq!(read(line), count(12, 0, 3));
        let line = "test result: FAILED. 1 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1.2s";
        assert_eq!(read(line), count(1, 2, 0));
    }

    #[test]
    fn reads_the_closing_lines_of_node() {
        let lines =
            ["ℹ tests 9", "ℹ pass 5", "ℹ fail 1", "ℹ cancelled 1", "ℹ skipped 1", "ℹ todo 1", "ℹ duration_ms 7"];
        let mut sum = Count::default();
        for line in lines {
            sum += read(line);
        }
        assert_eq!(sum, count(5, 2, 2));
    }

    #[test]
    fn other_lines_count_nothing() {
        for line in ["", "running 3 tests", "test a_name ... ok", "3 passed, 2 failed", "ℹ", "ℹ pass"] {
            assert_eq!(read(line), Count::default(), "{line}");
        }
    }
}
