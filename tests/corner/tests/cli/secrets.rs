//! Secrets: in no state, no plan, no log.

use std::fs;

use plinth_golden::{Cli, Project, at};

use crate::{corner, under};

const CANARY: &str = "canary-b8f2c61d";
const LONGER: &str = "canary-b8f2c61d-and-more";

const MAIN: &str = r#"
variable "canary" {
  type      = string
  sensitive = true
  ephemeral = true
}

resource "corner_secret" "plain" {
  name             = "plain"
  password         = var.canary
  password_version = 1
  inner            = { pin = var.canary, pin_version = 1 }
  shown            = "hidden-in-plans"
}

ephemeral "corner_lease" "short" {
  name = "short"
  seed = var.canary
}

ephemeral "corner_lease" "long" {
  name  = "long"
  seed  = var.canary
  renew = true
}

resource "corner_secret" "leased" {
  name             = "leased"
  password         = ephemeral.corner_lease.long.token
  password_version = 1
  delay            = "1500ms"
}

resource "corner_secret" "short" {
  name             = "short"
  password         = ephemeral.corner_lease.short.token
  password_version = 1
}

resource "corner_secret" "found" {
  name             = "found"
  password         = var.canary
  password_version = 3
}

import {
  to = corner_secret.found
  id = "found"
}
"#;

fn no_secret_is_left_behind(cli: Cli) {
    let mut project = corner(cli);
    project.set("TF_LOG", "trace");
    project.set("TF_LOG_PATH", "trace.log");
    project.set("TF_VAR_canary", CANARY);
    fs::write(
        project.remote().join("secret-found.json"),
        r#"{"name":"found","password":null,"password_version":3,"inner":null,"shown":null,
            "delay":null,"length":5}"#,
    )
    .unwrap();
    project.write("main.tf", MAIN);
    project
        .plan()
        .has_changes()
        .says(&["1 to import, 3 to add, 0 to change"])
        .conceals(&[CANARY, "hidden-in-plans"]);
    assert!(!project.planned().to_string().contains(CANARY));
    let applied = project
        .run(&["apply", "-input=false", "-no-color", "plan.out"])
        .succeeded();
    applied.conceals(&[CANARY, "hidden-in-plans"]);

    let state = project.state();
    let plain = state.values("corner_secret.plain");
    assert_eq!(at(plain, "/password"), "null");
    assert_eq!(at(plain, "/inner/pin"), "null");
    assert_eq!(
        at(plain, "/length"),
        CANARY.len().to_string(),
        "create was given the value"
    );
    assert_eq!(at(plain, "/inner/length"), CANARY.len().to_string());
    let leased = state.values("corner_secret.leased");
    assert_eq!(
        at(leased, "/length"),
        format!("token-{CANARY}").len().to_string()
    );
    assert_eq!(at(state.values("corner_secret.found"), "/length"), "5");
    leases_were_closed(&project);
    project.plan_is_empty();

    project.set("TF_VAR_canary", LONGER);
    project.plan_is_empty();
    project.write(
        "main.tf",
        &MAIN.replacen("password_version = 1", "password_version = 2", 1),
    );
    project
        .plan()
        .has_changes()
        .says(&["0 to add, 1 to change"])
        .conceals(&[CANARY]);
    project
        .run(&["apply", "-input=false", "-no-color", "plan.out"])
        .succeeded();
    let state = project.state();
    let plain = state.values("corner_secret.plain");
    assert_eq!(
        at(plain, "/length"),
        LONGER.len().to_string(),
        "the new value was sent"
    );
    nothing_holds(&project, CANARY);
}
under!(Terraform, Tofu, TerraformNext: no_secret_is_left_behind);

/// Opened and closed by plan and by apply; the one that was needed for a while was renewed.
fn leases_were_closed(project: &Project) {
    let log = |name: &str| fs::read_to_string(project.remote().join(name)).unwrap();
    assert_eq!(log("lease-short.log"), "open\nclose\nopen\nclose\n");
    let long = log("lease-long.log");
    assert!(long.ends_with("open\nrenew\nclose\n"), "{long}");
    let count = |word| long.lines().filter(|line| *line == word).count();
    assert_eq!(count("open"), count("close"), "{long}");
}

/// No file of the project, its logs included, holds the text.
fn nothing_holds(project: &Project, text: &str) {
    let mut read = 0;
    for directory in [project.work(), project.remote()] {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() {
                let bytes = fs::read(&path).unwrap();
                let found = bytes
                    .windows(text.len())
                    .any(|window| window == text.as_bytes());
                assert!(!found, "{} holds a secret", path.display());
                read += 1;
            }
        }
    }
    assert!(read > 5, "state, plan, trace and objects were read");
    let trace = fs::read_to_string(project.work().join("trace.log")).unwrap();
    assert!(
        trace.contains("PlanResourceChange"),
        "the trace is one of everything"
    );
}
