//! The probe as a plugin, for the tests of the client.

use std::process::ExitCode;

use plinth_conformance::probe::Probe;
use plinth_protocol::{Options, serve, serve_debug};

fn main() -> ExitCode {
    let options = Options::new([
        "registry.terraform.io/plinth/probe",
        "registry.opentofu.org/plinth/probe",
    ]);
    if std::env::args().any(|argument| argument == "--debug") {
        return serve_debug(Probe::default(), &options);
    }
    serve(Probe::default(), &options)
}
