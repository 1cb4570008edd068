//! Named connections, some of them made from others.

use plinth_golden::Cli;

use crate::{corner, unconfigured, under};

fn derived_connections(cli: Cli) {
    let project = corner(cli);
    let provider = |stores: &str| {
        let directory = project.remote().display().to_string();
        format!("provider \"corner\" {{\n  directory = {directory:?}\n  stores = {stores}\n}}\n")
    };
    let data = |name: &str| {
        format!(
            "data \"corner_store\" \"it\" {{\n  name = {name}\n}}\noutput \"path\" {{\n  \
             value = data.corner_store.it.path\n}}\n"
        )
    };
    project.write(
        "provider.tf",
        &provider(
            "{ c = { below = \"b\", path = \"c\" }, b = { below = \"a\", path = \"b\" }, \
             a = { path = \"/srv\" }, x = { below = \"y\" }, y = { below = \"x\" } }",
        ),
    );
    project.write("main.tf", &data("\"c\""));
    project.apply().succeeded();
    assert_eq!(project.outputs()["path"], "/srv/b/c");
    project.write("main.tf", &data("\"x\""));
    project
        .plan()
        .failed()
        .says(&["stores.x → stores.y → stores.x"]);
    project.write("main.tf", &data("null"));
    project
        .plan()
        .failed()
        .says(&["several stores connections", "Name the one to use"]);
    project.write("main.tf", &data("\"z\""));
    project
        .plan()
        .failed()
        .says(&["no stores connection \"z\"", "a, b, c, x, y"]);
    let project = unconfigured(cli);
    project.write("main.tf", &data("null"));
    project.plan().failed().says(&["no stores connection"]);
}

under!(Terraform, Tofu: derived_connections);
