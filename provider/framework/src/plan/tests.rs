//! Plans of small schemas: each test is one of Terraform's rules.

use std::sync::Arc;

use plinth_protocol::{Nesting, Number, Path, Refinements, Type, Value};

use super::{Planned, plan};
use crate::schema::{Attribute, AttributeType, ObjectSchema, Presence};

fn attribute(name: &'static str, presence: Presence) -> Attribute {
    Attribute::new(name, AttributeType::Plain(Type::String), presence)
}

fn schema(attributes: impl IntoIterator<Item = Attribute>) -> ObjectSchema {
    ObjectSchema {
        attributes: attributes.into_iter().collect(),
        ..ObjectSchema::default()
    }
}

fn nested(
    name: &'static str,
    nesting: Nesting,
    inner: ObjectSchema,
    presence: Presence,
) -> Attribute {
    Attribute::new(
        name,
        AttributeType::Nested(nesting, Arc::new(inner)),
        presence,
    )
}

fn object<const N: usize>(attributes: [(&str, Value); N]) -> Value {
    Value::map(attributes)
}

fn text(text: &str) -> Value {
    Value::from(text)
}

fn lower_case(value: &Value) -> Value {
    value
        .as_str()
        .map_or_else(|| value.clone(), |text| Value::from(text.to_lowercase()))
}

#[test]
fn create_leaves_computed_attributes_to_apply() {
    let schema = schema([
        attribute("name", Presence::Required),
        attribute("id", Presence::Computed),
    ]);
    let planned = plan(
        &schema,
        &Value::Null,
        &object([("name", text("a")), ("id", Value::Null)]),
    );
    assert_eq!(
        planned.state,
        object([("name", text("a")), ("id", Value::UNKNOWN)])
    );
    assert!(planned.requires_replace.is_empty());
}

#[test]
fn an_update_keeps_computed_attributes_but_volatile_ones() {
    let revision = Attribute {
        volatile: true,
        ..attribute("revision", Presence::Computed)
    };
    let schema = schema([
        attribute("name", Presence::Required),
        attribute("id", Presence::Computed),
        revision,
    ]);
    let prior = object([
        ("name", text("a")),
        ("id", text("1")),
        ("revision", text("7")),
    ]);
    let config = |name| {
        object([
            ("name", text(name)),
            ("id", Value::Null),
            ("revision", Value::Null),
        ])
    };
    let changed = plan(&schema, &prior, &config("b"));
    let expected = object([
        ("name", text("b")),
        ("id", text("1")),
        ("revision", Value::UNKNOWN),
    ]);
    assert_eq!(changed.state, expected);
    assert_eq!(plan(&schema, &prior, &config("a")).state, prior);
}

#[test]
fn a_default_fills_what_the_configuration_leaves_out_but_not_what_is_unknown() {
    let mode = Attribute {
        default: Some(text("0644")),
        ..attribute("mode", Presence::Optional)
    };
    let schema = schema([mode]);
    let left_out = plan(&schema, &Value::Null, &object([("mode", Value::Null)]));
    assert_eq!(left_out.state, object([("mode", text("0644"))]));
    let refined = Value::Unknown(Some(Box::new(Refinements {
        null: Some(false),
        ..Refinements::default()
    })));
    let unknown = object([("mode", refined)]);
    assert_eq!(plan(&schema, &Value::Null, &unknown).state, unknown);
}

#[test]
fn write_only_values_are_in_no_plan() {
    let secret = Attribute {
        write_only: true,
        ..attribute("secret", Presence::Optional)
    };
    let planned = plan(
        &schema([secret]),
        &Value::Null,
        &object([("secret", text("hush"))]),
    );
    assert_eq!(planned.state, object([("secret", Value::Null)]));
}

#[test]
fn another_spelling_of_the_same_is_no_change() {
    let name = Attribute {
        canonical: Some(Arc::new(lower_case)),
        replace: true,
        ..attribute("name", Presence::Required)
    };
    let schema = schema([name]);
    let prior = object([("name", text("Alpha"))]);
    let same = plan(&schema, &prior, &object([("name", text("ALPHA"))]));
    assert_eq!(
        same,
        Planned {
            state: prior.clone(),
            requires_replace: Vec::new()
        }
    );
    let other = plan(&schema, &prior, &object([("name", text("BETA"))]));
    assert_eq!(other.state, object([("name", text("BETA"))]));
    assert_eq!(other.requires_replace, [Path::from("name")]);
}

#[test]
fn equal_numbers_are_no_change_however_they_were_written() {
    let size = Attribute::new(
        "size",
        AttributeType::Plain(Type::Number),
        Presence::Required,
    );
    let prior = object([("size", Value::Number(Number::parse("1e3").unwrap()))]);
    let planned = plan(
        &schema([size]),
        &prior,
        &object([("size", Value::from(1000))]),
    );
    assert_eq!(planned.state, prior);
}

#[test]
fn replacement_is_asked_for_where_the_change_is() {
    let zone = Attribute {
        replace: true,
        ..attribute("zone", Presence::Required)
    };
    let inner = schema([zone, attribute("label", Presence::Optional)]);
    let schema = schema([
        nested("list", Nesting::List, inner.clone(), Presence::Optional),
        nested("map", Nesting::Map, inner, Presence::Optional),
    ]);
    let element = |zone: &str| object([("zone", text(zone)), ("label", Value::Null)]);
    let state = |list: &str, map: &str| {
        object([
            ("list", Value::List(vec![element("a"), element(list)])),
            ("map", object([("k", element(map))])),
        ])
    };
    let planned = plan(&schema, &state("a", "a"), &state("b", "b"));
    let expected = [
        Path::from("list").index(1).attribute("zone"),
        Path::from("map").key("k").attribute("zone"),
    ];
    assert_eq!(planned.requires_replace, expected);
}

#[test]
fn computed_parts_of_set_elements_stay_with_their_element() {
    let port = Attribute {
        default: Some(text("80")),
        ..attribute("port", Presence::Optional)
    };
    let inner = schema([
        attribute("name", Presence::Required),
        port,
        attribute("id", Presence::Computed),
    ]);
    let schema = schema([nested("members", Nesting::Set, inner, Presence::Required)]);
    let element = |name: &str, port: Value, id: Value| {
        object([("name", text(name)), ("port", port), ("id", id)])
    };
    let prior = object([(
        "members",
        Value::List(vec![
            element("a", text("80"), text("1")),
            element("b", text("81"), text("2")),
        ]),
    )]);
    let config = object([(
        "members",
        Value::List(vec![
            element("c", Value::Null, Value::Null),
            element("b", text("81"), Value::Null),
            element("a", Value::Null, Value::Null),
        ]),
    )]);
    let expected = object([(
        "members",
        Value::List(vec![
            element("c", text("80"), Value::UNKNOWN),
            element("b", text("81"), text("2")),
            element("a", text("80"), text("1")),
        ]),
    )]);
    assert_eq!(plan(&schema, &prior, &config).state, expected);
}

#[test]
fn sets_three_levels_deep_with_defaults_plan_empty() {
    let leaf = Attribute {
        default: Some(text("x")),
        ..attribute("leaf", Presence::Optional)
    };
    let deep = schema([attribute("key", Presence::Required), leaf]);
    let middle = schema([nested("deep", Nesting::Set, deep, Presence::Optional)]);
    let schema = schema([nested("outer", Nesting::Set, middle, Presence::Optional)]);
    let value = |leaf: Value| {
        let deep = object([("key", text("k")), ("leaf", leaf)]);
        let middle = object([("deep", Value::List(vec![deep]))]);
        object([("outer", Value::List(vec![middle]))])
    };
    let prior = value(text("x"));
    assert_eq!(plan(&schema, &prior, &value(Value::Null)).state, prior);
}

#[test]
fn the_order_of_a_set_is_no_change() {
    let tags = Attribute::new(
        "tags",
        AttributeType::Plain(Type::set(Type::String)),
        Presence::Optional,
    );
    let revision = Attribute {
        volatile: true,
        ..attribute("revision", Presence::Computed)
    };
    let schema = schema([tags, revision]);
    let tags = |order: [&str; 2]| Value::List(order.map(text).to_vec());
    let prior = object([("tags", tags(["a", "b"])), ("revision", text("1"))]);
    let config = object([("tags", tags(["b", "a"])), ("revision", Value::Null)]);
    assert_eq!(plan(&schema, &prior, &config).state, prior);
}

#[test]
fn unknown_collections_and_elements_stay_unknown() {
    let inner = schema([
        attribute("name", Presence::Required),
        attribute("id", Presence::Computed),
    ]);
    let schema = schema([nested("list", Nesting::List, inner, Presence::Optional)]);
    let whole = object([("list", Value::UNKNOWN)]);
    assert_eq!(plan(&schema, &Value::Null, &whole).state, whole);
    let one = object([("list", Value::List(vec![Value::UNKNOWN]))]);
    assert_eq!(plan(&schema, &Value::Null, &one).state, one);
}
