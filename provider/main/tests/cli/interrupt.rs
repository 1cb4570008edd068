//! Ctrl-C: the run ends at once, what exists is in the state, nothing is left on the host.

use std::cell::Cell;
use std::fs;
use std::time::{Duration, Instant};

use plinth_golden::{Cli, Found, Outcome, Project, at};
use plinth_lab::processes::is_running;
use plinth_lab::proxy::FaultProxy;

use crate::lab::{Lab, eventually, names};
use crate::with_both;

const APPLY: [&str; 4] = ["apply", "-input=false", "-no-color", "-auto-approve"];

/// Far below every timeout; most of it is for saving the state on a busy machine.
const PROMPT: Duration = Duration::from_secs(5);

/// Presses Ctrl-C once `ready`; the run then ends at once.
fn interrupted(project: &Project, arguments: &[&str], ready: impl Fn() -> bool) -> Outcome {
    let pressed = Cell::new(Instant::now());
    let outcome = project.interrupt(arguments, || {
        pressed.set(Instant::now());
        ready()
    });
    let took = pressed.get().elapsed();
    assert!(took < PROMPT, "it took {took:?}\n{outcome}");
    outcome
}

fn during_a_command(cli: Cli) {
    let lab = Lab::start();
    let project = lab.project(cli);
    project.write(
        "main.tf",
        r#"
        resource "plinth_host_file" "before" {
          host    = local.host
          path    = "${local.dir}/before"
          content = "x"
        }
        resource "plinth_host_command" "long" {
          host       = local.host
          create     = "sleep 300 & echo $$ $! >${local.dir}/pids; wait"
          depends_on = [plinth_host_file.before]
        }
        resource "plinth_host_file" "after" {
          host       = local.host
          path       = "${local.dir}/after"
          content    = "x"
          depends_on = [plinth_host_command.long]
        }
        "#,
    );
    let pids = || {
        let text = fs::read_to_string(lab.path("pids")).unwrap_or_default();
        text.split_whitespace()
            .map(|pid| pid.parse().unwrap())
            .collect::<Vec<i32>>()
    };
    interrupted(&project, &APPLY, || pids().len() == 2)
        .failed()
        .says(&["The command failed", "cancelled"]);
    assert_eq!(project.state().addresses(), ["plinth_host_file.before"]);
    assert_eq!(lab.names(), ["before", "pids"]);
    eventually("the command and its child are ended", || {
        !pids().into_iter().any(is_running)
    });
    eventually("nobody is logged in", || lab.sshd.connections().is_empty());
}

#[test]
fn ctrl_c_ends_a_running_command() {
    with_both(during_a_command);
}

fn during_an_upload(cli: Cli) {
    let lab = Lab::start();
    let proxy = FaultProxy::start(lab.sshd.address()).unwrap();
    let project = lab.project_at(cli, proxy.port());
    project.write(
        "main.tf",
        "resource \"plinth_host_file\" \"big\" {\n  host   = local.host\n  \
         path   = \"${local.dir}/big\"\n  source = \"local\"\n}\n",
    );
    project.write("local", "old");
    project.apply().succeeded();
    let before = project.state();
    project.write("local", &"x".repeat(3 << 20));
    let temporary = || {
        names(lab.path("big").parent().unwrap())
            .iter()
            .any(|name| name.starts_with('.'))
    };
    // 16 KiB at a time, so that it would take twenty seconds.
    let outcome = interrupted(&project, &APPLY, || {
        if proxy.accepted() >= 2 {
            proxy.delay(Duration::from_millis(100));
        }
        temporary()
    });
    outcome
        .failed()
        .says(&["The file cannot be written", "cancelled"]);
    eventually("the temporary file is removed", || lab.names() == ["big"]);
    assert_eq!(lab.read("big"), "old");
    proxy.heal();
    let sha256 = |state: &Found| at(state.values("plinth_host_file.big"), "/sha256");
    assert_eq!(sha256(&project.state()), sha256(&before));
    project.apply().succeeded();
    assert_eq!(lab.read("big").len(), 3 << 20);
}

#[test]
fn ctrl_c_ends_an_upload() {
    with_both(during_an_upload);
}

fn during_a_handshake(cli: Cli) {
    let lab = Lab::start();
    let proxy = FaultProxy::start(lab.sshd.address()).unwrap();
    let project = lab.project_at(cli, proxy.port());
    project.write(
        "main.tf",
        "data \"plinth_host_facts\" \"host\" {\n  host = local.host\n}\n",
    );
    proxy.stall(true);
    // The plan that is part of an apply is not told of Ctrl-C by Terraform, so this is one by itself.
    interrupted(&project, &["plan", "-input=false", "-no-color"], || {
        proxy.accepted() > 0
    })
    .failed()
    .says(&["The facts of the host are not known", "cancelled"]);
}

#[test]
fn ctrl_c_ends_the_wait_for_a_silent_host() {
    with_both(during_a_handshake);
}
