//! A program between Terraform and a provider that notes what the provider has used.
//!
//! The mirror holds a script that runs `cargo xtask`'s own program with this command. Standard
//! streams and environment pass through, so neither side notices.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, ensure};
use nix::sys::resource::{UsageWho, getrusage};

/// What can be said on the command line.
#[derive(Debug, clap::Args)]
pub(crate) struct Meter {
    /// The file that one line for each run is added to.
    log: PathBuf,
    /// The provider.
    program: PathBuf,
}

/// What one or more runs of a provider used.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Usage {
    /// User and system time together, in milliseconds.
    pub(super) cpu_ms: f64,
    /// The largest resident set, in MiB.
    pub(super) peak_mib: f64,
}

impl Meter {
    /// Runs the provider to its end.
    pub(crate) fn run(&self) -> anyhow::Result<()> {
        let status = Command::new(&self.program)
            .status()
            .with_context(|| format!("cannot run {}", self.program.display()))?;
        let usage = getrusage(UsageWho::RUSAGE_CHILDREN)?;
        let (user, system) = (usage.user_time(), usage.system_time());
        let micros = |time: nix::sys::time::TimeVal| time.tv_sec() * 1_000_000 + time.tv_usec();
        let mut log = OpenOptions::new()
            .create(true)
            .append(true)
            .open(&self.log)?;
        let cpu = micros(user) + micros(system);
        // One write, since several may write at once.
        log.write_all(format!("{cpu} {}\n", usage.max_rss()).as_bytes())?;
        ensure!(status.success(), "the provider ended with {status}");
        Ok(())
    }
}

/// The text of a script that runs a provider under the meter.
pub(super) fn script(meter: &Path, log: &Path, program: &Path) -> String {
    let quote = |path: &Path| format!("'{}'", path.display().to_string().replace('\'', r"'\''"));
    format!(
        "#!/bin/sh\nexec {} meter {} {}\n",
        quote(meter),
        quote(log),
        quote(program)
    )
}

/// The sum of times and the largest peak of all runs in a log.
pub(super) fn read(log: &str) -> anyhow::Result<Usage> {
    let mut total = Usage::default();
    ensure!(!log.trim().is_empty(), "the provider was not run");
    for line in log.lines() {
        let (cpu, rss) = line
            .split_once(' ')
            .context("a line of the meter has no two numbers")?;
        // Microseconds, and KiB.
        total.cpu_ms += cpu.parse::<f64>()? / 1000.0;
        total.peak_mib = total.peak_mib.max(rss.parse::<f64>()? / 1024.0);
    }
    Ok(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_added_up_and_the_largest_peak_counts() {
        let total = read("1500 2048\n500 1024\n").unwrap();
        assert_eq!(
            total,
            Usage {
                cpu_ms: 2.0,
                peak_mib: 2.0
            }
        );
        assert!(read("").is_err());
    }

    #[test]
    fn a_path_with_quotes_stays_one_word() {
        let text = script(Path::new("/x"), Path::new("/it's"), Path::new("/y z"));
        assert_eq!(text, "#!/bin/sh\nexec '/x' meter '/it'\\''s' '/y z'\n");
    }
}
