//! Whatever keeps a file from being written: the old one stays, and nothing is left beside it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use plinth_golden::{Cli, Outcome, Project};
use plinth_lab::proxy::FaultProxy;

use crate::lab::{Lab, eventually, plan_does};
use crate::with_both;

const MAIN: &str = r#"
variable "content" {}
variable "validate" {
  default = null
}

resource "plinth_host_file" "f" {
  host     = local.host
  path     = "${local.dir}/mount/f"
  content  = var.content
  validate = var.validate
}
"#;

fn project(lab: &Lab, cli: Cli, port: u16) -> Project {
    let mut project = lab.project_at(cli, port);
    project.write("main.tf", MAIN);
    fs::create_dir(lab.path("mount")).unwrap();
    project.set("TF_VAR_content", "old");
    project
}

/// Applies new content, which does not succeed.
fn apply(lab: &Lab, project: &mut Project, content: &str) -> Outcome {
    project.set("TF_VAR_content", content);
    let outcome = project.apply().failed();
    assert_eq!(
        lab.read("mount/f"),
        "old",
        "the old file is whole\n{outcome}"
    );
    let here = || crate::lab::names(&lab.path("mount")) == ["f"];
    eventually("the temporary file is removed", here);
    outcome
}

fn interrupted_upload(cli: Cli) {
    let lab = Lab::start();
    let proxy = FaultProxy::start(lab.sshd.address()).unwrap();
    let mut project = project(&lab, cli, proxy.port());
    project.apply().succeeded();
    // The refresh and the handshake need a few KiB; then the upload is cut.
    let long = "x".repeat(1 << 20);
    proxy.cut_after(400_000);
    project.write("long.auto.tfvars", &format!("content = {long:?}\n"));
    apply(&lab, &mut project, "ignored").says(&[
        "Error: The file cannot be written",
        "cannot write",
        "the connection was lost",
    ]);
    proxy.heal();
    project.apply().succeeded();
    assert_eq!(lab.read("mount/f").len(), long.len());
    project.plan_is_empty();
}

#[test]
fn a_connection_lost_in_the_middle_of_an_upload_changes_nothing() {
    with_both(interrupted_upload);
}

fn refused_content(cli: Cli) {
    let lab = Lab::start();
    let mut project = project(&lab, cli, lab.sshd.port());
    project.apply().succeeded();
    project.set(
        "TF_VAR_validate",
        "echo \"line 3 of $(basename %s | cut -c 1-3) is bad\"; exit 7",
    );
    apply(&lab, &mut project, "new").says(&[
        "Error: The new content is not valid",
        "validation failed (exit status 7): line 3 of .f. is bad",
        "validate = var.validate",
        "with plinth_host_file.f",
    ]);
    project.set("TF_VAR_validate", "grep -q new %s");
    project.apply().succeeded();
    assert_eq!(lab.read("mount/f"), "new");
    project.plan_is_empty();
}

#[test]
fn content_that_is_not_valid_changes_nothing() {
    with_both(refused_content);
}

/// A small file system in memory; unmounted when dropped.
struct Mount(PathBuf);

impl Mount {
    /// `None` where this process may not mount.
    fn new(at: &Path) -> Option<Self> {
        let at = at.to_owned();
        mount(&["-t", "tmpfs", "-o", "size=64k", "tmpfs"], &at).then(|| Self(at))
    }

    fn read_only(&self, read_only: bool) {
        let options = if read_only {
            "remount,ro"
        } else {
            "remount,rw"
        };
        assert!(mount(&["-o", options], &self.0), "it can be mounted anew");
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        // Nothing more can be done about it here; the next test has a folder of its own.
        Command::new("umount").arg(&self.0).status().ok();
    }
}

fn mount(arguments: &[&str], at: &Path) -> bool {
    let output = Command::new("mount").args(arguments).arg(at).output();
    output.is_ok_and(|output| output.status.success())
}

fn file_systems(cli: Cli) {
    let lab = Lab::start();
    let mut project = project(&lab, cli, lab.sshd.port());
    let Some(mount) = Mount::new(&lab.path("mount")) else {
        return without_permission(&lab, &mut project);
    };
    project.apply().succeeded();
    let long = "x".repeat(100_000);
    apply(&lab, &mut project, &long).says(&[
        "The file cannot be written",
        "no space left on the file system",
    ]);
    mount.read_only(true);
    apply(&lab, &mut project, "new")
        .says(&["The file cannot be written", "the file system is read-only"]);
    project
        .run(&["destroy", "-input=false", "-no-color", "-auto-approve"])
        .failed()
        .says(&["The file cannot be removed", "the file system is read-only"]);
    mount.read_only(false);
    project.apply().succeeded();
    project.plan_is_empty();
    project.destroy();
}

/// What an ordinary user can test of it.
fn without_permission(lab: &Lab, project: &mut Project) {
    project.apply().succeeded();
    lab.set_mode("mount", 0o555);
    if fs::write(lab.path("mount/probe"), "").is_ok() {
        // Root that may not mount: no file system refuses it anything.
        return fs::remove_file(lab.path("mount/probe")).unwrap();
    }
    apply(lab, project, "new").says(&[
        "The file cannot be written",
        "permission denied by the host",
    ]);
    lab.set_mode("mount", 0o755);
    project.apply().succeeded();
    project.destroy();
}

#[test]
fn a_file_system_that_takes_nothing_keeps_what_it_has() {
    with_both(file_systems);
}

const STEPS: &str = r#"
variable "force" {}

resource "plinth_host_directory" "full" {
  host          = local.host
  path          = "${local.dir}/full"
  force_destroy = var.force
}

resource "plinth_host_command" "lost" {
  host   = local.host
  create = "true"
  read   = "${local.dir}/tool"
}
"#;

fn objects_in_the_way(cli: Cli) {
    let lab = Lab::start();
    let mut project = lab.project(cli);
    project.write("main.tf", STEPS);
    project.set("TF_VAR_force", "false");
    let not_done = [
        "The step was carried out, but is not done",
        "tool",
        "not found",
    ];
    project
        .apply()
        .failed()
        .says(&not_done)
        .says(&["with plinth_host_command.lost"]);
    lab.write("tool", "#!/bin/sh\necho tool 1\n");
    lab.set_mode("tool", 0o755);
    project.apply().succeeded();
    // A probe that is gone is a step that is undone.
    fs::remove_file(lab.path("tool")).unwrap();
    plan_does(&project, &[("command.lost", "create")]);
    lab.write("full/of", "things");
    let destroy = ["destroy", "-input=false", "-no-color", "-auto-approve"];
    project.run(&destroy).failed().says(&[
        "The directory cannot be removed",
        "not empty",
        "force_destroy",
    ]);
    assert_eq!(lab.read("full/of"), "things");
    lab.write("tool", "#!/bin/sh\necho tool 1\n");
    lab.set_mode("tool", 0o755);
    project.set("TF_VAR_force", "true");
    project.apply().succeeded();
    project.destroy();
    assert_eq!(lab.names(), ["tool"]);
}

#[test]
fn what_is_in_the_way_is_named() {
    with_both(objects_in_the_way);
}
