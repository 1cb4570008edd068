//! A connection that the same configuration makes.

use plinth_golden::Cli;

use crate::lab::{Lab, plan_does};
use crate::with_both;

const MAIN: &str = r#"
resource "terraform_data" "key" {
  input = file(var.key)
}

variable "key" {}

data "plinth_host_facts" "host" {
  host = local.host
}

resource "plinth_host_file" "motd" {
  host    = local.host
  path    = "${local.dir}/motd"
  content = "hello from ${data.plinth_host_facts.host.kernel}\n"
}

resource "plinth_host_command" "step" {
  host   = local.host
  create = "echo done >${local.dir}/step"
  read   = "cat ${local.dir}/step"
  delete = "rm ${local.dir}/step"
}
"#;

fn one_apply_builds_both(cli: Cli) {
    let lab = Lab::start();
    let mut project = lab.project(cli);
    let known = lab.known_at(lab.sshd.port());
    let lines = format!("private_key = terraform_data.key.output\nknown_hosts = {known:?}\n");
    project.set(
        "TF_VAR_key",
        &lab.sshd.client_key_path().display().to_string(),
    );
    project.write("provider.tf", &lab.block_with(&lines));

    // A data source is read as soon as its own configuration is known.
    project.write("main.tf", MAIN);
    project.plan().failed().says(&[
        "the ssh connection \"default\" is not known before apply",
        "depends_on",
        "with data.plinth_host_facts.host",
    ]);
    let patient = MAIN.replace(
        "data \"plinth_host_facts\" \"host\" {",
        "data \"plinth_host_facts\" \"host\" {\n  depends_on = [terraform_data.key]",
    );
    project.write("main.tf", &patient);
    project
        .plan()
        .has_changes()
        .says(&["3 to add, 0 to change"]);
    project.apply().succeeded();
    assert_eq!(
        (lab.read("motd"), lab.read("step")),
        ("hello from Linux\n".into(), "done\n".into())
    );
    project.plan_is_empty();

    // Another key: the connection is unknown again, so nothing on the host is looked at.
    lab.write("motd", "drift");
    project.set(
        "TF_VAR_key",
        &lab.sshd.dir().join("client-ecdsa").display().to_string(),
    );
    project
        .plan()
        .has_changes()
        .says(&["terraform_data.key", "0 to add"])
        .conceals(&["drift"]);
    project.apply().succeeded();
    plan_does(&project, &[("file.motd", "update")]);
    project.destroy();
}

#[test]
fn one_apply_builds_a_connection_and_uses_it() {
    with_both(one_apply_builds_both);
}
