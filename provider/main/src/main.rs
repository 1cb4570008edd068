//! The provider plinth for Terraform and OpenTofu.
//!
//! Terraform starts it; a person gets a help text.

use std::env;
use std::io::{self, Write};
use std::process::ExitCode;

use plinth_protocol::{Options, serve, serve_debug};

const ADDRESSES: [&str; 2] = [
    "registry.terraform.io/plinth/plinth",
    "registry.opentofu.org/plinth/plinth",
];

const HELP: &str = "\
terraform-provider-plinth: bare-metal hosts, clusters, storage and databases as one
Terraform or OpenTofu configuration.

Terraform and OpenTofu start this program themselves. Run by hand, it knows:

  version    print the version
  schema     print the names of all resources, data sources and functions
  --debug    serve until Ctrl-C, and print TF_REATTACH_PROVIDERS for it
";

fn main() -> ExitCode {
    let options = Options::new(ADDRESSES);
    let mut arguments = env::args().skip(1);
    match arguments.next().as_deref() {
        None => serve(plinth_resources::registry(), &options),
        Some("--debug" | "-debug") => serve_debug(plinth_resources::registry(), &options),
        Some("version" | "--version") => print(concat!(env!("CARGO_PKG_VERSION"), "\n")),
        Some("schema") => print(&names()),
        Some("help" | "--help" | "-h") => print(HELP),
        Some(unknown) => {
            let text = format!("unknown argument {unknown:?}\n\n{HELP}");
            // Where even stderr is closed there is nobody to tell.
            drop(io::stderr().write_all(text.as_bytes()));
            ExitCode::FAILURE
        }
    }
}

fn names() -> String {
    let schema = plinth_resources::registry().schema();
    let kinds = [
        ("resource", schema.resources.keys().collect::<Vec<_>>()),
        ("data", schema.data_sources.keys().collect()),
        ("ephemeral", schema.ephemeral_resources.keys().collect()),
        ("list", schema.list_resources.keys().collect()),
        ("action", schema.actions.keys().collect()),
        ("function", schema.functions.keys().collect()),
    ];
    let mut text = String::new();
    for (kind, names) in kinds {
        for name in names {
            text.push_str(&format!("{kind} {name}\n"));
        }
    }
    text
}

fn print(text: &str) -> ExitCode {
    match io::stdout().write_all(text.as_bytes()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}
