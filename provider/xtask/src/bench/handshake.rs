//! How long a provider takes to say where it listens.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, ensure};
use plinth_conformance::client::{COOKIE, Identity};

use crate::bench::median;
use crate::bench::subjects::Subject;

/// Milliseconds from exec to the first line, medians by subject. The subjects take turns, so that
/// what else the machine does hits all of them.
pub(super) fn medians(subjects: &[Subject], runs: u32) -> anyhow::Result<Vec<Option<f64>>> {
    let identity = Identity::generate()?;
    let mut times = vec![Vec::new(); subjects.len()];
    // The first round brings the programs into the page cache and is not counted.
    for round in 0..=runs {
        for (subject, times) in subjects.iter().zip(&mut times) {
            let time = once(subject, identity.pem())
                .with_context(|| format!("{} does not start", subject.label))?;
            if round > 0 {
                times.push(time);
            }
        }
    }
    Ok(times.into_iter().map(median).collect())
}

fn once(subject: &Subject, certificate: &str) -> anyhow::Result<f64> {
    let mut command = Command::new(&subject.program);
    command
        .env(COOKIE.0, COOKIE.1)
        .env("PLUGIN_PROTOCOL_VERSIONS", "5,6")
        .env("PLUGIN_MIN_PORT", "10000")
        .env("PLUGIN_MAX_PORT", "25000")
        .env("PLUGIN_CLIENT_CERT", certificate)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    let start = Instant::now();
    let mut child = command.spawn()?;
    let mut line = String::new();
    if let Some(stdout) = child.stdout.take() {
        BufReader::new(stdout).read_line(&mut line)?;
    }
    let time = start.elapsed();
    child.kill()?;
    child.wait()?;
    ensure!(
        line.starts_with("1|"),
        "the first line is no handshake: {line:?}"
    );
    Ok(time.as_secs_f64() * 1000.0)
}
