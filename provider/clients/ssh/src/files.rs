//! Files on a host, by commands that every POSIX system has.
//!
//! All paths are absolute. Helpers run with the C locale, so that the reason of a failure can be
//! read from what the host's programs say.

mod checksum;
mod outcome;
mod stat;
mod upload;

use std::fmt::Write as _;

use bytes::Bytes;
use plinth_wait::Scope;

use crate::{Command, Error, Host, Output, Reason, Step, quote};

pub use stat::{FileKind, FileStat};

/// Who a file belongs to and who may use it. What is `None` is left as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attributes {
    /// Permission bits, `0o7777` at most.
    pub mode: Option<u32>,
    /// Name or number of the user.
    pub owner: Option<String>,
    /// Name or number of the group.
    pub group: Option<String>,
}

/// A file to be written.
#[derive(Clone, PartialEq, Eq)]
pub struct UploadRequest {
    /// Where to. A symbolic link there is replaced, not followed.
    pub path: String,
    /// The new content.
    pub content: Bytes,
    /// What is `None` is taken over from the file that is replaced; a new file is then the login
    /// user's own, with mode 0600.
    pub attributes: Attributes,
    /// A shell command that must succeed before the file is put in its place. `%s` in it stands
    /// for the temporary file, already quoted.
    pub validate: Option<String>,
}

/// A directory to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DirectoryRequest {
    /// Where.
    pub path: String,
    /// A new directory has mode 0755 if none is given. They are also set on one that exists.
    pub attributes: Attributes,
    /// Whether to make missing parents, which get mode 0755.
    pub parents: bool,
}

impl UploadRequest {
    /// New content for a file, nothing else.
    pub fn new(path: impl Into<String>, content: impl Into<Bytes>) -> Self {
        Self {
            path: path.into(),
            content: content.into(),
            attributes: Attributes::default(),
            validate: None,
        }
    }
}

impl std::fmt::Debug for UploadRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("UploadRequest")
            .field("path", &self.path)
            .field("content_bytes", &self.content.len())
            .field("attributes", &self.attributes)
            .field("validate", &self.validate)
            .finish()
    }
}

impl Host {
    /// Replaces a file, or makes it, so that at every moment either the old content or the new
    /// one is there, whole.
    ///
    /// # Guarantees
    /// The content goes to a temporary file beside the target, which only the login user can read,
    /// is compared with what was sent, gets its attributes, is validated, and is then renamed. If
    /// anything fails, or the connection ends, the target is untouched and the temporary file is
    /// removed.
    ///
    /// # Caveats
    /// When the host does not notice that the network is gone, the temporary file stays until it
    /// does; when its shell is killed by force or the host loses power, for ever. Access control
    /// lists and extended attributes of the old file are not carried over.
    ///
    /// # Errors
    /// [`Reason`] tells not found (the directory), permission, read-only, no space, is a
    /// directory, a failed validation with the command's output, and others apart.
    pub async fn upload(&self, scope: &Scope, request: &UploadRequest) -> Result<(), Error> {
        let step = Step::File("write", request.path.clone());
        let command = upload::command(request).map_err(|reason| self.error(&step, reason))?;
        let output = self.run_helper(scope, command, &step).await?;
        upload::outcome(&output).map_err(|reason| self.error(&step, reason))
    }

    /// The content of a file.
    ///
    /// # Errors
    /// Not found, permission, is a directory; [`Reason::OutputTooLong`] when it has more than
    /// `limit` bytes.
    pub async fn read_file(
        &self,
        scope: &Scope,
        path: &str,
        limit: usize,
    ) -> Result<Vec<u8>, Error> {
        let step = Step::File("read", path.to_owned());
        let script = "[ ! -d \"$path\" ] || { echo 'Is a directory' >&2; exit 1; }\n\
                      exec cat -- \"$path\"";
        // Room for what `cat` may have to say.
        let command = self
            .helper(path, script, &step)?
            .output_limit(limit.saturating_add(4096));
        let output = self.run_helper(scope, command, &step).await?;
        outcome::check(&output).map_err(|reason| self.error(&step, reason))?;
        if output.stdout.len() > limit {
            return Err(self.error(&step, Reason::OutputTooLong(limit)));
        }
        Ok(output.stdout)
    }

    /// What is at a path; a symbolic link is told as one.
    ///
    /// # Errors
    /// Not found, permission and others.
    pub async fn stat(&self, scope: &Scope, path: &str) -> Result<FileStat, Error> {
        let step = Step::File("look at", path.to_owned());
        let command = self.helper(path, stat::SCRIPT, &step)?;
        let output = self.run_helper(scope, command, &step).await?;
        outcome::check(&output)
            .and_then(|()| stat::parse(&output))
            .map_err(|reason| self.error(&step, reason))
    }

    /// Sets the attributes of what is at a path.
    ///
    /// # Errors
    /// Not found, permission and others.
    pub async fn set_attributes(
        &self,
        scope: &Scope,
        path: &str,
        attributes: &Attributes,
    ) -> Result<(), Error> {
        let step = Step::File("change the attributes of", path.to_owned());
        let script = attributes
            .script("$path")
            .map_err(|reason| self.error(&step, reason))?;
        self.run_simple(scope, path, &script, step).await
    }

    /// Removes a file or a symbolic link. One that is not there is no error.
    ///
    /// # Errors
    /// Permission, is a directory and others.
    pub async fn remove_file(&self, scope: &Scope, path: &str) -> Result<(), Error> {
        let script = "if [ -d \"$path\" ] && [ ! -L \"$path\" ]; then \
                      echo 'Is a directory' >&2; exit 1; fi\nrm -f -- \"$path\"";
        self.run_simple(scope, path, script, Step::File("remove", path.to_owned()))
            .await
    }

    /// Removes an empty directory. One that is not there is no error.
    ///
    /// # Errors
    /// Permission, not empty, not a directory and others.
    pub async fn remove_directory(&self, scope: &Scope, path: &str) -> Result<(), Error> {
        let script = "[ -e \"$path\" ] || [ -L \"$path\" ] || exit 0\nrmdir -- \"$path\"";
        self.run_simple(scope, path, script, Step::File("remove", path.to_owned()))
            .await
    }

    /// Makes a directory, or sets the attributes of one that exists. A symbolic link is no
    /// directory, whatever it points to.
    ///
    /// # Errors
    /// Not found (a parent), permission, not a directory and others.
    pub async fn make_directory(
        &self,
        scope: &Scope,
        request: &DirectoryRequest,
    ) -> Result<(), Error> {
        let step = Step::File("make", request.path.clone());
        let attributes = request
            .attributes
            .script("$path")
            .map_err(|reason| self.error(&step, reason))?;
        let parents = if request.parents { "-p" } else { "" };
        let script = format!(
            "if [ -L \"$path\" ]; then echo 'Not a directory' >&2; exit 1; fi\n\
             if [ ! -d \"$path\" ]; then\n\
             if [ -e \"$path\" ] || [ -L \"$path\" ]; then echo 'Not a directory' >&2; exit 1; fi\n\
             mkdir {parents} -- \"$path\" || exit 1\nfi\n{attributes}"
        );
        self.run_simple(scope, &request.path, &script, step).await
    }

    async fn run_simple(
        &self,
        scope: &Scope,
        path: &str,
        script: &str,
        step: Step,
    ) -> Result<(), Error> {
        let command = self.helper(path, script, &step)?;
        let output = self.run_helper(scope, command, &step).await?;
        outcome::check(&output).map_err(|reason| self.error(&step, reason))
    }

    fn helper(&self, path: &str, script: &str, step: &Step) -> Result<Command, Error> {
        check_path(path).map_err(|reason| self.error(step, reason))?;
        let head = format!("LC_ALL=C; export LC_ALL; umask 022\npath={}\n", quote(path));
        Ok(Command::script(head + script))
    }

    async fn run_helper(
        &self,
        scope: &Scope,
        command: Command,
        step: &Step,
    ) -> Result<Output, Error> {
        self.exec(scope, command)
            .await
            .map_err(|error| error.during(step.clone()))
    }

    fn error(&self, step: &Step, reason: Reason) -> Error {
        Error::new(self.target(), step.clone(), reason)
    }
}

impl Attributes {
    /// Shell lines that set the attributes of the file that a shell expression names. The owner
    /// comes first, because changing it clears bits of the mode.
    fn script(&self, file: &str) -> Result<String, Reason> {
        let mut script = String::new();
        let mut add = |program: &str, value: &str| {
            // Writing to a string does not fail.
            writeln!(script, "{program} -- {} \"{file}\" || exit 1", quote(value)).ok();
        };
        for (program, name) in [("chown", &self.owner), ("chgrp", &self.group)] {
            match name.as_deref() {
                // A colon would make chown set the group as well.
                Some(name) if name.is_empty() || name.contains([':', '\n']) => {
                    return Err(Reason::InvalidRequest(format!(
                        "`{name}` is no name of a user or a group"
                    )));
                }
                Some(name) => add(program, name),
                None => {}
            }
        }
        match self.mode {
            Some(mode) if mode > 0o7777 => {
                return Err(Reason::InvalidRequest(format!("{mode:o} is no file mode")));
            }
            // With fewer than five digits, GNU chmod leaves the set-user-id and set-group-id bits of
            // a directory as they are.
            Some(mode) => add("chmod", &format!("{mode:05o}")),
            None => {}
        }
        Ok(script)
    }
}

fn check_path(path: &str) -> Result<(), Reason> {
    let problem = if !path.starts_with('/') {
        "is not absolute"
    } else if path.contains('\0') {
        "contains a NUL byte"
    } else {
        return Ok(());
    };
    Err(Reason::InvalidRequest(format!(
        "the path `{}` {problem}",
        path.escape_debug()
    )))
}
