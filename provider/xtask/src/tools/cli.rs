//! `terraform` and `tofu`.

use std::path::PathBuf;

use anyhow::{Context, ensure};
use plinth_lab::servers;

use crate::repo::Repo;
use crate::tools::find;

/// A command line program that runs providers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cli {
    /// Terraform, as installed; any version from 1.11.
    Terraform,
    /// `tofu`, any version from 1.11.
    Tofu,
    /// Terraform 1.14 or newer: resource identity, listing, actions.
    TerraformNext,
}

impl Cli {
    /// The environment variable that names the program, for these commands and for the tests.
    pub(crate) fn variable(self) -> &'static str {
        match self {
            Self::Terraform => "PLINTH_TERRAFORM",
            Self::Tofu => "PLINTH_TOFU",
            Self::TerraformNext => "PLINTH_TERRAFORM_NEXT",
        }
    }

    /// The name of the module in `acceptance/servers` it can be built from.
    fn server(self) -> &'static str {
        match self {
            Self::Terraform | Self::TerraformNext => "terraform-1.14",
            Self::Tofu => "opentofu",
        }
    }

    /// What is on the machine already: the program its variable names, else the one on the `PATH`.
    ///
    /// # Errors
    /// When the variable names something that is not there.
    pub(crate) fn installed(self) -> anyhow::Result<Option<PathBuf>> {
        let variable = self.variable();
        if let Some(named) = std::env::var_os(variable).filter(|value| !value.is_empty()) {
            let named = PathBuf::from(named);
            ensure!(
                named.is_file(),
                "{variable} names {}, which is no file",
                named.display()
            );
            return Ok(Some(named));
        }
        Ok(match self {
            Self::Terraform => find("terraform"),
            Self::Tofu => find("tofu"),
            // The one on the PATH may be of any version.
            Self::TerraformNext => None,
        })
    }

    /// What is on the machine, else what can be built with Go.
    ///
    /// # Errors
    /// When neither is possible; the error says what to do.
    pub(crate) fn installed_or_built(self, repo: &Repo) -> anyhow::Result<PathBuf> {
        if let Some(program) = self.installed()? {
            return Ok(program);
        }
        let (server, variable) = (self.server(), self.variable());
        eprintln!("{variable}: using {server}, built with Go (the first time takes some minutes)");
        servers::build(&repo.root, server).with_context(|| {
            format!(
                "{server} is needed: install Go so that it can be built, or set {variable} to a \
                 program that is there"
            )
        })
    }
}
