//! What is measured.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::ensure;
use plinth_lab::servers;

use crate::mirror::platform;
use crate::repo::Repo;
use crate::run::build_binary;

/// A provider to measure.
#[derive(Clone, Debug)]
pub(super) struct Subject {
    /// What the table calls it.
    pub(super) label: &'static str,
    /// The provider's name in configurations.
    pub(super) name: &'static str,
    /// Its program.
    pub(super) program: PathBuf,
    /// Whether it is measured against the budgets.
    pub(super) role: Role,
    /// What calls nothing, to have many instances of.
    pub(super) item: Option<Item>,
    /// A resource with `name` and a set of objects that calls nothing.
    pub(super) bag: Option<&'static str>,
}

/// Something of which a plan may have many instances, none of which calls anything.
#[derive(Clone, Copy, Debug)]
pub(super) enum Item {
    /// A resource of this type with `name` and `labels`.
    Resource(&'static str),
    /// The AWS provider's data source that only computes. It has no resource that calls nothing.
    PolicyDocument,
}

impl Item {
    /// A configuration with this many instances.
    pub(super) fn configuration(self, instances: u32) -> String {
        match self {
            Self::Resource(resource) => format!(
                "resource \"{resource}\" \"x\" {{\n  count  = {instances}\n  \
                 name   = \"item-${{count.index}}\"\n  labels = {{ a = \"b\", c = \"d\" }}\n}}\n"
            ),
            Self::PolicyDocument => format!(
                "provider \"aws\" {{\n  region                      = \"us-east-1\"\n  \
                 access_key                  = \"none\"\n  \
                 secret_key                  = \"none\"\n  \
                 skip_credentials_validation = true\n  \
                 skip_requesting_account_id  = true\n  \
                 skip_metadata_api_check     = true\n}}\n\
                 data \"aws_iam_policy_document\" \"x\" {{\n  count = {instances}\n  \
                 statement {{\n    actions   = [\"s3:GetObject\"]\n    \
                 resources = [\"arn:aws:s3:::item-${{count.index}}/*\"]\n  }}\n}}\n"
            ),
        }
    }
}

/// What a subject is in the comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// Ours: budgets hold.
    Ours,
    /// The provider that ours has to beat.
    Rival,
    /// Only for scale.
    Other,
}

/// Ours in release builds, the reference provider, and the AWS provider where there is one.
pub(super) fn all(repo: &Repo) -> anyhow::Result<Vec<Subject>> {
    let mut subjects = vec![
        Subject {
            label: "plinth",
            name: "plinth",
            program: build_binary(repo, "terraform-provider-plinth", true)?,
            role: Role::Ours,
            item: None,
            bag: None,
        },
        Subject {
            label: "corner (plinth's framework)",
            name: "corner",
            program: build_binary(repo, "terraform-provider-corner", true)?,
            role: Role::Ours,
            item: Some(Item::Resource("corner_item")),
            bag: Some("corner_bag"),
        },
        Subject {
            label: "reference (terraform-plugin-framework)",
            name: "reference",
            program: servers::build(&repo.root, "reference-provider")?,
            role: Role::Rival,
            item: Some(Item::Resource("reference_item")),
            bag: Some("reference_bag"),
        },
    ];
    if let Some(program) = aws()? {
        subjects.push(Subject {
            label: "hashicorp/aws",
            name: "aws",
            program,
            role: Role::Other,
            item: Some(Item::PolicyDocument),
            bag: None,
        });
    } else {
        eprintln!("no AWS provider found: PLINTH_AWS_PROVIDER may name one");
    }
    Ok(subjects)
}

/// The AWS provider that a variable names, or that lies in a mirror of the CLI configuration.
fn aws() -> anyhow::Result<Option<PathBuf>> {
    if let Some(named) = std::env::var_os("PLINTH_AWS_PROVIDER").filter(|name| !name.is_empty()) {
        let named = PathBuf::from(named);
        ensure!(
            named.is_file(),
            "PLINTH_AWS_PROVIDER names {}, no file",
            named.display()
        );
        return Ok(Some(named));
    }
    let home = std::env::home_dir();
    let config = std::env::var_os("TF_CLI_CONFIG_FILE")
        .map(PathBuf::from)
        .or_else(|| Some(home.as_ref()?.join(".terraformrc")));
    let text = config
        .and_then(|config| fs::read_to_string(config).ok())
        .unwrap_or_default();
    let implied = home.map(|home| home.join(".terraform.d/plugins"));
    let mut mirrors = mirrors(&text).into_iter().chain(implied);
    Ok(mirrors.find_map(|mirror| newest_in(&mirror)))
}

/// The paths of the filesystem mirrors in a CLI configuration.
fn mirrors(config: &str) -> Vec<PathBuf> {
    config
        .split("filesystem_mirror")
        .skip(1)
        .filter_map(|rest| {
            let block = rest.split_once('{')?.1.split_once('}')?.0;
            let line = block
                .lines()
                .find(|line| line.trim_start().starts_with("path"))?;
            Some(PathBuf::from(line.split('"').nth(1)?))
        })
        .collect()
}

fn newest_in(mirror: &Path) -> Option<PathBuf> {
    let versions = fs::read_dir(mirror.join("registry.terraform.io/hashicorp/aws")).ok()?;
    let mut found: Vec<PathBuf> = versions
        .flatten()
        .filter_map(|version| fs::read_dir(version.path().join(platform())).ok())
        .flat_map(Iterator::flatten)
        .map(|entry| entry.path())
        .filter(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            name.starts_with("terraform-provider-aws")
        })
        .collect();
    found.sort();
    found.pop()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mirrors_are_read_off_a_configuration() {
        let config = r#"
            disable_checkpoint = true
            provider_installation {
              filesystem_mirror {
                path    = "/srv/a"
                include = ["*/*/*"]
              }
              direct {}
              filesystem_mirror { path = "/srv/b" }
            }"#;
        let config = config.replace("{ path", "{\n path");
        assert_eq!(
            mirrors(&config),
            [PathBuf::from("/srv/a"), PathBuf::from("/srv/b")]
        );
        assert_eq!(mirrors("disable_checkpoint = true"), Vec::<PathBuf>::new());
    }

    #[test]
    fn the_newest_provider_of_a_mirror_is_found() {
        let mirror = tempfile::tempdir().unwrap();
        for version in ["5.1.0", "5.2.0"] {
            let folder = format!(
                "registry.terraform.io/hashicorp/aws/{version}/{}",
                platform()
            );
            let folder = mirror.path().join(folder);
            fs::create_dir_all(&folder).unwrap();
            fs::write(folder.join("LICENSE.txt"), "").unwrap();
            fs::write(folder.join("terraform-provider-aws_x5"), "").unwrap();
        }
        let found = newest_in(mirror.path()).unwrap();
        assert!(found.ends_with(format!("5.2.0/{}/terraform-provider-aws_x5", platform())));
        assert_eq!(newest_in(&mirror.path().join("nothing")), None);
    }
}
