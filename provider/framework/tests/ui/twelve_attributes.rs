//! Twelve attributes with their documentation: at most 45 lines from the derive to the brace.
use std::collections::BTreeMap;

use plinth_framework::{Choice, Computed, Model, Secret, Set, Timeouts, WriteOnly};

#[derive(Choice, Clone, Debug)]
enum Kind {
    Replicated,
    Erasure,
}

#[derive(Model, Clone, Debug)]
#[tf(at_most_one_of(quota_bytes, quota_objects))]
struct Pool {
    /// Name of the pool; its identity.
    #[tf(replace, check = plinth_framework::rules::not_empty)]
    name: String,
    /// How data is kept.
    #[tf(replace, default = Kind::Replicated)]
    kind: Kind,
    /// Number of copies.
    #[tf(default = 3, check = plinth_framework::rules::between(1..=10))]
    size: i64,
    /// Restrict the pool to one device class, such as `ssd`.
    device_class: Option<String>,
    /// What the pool is used for.
    applications: Option<Set<String>>,
    /// Free-form labels.
    labels: Option<BTreeMap<String, String>>,
    /// Greatest size in bytes.
    quota_bytes: Option<i64>,
    /// Greatest number of objects.
    quota_objects: Option<i64>,
    /// Password of the pool's client.
    password: WriteOnly<Secret<String>>,
    /// Number of the pool, given by the cluster.
    pool_id: Computed<i64>,
    /// When it last changed.
    #[tf(volatile)]
    changed_at: Computed<String>,
    /// How long operations may take.
    timeouts: Option<Timeouts>,
}

fn main() {
    let schema = Pool::schema();
    assert_eq!(schema.attributes.len(), 13, "the write-only attribute has a version twin");
    assert_eq!(Pool::AT.size.name(), "size");
    let source = include_str!("twelve_attributes.rs");
    let declaration = source.split("#[derive(Model").nth(1).expect("the declaration");
    let lines = declaration.split("\n}\n").next().expect("its end").lines().count();
    assert!(lines <= 45, "{lines} lines");
}
