//! `cargo xtask test`

use anyhow::ensure;

use crate::repo::{Repo, cargo};
use crate::run::{build_binary, run_watched};
use crate::tools::cli::Cli;
use crate::tools::openssh;

/// What can be said on the command line.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Only the tests whose names contain one of these.
    filter: Vec<String>,
}

/// Gets what the tests need and runs them all.
pub(crate) fn run(repo: &Repo, arguments: &Arguments) -> anyhow::Result<()> {
    openssh::ensure()?;
    for binary in ["terraform-provider-plinth", "terraform-provider-corner"] {
        build_binary(repo, binary, false)?;
    }
    let mut command = cargo();
    command
        .current_dir(&repo.root)
        .args(["test", "--workspace", "--no-fail-fast"]);
    for cli in [Cli::Terraform, Cli::Tofu, Cli::TerraformNext] {
        let program = cli.installed_or_built(repo)?;
        eprintln!("{}={}", cli.variable(), program.display());
        command.env(cli.variable(), program);
    }
    command.arg("--").args(&arguments.filter);

    let mut totals = Totals::default();
    let result = run_watched(&mut command, |line| totals.count(line));
    println!("{}", totals.show());
    result?;
    ensure!(totals.passed > 0, "no test ran: does a filter match?");
    Ok(())
}

/// The sums over all test programs.
#[derive(Debug, Default, PartialEq, Eq)]
struct Totals {
    programs: u64,
    passed: u64,
    failed: u64,
    ignored: u64,
}

impl Totals {
    /// Adds a line such as `test result: ok. 4 passed; 0 failed; 1 ignored; …`.
    fn count(&mut self, line: &str) {
        let Some(rest) = line.strip_prefix("test result: ") else {
            return;
        };
        self.programs += 1;
        let words: Vec<&str> = rest
            .split([' ', ';', '.'])
            .filter(|w| !w.is_empty())
            .collect();
        for pair in words.windows(2) {
            let [number, what] = pair else { continue };
            let Ok(number) = number.parse::<u64>() else {
                continue;
            };
            match *what {
                "passed" => self.passed += number,
                "failed" => self.failed += number,
                "ignored" => self.ignored += number,
                _ => {}
            }
        }
    }

    fn show(&self) -> String {
        let Self {
            programs,
            passed,
            failed,
            ignored,
        } = self;
        format!(
            "total: {passed} passed; {failed} failed; {ignored} ignored; {programs} test programs"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_summed_over_programs() {
        let mut totals = Totals::default();
        totals.count("running 5 tests");
        totals.count("test result: ok. 4 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.03s");
        totals.count("test result: FAILED. 2 passed; 3 failed; 0 ignored; 0 measured; 7 filtered out; finished in 1.13s");
        let expected = Totals {
            programs: 2,
            passed: 6,
            failed: 3,
            ignored: 1,
        };
        assert_eq!(totals, expected);
    }
}
