//! The provider under the real terraform and tofu, against a real OpenSSH server.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "a test fails so, starts programs, and tells how long they took"
)]

mod by_hand;
mod errors;
mod failures;
mod hosts;
mod import;
mod interrupt;
mod lab;
mod life;
mod secrets;
mod unknown;

use plinth_golden::Cli;
use std::panic::resume_unwind;
use std::thread;
use std::time::Instant;

/// The program under test.
const PROVIDER: &str = env!("CARGO_BIN_EXE_terraform-provider-plinth");

/// Plays a scenario with both programs at a time.
fn with_both(scenario: fn(Cli)) {
    let runs = Cli::BOTH.map(|cli| {
        thread::Builder::new()
            .name(cli.to_string())
            .spawn(move || {
                let start = Instant::now();
                scenario(cli);
                eprintln!("{cli}: {:.1} s", start.elapsed().as_secs_f32());
            })
            .unwrap()
    });
    // Both end before a failure is passed on, so that each ends what it has started.
    let ended = runs.map(thread::JoinHandle::join);
    if let Some(panic) = ended.into_iter().find_map(Result::err) {
        resume_unwind(panic);
    }
}
