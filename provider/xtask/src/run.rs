//! Running programs and saying so.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, ensure};
use serde::Deserialize;

use crate::repo::{Repo, cargo};

/// Runs a command to its end with its output shown; anything but success is an error.
pub(crate) fn run(command: &mut Command) -> anyhow::Result<()> {
    let shown = show(command);
    eprintln!("$ {shown}");
    let status = command
        .stdin(Stdio::null())
        .status()
        .with_context(|| format!("cannot run {shown}"))?;
    ensure!(status.success(), "{shown} failed ({status})");
    Ok(())
}

/// Runs a command to its end with its output shown, every line of its standard output given to
/// `look` too; anything but success is an error.
pub(crate) fn run_watched(command: &mut Command, mut look: impl FnMut(&str)) -> anyhow::Result<()> {
    let shown = show(command);
    eprintln!("$ {shown}");
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot run {shown}"))?;
    if let Some(stdout) = child.stdout.take() {
        for line in BufReader::new(stdout).split(b'\n') {
            let line = line.with_context(|| format!("cannot read the output of {shown}"))?;
            let line = String::from_utf8_lossy(&line);
            println!("{line}");
            look(&line);
        }
    }
    let status = child.wait()?;
    ensure!(status.success(), "{shown} failed ({status})");
    Ok(())
}

/// The command as a person would type it; the directories of the program are left out.
pub(crate) fn show(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let program = program.file_name().unwrap_or(program.as_os_str());
    std::iter::once(program)
        .chain(command.get_args())
        .map(OsStr::to_string_lossy)
        .collect::<Vec<_>>()
        .join(" ")
}

#[derive(Deserialize)]
struct BuildMessage {
    executable: Option<PathBuf>,
}

/// Builds a binary of the workspace and returns where it lies.
pub(crate) fn build_binary(repo: &Repo, package: &str, release: bool) -> anyhow::Result<PathBuf> {
    let mut command = cargo();
    command
        .current_dir(&repo.root)
        .args(["build", "--package", package, "--bin", package])
        .args(release.then_some("--release"))
        .arg("--message-format=json-render-diagnostics")
        .stdin(Stdio::null())
        .stdout(Stdio::piped());
    eprintln!(
        "$ cargo build --package {package}{}",
        if release { " --release" } else { "" }
    );
    let mut child = command.spawn().context("cannot run cargo")?;
    let mut built = None;
    if let Some(stdout) = child.stdout.take() {
        for line in BufReader::new(stdout).lines() {
            let message: Result<BuildMessage, _> = serde_json::from_str(&line?);
            built = message
                .ok()
                .and_then(|message| message.executable)
                .or(built);
        }
    }
    let status = child.wait()?;
    ensure!(status.success(), "cannot build {package} ({status})");
    built.with_context(|| format!("cargo built {package} but named no program"))
}
