//! Counting what test runners say, and the table at the end.

use std::{
    env,
    io::{BufRead, BufReader, Write},
    ops::AddAssign,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, Error, Result, bail};

use crate::{project, steps};

/// What a test runner counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Count {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
    pub(crate) skipped: u64,
}

impl AddAssign for Count {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

/// The steps so far.
#[derive(Default)]
pub(crate) struct Report {
    rows: Vec<Row>,
}

struct Row {
    name: String,
    count: Count,
    note: String,
    time: Duration,
}

impl Report {
    /// Runs a step that either holds or does not; true if it holds.
    pub(crate) fn check(&mut self, name: &str, work: impl FnOnce() -> Result<()>) -> bool {
        self.add(name, || work().map(|()| Count { passed: 1, ..Count::default() }))
    }

    /// Runs a step with tests in it. One that ran no test has failed: it cannot have shown anything.
    pub(crate) fn tests(&mut self, name: &str, work: impl FnOnce() -> Result<Count>) {
        self.add(name, || match work()? {
            Count { passed: 0, failed: 0, .. } => bail!("no test ran"),
            count => Ok(count),
        });
    }

    /// Runs tests with what was prepared for them. In CI all of that must be there; elsewhere what cannot be had is skipped.
    pub(crate) fn with<T>(&mut self, name: &str, prepared: Result<T>, work: impl FnOnce(&mut Self, T)) {
        match prepared {
            Ok(prepared) => work(self, prepared),
            Err(error) if env::var_os("CI").is_none_or(|value| value.is_empty() || value == "false") => {
                self.skip(name, &error);
            }
            Err(error) => self.tests(name, || Err(error)),
        }
    }

    /// Notes a step that cannot run here.
    pub(crate) fn skip(&mut self, name: &str, reason: &Error) {
        println!("\n── {name}\nskipped: {reason:#}");
        let count = Count { skipped: 1, ..Count::default() };
        self.rows.push(Row { name: name.to_owned(), count, note: format!("{reason:#}"), time: Duration::ZERO });
    }

    fn add(&mut self, name: &str, work: impl FnOnce() -> Result<Count>) -> bool {
        println!("\n── {name}");
        let started = Instant::now();
        let (count, note) = match work() {
            Ok(count) => (count, String::new()),
            Err(error) => {
                println!("error: {error:#}");
                (Count { failed: 1, ..Count::default() }, format!("{error:#}"))
            }
        };
        self.rows.push(Row { name: name.to_owned(), count, note, time: started.elapsed() });
        count.failed == 0
    }

    /// Prints the table and the sum; an error if anything failed.
    pub(crate) fn finish(self) -> Result<()> {
        println!("\n{:<18} {:>7} {:>7} {:>8} {:>9}", "", "passed", "failed", "skipped", "time");
        let mut total = Count::default();
        for Row { name, count, note, time } in self.rows {
            let note = note.lines().next().unwrap_or_default();
            let Count { passed, failed, skipped } = count;
            println!("{name:<18} {passed:>7} {failed:>7} {skipped:>8} {:>7.1} s  {note}", time.as_secs_f32());
            total += count;
        }
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

/// Runs a test runner, shows what it prints, and adds up what it counted.
///
/// A runner that fails without having counted a failure (one that crashed, or did not compile) is an error.
pub(crate) fn counted(command: &mut Command) -> Result<Count> {
    command.current_dir(project::root()).stdout(Stdio::piped());
    let mut child = command.spawn().with_context(|| steps::cannot_start(command))?;
    let mut count = Count::default();
    let mut screen = std::io::stdout();
    let mut output = BufReader::new(child.stdout.take().context("no output to read")?);
    let mut line = Vec::new();
    while output.read_until(b'\n', &mut line)? > 0 {
        screen.write_all(&line)?;
        count += read(&String::from_utf8_lossy(&line));
        line.clear();
    }
    let status = child.wait()?;
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
