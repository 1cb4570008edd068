//! Every example of a resource's page does what it shows: it applies, the next plan is empty,
//! and a destroy leaves nothing.
#![allow(clippy::expect_used, reason = "a test fails so")]

use std::fs;
use std::path::{Path, PathBuf};

use plinth_golden::{Cli, Plugin, Project};
use plinth_lab::sshd::{Options, Sshd};

const PLUGIN: Plugin<'_> = Plugin {
    name: "plinth",
    binary: env!("CARGO_BIN_EXE_terraform-provider-plinth"),
};

/// Directories of a host that the examples name. They are taken from below a temporary one.
const DIRECTORIES: [&str; 2] = ["/etc", "/srv"];

fn sources() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../resources/src")
}

/// The examples below a folder.
fn examples(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder of the sources") {
        let path = entry.expect("an entry").path();
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if path.is_dir() {
            examples(&path, found);
        } else if name.starts_with("example") && path.extension().is_some_and(|e| e == "tf") {
            found.push(path);
        }
    }
}

/// The example for a host on loopback, whose directories are below `root`.
fn at_home(example: &str, sshd: &Sshd, root: &Path) -> String {
    let host = format!("address = \"127.0.0.1\", port = {}", sshd.port());
    let mut text = example.replace("address = \"10.0.0.11\"", &host);
    for directory in DIRECTORIES {
        // Not inside another path, such as /usr/share/zoneinfo/Etc.
        for before in ['"', ' '] {
            let below = format!("{before}{}{directory}/", root.display());
            text = text.replace(&format!("{before}{directory}/"), &below);
        }
    }
    text
}

/// What the examples find on a host.
fn furnish(root: &Path) {
    for directory in ["etc/kubernetes", "etc/cron.daily", "srv"] {
        fs::create_dir_all(root.join(directory)).expect("a directory");
    }
    fs::write(root.join("etc/kubernetes/admin.conf"), "apiVersion: v1\n").expect("a file");
}

/// All that is below a directory.
fn listing(root: &Path) -> Vec<String> {
    let mut names = Vec::new();
    for entry in fs::read_dir(root).expect("a directory") {
        let path = entry.expect("an entry").path();
        names.push(path.to_string_lossy().into_owned());
        if path.is_dir() {
            names.extend(listing(&path));
        }
    }
    names.sort();
    names
}

fn run(cli: Cli) {
    let sshd = Sshd::start(Options::default()).expect("sshd starts");
    let mut paths = Vec::new();
    examples(&sources(), &mut paths);
    assert!(paths.len() >= 7, "there are examples: {paths:?}");
    let host = tempfile::tempdir().expect("a directory");
    furnish(host.path());
    let before = listing(host.path());
    let project = Project::new(cli, &[PLUGIN]);
    let provider = format!(
        "provider \"plinth\" {{\n  ssh = {{\n    default = {{\n      user = {:?}\n      \
         private_key = file({:?})\n      known_hosts = {:?}\n    }}\n  }}\n}}\n",
        sshd.user(),
        sshd.client_key_path().display().to_string(),
        sshd.host_key_line().expect("the host has a key"),
    );
    project.write("provider.tf", &provider);
    // All at once: names are unique, and each run of a CLI costs a second.
    for (i, path) in paths.iter().enumerate() {
        let example = fs::read_to_string(path).expect("an example");
        project.write(
            &format!("example{i}.tf"),
            &at_home(&example, &sshd, host.path()),
        );
    }
    project.apply().succeeded();
    project.plan_is_empty();
    assert!(
        host.path().join("srv/app").is_dir(),
        "the examples were applied to the host"
    );
    project.destroy();
    let mut after = listing(host.path());
    // The example of a command leaves what its `delete` sets, as it says.
    after.retain(|path| !path.ends_with("/etc/localtime"));
    assert_eq!(after, before);
}

#[test]
fn examples_under_terraform() {
    run(Cli::Terraform);
}

#[test]
fn examples_under_tofu() {
    run(Cli::Tofu);
}
