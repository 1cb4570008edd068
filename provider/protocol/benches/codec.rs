//! Time to decode and encode a set of ten thousand objects: `cargo bench -p plinth-protocol`.

#![allow(clippy::print_stdout, reason = "prints what it measures")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use plinth_protocol::{Type, Value};

const ELEMENTS: i64 = 10_000;
const RUNS: u32 = 20;

fn main() {
    let object = Type::object([
        ("key", Type::String),
        ("value", Type::String),
        ("weight", Type::Number),
    ]);
    let ty = Type::set(object);
    let elements = (0..ELEMENTS).map(|i| {
        Value::map([
            ("key", format!("key-{i:05}").into()),
            ("value", format!("the value of {i}").into()),
            ("weight", i.into()),
        ])
    });
    let value = Value::List(elements.collect());
    let msgpack = value.to_msgpack(&ty);
    let json = value.to_json(&ty).unwrap_or_default();

    println!("{ELEMENTS} objects of 3 attributes, best of {RUNS}");
    measure("encode msgpack", msgpack.len(), || value.to_msgpack(&ty));
    measure("decode msgpack", msgpack.len(), || {
        Value::from_msgpack(&msgpack, &ty)
    });
    measure("encode json", json.len(), || value.to_json(&ty));
    measure("decode json", json.len(), || Value::from_json(&json, &ty));
    measure("normalize", msgpack.len(), || {
        let mut value = value.clone();
        value.normalize(&ty);
        value
    });
}

fn measure<T>(name: &str, bytes: usize, run: impl Fn() -> T) {
    let once = || {
        let start = Instant::now();
        let result = black_box(run());
        let elapsed = start.elapsed();
        drop(result);
        elapsed
    };
    let best = (0..RUNS).map(|_| once()).min().unwrap_or(Duration::ZERO);
    println!(
        "{name:<16} {:>8.3} ms  {:>8} bytes",
        best.as_secs_f64() * 1000.0,
        bytes
    );
}
