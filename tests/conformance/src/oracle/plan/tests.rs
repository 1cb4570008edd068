use plinth_protocol::{Refinements, Type};

use super::super::sample::*;
use super::*;

fn rules(schema: &Schema, prior: Value, config: Value, planned: Value) -> Vec<Rule> {
    let wrap = |value| obj([("a", value)]);
    let found = assert_plan_valid(schema, &wrap(prior), &wrap(config), &wrap(planned));
    found.into_iter().map(|violation| violation.rule).collect()
}

/// Prior, configured and planned value of one string attribute.
fn one(
    attribute: Attribute,
    prior: impl Into<Value>,
    config: impl Into<Value>,
    planned: impl Into<Value>,
) -> Vec<Rule> {
    rules(
        &schema([attribute]),
        prior.into(),
        config.into(),
        planned.into(),
    )
}

const NULL: Value = Value::Null;
const UNKNOWN: Value = Value::UNKNOWN;

#[test]
fn configured_values_are_planned() {
    for attribute in [
        string("a").required(),
        string("a").optional(),
        string("a").optional().computed(),
    ] {
        let a = || attribute.clone();
        assert_eq!(one(a(), NULL, "x", "x"), []);
        assert_eq!(one(a(), NULL, "x", "y"), [Rule::NotConfigured]);
        assert_eq!(one(a(), NULL, "x", NULL), [Rule::NotConfigured]);
        assert_eq!(one(a(), NULL, "x", UNKNOWN), [Rule::NotConfigured]);
        // Equal in meaning: what was there before may stay.
        assert_eq!(one(a(), "X", "x", "X"), []);
        assert_eq!(one(a(), "X", "x", "y"), [Rule::NotConfigured]);
    }
}

#[test]
fn unknown_counts_as_configured() {
    let refined = Value::Unknown(Some(Box::new(Refinements {
        null: Some(false),
        ..Refinements::default()
    })));
    for attribute in [string("a").optional(), string("a").optional().computed()] {
        let a = || attribute.clone();
        assert_eq!(one(a(), NULL, UNKNOWN, UNKNOWN), []);
        assert_eq!(one(a(), NULL, refined.clone(), UNKNOWN), []);
        assert_eq!(one(a(), NULL, UNKNOWN, refined.clone()), []);
        assert_eq!(one(a(), "x", UNKNOWN, "x"), []);
        assert_eq!(one(a(), NULL, UNKNOWN, "default"), [Rule::NotConfigured]);
        assert_eq!(one(a(), NULL, UNKNOWN, NULL), [Rule::NotConfigured]);
    }
}

#[test]
fn only_computed_attributes_are_the_providers() {
    assert_eq!(one(string("a").optional(), NULL, NULL, NULL), []);
    assert_eq!(
        one(string("a").optional(), NULL, NULL, "x"),
        [Rule::NotComputed]
    );
    assert_eq!(
        one(string("a").optional(), NULL, NULL, UNKNOWN),
        [Rule::NotComputed]
    );
    assert_eq!(
        one(string("a").optional(), "x", NULL, "x"),
        [Rule::NotComputed]
    );
    for planned in ["x".into(), UNKNOWN, NULL] {
        assert_eq!(
            one(
                string("a").optional().computed(),
                "x",
                NULL,
                planned.clone()
            ),
            []
        );
        assert_eq!(one(string("a").computed(), "x", NULL, planned), []);
    }
}

#[test]
fn write_only_values_are_never_planned() {
    let secret = || string("a").optional().write_only();
    assert_eq!(one(secret(), NULL, "x", NULL), []);
    assert_eq!(one(secret(), NULL, "x", "x"), [Rule::WriteOnly]);
    assert_eq!(one(secret(), NULL, UNKNOWN, UNKNOWN), [Rule::WriteOnly]);
}

#[test]
fn sensitive_values_are_not_told() {
    let schema = schema([string("a").required().sensitive()]);
    let [config, planned] = ["canary", "other"].map(|value| obj([("a", value.into())]));
    let found = assert_plan_valid(&schema, &NULL, &config, &planned);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].detail, "");
    assert_eq!(found[0].path, Path::from("a"));
}

#[test]
fn the_object_is_planned_as_configured() {
    let schema = schema([string("a").optional()]);
    let object = obj([("a", NULL)]);
    let rule = |config, planned| {
        assert_plan_valid(&schema, &NULL, config, planned)
            .first()
            .map(|violation| violation.rule)
    };
    assert_eq!(rule(&object, &NULL), Some(Rule::PlannedAbsent));
    assert_eq!(rule(&NULL, &object), Some(Rule::PlannedPresent));
    assert_eq!(rule(&NULL, &NULL), None);
    assert_eq!(rule(&object, &obj([])), Some(Rule::AttributeMissing));
}

#[test]
fn plain_collections_are_planned_whole() {
    let a = || plain("a", Type::list(Type::String)).optional().computed();
    assert_eq!(one(a(), NULL, list(["x", "y"]), list(["x", "y"])), []);
    assert_eq!(
        one(a(), NULL, list(["x", "y"]), list(["y", "x"])),
        [Rule::NotConfigured]
    );
    let set = plain("a", Type::set(Type::String)).optional();
    assert_eq!(one(set, NULL, list(["x", "y"]), list(["y", "x"])), []);
    let any = || plain("a", Type::Dynamic).optional();
    let dynamic = |ty, value: Value| Value::Dynamic(Box::new((ty, value)));
    let number = dynamic(Type::Number, 1.into());
    assert_eq!(one(any(), NULL, number.clone(), number.clone()), []);
    let text = dynamic(Type::String, "1".into());
    assert_eq!(one(any(), NULL, number, text), [Rule::NotConfigured]);
}

fn element() -> Vec<Attribute> {
    vec![string("x").required(), string("id").computed()]
}

fn e(x: impl Into<Value>, id: impl Into<Value>) -> Value {
    obj([("x", x.into()), ("id", id.into())])
}

#[test]
fn nested_objects_are_planned_inside() {
    let schema = schema([nested("a", Nesting::Single, element()).optional()]);
    let check = |config, planned| rules(&schema, NULL, config, planned);
    assert_eq!(check(e("1", NULL), e("1", UNKNOWN)), []);
    assert_eq!(check(e("1", NULL), e("2", UNKNOWN)), [Rule::NotConfigured]);
    assert_eq!(check(e("1", NULL), NULL), [Rule::PlannedAbsent]);
    assert_eq!(check(NULL, e("1", NULL)), [Rule::NotComputed]);
    assert_eq!(check(e("1", NULL), UNKNOWN), [Rule::PlannedUnknown]);
    assert_eq!(check(UNKNOWN, UNKNOWN), []);
    assert_eq!(check(UNKNOWN, e("1", NULL)), [Rule::NotConfigured]);
}

#[test]
fn computed_nested_attributes_are_the_providers_when_left_out() {
    let both = schema([nested("a", Nesting::Map, element()).optional().computed()]);
    let map = |x: &str| Value::map([("k", e(x, "1"))]);
    assert_eq!(rules(&both, NULL, NULL, map("1")), []);
    assert_eq!(rules(&both, NULL, NULL, UNKNOWN), []);
    assert_eq!(
        rules(&both, NULL, map("1"), map("2")),
        [Rule::NotConfigured]
    );
    let only = schema([nested("a", Nesting::List, element()).computed()]);
    assert_eq!(rules(&only, NULL, NULL, objects([e("1", "1")])), []);
}

#[test]
fn nested_lists_keep_their_length() {
    let schema = schema([nested("a", Nesting::List, element()).optional()]);
    let check = |prior, config, planned| rules(&schema, prior, config, planned);
    let two = || objects([e("1", NULL), e("2", NULL)]);
    assert_eq!(
        check(NULL, two(), objects([e("1", "i"), e("2", UNKNOWN)])),
        []
    );
    assert_eq!(check(NULL, two(), objects([e("1", "i")])), [Rule::Count]);
    assert_eq!(
        check(NULL, two(), objects([e("2", "i"), e("1", "i")])).len(),
        2
    );
    assert_eq!(check(NULL, UNKNOWN, two()), [Rule::Count]);
    // The first keeps its prior spelling, the second has none.
    let prior = objects([e("one", "i")]);
    assert_eq!(
        check(prior.clone(), two(), objects([e("one", "i"), e("2", "j")])),
        []
    );
    assert_eq!(
        check(prior, two(), objects([e("1", "i"), e("one", "j")])),
        [Rule::NotConfigured]
    );
}

#[test]
fn nested_maps_keep_their_keys() {
    let schema = schema([nested("a", Nesting::Map, element()).optional()]);
    let map = |keys: &[&str]| Value::map(keys.iter().map(|key| (*key, e("1", NULL))));
    let check = |config, planned| rules(&schema, NULL, config, planned);
    assert_eq!(check(map(&["k", "l"]), map(&["k", "l"])), []);
    assert_eq!(check(map(&["k", "l"]), map(&["k"])), [Rule::KeyMissing]);
    assert_eq!(check(map(&["k"]), map(&["k", "l"])), [Rule::KeyUnexpected]);
    assert_eq!(check(UNKNOWN, map(&["k"])), [Rule::Count]);
    let changed = Value::map([("k", e("2", NULL))]);
    assert_eq!(check(map(&["k"]), changed), [Rule::NotConfigured]);
}

#[test]
fn nested_sets_are_planned_element_by_element() {
    let attribute = schema([nested("a", Nesting::Set, element()).optional()]);
    let block = schema([]).with_block("a", Nesting::Set, element());
    for schema in [attribute, block] {
        let check = |prior, config, planned| rules(&schema, prior, config, planned);
        let two = || objects([e("1", NULL), e("2", NULL)]);
        assert_eq!(
            check(NULL, two(), objects([e("2", UNKNOWN), e("1", "i")])),
            []
        );
        assert_eq!(check(NULL, two(), objects([e("1", "i")])), [Rule::Count]);
        let three = objects([e("1", "i"), e("2", "j"), e("2", "k")]);
        assert_eq!(check(NULL, two(), three), [Rule::Count]);
        let wrong = objects([e("1", "i"), e("3", "j")]);
        assert_eq!(check(NULL, two(), wrong.clone()), [Rule::SetElement]);
        // Kept as it was before, in a spelling of its own.
        assert_eq!(check(objects([e("3", "j")]), two(), wrong), []);
        // Two unknown ones may turn out equal.
        let unknown = || objects([e(UNKNOWN, NULL), e("2", NULL)]);
        assert_eq!(
            check(NULL, unknown(), objects([e(UNKNOWN, UNKNOWN), e("2", "j")])),
            []
        );
    }
}

#[test]
fn elements_of_a_set_may_swap_the_likeliest_partner() {
    // `x` has no own counterpart before; the configured elements differ only in `y`.
    let element = vec![string("x").required(), string("y").optional().computed()];
    let schema = schema([nested("a", Nesting::Set, element).optional()]);
    let e = |x: &str, y: Value| obj([("x", x.into()), ("y", y)]);
    let config = objects([e("1", NULL), e("1", "z".into())]);
    let planned = objects([e("1", "z".into()), e("1", "q".into())]);
    assert_eq!(rules(&schema, NULL, config, planned), []);
}

#[test]
fn blocks_keep_their_number() {
    let schema = schema([]).with_block("a", Nesting::List, element());
    let check = |config, planned| rules(&schema, NULL, config, planned);
    assert_eq!(
        check(objects([e("1", NULL)]), objects([e("1", UNKNOWN)])),
        []
    );
    assert_eq!(check(objects([e("1", NULL)]), objects([])), [Rule::Count]);
    assert_eq!(check(objects([e("1", NULL)]), NULL), [Rule::BlocksNull]);
    assert_eq!(
        check(objects([e("1", NULL)]), UNKNOWN),
        [Rule::BlockUnknown]
    );
    assert_eq!(
        check(objects([e("1", NULL)]), objects([UNKNOWN])),
        [Rule::BlockUnknown]
    );
    assert_eq!(check(UNKNOWN, UNKNOWN), []);
    assert_eq!(check(UNKNOWN, objects([])), [Rule::UnknownBlocks]);
    assert_eq!(
        check(objects([e("1", NULL)]), objects([e("2", NULL)])),
        [Rule::NotConfigured]
    );
}

#[test]
fn single_and_map_blocks() {
    let single = schema([]).with_block("a", Nesting::Single, element());
    assert_eq!(rules(&single, NULL, e("1", NULL), e("1", "i")), []);
    assert_eq!(
        rules(&single, NULL, e("1", NULL), NULL),
        [Rule::PlannedAbsent]
    );
    assert_eq!(
        rules(&single, NULL, NULL, e("1", NULL)),
        [Rule::PlannedPresent]
    );
    let map = schema([]).with_block("a", Nesting::Map, element());
    let of = |key: &str| Value::map([(key, e("1", NULL))]);
    assert_eq!(rules(&map, NULL, of("k"), of("k")), []);
    assert_eq!(
        rules(&map, NULL, of("k"), of("l")),
        [Rule::KeyUnexpected, Rule::KeyMissing]
    );
}

#[test]
fn large_sets_are_checked_in_no_time() {
    let schema = schema([nested("a", Nesting::Set, element()).optional()]);
    let set =
        |id: fn(usize) -> Value| Value::List((0..3000).map(|i| e(i.to_string(), id(i))).collect());
    let prior = set(|i| i.to_string().into());
    assert_eq!(rules(&schema, prior, set(|_| NULL), set(|_| UNKNOWN)), []);
}
