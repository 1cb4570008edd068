//! Waiting for a condition.

use std::error::Error;
use std::fmt;
use std::future::Future;

use crate::{Backoff, Interrupted, Scope};

/// What a state read from a system means for the one who waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// The condition holds.
    Done,
    /// Not yet, in the system's own words.
    Pending(String),
    /// It will never hold, in the system's own words.
    Failed(String),
}

/// Why [`until`] ended without its condition.
#[derive(Debug)]
pub enum UntilError<E> {
    /// The state could not be read.
    Read(E),
    /// The system says that the condition will never hold.
    Failed(String),
    /// The scope ended; `state` is what the system last said, if it was read at all.
    Interrupted {
        /// How the scope ended.
        why: Interrupted,
        /// The last pending state's own words.
        state: Option<String>,
    },
}

impl<E: fmt::Display> fmt::Display for UntilError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Read(error) => error.fmt(f),
            Self::Failed(state) => f.write_str(state),
            Self::Interrupted {
                why,
                state: Some(state),
            } => write!(f, "{why} while: {state}"),
            Self::Interrupted { why, state: None } => {
                write!(f, "{why} before the state could be read")
            }
        }
    }
}

impl<E: Error + 'static> Error for UntilError<E> {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Read(error) => error.source(),
            Self::Failed(_) | Self::Interrupted { .. } => None,
        }
    }
}

/// Reads a state, again and again with the pauses of `every`, until `condition` is done with it.
/// Returns the state that met the condition.
///
/// There is no limit but the deadline of `scope`. A read that fails ends the wait: put [`retry`]
/// into `read` where a system may be away for a while.
///
/// # Errors
/// [`UntilError`]; a timeout tells the last state's own words.
///
/// [`retry`]: crate::retry()
pub async fn until<T, E, F>(
    scope: &Scope,
    every: Backoff,
    mut read: impl FnMut() -> F,
    condition: impl Fn(&T) -> Progress,
) -> Result<T, UntilError<E>>
where
    F: Future<Output = Result<T, E>>,
{
    let mut last = None;
    let mut attempt = 0_u32;
    loop {
        let state = match scope.run(read()).await {
            Ok(state) => state.map_err(UntilError::Read)?,
            Err(why) => return Err(UntilError::Interrupted { why, state: last }),
        };
        match condition(&state) {
            Progress::Done => return Ok(state),
            Progress::Failed(words) => return Err(UntilError::Failed(words)),
            Progress::Pending(words) => last = Some(words),
        }
        if let Err(why) = scope.sleep(every.pause(attempt)).await {
            return Err(UntilError::Interrupted { why, state: last });
        }
        attempt = attempt.saturating_add(1);
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::convert::Infallible;
    use std::time::Duration;

    use super::*;

    fn every_second() -> Backoff {
        Backoff::constant(Duration::from_secs(1)).unwrap()
    }

    #[expect(
        clippy::trivially_copy_pass_by_ref,
        reason = "the shape `until` asks for"
    )]
    fn up_to_three(state: &u32) -> Progress {
        match state {
            3 => Progress::Done,
            9 => Progress::Failed("broken beyond repair".into()),
            n => Progress::Pending(format!("{n} of 3 ready")),
        }
    }

    #[tokio::test(start_paused = true)]
    async fn returns_the_state_that_met_the_condition() {
        let count = Cell::new(0);
        let read = || async {
            count.set(count.get() + 1);
            Ok::<_, Infallible>(count.get())
        };
        let state = until(&Scope::new(), every_second(), read, up_to_three)
            .await
            .unwrap();
        assert_eq!((state, count.get()), (3, 3));
    }

    #[tokio::test(start_paused = true)]
    async fn a_timeout_tells_the_last_state() {
        let scope = Scope::new().within(Duration::from_secs(30));
        let read = || async { Ok::<_, Infallible>(2) };
        let error = until(&scope, every_second(), read, up_to_three)
            .await
            .unwrap_err();
        assert_eq!(error.to_string(), "deadline exceeded while: 2 of 3 ready");
    }

    #[tokio::test(start_paused = true)]
    async fn a_failed_state_and_a_failed_read_end_at_once() {
        let read = || async { Ok::<_, Infallible>(9) };
        let error = until(&Scope::new(), every_second(), read, up_to_three)
            .await
            .unwrap_err();
        assert_eq!(error.to_string(), "broken beyond repair");

        let read = || async { Err::<u32, _>(std::io::Error::other("no route")) };
        let error = until(&Scope::new(), every_second(), read, up_to_three)
            .await
            .unwrap_err();
        assert!(matches!(error, UntilError::Read(_)));
        assert_eq!(error.to_string(), "no route");
    }

    #[tokio::test(start_paused = true)]
    async fn a_cancelled_scope_reads_nothing() {
        let scope = Scope::new();
        scope.cancel();
        let read = || async { Ok::<u32, Infallible>(3) };
        let error = until(&scope, every_second(), read, up_to_three)
            .await
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            "cancelled before the state could be read"
        );
    }
}
