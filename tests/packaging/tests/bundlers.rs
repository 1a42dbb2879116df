//! Projects that a tool builds.

use packaging::{Entry, Outcome, Project, Server, Site, hold, on_sandbox, page_of};

/// Builds a project by `npm run build` and opens what is in `dist/`.
fn builds(name: &str, entry: Entry) {
    on_sandbox(async |page, sandbox| {
        let label = if entry == Entry::Inline { format!("{name} ./inline") } else { name.to_owned() };
        let mut outcome = Outcome::begin(&label, entry);
        let project = Project::of(name, entry);
        project.run("npm run build").await;
        outcome.emitted(&project.path("dist"));
        let site = Site::of(&project.path("dist")).await;
        hold(page, sandbox, &page_of(&site.url("/"), sandbox), outcome.modules()).await;
        outcome.print();
    });
}

/// Opens what Vite serves for development.
fn vite_serves(entry: Entry) {
    on_sandbox(async |page, sandbox| {
        let label = if entry == Entry::Inline { "vite dev ./inline" } else { "vite dev" };
        let outcome = Outcome::begin(label, entry);
        let project = Project::of("vite", entry);
        let server = Server::start(&project, "npm run dev -- --host 127.0.0.1 --port PORT --strictPort").await;
        hold(page, sandbox, &page_of(&server.url("/"), sandbox), outcome.modules()).await;
        outcome.print();
    });
}

#[test]
fn vite_emits_one_module() {
    builds("vite", Entry::Module);
}

#[test]
fn vite_emits_no_module_for_inline() {
    builds("vite", Entry::Inline);
}

#[test]
fn webpack_emits_one_module() {
    builds("webpack", Entry::Module);
}

#[test]
fn webpack_emits_no_module_for_inline() {
    builds("webpack", Entry::Inline);
}

#[test]
fn rspack_emits_one_module() {
    builds("rspack", Entry::Module);
}

#[test]
fn rspack_emits_no_module_for_inline() {
    builds("rspack", Entry::Inline);
}

#[test]
fn esbuild_emits_one_module() {
    builds("esbuild", Entry::Module);
}

#[test]
fn esbuild_emits_no_module_for_inline() {
    builds("esbuild", Entry::Inline);
}

#[test]
fn rollup_emits_one_module() {
    builds("rollup", Entry::Module);
}

#[test]
fn rollup_emits_no_module_for_inline() {
    builds("rollup", Entry::Inline);
}

#[test]
fn parcel_emits_one_module() {
    builds("parcel", Entry::Module);
}

#[test]
fn parcel_emits_no_module_for_inline() {
    builds("parcel", Entry::Inline);
}

#[test]
fn vite_serves_the_module_in_development() {
    vite_serves(Entry::Module);
}

#[test]
fn vite_serves_inline_in_development() {
    vite_serves(Entry::Inline);
}
