//! Trying again.

use std::error::Error;
use std::fmt;
use std::future::Future;

use crate::{Backoff, Interrupted, Scope};

/// Whether an error can go away by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Another attempt may succeed: refused, reset, too many requests.
    Retry,
    /// It will fail the same way again: wrong password, invalid request.
    Fail,
}

/// Why [`retry`] gave up.
#[derive(Debug)]
pub enum RetryError<E> {
    /// An attempt failed for good.
    Failed(E),
    /// The scope ended. `last` is the error of the latest attempt, if one had failed.
    Interrupted {
        /// How the scope ended.
        why: Interrupted,
        /// What the latest finished attempt failed with.
        last: Option<E>,
        /// How many attempts were made.
        attempts: u32,
    },
}

impl<E: fmt::Display> fmt::Display for RetryError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Failed(error) => error.fmt(f),
            Self::Interrupted { why, attempts, .. } => {
                write!(f, "{why} after {attempts} attempt")?;
                if *attempts == 1 {
                    Ok(())
                } else {
                    f.write_str("s")
                }
            }
        }
    }
}

impl<E: Error + 'static> Error for RetryError<E> {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Failed(error) => error.source(),
            Self::Interrupted { last, .. } => last.as_ref().map(|last| last as _),
        }
    }
}

/// Calls `attempt` (with 0, 1, …) until it succeeds, fails with an error that `classify` calls
/// final, or the scope ends. There is no limit on the attempts: the deadline of `scope` is it.
///
/// # Errors
/// [`RetryError`]. An interrupted attempt is dropped where it stands.
pub async fn retry<T, E, F>(
    scope: &Scope,
    backoff: &Backoff,
    mut attempt: impl FnMut(u32) -> F,
    classify: impl Fn(&E) -> Class,
) -> Result<T, RetryError<E>>
where
    F: Future<Output = Result<T, E>>,
{
    let mut last = None;
    let mut attempts = 0;
    loop {
        if let Err(why) = scope.check() {
            return Err(RetryError::Interrupted {
                why,
                last,
                attempts,
            });
        }
        let number = attempts;
        attempts += 1;
        match scope.run(attempt(number)).await {
            Ok(Ok(value)) => return Ok(value),
            Ok(Err(error)) if classify(&error) == Class::Fail => {
                return Err(RetryError::Failed(error));
            }
            Ok(Err(error)) => last = Some(error),
            Err(why) => {
                return Err(RetryError::Interrupted {
                    why,
                    last,
                    attempts,
                });
            }
        }
        if let Err(why) = scope.sleep(backoff.pause(number)).await {
            return Err(RetryError::Interrupted {
                why,
                last,
                attempts,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::Instant;

    fn by_text(error: &std::io::Error) -> Class {
        if error.to_string() == "busy" {
            Class::Retry
        } else {
            Class::Fail
        }
    }

    fn every_second() -> Backoff {
        Backoff::constant(Duration::from_secs(1)).unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn retries_until_success() {
        let start = Instant::now();
        let attempt = |n| async move {
            if n < 3 {
                Err(std::io::Error::other("busy"))
            } else {
                Ok(n)
            }
        };
        let value = retry(&Scope::new(), &every_second(), attempt, by_text)
            .await
            .unwrap();
        assert_eq!(value, 3);
        assert_eq!(start.elapsed().as_secs(), 3);
    }

    #[tokio::test(start_paused = true)]
    async fn a_final_error_ends_at_once() {
        let start = Instant::now();
        let attempt = |_| async { Err::<(), _>(std::io::Error::other("wrong")) };
        let error = retry(&Scope::new(), &every_second(), attempt, by_text)
            .await
            .unwrap_err();
        assert!(matches!(error, RetryError::Failed(_)));
        assert_eq!(error.to_string(), "wrong");
        assert_eq!(start.elapsed(), Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn the_deadline_tells_the_last_error() {
        let scope = Scope::new().within(Duration::from_millis(2500));
        let attempt = |_| async { Err::<(), _>(std::io::Error::other("busy")) };
        let error = retry(&scope, &every_second(), attempt, by_text)
            .await
            .unwrap_err();
        assert_eq!(error.to_string(), "deadline exceeded after 3 attempts");
        assert_eq!(error.source().unwrap().to_string(), "busy");
    }
}
