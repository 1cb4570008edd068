use std::time::Instant;

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;

use super::*;
use crate::{Number, Refinements};

fn number(text: &str) -> Value {
    Value::Number(Number::parse(text).unwrap())
}

/// The value has this msgpack, both ways.
#[track_caller]
fn is_msgpack(value: &Value, ty: &Type, bytes: &[u8]) {
    assert_eq!(value.to_msgpack(ty), bytes);
    assert_eq!(&Value::from_msgpack(bytes, ty).unwrap(), value);
}

#[test]
fn known_bytes() {
    is_msgpack(&Value::Null, &Type::String, b"\xc0");
    is_msgpack(&Value::UNKNOWN, &Type::String, b"\xd4\x00\x00");
    is_msgpack(&true.into(), &Type::Bool, b"\xc3");
    is_msgpack(&"a".into(), &Type::String, b"\xa1a");
    is_msgpack(&number("0.1"), &Type::Number, b"\xa30.1");
    is_msgpack(&number("-33"), &Type::Number, b"\xd0\xdf");
    is_msgpack(&number("-1"), &Type::Number, b"\xff");
    is_msgpack(
        &number("9007199254740993"),
        &Type::Number,
        b"\xcf\x00\x20\0\0\0\0\0\x01",
    );
    is_msgpack(
        &Number::from(u64::MAX).into(),
        &Type::Number,
        &[[0xcf].as_slice(), &[255; 8]].concat(),
    );
    is_msgpack(
        &number("9223372036854775808"),
        &Type::Number,
        b"\xb39223372036854775808",
    );
    let half = Value::Number(Number::from_f64(0.5).unwrap());
    is_msgpack(&half, &Type::Number, b"\xcb\x3f\xe0\0\0\0\0\0\0");
    is_msgpack(
        &Value::Dynamic(Box::new((Type::Bool, false.into()))),
        &Type::Dynamic,
        b"\x92\xc4\x06\"bool\"\xc2",
    );
    is_msgpack(&Value::UNKNOWN, &Type::Dynamic, b"\xd4\x00\x00");
    is_msgpack(
        &Value::map([("a", Value::Null), ("b", vec![1.into()].into())]),
        &Type::object([("a", Type::Dynamic), ("b", Type::set(Type::Number))]),
        b"\x82\xa1a\xc0\xa1b\x91\x01",
    );
}

#[test]
fn refinements_are_kept() {
    let refined = |refinements| Value::Unknown(Some(Box::new(refinements)));
    let not_null = Refinements {
        null: Some(false),
        ..Refinements::default()
    };
    is_msgpack(
        &refined(not_null.clone()),
        &Type::String,
        b"\xc7\x03\x0c\x81\x01\xc2",
    );
    let prefix = Refinements {
        prefix: Some("pre-".to_owned()),
        ..not_null
    };
    let bytes = b"\xd7\x0c\x82\x01\xc2\x02\xa4pre-";
    assert_eq!(
        refined(prefix.clone()).to_msgpack(&Type::String)[..2],
        *b"\xc7\x09"
    );
    assert_eq!(
        refined(prefix.clone()).to_msgpack(&Type::String)[2..],
        bytes[1..]
    );
    // Of a dynamic value nothing is told.
    assert_eq!(refined(prefix).to_msgpack(&Type::Dynamic), UNKNOWN);
    let lengths = Refinements {
        lower: Some((Number::parse("0.1").unwrap(), true)),
        upper: Some((Number::from(300_i64), false)),
        min_length: Some(0),
        max_length: Some(i64::MAX),
        ..Refinements::default()
    };
    let value = refined(lengths);
    let bytes = value.to_msgpack(&Type::Number);
    assert_eq!(Value::from_msgpack(&bytes, &Type::Number).unwrap(), value);
}

const UNKNOWN: &[u8] = b"\xd4\x00\x00";

#[test]
fn other_extensions_are_unknown() {
    // Another code, a refinement of another kind with something nested, an endless body.
    let too_long = [b"\xc8\x04\x01\x0c".as_slice(), &[0x80; 1025]].concat();
    for bytes in [
        b"\xd4\x07\xff".as_slice(),
        b"\xc7\x00\x0c\x80".get(..3).unwrap(),
        b"\xc7\x06\x0c\x81\x09\x92\xc0\x81\xc0",
        &too_long,
    ] {
        let value = Value::from_msgpack(bytes, &Type::String);
        match bytes {
            b"\xc7\x00\x0c" | b"\xc7\x06\x0c\x81\x09\x92\xc0\x81\xc0" => {
                assert_eq!(value.unwrap_err().cause, DecodeCause::Truncated);
            }
            _ => assert_eq!(value.unwrap(), Value::UNKNOWN),
        }
    }
    let nested = b"\xc7\x07\x0c\x81\x09\x92\xc0\x81\xc0\xc3";
    assert_eq!(
        Value::from_msgpack(nested, &Type::String).unwrap(),
        Value::UNKNOWN
    );
}

#[test]
fn an_empty_dynamic_value_is_null() {
    let empty = DynamicValue::default();
    assert!(empty.is_null());
    assert_eq!(empty.decode(&Type::String).unwrap(), Value::Null);
    let json = DynamicValue {
        json: b"[true]".to_vec(),
        ..DynamicValue::default()
    };
    let list = Type::list(Type::Bool);
    assert_eq!(json.decode(&list).unwrap(), vec![true.into()].into());
    assert!(DynamicValue::encode(&Value::Null, &list).is_null());
    assert!(!DynamicValue::encode(&Value::UNKNOWN, &list).is_null());
}

#[test]
fn errors_name_the_place_and_no_value() {
    let inner = Type::object([("port", Type::Number), ("secret", Type::String)]);
    let ty = Type::object([("hosts", Type::map(Type::list(inner)))]);
    let error = |bytes: &[u8]| Value::from_msgpack(bytes, &ty).unwrap_err().to_string();
    let hosts = |object: &[u8]| [b"\x81\xa5hosts\x81\xa1a\x92\xc0".as_slice(), object].concat();

    assert_eq!(
        error(&hosts(b"\x82\xa4port\xa7hunter2\xa6secret\xc0")),
        "hosts[\"a\"][1].port: a number is required"
    );
    assert_eq!(
        error(&hosts(b"\x82\xa4port\x01\xa6sec")),
        "hosts[\"a\"][1]: the data ends too early"
    );
    assert_eq!(
        error(&hosts(b"\x82\xa4port\x01\xa6sekret\xc0")),
        "hosts[\"a\"][1].sekret: there is no such attribute"
    );
    assert_eq!(
        error(&hosts(b"\x81\xa4port\x01")),
        "hosts[\"a\"][1]: an object with 2 attributes is required, not with 1"
    );
    assert_eq!(
        error(&hosts(b"\x82\xa4port\x01\xa4port\x01")),
        "hosts[\"a\"][1]: an object with 2 attributes is required, not with 1"
    );
    assert_eq!(error(b"\xc0\xc0"), "there is data behind the value");
    assert_eq!(
        error(b"\x81\xa5hosts\x82\xa1a\xc0\xa1a\xc0"),
        "hosts[\"a\"]: the key is there twice"
    );

    let json = |text: &str| {
        Value::from_json(text.as_bytes(), &ty)
            .unwrap_err()
            .to_string()
    };
    assert_eq!(
        json(r#"{"hosts":{"a":[null,{"port":"hunter2"}]}}"#),
        "hosts[\"a\"][1].port: a number is required"
    );
    assert_eq!(json(r#"{"host":1}"#), "host: there is no such attribute");
    assert_eq!(
        json("{\"hosts\":\nhunter2"),
        "no valid JSON (line 2, column 1)"
    );
}

#[test]
fn state_json() {
    let ty = Type::object([
        ("n", Type::Number),
        ("any", Type::Dynamic),
        ("new", Type::String),
        ("list", Type::list(Type::object([("b", Type::Bool)]))),
    ]);
    let json = br#"{"n":123456789012345678901234567890.5,"any":{"value":[1],"type":["tuple",["number"]]},"list":[{"b":true}]}"#;
    let value = Value::from_json(json, &ty).unwrap();
    assert_eq!(value.get("n"), &number("123456789012345678901234567890.5"));
    assert_eq!(value.get("new"), &Value::Null);
    assert_eq!(
        String::from_utf8(value.to_json(&ty).unwrap()).unwrap(),
        r#"{"any":{"value":[1],"type":["tuple",["number"]]},"list":[{"b":true}],"n":123456789012345678901234567890.5,"new":null}"#
    );

    let old = br#"{"n":"7","gone":{"x":1},"new":5,"list":[{"b":"true","c":1}]}"#;
    let (value, ignored) = Value::from_json_lenient(old, &ty).unwrap();
    assert_eq!(value.get("n"), &7.into());
    assert_eq!(value.get("new"), &"5".into());
    let ignored: Vec<_> = ignored.iter().map(ToString::to_string).collect();
    assert_eq!(ignored, ["gone", "list[0].c"]);

    let unknown = Value::map([("new", Value::UNKNOWN)])
        .to_json(&ty)
        .unwrap_err();
    assert_eq!(
        unknown.to_string(),
        "new: an unknown value cannot be written as JSON"
    );
    let infinite = Value::Number(Number::from_f64(f64::INFINITY).unwrap());
    assert_eq!(
        infinite.to_json(&Type::Number).unwrap_err().cause,
        EncodeCause::Infinite
    );
}

#[test]
fn type_json() {
    let text = r#"["object",{"a":["list","string"],"b\"\u0001":["tuple",["bool","dynamic"]]}]"#;
    let ty = Type::from_json(text.as_bytes()).unwrap();
    assert_eq!(ty.to_json(), text.as_bytes());
    let optional = br#"["object",{"a":"number"},["a"]]"#;
    assert_eq!(
        Type::from_json(optional).unwrap(),
        Type::object([("a", Type::Number)])
    );
    for bad in [
        "",
        "1",
        "\"text\"",
        "[\"list\"]",
        "[\"list\",1]",
        "[\"object\",[]]",
        "[]",
    ] {
        assert!(Type::from_json(bad.as_bytes()).is_err(), "{bad}");
    }
}

#[test]
fn nesting_ends() {
    let nest = |levels: usize| (0..levels).fold(Type::Bool, |ty, _| Type::list(ty));
    let bytes = |levels: usize| [vec![0x91; levels], vec![0xc3]].concat();
    assert!(Value::from_msgpack(&bytes(MAX_DEPTH - 1), &nest(MAX_DEPTH - 1)).is_ok());
    let error = Value::from_msgpack(&bytes(MAX_DEPTH), &nest(MAX_DEPTH)).unwrap_err();
    assert_eq!(error.cause, DecodeCause::TooDeep);
    // Dynamic values can nest without end in a type that does not.
    let dynamic = [b"\x92\xc4\x09\"dynamic\"".repeat(100_000), vec![0xc0]].concat();
    let error = Value::from_msgpack(&dynamic, &Type::Dynamic).unwrap_err();
    assert_eq!(error.cause, DecodeCause::TooDeep);
    let deep = [b"[\"list\",".repeat(100_000), b"\"bool\"".to_vec()].concat();
    assert!(Type::from_json(&deep).is_err());
}

#[test]
fn announced_lengths_take_no_memory() {
    // Each level announces four billion elements; only the first bytes are there.
    let ty = (0..100).fold(Type::Bool, |ty, _| Type::list(ty));
    let bytes = b"\xdd\xff\xff\xff\xff".repeat(100);
    let error = Value::from_msgpack(&bytes, &ty).unwrap_err();
    assert_eq!(error.cause, DecodeCause::Truncated);
    for head in [
        b"\xdf\xff\xff\xff\xff",
        b"\xdb\xff\xff\xff\xff",
        b"\xc6\xff\xff\xff\xff",
    ] {
        let map = Value::from_msgpack(head, &Type::map(Type::Bool)).unwrap_err();
        assert_eq!(map.cause, DecodeCause::Truncated);
    }
}

#[test]
fn time_grows_with_the_input() {
    let object = Type::object([
        ("key", Type::String),
        ("value", Type::String),
        ("weight", Type::Number),
    ]);
    let ty = Type::set(object);
    let set = |count: i64| {
        let elements = (0..count).map(|i| {
            Value::map([
                ("key", format!("key-{i:08}").into()),
                ("value", format!("value of {i}").into()),
                ("weight", i.into()),
            ])
        });
        Value::List(elements.collect())
    };
    // The least of several runs, so that a busy machine does not count.
    let time = |count| {
        let value = set(count);
        let run = || {
            let start = Instant::now();
            let bytes = value.to_msgpack(&ty);
            assert_eq!(Value::from_msgpack(&bytes, &ty).unwrap(), value);
            start.elapsed()
        };
        (0..5).map(|_| run()).min().unwrap()
    };
    let (small, large) = (time(1_000), time(16_000));
    assert!(
        large < small * 80,
        "16 times as much took {small:?} → {large:?}"
    );
}

fn any_number() -> impl Strategy<Value = Number> {
    prop_oneof![
        any::<i64>().prop_map(Number::from),
        any::<u64>().prop_map(Number::from),
        proptest::num::f64::NORMAL.prop_map(|value| Number::from_f64(value).unwrap()),
        "-?[1-9][0-9]{0,60}(\\.[0-9]{1,60})?(e-?[0-9]{1,4})?"
            .prop_map(|text| Number::parse(&text).unwrap()),
    ]
}

fn any_type() -> impl Strategy<Value = Type> {
    let leaf = prop_oneof![
        Just(Type::String),
        Just(Type::Number),
        Just(Type::Bool),
        Just(Type::Dynamic)
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            inner.clone().prop_map(Type::list),
            inner.clone().prop_map(Type::set),
            inner.clone().prop_map(Type::map),
            vec(inner.clone(), 0..4).prop_map(Type::Tuple),
            btree_map(".{0,8}", inner, 0..4).prop_map(Type::Object),
        ]
    })
}

fn any_refinements() -> impl Strategy<Value = Option<Box<Refinements>>> {
    let bound = || proptest::option::of((any_number(), any::<bool>()));
    let length = || proptest::option::of(any::<i64>());
    let null = proptest::option::of(any::<bool>());
    let prefix = proptest::option::of(".{0,40}");
    (null, prefix, bound(), bound(), length(), length()).prop_map(
        |(null, prefix, lower, upper, min_length, max_length)| {
            let refinements = Refinements {
                null,
                prefix,
                lower,
                upper,
                min_length,
                max_length,
            };
            (refinements != Refinements::default()).then(|| Box::new(refinements))
        },
    )
}

fn any_value(ty: &Type, with_unknown: bool) -> BoxedStrategy<Value> {
    let known = match ty {
        Type::String => ".{0,40}".prop_map(Value::String).boxed(),
        Type::Number => any_number().prop_map(Value::Number).boxed(),
        Type::Bool => any::<bool>().prop_map(Value::Bool).boxed(),
        Type::Dynamic => prop_oneof![Just(Type::String), Just(Type::list(Type::Number))]
            .prop_flat_map(move |ty| {
                any_value(&ty, with_unknown)
                    .prop_map(move |value| Value::Dynamic(Box::new((ty.clone(), value))))
            })
            .boxed(),
        Type::List(ty) | Type::Set(ty) => vec(any_value(ty, with_unknown), 0..20)
            .prop_map(Value::List)
            .boxed(),
        Type::Map(ty) => btree_map(".{0,8}", any_value(ty, with_unknown), 0..20)
            .prop_map(Value::Map)
            .boxed(),
        Type::Tuple(types) => types
            .iter()
            .map(|ty| any_value(ty, with_unknown))
            .collect::<Vec<_>>()
            .prop_map(Value::List)
            .boxed(),
        Type::Object(types) => {
            let names: Vec<_> = types.keys().cloned().collect();
            types
                .values()
                .map(|ty| any_value(ty, with_unknown))
                .collect::<Vec<_>>()
                .prop_map(move |values| Value::map(names.iter().cloned().zip(values)))
                .boxed()
        }
    };
    if !with_unknown {
        return prop_oneof![8 => known, 1 => Just(Value::Null)].boxed();
    }
    let unknown = if *ty == Type::Dynamic {
        Just(Value::UNKNOWN).boxed()
    } else {
        any_refinements().prop_map(Value::Unknown).boxed()
    };
    prop_oneof![8 => known, 1 => Just(Value::Null), 1 => unknown].boxed()
}

fn typed(with_unknown: bool) -> impl Strategy<Value = (Type, Value)> {
    any_type().prop_flat_map(move |ty| {
        any_value(&ty, with_unknown).prop_map(move |value| (ty.clone(), value))
    })
}

proptest! {
    #[test]
    fn msgpack_round_trip((ty, value) in typed(true)) {
        let bytes = value.to_msgpack(&ty);
        prop_assert_eq!(Value::from_msgpack(&bytes, &ty).unwrap(), value);
    }

    #[test]
    fn json_round_trip((ty, value) in typed(false)) {
        let json = value.to_json(&ty).unwrap();
        prop_assert_eq!(&Value::from_json(&json, &ty).unwrap(), &value);
        let (lenient, ignored) = Value::from_json_lenient(&json, &ty).unwrap();
        prop_assert_eq!(&lenient, &value);
        prop_assert!(ignored.is_empty());
    }

    #[test]
    fn type_round_trip(ty in any_type()) {
        prop_assert_eq!(Type::from_json(&ty.to_json()).unwrap(), ty);
    }

    #[test]
    fn cut_msgpack_is_an_error((ty, value) in typed(true), cut in 0.0..1.0_f64) {
        let bytes = value.to_msgpack(&ty);
        #[expect(
            clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss,
            reason = "any place within the bytes will do"
        )]
        let end = (bytes.len() as f64 * cut) as usize;
        prop_assert!(Value::from_msgpack(&bytes[..end], &ty).is_err());
    }

    #[test]
    fn garbage_does_not_panic((ty, value) in typed(true), noise in vec((any::<usize>(), any::<u8>()), 1..8)) {
        let mut bytes = value.to_msgpack(&ty);
        for (place, byte) in noise {
            let length = bytes.len();
            bytes[place % length] = byte;
        }
        if let Ok(value) = Value::from_msgpack(&bytes, &ty) {
            let again = Value::from_msgpack(&value.to_msgpack(&ty), &ty);
            prop_assert_eq!(again.unwrap(), value);
        }
    }
}
