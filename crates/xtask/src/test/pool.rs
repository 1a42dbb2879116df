//! A queue of jobs that share the machine: each starts when what it needs is done and there is room for it, in the order of the
//! queue. A job may put further ones into the queue.
//!
//! What a job says is shown in one piece when it is over.

use std::{
    collections::{BTreeSet, HashMap},
    env, fmt, fs,
    panic::{self, AssertUnwindSafe},
    path::PathBuf,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Error, Result, anyhow, bail};

use super::report::{Count, Report};
use crate::{project, terminal};

/// How long one command of a job may take. What takes longer hangs.
const COMMAND_LIMIT: Duration = Duration::from_secs(40 * 60);

/// A step of the tests.
pub(super) struct Job {
    /// The row of the table that it counts for.
    row: String,
    name: String,
    needs: Vec<String>,
    load: Load,
    lock: Option<Lock>,
    /// Whether it goes before those that are not.
    is_first: bool,
    /// Whether its row must have counted something in the end.
    counts: bool,
    work: Work,
}

type Work = Box<dyn FnOnce(&Pool) -> Result<Count> + Send>;

/// How much of the machine a job takes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Load {
    /// Next to nothing: it waits for the network or for a clock.
    Waits,
    /// What one of as many jobs as there are processors may take.
    Works,
    /// All of it, when all other jobs are over but those of the same kind: what it measures is true of a quiet machine.
    Alone(&'static str),
}

/// What only one job at a time can use.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Lock {
    /// cargo's target folder. A second cargo would wait for the first one and take its place here meanwhile.
    CargoTarget,
    /// That of the native application.
    WebviewTarget,
    /// The system's packages.
    Packages,
    /// A crowd of browsers, which keeps all processors busy: two of them are slower than one after the other.
    Browsers,
}

impl Job {
    /// A job that counts what it is named after.
    pub(super) fn new(name: &str, work: impl FnOnce(&Pool) -> Result<Count> + Send + 'static) -> Self {
        let (row, name) = (name.to_owned(), name.to_owned());
        Self {
            row,
            name,
            needs: Vec::new(),
            load: Load::Works,
            lock: None,
            is_first: false,
            counts: true,
            work: Box::new(work),
        }
    }

    /// A job that holds or does not.
    pub(super) fn check(name: &str, work: impl FnOnce() -> Result<()> + Send + 'static) -> Self {
        Self::new(name, |_| work().map(|()| Count::HOLDS))
    }

    /// A job that gets something ready, which counts only if that fails.
    pub(super) fn prepare(name: &str, work: impl FnOnce() -> Result<()> + Send + 'static) -> Self {
        Self::new(name, |_| work().map(|()| Count::default())).preparing()
    }

    /// Counts only if it fails.
    pub(super) fn preparing(mut self) -> Self {
        self.counts = false;
        self
    }

    /// Counts for this row.
    pub(super) fn in_row(mut self, row: &str) -> Self {
        row.clone_into(&mut self.row);
        self
    }

    /// Starts when these jobs are done. Where one has failed, so has this one; where one was skipped, so is this one.
    pub(super) fn after(mut self, jobs: &[&str]) -> Self {
        self.needs.extend(jobs.iter().map(|&job| job.to_owned()));
        self
    }

    /// Takes next to nothing of the machine.
    pub(super) fn waiting(mut self) -> Self {
        self.load = Load::Waits;
        self
    }

    /// Runs when all others are over, beside none but those of its own kind.
    pub(super) fn alone(mut self, kind: &'static str) -> Self {
        self.load = Load::Alone(kind);
        self
    }

    /// Goes into the queue before all that are not first: it takes longest.
    pub(super) fn first(mut self) -> Self {
        self.is_first = true;
        self
    }

    /// Runs beside no other job with this lock.
    pub(super) fn with(mut self, lock: Lock) -> Self {
        self.lock = Some(lock);
        self
    }
}

/// The queue, and what runs.
pub(super) struct Pool {
    /// Jobs that work at once.
    places: usize,
    limit: Duration,
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    queue: Vec<Job>,
    /// Jobs that run, by their load.
    waiting: usize,
    working: usize,
    alone: usize,
    /// What kind the jobs are that run alone, or that did last.
    kind: &'static str,
    locks: BTreeSet<Lock>,
    /// How jobs ended, by name.
    ended: HashMap<String, End>,
    report: Report,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Done,
    Failed,
    Skipped,
}

impl Pool {
    /// `patience` is what the limit of a command is multiplied by.
    pub(super) fn new(patience: f32) -> Self {
        let state = State {
            queue: Vec::new(),
            waiting: 0,
            working: 0,
            alone: 0,
            kind: "",
            locks: BTreeSet::new(),
            ended: HashMap::new(),
            report: Report::new(),
        };
        Self {
            places: thread::available_parallelism().map_or(1, usize::from),
            limit: COMMAND_LIMIT.mul_f32(patience),
            state: Mutex::new(state),
            changed: Condvar::new(),
        }
    }

    /// Puts jobs at the end of the queue, or of those that are first.
    pub(super) fn add(&self, jobs: impl IntoIterator<Item = Job>) {
        let mut state = self.state();
        for job in jobs {
            if job.counts {
                state.report.expect(&job.row);
            }
            let at = if job.is_first { state.queue.partition_point(|other| other.is_first) } else { state.queue.len() };
            state.queue.insert(at, job);
        }
        self.changed.notify_all();
    }

    /// Works the queue off.
    pub(super) fn run(self) -> Report {
        thread::scope(|scope| {
            let mut state = self.state();
            loop {
                while let Some(job) = state.next(self.places) {
                    let pool = &self;
                    scope.spawn(move || pool.do_job(job));
                }
                if state.is_idle() {
                    break;
                }
                state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
            }
            // What nothing that is left can start.
            for job in std::mem::take(&mut state.queue) {
                let reason = anyhow!("it needs what is not there: {}", job.needs.join(", "));
                state.end(&job.name, &job.row, Err(reason), Duration::ZERO);
            }
        });
        self.state.into_inner().unwrap_or_else(PoisonError::into_inner).report
    }

    fn do_job(&self, job: Job) {
        let begun = Instant::now();
        let Job { row, name, load, lock, work, .. } = job;
        let file = file_of(&name);
        // A panic of one job is a failure of this job alone.
        let work = || panic::catch_unwind(AssertUnwindSafe(|| work(self)));
        let outcome = terminal::as_job(&file, self.limit, work)
            .and_then(|outcome| outcome.unwrap_or_else(|_| bail!("the job panicked; the lines above say where")));
        let said = fs::read(&file).unwrap_or_default();
        let mut state = self.state();
        println!("\n── {name}, {:.1} s\n{}", begun.elapsed().as_secs_f32(), String::from_utf8_lossy(&said).trim_end());
        state.end(&name, &row, outcome, begun.elapsed());
        match load {
            Load::Waits => state.waiting -= 1,
            Load::Works => state.working -= 1,
            Load::Alone(_) => state.alone -= 1,
        }
        state.locks.retain(|held| Some(*held) != lock);
        self.changed.notify_all();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// The next job that can start, counted as running. Ends those that cannot, because of what they need.
    fn next(&mut self, places: usize) -> Option<Job> {
        while let Some(at) = self.queue.iter().position(|job| self.cannot_run(job).is_some()) {
            let job = self.queue.remove(at);
            let outcome = self.cannot_run(&job).map_or(Ok(Count::default()), |reason| match reason {
                (End::Skipped, _) => Err(Error::new(Skip(String::new()))),
                (_, needed) => Err(anyhow!("not run: {needed} failed")),
            });
            self.end(&job.name, &job.row, outcome, Duration::ZERO);
        }
        let is_over = self.queue.iter().all(|job| matches!(job.load, Load::Alone(_)));
        let can_start = |job: &Job| {
            let has_place = match job.load {
                Load::Waits => self.alone == 0,
                Load::Works => self.alone == 0 && self.working < places,
                Load::Alone(kind) => {
                    is_over && self.waiting + self.working == 0 && (self.alone == 0 || self.kind == kind)
                }
            };
            let has_lock = job.lock.is_none_or(|lock| !self.locks.contains(&lock));
            has_place && has_lock && job.needs.iter().all(|need| self.ended.contains_key(need))
        };
        let at = self.queue.iter().position(can_start)?;
        let job = self.queue.remove(at);
        match job.load {
            Load::Waits => self.waiting += 1,
            Load::Works => self.working += 1,
            Load::Alone(kind) => {
                self.alone += 1;
                self.kind = kind;
            }
        }
        self.locks.extend(job.lock);
        Some(job)
    }

    /// Which of what it needs is not to be had.
    fn cannot_run(&self, job: &Job) -> Option<(End, String)> {
        job.needs.iter().find_map(|need| {
            let end = *self.ended.get(need)?;
            (end != End::Done).then(|| (end, need.clone()))
        })
    }

    fn is_idle(&self) -> bool {
        self.waiting + self.working + self.alone == 0
    }

    /// Notes how a job ended.
    fn end(&mut self, name: &str, row: &str, outcome: Result<Count>, time: Duration) {
        let (end, count, note) = match outcome {
            Ok(count) => (if count.failed == 0 { End::Done } else { End::Failed }, count, String::new()),
            Err(error) => match error.downcast_ref::<Skip>() {
                Some(Skip(reason)) => {
                    if !reason.is_empty() {
                        println!("skipped {name}: {reason}");
                    }
                    (End::Skipped, Count::SKIPPED, reason.clone())
                }
                None => {
                    println!("error in {name}: {error:#}");
                    (End::Failed, Count::FAILS, format!("{error:#}"))
                }
            },
        };
        self.ended.insert(name.to_owned(), end);
        self.report.add(row, count, time, &note);
    }
}

/// Why a job does not run here: an error that counts as skipped.
#[derive(Debug)]
pub(super) struct Skip(pub(super) String);

impl fmt::Display for Skip {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for Skip {}

/// What cannot be had here: in CI it must be there; elsewhere what needs it is skipped.
pub(super) fn wanted<T>(prepared: Result<T>) -> Result<T> {
    let is_ci = env::var_os("CI").is_some_and(|value| !value.is_empty() && value != "false");
    prepared.map_err(|error| if is_ci { error } else { Error::new(Skip(format!("{error:#}"))) })
}

/// Where a job's words are while it runs.
fn file_of(name: &str) -> PathBuf {
    let name: String = name.chars().map(|letter| if letter.is_alphanumeric() { letter } else { '-' }).collect();
    project::root().join("target/jobs").join(name).with_extension("log")
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use anyhow::ensure;

    use super::*;

    /// What jobs note as they begin and end.
    #[derive(Clone, Default)]
    struct Course(Arc<Mutex<Vec<String>>>);

    impl Course {
        fn note(&self, what: String) {
            self.0.lock().expect("no job panicked with it").push(what);
        }

        fn job(&self, name: &'static str) -> Job {
            let course = self.clone();
            Job::new(name, move |_| {
                course.note(format!("{name} begins"));
                course.note(format!("{name} ends"));
                Ok(Count::HOLDS)
            })
        }

        /// Works jobs off on a machine with two processors.
        fn run(&self, jobs: impl IntoIterator<Item = Job>) -> Report {
            let pool = Pool { places: 2, ..Pool::new(1.0) };
            pool.add(jobs);
            pool.run()
        }

        fn at(&self, what: &str) -> usize {
            let notes = self.0.lock().expect("no job panicked with it");
            notes.iter().position(|note| note == what).unwrap_or_else(|| panic!("{what} is not in {notes:?}"))
        }
    }

    #[test]
    fn two_work_at_once_and_who_waits_takes_no_place() {
        // Those inside at this moment, and the most there have been.
        let crowd = Arc::new((Mutex::new((0, 0)), Condvar::new()));
        let enter = |crowd: &(Mutex<(usize, usize)>, Condvar), least| {
            let (inside, changed) = crowd;
            let mut inside = inside.lock().expect("no job panicked with it");
            inside.0 += 1;
            inside.1 = inside.1.max(inside.0);
            changed.notify_all();
            let limit = Duration::from_secs(20);
            let (inside, _) =
                changed.wait_timeout_while(inside, limit, |inside| inside.1 < least).expect("no job panicked with it");
            // A third one that may come in does so now.
            let moment = Duration::from_millis(200);
            let (mut inside, _) =
                changed.wait_timeout_while(inside, moment, |inside| inside.1 == 2).expect("no job panicked with it");
            let met = inside.1;
            inside.0 -= 1;
            met
        };
        let job = |name| {
            let crowd = Arc::clone(&crowd);
            // The first two leave once they have met.
            Job::check(name, move || if enter(&crowd, 2) == 2 { Ok(()) } else { bail!("two were to work at once") })
        };
        let (is_out, way) = (Arc::new((Mutex::new(false), Condvar::new())), Duration::from_secs(20));
        let opener = Arc::clone(&is_out);
        let waits = Job::check("pool a", move || {
            let (open, changed) = &*is_out;
            let open = open.lock().expect("no job panicked with it");
            let (open, _) = changed.wait_timeout_while(open, way, |open| !*open).expect("no job panicked with it");
            if *open { Ok(()) } else { bail!("the others were to work meanwhile") }
        });
        let last = Job::check("pool d", move || {
            *opener.0.lock().expect("no job panicked with it") = true;
            opener.1.notify_all();
            Ok(())
        });
        let mut report = Course::default().run([waits.waiting(), job("pool b"), job("pool c"), job("pool e"), last]);
        for name in ["pool a", "pool b", "pool c", "pool d", "pool e"] {
            assert_eq!(report.count(name), Count::HOLDS, "{name}");
        }
    }

    #[test]
    fn a_job_waits_for_what_it_needs_and_for_its_lock() {
        let course = Course::default();
        let [a, b, c] = ["needs a", "needs b", "needs c"].map(|name| course.job(name));
        course.run([a.after(&["needs b"]), b.with(Lock::Packages), c.with(Lock::Packages)]);
        assert!(course.at("needs a begins") > course.at("needs b ends"));
        assert!(course.at("needs c begins") > course.at("needs b ends"));
    }

    #[test]
    fn what_runs_alone_runs_last_and_beside_its_own_kind() {
        let course = Course::default();
        let inside = Arc::new((Mutex::new(0), Condvar::new()));
        let [together, and] = ["alone a", "alone b"].map(|name| {
            let (job, inside) = (course.job(name), Arc::clone(&inside));
            let work = move |pool: &Pool| {
                let (inside, changed) = &*inside;
                let mut inside = inside.lock().expect("no job panicked with it");
                *inside += 1;
                changed.notify_all();
                let limit = Duration::from_secs(20);
                let met = changed.wait_timeout_while(inside, limit, |inside| *inside < 2);
                ensure!(*met.expect("no job panicked with it").0 == 2, "the other was to come");
                (job.work)(pool)
            };
            Job::new(name, work).alone("kind")
        });
        let [other, first, second] = ["alone c", "works a", "works b"].map(|name| course.job(name));
        let mut report = course.run([together, other.alone("another"), first, and, second.waiting()]);
        assert_eq!([report.count("alone a"), report.count("alone b")], [Count::HOLDS; 2]);
        let worked = course.at("works a ends").max(course.at("works b ends"));
        let together = [course.at("alone a begins"), course.at("alone b begins")];
        assert!(together[0].min(together[1]) > worked);
        assert!(course.at("alone c begins") > course.at("alone a ends").max(course.at("alone b ends")));
    }

    #[test]
    fn what_needs_a_failure_fails_and_what_needs_a_skip_is_skipped_once() {
        let course = Course::default();
        let failing = || Job::check("failing", || bail!("no"));
        let missing = || Job::prepare("missing", || Err(Error::new(Skip("not here".to_owned()))));
        let [a, b, c] = ["after a", "after b", "after c"].map(|name| course.job(name));
        let mut report = course.run([
            failing(),
            missing(),
            a.after(&["failing"]),
            b.after(&["missing"]).in_row("missing"),
            c.after(&["nothing"]),
        ]);
        assert_eq!(report.count("failing"), Count::FAILS);
        assert_eq!(report.count("after a"), Count::FAILS);
        assert_eq!(report.count("missing"), Count::SKIPPED);
        assert_eq!(report.count("after c"), Count::FAILS);
    }

    #[test]
    fn a_job_adds_jobs_and_a_panic_is_its_own_failure() {
        let course = Course::default();
        let more = course.job("added");
        let adding = Job::new("adding", move |pool| {
            pool.add([more]);
            Ok(Count::HOLDS)
        });
        let mut report = course.run([adding, Job::check("panics", || panic!("as it should"))]);
        assert_eq!(report.count("added"), Count::HOLDS);
        assert_eq!(report.count("panics"), Count::FAILS);
    }
}
