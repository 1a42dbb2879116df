//! What the project depends on: licences and sources by `cargo deny`, and known vulnerabilities by `cargo deny` and `npm audit`.
//!
//! Vulnerabilities are asked of databases on the network. Where one does not answer, nothing is known: the step counts as skipped,
//! and says "not checked". What a database does tell counts as failed.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Error, Result, bail};
use serde_json::Value;

use super::pool::{Job, Skip};
use crate::{
    project::root,
    steps::{self, run},
    tools,
};

/// The version of cargo-deny that is built where there is none in PATH.
const CARGO_DENY: &str = "0.20.2";

/// All workspaces. Each has a lock file of its own.
const WORKSPACES: [&str; 3] = ["", "examples/webview-host", "fuzz"];

/// All npm projects with a lock file.
const NPM_PROJECTS: [&str; 2] = ["", "tests/packaging"];

/// What gets cargo-deny ready.
pub(super) const DENY: &str = "cargo-deny";

pub(super) fn jobs() -> Vec<Job> {
    vec![
        Job::check("licences, sources", || {
            let deny = cargo_deny()?;
            each(&WORKSPACES, |folder| judge(&deny, folder, &["bans", "licenses", "sources"]))
        })
        .after(&[DENY]),
        Job::check("cargo advisories", || {
            let deny = cargo_deny()?;
            // Told apart from findings by asking for the database alone.
            if steps::ask(cargo(&deny, Path::new("")).args(["fetch", "db"])).is_none() {
                return Err(not_checked("the database of RustSec cannot be fetched"));
            }
            each(&WORKSPACES, |folder| judge(&deny, folder, &["advisories"]))
        })
        .after(&[DENY])
        .waiting(),
        Job::check("npm audit", audits).waiting(),
    ]
}

/// Finds cargo-deny, or builds it.
pub(super) fn prepare() -> Job {
    Job::prepare(DENY, || cargo_deny().map(drop))
}

/// What one answer tells counts, whether the others came or not.
fn audits() -> Result<()> {
    let (unknown, known): (Vec<_>, Vec<_>) = NPM_PROJECTS
        .map(|folder| (folder, audit(Path::new(folder))))
        .into_iter()
        .partition(|(_, answer)| matches!(answer, Ok(Audit::Unknown(_))));
    known.into_iter().try_for_each(|(folder, answer)| answer?.judge(folder))?;
    unknown.into_iter().try_for_each(|(folder, answer)| answer?.judge(folder))
}

fn not_checked(reason: &str) -> Error {
    Error::new(Skip(format!("not checked: {reason}")))
}

fn each(folders: &[&str], work: impl Fn(&Path) -> Result<()>) -> Result<()> {
    folders.iter().try_for_each(|folder| work(Path::new(folder)))
}

fn cargo_deny() -> Result<PathBuf> {
    tools::built(DENY, CARGO_DENY, &["--no-default-features"])
}

fn cargo(deny: &Path, folder: &Path) -> Command {
    let mut command = Command::new(deny);
    command.arg("--manifest-path").arg(root().join(folder).join("Cargo.toml"));
    command.arg("--config").arg(root().join("deny.toml")).args(["--locked", "--workspace", "--log-level", "error"]);
    command
}

fn judge(deny: &Path, folder: &Path, what: &[&str]) -> Result<()> {
    let mut command = cargo(deny, folder);
    if what == ["advisories"] {
        // The database has just been fetched.
        command.arg("--offline");
    }
    run(command.args(["check", "--hide-inclusion-graph"]).args(what), "deny.toml says what is allowed, and why.")
}

/// What the registry says of the packages of a lock file.
#[derive(Debug)]
enum Audit {
    /// Their vulnerabilities by name, each with how bad the worst is.
    Known(Vec<(String, String)>),
    /// It gave no answer, and why.
    Unknown(String),
}

impl Audit {
    /// `answer`: what `npm audit --json` printed.
    fn read(answer: &str) -> Result<Self> {
        let answer: Value = serde_json::from_str(answer).context("`npm audit --json` printed something else")?;
        let text = |value: &Value| value.as_str().unwrap_or("unknown").to_owned();
        if answer.get("auditReportVersion").is_none() {
            let reason = answer.get("message").or_else(|| answer["error"].get("summary"));
            return Ok(Self::Unknown(reason.map_or_else(|| "the registry does not answer".to_owned(), text)));
        }
        let found = answer["vulnerabilities"].as_object().context("`npm audit --json` lists no vulnerabilities")?;
        Ok(Self::Known(found.iter().map(|(name, about)| (name.clone(), text(&about["severity"]))).collect()))
    }

    fn judge(self, folder: &str) -> Result<()> {
        match self {
            Self::Known(found) if found.is_empty() => Ok(()),
            Self::Known(found) => {
                bail!("in {}: {found:?}; `npm audit` tells more", Path::new(folder).join("package-lock.json").display())
            }
            Self::Unknown(reason) => Err(not_checked(&reason)),
        }
    }
}

fn audit(folder: &Path) -> Result<Audit> {
    let output = tools::npm()
        .args(["audit", "--json", "--loglevel=silent"])
        .current_dir(root().join(folder))
        .output()
        .context("cannot run npm")?;
    Audit::read(&String::from_utf8_lossy(&output.stdout))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_answer_is_no_clean_answer() {
        for answer in [
            r#"{ "message": "405 Method Not Allowed", "statusCode": 405 }"#,
            r#"{ "error": { "code": "ENOTFOUND", "summary": "the registry is out of reach" } }"#,
            "{}",
        ] {
            let audit = Audit::read(answer).expect("it is JSON");
            assert!(matches!(audit, Audit::Unknown(_)), "{answer}");
            assert!(audit.judge("").is_err(), "{answer}");
        }
        assert!(Audit::read("npm error").is_err());
    }

    #[test]
    fn a_vulnerability_is_told_and_its_absence_passes() {
        let found = r#"{ "auditReportVersion": 2, "vulnerabilities": { "left-pad": { "severity": "high" } } }"#;
        let error = Audit::read(found).and_then(|audit| audit.judge("")).expect_err("there is one").to_string();
        assert!(error.contains("left-pad") && error.contains("high"), "{error}");
        let clean = r#"{ "auditReportVersion": 2, "vulnerabilities": {} }"#;
        assert!(Audit::read(clean).and_then(|audit| audit.judge("")).is_ok());
    }
}
