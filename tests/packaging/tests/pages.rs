//! Projects that no bundler builds: pages with modules and with classic scripts, and an import on a server.

use packaging::{Entry, Outcome, Project, Site, hold, on_sandbox, page_of};

/// Opens a project's files as they are, with the package's beside them.
fn opens(name: &str, label: &str, entry: Entry, modules: usize) {
    on_sandbox(async |page, sandbox| {
        let outcome = Outcome::begin(label, entry);
        let project = Project::of(name, entry);
        project.copy_package("poly-messaging");
        let site = Site::of(&project.path("")).await;
        hold(page, sandbox, &page_of(&site.url("/"), sandbox), modules).await;
        outcome.print();
    });
}

#[test]
fn a_plain_page_loads_one_module() {
    opens("plain", "plain page", Entry::Module, 1);
}

#[test]
fn a_plain_page_loads_no_module_for_inline() {
    opens("plain", "plain page ./inline", Entry::Inline, 0);
}

#[test]
fn a_classic_script_gives_the_whole_package() {
    opens("classic", "classic script", Entry::Module, 0);
}

#[test]
fn importing_any_entry_on_a_server_does_nothing() {
    let outcome = Outcome::begin("node", Entry::Module);
    let project = Project::of("node", Entry::Module);
    let said = project.run_now("node import.js");
    let entries: Vec<_> = said.lines().collect();
    assert!(entries.len() >= 6 && entries.iter().all(|line| line.starts_with(packaging::PACKAGE)), "{said}");
    outcome.print_with(&format!("imported {}", entries.join(", ")));
}
