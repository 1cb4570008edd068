//! `plinth_host_directory`: a directory on a host.
//!
//! Its identity is host and path; it is imported by `ADDRESS/PATH`. What is in it belongs to
//! others.

mod model;

use std::sync::Arc;

use plinth_framework::{Change, Computed, Context, Diagnostic, Identity, Import, Resource, Result};
use plinth_ssh::{Command, DirectoryRequest, FileKind, quote};

use crate::Systems;
use crate::host::Host;
use crate::host::connect::{Reach, checked, failed, offline_or_failed};
use crate::host::mode::Mode;
use crate::host::path::{HostPath, attributes, ownership};
use model::Directory;

const LOOK: &str = "The directory cannot be looked at";
const REMOVE: &str = "The directory cannot be removed";

/// The resource.
#[derive(Debug)]
pub(crate) struct HostDirectory {
    systems: Arc<Systems>,
}

impl HostDirectory {
    pub(crate) fn new(systems: &Arc<Systems>) -> Self {
        Self {
            systems: Arc::clone(systems),
        }
    }

    /// Makes the directory as it shall be; one that is there already is taken over.
    async fn make(&self, cx: &mut Context, mut directory: Directory) -> Result<Directory> {
        let on = directory.host.connect(&self.systems)?;
        let request = DirectoryRequest {
            path: directory.path.clone(),
            attributes: attributes(
                cx,
                &directory.mode,
                Directory::AT.owner,
                Directory::AT.group,
            ),
            parents: directory.parents,
        };
        let made = on.host.make_directory(cx.scope(), &request).await;
        made.map_err(|error| failed("The directory cannot be made", &error, Directory::AT.path))?;
        cx.save(&directory);
        let stat = on.host.stat(cx.scope(), &directory.path).await;
        let stat = stat.map_err(|error| failed(LOOK, &error, Directory::AT.path))?;
        (directory.owner, directory.group) = ownership(&directory.owner, &directory.group, &stat);
        directory.host = on.record(cx.scope(), directory.host).await?;
        Ok(directory)
    }

    /// The directory as it is now; `None` when there is none.
    async fn look(
        &self,
        cx: &Context,
        host: &plinth_ssh::Host,
        mut directory: Directory,
    ) -> Result<Option<Directory>, plinth_ssh::Error> {
        let stat = match host.stat(cx.scope(), &directory.path).await {
            Ok(stat) if stat.kind == FileKind::Directory => stat,
            Ok(_) => return Ok(None),
            Err(error) if error.is_not_found() => return Ok(None),
            Err(error) => return Err(error),
        };
        if directory.mode.bits() != stat.mode {
            directory.mode = Mode::from_bits(stat.mode);
        }
        (directory.owner, directory.group) = ownership(&directory.owner, &directory.group, &stat);
        Ok(Some(directory))
    }
}

impl Identity<Directory> for HostPath {
    fn of(directory: &Directory) -> Self {
        Self::new(&directory.host, &directory.path)
    }
}

impl Resource for HostDirectory {
    const TYPE: &'static str = "host_directory";
    type Model = Directory;
    type Identity = HostPath;

    async fn plan(&self, _cx: &mut Context, change: &mut Change<'_, Directory>) -> Result<()> {
        Host::check(&self.systems, change, Directory::AT.host)
    }

    async fn create(&self, cx: &mut Context, planned: Directory) -> Result<Directory> {
        self.make(cx, planned).await
    }

    async fn read(&self, cx: &mut Context, state: Directory) -> Result<Option<Directory>> {
        let Reach::Now(on) = state.host.reach(cx, &self.systems) else {
            return Ok(Some(state));
        };
        match self.look(cx, &on.host, state.clone()).await {
            Ok(Some(mut directory)) => {
                directory.host = on.recorded(cx.scope(), directory.host).await?;
                Ok(Some(directory))
            }
            Ok(None) => Ok(None),
            Err(error) => {
                offline_or_failed(cx, LOOK, &error, Directory::AT.path)?;
                Ok(Some(state))
            }
        }
    }

    async fn update(
        &self,
        cx: &mut Context,
        _prior: Directory,
        planned: Directory,
    ) -> Result<Directory> {
        self.make(cx, planned).await
    }

    async fn delete(&self, cx: &mut Context, state: Directory) -> Result<()> {
        let on = state.host.connect(&self.systems)?;
        if !state.force_destroy {
            let removed = on.host.remove_directory(cx.scope(), &state.path).await;
            return removed.map_err(|error| {
                let mut diagnostics = failed(REMOVE, &error, Directory::AT.path);
                if let Some(first) = diagnostics.0.first_mut() {
                    *first = first.clone().hint(
                        "A directory that is not empty is only destroyed with `force_destroy = \
                         true`, which has to be applied first.",
                    );
                }
                diagnostics
            });
        }
        let command = Command::script(format!("rm -rf -- {}", quote(&state.path)));
        let output = on.host.exec(cx.scope(), command).await;
        let output = output.map_err(|error| failed(REMOVE, &error, Directory::AT.path))?;
        checked(REMOVE, output).map(drop)
    }

    async fn import(&self, cx: &mut Context, target: Import<HostPath>) -> Result<Directory> {
        let (host, path) = HostPath::target(target)?;
        let on = host.connect(&self.systems)?;
        let empty = Directory {
            host,
            path,
            mode: Mode::from_bits(0),
            owner: Computed::Unknown,
            group: Computed::Unknown,
            parents: false,
            force_destroy: false,
            timeouts: None,
        };
        let found = self.look(cx, &on.host, empty).await;
        let found = found.map_err(|error| failed(LOOK, &error, Directory::AT.path))?;
        let Some(mut directory) = found else {
            return Err(Diagnostic::error("There is no such directory")
                .detail("A directory must be there to be imported.")
                .into());
        };
        directory.host = on.record(cx.scope(), directory.host).await?;
        Ok(directory)
    }
}

#[cfg(test)]
mod tests;
