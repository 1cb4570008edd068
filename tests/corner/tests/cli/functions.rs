//! Every type of argument and result of a function.

use plinth_golden::Cli;
use serde_json::{Value as Json, json};

use crate::{unconfigured, under};

const CALLS: &[(&str, &str, &str)] = &[
    ("text", r#"shout("straße")"#, r#""STRASSE""#),
    (
        "number",
        "same(18446744073709551616.5)",
        "18446744073709551616.5",
    ),
    ("truth", "negate(false)", "true"),
    ("list", r#"backwards(["a", "b"])"#, r#"["b","a"]"#),
    ("set", "union([3, 1], [1, 2])", "[1,2,3]"),
    ("map", r#"swap({ a = "b" })"#, r#"{"b":"a"}"#),
    (
        "object",
        "mirror({ x = 1, y = -2, label = null })",
        r#"{"label":null,"x":-1,"y":2}"#,
    ),
    (
        "dynamic",
        r#"kind([1, "x"])"#,
        r#"["[\"tuple\",[\"number\",\"string\"]]",[1,"x"]]"#,
    ),
    ("none", r#"joined("-")"#, "\"\""),
    ("many", r#"joined("-", "a", "b", "c")"#, r#""a-b-c""#),
    ("null", r#"or_else(null, "other")"#, r#""other""#),
    ("not_null", r#"or_else("this", "other")"#, r#""this""#),
    ("port", r#"port("host", "8080")"#, "8080"),
];

fn functions_are_called(cli: Cli) {
    let project = unconfigured(cli);
    let outputs = CALLS.iter().map(|(name, call, _)| {
        format!("output \"{name}\" {{\n  value = provider::corner::{call}\n}}\n")
    });
    let unknown = r#"
        resource "terraform_data" "t" {}
        output "later" {
          value = provider::corner::shout(terraform_data.t.id)
        }
        output "always" {
          value = provider::corner::always(terraform_data.t.id)
        }
    "#;
    project.write("main.tf", &(outputs.collect::<String>() + unknown));
    project.plan().has_changes();
    let planned = &project.planned()["output_changes"];
    assert_eq!(planned["later"]["after_unknown"], json!(true));
    assert_eq!(
        planned["always"]["after"],
        json!(true),
        "it was called at plan"
    );
    project
        .run(&["apply", "-input=false", "-no-color", "plan.out"])
        .succeeded();
    let found = project.outputs();
    for (name, call, expected) in CALLS {
        let expected: Json = serde_json::from_str(expected).unwrap();
        assert_eq!(found[*name], expected, "{call}");
    }
    assert_ne!(found["later"], json!(""));

    project.write(
        "main.tf",
        "output \"x\" {\n  value = provider::corner::port(\"host\", \"http\")\n}\n",
    );
    project.plan().failed().says(&[
        "Invalid value for \"port\" parameter",
        "\"http\" is no port of host",
    ]);
    project.write(
        "main.tf",
        "output \"x\" {\n  value = provider::corner::negate(null)\n}\n",
    );
    project
        .plan()
        .failed()
        .says(&["Invalid value for \"truth\" parameter"]);
}
under!(Terraform, Tofu: functions_are_called);
