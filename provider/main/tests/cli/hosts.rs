//! Hosts that cannot be reached, cannot be trusted, or do not let us in.

use std::process::Command;
use std::time::{Duration, Instant};

use plinth_golden::{Cli, Project, at};
use plinth_lab::sshd::Sshd;

use crate::lab::{Lab, plan_does};
use crate::with_both;

const MAIN: &str = r#"
variable "content" {
  default = "hello"
}

resource "plinth_host_file" "motd" {
  host    = local.host
  path    = "${local.dir}/motd"
  content = var.content
}
"#;

/// Nothing is tried again that cannot succeed.
const AT_ONCE: Duration = Duration::from_secs(10);

fn motd(lab: &Lab, cli: Cli) -> Project {
    let project = lab.project(cli);
    project.write("main.tf", MAIN);
    project
}

/// `SHA256:…` of the host's key, as OpenSSH computes it.
fn fingerprint(sshd: &Sshd) -> String {
    let public = sshd.dir().join("host-ed25519.pub");
    let output = Command::new("ssh-keygen")
        .arg("-lf")
        .arg(public)
        .output()
        .unwrap();
    let line = String::from_utf8(output.stdout).unwrap();
    line.split(' ').nth(1).unwrap().to_owned()
}

fn plans_offline(cli: Cli) {
    let mut lab = Lab::start();
    let mut project = motd(&lab, cli);
    project.apply().succeeded();
    let port = format!("127.0.0.1 port {}", lab.sshd.port());
    lab.sshd.stop();
    lab.write("motd", "drift");
    let warning = [
        "Warning: Host not reached, planned with what is in the state",
        &port,
        "refused",
    ];
    let plan = project.plan().succeeded();
    plan.says(&warning)
        .says(&["No changes"])
        .conceals(&["drift"]);
    project.set("TF_VAR_content", "good day");
    project
        .plan()
        .has_changes()
        .says(&warning)
        .says(&["1 to change"]);
    project
        .run(&["apply", "-input=false", "-no-color", "plan.out"])
        .failed()
        .says(&[
            "Error: The file cannot be written",
            &port,
            "refused",
            "with plinth_host_file.motd",
        ]);
    project.set("TF_VAR_content", "hello");
    lab.sshd.restart().unwrap();
    plan_does(&project, &[("file.motd", "update")]);
    project.apply().succeeded();

    // The name is part of what the object is, so it would be replaced.
    project.write(
        "host.tf",
        &lab.locals(lab.sshd.port())
            .replace("127.0.0.1", "nowhere.invalid"),
    );
    let start = Instant::now();
    project
        .apply()
        .failed()
        .says(&["nowhere.invalid port", "the name cannot be resolved"]);
    assert!(start.elapsed() < AT_ONCE * 2, "{:?}", start.elapsed());
}

#[test]
fn an_unreachable_host_is_planned_offline() {
    with_both(plans_offline);
}

fn wrong_credentials(cli: Cli) {
    let lab = Lab::start();
    let project = motd(&lab, cli);
    let known = lab.known_at(lab.sshd.port());
    let login = |credentials: &str| {
        let lines = format!("known_hosts = {known:?}\n{credentials}\n");
        project.write("provider.tf", &lab.block_with(&lines));
        let start = Instant::now();
        let outcome = project.apply();
        assert!(
            start.elapsed() < AT_ONCE,
            "{:?}\n{outcome}",
            start.elapsed()
        );
        outcome
    };
    let stranger = lab.sshd.stranger_key().unwrap();
    login(&format!("private_key = {stranger:?}"))
        .failed()
        .says(&[
            "cannot log in on 127.0.0.1 port",
            "permission denied; tried private key ssh-ed25519",
        ]);
    let encrypted = lab.sshd.encrypted_client_key().unwrap();
    let passphrase = lab.sshd.passphrase();
    login(&format!(
        "private_key = {encrypted:?}\npassphrase = \"wrong\""
    ))
    .failed()
    .says(&["the passphrase does not open the private key"]);
    login(&format!("private_key = {encrypted:?}"))
        .failed()
        .says(&["the private key is encrypted and there is no passphrase"]);
    login("private_key = \"no key\"")
        .failed()
        .says(&["the private key cannot be used"]);
    login("password = \"wrong-password\"")
        .failed()
        .says(&["permission denied", "the server accepts publickey"])
        .conceals(&["wrong-password"]);
    login(&format!(
        "private_key = {encrypted:?}\npassphrase = {passphrase:?}"
    ))
    .succeeded();
    project.plan_is_empty();

    // A refresh must not take a refused login for a host that is away.
    project.write(
        "provider.tf",
        &lab.block_with(&format!(
            "known_hosts = {known:?}\nprivate_key = {stranger:?}\n"
        )),
    );
    project
        .plan()
        .failed()
        .says(&["The file cannot be looked at", "permission denied"]);
}

#[test]
fn wrong_credentials_are_an_error_at_once() {
    with_both(wrong_credentials);
}

fn host_keys(cli: Cli) {
    let mut lab = Lab::start();
    let project = motd(&lab, cli);
    let port = lab.sshd.port();
    let known = lab.known_at(port);

    project.write("provider.tf", &lab.block(""));
    project
        .apply()
        .failed()
        .says(&["is unknown", &known, &fingerprint(&lab.sshd)]);
    project.write("provider.tf", &lab.block(&known));
    project.apply().succeeded();

    let before = fingerprint(&lab.sshd);
    lab.sshd.rotate_host_keys().unwrap();
    let both = [
        "the host's key has changed",
        &before,
        &fingerprint(&lab.sshd),
    ];
    project.plan().failed().says(&both);
    project.write("provider.tf", &lab.block(&lab.known_at(port)));
    project.plan_is_empty();
}

#[test]
fn host_keys_are_checked() {
    with_both(host_keys);
}

fn new_hosts(cli: Cli) {
    let mut lab = Lab::start();
    let project = motd(&lab, cli);
    let key = lab.key();
    let accepting = format!("{key}accept_new_host_keys = true\n");
    project.write("provider.tf", &lab.block_with(&accepting));
    project.apply().succeeded();
    let line = lab.sshd.host_key_line().unwrap();
    let (_, host_key) = line.split_once(' ').unwrap();
    let state = project.state();
    let recorded = at(state.values("plinth_host_file.motd"), "/host/host_key");
    assert_eq!(recorded, format!("{host_key:?}"));
    project.plan_is_empty();

    // From now on, it is known by what was recorded.
    project.write("provider.tf", &lab.block_with(&key));
    project.plan_is_empty();
    let before = fingerprint(&lab.sshd);
    lab.sshd.rotate_host_keys().unwrap();
    project.write("provider.tf", &lab.block_with(&accepting));
    let both = [
        "the host's key has changed",
        &before,
        &fingerprint(&lab.sshd),
    ];
    project.plan().failed().says(&both);
    project
        .apply()
        .failed()
        .says(&both)
        .says(&["-refresh=false"]);
    let line = lab.sshd.host_key_line().unwrap();
    let (_, host_key) = line.split_once(' ').unwrap();
    let pinned = format!("host    = merge(local.host, {{ host_key = {host_key:?} }})");
    project.write("main.tf", &MAIN.replace("host    = local.host", &pinned));
    let plan = [
        "plan",
        "-input=false",
        "-no-color",
        "-refresh=false",
        "-out=plan.out",
    ];
    project
        .run(&plan)
        .succeeded()
        .says(&["0 to add, 1 to change"]);
    project
        .run(&["apply", "-input=false", "-no-color", "plan.out"])
        .succeeded();
    project.plan_is_empty();
}

#[test]
fn a_key_seen_first_is_recorded_and_kept() {
    with_both(new_hosts);
}

fn renamed_connection(cli: Cli) {
    let lab = Lab::start();
    let project = motd(&lab, cli);
    let block = lab.block(&lab.known_at(lab.sshd.port()));
    let main = |connection: &str| {
        let host = format!("host    = merge(local.host, {{ connection = {connection:?} }})");
        MAIN.replace("host    = local.host", &host)
    };
    project.write("provider.tf", &block.replace("default = {", "old = {"));
    project.write("main.tf", &main("old"));
    project.apply().succeeded();
    project.write("provider.tf", &block.replace("default = {", "new = {"));
    let missing = "the provider block has no ssh connection \"old\"; there is new";
    project
        .plan()
        .failed()
        .says(&["Error: Connection not found", missing]);
    project.write("main.tf", &main("new"));
    project.plan().has_changes().says(&[
        "Warning: Connection gone",
        missing,
        "0 to add, 1 to change",
    ]);
    project.apply().succeeded();
    project.plan_is_empty();
}

#[test]
fn a_connection_can_be_renamed() {
    with_both(renamed_connection);
}
