//! The OpenSSH server.

use std::process::Command;

use anyhow::{Context, bail};
use nix::unistd::geteuid;

use crate::run::run;
use crate::tools::find;

const PROGRAMS: [&str; 2] = ["sshd", "ssh-keygen"];

/// Installs the OpenSSH server where it is missing and that is possible.
///
/// # Errors
/// When it is missing and cannot be installed; the error says what to do.
pub(crate) fn ensure() -> anyhow::Result<()> {
    if PROGRAMS.iter().all(|program| find(program).is_some()) {
        return Ok(());
    }
    let remedy =
        "install the OpenSSH server; on Debian and Ubuntu: sudo apt-get install openssh-server";
    if !geteuid().is_root() {
        bail!("sshd is not installed and only root may install it: {remedy}");
    }
    if find("apt-get").is_none() {
        bail!("sshd is not installed and there is no apt-get to install it with: {remedy}");
    }
    eprintln!("sshd is not installed: installing the package openssh-server");
    let apt = || {
        let mut command = Command::new("apt-get");
        command.env("DEBIAN_FRONTEND", "noninteractive");
        command
    };
    run(apt().args(["update", "--quiet"])).context(remedy)?;
    run(apt().args([
        "install",
        "--yes",
        "--quiet",
        "--no-install-recommends",
        "openssh-server",
    ]))
    .context(remedy)
}
