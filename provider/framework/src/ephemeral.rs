//! Ephemeral resources: values that are in no plan and no state.

use std::future::Future;
use std::time::{Duration, SystemTime};

use crate::context::Context;
use crate::model::Model;
use crate::view::View;
use crate::{Diagnostics, Private, Result};

/// Something opened for the time of one plan or apply.
pub trait EphemeralResource: Send + Sync + 'static {
    /// Type name without the provider's prefix.
    const TYPE: &'static str;

    /// How long opening, renewing and closing may each take.
    const TIMEOUT: Duration = Duration::from_secs(5 * 60);

    /// Configuration and results.
    type Model: Model;

    /// Checks what types and rules cannot say; parts of the configuration may be unknown.
    fn check(&self, _config: View<'_, Self::Model>, _found: &mut Diagnostics) {}

    /// Opens it and fills in what is computed. What [`Context::private`] is given comes back
    /// to `renew` and `close`.
    fn open(
        &self,
        cx: &mut Context,
        config: Self::Model,
    ) -> impl Future<Output = Result<Opened<Self::Model>>> + Send;

    /// Prolongs it; gives the time of the next renewal.
    fn renew(&self, _cx: &mut Context) -> impl Future<Output = Result<Option<SystemTime>>> + Send {
        async { Ok(None) }
    }

    /// Closes it.
    fn close(&self, _cx: &mut Context) -> impl Future<Output = Result<()>> + Send {
        async { Ok(()) }
    }
}

/// An ephemeral resource that has been opened.
#[derive(Clone, Debug)]
pub struct Opened<M> {
    /// Configuration and results.
    pub model: M,
    /// When it must be renewed.
    pub renew_at: Option<SystemTime>,
}

impl<M> From<M> for Opened<M> {
    fn from(model: M) -> Self {
        Self {
            model,
            renew_at: None,
        }
    }
}

/// The lease as Terraform carries it between calls; nothing for nothing.
pub(crate) fn lease(private: &Private) -> Option<Vec<u8>> {
    Some(private.to_bytes()).filter(|bytes| !bytes.is_empty())
}
