//! `cargo xtask storm`: how a hundred thousand clients come back to a server that restarts, by our backoff and by
//! others. Prints the report, and writes it and its picture to docs/.

use anyhow::Result;
use storm::{chart, report};

use crate::{project, steps};

/// Runs the simulation.
pub(crate) fn run() -> Result<()> {
    let page = report::page();
    print!("{page}");
    let docs = project::root().join("docs");
    steps::write(&docs.join("storm.md"), page)?;
    steps::write(&docs.join("storm.svg"), chart::picture())
}
