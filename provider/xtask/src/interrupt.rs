//! Ctrl-C: the program that runs is asked to stop, once per signal, and what was set up is removed.

use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};

use anyhow::{Context, ensure};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tokio::signal::unix::{SignalKind, signal};

const NONE: i32 = 0;

/// Turns SIGINT and SIGTERM into a flag, and into one SIGINT for the program that runs.
#[derive(Clone, Debug)]
pub(crate) struct Interrupts {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    seen: AtomicBool,
    child: AtomicI32,
}

impl Interrupts {
    /// From now on, signals no longer end this process.
    pub(crate) fn catch() -> anyhow::Result<Self> {
        let shared = Arc::new(Shared {
            seen: AtomicBool::new(false),
            child: AtomicI32::new(NONE),
        });
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_io()
            .build()
            .context("cannot start a runtime for signals")?;
        let (mut interrupt, mut terminate) = {
            let _inside = runtime.enter();
            (
                signal(SignalKind::interrupt())?,
                signal(SignalKind::terminate())?,
            )
        };
        let state = Arc::clone(&shared);
        std::thread::spawn(move || {
            runtime.block_on(async move {
                loop {
                    tokio::select! {
                        _ = interrupt.recv() => {}
                        _ = terminate.recv() => {}
                    }
                    state.seen.store(true, Ordering::SeqCst);
                    let child = state.child.load(Ordering::SeqCst);
                    if child != NONE {
                        // One that has ended meanwhile needs no signal.
                        kill(Pid::from_raw(child), Signal::SIGINT).ok();
                    }
                }
            });
        });
        Ok(Self { shared })
    }

    /// An error once a signal has been seen.
    pub(crate) fn check(&self) -> anyhow::Result<()> {
        ensure!(!self.shared.seen.load(Ordering::SeqCst), "interrupted");
        Ok(())
    }

    /// Starts a program in a process group of its own, so that a Ctrl-C at the terminal reaches it
    /// through us and not twice, and waits for it with `wait`.
    pub(crate) fn wait_for(
        &self,
        command: &mut Command,
        wait: impl FnOnce(&mut Child) -> std::io::Result<ExitStatus>,
    ) -> anyhow::Result<ExitStatus> {
        self.check()?;
        let mut child = command
            .process_group(0)
            .spawn()
            .with_context(|| format!("cannot run {}", crate::run::show(command)))?;
        let pid = i32::try_from(child.id()).unwrap_or(NONE);
        self.shared.child.store(pid, Ordering::SeqCst);
        let status = wait(&mut child);
        self.shared.child.store(NONE, Ordering::SeqCst);
        let status = status?;
        self.check()?;
        Ok(status)
    }
}
