//! Provider blocks: left out, or not known before apply.

use plinth_golden::{Cli, at};

use crate::{unconfigured, under};

/// What a provider block needs may be made by the same apply.
fn a_block_may_be_unknown_at_plan(cli: Cli) {
    let project = unconfigured(cli);
    let directory = project.remote().display().to_string();
    let config = format!(
        r#"
        resource "terraform_data" "place" {{
          input = {directory:?}
        }}
        provider "corner" {{
          directory = terraform_data.place.output
        }}
        resource "corner_planned" "p" {{
          name = "p"
          whom = "world"
        }}
        data "corner_object" "o" {{
          kind = "planned"
          name = corner_planned.p.name
          # Without this, it would be read at plan, when there is no directory yet.
          depends_on = [terraform_data.place]
        }}
        "#
    );
    project.write("main.tf", &config);
    project.apply().succeeded();
    assert_eq!(
        at(project.state().values("corner_planned.p"), "/greeting"),
        "\"Hello, world!\""
    );
    project.plan_is_empty();
    // Unknown again, with an object in the state: the plan goes without looking at it.
    project.write(
        "main.tf",
        &config.replace("input = ", "triggers_replace = 1\n input = "),
    );
    project
        .plan()
        .has_changes()
        .says(&["1 to add, 0 to change, 1 to destroy"]);
}
under!(Terraform, Tofu: a_block_may_be_unknown_at_plan);

fn a_block_may_be_left_out(cli: Cli) {
    let project = unconfigured(cli);
    project.write(
        "main.tf",
        r#"
        resource "corner_bag" "b" {
          name  = "b"
          items = [for i in range(1000) : { key = "key-${i}" }]
        }
        resource "corner_once" "o" {
          name = "o"
          seed = "s"
        }
        "#,
    );
    project
        .apply()
        .failed()
        .says(&["The provider has no directory", "with corner_once.o"]);
    let state = project.state();
    assert_eq!(state.addresses(), ["corner_bag.b"]);
    assert_eq!(
        state.values("corner_bag.b")["items"]
            .as_array()
            .map(Vec::len),
        Some(1000)
    );
    project
        .run(&[
            "plan",
            "-no-color",
            "-detailed-exitcode",
            "-target=corner_bag.b",
        ])
        .succeeded();
}
under!(Terraform, Tofu: a_block_may_be_left_out);
