//! What a tool emitted, and the line that tells of it.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Instant,
};

/// Which entry a project uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    /// One that loads the module from its own file.
    Module,
    /// One that has the module in its script.
    Inline,
}

/// Watches over one project, from its making to its line.
#[derive(Debug)]
pub struct Outcome {
    name: String,
    entry: Entry,
    started: Instant,
    files: Vec<(PathBuf, u64)>,
}

impl Outcome {
    /// A project that begins now.
    pub fn begin(name: &str, entry: Entry) -> Self {
        Self { name: name.to_owned(), entry, started: Instant::now(), files: Vec::new() }
    }

    /// Notes what was emitted into a folder, and checks it: exactly one module, or none where it is in the script.
    ///
    /// # Panics
    ///
    /// When it is not so, or nothing was emitted.
    pub fn emitted(&mut self, folder: &Path) {
        self.files = files_below(folder, folder);
        self.files.sort();
        assert!(!self.files.is_empty(), "{}: nothing in {}", self.name, folder.display());
        let modules = self.files.iter().filter(|(path, _)| has_extension(path, "wasm")).count();
        assert_eq!(modules, self.modules(), "{}: .wasm files among {:?}", self.name, self.files);
        let scripts = self.files.iter().filter(|(path, _)| has_extension(path, "js"));
        let scripts: Vec<_> =
            scripts.map(|(path, _)| fs::read_to_string(folder.join(path)).expect("a script")).collect();
        assert!(!scripts.is_empty(), "{}: no script among {:?}", self.name, self.files);
        // What a tool would inline it would write in Base64: this is how any module then begins.
        let inlined = scripts.iter().filter(|script| script.contains("AGFzbQEAAAA")).count();
        assert_eq!(inlined, 0, "{}: a module inlined by the tool", self.name);
    }

    /// How many modules there must be, emitted and loaded.
    pub fn modules(&self) -> usize {
        usize::from(self.entry == Entry::Module)
    }

    /// Prints the project's line.
    pub fn print(&self) {
        let is_told = |path: &Path| ["js", "wasm", "css", "html"].iter().any(|wanted| has_extension(path, wanted));
        let told: Vec<_> = self
            .files
            .iter()
            .filter(|(path, _)| is_told(path))
            .map(|(path, size)| format!("{} {:.1} kB", path.display(), *size as f64 / 1000.0))
            .collect();
        let files = if told.len() <= 6 {
            told.join(", ")
        } else {
            let wasm: Vec<_> = told.iter().filter(|file| file.contains(".wasm ")).cloned().collect();
            format!(
                "{} files, of them {}",
                told.len(),
                if wasm.is_empty() { "no .wasm".into() } else { wasm.join(", ") }
            )
        };
        self.print_with(&files);
    }

    /// As [`Outcome::print`], for what emits no files.
    #[expect(clippy::print_stdout, reason = "this is what one runs the tests to see")]
    pub fn print_with(&self, what: &str) {
        println!("{:<20} {:>5.1} s  {what}", self.name, self.started.elapsed().as_secs_f32());
    }
}

fn has_extension(path: &Path, wanted: &str) -> bool {
    path.extension().is_some_and(|extension| extension == wanted)
}

fn files_below(folder: &Path, root: &Path) -> Vec<(PathBuf, u64)> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap_or_else(|error| panic!("cannot list {}: {error}", folder.display())) {
        let path = entry.expect("an entry of a folder").path();
        if path.is_dir() {
            files.extend(files_below(&path, root));
        } else {
            let size = fs::metadata(&path).expect("a file has a size").len();
            files.push((path.strip_prefix(root).expect("it is below").to_owned(), size));
        }
    }
    files
}
