//! The host that the stack is applied to: an SSH server on loopback, and a folder of its own.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use plinth_lab::sshd::{Options, Sshd};

/// A host. Dropping it stops its server.
#[derive(Debug)]
pub(super) struct Host {
    sshd: Sshd,
    folder: PathBuf,
}

impl Host {
    /// Starts a host whose managed files are to be below `work`.
    pub(super) fn start(work: &Path) -> anyhow::Result<Self> {
        let folder = work.join("host");
        fs::create_dir(&folder)?;
        let sshd = Sshd::start(Options::default())?;
        Ok(Self { sshd, folder })
    }

    /// Who and where, for people.
    pub(super) fn describe(&self) -> String {
        format!("{}@127.0.0.1, port {}", self.sshd.user(), self.sshd.port())
    }

    /// The stack's input variables, as environment variables.
    pub(super) fn variables(&self) -> anyhow::Result<Vec<(&'static str, String)>> {
        Ok(vec![
            ("TF_VAR_address", "127.0.0.1".to_owned()),
            ("TF_VAR_port", self.sshd.port().to_string()),
            ("TF_VAR_user", self.sshd.user().to_owned()),
            ("TF_VAR_private_key", self.sshd.client_key()?),
            ("TF_VAR_known_hosts", self.sshd.host_key_line()?),
            ("TF_VAR_directory", self.directory().display().to_string()),
        ])
    }

    /// The directory that the stack manages.
    fn directory(&self) -> PathBuf {
        self.folder.join("first-host")
    }

    /// One of the files that the stack manages.
    pub(super) fn managed_file(&self) -> PathBuf {
        self.directory().join("service.conf")
    }

    /// Changes that file as somebody logged in to the host would.
    pub(super) fn tamper(&self) -> anyhow::Result<()> {
        let file = self.managed_file();
        let mut text =
            fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
        text.push_str("debug = on\n");
        fs::write(&file, text).with_context(|| format!("cannot write {}", file.display()))?;
        eprintln!("$ echo 'debug = on' >> {}", file.display());
        Ok(())
    }

    /// What is still there of what was put on the host, temporary files included.
    pub(super) fn left_behind(&self) -> anyhow::Result<Vec<String>> {
        let mut found = Vec::new();
        for folder in [&self.folder, &self.sshd.dir().join("tmp")] {
            for entry in fs::read_dir(folder)? {
                found.push(entry?.path().display().to_string());
            }
        }
        Ok(found)
    }
}
