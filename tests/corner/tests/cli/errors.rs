//! Errors point at what they mean.

use std::collections::BTreeSet;

use plinth_golden::{Cli, matches_file};
use serde_json::Value as Json;

use crate::{corner, under};

const WRONG: &str = r#"
resource "corner_nested" "set" {
  name = "n"
  set  = [{ key = "a" }, { key = "b", weight = 101 }]
}
resource "corner_nested" "list" {
  name = "n"
  list = [
    { key = "a" },
    { key = "b", weight = -1 },
  ]
}
resource "corner_nested" "map" {
  name = "n"
  map = {
    one = { key = "a", weight = 1000 }
  }
}
resource "corner_nested" "rule" {
  name   = "n"
  either = true
}
resource "corner_number" "whole" {
  name  = "n"
  whole = 1.5
}
resource "corner_number" "port" {
  name = "n"
  port = 65536
}
resource "corner_number" "float" {
  name  = "n"
  float = 0.12345678901234567890
}
resource "corner_faulty" "choice" {
  name = "n"
  fail = "sometimes"
}
resource "corner_faulty" "timeouts" {
  name     = "n"
  timeouts = { create = "soon" }
}
resource "corner_secret" "twin" {
  name             = "n"
  password_version = 1
}
resource "corner_secret" "inner" {
  name  = "n"
  inner = { pin_version = 1 }
}
resource "corner_nested" "twins" {
  name = "n"
  set  = [{ key = "a" }, { key = "a", value = "x" }]
}
resource "corner_text" "twins" {
  name   = "n"
  nested = [{ word = "A" }, { word = "a " }]
}
resource "corner_secret" "version" {
  name             = "n"
  password         = "p"
  password_version = 1.5
}
resource "corner_thing" "empty" {
  name = "n"
  zone = ""
}
"#;

fn errors_point_at_attributes(cli: Cli) {
    let project = corner(cli);
    project.write("main.tf", WRONG);
    let found = project.json(&["validate", "-json"]);
    let lines: BTreeSet<String> = found["diagnostics"]
        .as_array()
        .unwrap()
        .iter()
        .map(shown)
        .collect();
    let text: String = lines.into_iter().collect::<Vec<_>>().join("\n");
    matches_file(
        concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cli/errors.txt"),
        &text,
    );
}
under!(Terraform, Tofu: errors_point_at_attributes);

/// Where, at which code, what.
fn shown(diagnostic: &Json) -> String {
    let text = |pointer: &str| {
        diagnostic
            .pointer(pointer)
            .and_then(Json::as_str)
            .unwrap_or_default()
            .trim()
            .to_owned()
    };
    let line = diagnostic
        .pointer("/range/start/line")
        .and_then(Json::as_u64)
        .unwrap_or_default();
    format!(
        "{line:3} {} `{}`\n    {}: {}\n    {}\n",
        text("/snippet/context"),
        text("/snippet/code"),
        text("/severity"),
        text("/summary"),
        text("/detail").replace('\n', "\n    ")
    )
}

fn plan_hooks_refuse(cli: Cli) {
    let project = corner(cli);
    let config = |seed: &str| {
        format!("resource \"corner_once\" \"o\" {{\n  name = \"o\"\n  seed = \"{seed}\"\n}}\n")
    };
    project.write("main.tf", &config("one"));
    project.apply().succeeded();
    project.write("main.tf", &config("two"));
    project.plan().failed().says(&[
        "seed cannot be changed",
        "with corner_once.o",
        "3: seed = \"two\"",
        "It was written once and for all.",
    ]);
    project.write("main.tf", "");
    project.apply().succeeded();
}
under!(Terraform, Tofu: plan_hooks_refuse);
