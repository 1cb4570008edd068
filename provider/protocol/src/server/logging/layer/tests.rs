use std::io;
use std::sync::Mutex;

use serde_json::Value as Json;
use tracing_subscriber::Registry;
use tracing_subscriber::layer::SubscriberExt;

use super::*;

static WRITTEN: Mutex<Vec<u8>> = Mutex::new(Vec::new());

struct Sink;

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        WRITTEN.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn lines_are_what_terraform_reads() {
    let lines = JsonLines::new("provider.test".to_owned(), || Sink);
    tracing::subscriber::with_default(Registry::default().with(lines), || {
        let empty = tracing::field::Empty;
        let span = tracing::info_span!("request", tf_rpc = "ReadResource", late = empty, same = 1);
        span.record("late", "recorded");
        span.in_scope(|| {
            tracing::warn!(same = 2, ratio = f64::INFINITY, ok = true, "half \"{}\"", 1);
        });
        tracing::info!(answer = 42);
    });
    let written = WRITTEN.lock().unwrap();
    let lines: Vec<Json> = written
        .split_inclusive(|byte| *byte == b'\n')
        .map(|line| serde_json::from_slice(line).unwrap())
        .collect();
    let [warning, info] = lines.as_slice() else {
        panic!("two lines, not {lines:?}")
    };
    assert_eq!(warning["@level"], "warn");
    assert_eq!(warning["@module"], "provider.test");
    assert_eq!(warning["@message"], "half \"1\"");
    assert_eq!(
        warning["@timestamp"].as_str().unwrap().len(),
        "2006-01-02T15:04:05.000000Z".len()
    );
    assert_eq!(warning["tf_rpc"], "ReadResource");
    assert_eq!(warning["late"], "recorded");
    assert_eq!(warning["same"].to_string(), "2");
    assert_eq!(warning["ratio"], "inf");
    assert_eq!(warning["ok"], true);
    assert_eq!(info["@message"], "");
    assert_eq!(info["answer"].to_string(), "42");
}
