//! The command line programs that plug us in.

use std::env;
use std::fmt;
use std::path::{Path, PathBuf};

/// Which program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cli {
    /// The oldest Terraform that the provider supports.
    Terraform,
    /// The oldest `tofu` that the provider supports.
    Tofu,
    /// A newer Terraform, with identities, listings and actions.
    TerraformNext,
}

/// A program that is there.
#[derive(Clone, Debug)]
pub struct Tool {
    /// Which one.
    pub cli: Cli,
    /// Where it is.
    pub program: PathBuf,
}

impl Cli {
    /// The programs that every configuration must work with.
    pub const BOTH: [Self; 2] = [Self::Terraform, Self::Tofu];

    /// All of them.
    pub const ALL: [Self; 3] = [Self::Terraform, Self::Tofu, Self::TerraformNext];

    const fn variable(self) -> &'static str {
        match self {
            Self::Terraform => "PLINTH_TERRAFORM",
            Self::Tofu => "PLINTH_TOFU",
            Self::TerraformNext => "PLINTH_TERRAFORM_NEXT",
        }
    }

    /// The name under which it may be found on the search path.
    const fn command(self) -> Option<&'static str> {
        match self {
            Self::Terraform => Some("terraform"),
            Self::Tofu => Some("tofu"),
            Self::TerraformNext => None,
        }
    }

    /// The host of the registry that it takes providers from.
    pub const fn registry(self) -> &'static str {
        match self {
            Self::Terraform | Self::TerraformNext => "registry.terraform.io",
            Self::Tofu => "registry.opentofu.org",
        }
    }

    /// Finds the program: the environment names it, or it is on the search path.
    ///
    /// # Panics
    /// It is not there; the message says how to get it.
    pub fn find(self) -> Tool {
        let named = env::var_os(self.variable()).map(PathBuf::from);
        let found = named.or_else(|| self.command().and_then(on_path));
        match found {
            Some(program) if program.is_file() => Tool { cli: self, program },
            _ => panic!(
                "{self} was not found. Run the tests with `cargo xtask test`, which gets it, or \
                 set {} to its path.",
                self.variable()
            ),
        }
    }
}

impl fmt::Display for Cli {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Terraform => "terraform",
            Self::Tofu => "tofu",
            Self::TerraformNext => "terraform-next",
        })
    }
}

fn on_path(command: &str) -> Option<PathBuf> {
    env::split_paths(&env::var_os("PATH")?)
        .map(|directory| directory.join(command))
        .find(|program| Path::is_file(program))
}
