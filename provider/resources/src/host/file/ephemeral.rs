//! Ephemeral `plinth_host_file`: the content of a file, for the time of one run.

use std::sync::Arc;

use plinth_framework::{
    Computed, Context, Diagnostic, EphemeralResource, Model, Opened, Result, Secret, rules,
};

use crate::Systems;
use crate::host::Host;
use crate::host::connect::failed;

/// The ephemeral resource.
#[derive(Debug)]
pub(crate) struct EphemeralFile {
    systems: Arc<Systems>,
}

/// The content of a file on a host, which no plan and no state keeps.
#[derive(Model, Clone, Debug)]
pub(crate) struct Content {
    /// The host.
    pub(crate) host: Host,
    /// Absolute path of the file.
    #[tf(check = rules::absolute_path)]
    pub(crate) path: String,
    /// Text of the file.
    pub(crate) content: Computed<Secret<String>>,
}

impl EphemeralFile {
    pub(crate) fn new(systems: &Arc<Systems>) -> Self {
        Self {
            systems: Arc::clone(systems),
        }
    }
}

impl EphemeralResource for EphemeralFile {
    const TYPE: &'static str = "host_file";
    type Model = Content;

    async fn open(&self, cx: &mut Context, mut config: Content) -> Result<Opened<Content>> {
        let on = config.host.connect_to_read(&self.systems)?;
        let read = on
            .host
            .read_file(cx.scope(), &config.path, super::TEXT_LIMIT)
            .await;
        let bytes =
            read.map_err(|error| failed("The file cannot be read", &error, Content::AT.path))?;
        let text = String::from_utf8(bytes).map_err(|_| {
            Diagnostic::error("The file is not text")
                .detail("Its content is not UTF-8.")
                .at(Content::AT.path)
        })?;
        config.content = Secret::new(text).into();
        config.host = on.record(cx.scope(), config.host).await?;
        Ok(config.into())
    }
}
