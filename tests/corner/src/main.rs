//! The provider of corner cases as a plugin.

use std::process::ExitCode;

use plinth_protocol::{Options, serve, serve_debug};

fn main() -> ExitCode {
    let options = Options::new([
        "registry.terraform.io/plinth/corner",
        "registry.opentofu.org/plinth/corner",
    ]);
    if std::env::args().any(|argument| argument == "--debug") {
        return serve_debug(corner::registry(), &options);
    }
    serve(corner::registry(), &options)
}
