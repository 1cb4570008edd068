//! `cargo xtask bench`: what is promised about speed and size, measured beside peers.

mod handshake;
mod meter;
mod report;
mod sets;
mod subjects;
mod walk;

use std::fs;

use anyhow::Context;

use crate::repo::Repo;
use crate::tools::cli::Cli;
use report::{Better, Report};

pub(crate) use meter::Meter;

/// Where `--write` puts the report, from the root.
const REPORT: &str = "docs/dev/bench-plugin.md";

const INSTANCES: [u32; 3] = [10, 100, 1000];

/// What can be said on the command line.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// The plugin: start, memory, size, cost of an instance, cost of large sets.
    Plugin(Plugin),
}

#[derive(Debug, clap::Args)]
struct Plugin {
    /// Keeps the report in docs/dev/bench-plugin.md.
    #[arg(long)]
    write: bool,
    /// How often what is short is repeated; the median counts.
    #[arg(long, default_value_t = 21, value_parser = clap::value_parser!(u32).range(1..))]
    runs: u32,
}

/// Measures and prints the report.
pub(crate) fn run(repo: &Repo, arguments: &Arguments) -> anyhow::Result<()> {
    let What::Plugin(plugin) = &arguments.what;
    let cli = Cli::Terraform.installed_or_built(repo)?;
    let subjects = subjects::all(repo)?;
    let mut report = Report::new(&subjects, &cli);

    eprintln!(
        "--- from exec to the handshake line, {} runs each",
        plugin.runs
    );
    let times = handshake::medians(&subjects, plugin.runs)?;
    report.row(
        "exec → handshake line",
        "ms",
        Some(50.0),
        Better::Less,
        &times,
    );

    eprintln!("--- memory after GetProviderSchema");
    let work = tempfile::Builder::new().prefix("plinth-bench-").tempdir()?;
    let mut memory = Vec::new();
    for subject in &subjects {
        let walk = walk::Walk::new(&cli, work.path(), repo.version(), subject)?;
        memory.push(Some(walk.schema_memory()?));
    }
    report.row(
        "peak RSS, `providers schema`",
        "MiB",
        Some(30.0),
        Better::Less,
        &memory,
    );

    let mut sizes = Vec::new();
    for subject in &subjects {
        let size = fs::metadata(&subject.program)?.len();
        sizes.push(Some(ratio(size, 1_000_000)));
    }
    report.row("stripped binary", "MB", Some(30.0), Better::Budget, &sizes);

    eprintln!("--- a plan without changes, {INSTANCES:?} instances");
    let mut costs: Vec<Option<walk::Costs>> = Vec::new();
    for subject in &subjects {
        let walk = walk::Walk::new(&cli, work.path(), repo.version(), subject)?;
        costs.push(
            subject
                .item
                .map(|item| walk.costs(item, &INSTANCES))
                .transpose()?,
        );
    }
    for (index, instances) in INSTANCES.into_iter().enumerate() {
        let of = |pick: fn(&walk::Cost) -> f64| -> Vec<Option<f64>> {
            let one = |costs: &Option<walk::Costs>| Some(pick(costs.as_ref()?.get(index)?));
            costs.iter().map(one).collect()
        };
        let name = format!("provider CPU per further no-op instance, {instances}");
        report.row(
            &name,
            "ms",
            Some(0.3),
            Better::Less,
            &of(|cost| cost.per_instance),
        );
        let name = format!("provider CPU of the whole plan, {instances}");
        report.row(&name, "ms", None, Better::Less, &of(|cost| cost.whole));
    }

    eprintln!("--- plans of large sets");
    let small = sets::measure(&subjects, 1_000)?;
    let large = sets::measure(&subjects, 10_000)?;
    report.row(
        "plan of a 1,000-element set",
        "ms",
        Some(50.0),
        Better::Less,
        &sets::times(&small),
    );
    report.row(
        "plan of a 10,000-element set",
        "ms",
        None,
        Better::Less,
        &sets::times(&large),
    );
    let growth: Vec<Option<f64>> = sets::times(&small)
        .iter()
        .zip(sets::times(&large))
        .map(|(small, large)| Some(large.filter(|time| !sets::is_given_up(*time))? / (*small)?))
        .collect();
    // Ten times the objects: sorting makes it 13, and a process that has just started pays for the
    // first use of its memory. What grows with the square would be 100.
    report.row(
        "growth from 1,000 to 10,000",
        "×",
        Some(15.0),
        Better::Budget,
        &growth,
    );
    for (name, found) in [("1,000", &small), ("10,000", &large)] {
        let name = format!("peak RSS, {name}-element set");
        report.row(&name, "MiB", None, Better::Less, &sets::memory(found));
    }

    let text = report.render();
    println!("{text}");
    if plugin.write {
        let file = repo.root.join(REPORT);
        fs::write(&file, &text).with_context(|| format!("cannot write {}", file.display()))?;
        eprintln!("wrote {REPORT}");
    }
    report.verdict()
}

/// The middle one of some measurements.
fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}

/// A count in larger units.
#[expect(
    clippy::cast_precision_loss,
    reason = "a measurement that is shown with three digits"
)]
fn ratio(count: u64, unit: u64) -> f64 {
    count as f64 / unit as f64
}
