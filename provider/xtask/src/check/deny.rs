//! cargo-deny, installed when it is missing.

use std::process::Stdio;

use anyhow::Context;

use crate::repo::{Repo, cargo};
use crate::run::run as run_program;

/// The version that `deny.toml` was written for.
const VERSION: &str = "0.20.2";

/// Checks licences, bans and sources against `deny.toml`. Advisories need a database from the
/// network and are left to releases.
pub(super) fn run(repo: &Repo) -> anyhow::Result<()> {
    if !is_installed() {
        eprintln!("cargo-deny is missing: installing it (about a minute)");
        install().context(
            "cannot install cargo-deny: run `cargo install --locked cargo-deny` where a crate \
             registry can be reached",
        )?;
    }
    run_program(cargo().current_dir(&repo.root).args([
        "deny",
        "--log-level=error",
        "check",
        "bans",
        "licenses",
        "sources",
    ]))
}

fn is_installed() -> bool {
    let output = cargo()
        .args(["deny", "--version"])
        .stdin(Stdio::null())
        .output();
    output.is_ok_and(|output| output.status.success())
}

fn install() -> anyhow::Result<()> {
    run_program(
        cargo()
            .args(["install", "--locked", "cargo-deny", "--version", VERSION])
            // It runs for a second; compiling it with optimisation takes minutes.
            .args(["--profile", "dev"])
            // Its build must not end up among ours.
            .env_remove("CARGO_TARGET_DIR"),
    )
}
