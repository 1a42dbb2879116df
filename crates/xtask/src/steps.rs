//! Running commands, and skipping those whose inputs have not changed since they last succeeded.

use std::{
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    io::ErrorKind,
    path::{Path, PathBuf},
    process::Command,
    time::Instant,
};

use anyhow::{Context, Result, bail};

use crate::{
    project,
    terminal::{self, note},
};

/// Runs a command in the root of the working copy, its output going to the terminal or to the job's file.
pub(crate) fn run(command: &mut Command, hint: &str) -> Result<()> {
    command.current_dir(project::root());
    let status = terminal::run(command)?;
    if !status.success() {
        bail!("`{}` failed ({status}). {hint}", line(command));
    }
    Ok(())
}

/// Runs a command quietly and returns what it printed on stdout, or `None` if it failed or does not exist.
pub(crate) fn ask(command: &mut Command) -> Option<String> {
    let output = command.current_dir(project::root()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// The command as one would type it.
pub(crate) fn line(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let mut words = vec![program.file_name().unwrap_or(program.as_os_str()).to_string_lossy()];
    words.extend(command.get_args().map(|arg| arg.to_string_lossy()));
    words.join(" ")
}

pub(crate) fn cannot_start(command: &Command) -> String {
    format!("cannot start `{}`", command.get_program().to_string_lossy())
}

/// Does `work` unless it was done before with the same inputs and its outputs are still there.
///
/// `inputs` are files and folders (a missing one counts as empty); `variant` is whatever else decides the result.
pub(crate) fn step(
    name: &str,
    variant: &str,
    inputs: &[PathBuf],
    outputs: &[PathBuf],
    work: impl FnOnce() -> Result<()>,
) -> Result<()> {
    let stamp = project::stamps().join(name);
    let digest = format!("{variant} {:016x}", digest(inputs)?);
    let done = fs::read_to_string(&stamp).is_ok_and(|last| last == digest);
    if done && outputs.iter().all(|output| output.exists()) {
        return Ok(());
    }
    remove(&stamp)?;
    let started = Instant::now();
    note!("     {name} …");
    work().with_context(|| format!("{name} failed"))?;
    note!("     {name} done in {:.1} s", started.elapsed().as_secs_f32());
    write(&stamp, digest)
}

/// Has a step done the next time, whatever it was done with before.
pub(crate) fn forget(name: &str) -> Result<()> {
    remove(&project::stamps().join(name))
}

/// Removes a file that may not be there.
pub(crate) fn remove(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove {}", path.display()))
        }
        _ => Ok(()),
    }
}

/// Removes a folder that may not be there, and makes it anew.
pub(crate) fn empty_folder(path: &Path) -> Result<()> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            return Err(error).with_context(|| format!("cannot remove {}", path.display()));
        }
        _ => {}
    }
    fs::create_dir_all(path).with_context(|| format!("cannot make {}", path.display()))
}

/// Writes a file and the folders above it.
pub(crate) fn write(path: &Path, content: impl AsRef<[u8]>) -> Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    }
    fs::write(path, content).with_context(|| format!("cannot write {}", path.display()))
}

/// Copies a file, making the folders above its new place.
pub(crate) fn copy(from: &Path, to: &Path) -> Result<()> {
    let content = fs::read(from).with_context(|| format!("cannot read {}", from.display()))?;
    write(to, content)
}

/// All files in a folder and below, sorted; none if there is no such folder.
pub(crate) fn files_below(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries = match fs::read_dir(&folder) {
            Err(error) if error.kind() == ErrorKind::NotFound => continue,
            entries => entries.with_context(|| format!("cannot list {}", folder.display()))?,
        };
        for entry in entries {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                files.push(path);
            }
        }
    }
    files.sort();
    Ok(files)
}

fn digest(inputs: &[PathBuf]) -> Result<u64> {
    let mut hasher = DefaultHasher::new();
    for input in inputs {
        let files = if input.is_dir() { files_below(input)? } else { vec![input.clone()] };
        for file in files {
            file.hash(&mut hasher);
            match fs::read(&file) {
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                content => content.with_context(|| format!("cannot read {}", file.display()))?.hash(&mut hasher),
            }
        }
    }
    Ok(hasher.finish())
}
