//! The corner cases under the real terraform and tofu.
#![allow(clippy::unwrap_used, reason = "a test fails so")]

mod errors;
mod faults;
mod functions;
mod history;
mod life_cycle;
mod next;
mod provider_block;
mod secrets;
mod stores;

use plinth_golden::{Cli, Plugin, Project};
use std::fs;

/// A project with the provider, configured.
fn corner(cli: Cli) -> Project {
    let project = unconfigured(cli);
    let directory = project.remote().display().to_string();
    project.write(
        "provider.tf",
        &format!("provider \"corner\" {{\n  directory = {directory:?}\n}}\n"),
    );
    project
}

/// A project with the provider, without its block.
fn unconfigured(cli: Cli) -> Project {
    let binary = env!("CARGO_BIN_EXE_terraform-provider-corner");
    Project::new(
        cli,
        &[Plugin {
            name: "corner",
            binary,
        }],
    )
}

/// Changes an object behind the provider's back.
fn drift(project: &Project, object: &str, from: &str, to: &str) {
    let path = project.remote().join(format!("{object}.json"));
    let json = fs::read_to_string(&path).unwrap();
    assert!(json.contains(from), "no {from} in {json}");
    fs::write(path, json.replace(from, to)).unwrap();
}

/// A test function per program.
macro_rules! under {
    ($($cli:ident),*: $scenario:ident) => {
        mod $scenario {
            $(
                #[test]
                #[allow(non_snake_case, reason = "named as the program is")]
                fn $cli() {
                    super::$scenario(plinth_golden::Cli::$cli);
                }
            )*
        }
    };
}
pub(crate) use under;
