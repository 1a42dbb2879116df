//! A project in a folder of its own, beside the tools and the package that are installed for all.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
    process::{Child, Output, Stdio},
};

use tokio::task::spawn_blocking;

use crate::{
    Entry, PACKAGE, installed,
    server::{self, Group},
    sources, workshop,
};

/// A project, made anew.
#[derive(Debug)]
pub struct Project {
    folder: PathBuf,
}

impl Project {
    /// An empty project, with the package installed.
    ///
    /// # Panics
    ///
    /// When its folder cannot be made.
    pub fn empty(name: &str) -> Self {
        let folder = workshop().join(name);
        if folder.exists() {
            fs::remove_dir_all(&folder).unwrap_or_else(|error| panic!("cannot remove {}: {error}", folder.display()));
        }
        let project = Self { folder };
        copy_folder(&installed(), &project.path("node_modules").join(PACKAGE));
        project.write("package.json", "{ \"private\": true, \"type\": \"module\" }\n");
        project
    }

    /// One of `projects/`, with the shared page in `src/` where it has none of its own. Its name says which entry it uses.
    ///
    /// # Panics
    ///
    /// When a file cannot be copied.
    pub fn of(name: &str, entry: Entry) -> Self {
        let (name_of_folder, page) = match entry {
            Entry::Module => (name.to_owned(), "main.js"),
            Entry::Inline => (format!("{name}-inline"), "inline.js"),
        };
        let project = Self::empty(&name_of_folder);
        let shared = sources().join("shared");
        copy(&shared.join("conversation.js"), &project.path("src/conversation.js"));
        copy(&shared.join("main.js"), &project.path("src/main.js"));
        copy_folder(&sources().join("projects").join(name), &project.folder);
        if entry == Entry::Inline {
            copy(&shared.join(page), &project.path("src/main.js"));
        }
        project
    }

    /// Puts the package's own files into a folder of the project, for pages that no tool builds.
    ///
    /// # Panics
    ///
    /// When they cannot be copied.
    pub fn copy_package(&self, folder: &str) {
        copy_folder(&installed().join("pkg"), &self.path(folder));
    }

    /// Writes a file of the project.
    ///
    /// # Panics
    ///
    /// When it cannot be written.
    pub fn write(&self, path: &str, content: &str) {
        let file = self.path(path);
        make_folder_of(&file);
        fs::write(&file, content).unwrap_or_else(|error| panic!("cannot write {}: {error}", file.display()));
    }

    /// A file or folder of the project.
    pub fn path(&self, path: &str) -> PathBuf {
        self.folder.join(path)
    }

    /// Runs a command in the project and returns what it printed. `npx` and `npm` find the installed tools.
    ///
    /// # Panics
    ///
    /// When it fails: with what it printed.
    pub async fn run(&self, line: &str) -> String {
        self.run_with(line, &[]).await
    }

    /// As [`Project::run`], with environment variables.
    ///
    /// # Panics
    ///
    /// As [`Project::run`].
    pub async fn run_with(&self, line: &str, variables: &[(&str, &str)]) -> String {
        let running = self.start(line, variables);
        // A test that is given up takes its build with it.
        let group = Group::of(&running);
        let output = spawn_blocking(move || running.wait_with_output()).await.expect("waiting does not panic");
        group.ended();
        self.said(line, output)
    }

    /// As [`Project::run`], for a test that needs no browser.
    ///
    /// # Panics
    ///
    /// As [`Project::run`].
    pub fn run_now(&self, line: &str) -> String {
        self.said(line, self.start(line, &[]).wait_with_output())
    }

    fn start(&self, line: &str, variables: &[(&str, &str)]) -> Child {
        let mut command = server::command(line, &self.folder);
        command.envs(variables.iter().copied()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().unwrap_or_else(|error| panic!("cannot start `{line}`: {error}"))
    }

    fn said(&self, line: &str, output: io::Result<Output>) -> String {
        let output = output.unwrap_or_else(|error| panic!("cannot wait for `{line}`: {error}"));
        let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
        assert!(output.status.success(), "`{line}` failed ({}) in {}:\n{text}", output.status, self.folder.display());
        text
    }
}

/// The environment of every tool: nothing is reported to its makers, and npm says nothing of itself.
pub(crate) fn surroundings() -> [(&'static str, &'static str); 5] {
    [
        ("NEXT_TELEMETRY_DISABLED", "1"),
        ("DO_NOT_TRACK", "1"),
        ("NO_COLOR", "1"),
        ("npm_config_loglevel", "silent"),
        ("npm_config_update_notifier", "false"),
    ]
}

/// Variables of the tests themselves that tools would take for theirs.
pub(crate) fn strangers() -> Vec<String> {
    env::vars().map(|(name, _)| name).filter(|name| name.starts_with("CARGO") || name == "NODE_ENV").collect()
}

fn copy_folder(from: &Path, to: &Path) {
    let entries = fs::read_dir(from).unwrap_or_else(|error| panic!("cannot list {}: {error}", from.display()));
    for entry in entries {
        let path = entry.expect("an entry of a folder").path();
        let target = to.join(path.file_name().expect("an entry has a name"));
        if path.is_dir() { copy_folder(&path, &target) } else { copy(&path, &target) }
    }
}

fn copy(from: &Path, to: &Path) {
    make_folder_of(to);
    fs::copy(from, to).unwrap_or_else(|error| panic!("cannot copy {}: {error}", from.display()));
}

fn make_folder_of(file: &Path) {
    let folder = file.parent().expect("a file is in a folder");
    fs::create_dir_all(folder).unwrap_or_else(|error| panic!("cannot make {}: {error}", folder.display()));
}
