//! Programs that the commands need: found, installed, built, or an error that says what to do.

pub(crate) mod cli;
pub(crate) mod openssh;

use std::path::PathBuf;

/// The program of that name on the `PATH`, or in one of the folders where system programs lie.
pub(crate) fn find(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .chain(["/usr/sbin", "/usr/local/sbin", "/sbin"].map(PathBuf::from))
        .map(|folder| folder.join(name))
        .find(|program| program.is_file())
}
