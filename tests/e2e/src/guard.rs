//! What must not outlive the tests: processes with all that they started, and their folders. A process that ends drops nothing
//! that is in a `static`, and one that is killed drops nothing at all, so a shell stands by each.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
    process::{self, Child, Command, ExitStatus, Stdio},
    sync::atomic::{AtomicU32, Ordering},
};

/// Waits until nobody holds the other end of its input any more. Then it ends the group `$1`, if there is one, and removes the
/// folder `$2`, if there is one still: whoever writes into it is dying at this moment too, and may take a while.
const STAND_BY: &str = "while read -r _; do :; done
    [ -z \"$1\" ] || kill -s KILL -- \"-$1\" 2>/dev/null
    for try in 1 2 3 4 5 6 7 8 9 10; do
        [ -e \"$2\" ] || exit 0
        sleep 0.3
        rm -rf -- \"$2\" 2>/dev/null
    done";

/// The shell that stands by. Dropping it has it do its work, and waits for it.
#[derive(Debug)]
struct Guard(Child);

impl Guard {
    fn over(group: Option<u32>, folder: Option<&Path>) -> Self {
        let mut shell = Command::new("sh");
        shell.args(["-c", STAND_BY, "guard"]).arg(group.map(|group| group.to_string()).unwrap_or_default());
        shell.arg(folder.unwrap_or(Path::new("")));
        // In no group that is ended with the tests. It may not hold their output open either.
        apart(&mut shell).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        Self(shell.spawn().expect("cannot start a shell"))
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }
}

/// A process and all that it started. They end when this is dropped, and when the tests end.
#[derive(Debug)]
pub(crate) struct Guarded {
    process: Child,
    guard: Option<Guard>,
}

impl Guarded {
    /// Starts it.
    pub(crate) fn spawn(command: &mut Command) -> io::Result<Self> {
        let process = apart(command).spawn()?;
        let guard = Some(Guard::over(Some(process.id()), None));
        Ok(Self { process, guard })
    }

    /// Its status, if it has ended by itself.
    pub(crate) fn ended(&mut self) -> Option<ExitStatus> {
        self.process.try_wait().expect("cannot ask for the status of a process")
    }

    /// Whether all that it started has ended too.
    pub(crate) fn is_alone(&self) -> bool {
        let mut ask = Command::new("sh");
        ask.args(["-c", "kill -s 0 -- \"-$1\"", "ask", &self.process.id().to_string()]);
        ask.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| !status.success())
    }

    /// The process itself.
    pub(crate) fn process(&mut self) -> &mut Child {
        &mut self.process
    }
}

impl Drop for Guarded {
    fn drop(&mut self) {
        // Its number is its own until it has been waited for: no other group can be ended instead.
        drop(self.guard.take());
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// An empty folder among the temporary ones. It is gone when this is dropped, and when the tests end.
#[derive(Debug)]
pub(crate) struct Folder {
    path: PathBuf,
    guard: Option<Guard>,
}

impl Folder {
    pub(crate) fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        // Browsers have sockets below it, whose names may not be long.
        let name = format!("e2e-{}-{}", process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let path = env::temp_dir().join(name);
        // What stands there is of an older process with the same number.
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).expect("cannot make a temporary folder");
        let guard = Some(Guard::over(None, Some(&path)));
        Self { path, guard }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.path);
        drop(self.guard.take());
    }
}

/// Has a command start a group of its own.
fn apart(command: &mut Command) -> &mut Command {
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(command, 0);
    command
}
