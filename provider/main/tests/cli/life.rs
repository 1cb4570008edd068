//! Everything there is, from the first apply to destroy.

use std::fs;

use plinth_golden::{Cli, Project, at};

use crate::lab::{Lab, plan_does};
use crate::with_both;

const MAIN: &str = r#"
variable "greeting" {}
variable "mode" {}
variable "version_wo" {}
variable "trigger" {}

data "plinth_host_facts" "host" {
  host = local.host
}

resource "plinth_host_directory" "app" {
  host = local.host
  path = "${local.dir}/srv/app"
  mode = "0750"

  parents = true
}

resource "plinth_host_directory" "spare" {
  host = local.host
  path = "${local.dir}/spare"
  mode = var.mode == "0640" ? "0755" : "0700"
}

resource "plinth_host_file" "conf" {
  host     = local.host
  path     = "${plinth_host_directory.app.path}/app.conf"
  content  = "greeting = ${var.greeting}\nkernel = ${data.plinth_host_facts.host.kernel}\n"
  mode     = var.mode
  validate = "grep -q '^greeting = ' %s"
}

resource "plinth_host_file" "copy" {
  host   = local.host
  path   = "${local.dir}/copy"
  source = "${path.module}/local.bin"
}

ephemeral "plinth_host_file" "token" {
  host = local.host
  path = "${local.dir}/token"
}

resource "plinth_host_file" "secret" {
  host               = local.host
  path               = "${local.dir}/secret"
  mode               = "600"
  content_wo         = ephemeral.plinth_host_file.token.content
  content_wo_version = var.version_wo
}

resource "plinth_host_command" "step" {
  host             = local.host
  create           = "printf '%s %s\n' \"$NAME\" \"$(cat)\" >'${local.dir}/step'"
  update           = "printf 'again %s %s\n' \"$NAME\" \"$(cat)\" >'${local.dir}/step'"
  delete           = "rm '${local.dir}/step'"
  read             = "cat '${local.dir}/step'"
  creates          = "${local.dir}/step"
  stdin_wo         = "input ${var.version_wo}"
  stdin_wo_version = var.version_wo
  environment      = { NAME = "step" }
  triggers         = { why = var.trigger }
}

resource "plinth_host_command" "absent" {
  host    = local.host
  create  = "rm '${local.dir}/unwanted'"
  removes = "${local.dir}/unwanted"
}

output "known_host" {
  value = provider::plinth::known_host("10.0.0.1", 2222, local.key)
}

output "diff" {
  value = provider::plinth::unified_diff("a\n", "b\n", "x")
}
"#;

fn set(project: &mut Project, greeting: &str, mode: &str, version: &str, trigger: &str) {
    project.set("TF_VAR_greeting", greeting);
    project.set("TF_VAR_mode", mode);
    project.set("TF_VAR_version_wo", version);
    project.set("TF_VAR_trigger", trigger);
}

fn life(cli: Cli) {
    let lab = Lab::start();
    let mut project = lab.project(cli);
    let key = lab.known_at(22);
    let (_, key) = key.split_once(' ').unwrap();
    project.write("main.tf", MAIN);
    project.write("key.tf", &format!("locals {{\n  key = {key:?}\n}}\n"));
    fs::write(project.work().join("local.bin"), [0, 159, 146, 150]).unwrap();
    lab.write("token", "token one");
    lab.write("unwanted", "");
    set(&mut project, "hello", "0640", "1", "a");

    created(&lab, &project, key);
    changed(&lab, &mut project);
    mended(&lab, &project);

    project.destroy();
    assert_eq!(
        lab.names(),
        ["srv", "token"],
        "only what was there, and the parent directory"
    );
    assert_eq!(project.state().addresses(), Vec::<&str>::new());
}

fn created(lab: &Lab, project: &Project, key: &str) {
    project
        .apply()
        .succeeded()
        .says(&["7 added, 0 changed, 0 destroyed"]);
    assert_eq!(
        lab.read("srv/app/app.conf"),
        "greeting = hello\nkernel = Linux\n"
    );
    assert_eq!(
        (lab.mode("srv/app"), lab.mode("srv/app/app.conf")),
        ("0750".into(), "0640".into())
    );
    assert_eq!(fs::read(lab.path("copy")).unwrap(), [0, 159, 146, 150]);
    assert_eq!(
        (lab.read("secret"), lab.mode("secret")),
        ("token one".into(), "0600".into())
    );
    assert_eq!(lab.read("step"), "step input 1\n");
    assert!(!lab.path("unwanted").exists());
    let outputs = project.outputs();
    assert_eq!(outputs["known_host"], format!("[10.0.0.1]:2222 {key}"));
    assert_eq!(
        outputs["diff"],
        "--- before/x\n+++ after/x\n@@ -1 +1 @@\n-a\n+b\n"
    );
    let state = project.state();
    assert_eq!(
        at(state.values("plinth_host_command.step"), "/output"),
        "\"step input 1\""
    );
    assert_eq!(
        at(state.values("data.plinth_host_facts.host"), "/host/port"),
        lab.sshd.port().to_string()
    );
    project.plan_is_empty();
}

/// Everything is changed in place.
fn changed(lab: &Lab, project: &mut Project) {
    fs::write(project.work().join("local.bin"), "text now").unwrap();
    lab.write("token", "token two");
    project.plan().has_changes();
    set(project, "good day", "0600", "2", "b");
    plan_does(
        project,
        &[
            ("command.step", "update"),
            ("directory.spare", "update"),
            ("file.conf", "update"),
            ("file.copy", "update"),
            ("file.secret", "update"),
        ],
    );
    project
        .run(&["apply", "-input=false", "-no-color", "plan.out"])
        .succeeded()
        .says(&["0 added, 5 changed, 0 destroyed"]);
    assert_eq!(
        lab.read("srv/app/app.conf"),
        "greeting = good day\nkernel = Linux\n"
    );
    assert_eq!(
        (lab.mode("srv/app/app.conf"), lab.mode("spare")),
        ("0600".into(), "0700".into())
    );
    assert_eq!(
        (lab.read("copy"), lab.read("secret")),
        ("text now".into(), "token two".into())
    );
    assert_eq!(lab.read("step"), "again step input 2\n");
    project.plan_is_empty();
}

/// What somebody else changed on the host is seen and put right.
fn mended(lab: &Lab, project: &Project) {
    lab.write("srv/app/app.conf", "greeting = bye\n");
    lab.set_mode("copy", 0o666);
    lab.write("secret", "token 666");
    lab.write("step", "undone\n");
    lab.write("unwanted", "");
    fs::remove_dir(lab.path("spare")).unwrap();
    plan_does(
        project,
        &[
            ("command.absent", "create"),
            ("command.step", "update"),
            ("directory.spare", "create"),
            ("file.conf", "update"),
            ("file.copy", "update"),
            ("file.secret", "update"),
        ],
    );
    let shown = project.run(&["show", "-no-color", "plan.out"]).succeeded();
    shown.says(&[
        "- greeting = bye",
        "+ greeting = good day",
        "\"0666\" -> \"0644\"",
    ]);
    project.apply().succeeded();
    assert_eq!(
        lab.read("srv/app/app.conf"),
        "greeting = good day\nkernel = Linux\n"
    );
    assert_eq!(
        (lab.read("secret"), lab.mode("copy")),
        ("token two".into(), "0644".into())
    );
    assert_eq!(
        (lab.read("step"), lab.mode("spare")),
        ("again step input 2\n".into(), "0700".into())
    );
    assert!(!lab.path("unwanted").exists());
    project.plan_is_empty();

    fs::remove_file(lab.path("copy")).unwrap();
    fs::remove_file(lab.path("step")).unwrap();
    lab.set_mode("srv/app", 0o700);
    plan_does(
        project,
        &[
            ("command.step", "create"),
            ("directory.app", "update"),
            ("file.copy", "create"),
        ],
    );
    project.apply().succeeded();
    assert_eq!(
        (lab.read("step"), lab.mode("srv/app")),
        ("step input 2\n".into(), "0750".into())
    );
    project.plan_is_empty();
}

#[test]
fn all_resources_live_their_lives() {
    with_both(life);
}
