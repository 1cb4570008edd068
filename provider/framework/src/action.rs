//! Actions: things done, without a state (Terraform ≥ 1.14).

use std::future::Future;
use std::time::Duration;

use plinth_protocol::ActionEvent;
use tokio::sync::mpsc::Sender;

use crate::context::Context;
use crate::model::Model;
use crate::view::View;
use crate::{Diagnostics, Result};

/// Something that is done when it is asked for.
pub trait Action: Send + Sync + 'static {
    /// Type name without the provider's prefix.
    const TYPE: &'static str;

    /// How long it may take.
    const TIMEOUT: Duration = Duration::from_secs(60 * 60);

    /// The configuration.
    type Model: Model;

    /// Checks what types and rules cannot say; parts of the configuration may be unknown.
    fn check(&self, _config: View<'_, Self::Model>, _found: &mut Diagnostics) {}

    /// Tells at plan whether it can be done; parts of the configuration may be unknown.
    fn plan(&self, _cx: &mut Context) -> impl Future<Output = Result<()>> + Send {
        async { Ok(()) }
    }

    /// Does it.
    fn invoke(
        &self,
        cx: &mut Context,
        config: Self::Model,
        progress: &Progress,
    ) -> impl Future<Output = Result<()>> + Send;
}

/// Where an action tells how far it is.
#[derive(Clone, Debug)]
pub struct Progress(pub(crate) Sender<ActionEvent>);

impl Progress {
    /// Shows the user a line.
    pub async fn say(&self, line: impl Into<String>) {
        // Nobody listens any more: the action goes on all the same.
        drop(self.0.send(ActionEvent::Progress(line.into())).await);
    }
}
