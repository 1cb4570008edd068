//! A directory with a configuration, and the providers it may use.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value as Json;
use tempfile::TempDir;

use crate::tool::{Cli, Tool};
use crate::{Found, Outcome};

/// Under which version each plugin is installed.
const VERSION: &str = "0.1.0";

/// A provider to be plugged in.
#[derive(Clone, Copy, Debug)]
pub struct Plugin<'a> {
    /// The last part of its address.
    pub name: &'a str,
    /// Its program.
    pub binary: &'a str,
}

/// A working directory of one program. Its own and that of the providers' remote side are
/// deleted at the end.
#[derive(Debug)]
pub struct Project {
    tool: Tool,
    root: TempDir,
    environment: BTreeMap<String, String>,
}

impl Project {
    /// A project that may use these providers: installed, configured as
    /// `required_providers`, nothing else.
    ///
    /// # Panics
    /// The program or a plugin is not there, or `init` fails.
    pub fn new(cli: Cli, plugins: &[Plugin<'_>]) -> Self {
        let project = Self {
            tool: cli.find(),
            root: TempDir::with_prefix("golden-").expect("a temporary directory"),
            environment: BTreeMap::new(),
        };
        for directory in ["work", "home", "remote"] {
            fs::create_dir(project.path(directory)).expect("a directory");
        }
        let mirror = project.path("mirror");
        for plugin in plugins {
            install(&mirror, plugin);
        }
        fs::write(project.path("cli.tfrc"), cli_configuration(&mirror)).expect("a file");
        project.write("providers.tf", &required_providers(cli, plugins));
        project
            .run(&["init", "-input=false", "-no-color"])
            .succeeded();
        project
    }

    /// Which program it is for.
    pub fn cli(&self) -> Cli {
        self.tool.cli
    }

    /// The directory in which a provider may keep what stands for its remote side.
    pub fn remote(&self) -> PathBuf {
        self.path("remote")
    }

    /// The working directory.
    pub fn work(&self) -> PathBuf {
        self.path("work")
    }

    /// Writes a file of the configuration, or its state.
    ///
    /// # Panics
    /// It cannot be written.
    pub fn write(&self, name: &str, text: &str) {
        fs::write(self.work().join(name), text).expect("a file of the project");
    }

    /// Deletes a file of the configuration.
    ///
    /// # Panics
    /// It cannot be deleted.
    pub fn remove(&self, name: &str) {
        fs::remove_file(self.work().join(name)).expect("a file of the project");
    }

    /// From here on, every run has this in its environment.
    pub fn set(&mut self, name: &str, value: &str) {
        self.environment.insert(name.to_owned(), value.to_owned());
    }

    /// Runs the program.
    ///
    /// # Panics
    /// It cannot be started.
    pub fn run(&self, arguments: &[&str]) -> Outcome {
        let output = self.command(arguments).output();
        self.outcome(
            arguments,
            &output.unwrap_or_else(|error| self.not_run(&error)),
        )
    }

    /// Runs the program and, as soon as it is `ready`, presses Ctrl-C: it and its plugins
    /// are all sent SIGINT.
    ///
    /// # Panics
    /// It cannot be started, or is not ready within a minute.
    #[cfg(unix)]
    pub fn interrupt(&self, arguments: &[&str], ready: impl Fn() -> bool) -> Outcome {
        use std::os::unix::process::CommandExt as _;

        let mut command = self.command(arguments);
        command
            .process_group(0)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let child = command.spawn().unwrap_or_else(|error| self.not_run(&error));
        let deadline = Instant::now() + Duration::from_secs(60);
        while !ready() {
            assert!(
                Instant::now() < deadline,
                "{} was never ready",
                self.tool.cli
            );
            std::thread::sleep(Duration::from_millis(10));
        }
        let group = format!("-{}", child.id());
        let pressed = Command::new("kill").args(["-INT", "--", &group]).status();
        assert!(
            pressed.is_ok_and(|status| status.success()),
            "no signal could be sent"
        );
        let output = child
            .wait_with_output()
            .unwrap_or_else(|error| self.not_run(&error));
        self.outcome(arguments, &output)
    }

    fn not_run(&self, error: &std::io::Error) -> ! {
        panic!("{} cannot be run: {error}", self.tool.cli)
    }

    fn outcome(&self, arguments: &[&str], output: &Output) -> Outcome {
        Outcome {
            command: format!("{} {}", self.tool.cli, arguments.join(" ")),
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.tool.program);
        for (name, _) in std::env::vars_os() {
            // Settings of whoever runs the tests are not those of the tests.
            if name.to_string_lossy().starts_with("TF_") {
                command.env_remove(name);
            }
        }
        command
            .args(arguments)
            .current_dir(self.work())
            .env("CHECKPOINT_DISABLE", "1")
            .env("HOME", self.path("home"))
            .env("TF_CLI_CONFIG_FILE", self.path("cli.tfrc"))
            .env("TF_IN_AUTOMATION", "1")
            .env("TF_INPUT", "0")
            .envs(&self.environment)
            .stdin(Stdio::null());
        command
    }

    /// Plans; the outcome says whether there is something to do.
    pub fn plan(&self) -> Outcome {
        self.run(&[
            "plan",
            "-input=false",
            "-no-color",
            "-detailed-exitcode",
            "-out=plan.out",
        ])
    }

    /// Plans and checks that there is nothing to do.
    ///
    /// # Panics
    /// There is.
    pub fn plan_is_empty(&self) {
        let plan = self.run(&["plan", "-input=false", "-no-color", "-detailed-exitcode"]);
        assert_eq!(plan.code, Some(0), "a second plan is not empty\n{plan}");
    }

    /// Applies the configuration.
    pub fn apply(&self) -> Outcome {
        self.run(&["apply", "-input=false", "-no-color", "-auto-approve"])
    }

    /// Destroys everything, and checks that it did.
    ///
    /// # Panics
    /// It did not.
    pub fn destroy(&self) {
        self.run(&["destroy", "-input=false", "-no-color", "-auto-approve"])
            .succeeded();
    }

    /// What the state has of each resource, by address: its values.
    ///
    /// # Panics
    /// There is no state.
    pub fn state(&self) -> Found {
        Found::in_state(&self.json(&["show", "-json"]))
    }

    /// The plan of the last [`Self::plan`], as JSON.
    ///
    /// # Panics
    /// There is none.
    pub fn planned(&self) -> Json {
        self.json(&["show", "-json", "plan.out"])
    }

    /// The values of the outputs.
    ///
    /// # Panics
    /// There is no state.
    pub fn outputs(&self) -> BTreeMap<String, Json> {
        let Json::Object(outputs) = self.json(&["output", "-json"]) else {
            panic!("outputs are no object");
        };
        outputs
            .into_iter()
            .map(|(name, output)| (name, output["value"].clone()))
            .collect()
    }

    /// Runs a command that prints JSON, whether it succeeds or not.
    ///
    /// # Panics
    /// What it prints is none.
    pub fn json(&self, arguments: &[&str]) -> Json {
        let outcome = self.run(arguments);
        serde_json::from_str(&outcome.stdout)
            .unwrap_or_else(|error| panic!("no JSON: {error}\n{outcome}"))
    }

    /// The state file as it is.
    ///
    /// # Panics
    /// There is none.
    pub fn state_file(&self) -> String {
        fs::read_to_string(self.work().join("terraform.tfstate")).expect("a state file")
    }

    fn path(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }
}

/// Puts a plugin into a mirror, for both registries.
fn install(mirror: &Path, plugin: &Plugin<'_>) {
    let platform = match (std::env::consts::OS, std::env::consts::ARCH) {
        ("macos", "aarch64") => "darwin_arm64",
        ("macos", _) => "darwin_amd64",
        (_, "aarch64") => "linux_arm64",
        _ => "linux_amd64",
    };
    for host in [Cli::Terraform.registry(), Cli::Tofu.registry()] {
        let directory = mirror
            .join(host)
            .join("plinth")
            .join(plugin.name)
            .join(VERSION)
            .join(platform);
        fs::create_dir_all(&directory).expect("a mirror");
        let program = directory.join(format!("terraform-provider-{}_v{VERSION}", plugin.name));
        // Another name of the same file is enough where the file system can do that.
        if fs::hard_link(plugin.binary, &program).is_err() {
            fs::copy(plugin.binary, &program)
                .unwrap_or_else(|error| panic!("{} cannot be copied: {error}", plugin.binary));
        }
    }
}

fn cli_configuration(mirror: &Path) -> String {
    format!(
        "disable_checkpoint = true\n\
         provider_installation {{\n  filesystem_mirror {{\n    path = {:?}\n  }}\n}}\n",
        mirror.display().to_string()
    )
}

fn required_providers(cli: Cli, plugins: &[Plugin<'_>]) -> String {
    let mut text = "terraform {\n  required_providers {\n".to_owned();
    for Plugin { name, .. } in plugins {
        let source = format!("{}/plinth/{name}", cli.registry());
        writeln!(text, "    {name} = {{ source = {source:?} }}").expect("memory");
    }
    text.push_str("  }\n}\n");
    text
}
