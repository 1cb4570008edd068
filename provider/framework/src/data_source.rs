//! Data sources.

use std::future::Future;
use std::time::Duration;

use crate::context::Context;
use crate::model::Model;
use crate::view::View;
use crate::{Diagnostics, Result};

/// Something that Terraform reads and never changes.
pub trait DataSource: Send + Sync + 'static {
    /// Type name without the provider's prefix.
    const TYPE: &'static str;

    /// How long a read may take when the configuration has no `timeouts`.
    const TIMEOUT: Duration = Duration::from_secs(5 * 60);

    /// Configuration and results.
    type Model: Model;

    /// Checks what types and rules cannot say; parts of the configuration may be unknown.
    fn check(&self, _config: View<'_, Self::Model>, _found: &mut Diagnostics) {}

    /// Fills in what is computed.
    fn read(
        &self,
        cx: &mut Context,
        config: Self::Model,
    ) -> impl Future<Output = Result<Self::Model>> + Send;
}
