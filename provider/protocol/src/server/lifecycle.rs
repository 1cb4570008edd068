//! When the process ends, and what it waits for.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use nix::unistd::{Pid, getppid};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

/// How often the parent is looked for.
///
/// The kernel's parent-death signal would be prompter, but it tells of the death of the
/// *thread* that started us, and threads of a Go program come and go.
const PARENT_CHECK: Duration = Duration::from_secs(1);

/// Why the process ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// By the protocol or by a signal.
    Asked,
    /// The process that started us is gone.
    Orphaned,
}

/// Shared by everything that can end the process or must know of it. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Lifecycle {
    ending: Arc<watch::Sender<Option<Ending>>>,
    running: Arc<watch::Sender<usize>>,
}

/// Something that runs; see [`Lifecycle::idle`].
#[derive(Debug)]
pub(super) struct Running(Arc<watch::Sender<usize>>);

impl Default for Lifecycle {
    fn default() -> Self {
        Self {
            ending: Arc::new(watch::Sender::new(None)),
            running: Arc::default(),
        }
    }
}

impl Lifecycle {
    /// Begins to end the process; only the first reason counts.
    pub(super) fn end(&self, ending: Ending) {
        self.ending.send_if_modified(|current| {
            let first = current.is_none();
            current.get_or_insert(ending);
            first
        });
    }

    /// Returns once the end has begun.
    pub(super) async fn begun(&self) -> Ending {
        let mut ending = self.ending.subscribe();
        match ending.wait_for(Option::is_some).await.map(|ending| *ending) {
            Ok(Some(ending)) => ending,
            // Not possible while `self` holds the sender; ending is the safe answer.
            Ok(None) | Err(_) => Ending::Asked,
        }
    }

    /// Counts something as running until the result is dropped.
    pub(super) fn running(&self) -> Running {
        self.running.send_modify(|count| *count += 1);
        Running(self.running.clone())
    }

    /// Returns when nothing runs any more.
    pub(super) async fn idle(&self) {
        self.running
            .subscribe()
            .wait_for(|count| *count == 0)
            .await
            .map(drop)
            .ok();
    }

    /// Returns after this time.
    pub(super) async fn expire(&self, after: Duration) {
        tokio::time::timeout(after, std::future::pending::<()>())
            .await
            .ok();
    }

    /// From now on SIGTERM ends the process. SIGINT does so, too, if asked for, and is
    /// otherwise ignored: Ctrl-C reaches Terraform and us alike, and Terraform then sends
    /// `StopProvider`.
    pub(super) fn watch_signals(&self, interrupt_ends: bool) -> io::Result<()> {
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        let lifecycle = self.clone();
        tokio::spawn(async move {
            loop {
                tokio::select! {
                    _ = terminate.recv() => break,
                    _ = interrupt.recv() => if interrupt_ends { break },
                }
            }
            lifecycle.end(Ending::Asked);
        });
        Ok(())
    }

    /// From now on the process ends when the one that started it is gone.
    pub(super) fn watch_parent(&self) {
        let lifecycle = self.clone();
        let parent: Pid = getppid();
        tokio::spawn(async move {
            let mut checks = tokio::time::interval(PARENT_CHECK);
            while getppid() == parent {
                checks.tick().await;
            }
            lifecycle.end(Ending::Orphaned);
        });
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.send_modify(|count| *count -= 1);
    }
}
