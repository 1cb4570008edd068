use plinth_protocol::Attribute;

use super::super::sample::*;
use super::*;

fn check(
    attributes: impl IntoIterator<Item = Attribute>,
    planned: &Value,
    actual: &Value,
) -> Vec<Rule> {
    let found = assert_object_compatible(&schema(attributes), planned, actual);
    found.into_iter().map(|violation| violation.rule).collect()
}

/// Both values as attribute `a` of this type.
fn one(ty: Type, planned: impl Into<Value>, actual: impl Into<Value>) -> Vec<Rule> {
    check(
        [plain("a", ty).optional()],
        &obj([("a", planned.into())]),
        &obj([("a", actual.into())]),
    )
}

fn refined(refinements: Refinements) -> Value {
    Value::Unknown(Some(Box::new(refinements)))
}

#[test]
fn known_values_stay() {
    assert_eq!(one(Type::String, "x", "x"), []);
    assert_eq!(one(Type::String, "x", "y"), [Rule::Changed]);
    assert_eq!(one(Type::String, "x", Value::Null), [Rule::Vanished]);
    assert_eq!(one(Type::String, Value::Null, "x"), [Rule::Appeared]);
    assert_eq!(one(Type::String, Value::Null, Value::Null), []);
    assert_eq!(
        one(Type::String, "x", Value::UNKNOWN),
        [Rule::BecameUnknown]
    );
    assert_eq!(
        one(Type::String, Value::Null, Value::UNKNOWN),
        [Rule::Appeared]
    );
    assert_eq!(one(Type::String, "x", true), [Rule::Type]);
}

#[test]
fn the_object_stays() {
    let schema = schema([string("a").optional()]);
    let object = obj([("a", Value::Null)]);
    let rule = |planned, actual| {
        assert_object_compatible(&schema, planned, actual)
            .first()
            .map(|violation| violation.rule)
    };
    assert_eq!(rule(&Value::Null, &object), Some(Rule::Appeared));
    assert_eq!(rule(&object, &Value::Null), Some(Rule::Vanished));
    assert_eq!(rule(&Value::Null, &Value::Null), None);
}

#[test]
fn unknown_becomes_anything() {
    for actual in [Value::Null, "x".into(), Value::UNKNOWN] {
        assert_eq!(one(Type::String, Value::UNKNOWN, actual), []);
    }
    assert_eq!(
        one(Type::list(Type::String), Value::UNKNOWN, list(["x", "y"])),
        []
    );
}

#[test]
fn refinements_are_promises() {
    let none = Refinements::default;
    let not_null = || {
        refined(Refinements {
            null: Some(false),
            ..none()
        })
    };
    assert_eq!(one(Type::String, not_null(), "x"), []);
    assert_eq!(
        one(Type::String, not_null(), Value::Null),
        [Rule::Refinement]
    );
    let prefix = || {
        refined(Refinements {
            prefix: Some("pre-".into()),
            ..none()
        })
    };
    assert_eq!(one(Type::String, prefix(), "pre-x"), []);
    assert_eq!(one(Type::String, prefix(), "x"), [Rule::Refinement]);
    let bounds = |inclusive| {
        let (lower, upper) = (Some((1.into(), inclusive)), Some((3.into(), inclusive)));
        refined(Refinements {
            lower,
            upper,
            ..none()
        })
    };
    assert_eq!(one(Type::Number, bounds(true), 1), []);
    assert_eq!(one(Type::Number, bounds(false), 1), [Rule::Refinement]);
    assert_eq!(one(Type::Number, bounds(false), 2), []);
    assert_eq!(one(Type::Number, bounds(false), 3), [Rule::Refinement]);
    assert_eq!(one(Type::Number, bounds(true), 4), [Rule::Refinement]);
    let length = || {
        refined(Refinements {
            min_length: Some(1),
            max_length: Some(2),
            ..none()
        })
    };
    let strings = || Type::list(Type::String);
    assert_eq!(one(strings(), length(), list(["x"])), []);
    assert_eq!(one(strings(), length(), list([])), [Rule::Refinement]);
    assert_eq!(
        one(strings(), length(), list(["x", "y", "z"])),
        [Rule::Refinement]
    );
}

#[test]
fn lists_and_maps_keep_their_elements() {
    let strings = || Type::list(Type::String);
    assert_eq!(one(strings(), list(["x"]), list(["x"])), []);
    assert_eq!(
        one(strings(), list(["x", "y"]), list(["x"])),
        [Rule::ElementVanished]
    );
    assert_eq!(
        one(strings(), list(["x"]), list(["x", "y"])),
        [Rule::ElementAppeared]
    );
    assert_eq!(
        one(strings(), list(["x", "y"]), list(["y", "x"])),
        [Rule::Changed, Rule::Changed]
    );
    let part = Value::List(vec!["x".into(), Value::UNKNOWN]);
    assert_eq!(one(strings(), part, list(["x", "z"])), []);
    let map = || Type::map(Type::String);
    let key = |key: &str| Value::map([(key, "x".into())]);
    assert_eq!(one(map(), key("a"), key("a")), []);
    assert_eq!(
        one(map(), key("a"), key("b")),
        [Rule::ElementVanished, Rule::ElementAppeared]
    );
}

#[test]
fn sets_shrink_but_do_not_grow() {
    let set = || Type::set(Type::String);
    let unknown = |n| Value::List(vec![Value::UNKNOWN; n]);
    assert_eq!(one(set(), list(["x", "y"]), list(["y", "x"])), []);
    assert_eq!(one(set(), unknown(2), list(["x"])), []);
    assert_eq!(one(set(), unknown(2), list(["x", "y"])), []);
    assert_eq!(one(set(), unknown(1), list(["x", "y"])), [Rule::SetGrew]);
    assert_eq!(
        one(set(), list(["x"]), list(["y"])),
        [Rule::SetElement, Rule::SetElement]
    );
    assert_eq!(
        one(set(), list(["x", "y"]), list(["x"])),
        [Rule::SetElement]
    );
    assert_eq!(
        one(set(), list(["x"]), list(["x", "y"])),
        [Rule::SetElement, Rule::SetGrew]
    );
    // The unknown one turned out to be equal to the known one.
    let part = Value::List(vec!["x".into(), Value::UNKNOWN]);
    assert_eq!(one(set(), part, list(["x"])), []);
}

#[test]
fn dynamic_values_keep_type_and_value() {
    let any = |ty, value: Value| Value::Dynamic(Box::new((ty, value)));
    let check = |planned, actual| one(Type::Dynamic, planned, actual);
    assert_eq!(
        check(any(Type::String, "1".into()), any(Type::String, "1".into())),
        []
    );
    let changed = check(any(Type::String, "1".into()), any(Type::Number, 1.into()));
    assert_eq!(changed, [Rule::TypeChanged]);
    let other = check(any(Type::String, "1".into()), any(Type::String, "2".into()));
    assert_eq!(other, [Rule::Changed]);
    assert_eq!(check(Value::UNKNOWN, any(Type::Number, 1.into())), []);
    assert_eq!(
        check(
            any(Type::Bool, Value::UNKNOWN),
            any(Type::Bool, true.into())
        ),
        []
    );
    assert_eq!(
        check(any(Type::Bool, true.into()), Value::Null),
        [Rule::Vanished]
    );
}

#[test]
fn numbers_compare_by_value() {
    let number = |text: &str| Value::Number(plinth_protocol::Number::parse(text).expect("number"));
    assert_eq!(one(Type::Number, number("1.50"), number("1.5")), []);
    let (large, next) = (number("9007199254740993"), number("9007199254740992"));
    assert_eq!(one(Type::Number, large, next), [Rule::Changed]);
}

#[test]
fn sensitive_values_are_not_told() {
    let schema = schema([string("a").optional().sensitive()]);
    let found = assert_object_compatible(
        &schema,
        &obj([("a", "canary".into())]),
        &obj([("a", "other".into())]),
    );
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].detail, "");
}

#[test]
fn blocks_keep_their_number() {
    let of = |nesting, planned, actual| {
        let schema = schema([]).with_block("b", nesting, vec![string("x").optional()]);
        let found =
            assert_object_compatible(&schema, &obj([("b", planned)]), &obj([("b", actual)]));
        found
            .into_iter()
            .map(|violation| violation.rule)
            .collect::<Vec<_>>()
    };
    let x = |x: &str| obj([("x", x.into())]);
    let map = |keys: &[&str]| Value::map(keys.iter().map(|key| (*key, x("1"))));
    assert_eq!(of(Nesting::List, objects([x("1")]), objects([x("1")])), []);
    assert_eq!(
        of(Nesting::List, objects([x("1")]), objects([x("2")])),
        [Rule::Changed]
    );
    assert_eq!(
        of(Nesting::List, objects([x("1")]), objects([])),
        [Rule::ElementVanished]
    );
    assert_eq!(
        of(Nesting::List, objects([]), objects([x("1")])),
        [Rule::ElementAppeared]
    );
    assert_eq!(
        of(Nesting::List, objects([]), Value::Null),
        [Rule::BlocksNull]
    );
    assert_eq!(of(Nesting::List, Value::UNKNOWN, objects([x("1")])), []);
    assert_eq!(of(Nesting::Map, map(&["a"]), map(&["a"])), []);
    assert_eq!(
        of(Nesting::Map, map(&["a"]), map(&["b"])),
        [Rule::ElementVanished, Rule::ElementAppeared]
    );
    assert_eq!(
        of(
            Nesting::Set,
            objects([x("1"), x("2")]),
            objects([x("2"), x("1")])
        ),
        []
    );
    assert_eq!(
        of(Nesting::Set, objects([x("1")]), objects([x("2")])),
        [Rule::SetElement, Rule::SetElement]
    );
    assert_eq!(of(Nesting::Single, x("1"), Value::Null), [Rule::Vanished]);
    assert_eq!(of(Nesting::Single, Value::Null, x("1")), [Rule::Appeared]);
    assert_eq!(of(Nesting::Single, Value::UNKNOWN, Value::Null), []);
}
