//! The checkout and its packages, as cargo sees them.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, ensure};
use serde::Deserialize;

/// The checkout.
#[derive(Debug)]
pub(crate) struct Repo {
    /// Where it lies.
    pub(crate) root: PathBuf,
    /// The members of the workspace.
    pub(crate) packages: Vec<Package>,
}

/// A member of the workspace.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Package {
    /// Its version.
    pub(crate) version: String,
    manifest_path: PathBuf,
    /// What its manifest asks for.
    pub(crate) dependencies: Vec<Dependency>,
}

/// A dependency as a manifest declares it.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Dependency {
    /// The crate's name.
    pub(crate) name: String,
    /// `None` for an ordinary one, else `dev` or `build`.
    pub(crate) kind: Option<String>,
    /// Whether its default features are on.
    pub(crate) uses_default_features: bool,
    /// Where it lies, when it is not from a registry.
    pub(crate) path: Option<PathBuf>,
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
    workspace_root: PathBuf,
}

impl Repo {
    /// Asks cargo about the workspace that this program is run for.
    pub(crate) fn find() -> anyhow::Result<Self> {
        let mut command = cargo();
        command.args(["metadata", "--format-version=1", "--no-deps"]);
        // Set by `cargo run`. What was set when this was compiled may be another checkout, which
        // shares its build output with this one; without it, the current directory decides.
        if let Some(package) = std::env::var_os("CARGO_MANIFEST_DIR") {
            command
                .arg("--manifest-path")
                .arg(Path::new(&package).join("Cargo.toml"));
        }
        let output = command
            .stdin(Stdio::null())
            .output()
            .context("cannot run cargo")?;
        ensure!(
            output.status.success(),
            "cargo metadata failed: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        let metadata: Metadata =
            serde_json::from_slice(&output.stdout).context("cannot read cargo's metadata")?;
        Ok(Self {
            root: metadata.workspace_root,
            packages: metadata.packages,
        })
    }

    /// The version that all members share.
    pub(crate) fn version(&self) -> &str {
        self.packages
            .first()
            .map_or("0.0.0", |package| &package.version)
    }

    /// A package's folder from the root, such as `provider/wait`.
    pub(crate) fn folder(&self, package: &Package) -> String {
        let manifest = package.manifest_path.strip_prefix(&self.root);
        manifest
            .ok()
            .and_then(Path::parent)
            .map(|folder| folder.display().to_string())
            .unwrap_or_default()
    }

    /// The files that git tracks, or would track once they are added, from the root.
    pub(crate) fn files(&self) -> anyhow::Result<Vec<PathBuf>> {
        let output = Command::new("git")
            .arg("-C")
            .arg(&self.root)
            .args([
                "ls-files",
                "-z",
                "--cached",
                "--others",
                "--exclude-standard",
            ])
            .stdin(Stdio::null())
            .output()
            .context("cannot run git")?;
        ensure!(
            output.status.success(),
            "git ls-files failed: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        let mut files: Vec<PathBuf> = String::from_utf8(output.stdout)
            .context("a file name is not UTF-8")?
            .split_terminator('\0')
            .map(PathBuf::from)
            // Deleted but not yet removed from the index.
            .filter(|file| self.root.join(file).is_file())
            .collect();
        files.sort();
        files.dedup();
        Ok(files)
    }
}

/// The cargo that runs us, or the one on the `PATH`.
pub(crate) fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo")))
}
