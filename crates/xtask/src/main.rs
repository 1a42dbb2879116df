//! The project's tooling.

fn main() {}
