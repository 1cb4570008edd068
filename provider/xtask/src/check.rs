//! `cargo xtask check`: what every commit must hold.

mod deny;
mod dependencies;
mod sizes;
mod words;

use std::fs;

use anyhow::{Context, bail};

use crate::generate;
use crate::repo::{Repo, cargo};
use crate::run::run as run_program;

/// One check: fails with what is wrong.
type Check = fn(&Repo) -> anyhow::Result<()>;

/// Runs every check, all of them even after one has failed.
pub(crate) fn run(repo: &Repo) -> anyhow::Result<()> {
    let checks: [(&str, Check); 7] = [
        ("dependency direction", dependency_direction),
        ("file sizes", file_sizes),
        ("words that do not belong", forbidden_words),
        ("formatting", formatting),
        ("licences, bans, sources", deny::run),
        ("lints", lints),
        ("generated files", generate::check),
    ];
    let mut failed = Vec::new();
    for (name, check) in checks {
        eprintln!("--- {name}");
        match check(repo) {
            Ok(()) => eprintln!("ok: {name}"),
            Err(error) => {
                eprintln!("failed: {name}: {error:#}");
                failed.push(name);
            }
        }
    }
    if !failed.is_empty() {
        bail!(
            "{} of {} checks failed: {}",
            failed.len(),
            checks.len(),
            failed.join("; ")
        );
    }
    println!("{} checks passed", checks.len());
    Ok(())
}

fn formatting(repo: &Repo) -> anyhow::Result<()> {
    run_program(
        cargo()
            .current_dir(&repo.root)
            .args(["fmt", "--all", "--", "--check"]),
    )
    .context("`cargo fmt --all` mends it")
}

fn lints(repo: &Repo) -> anyhow::Result<()> {
    run_program(cargo().current_dir(&repo.root).args([
        "clippy",
        "--workspace",
        "--all-targets",
        "--",
        "-D",
        "warnings",
    ]))
}

fn dependency_direction(repo: &Repo) -> anyhow::Result<()> {
    let edges = dependencies::edges(repo);
    report(&dependencies::violations(&edges))
}

fn file_sizes(repo: &Repo) -> anyhow::Result<()> {
    let mut files = Vec::new();
    for file in repo.files()? {
        if file.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(repo.root.join(&file))
                .with_context(|| format!("cannot read {}", file.display()))?;
            files.push((file.display().to_string(), text));
        }
    }
    let sizes = sizes::measure(&files);
    for (file, lines) in sizes.worth_splitting() {
        eprintln!("note: {file} has {lines} lines: think about splitting it");
    }
    eprintln!(
        "note: {} Rust files, median {} lines",
        files.len(),
        sizes.median()
    );
    report(&sizes.violations())
}

fn forbidden_words(repo: &Repo) -> anyhow::Result<()> {
    let mut found = Vec::new();
    for file in repo.files()? {
        let bytes = fs::read(repo.root.join(&file))
            .with_context(|| format!("cannot read {}", file.display()))?;
        // What is not text was not written by a person.
        if let Ok(text) = String::from_utf8(bytes) {
            found.extend(words::violations(&file.display().to_string(), &text));
        }
    }
    report(&found)
}

fn report(violations: &[String]) -> anyhow::Result<()> {
    for violation in violations {
        eprintln!("{violation}");
    }
    match violations.len() {
        0 => Ok(()),
        1 => bail!("one violation"),
        count => bail!("{count} violations"),
    }
}
