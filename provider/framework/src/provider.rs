//! The provider block.

use std::future::Future;

use crate::context::Context;
use crate::model::Model;
use crate::view::View;
use crate::{Diagnostics, Result};

/// Takes the provider block.
///
/// Its model's fields are best [`Maybe`](crate::Maybe): what an apply is still to build is
/// unknown when a plan configures the provider.
pub trait Configure: Send + Sync + 'static {
    /// The provider block.
    type Model: Model;

    /// Checks what types and rules cannot say; parts may be unknown.
    fn check(&self, _config: View<'_, Self::Model>, _found: &mut Diagnostics) {}

    /// Takes the block; connects to nothing. May be called again.
    fn configure(
        &self,
        cx: &mut Context,
        config: Self::Model,
    ) -> impl Future<Output = Result<()>> + Send;

    /// The provider is asked to stop: what runs is cancelled already.
    fn stop(&self) {}
}
