//! Failures: what is left in the state, and what the user is told.

use std::time::{Duration, Instant};

use plinth_golden::{Cli, at};

use crate::{corner, under};

const CREATE: &str = r#"
resource "corner_faulty" "before" {
  name = "before"
  fail = "before_create"
}

resource "corner_faulty" "after" {
  name  = "after"
  first = "kept"
  fail  = "after_create"
}

resource "corner_faulty" "unknown" {
  name = "unknown"
  fail = "leave_unknown"
}

resource "corner_faulty" "slow" {
  name     = "slow"
  delay    = "60s"
  timeouts = { create = "200ms" }
}

resource "corner_faulty" "panics" {
  name = "panics"
  fail = "panic"
}

resource "corner_faulty" "half" {
  name   = "half"
  first  = "a"
  second = "a"
}

resource "corner_faulty" "early" {
  name  = "early"
  first = "a"
}
"#;

const UPDATE: &str = r#"
resource "corner_faulty" "after" {
  name  = "after"
  first = "kept"
}

resource "corner_faulty" "half" {
  name   = "half"
  first  = "b"
  second = "b"
  fail   = "halfway_update"
}

resource "corner_faulty" "early" {
  name  = "early"
  first = "b"
  fail  = "before_update"
}
"#;

const STUCK: &str = r#"
resource "corner_faulty" "half" {
  name = "half"
  fail = "before_delete"
}
"#;

fn what_exists_is_in_the_state(cli: Cli) {
    let project = corner(cli);
    project.write("main.tf", CREATE);
    let begun = Instant::now();
    project.apply().failed().says(&[
        "It failed as it was told to",
        "with corner_faulty.before",
        "with corner_faulty.after",
        "fail = \"after_create\"",
        "done is not known after apply",
        "Timed out",
        "with corner_faulty.slow",
        "the provider panicked in ApplyResourceChange",
    ]);
    assert!(
        begun.elapsed() < Duration::from_secs(50),
        "the deadline cut it short"
    );
    let state = project.state();
    assert_eq!(
        state.addresses(),
        [
            "corner_faulty.after",
            "corner_faulty.early",
            "corner_faulty.half",
            "corner_faulty.unknown"
        ]
    );
    assert_eq!(
        at(state.resource("corner_faulty.after"), "/tainted"),
        "true"
    );
    assert_eq!(
        at(state.values("corner_faulty.after"), "/first"),
        "\"kept\""
    );
    assert_eq!(at(state.values("corner_faulty.after"), "/done"), "null");
    assert_eq!(
        at(state.resource("corner_faulty.unknown"), "/tainted"),
        "true"
    );
    assert!(
        state
            .resource("corner_faulty.half")
            .get("tainted")
            .is_none()
    );

    project.write("main.tf", UPDATE);
    project
        .apply()
        .failed()
        .says(&["fail = \"halfway_update\"", "fail = \"before_update\""]);
    let state = project.state();
    let half = state.values("corner_faulty.half");
    assert_eq!(
        (at(half, "/first"), at(half, "/second")),
        ("\"b\"".into(), "\"a\"".into())
    );
    assert_eq!(at(state.values("corner_faulty.early"), "/first"), "\"a\"");
    assert!(
        state
            .resource("corner_faulty.half")
            .get("tainted")
            .is_none()
    );
    let after = state.resource("corner_faulty.after");
    assert!(after.get("tainted").is_none(), "it was made anew");
    assert_eq!(at(after, "/values/done"), "true");

    project.write("main.tf", STUCK);
    project.apply().succeeded();
    project
        .run(&["destroy", "-input=false", "-no-color", "-auto-approve"])
        .failed()
        .says(&["It failed as it was told to"]);
    assert_eq!(project.state().addresses(), ["corner_faulty.half"]);

    crate::drift(&project, "faulty-half", "before_delete", "read");
    project
        .plan()
        .failed()
        .says(&["It failed as it was told to"]);
}
under!(Terraform, Tofu: what_exists_is_in_the_state);

/// What exists when the user presses Ctrl-C is in the state, and so is the rest.
fn ctrl_c_saves_the_state(cli: Cli) {
    let project = corner(cli);
    project.write(
        "main.tf",
        r#"
        resource "corner_faulty" "done" {
          name = "done"
        }
        resource "corner_faulty" "hangs" {
          name       = "hangs"
          fail       = "hang"
          depends_on = [corner_faulty.done]
        }
        resource "corner_faulty" "later" {
          name       = "later"
          depends_on = [corner_faulty.hangs]
        }
        "#,
    );
    let begun = Instant::now();
    let object = project.remote().join("faulty-hangs.json");
    let apply = ["apply", "-input=false", "-no-color", "-auto-approve"];
    project
        .interrupt(&apply, || object.exists())
        .failed()
        .says(&[
            "Interrupted",
            "The operation was called off before it was done.",
        ]);
    assert!(
        begun.elapsed() < Duration::from_secs(30),
        "it ended at once"
    );
    let state = project.state();
    assert_eq!(
        state.addresses(),
        ["corner_faulty.done", "corner_faulty.hangs"]
    );
    assert_eq!(
        at(state.resource("corner_faulty.hangs"), "/tainted"),
        "true"
    );
}
under!(Terraform, Tofu: ctrl_c_saves_the_state);
