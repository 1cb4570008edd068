//! Mistakes in a configuration are found before anything is done, where they are.

use std::collections::BTreeSet;

use plinth_golden::{Cli, matches_file};
use serde_json::Value as Json;

use crate::lab::{Lab, bare};
use crate::with_both;

const BLOCK: &str = r#"
data "plinth_host_facts" "host" {
  host = { address = "h" }
}
provider "plinth" {
  ssh = {
    nobody    = { password = "p" }
    penniless = { user = "u" }
    unlocking = { user = "u", agent = true, passphrase = "p" }
  }
}
"#;

const BLOCK_OF_WRONG_TYPE: &str = r#"
data "plinth_host_facts" "host" {
  host = { address = "h" }
}
provider "plinth" {
  ssh = {
    default = { user = "u", password = "p", agent = "perhaps" }
  }
}
"#;

const MAIN: &str = r#"
locals {
  host = { address = "h" }
}
resource "plinth_host_file" "relative" {
  host    = local.host
  path    = "etc/motd"
  content = ""
}
resource "plinth_host_file" "detour" {
  host    = local.host
  path    = "/etc/../motd"
  content = ""
}
resource "plinth_host_file" "mode" {
  host    = local.host
  path    = "/f"
  content = ""
  mode    = "rw-r--r--"
}
resource "plinth_host_file" "two_contents" {
  host    = local.host
  path    = "/f"
  content = ""
  source  = "main.tf"
}
resource "plinth_host_file" "no_content" {
  host = local.host
  path = "/f"
}
resource "plinth_host_file" "validate" {
  host     = local.host
  path     = "/f"
  content  = ""
  validate = "true"
}
resource "plinth_host_file" "port" {
  host    = { address = "h", port = 65536 }
  path    = "/f"
  content = ""
}
resource "plinth_host_file" "address" {
  host    = { address = "" }
  path    = "/f"
  content = ""
}
resource "plinth_host_file" "version" {
  host               = local.host
  path               = "/f"
  content            = ""
  content_wo_version = 1
}
resource "plinth_host_directory" "timeout" {
  host     = local.host
  path     = "/d"
  timeouts = { create = "soon" }
}
resource "plinth_host_command" "nothing" {
  host   = local.host
  create = ""
}
resource "plinth_host_command" "environment" {
  host        = local.host
  create      = "true"
  creates     = "here"
  environment = { "A-B" = "" }
}
data "plinth_host_facts" "host" {
  host = { address = "h", port = 0 }
}
ephemeral "plinth_host_file" "relative" {
  host = local.host
  path = "f"
}
"#;

fn mistakes_are_pointed_at(cli: Cli) {
    let project = bare(cli);
    // A mistake in the provider block keeps the rest from being looked at.
    let text: String = [MAIN, BLOCK, BLOCK_OF_WRONG_TYPE]
        .iter()
        .map(|config| {
            project.write("main.tf", config);
            let found = project.json(&["validate", "-json"]);
            let diagnostics = found["diagnostics"].as_array().unwrap().iter();
            let shown: BTreeSet<String> = diagnostics.map(shown).collect();
            shown
                .into_iter()
                .chain(["\n".to_owned()])
                .collect::<Vec<_>>()
                .concat()
        })
        .collect();
    matches_file(
        concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cli/errors.txt"),
        &text,
    );
}

/// Where, at which code, what.
fn shown(diagnostic: &Json) -> String {
    let text = |pointer: &str| {
        let text = diagnostic.pointer(pointer).and_then(Json::as_str);
        text.unwrap_or_default().trim().to_owned()
    };
    let line = diagnostic
        .pointer("/range/start/line")
        .and_then(Json::as_u64);
    format!(
        "{:3} {} `{}`\n    {}: {}\n    {}\n\n",
        line.unwrap_or_default(),
        text("/snippet/context"),
        text("/snippet/code"),
        text("/severity"),
        text("/summary"),
        text("/detail").replace('\n', "\n    ")
    )
}

#[test]
fn mistakes_are_found_where_they_are() {
    with_both(mistakes_are_pointed_at);
}

/// What validation cannot know and a plan can.
fn plan_refuses(cli: Cli) {
    let lab = Lab::start();
    let project = lab.project(cli);
    project.write(
        "main.tf",
        r#"
        resource "plinth_host_file" "there" {
          host    = local.host
          path    = "${local.dir}/f"
          content = "x"
        }
        "#,
    );
    project.apply().succeeded();
    project.write(
        "main.tf",
        r#"
        resource "plinth_host_file" "there" {
          host    = merge(local.host, { connection = "nowhere" })
          path    = "${local.dir}/f"
          content = "x"
        }
        resource "plinth_host_directory" "new" {
          host = merge(local.host, { connection = "nowhere" })
          path = "${local.dir}/d"
        }
        resource "plinth_host_command" "new" {
          host   = merge(local.host, { connection = "nowhere" })
          create = "true"
        }
        resource "plinth_host_file" "source" {
          host   = local.host
          path   = "${local.dir}/g"
          source = "none.txt"
        }
        "#,
    );
    project.plan().failed().says(&[
        "The local file cannot be read",
        "none.txt: No such file or directory",
        "source = \"none.txt\"",
        "Connection not found",
        "the provider block has no ssh connection \"nowhere\"; there is default",
        "with plinth_host_file.there",
        "with plinth_host_directory.new",
        "with plinth_host_command.new",
    ]);

    // A state that a newer version of the provider has written.
    project.remove("main.tf");
    let state = project.state_file();
    assert!(state.contains("\"schema_version\": 0"), "{state}");
    project.write(
        "terraform.tfstate",
        &state.replace("\"schema_version\": 0", "\"schema_version\": 99"),
    );
    project.plan().failed().says(&["newer provider version"]);
    project.write("terraform.tfstate", &state);
    project.apply().succeeded();
    assert_eq!(lab.names(), Vec::<String>::new());
}

#[test]
fn a_plan_finds_what_cannot_be_applied() {
    with_both(plan_refuses);
}
