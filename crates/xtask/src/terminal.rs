//! Where the words of a step go: to the terminal, or, for a job of the tests, into a file that is shown in one piece when the job is
//! over. A file and no pipe: a process that a job leaves behind then holds up nobody.

use std::{
    cell::RefCell,
    collections::BTreeSet,
    fmt::Arguments,
    fs::{self, File},
    io::Write,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    sync::{Mutex, MutexGuard, OnceLock, PoisonError},
    thread::sleep,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};

use crate::steps;

/// How often a job's process is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(20);

thread_local! {
    static JOB: RefCell<Option<Job>> = const { RefCell::new(None) };
}

/// Where jobs' commands put their temporary files.
static TEMPORARY: OnceLock<PathBuf> = OnceLock::new();

/// Processes of jobs that run now. Each leads a group of its own.
static RUNNING: Mutex<BTreeSet<u32>> = Mutex::new(BTreeSet::new());

/// What this thread does, if that is a job.
#[derive(Clone)]
struct Job {
    file: PathBuf,
    limit: Duration,
}

impl Job {
    fn open(&self) -> Result<File> {
        File::options().append(true).open(&self.file).with_context(|| format!("cannot write {}", self.file.display()))
    }
}

/// Prints a line of a result: on the standard output, or into the job's file.
macro_rules! say {
    ($($words:tt)*) => {
        if !$crate::terminal::keep(format_args!($($words)*)) {
            println!($($words)*);
        }
    };
}
pub(crate) use say;

/// Prints a line about what is going on: on the standard error output, or into the job's file.
macro_rules! note {
    ($($words:tt)*) => {
        if !$crate::terminal::keep(format_args!($($words)*)) {
            eprintln!($($words)*);
        }
    };
}
pub(crate) use note;

/// Writes a line into the job's file; false where there is no job.
pub(crate) fn keep(line: Arguments<'_>) -> bool {
    job().is_some_and(|job| job.open().and_then(|mut file| Ok(writeln!(file, "{line}")?)).is_ok())
}

/// Does this with all that it says, and that its commands say, going into a file. A command that takes longer than `limit`
/// is ended, with all that it started, and has failed.
pub(crate) fn as_job<T>(file: &Path, limit: Duration, work: impl FnOnce() -> T) -> Result<T> {
    steps::write(file, "")?;
    JOB.set(Some(Job { file: file.to_owned(), limit }));
    let outcome = work();
    JOB.set(None);
    Ok(outcome)
}

/// Has the commands of all jobs put their temporary files into this folder.
pub(crate) fn set_temporary(folder: &Path) {
    drop(TEMPORARY.set(folder.to_owned()));
}

/// Runs a command and waits for its end.
pub(crate) fn run(command: &mut Command) -> Result<ExitStatus> {
    match job() {
        Some(job) => run_in(&job, command, job.open()?),
        None => command.status().with_context(|| steps::cannot_start(command)),
    }
}

/// Runs a command of a job, and returns what it said beside how it ended.
pub(crate) fn hear(command: &mut Command) -> Result<(ExitStatus, String)> {
    let job = job().context("only a job's words are kept")?;
    let before = fs::metadata(&job.file)?.len();
    let status = run_in(&job, command, job.open()?)?;
    let said = fs::read(&job.file)?;
    let said = said.get(usize::try_from(before)?..).unwrap_or_default();
    Ok((status, String::from_utf8_lossy(said).into_owned()))
}

/// Runs a command of a job, and returns what it printed on its standard output, which is not shown.
pub(crate) fn read(command: &mut Command) -> Result<String> {
    let job = job().context("only a job's words are kept")?;
    let file = job.file.with_extension("out");
    let output = File::create(&file).with_context(|| format!("cannot write {}", file.display()))?;
    let status = run_in(&job, command, output)?;
    if !status.success() {
        bail!("`{}` failed ({status})", steps::line(command));
    }
    let read = fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
    steps::remove(&file)?;
    Ok(read)
}

fn job() -> Option<Job> {
    JOB.with_borrow(Clone::clone)
}

fn run_in(job: &Job, command: &mut Command, output: File) -> Result<ExitStatus> {
    command.stdin(Stdio::null()).stdout(output).stderr(job.open()?);
    if let Some(folder) = TEMPORARY.get() {
        command.env("TMPDIR", folder);
    }
    // A group of its own, to end what it started with it.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(command, 0);
    let mut child = command.spawn().with_context(|| steps::cannot_start(command))?;
    running().insert(child.id());
    let status = wait(&mut child, job.limit);
    running().remove(&child.id());
    match status? {
        Some(status) => Ok(status),
        None => bail!("`{}` was ended: it took longer than {:?}", steps::line(command), job.limit),
    }
}

/// How a process ended; none if it did not within the limit, and was made to.
fn wait(child: &mut Child, limit: Duration) -> Result<Option<ExitStatus>> {
    let deadline = Instant::now() + limit;
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if Instant::now() >= deadline {
            end_group(child.id());
            child.kill()?;
            child.wait()?;
            return Ok(None);
        }
        sleep(LOOK_EVERY);
    }
}

/// Ends the commands of all jobs, with what they started.
pub(crate) fn end_all() {
    running().iter().for_each(|&id| end_group(id));
}

fn running() -> MutexGuard<'static, BTreeSet<u32>> {
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner)
}

fn end_group(id: u32) {
    drop(Command::new("kill").args(["-KILL", "--", &format!("-{id}")]).stderr(Stdio::null()).status());
}

#[cfg(all(test, unix))]
mod tests {
    use std::env;

    use super::*;

    fn job<T>(name: &str, limit: Duration, work: impl FnOnce() -> T) -> (T, String) {
        let file = env::temp_dir().join(format!("poly-messaging-{name}-{}", std::process::id()));
        let outcome = as_job(&file, limit, work).expect("a file can be written");
        let said = fs::read_to_string(&file).expect("it is text");
        fs::remove_file(&file).expect("it is there");
        (outcome, said)
    }

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn all_words_of_a_job_are_in_one_piece() {
        let minute = Duration::from_secs(60);
        let (heard, said) = job("words", minute, || {
            say!("first");
            run(&mut shell("echo second; echo third >&2")).expect("it runs");
            hear(&mut shell("echo fourth; exit 3")).expect("it runs")
        });
        assert_eq!(said, "first\nsecond\nthird\nfourth\n");
        assert_eq!((heard.0.code(), heard.1.as_str()), (Some(3), "fourth\n"));
    }

    #[test]
    fn a_command_that_hangs_is_ended_with_all_that_it_started() {
        let limit = Duration::from_millis(300);
        // The second sleeper would hold the shell's output open for a minute.
        let (outcome, said) = job("limit", limit, || run(&mut shell("sleep 60 & echo $!; sleep 60")));
        assert!(outcome.expect_err("it hangs").to_string().contains("took longer"));
        let mut is_there = shell("kill -0 $0 2>/dev/null");
        is_there.arg(said.trim());
        let deadline = Instant::now() + Duration::from_secs(10);
        while is_there.status().expect("sh runs").success() {
            assert!(Instant::now() < deadline, "{} still runs", said.trim());
            sleep(LOOK_EVERY);
        }
    }
}
