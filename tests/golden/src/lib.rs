//! Runs providers under the real terraform and tofu: a file system mirror, a command line
//! configuration and a project in a directory of their own, and what came out of each run.
//!
//! Everything here is for tests: what goes wrong panics, with the command and its output.
#![allow(clippy::disallowed_methods, reason = "terraform and tofu are programs")]
#![allow(
    clippy::panic,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "tests fail so"
)]

mod compare;
mod outcome;
mod project;
mod tool;

pub use compare::{Redact, matches_file};
pub use outcome::{Found, Outcome, at};
pub use project::{Plugin, Project};
pub use tool::{Cli, Tool};
