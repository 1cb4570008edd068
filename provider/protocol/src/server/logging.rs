//! Log lines on stderr, as Terraform reads them.

mod layer;
mod line;
mod timestamp;

use std::env;

use tracing_subscriber::Registry;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::{Layer, SubscriberExt};

use self::layer::JsonLines;

/// Crates below us whose own words are only of interest when something is wrong.
const QUIET: [&str; 8] = [
    "h2",
    "hyper",
    "hyper_util",
    "mio",
    "rustls",
    "tokio_util",
    "tonic",
    "tower",
];

/// Begins to log at the level that `TF_LOG_PROVIDER_<NAME>`, `TF_LOG_PROVIDER` or `TF_LOG`
/// asks for, the first of them that is set. Terraform would drop what it does not want
/// itself; not writing it saves both sides the work. Off where none is set.
pub(super) fn install(provider: &str) {
    let name = provider.to_uppercase().replace('-', "_");
    let variables = [
        format!("TF_LOG_PROVIDER_{name}"),
        "TF_LOG_PROVIDER".into(),
        "TF_LOG".into(),
    ];
    let level = variables
        .iter()
        .filter_map(|name| env::var(name).ok())
        .find(|v| !v.is_empty());
    let level = level.map_or(LevelFilter::OFF, |level| parse(&level));
    if level == LevelFilter::OFF {
        return;
    }
    let quiet = QUIET.map(|target| (target, level.min(LevelFilter::WARN)));
    let filter = Targets::new().with_default(level).with_targets(quiet);
    let lines = JsonLines::new(format!("provider.{provider}"), std::io::stderr);
    let subscriber = Registry::default().with(lines.with_filter(filter));
    // Someone may have installed a subscriber for the whole process before; theirs counts.
    tracing::subscriber::set_global_default(subscriber).ok();
}

/// A level as Terraform reads it: `JSON`, or a word that is none, means everything.
fn parse(level: &str) -> LevelFilter {
    match level.to_uppercase().as_str() {
        "OFF" => LevelFilter::OFF,
        "ERROR" => LevelFilter::ERROR,
        "WARN" => LevelFilter::WARN,
        "INFO" => LevelFilter::INFO,
        "DEBUG" => LevelFilter::DEBUG,
        _ => LevelFilter::TRACE,
    }
}
