//! A filesystem mirror with one provider, and the configuration that makes a CLI use it alone.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;

/// The two programs look for a source without a host in different registries. A symbolic link from
/// one host's folder to the other is not followed by both, so there are two.
const REGISTRIES: [&str; 2] = ["registry.terraform.io", "registry.opentofu.org"];

/// A provider as it lies in a mirror.
#[derive(Clone, Debug)]
pub(crate) struct Mirrored<'a> {
    /// The provider's name without prefix.
    pub(crate) name: &'a str,
    /// Its version.
    pub(crate) version: &'a str,
    /// Its program.
    pub(crate) program: &'a Path,
}

/// Writes a mirror and the CLI configuration `cli.tfrc` into `dir`; returns the latter's path.
pub(crate) fn write(dir: &Path, providers: &[Mirrored<'_>]) -> anyhow::Result<PathBuf> {
    let mirror = dir.join("mirror");
    for provider in providers {
        for registry in REGISTRIES {
            let Mirrored {
                name,
                version,
                program,
            } = provider;
            let folder = mirror
                .join(registry)
                .join("plinth")
                .join(name)
                .join(version)
                .join(platform());
            fs::create_dir_all(&folder)
                .with_context(|| format!("cannot create {}", folder.display()))?;
            let file = folder.join(format!("terraform-provider-{name}_v{version}"));
            // A hard link costs nothing but works on one file system only.
            fs::hard_link(program, &file)
                .or_else(|_| fs::copy(program, &file).map(|_| ()))
                .with_context(|| format!("cannot copy the provider to {}", file.display()))?;
        }
    }
    let config = dir.join("cli.tfrc");
    let text = format!(
        "disable_checkpoint = true\nprovider_installation {{\n  filesystem_mirror {{\n    path = \"{}\"\n  }}\n}}\n",
        mirror.display()
    );
    fs::write(&config, text).with_context(|| format!("cannot write {}", config.display()))?;
    Ok(config)
}

/// The platform as registries call it, such as `linux_amd64`.
pub(crate) fn platform() -> String {
    let os = match std::env::consts::OS {
        "macos" => "darwin",
        other => other,
    };
    let arch = match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    };
    format!("{os}_{arch}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mirror_has_the_provider_under_both_registries() {
        let dir = tempfile::tempdir().unwrap();
        let program = dir.path().join("program");
        fs::write(&program, "x").unwrap();
        let provider = Mirrored {
            name: "plinth",
            version: "0.1.0",
            program: &program,
        };
        let config = write(dir.path(), &[provider]).unwrap();
        for registry in REGISTRIES {
            let folder = format!("mirror/{registry}/plinth/plinth/0.1.0/{}", platform());
            let file = dir
                .path()
                .join(folder)
                .join("terraform-provider-plinth_v0.1.0");
            assert!(file.is_file(), "{} is missing", file.display());
        }
        let text = fs::read_to_string(config).unwrap();
        assert!(
            text.contains(&dir.path().join("mirror").display().to_string()),
            "{text}"
        );
    }
}
