//! A [`Scope`]: how long work may take, and whether it was called off.

use std::future::Future;
use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// A cancellation and, optionally, a deadline. Cheap to clone; clones share both.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    token: CancellationToken,
    deadline: Option<Instant>,
}

/// Why work ended before its result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Interrupted {
    /// Somebody called [`Scope::cancel`] on the scope or on one it descends from.
    #[error("cancelled")]
    Cancelled,
    /// The scope's deadline passed.
    #[error("deadline exceeded")]
    DeadlineExceeded,
}

impl Scope {
    /// A scope without a deadline that nobody has cancelled.
    pub fn new() -> Self {
        Self::default()
    }

    /// Calls off the work of this scope, of its clones and of its children, at once and for good.
    pub fn cancel(&self) {
        self.token.cancel();
    }

    /// Whether this scope or one it descends from was cancelled.
    pub fn is_cancelled(&self) -> bool {
        self.token.is_cancelled()
    }

    /// The moment at which the work is given up, if there is one.
    pub fn deadline(&self) -> Option<Instant> {
        self.deadline
    }

    /// A scope that is cancelled with this one but can be cancelled alone, with the same deadline.
    pub fn child(&self) -> Scope {
        Scope {
            token: self.token.child_token(),
            deadline: self.deadline,
        }
    }

    /// A child that ends after `limit`, or with this scope if that is earlier.
    ///
    /// A limit too long for the clock to express is no limit.
    pub fn within(&self, limit: Duration) -> Scope {
        let mut child = self.child();
        if let Some(own) = Instant::now().checked_add(limit) {
            child.deadline = Some(self.deadline.map_or(own, |outer| outer.min(own)));
        }
        child
    }

    /// Time left until the deadline, zero when it has passed, `None` without a deadline.
    pub fn remaining(&self) -> Option<Duration> {
        self.deadline
            .map(|deadline| deadline.saturating_duration_since(Instant::now()))
    }

    /// Fails when the scope is cancelled or past its deadline.
    ///
    /// # Errors
    /// [`Interrupted`]; a cancellation is told in preference to a deadline.
    pub fn check(&self) -> Result<(), Interrupted> {
        if self.is_cancelled() {
            return Err(Interrupted::Cancelled);
        }
        match self.remaining() {
            Some(left) if left.is_zero() => Err(Interrupted::DeadlineExceeded),
            _ => Ok(()),
        }
    }

    /// Runs `work` until it is done or the scope ends; the future is then dropped.
    ///
    /// A scope that has ended already does not poll the future at all.
    ///
    /// # Errors
    /// [`Interrupted`] when the scope ended first.
    pub async fn run<F: Future>(&self, work: F) -> Result<F::Output, Interrupted> {
        self.check()?;
        tokio::select! {
            biased;
            output = work => Ok(output),
            why = self.interrupted() => Err(why),
        }
    }

    /// Waits for the end of the scope, for ever if it has no deadline and nobody cancels it.
    pub async fn interrupted(&self) -> Interrupted {
        let past_deadline = async {
            match self.deadline {
                Some(deadline) => tokio::time::sleep_until(deadline).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            () = self.token.cancelled() => Interrupted::Cancelled,
            () = past_deadline => Interrupted::DeadlineExceeded,
        }
    }

    /// Lets `pause` go by.
    ///
    /// # Errors
    /// [`Interrupted`], as soon as the scope ends.
    pub async fn sleep(&self, pause: Duration) -> Result<(), Interrupted> {
        #[expect(clippy::disallowed_methods, reason = "the one place that sleeps")]
        let nap = tokio::time::sleep(pause);
        self.run(nap).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[tokio::test(start_paused = true)]
    async fn a_deadline_ends_work_at_its_time() {
        let scope = Scope::new().within(3 * SECOND);
        let start = Instant::now();
        let result = scope.run(std::future::pending::<()>()).await;
        assert_eq!(result, Err(Interrupted::DeadlineExceeded));
        assert_eq!(start.elapsed().as_secs(), 3);
        assert_eq!(scope.check(), Err(Interrupted::DeadlineExceeded));
        assert_eq!(scope.remaining(), Some(Duration::ZERO));
    }

    #[tokio::test(start_paused = true)]
    async fn the_earlier_deadline_wins() {
        let outer = Scope::new().within(2 * SECOND);
        assert_eq!(outer.within(5 * SECOND).deadline(), outer.deadline());
        assert!(outer.within(SECOND).deadline() < outer.deadline());
        assert_eq!(outer.within(Duration::MAX).deadline(), outer.deadline());
        assert_eq!(Scope::new().within(Duration::MAX).deadline(), None);
    }

    #[tokio::test(start_paused = true)]
    async fn a_child_is_cancelled_with_its_parent_but_not_the_other_way() {
        let parent = Scope::new();
        let child = parent.child();
        let other = parent.within(SECOND);
        child.cancel();
        assert!(child.is_cancelled() && !parent.is_cancelled() && !other.is_cancelled());
        parent.cancel();
        assert_eq!(other.check(), Err(Interrupted::Cancelled));
        assert_eq!(other.sleep(SECOND).await, Err(Interrupted::Cancelled));
    }

    #[tokio::test(start_paused = true)]
    async fn cancelling_wakes_a_sleeper_at_once() {
        let scope = Scope::new();
        let sleeper = tokio::spawn({
            let scope = scope.clone();
            async move { scope.sleep(3600 * SECOND).await }
        });
        tokio::task::yield_now().await;
        let start = Instant::now();
        scope.cancel();
        assert_eq!(sleeper.await.unwrap(), Err(Interrupted::Cancelled));
        assert!(start.elapsed() < SECOND);
    }

    #[tokio::test(start_paused = true)]
    async fn finished_work_beats_the_deadline_and_an_ended_scope_starts_nothing() {
        let scope = Scope::new().within(SECOND);
        assert_eq!(scope.run(std::future::ready(7)).await, Ok(7));
        scope.cancel();
        let mut started = false;
        let result = scope.run(async { started = true }).await;
        assert_eq!(result, Err(Interrupted::Cancelled));
        assert!(!started);
    }
}
