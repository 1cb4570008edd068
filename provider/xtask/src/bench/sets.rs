//! What the plan of a large set costs: one request over the wire to a process that has just started.

use std::fs;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use plinth_conformance::client::{Client, Process};
use plinth_protocol::wire::tfplugin6::{ClientCapabilities, plan_resource_change};
use plinth_protocol::{DynamicValue, Provider, Value};

use crate::bench::subjects::Subject;
use crate::bench::{median, ratio};

/// Processes for each size: the median counts.
const RUNS: usize = 7;

/// A plan that takes longer is given up, and counts as taking this long.
const LIMIT: Duration = Duration::from_secs(60);

/// A plan that takes longer is not repeated.
const SLOW_MS: f64 = 2_000.0;

/// What one size costs a subject; `None` where it has no such resource.
pub(super) type Found = Option<Cost>;

/// The cost of a plan.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cost {
    time_ms: f64,
    peak_mib: f64,
}

/// Plans a set of this many objects.
pub(super) fn measure(subjects: &[Subject], elements: u32) -> anyhow::Result<Vec<Found>> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    subjects
        .iter()
        .map(|subject| {
            let Some(bag) = subject.bag else {
                return Ok(None);
            };
            let mut costs: Vec<Cost> = Vec::new();
            while costs.len() < RUNS && costs.iter().all(|cost| cost.time_ms < SLOW_MS) {
                let cost = runtime.block_on(once(subject, bag, elements));
                costs.push(cost.with_context(|| format!("{} cannot plan a set", subject.label))?);
            }
            let of = |pick: fn(&Cost) -> f64| median(costs.iter().map(pick).collect());
            Ok(of(|cost| cost.time_ms)
                .zip(of(|cost| cost.peak_mib))
                .map(|(time_ms, peak_mib)| Cost { time_ms, peak_mib }))
        })
        .collect()
}

/// Whether a time is only a lower bound.
pub(super) fn is_given_up(time_ms: f64) -> bool {
    time_ms >= LIMIT.as_secs_f64() * 1000.0
}

/// The times, by subject.
pub(super) fn times(found: &[Found]) -> Vec<Option<f64>> {
    found
        .iter()
        .map(|cost| Some(cost.as_ref()?.time_ms))
        .collect()
}

/// The peaks of memory, by subject.
pub(super) fn memory(found: &[Found]) -> Vec<Option<f64>> {
    found
        .iter()
        .map(|cost| Some(cost.as_ref()?.peak_mib))
        .collect()
}

async fn once(subject: &Subject, bag: &str, elements: u32) -> anyhow::Result<Cost> {
    let client = Client::start(&subject.program).await?;
    let schema = client.schema();
    let resource = schema
        .resources
        .get(bag)
        .with_context(|| format!("there is no {bag}"))?;
    let ty = resource.block.to_type();
    let config = DynamicValue::encode(&configuration(elements), &ty);
    let prior = DynamicValue::encode(&Value::Null, &ty);
    // Encoded before the clock starts: what is measured is the provider.
    let request = plan_resource_change::Request {
        type_name: bag.to_owned(),
        prior_state: Some(prior.into()),
        proposed_new_state: Some(config.clone().into()),
        config: Some(config.into()),
        client_capabilities: Some(ClientCapabilities {
            write_only_attributes_allowed: true,
            ..ClientCapabilities::default()
        }),
        ..plan_resource_change::Request::default()
    };
    let mut raw = client.raw();
    let start = Instant::now();
    let response = tokio::time::timeout(LIMIT, raw.plan_resource_change(request)).await;
    let time = start.elapsed();
    let pid = client.process().and_then(Process::id);
    let peak_mib = peak(pid.context("the provider has ended")?)?;
    let cost = Cost {
        time_ms: time.as_secs_f64() * 1000.0,
        peak_mib,
    };
    let Ok(response) = response else {
        eprintln!("{}: given up after {LIMIT:?}", subject.label);
        return Ok(cost);
    };
    let response = response?.into_inner();
    ensure!(
        response.diagnostics.is_empty(),
        "the plan has diagnostics: {:?}",
        response.diagnostics
    );
    let planned = DynamicValue::from(response.planned_state.unwrap_or_default());
    let planned = planned.decode(&ty)?;
    ensure!(
        counts(&planned) == elements as usize,
        "the plan has lost elements"
    );
    client.shutdown().await?;
    Ok(cost)
}

fn configuration(elements: u32) -> Value {
    let element = |index: u32| {
        Value::map([
            ("key", Value::String(format!("key-{index:05}"))),
            ("value", Value::Null),
            ("weight", Value::Null),
        ])
    };
    Value::map([
        ("id", Value::Null),
        ("name", Value::String("bag".to_owned())),
        ("items", Value::List((0..elements).map(element).collect())),
    ])
}

fn counts(planned: &Value) -> usize {
    match planned {
        Value::Map(attributes) => match attributes.get("items") {
            Some(Value::List(items)) => items.len(),
            _ => 0,
        },
        _ => 0,
    }
}

/// The largest resident set of a running process so far, in MiB.
fn peak(pid: u32) -> anyhow::Result<f64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line
        .and_then(|line| line.split_whitespace().next())
        .context("no VmHWM")?;
    Ok(ratio(kib.parse()?, 1024))
}
