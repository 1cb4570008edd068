//! A host, a folder on it, and projects that use them.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use plinth_golden::{Cli, Plugin, Project};
use plinth_lab::sshd::{Options, Sshd};
use tempfile::TempDir;

/// How long something that happens by itself may take.
const PATIENCE: Duration = Duration::from_secs(15);

/// A host with a folder for the test.
pub(crate) struct Lab {
    pub(crate) sshd: Sshd,
    folder: TempDir,
}

impl Lab {
    pub(crate) fn start() -> Self {
        Self {
            sshd: Sshd::start(Options::default()).unwrap(),
            folder: TempDir::with_prefix("host-").unwrap(),
        }
    }

    /// A path on the host.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    /// Permissions as octal digits.
    pub(crate) fn mode(&self, name: &str) -> String {
        let mode = fs::metadata(self.path(name)).unwrap().permissions().mode();
        format!("{:04o}", mode & 0o7777)
    }

    pub(crate) fn set_mode(&self, name: &str, mode: u32) {
        fs::set_permissions(self.path(name), fs::Permissions::from_mode(mode)).unwrap();
    }

    /// The names in the folder, hidden ones included.
    pub(crate) fn names(&self) -> Vec<String> {
        names(self.folder.path())
    }

    /// The `known_hosts` line of the host behind another port.
    pub(crate) fn known_at(&self, port: u16) -> String {
        let line = self.sshd.host_key_line().unwrap();
        let (_, key) = line.split_once(' ').unwrap();
        format!("[127.0.0.1]:{port} {key}")
    }

    /// A project with the provider, and with this host as `local.host` below `local.dir`.
    pub(crate) fn project(&self, cli: Cli) -> Project {
        self.project_at(cli, self.sshd.port())
    }

    /// The same, the host being behind another port.
    pub(crate) fn project_at(&self, cli: Cli, port: u16) -> Project {
        let project = bare(cli);
        project.write("provider.tf", &self.block(&self.known_at(port)));
        project.write("host.tf", &self.locals(port));
        project
    }

    /// The provider block with the right login.
    pub(crate) fn block(&self, known_hosts: &str) -> String {
        let key = self.key();
        self.block_with(&format!("{key}known_hosts = {known_hosts:?}\n"))
    }

    /// The line of the provider block with the right key.
    pub(crate) fn key(&self) -> String {
        let path = self.sshd.client_key_path().display().to_string();
        format!("private_key = file({path:?})\n")
    }

    /// The provider block with these lines.
    pub(crate) fn block_with(&self, lines: &str) -> String {
        let user = self.sshd.user();
        format!(
            "provider \"plinth\" {{\nssh = {{\ndefault = {{\nuser = {user:?}\n{lines}}}\n}}\n}}\n"
        )
    }

    pub(crate) fn locals(&self, port: u16) -> String {
        let folder = self.folder.path().display().to_string();
        format!(
            "locals {{\n  host = {{ address = \"127.0.0.1\", port = {port} }}\n  \
             dir  = {folder:?}\n}}\n"
        )
    }
}

/// A project with the provider, and no configuration.
pub(crate) fn bare(cli: Cli) -> Project {
    Project::new(
        cli,
        &[Plugin {
            name: "plinth",
            binary: crate::PROVIDER,
        }],
    )
}

/// The names in a directory.
pub(crate) fn names(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned());
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

/// Waits until something is so.
pub(crate) fn eventually(what: &str, holds: impl Fn() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(
            start.elapsed() < PATIENCE,
            "not within {PATIENCE:?}: {what}"
        );
        thread::sleep(Duration::from_millis(20));
    }
}

/// What the last plan does, by address; what stays as it is is left out.
pub(crate) fn actions(project: &Project) -> BTreeMap<String, String> {
    let plan = project.planned();
    let changes = plan["resource_changes"].as_array().unwrap().iter();
    let actions = changes.map(|change| {
        let words = change["change"]["actions"].as_array().unwrap().iter();
        let words: Vec<&str> = words.map(|word| word.as_str().unwrap()).collect();
        (
            change["address"].as_str().unwrap().to_owned(),
            words.join(" "),
        )
    });
    actions.filter(|(_, action)| action != "no-op").collect()
}

/// Plans, and checks which objects are to be changed how: `address: action` by address.
pub(crate) fn plan_does(project: &Project, expected: &[(&str, &str)]) {
    let plan = project.plan().has_changes();
    let expected = expected
        .iter()
        .map(|(address, action)| (format!("plinth_host_{address}"), (*action).to_owned()));
    assert_eq!(actions(project), expected.collect(), "{plan}");
}
