//! `terraform` or `tofu` in one folder.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};

use anyhow::{Context, bail, ensure};

use crate::demo::host::Host;
use crate::interrupt::Interrupts;
use crate::run::show;

/// What a plan is expected to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Plan {
    /// Something is to be done.
    Changes,
    /// Nothing is.
    Empty,
}

/// The program, its folder and its environment.
#[derive(Debug)]
pub(super) struct Session<'a> {
    cli: PathBuf,
    folder: PathBuf,
    environment: Vec<(&'static str, String)>,
    interrupts: &'a Interrupts,
}

impl<'a> Session<'a> {
    /// The program in that folder, with providers from nowhere but the mirror of `config`.
    pub(super) fn new(
        cli: PathBuf,
        folder: PathBuf,
        config: &Path,
        host: &Host,
        interrupts: &'a Interrupts,
    ) -> anyhow::Result<Self> {
        let mut environment = host.variables()?;
        environment.push(("TF_CLI_CONFIG_FILE", config.display().to_string()));
        environment.push(("TF_IN_AUTOMATION", "1".to_owned()));
        environment.push(("CHECKPOINT_DISABLE", "1".to_owned()));
        Ok(Self {
            cli,
            folder,
            environment,
            interrupts,
        })
    }

    /// Installs the provider from the mirror.
    pub(super) fn init(&self) -> anyhow::Result<()> {
        self.must(&["init", "-input=false", "-no-color"])
    }

    /// Plans, and keeps the plan for [`Session::apply`].
    pub(super) fn plan(&self, expected: Plan) -> anyhow::Result<()> {
        let arguments = [
            "plan",
            "-input=false",
            "-no-color",
            "-detailed-exitcode",
            "-out=next.tfplan",
        ];
        let status = self.shown(&arguments)?;
        match (status.code(), expected) {
            (Some(0), Plan::Empty) | (Some(2), Plan::Changes) => Ok(()),
            (Some(0), Plan::Changes) => bail!("the plan is empty, but there is something to do"),
            (Some(2), Plan::Empty) => bail!("the plan is not empty, but nothing has changed"),
            _ => bail!("plan failed ({status})"),
        }
    }

    /// Applies the last plan.
    pub(super) fn apply(&self) -> anyhow::Result<()> {
        self.must(&["apply", "-input=false", "-no-color", "next.tfplan"])
    }

    /// Destroys everything.
    pub(super) fn destroy(&self) -> anyhow::Result<()> {
        self.must(&["destroy", "-input=false", "-no-color", "-auto-approve"])
    }

    /// The addresses of the managed resources in the state.
    pub(super) fn state(&self) -> anyhow::Result<Vec<String>> {
        let output = self
            .command(&["state", "list"])
            .output()
            .context("cannot list the state")?;
        // Without any state, as after a destroy, some versions say so and fail.
        Ok(String::from_utf8_lossy(&output.stdout)
            .lines()
            .filter(|line| !line.starts_with("data."))
            .map(str::to_owned)
            .collect())
    }

    fn must(&self, arguments: &[&str]) -> anyhow::Result<()> {
        let status = self.shown(arguments)?;
        ensure!(
            status.success(),
            "{} failed ({status})",
            arguments.join(" ")
        );
        Ok(())
    }

    fn shown(&self, arguments: &[&str]) -> anyhow::Result<ExitStatus> {
        let mut command = self.command(arguments);
        eprintln!("$ {}", show(&command));
        self.interrupts.wait_for(&mut command, Child::wait)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.cli);
        command
            .current_dir(&self.folder)
            .args(arguments)
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null());
        // What the caller's shell sets for other runs would change this one.
        for name in [
            "TF_LOG",
            "TF_WORKSPACE",
            "TF_DATA_DIR",
            "TF_REATTACH_PROVIDERS",
            "TF_CLI_ARGS",
        ] {
            command.env_remove(name);
        }
        command
    }
}
