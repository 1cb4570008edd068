//! `plinth_host_file` and the ephemeral resource of the same name: a regular file on a host.
//!
//! Its identity is host and path; it is imported by `ADDRESS/PATH`. A refresh asks for the
//! file's attributes and for the checksum of its content; the content itself is only fetched
//! when it has changed.

mod content;
mod ephemeral;
mod model;

use std::sync::Arc;

use plinth_framework::{
    Change, Computed, Context, Diagnostic, Field, Identity, Import, Maybe, PlannedAction, Resource,
    Result,
};
use plinth_ssh::{FileKind, FileStat, Reason, UploadRequest};

use crate::Systems;
use crate::host::Host;
use crate::host::connect::{Connected, Reach, failed, failed_in_secret, offline_or_failed};
use crate::host::mode::Mode;
use crate::host::path::{HostPath, attributes, ownership};
use content::{digest, plain_digest, remote_digest};
use model::File;

pub(crate) use ephemeral::EphemeralFile;

/// Keys in the private state: how write-only content is recognised.
const SALT: &str = "salt";
const EXPECTED: &str = "sha256";

/// The attribute that has write-only content sent again.
const VERSION: &str = "content_wo_version";

/// Permission of everybody to read.
const WORLD_READABLE: u32 = 0o004;

/// Bytes of a file that are shown as text in state and plan, at most.
const TEXT_LIMIT: usize = 4 << 20;

const WRITE: &str = "The file cannot be written";
const INVALID: &str = "The new content is not valid";
const LOOK: &str = "The file cannot be looked at";

/// The resource.
#[derive(Debug)]
pub(crate) struct HostFile {
    systems: Arc<Systems>,
}

impl HostFile {
    pub(crate) fn new(systems: &Arc<Systems>) -> Self {
        Self {
            systems: Arc::clone(systems),
        }
    }

    /// Writes the content, and completes the state with what the host made of it.
    async fn write(&self, cx: &mut Context, mut file: File) -> Result<File> {
        let on = file.host.connect(&self.systems)?;
        let content = content::of(&file)?;
        let mut request = UploadRequest::new(&file.path, content.clone());
        request.attributes = attributes(cx, &file.mode, File::AT.owner, File::AT.group);
        request.validate.clone_from(&file.validate);
        let uploaded = on.host.upload(cx.scope(), &request).await;
        uploaded.map_err(|error| match error.reason() {
            Reason::ValidateFailed { exit, .. } if file.content_wo.value.is_some() => {
                failed_in_secret(INVALID, exit).at(File::AT.validate).into()
            }
            Reason::ValidateFailed { .. } => failed(INVALID, &error, File::AT.validate),
            _ => failed(WRITE, &error, File::AT.path),
        })?;
        if file.content_wo.value.is_some() {
            let salt = content::salt()?;
            let sha256 = digest(&salt, &content);
            cx.private().set(SALT, salt);
            cx.private().set(EXPECTED, sha256.as_str());
            file.sha256 = sha256.into();
        } else {
            cx.private().remove(SALT);
            cx.private().remove(EXPECTED);
            file.sha256 = plain_digest(&content).into();
        }
        self.complete(cx, &on, file).await
    }

    /// Saves the file, then asks for what only the host knows.
    async fn complete(&self, cx: &mut Context, on: &Connected, mut file: File) -> Result<File> {
        cx.save(&file);
        let stat = on.host.stat(cx.scope(), &file.path).await;
        let stat = stat.map_err(|error| failed(LOOK, &error, File::AT.path))?;
        (file.owner, file.group) = ownership(&file.owner, &file.group, &stat);
        file.host = on.record(cx.scope(), file.host).await?;
        Ok(file)
    }

    /// The file as it is now; `None` when there is none.
    async fn look(
        &self,
        cx: &mut Context,
        host: &plinth_ssh::Host,
        mut file: File,
    ) -> Result<Option<File>, plinth_ssh::Error> {
        let scope = cx.scope().clone();
        let stat = match host.stat(&scope, &file.path).await {
            Ok(stat) => stat,
            Err(error) if error.is_not_found() => return Ok(None),
            Err(error) => return Err(error),
        };
        // Anything else in its place is replaced, or refused, by the next apply.
        if stat.kind != FileKind::File {
            return Ok(None);
        }
        let salt = cx.private().text(SALT).unwrap_or_default().to_owned();
        let found = match remote_digest(host, &scope, &file.path, &salt).await {
            Ok(sha256) => sha256,
            Err(error) if error.is_not_found() => return Ok(None),
            Err(error) => return Err(error),
        };
        if file.content.is_some() && file.sha256.known() != Some(&found) {
            file.content = text(host, &scope, &file.path, &stat).await?;
        }
        file.sha256 = found.into();
        file.mode = same_or(file.mode, stat.mode);
        (file.owner, file.group) = ownership(&file.owner, &file.group, &stat);
        Ok(Some(file))
    }
}

/// The content as text; none when it is too long for a state, or no text.
async fn text(
    host: &plinth_ssh::Host,
    scope: &plinth_framework::Scope,
    path: &str,
    stat: &FileStat,
) -> Result<Option<String>, plinth_ssh::Error> {
    if stat.size > TEXT_LIMIT as u64 {
        return Ok(None);
    }
    let bytes = host.read_file(scope, path, TEXT_LIMIT).await?;
    Ok(String::from_utf8(bytes).ok())
}

fn same_or(mode: Mode, bits: u32) -> Mode {
    if mode.bits() == bits {
        mode
    } else {
        Mode::from_bits(bits)
    }
}

impl Identity<File> for HostPath {
    fn of(file: &File) -> Self {
        Self::new(&file.host, &file.path)
    }
}

impl Resource for HostFile {
    const TYPE: &'static str = "host_file";
    type Model = File;
    type Identity = HostPath;

    async fn plan(&self, cx: &mut Context, change: &mut Change<'_, File>) -> Result<()> {
        if change.action() == PlannedAction::Delete {
            return Ok(());
        }
        Host::check(&self.systems, change, File::AT.host)?;
        let config = change.config();
        let planned = match (config.get(File::AT.content), config.get(File::AT.source)) {
            (Maybe::Known(content), _) => Computed::Known(plain_digest(content.as_bytes())),
            (_, Maybe::Known(source)) => Computed::Known(plain_digest(&content::local(&source)?)),
            (Maybe::Null, Maybe::Null) => {
                // Write-only content: as long as what is there is what was sent last, nothing
                // is to be done; otherwise only apply can tell the next salted digest.
                let sent = cx.private().text(EXPECTED).map(str::to_owned);
                let there = change.prior()?.and_then(|prior| prior.sha256.into_known());
                match sent {
                    Some(sent)
                        if there.as_ref() == Some(&sent) && !change.changes_named(VERSION) =>
                    {
                        Computed::Known(sent)
                    }
                    _ => Computed::Unknown,
                }
            }
            _ => Computed::Unknown,
        };
        change.set(File::AT.sha256, &planned)?;
        // A new file takes the old one's place, and may then belong to whoever logs in.
        let written = change.prior_view().value(File::AT.sha256) != &planned.encode();
        for attr in [File::AT.owner, File::AT.group] {
            if written && !change.config().is_set(attr) {
                change.set_unknown(attr)?;
            }
        }
        Ok(())
    }

    async fn create(&self, cx: &mut Context, planned: File) -> Result<File> {
        self.write(cx, planned).await
    }

    async fn read(&self, cx: &mut Context, state: File) -> Result<Option<File>> {
        let Reach::Now(on) = state.host.reach(cx, &self.systems) else {
            return Ok(Some(state));
        };
        match self.look(cx, &on.host, state.clone()).await {
            Ok(Some(mut file)) => {
                file.host = on.recorded(cx.scope(), file.host).await?;
                Ok(Some(file))
            }
            Ok(None) => Ok(None),
            Err(error) => {
                offline_or_failed(cx, LOOK, &error, File::AT.path)?;
                Ok(Some(state))
            }
        }
    }

    async fn update(&self, cx: &mut Context, prior: File, planned: File) -> Result<File> {
        if planned.sha256.is_unknown() || prior.sha256 != planned.sha256 {
            return self.write(cx, planned).await;
        }
        let on = planned.host.connect(&self.systems)?;
        let wanted = attributes(cx, &planned.mode, File::AT.owner, File::AT.group);
        let changed = on
            .host
            .set_attributes(cx.scope(), &planned.path, &wanted)
            .await;
        changed.map_err(|error| failed(WRITE, &error, File::AT.path))?;
        self.complete(cx, &on, planned).await
    }

    async fn delete(&self, cx: &mut Context, state: File) -> Result<()> {
        let on = state.host.connect(&self.systems)?;
        let removed = on.host.remove_file(cx.scope(), &state.path).await;
        removed.map_err(|error| failed("The file cannot be removed", &error, File::AT.path))
    }

    async fn import(&self, cx: &mut Context, target: Import<HostPath>) -> Result<File> {
        let (host, path) = HostPath::target(target)?;
        let on = host.connect(&self.systems)?;
        let empty = File {
            host,
            path,
            // Anything that differs from what is there: the content is then fetched.
            content: Some(String::new()),
            source: None,
            content_wo: plinth_framework::WriteOnly::default(),
            mode: Mode::from_bits(0),
            owner: Computed::Unknown,
            group: Computed::Unknown,
            validate: None,
            sha256: Computed::Unknown,
            timeouts: None,
        };
        let found = self.look(cx, &on.host, empty).await;
        let found = found.map_err(|error| failed(LOOK, &error, File::AT.path))?;
        let Some(mut file) = found else {
            return Err(Diagnostic::error("There is no such file")
                .detail("A file must be there, and be a regular file, to be imported.")
                .into());
        };
        if file.content.is_some() && file.mode.bits() & WORLD_READABLE == 0 {
            file.content = None;
            cx.warn(
                Diagnostic::warning("The content of the file was not imported")
                    .detail(
                        "Not everybody may read the file, so its content may be a secret, and is \
                         not put into the state. Its checksum is.",
                    )
                    .at(File::AT.content),
            );
        }
        file.host = on.record(cx.scope(), file.host).await?;
        Ok(file)
    }
}

#[cfg(test)]
mod tests;
