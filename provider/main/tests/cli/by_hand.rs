//! The program, started by a person.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use plinth_golden::Cli;

use crate::PROVIDER;
use crate::lab::Lab;
use crate::with_both;

/// Exit code, standard output, standard error.
fn run(arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = Command::new(PROVIDER).args(arguments).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (
        output.status.code(),
        text(output.stdout),
        text(output.stderr),
    )
}

#[test]
fn it_tells_what_it_is() {
    let version = concat!(env!("CARGO_PKG_VERSION"), "\n").to_owned();
    assert_eq!(run(&["version"]), (Some(0), version, String::new()));

    let (code, names, _) = run(&["schema"]);
    assert_eq!(code, Some(0));
    let expected = "resource plinth_host_command\nresource plinth_host_directory\n\
                    resource plinth_host_file\ndata plinth_host_facts\n\
                    ephemeral plinth_host_file\nfunction known_host\nfunction unified_diff\n";
    assert_eq!(names, expected);

    let (code, help, _) = run(&["--help"]);
    assert!(code == Some(0) && help.contains("--debug"), "{help}");
}

#[test]
fn what_it_does_not_understand_is_an_error() {
    let (code, printed, complaint) = run(&["sing"]);
    assert_eq!((code, printed.as_str()), (Some(1), ""));
    assert!(
        complaint.starts_with("unknown argument \"sing\"\n"),
        "{complaint}"
    );

    let (code, printed, complaint) = run(&[]);
    assert_eq!(
        (code, printed.as_str()),
        (Some(1), ""),
        "no cookie, so no handshake"
    );
    assert!(
        complaint.contains("is a provider for Terraform and OpenTofu"),
        "{complaint}"
    );
}

fn a_debugged_provider_is_used(cli: Cli) {
    let lab = Lab::start();
    let mut project = lab.project(cli);
    project.write(
        "main.tf",
        "resource \"plinth_host_file\" \"motd\" {\n  host    = local.host\n  \
         path    = \"${local.dir}/motd\"\n  content = \"hello\"\n}\n",
    );
    let mut provider = Command::new(PROVIDER)
        .arg("--debug")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(provider.stdout.take().unwrap()).lines();
    let found = lines.map_while(Result::ok).find_map(|line| {
        let value = line
            .trim()
            .strip_prefix("TF_REATTACH_PROVIDERS='")?
            .strip_suffix('\'')?
            .to_owned();
        Some(value)
    });
    project.set("TF_REATTACH_PROVIDERS", &found.unwrap());
    // More than one run: the provider stays.
    project.apply().succeeded();
    project.plan_is_empty();
    assert_eq!(lab.read("motd"), "hello");

    let pid = provider.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-TERM", &pid])
            .status()
            .unwrap()
            .success()
    );
    let asked = Instant::now();
    assert_eq!(provider.wait().unwrap().code(), Some(0));
    assert!(
        asked.elapsed() < Duration::from_secs(2),
        "it took {:?}",
        asked.elapsed()
    );
    project.plan().failed();
}

#[test]
fn a_provider_started_for_debugging_is_used() {
    with_both(a_debugged_provider_is_used);
}
