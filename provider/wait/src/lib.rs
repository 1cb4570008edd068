//! Deadlines, cancellation, backoff and conditions.
//!
//! Everything in the provider that waits, waits through this crate, so that every wait knows how
//! long it may take and stops when Terraform asks the provider to stop. It is also the only place
//! that sleeps. It does no input or output of its own and knows no other crate of the workspace.

mod backoff;
mod retry;
mod scope;
mod until;

pub use backoff::{Backoff, InvalidBackoff};
pub use retry::{Class, RetryError, retry};
pub use scope::{Interrupted, Scope};
pub use until::{Progress, UntilError, until};

/// The monotonic clock that deadlines are told in; it stands still in tests with paused time.
pub use tokio::time::Instant;
