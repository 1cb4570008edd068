//! The table of a benchmark, with what was promised and whether it holds.

use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::ensure;

use crate::bench::sets;
use crate::bench::subjects::{Role, Subject};

/// How a row is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Better {
    /// Ours has to be within the budget, and less than the rival's.
    Less,
    /// Ours has to be within the budget.
    Budget,
}

/// Rows of measurements by subject.
#[derive(Debug)]
pub(super) struct Report {
    labels: Vec<&'static str>,
    roles: Vec<Role>,
    machine: String,
    rows: Vec<Row>,
}

#[derive(Debug)]
struct Row {
    name: String,
    unit: &'static str,
    budget: Option<f64>,
    values: Vec<Option<f64>>,
    verdict: Result<(), &'static str>,
}

impl Report {
    /// An empty report about these subjects.
    pub(super) fn new(subjects: &[Subject], cli: &Path) -> Self {
        Self {
            labels: subjects.iter().map(|subject| subject.label).collect(),
            roles: subjects.iter().map(|subject| subject.role).collect(),
            machine: machine(cli),
            rows: Vec::new(),
        }
    }

    /// One more row, with a value for each subject that has one.
    pub(super) fn row(
        &mut self,
        name: &str,
        unit: &'static str,
        budget: Option<f64>,
        better: Better,
        values: &[Option<f64>],
    ) {
        let verdict = judge(&self.roles, budget, better, values);
        self.rows.push(Row {
            name: name.to_owned(),
            unit,
            budget,
            values: values.to_vec(),
            verdict,
        });
    }

    /// The report as a page.
    pub(super) fn render(&self) -> String {
        let mut text = "# The plugin, measured\n\n\
             Written by `cargo xtask bench plugin --write`; times are medians, the providers take \
             turns in one run. Budgets hold for what is ours, which also has to beat the reference \
             provider: the same schema as the corner provider's, written in Go. Instances of the AWS \
             provider are of the data source `aws_iam_policy_document`, the only thing in it that \
             calls nothing; a resource does more.\n\n"
            .to_owned();
        writeln!(text, "{}\n", self.machine).ok();
        writeln!(
            text,
            "| what | budget | {} | verdict |",
            self.labels.join(" | ")
        )
        .ok();
        writeln!(text, "|---|---|{}---|", "---|".repeat(self.labels.len())).ok();
        for row in &self.rows {
            let budget = row
                .budget
                .map_or("–".to_owned(), |budget| show(budget, row.unit));
            let values: Vec<String> = row
                .values
                .iter()
                .map(|value| value.map_or("–".to_owned(), |value| show(value, row.unit)))
                .collect();
            let verdict = row.verdict.err().map_or("ok", |why| why);
            writeln!(
                text,
                "| {} | {budget} | {} | {verdict} |",
                row.name,
                values.join(" | ")
            )
            .ok();
        }
        text
    }

    /// Fails when a row does not hold what was promised.
    pub(super) fn verdict(&self) -> anyhow::Result<()> {
        let broken: Vec<String> = self
            .rows
            .iter()
            .filter_map(|row| Some(format!("{} ({})", row.name, row.verdict.err()?)))
            .collect();
        ensure!(broken.is_empty(), "not as promised: {}", broken.join(", "));
        Ok(())
    }
}

fn judge(
    roles: &[Role],
    budget: Option<f64>,
    better: Better,
    values: &[Option<f64>],
) -> Result<(), &'static str> {
    let of = |role: Role| {
        let pairs = roles.iter().zip(values);
        pairs
            .filter(move |(one, _)| **one == role)
            .filter_map(|(_, value)| *value)
    };
    if let Some(budget) = budget
        && of(Role::Ours).any(|value| value > budget)
    {
        return Err("over budget");
    }
    let rival = of(Role::Rival).fold(f64::INFINITY, f64::min);
    if better == Better::Less && of(Role::Ours).any(|value| value > rival) {
        return Err("rival is better");
    }
    Ok(())
}

fn show(value: f64, unit: &str) -> String {
    let digits = match value {
        value if value < 1.0 => 3,
        value if value < 100.0 => 1,
        _ => 0,
    };
    let bound = if unit == "ms" && sets::is_given_up(value) {
        "≥ "
    } else {
        ""
    };
    format!("{bound}{value:.digits$} {unit}")
}

/// What the numbers were taken on.
fn machine(cli: &Path) -> String {
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    let version = Command::new(cli)
        .arg("version")
        .env("CHECKPOINT_DISABLE", "1")
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .map(|output| String::from_utf8_lossy(&output.stdout).into_owned())
        .unwrap_or_default();
    // Warnings about the configuration may come first.
    let version = version
        .lines()
        .find(|line| line.contains(" v"))
        .unwrap_or("an unknown CLI");
    format!(
        "{} on {}, {cores} cores, {}.",
        std::env::consts::OS,
        std::env::consts::ARCH,
        version.trim()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROLES: [Role; 3] = [Role::Ours, Role::Rival, Role::Other];

    #[test]
    fn budgets_hold_for_ours_alone() {
        let values = [Some(1.0), Some(5.0), Some(9.0)];
        assert_eq!(judge(&ROLES, Some(2.0), Better::Less, &values), Ok(()));
        assert_eq!(
            judge(&ROLES, Some(0.5), Better::Less, &values),
            Err("over budget")
        );
    }

    #[test]
    fn ours_has_to_be_better_than_the_rival_where_it_counts() {
        let values = [Some(6.0), Some(5.0), None];
        assert_eq!(
            judge(&ROLES, Some(9.0), Better::Less, &values),
            Err("rival is better")
        );
        assert_eq!(judge(&ROLES, Some(9.0), Better::Budget, &values), Ok(()));
        assert_eq!(
            judge(&ROLES, None, Better::Less, &[None, Some(1.0), None]),
            Ok(())
        );
    }
}
