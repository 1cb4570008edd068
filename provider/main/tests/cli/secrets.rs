//! Secrets are where they belong, and nowhere else.

use std::fs;
use std::io::Read;

use flate2::read::DeflateDecoder;
use plinth_golden::{Cli, Project};

use crate::lab::Lab;
use crate::with_both;

const CONTENT: &str = "canary-content-5d1f";
const STDIN: &str = "canary-stdin-93ab";
const EPHEMERAL: &str = "canary-ephemeral-c07e";
const PASSWORD: &str = "canary-password-2b64";

/// Prints the command line of every process, and the environment of this one and of those it
/// descends from.
const LOOK: &str = r#"
for process in /proc/[0-9]*; do tr '\0' '\n' <"$process/cmdline"; done 2>/dev/null
pid=$$
while [ "$pid" -gt 1 ]; do
  tr '\0' '\n' <"/proc/$pid/environ"
  pid=$(sed -n 's/^PPid:[^0-9]*//p' "/proc/$pid/status")
done 2>/dev/null
true
"#;

const MAIN: &str = r#"
variable "content" {
  type      = string
  ephemeral = true
}
variable "stdin" {
  type      = string
  ephemeral = true
}
variable "password" {
  type      = string
  ephemeral = true
}
variable "passphrase" {
  type      = string
  ephemeral = true
}

ephemeral "plinth_host_file" "token" {
  host = local.host
  path = "${local.dir}/token"
}

resource "plinth_host_file" "secret" {
  host               = local.host
  path               = "${local.dir}/secret"
  content_wo         = var.content
  content_wo_version = 1
  validate           = "/bin/sh ${local.dir}/look >${local.dir}/seen-upload; test -s %s"
}

resource "plinth_host_file" "leased" {
  host               = local.host
  path               = "${local.dir}/leased"
  content_wo         = ephemeral.plinth_host_file.token.content
  content_wo_version = 1
}

resource "plinth_host_command" "step" {
  host             = local.host
  create           = "/bin/sh ${local.dir}/look >${local.dir}/seen-command; cat >${local.dir}/step"
  read             = "wc -c <${local.dir}/step"
  stdin_wo         = var.stdin
  stdin_wo_version = 1
  environment      = { VISIBLE = "as-it-should-be" }
}
"#;

const FAILING: &str = r#"
resource "plinth_host_file" "bad" {
  host       = local.host
  path       = "${local.dir}/bad"
  content_wo = "${var.content}\nline two"
  validate   = "cat %s; exit 1"
}

resource "plinth_host_command" "bad" {
  host     = local.host
  create   = "cat >&2; exit 3"
  stdin_wo = var.stdin
}
"#;

fn no_secret_is_left_behind(cli: Cli) {
    let lab = Lab::start();
    let mut project = lab.project(cli);
    let known = lab.known_at(lab.sshd.port());
    fs::write(
        project.work().parent().unwrap().join("key"),
        lab.sshd.encrypted_client_key().unwrap(),
    )
    .unwrap();
    project.write(
        "provider.tf",
        &lab.block_with(&format!(
            "private_key = file(\"${{path.module}}/../key\")\npassphrase = var.passphrase\n\
             password = var.password\nknown_hosts = {known:?}\n"
        )),
    );
    project.set("TF_LOG", "trace");
    project.set("TF_LOG_PATH", "trace.log");
    project.set("TF_VAR_content", CONTENT);
    project.set("TF_VAR_stdin", STDIN);
    project.set("TF_VAR_password", PASSWORD);
    let passphrase = lab.sshd.passphrase();
    project.set("TF_VAR_passphrase", &passphrase);
    lab.write("token", EPHEMERAL);
    lab.write("look", LOOK);
    project.write("main.tf", MAIN);

    let key = lab.sshd.encrypted_client_key().unwrap();
    let key = key.lines().nth(2).unwrap();
    let secrets = [CONTENT, STDIN, EPHEMERAL, PASSWORD, &passphrase, key];
    project.plan().has_changes().conceals(&secrets);
    let planned = project.planned().to_string();
    assert!(
        secrets.iter().all(|secret| !planned.contains(secret)),
        "{planned}"
    );
    let apply = project
        .run(&["apply", "-input=false", "-no-color", "plan.out"])
        .succeeded();
    apply.conceals(&secrets);
    project.plan_is_empty();
    assert_eq!(
        (lab.read("secret"), lab.read("leased")),
        (CONTENT.into(), EPHEMERAL.into())
    );
    assert_eq!(lab.read("step"), STDIN);
    for seen in ["seen-upload", "seen-command"] {
        let seen = lab.read(seen);
        assert!(seen.contains("PATH=") && seen.contains("sshd"), "{seen}");
        assert!(
            secrets.iter().all(|secret| !seen.contains(secret)),
            "{seen}"
        );
    }
    assert!(lab.read("seen-command").contains("VISIBLE=as-it-should-be"));

    // What a command says of its input is told without it.
    project.write("failing.tf", FAILING);
    let failed = project.apply().failed().says(&[
        "The new content is not valid",
        "The command failed",
        "ended with exit status 3",
        "it may quote the write-only value",
    ]);
    failed.conceals(&secrets).conceals(&["line two"]);

    let log = lab.sshd.log();
    assert!(log.contains("Accepted publickey"), "{log}");
    assert!(secrets.iter().all(|secret| !log.contains(secret)), "{log}");
    project.remove("provider.tf");
    project.remove("failing.tf");
    nothing_holds(&project, &secrets);
}

/// No file of the project holds a secret: not as it is, not in an archive.
fn nothing_holds(project: &Project, secrets: &[&str]) {
    let mut names = Vec::new();
    for entry in fs::read_dir(project.work()).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            let bytes = fs::read(&path).unwrap();
            let mut texts = vec![bytes.clone()];
            texts.extend(archived(&bytes));
            names.push((
                path.file_name().unwrap().to_string_lossy().into_owned(),
                texts.len(),
            ));
            for secret in secrets {
                let found = texts.iter().any(|text| {
                    text.windows(secret.len())
                        .any(|window| window == secret.as_bytes())
                });
                assert!(!found, "{} holds {secret}", path.display());
            }
        }
    }
    let parts = |name: &str| {
        names
            .iter()
            .find(|(n, _)| n == name)
            .map_or(0, |(_, parts)| *parts)
    };
    assert!(
        parts("plan.out") > 3 && parts("terraform.tfstate") == 1,
        "{names:?}"
    );
    let trace = fs::read_to_string(project.work().join("trace.log")).unwrap();
    assert!(
        trace.contains("ApplyResourceChange"),
        "the trace is one of everything"
    );
}

/// The files of a zip archive, found by their local headers (APPNOTE 4.3.7).
fn archived(bytes: &[u8]) -> Vec<Vec<u8>> {
    let heads = bytes
        .windows(30)
        .enumerate()
        .filter(|(_, head)| head.starts_with(b"PK\x03\x04"));
    let files = heads.map(|(at, head)| {
        let length = |at: usize| usize::from(u16::from_le_bytes([head[at], head[at + 1]]));
        let data = bytes
            .get(at + 30 + length(26) + length(28)..)
            .unwrap_or_default();
        let mut file = Vec::new();
        if length(8) == 8 {
            DeflateDecoder::new(data).read_to_end(&mut file).unwrap();
        }
        file
    });
    files.collect()
}

#[test]
fn no_secret_is_where_it_does_not_belong() {
    with_both(no_secret_is_left_behind);
}
