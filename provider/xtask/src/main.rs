//! The project's own commands: `cargo xtask help` lists them.
#![allow(
    clippy::disallowed_methods,
    reason = "running programs is what these commands are for"
)]
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "these commands speak to the person who runs them"
)]

mod bench;
mod check;
mod demo;
mod generate;
mod interrupt;
mod mirror;
mod new_resource;
mod repo;
mod run;
mod test;
mod tools;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::repo::Repo;

/// plinth's own commands.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Applies examples/stacks/first-host to a throw-away SSH server on loopback and destroys it.
    Demo(demo::Arguments),
    /// Runs every test, against the real terraform and tofu where a test wants them.
    Test(test::Arguments),
    /// Checks formatting, lints, licences, dependency direction, file sizes, generated files.
    Check,
    /// Writes docs/ and examples/ from the declarations of the resources.
    Generate(generate::Arguments),
    /// Starts a new resource: `cargo xtask new-resource host_user`.
    NewResource(new_resource::Arguments),
    /// Measures what is promised about speed and size, beside peers.
    Bench(bench::Arguments),
    /// Used by `bench`: runs a provider and notes what it used.
    #[command(hide = true)]
    Meter(bench::Meter),
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let result = run(arguments.command);
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> anyhow::Result<()> {
    if let Command::Meter(meter) = command {
        // Between Terraform and a provider, possibly far from any checkout.
        return meter.run();
    }
    let repo = Repo::find()?;
    match command {
        Command::Demo(arguments) => demo::run(&repo, &arguments),
        Command::Test(arguments) => test::run(&repo, &arguments),
        Command::Check => check::run(&repo),
        Command::Generate(arguments) => generate::run(&repo, &arguments),
        Command::NewResource(arguments) => new_resource::run(&repo, &arguments),
        Command::Bench(arguments) => bench::run(&repo, &arguments),
        Command::Meter(_) => Ok(()),
    }
}
