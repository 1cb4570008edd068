//! What a provider uses in runs of the real command line program.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, ensure};

use crate::bench::meter::{self, Usage};
use crate::bench::subjects::{Item, Subject};
use crate::bench::{median, ratio};
use crate::mirror::{self, Mirrored};

/// Plans of one size: the median counts.
const PLANS: u32 = 5;

/// A folder in which a provider is used under the meter.
#[derive(Debug)]
pub(super) struct Walk {
    cli: PathBuf,
    folder: PathBuf,
    config: PathBuf,
    log: PathBuf,
    requirements: String,
}

/// What a plan of some instances costs the provider, all of its processes together.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cost {
    /// Milliseconds of CPU for one more instance, the first one left out: it also pays for the
    /// start of the processes, which `whole` shows.
    pub(super) per_instance: f64,
    /// Milliseconds of CPU for the plan.
    pub(super) whole: f64,
}

/// By number of instances.
pub(super) type Costs = Vec<Cost>;

impl Walk {
    /// Makes the folder below `work`, anew.
    pub(super) fn new(
        cli: &Path,
        work: &Path,
        version: &str,
        subject: &Subject,
    ) -> anyhow::Result<Self> {
        let folder = tempfile::Builder::new()
            .prefix(subject.name)
            .tempdir_in(work)?
            .keep();
        let log = folder.join("meter.log");
        let wrapper = folder.join("wrapper");
        let meter = std::env::current_exe().context("cannot find this program")?;
        fs::write(&wrapper, meter::script(&meter, &log, &subject.program))?;
        fs::set_permissions(&wrapper, fs::Permissions::from_mode(0o755))?;
        let name = subject.name;
        let provider = Mirrored {
            name,
            version,
            program: &wrapper,
        };
        let config = mirror::write(&folder, &[provider])?;
        let requirements = format!(
            "terraform {{\n  required_providers {{\n    {name} = {{\n      \
             source = \"registry.terraform.io/plinth/{name}\"\n      version = \"{version}\"\n    \
             }}\n  }}\n}}\n"
        );
        fs::write(folder.join("main.tf"), &requirements)?;
        let walk = Self {
            cli: cli.to_owned(),
            folder,
            config,
            log,
            requirements,
        };
        walk.quietly(&["init", "-input=false"])?;
        Ok(walk)
    }

    /// MiB of memory at most in a process that only tells its schema.
    pub(super) fn schema_memory(&self) -> anyhow::Result<f64> {
        Ok(self.metered(&["providers", "schema", "-json"])?.peak_mib)
    }

    /// What plans without changes cost, of these numbers of instances.
    pub(super) fn costs(&self, item: Item, numbers: &[u32]) -> anyhow::Result<Costs> {
        let one = self.plan(item, 1)?;
        let mut costs = Vec::new();
        for number in numbers {
            let whole = self.plan(item, *number)?;
            let per_instance = (whole - one).max(0.0) / ratio((*number - 1).into(), 1);
            costs.push(Cost {
                per_instance,
                whole,
            });
        }
        Ok(costs)
    }

    /// Milliseconds of CPU of a plan without changes.
    fn plan(&self, item: Item, instances: u32) -> anyhow::Result<f64> {
        let configuration = format!("{}\n{}", self.requirements, item.configuration(instances));
        fs::write(self.folder.join("main.tf"), configuration)?;
        self.quietly(&["apply", "-input=false", "-auto-approve"])?;
        let mut times = Vec::new();
        for _ in 0..PLANS {
            let usage = self.metered(&["plan", "-input=false", "-detailed-exitcode"])?;
            times.push(usage.cpu_ms);
        }
        median(times).context("no plan was made")
    }

    fn metered(&self, arguments: &[&str]) -> anyhow::Result<Usage> {
        fs::write(&self.log, "")?;
        self.quietly(arguments)?;
        meter::read(&fs::read_to_string(&self.log)?)
    }

    fn quietly(&self, arguments: &[&str]) -> anyhow::Result<()> {
        let output = Command::new(&self.cli)
            .current_dir(&self.folder)
            .args(arguments)
            .env("TF_CLI_CONFIG_FILE", &self.config)
            .env("CHECKPOINT_DISABLE", "1")
            .env("TF_IN_AUTOMATION", "1")
            .env_remove("TF_LOG")
            .stdin(Stdio::null())
            .output()
            .with_context(|| format!("cannot run {}", self.cli.display()))?;
        ensure!(
            output.status.success(),
            "{} failed ({}):\n{}{}",
            arguments.join(" "),
            output.status,
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
        Ok(())
    }
}
