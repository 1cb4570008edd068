//! `cargo xtask demo`: the whole life of a stack, on a throw-away host.

mod host;
mod session;

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, bail, ensure};

use crate::interrupt::Interrupts;
use crate::mirror::{self, Mirrored};
use crate::repo::Repo;
use crate::run::build_binary;
use crate::tools::cli::Cli;
use crate::tools::openssh;
use host::Host;
use session::{Plan, Session};

const STACK: &str = "examples/stacks/first-host";
const PROVIDER: &str = "terraform-provider-plinth";

/// What can be said on the command line.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Which program applies the stack; the default is the first that is found.
    #[arg(long, value_enum)]
    cli: Option<Choice>,
    /// Builds the provider with optimisation, as it is released.
    #[arg(long)]
    release: bool,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Choice {
    Terraform,
    Tofu,
}

/// Runs the demo.
pub(crate) fn run(repo: &Repo, arguments: &Arguments) -> anyhow::Result<()> {
    heading("what is needed");
    openssh::ensure()?;
    let cli = find_cli(repo, arguments.cli)?;
    eprintln!("using {}", cli.display());
    let kind = if arguments.release {
        "release"
    } else {
        "development"
    };
    eprintln!("using a {kind} build of the provider");
    let provider = build_binary(repo, PROVIDER, arguments.release)?;

    let interrupts = Interrupts::catch()?;
    let work = tempfile::Builder::new().prefix("plinth-demo-").tempdir()?;
    let result = (|| {
        let program = Mirrored {
            name: "plinth",
            version: repo.version(),
            program: &provider,
        };
        let config = mirror::write(work.path(), &[program])?;
        let host = Host::start(work.path())?;
        eprintln!("a host: {}", host.describe());
        let stack = copy_stack(repo, work.path())?;
        let session = Session::new(cli, stack, &config, &host, &interrupts)?;
        story(&session, &host)
    })();
    let left = work.path().to_owned();
    work.close().context("cannot remove the demo's files")?;
    result?;
    ensure!(!left.exists(), "{} is still there", left.display());
    println!("\nThe demo is done: every step did what it should, and nothing is left behind.");
    Ok(())
}

/// The steps, each checked.
fn story(session: &Session<'_>, host: &Host) -> anyhow::Result<()> {
    heading("init");
    session.init()?;

    heading("plan");
    session.plan(Plan::Changes)?;

    heading("apply");
    session.apply()?;
    let managed = host.managed_file();
    ensure!(
        managed.is_file(),
        "apply did not write {}",
        managed.display()
    );
    let applied = fs::read_to_string(&managed)?;

    heading("plan again: nothing to do");
    session.plan(Plan::Empty)?;

    heading("somebody changes a file on the host, behind Terraform's back");
    host.tamper()?;

    heading("plan: shows it");
    session.plan(Plan::Changes)?;

    heading("apply: puts it right");
    session.apply()?;
    ensure!(
        fs::read_to_string(&managed)? == applied,
        "{} is not what the configuration says",
        managed.display()
    );

    heading("destroy");
    session.destroy()?;

    heading("nothing left");
    ensure!(
        session.state()?.is_empty(),
        "the state still has: {}",
        session.state()?.join(", ")
    );
    let left = host.left_behind()?;
    if !left.is_empty() {
        bail!("left on the host: {}", left.join(", "));
    }
    eprintln!("the state is empty, and so is the host");
    Ok(())
}

fn find_cli(repo: &Repo, choice: Option<Choice>) -> anyhow::Result<PathBuf> {
    match choice {
        Some(Choice::Terraform) => Cli::Terraform.installed()?.with_context(|| {
            format!(
                "terraform is not installed: install it, or name it in {}",
                Cli::Terraform.variable()
            )
        }),
        Some(Choice::Tofu) => Cli::Tofu.installed_or_built(repo),
        None => match Cli::Terraform.installed()? {
            Some(program) => Ok(program),
            None => Cli::Tofu.installed_or_built(repo).context(
                "the demo needs terraform, tofu, or Go to build OpenTofu with: install one of them",
            ),
        },
    }
}

/// The stack without anything that a run of it has left in the checkout.
fn copy_stack(repo: &Repo, work: &std::path::Path) -> anyhow::Result<PathBuf> {
    let target = work.join("stack");
    fs::create_dir(&target)?;
    for entry in
        fs::read_dir(repo.root.join(STACK)).with_context(|| format!("cannot read {STACK}"))?
    {
        let entry = entry?;
        let name = entry.file_name();
        let hidden = name.to_string_lossy().starts_with('.');
        let state = name.to_string_lossy().contains(".tfstate");
        if entry.file_type()?.is_file() && !hidden && !state {
            fs::copy(entry.path(), target.join(&name))?;
        }
    }
    Ok(target)
}

fn heading(text: &str) {
    eprintln!("\n=== {text}");
}
