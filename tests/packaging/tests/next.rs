//! Next.js: rendered on its server, taken over by the browser, as in production.

use packaging::{Entry, Outcome, Project, Server, hold, on_sandbox};

/// Builds the project and opens what its server renders.
fn renders(name: &str, label: &str, entry: Entry) {
    on_sandbox(async |page, sandbox| {
        let mut outcome = Outcome::begin(label, entry);
        let project = Project::of(name, Entry::Module);
        project.run_with("npm run build", &[("NEXT_PUBLIC_API_URL", &sandbox.url("/api/v1"))]).await;
        outcome.emitted(&project.path(".next/static"));
        let server = Server::start(&project, "npm start -- --hostname 127.0.0.1 --port PORT").await;
        let html = project.run(&format!("curl --silent --fail {}", server.url("/"))).await;
        assert!(html.contains("<p role=\"status\">idle</p>"), "the server does not render a chat: {html}");
        hold(page, sandbox, &server.url("/"), outcome.modules()).await;
        outcome.print();
    });
}

#[test]
fn next_renders_a_chat_and_emits_one_module() {
    renders("next", "next", Entry::Module);
}

#[test]
fn next_emits_no_module_for_inline() {
    renders("next-inline", "next ./inline", Entry::Inline);
}
