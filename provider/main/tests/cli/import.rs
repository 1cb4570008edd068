//! What is on the host already comes under management as it is.

use plinth_golden::Cli;

use crate::lab::Lab;
use crate::with_both;

const MAIN: &str = r#"
resource "plinth_host_file" "motd" {
  host    = local.host
  path    = "${local.dir}/motd"
  content = "hello\n"
  mode    = "0604"
}

resource "plinth_host_directory" "app" {
  host = local.host
  path = "${local.dir}/app"
  mode = "0710"
}

resource "plinth_host_file" "copy" {
  host   = local.host
  path   = "${local.dir}/copy"
  source = "${path.module}/local.txt"
}
"#;

fn objects_are_imported(cli: Cli) {
    let lab = Lab::start();
    let project = lab.project(cli);
    lab.write("motd", "hello\n");
    lab.set_mode("motd", 0o604);
    std::fs::create_dir(lab.path("app")).unwrap();
    lab.set_mode("app", 0o710);
    lab.write("copy", "same");
    lab.set_mode("copy", 0o644);
    project.write("local.txt", "same");
    project.write("main.tf", MAIN);
    let id = |name: &str| format!("127.0.0.1:{}{}", lab.sshd.port(), lab.path(name).display());
    let import = |address: &str, id: &str| {
        project.run(&["import", "-input=false", "-no-color", address, id])
    };

    import("plinth_host_file.motd", &id("motd")).succeeded();
    import("plinth_host_file.copy", &id("none"))
        .failed()
        .says(&["There is no such file"]);
    import("plinth_host_file.copy", &id("app"))
        .failed()
        .says(&["There is no such file"]);
    import("plinth_host_file.copy", "motd")
        .failed()
        .says(&["ADDRESS[:PORT]/PATH"]);

    let block =
        |address: &str, id: &str| format!("import {{\n  to = {address}\n  id = {id:?}\n}}\n");
    let blocks = [
        block("plinth_host_directory.app", &id("app")),
        block("plinth_host_file.copy", &id("copy")),
    ];
    project.write("import.tf", &blocks.concat());
    // A copy of a local file is only known as such from its configuration.
    project
        .apply()
        .succeeded()
        .says(&["2 imported, 0 added, 1 changed, 0 destroyed"]);
    project.plan_is_empty();
    project.destroy();
    assert_eq!(lab.names(), Vec::<String>::new());
}

#[test]
fn files_and_directories_are_imported() {
    with_both(objects_are_imported);
}
