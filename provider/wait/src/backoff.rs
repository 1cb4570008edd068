//! Pauses between attempts.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::time::Duration;

/// Growing pauses: `first`, then each `factor` times the one before, never above `max`, each
/// shortened by a random share of up to `jitter` so that many callers do not come back together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Backoff {
    first: Duration,
    max: Duration,
    factor: f64,
    jitter: f64,
}

/// Why numbers do not make a [`Backoff`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidBackoff {
    /// A pause of zero would be a busy loop.
    #[error("the first pause must be longer than zero")]
    ZeroPause,
    /// `first` is above `max`.
    #[error("the first pause must not be longer than the longest")]
    FirstAboveMax,
    /// `factor` shrinks the pauses or is no number.
    #[error("the factor must be a finite number of at least 1")]
    Factor,
    /// `jitter` is not a share.
    #[error("the jitter must be between 0 and 1")]
    Jitter,
}

impl Backoff {
    /// A backoff with a jitter of a fifth.
    ///
    /// # Errors
    /// [`InvalidBackoff`] names the number that is out of range.
    pub fn new(first: Duration, max: Duration, factor: f64) -> Result<Self, InvalidBackoff> {
        if first.is_zero() {
            return Err(InvalidBackoff::ZeroPause);
        }
        if first > max {
            return Err(InvalidBackoff::FirstAboveMax);
        }
        if !factor.is_finite() || factor < 1.0 {
            return Err(InvalidBackoff::Factor);
        }
        Ok(Self {
            first,
            max,
            factor,
            jitter: 0.2,
        })
    }

    /// The same pause every time, without jitter.
    ///
    /// # Errors
    /// [`InvalidBackoff::ZeroPause`].
    pub fn constant(pause: Duration) -> Result<Self, InvalidBackoff> {
        Self::new(pause, pause, 1.0)?.with_jitter(0.0)
    }

    /// The share (0 to 1) of a pause that chance may take off.
    ///
    /// # Errors
    /// [`InvalidBackoff::Jitter`].
    pub fn with_jitter(self, jitter: f64) -> Result<Self, InvalidBackoff> {
        if (0.0..=1.0).contains(&jitter) {
            Ok(Self { jitter, ..self })
        } else {
            Err(InvalidBackoff::Jitter)
        }
    }

    /// The pause after attempt number `attempt`, counted from zero.
    pub fn pause(&self, attempt: u32) -> Duration {
        let exponent = i32::try_from(attempt).unwrap_or(i32::MAX);
        let grown = self.first.as_secs_f64() * self.factor.powi(exponent);
        // The growth may reach infinity, which `min` brings back into range.
        let capped = grown.min(self.max.as_secs_f64());
        Duration::from_secs_f64(capped * (1.0 - self.jitter * share()))
    }
}

impl Default for Backoff {
    /// 200 ms, doubled up to 10 s.
    fn default() -> Self {
        Self {
            first: Duration::from_millis(200),
            max: Duration::from_secs(10),
            factor: 2.0,
            jitter: 0.2,
        }
    }
}

/// A random number in `0..1`. Every `RandomState` has keys of its own, which is random enough to
/// spread callers out and needs no generator.
fn share() -> f64 {
    let bits = RandomState::new().build_hasher().finish() >> 40;
    f64::from(u32::try_from(bits).unwrap_or(0)) / f64::from(1_u32 << 24)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    #[test]
    fn pauses_grow_up_to_the_longest() {
        let backoff = Backoff::new(100 * MS, 1000 * MS, 3.0)
            .unwrap()
            .with_jitter(0.0)
            .unwrap();
        let pauses: Vec<u128> = (0..4).map(|n| backoff.pause(n).as_millis()).collect();
        assert_eq!(pauses, [100, 300, 900, 1000]);
        assert_eq!(backoff.pause(u32::MAX), 1000 * MS);
    }

    #[test]
    fn jitter_only_shortens_and_varies() {
        let backoff = Backoff::constant(1000 * MS)
            .unwrap()
            .with_jitter(0.5)
            .unwrap();
        let pauses: Vec<Duration> = (0..50).map(|n| backoff.pause(n)).collect();
        assert!(
            pauses
                .iter()
                .all(|pause| (500 * MS..=1000 * MS).contains(pause))
        );
        assert!(pauses.iter().any(|pause| *pause != pauses[0]));
    }

    #[test]
    fn numbers_out_of_range_are_named() {
        assert_eq!(
            Backoff::new(Duration::ZERO, MS, 1.0),
            Err(InvalidBackoff::ZeroPause)
        );
        assert_eq!(
            Backoff::new(2 * MS, MS, 1.0),
            Err(InvalidBackoff::FirstAboveMax)
        );
        for factor in [0.5, f64::NAN, f64::INFINITY] {
            assert_eq!(Backoff::new(MS, MS, factor), Err(InvalidBackoff::Factor));
        }
        for jitter in [-0.1, 1.1, f64::NAN] {
            assert_eq!(
                Backoff::default().with_jitter(jitter),
                Err(InvalidBackoff::Jitter)
            );
        }
    }
}
