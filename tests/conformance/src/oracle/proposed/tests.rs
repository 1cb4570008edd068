use super::super::sample::*;
use super::*;

fn element() -> Vec<Attribute> {
    vec![
        string("key").required(),
        string("id").computed(),
        string("note").optional().computed(),
    ]
}

fn e(key: &str, id: impl Into<Value>, note: impl Into<Value>) -> Value {
    obj([
        ("key", key.into()),
        ("id", id.into()),
        ("note", note.into()),
    ])
}

fn merge(schema: &Schema, prior: Value, config: Value) -> Value {
    proposed_new(schema, &obj([("a", prior)]), &obj([("a", config)]))
        .get("a")
        .clone()
}

#[test]
fn configured_wins_over_prior() {
    let optional = schema([string("a").optional()]);
    assert_eq!(merge(&optional, "old".into(), "new".into()), "new".into());
    assert_eq!(merge(&optional, "old".into(), Value::Null), Value::Null);
    let computed = schema([string("a").optional().computed()]);
    assert_eq!(merge(&computed, "old".into(), "new".into()), "new".into());
    assert_eq!(merge(&computed, "old".into(), Value::Null), "old".into());
    assert_eq!(
        merge(&computed, "old".into(), Value::UNKNOWN),
        Value::UNKNOWN
    );
}

#[test]
fn create_and_destroy() {
    let schema = schema([
        string("id").computed(),
        string("secret").optional().write_only(),
    ]);
    let config = obj([("id", Value::Null), ("secret", "x".into())]);
    assert_eq!(proposed_new(&schema, &Value::Null, &config), config);
    assert_eq!(proposed_new(&schema, &config, &Value::Null), Value::Null);
}

#[test]
fn lists_go_by_index_and_maps_by_key() {
    let schema_of = |nesting| schema([nested("a", nesting, element()).optional()]);
    let prior = objects([e("x", "1", "n"), e("y", "2", "m")]);
    let config = objects([e("z", Value::Null, Value::Null), e("y", Value::Null, "new")]);
    let expected = objects([e("z", "1", "n"), e("y", "2", "new")]);
    assert_eq!(
        merge(&schema_of(Nesting::List), prior.clone(), config),
        expected
    );
    let longer = objects([
        e("x", Value::Null, Value::Null),
        e("y", Value::Null, Value::Null),
        e("z", Value::Null, Value::Null),
    ]);
    let merged = merge(&schema_of(Nesting::List), prior, longer);
    assert_eq!(items(&merged)[2], e("z", Value::Null, Value::Null));

    let prior = Value::map([("p", e("x", "1", "n")), ("q", e("y", "2", "m"))]);
    let config = Value::map([
        ("q", e("y", Value::Null, Value::Null)),
        ("r", e("z", Value::Null, "k")),
    ]);
    let expected = Value::map([("q", e("y", "2", "m")), ("r", e("z", Value::Null, "k"))]);
    assert_eq!(merge(&schema_of(Nesting::Map), prior, config), expected);
}

#[test]
fn sets_go_by_what_is_not_computed() {
    let attribute = schema([nested("a", Nesting::Set, element()).optional()]);
    let block = schema([]).with_block("a", Nesting::Set, element());
    let prior = objects([e("x", "1", "n"), e("y", "2", "m")]);
    let config = objects([
        e("y", Value::Null, Value::Null),
        e("x", Value::Null, "other"),
        e("z", Value::Null, Value::Null),
    ]);
    // The second is configured otherwise than before, so it is a new one.
    let expected = objects([
        e("y", "2", "m"),
        e("x", Value::Null, "other"),
        e("z", Value::Null, Value::Null),
    ]);
    assert_eq!(merge(&attribute, prior.clone(), config.clone()), expected);
    assert_eq!(merge(&block, prior, config), expected);
}

#[test]
fn each_prior_element_of_a_set_is_used_once() {
    let all_computed = vec![string("id").computed(), string("note").optional()];
    let schema = schema([nested("a", Nesting::Set, all_computed).optional()]);
    let e = |id: Value, note: &str| obj([("id", id), ("note", note.into())]);
    let prior = objects([e("1".into(), "n")]);
    let config = objects([e(Value::Null, "n"), e(Value::UNKNOWN, "n")]);
    let merged = merge(&schema, prior, config);
    assert_eq!(
        merged,
        objects([e("1".into(), "n"), e(Value::UNKNOWN, "n")])
    );
}

#[test]
fn half_configured_objects_go_with_their_configuration() {
    let schema = schema([nested("a", Nesting::Single, element())
        .optional()
        .computed()]);
    assert_eq!(merge(&schema, e("x", "1", "n"), Value::Null), Value::Null);
    let computed = vec![string("id").computed()];
    let provided = super::super::sample::schema([nested("a", Nesting::Single, computed)
        .optional()
        .computed()]);
    let object = obj([("id", "1".into())]);
    assert_eq!(merge(&provided, object.clone(), Value::Null), object);
}

#[test]
fn blocks_of_unknown_number_stay_so() {
    let schema = schema([]).with_block("a", Nesting::List, element());
    assert_eq!(
        merge(&schema, objects([e("x", "1", "n")]), Value::UNKNOWN),
        Value::UNKNOWN
    );
    assert_eq!(
        merge(&schema, objects([e("x", "1", "n")]), objects([])),
        objects([])
    );
}
