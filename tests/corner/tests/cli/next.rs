//! What only newer programs have: identities, listings, actions.

use std::fs;

use plinth_golden::{Cli, Project, at};
use serde_json::{Value as Json, json};

use crate::{corner, under};

fn put_thing(project: &Project, zone: &str, name: &str) {
    let thing =
        json!({ "name": name, "zone": zone, "label": null, "id": format!("{zone}/{name}") });
    let path = project.remote().join(format!("thing-{zone}.{name}.json"));
    fs::write(path, thing.to_string()).unwrap();
}

fn identity(project: &Project, name: &str) -> String {
    let state: Json = serde_json::from_str(&project.state_file()).unwrap();
    let resources = state["resources"].as_array().unwrap();
    let resource = resources
        .iter()
        .find(|resource| resource["name"] == name)
        .unwrap();
    at(resource, "/instances/0/identity")
}

fn identities(cli: Cli) {
    let project = corner(cli);
    put_thing(&project, "there", "whole");
    put_thing(&project, "here", "part");
    let config = r#"
        resource "corner_thing" "made" {
          name = "made"
        }
        resource "corner_thing" "whole" {
          name = "whole"
          zone = "there"
        }
        import {
          to       = corner_thing.whole
          identity = { name = "whole", zone = "there" }
        }
        resource "corner_thing" "part" {
          name = "part"
        }
        import {
          to       = corner_thing.part
          identity = { name = "part" }
        }
    "#;
    project.write("main.tf", config);
    project
        .plan()
        .has_changes()
        .says(&["2 to import, 1 to add, 0 to change"]);
    project
        .run(&["apply", "-input=false", "-no-color", "plan.out"])
        .succeeded();
    assert_eq!(
        identity(&project, "made"),
        r#"{"name":"made","zone":"here"}"#
    );
    assert_eq!(
        identity(&project, "whole"),
        r#"{"name":"whole","zone":"there"}"#
    );
    assert_eq!(
        identity(&project, "part"),
        r#"{"name":"part","zone":"here"}"#
    );
    project.plan_is_empty();
    // A new object has an identity of its own.
    project.write(
        "main.tf",
        &config.replace("name = \"made\"", "name = \"made\"\n zone = \"far\""),
    );
    project
        .plan()
        .has_changes()
        .says(&["1 to add, 0 to change, 1 to destroy"]);
    project
        .run(&["apply", "-input=false", "-no-color", "plan.out"])
        .succeeded();
    assert_eq!(
        identity(&project, "made"),
        r#"{"name":"made","zone":"far"}"#
    );
    project.plan_is_empty();
    project.destroy();
}
under!(Tofu, TerraformNext: identities);

fn configurations_are_generated(cli: Cli) {
    let project = corner(cli);
    put_thing(&project, "there", "found");
    project.write(
        "main.tf",
        "import {\n  to = corner_thing.found\n  id = \"there/found\"\n}\n",
    );
    project
        .run(&[
            "plan",
            "-input=false",
            "-no-color",
            "-generate-config-out=found.tf",
        ])
        .succeeded()
        .says(&["1 to import, 0 to add, 0 to change"]);
    let generated = fs::read_to_string(project.work().join("found.tf")).unwrap();
    assert!(
        generated.contains("resource \"corner_thing\" \"found\""),
        "{generated}"
    );
    assert!(
        !generated.contains("id "),
        "only what can be set is generated: {generated}"
    );
    project.apply().succeeded();
    project.plan_is_empty();
}
under!(Terraform, TerraformNext: configurations_are_generated);

fn objects_are_listed(cli: Cli) {
    let project = corner(cli);
    for (zone, name) in [("here", "a"), ("here", "b"), ("there", "c")] {
        put_thing(&project, zone, name);
    }
    project.write(
        "all.tfquery.hcl",
        r#"
        list "corner_thing" "all" {
          provider         = corner
          include_resource = true
        }
        list "corner_thing" "here" {
          provider = corner
          limit    = 1
          config {
            zone = "here"
          }
        }
        "#,
    );
    let listed = project.run(&["query", "-no-color"]).succeeded();
    let text = listed.text();
    assert_eq!(text.matches("list.corner_thing.all").count(), 3, "{listed}");
    assert_eq!(
        text.matches("list.corner_thing.here").count(),
        1,
        "{listed}"
    );
    listed.says(&["name=c,zone=there c in there", "name=a,zone=here a in here"]);
    project
        .run(&["query", "-no-color", "-generate-config-out=found.tf"])
        .succeeded();
    let generated = fs::read_to_string(project.work().join("found.tf")).unwrap();
    assert!(generated.contains("import {"), "{generated}");
}
under!(TerraformNext: objects_are_listed);

fn actions_tell_how_far_they_are(cli: Cli) {
    let project = corner(cli);
    project.write(
        "main.tf",
        r#"
        resource "corner_once" "o" {
          name = "o"
          seed = "s"
          lifecycle {
            action_trigger {
              events  = [after_create]
              actions = [action.corner_touch.steps]
            }
          }
        }
        action "corner_touch" "steps" {
          config {
            name  = "steps"
            steps = 2
          }
        }
        action "corner_touch" "fails" {
          config {
            name = "fails"
            fail = true
          }
        }
        "#,
    );
    project
        .apply()
        .succeeded()
        .says(&["step 1 of 2 is done", "step 2 of 2 is done"]);
    let log = |name: &str| fs::read_to_string(project.remote().join(name)).unwrap();
    assert_eq!(log("touch-steps.log"), "step 1\nstep 2\n");
    let invoke = "-invoke=action.corner_touch.fails";
    project
        .run(&[
            "apply",
            "-input=false",
            "-no-color",
            "-auto-approve",
            invoke,
        ])
        .failed()
        .says(&["step 3 of 3 is done", "The action failed as it was told to"]);
    assert_eq!(log("touch-fails.log"), "step 1\nstep 2\nstep 3\n");
    project.plan_is_empty();
}
under!(TerraformNext: actions_tell_how_far_they_are);
