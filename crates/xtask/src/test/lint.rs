//! The jobs that read the sources: formatting, lints, and the documentation's links.

use super::{
    PACKAGE, PACKAGES,
    pool::{Job, Lock},
    supply, webview,
};
use crate::{steps::run, tools};

pub(super) fn jobs() -> Vec<Job> {
    let mut jobs = vec![
        Job::check("rustfmt", || {
            tools::rust_component("fmt", "rustfmt")?;
            for arguments in [&["--all"][..], &["--manifest-path", webview::MANIFEST]] {
                run(tools::cargo().args(["fmt", "--check"]).args(arguments), "`cargo fmt` puts it right.")?;
            }
            Ok(())
        }),
        Job::check("clippy", || {
            tools::rust_component("clippy", "clippy")?;
            let clippy = |which: &[&str]| {
                let arguments = [&["clippy", "--all-targets"], which, &["--", "--deny", "warnings"]].concat();
                run(tools::cargo().args(arguments), "The lines above name the lints.")
            };
            clippy(&["--workspace", "--exclude", "poly-messaging-web"])?;
            tools::wasm_target()?;
            clippy(&["--package", "poly-messaging-web", "--target", "wasm32-unknown-unknown"])
        })
        .with(Lock::CargoTarget),
        Job::check("rustdoc", || {
            run(
                tools::cargo()
                    .args(["doc", "--no-deps", "--document-private-items", "--quiet"])
                    .args(["--package", "poly-messaging-engine", "--package", "poly-messaging-sandbox"])
                    .args(["--package", "poly-messaging-simulator"])
                    .env("RUSTDOCFLAGS", "--deny warnings"),
                "The lines above name what the docs link to in vain.",
            )
        })
        .with(Lock::CargoTarget),
        Job::check("prettier", || {
            run(
                tools::npm_program("prettier").args(["--check", "--log-level=warn", "."]),
                "`npx prettier --write .` puts it right.",
            )
        })
        .after(&[PACKAGES]),
        Job::check("eslint", || {
            run(tools::npm_program("eslint").args(["--max-warnings=0", "."]), "The lines above name the rules.")
        })
        .after(&[PACKAGE]),
    ];
    jobs.extend(supply::jobs());
    jobs
}
