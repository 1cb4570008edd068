//! States of older versions and other types, and objects that are there already.

use std::fs;

use plinth_golden::{Cli, Project, at};
use serde_json::{Value as Json, json};

use crate::{corner, under};

fn instance(cli: Cli, type_name: &str, name: &str, version: i64, attributes: &Json) -> Json {
    let provider = match type_name {
        "terraform_data" => "terraform.io/builtin/terraform".to_owned(),
        _ => format!("{}/plinth/corner", cli.registry()),
    };
    json!({
        "mode": "managed",
        "type": type_name,
        "name": name,
        "provider": format!("provider[\"{provider}\"]"),
        "instances": [{ "schema_version": version, "attributes": attributes }],
    })
}

fn write_state(project: &Project, resources: &[Json]) {
    let state = json!({
        "version": 4,
        "terraform_version": "1.9.0",
        "serial": 7,
        "lineage": "5c0b6f62-2a5c-4f0a-9d3a-0a6f6d2b7c11",
        "outputs": {},
        "resources": resources,
    });
    project.write("terraform.tfstate", &state.to_string());
}

fn put(project: &Project, object: &str, json: &Json) {
    fs::write(
        project.remote().join(format!("{object}.json")),
        json.to_string(),
    )
    .unwrap();
}

const MAIN: &str = r#"
resource "corner_history" "zero" {
  name = "zero"
  size = 10
  tags = ["b", "a"]
}

resource "corner_history" "one" {
  name = "one"
  size = 11
  tags = ["c"]
}

resource "corner_history" "from_old" {
  name = "from-old"
  size = 12
}

moved {
  from = corner_old.gone
  to   = corner_history.from_old
}

resource "corner_history" "from_data" {
  name = "from-data"
}

moved {
  from = terraform_data.gone
  to   = corner_history.from_data
}

resource "corner_secret" "zero" {
  name             = "secret-zero"
  password         = "not-kept"
  password_version = 1
}

resource "corner_secret" "from_old" {
  name = "secret-old"
}

moved {
  from = corner_old.secret
  to   = corner_secret.from_old
}

resource "corner_thing" "found" {
  name = "found"
  zone = "there"
}

import {
  to = corner_thing.found
  id = "there/found"
}
"#;

/// What the remote side has of an object with a past.
fn history(name: &str, size: i64, tags: &Json, origin: &str) -> Json {
    json!({ "name": name, "size": size, "tags": tags, "origin": origin })
}

fn old_states_go_on(cli: Cli) {
    let project = corner(cli);
    let old =
        |type_name, name, version, attributes| instance(cli, type_name, name, version, &attributes);
    write_state(
        &project,
        &[
            old(
                "corner_history",
                "zero",
                0,
                json!({ "name": "zero", "size": "10", "tags": "a,b" }),
            ),
            old(
                "corner_history",
                "one",
                1,
                json!({ "name": "one", "size": 11, "tags": ["c"] }),
            ),
            old(
                "corner_old",
                "gone",
                0,
                json!({ "name": "from-old", "size": "12" }),
            ),
            old(
                "corner_old",
                "secret",
                0,
                json!({ "name": "secret-old", "size": "old-secret" }),
            ),
            old(
                "terraform_data",
                "gone",
                0,
                json!({
                    "id": "b6f4",
                    "input": { "value": "from-data", "type": "string" },
                    "output": { "value": "from-data", "type": "string" },
                    "triggers_replace": null,
                }),
            ),
            old(
                "corner_secret",
                "zero",
                0,
                json!({ "name": "secret-zero", "password": "old-secret" }),
            ),
        ],
    );
    put(
        &project,
        "history-zero",
        &history("zero", 10, &json!(["a", "b"]), "version 0"),
    );
    put(
        &project,
        "history-one",
        &history("one", 11, &json!(["c"]), "version 1"),
    );
    put(
        &project,
        "history-from-old",
        &history("from-old", 12, &Json::Null, "corner_old"),
    );
    put(
        &project,
        "history-from-data",
        &history("from-data", 1, &Json::Null, "terraform_data"),
    );
    for name in ["secret-zero", "secret-old"] {
        let nothing = Json::Null;
        put(
            &project,
            &format!("secret-{name}"),
            &json!({
                "name": name, "password": nothing, "password_version": nothing, "inner": nothing,
                "shown": nothing, "delay": nothing, "length": nothing,
            }),
        );
    }
    put(
        &project,
        "thing-there.found",
        &json!({ "name": "found", "zone": "there", "label": null, "id": "there/found" }),
    );
    project.write("main.tf", MAIN);
    // Only the secret of version 0 is given a version, and with it sent again.
    project.plan().has_changes().says(&[
        "1 to import, 0 to add, 1 to change, 0 to destroy",
        "corner_old.gone has moved to corner_history.from_old",
    ]);
    project
        .run(&["apply", "-input=false", "-no-color", "plan.out"])
        .succeeded();

    let state = project.state();
    let zero = state.values("corner_history.zero");
    assert_eq!(at(zero, "/tags"), r#"["a","b"]"#);
    assert_eq!(
        (at(zero, "/size"), at(zero, "/origin")),
        ("10".into(), "\"version 0\"".into())
    );
    assert_eq!(
        at(state.values("corner_history.one"), "/origin"),
        "\"version 1\""
    );
    assert_eq!(at(state.values("corner_history.from_old"), "/size"), "12");
    assert_eq!(
        at(state.values("corner_history.from_data"), "/name"),
        "\"from-data\""
    );
    assert_eq!(at(state.values("corner_secret.zero"), "/length"), "8");
    assert_eq!(
        at(state.values("corner_thing.found"), "/id"),
        "\"there/found\""
    );
    assert!(
        !project.state_file().contains("old-secret"),
        "a secret survived upgrade or move"
    );
    project.plan_is_empty();
}
under!(Terraform, Tofu: old_states_go_on);

/// A state is never silently dropped.
fn strange_states_are_refused(cli: Cli) {
    let project = corner(cli);
    write_state(
        &project,
        &[
            instance(cli, "corner_history", "new", 9, &json!({ "name": "new" })),
            instance(
                cli,
                "corner_number",
                "odd",
                0,
                &json!({ "name": "odd", "float": "x" }),
            ),
        ],
    );
    let config = r#"
        resource "corner_history" "new" {
          name = "new"
        }
        resource "corner_number" "odd" {
          name = "odd"
        }
    "#;
    project.write("main.tf", config);
    project.plan().failed().says(&[
        "The state of number cannot be read",
        "It was written by schema version 0.",
        "newer provider version",
    ]);
    assert!(project.state_file().contains("\"odd\""));
}
under!(Terraform, Tofu: strange_states_are_refused);

fn imports_that_cannot_be(cli: Cli) {
    let project = corner(cli);
    let config = |to: &str, id: &str| {
        format!(
            "resource \"{to}\" \"x\" {{\n  name = \"x\"\n}}\nimport {{\n  to = {to}.x\n  id = {id:?}\n}}\n"
        )
    };
    project.write("main.tf", &config("corner_thing", "no-slash"));
    project
        .plan()
        .failed()
        .says(&["\"no-slash\" does not have the form ZONE/NAME."]);
    project.write("main.tf", &config("corner_item", "x"));
    project.plan().failed().says(&["item cannot be imported"]);
    project.write("main.tf", &config("corner_volatile", "x"));
    project.plan().failed().says(&["There is no object x"]);
}
under!(Terraform: imports_that_cannot_be);
