//! The README's example and each guide in `docs/guides/` with files in it, followed word for word.

use std::{ffi::OsStr, fs, path::Path};

use packaging::{Entry, Guide, Outcome, Project, Server, Site, hold, hold_in_widget, on_sandbox};

#[test]
fn plain_page() {
    on_sandbox(async |page, sandbox| {
        let guide = Guide::read("docs/guides/plain-page.md");
        let project = Project::empty("guide-plain-page");
        guide.says("node_modules/poly-messaging-web/pkg/");
        project.copy_package("poly-messaging");
        guide.follow(&project, sandbox);
        let site = Site::of(&project.path("")).await;
        let outcome = Outcome::begin("guide plain-page", Entry::Module);
        hold(page, sandbox, &site.url("/index.html"), 1).await;
        outcome.print();
    });
}

#[test]
fn plain_page_with_classic_scripts() {
    on_sandbox(async |page, sandbox| {
        let project = Project::empty("guide-classic");
        project.copy_package("poly-messaging");
        Guide::read("docs/guides/plain-page.md").follow(&project, sandbox);
        let site = Site::of(&project.path("")).await;
        let outcome = Outcome::begin("guide classic", Entry::Inline);
        hold(page, sandbox, &site.url("/classic.html"), 0).await;
        outcome.print();
    });
}

#[test]
fn widget_by_a_script_tag() {
    widget_on_a_plain_page("script.html", Entry::Inline);
}

#[test]
fn widget_as_an_element() {
    widget_on_a_plain_page("element.html", Entry::Module);
}

/// Follows the guide to the widget as far as a page that no tool builds.
fn widget_on_a_plain_page(name: &str, entry: Entry) {
    on_sandbox(async |page, sandbox| {
        let outcome = Outcome::begin(&format!("guide widget {name}"), entry);
        let guide = Guide::read("docs/guides/widget.md");
        let project = Project::empty(&format!("guide-widget-{}", name.trim_end_matches(".html")));
        guide.says("node_modules/poly-messaging-web/pkg/");
        project.copy_package("poly-messaging");
        guide.follow(&project, sandbox);
        let site = Site::of(&project.path("")).await;
        hold_in_widget(page, sandbox, &site.url(&format!("/{name}")), outcome.modules()).await;
        outcome.print();
    });
}

#[test]
fn widget_built_by_vite() {
    on_sandbox(async |page, sandbox| {
        let mut outcome = Outcome::begin("guide widget vite", Entry::Module);
        let guide = Guide::read("docs/guides/widget.md");
        let project = Project::empty("guide-widget-vite");
        guide.follow(&project, sandbox);
        guide.says("npx vite build");
        project.run("npx vite build").await;
        outcome.emitted(&project.path("dist"));
        let site = Site::of(&project.path("dist")).await;
        hold_in_widget(page, sandbox, &site.url("/"), outcome.modules()).await;
        outcome.print();
    });
}

#[test]
fn readme() {
    built_by_vite("README.md");
}

#[test]
fn vite() {
    built_by_vite("docs/guides/vite.md");
}

#[test]
fn react() {
    built_by_vite("docs/guides/react.md");
}

/// Follows a guide that builds its page by Vite.
fn built_by_vite(path: &str) {
    on_sandbox(async |page, sandbox| {
        let name = Path::new(path).file_stem().and_then(OsStr::to_str).expect("a guide has a name").to_lowercase();
        let mut outcome = Outcome::begin(&format!("guide {name}"), Entry::Module);
        let guide = Guide::read(path);
        let project = Project::empty(&format!("guide-{name}"));
        guide.follow(&project, sandbox);
        guide.says("npx vite build");
        project.run("npx vite build").await;
        outcome.emitted(&project.path("dist"));
        let site = Site::of(&project.path("dist")).await;
        hold(page, sandbox, &site.url("/"), outcome.modules()).await;
        outcome.print();
    });
}

#[test]
fn next() {
    on_sandbox(async |page, sandbox| {
        let mut outcome = Outcome::begin("guide next", Entry::Module);
        let guide = Guide::read("docs/guides/next.md");
        let project = Project::empty("guide-next");
        guide.follow(&project, sandbox);
        guide.says("npx next build");
        guide.says("npx next start");
        project.run("npx next build").await;
        outcome.emitted(&project.path(".next/static"));
        let server = Server::start(&project, "npx next start --hostname 127.0.0.1 --port PORT").await;
        hold(page, sandbox, &server.url("/"), outcome.modules()).await;
        outcome.print();
    });
}

/// What `ng new` makes beside the guide's files. Its libraries are linked as the page starts.
const ANGULAR: [(&str, &str); 3] = [
    (
        "index.html",
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\" /><title>Chat</title></head>
        <body><app-root></app-root><script type=\"module\" src=\"main.js\"></script></body></html>",
    ),
    (
        "src/main.ts",
        "import \"@angular/compiler\";
        import { bootstrapApplication } from \"@angular/platform-browser\";
        import { App } from \"./app/app\";

        bootstrapApplication(App).catch((error: unknown) => console.error(error));",
    ),
    (
        "tsconfig.json",
        r#"{
            "compilerOptions": {
                "strict": true, "noImplicitOverride": true, "noPropertyAccessFromIndexSignature": true, "noImplicitReturns": true,
                "noFallthroughCasesInSwitch": true, "skipLibCheck": true, "isolatedModules": true, "experimentalDecorators": true,
                "useDefineForClassFields": false, "target": "ES2022", "module": "preserve", "types": [], "rootDir": "src", "noEmit": true
            },
            "angularCompilerOptions": {
                "strictInjectionParameters": true, "strictInputAccessModifiers": true, "strictTemplates": true
            },
            "include": ["src/**/*.ts"]
        }"#,
    ),
];

#[test]
fn angular() {
    on_sandbox(async |page, sandbox| {
        let outcome = Outcome::begin("guide angular", Entry::Inline);
        let guide = Guide::read("docs/guides/angular.md");
        let project = Project::empty("guide-angular");
        guide.follow(&project, sandbox);
        for (path, content) in ANGULAR {
            project.write(path, content);
        }
        // `ng` itself does not run on every Node.js that the tests do; its compiler does, templates and all.
        project.run("npx ngc --project tsconfig.json").await;
        project.run("npx esbuild src/main.ts --bundle --format=esm --outfile=main.js").await;
        let site = Site::of(&project.path("")).await;
        hold(page, sandbox, &site.url("/index.html"), 0).await;
        outcome.print();
    });
}

#[test]
fn every_guide_with_files_is_followed() {
    let folder = e2e::project_root().join("docs/guides");
    let mut found: Vec<_> = fs::read_dir(folder)
        .expect("docs/guides is there")
        .map(|entry| entry.expect("a file").path())
        .filter(|path| fs::read_to_string(path).is_ok_and(|text| text.contains(" title=\"")))
        .filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned()))
        .collect();
    found.sort();
    let followed = ["angular", "next", "plain-page", "react", "tokens", "vite", "widget"];
    assert_eq!(found, followed, "this file follows each of them, but for tokens (tests/e2e/tests/chat/tokens.rs)");
}
