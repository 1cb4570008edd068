//! Random values of a type.

use plinth_protocol::{Number, Refinements, Type, Value};
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;

use super::any_type;
use crate::oracle::canonical;

/// What a value may have holes of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holes {
    /// Neither null nor unknown anywhere.
    None,
    /// Null here and there, as in states.
    Null,
    /// Null and unknown here and there, as in plans and configurations.
    NullAndUnknown,
}

impl Holes {
    /// The strategy with its values replaced by the allowed holes now and then.
    pub(super) fn pierce(self, ty: &Type, value: BoxedStrategy<Value>) -> BoxedStrategy<Value> {
        match self {
            Self::None => value,
            Self::Null => prop_oneof![5 => value, 1 => Just(Value::Null)].boxed(),
            Self::NullAndUnknown => {
                prop_oneof![5 => value, 1 => Just(Value::Null), 1 => any_unknown(ty)].boxed()
            }
        }
    }
}

/// Values of a type, with these holes at every depth and at the top.
///
/// Numbers are beyond the range of doubles and of 64 bits, too; sets hold each element once.
pub fn any_value(ty: &Type, holes: Holes) -> BoxedStrategy<Value> {
    holes.pierce(ty, known(ty, holes))
}

/// Values that are neither null nor unknown themselves; their elements may be.
pub(super) fn known(ty: &Type, holes: Holes) -> BoxedStrategy<Value> {
    match ty {
        Type::String => any_text().prop_map(Value::String).boxed(),
        Type::Number => any_number().prop_map(Value::Number).boxed(),
        Type::Bool => any::<bool>().prop_map(Value::Bool).boxed(),
        Type::Dynamic => any_type(2)
            .prop_flat_map(move |ty| {
                known(&ty, holes)
                    .prop_map(move |value| Value::Dynamic(Box::new((ty.clone(), value))))
            })
            .boxed(),
        Type::List(element) => vec(any_value(element, holes), 0..4)
            .prop_map(Value::List)
            .boxed(),
        Type::Set(element) => {
            let ty = ty.clone();
            vec(any_value(element, holes), 0..4)
                .prop_map(move |elements| distinct(elements, &ty))
                .boxed()
        }
        Type::Map(element) => btree_map("[a-d]{1,2}|ключ", any_value(element, holes), 0..4)
            .prop_map(Value::Map)
            .boxed(),
        Type::Tuple(types) => types
            .iter()
            .map(|ty| any_value(ty, holes))
            .collect::<Vec<_>>()
            .prop_map(Value::List)
            .boxed(),
        Type::Object(types) => object(
            types
                .iter()
                .map(|(name, ty)| (name.clone(), any_value(ty, holes)))
                .collect(),
        ),
    }
}

/// An object of attributes with a strategy each.
pub(super) fn object(attributes: Vec<(String, BoxedStrategy<Value>)>) -> BoxedStrategy<Value> {
    let (names, values): (Vec<_>, Vec<_>) = attributes.into_iter().unzip();
    values
        .prop_map(move |values| Value::map(names.iter().cloned().zip(values)))
        .boxed()
}

/// A set of these elements, each known one once. They keep their refinements.
pub(super) fn distinct(elements: Vec<Value>, set: &Type) -> Value {
    let Type::Set(element) = set else {
        return Value::List(elements);
    };
    let mut seen = std::collections::BTreeSet::new();
    let once = |value: &Value| !value.is_wholly_known() || seen.insert(canonical(value, element));
    Value::List(elements.into_iter().filter(once).collect())
}

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => "[a-c]{0,3}",
        1 => Just("häß-日本-🦀".to_owned()),
        1 => Just("line\nbreak \"quoted\" \\ ${x}".to_owned()),
    ]
}

fn any_number() -> impl Strategy<Value = Number> {
    let odd = prop_oneof![
        Just("0.1"),
        Just("-2.5"),
        Just("9007199254740993"),
        Just("18446744073709551616"),
        Just("3.14159265358979323846264338327950288"),
        Just("1e308"),
        Just("-0.000000000000000000001"),
    ];
    prop_oneof![
        4 => (-9_i64..10).prop_map(Number::from),
        1 => any::<i64>().prop_map(Number::from),
        1 => any::<u64>().prop_map(Number::from),
        1 => odd.prop_map(|text| Number::parse(text).unwrap_or_else(|| Number::from(0_i64))),
    ]
}

/// An unknown value of a type, refined in ways that fit the type.
pub(super) fn any_unknown(ty: &Type) -> BoxedStrategy<Value> {
    let refined = |refinements| Value::Unknown(Some(Box::new(refinements)));
    let not_null = Refinements {
        null: Some(false),
        ..Refinements::default()
    };
    match ty {
        Type::Dynamic => Just(Value::UNKNOWN).boxed(),
        Type::String => option::of("[a-c]{1,2}")
            .prop_map(move |prefix| {
                refined(Refinements {
                    prefix,
                    ..not_null.clone()
                })
            })
            .boxed(),
        Type::Number => (-9_i64..0, 0_i64..9, any::<bool>())
            .prop_map(move |(low, high, inclusive)| {
                let (lower, upper) = (Some((low.into(), inclusive)), Some((high.into(), true)));
                refined(Refinements {
                    lower,
                    upper,
                    ..not_null.clone()
                })
            })
            .boxed(),
        Type::List(_) | Type::Set(_) | Type::Map(_) => (0_i64..2, 3_i64..9)
            .prop_map(move |(min, max)| {
                let (min_length, max_length) = (Some(min), Some(max));
                refined(Refinements {
                    min_length,
                    max_length,
                    ..not_null.clone()
                })
            })
            .boxed(),
        Type::Bool | Type::Tuple(_) | Type::Object(_) => {
            prop_oneof![Just(Value::UNKNOWN), Just(refined(not_null))].boxed()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oracle::{assert_conforms, assert_no_unknown};

    fn typed(holes: Holes) -> impl Strategy<Value = (Type, Value)> {
        let ty = prop_oneof![4 => any_type(3), 1 => Just(Type::Dynamic)];
        ty.prop_flat_map(move |ty| (Just(ty.clone()), any_value(&ty, holes)))
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn values_are_of_their_type((ty, value) in typed(Holes::NullAndUnknown)) {
            prop_assert_eq!(assert_conforms(&value, &ty), []);
        }

        #[test]
        fn states_are_known((ty, value) in typed(Holes::Null)) {
            prop_assert_eq!(assert_conforms(&value, &ty), []);
            prop_assert_eq!(assert_no_unknown(&value), []);
        }

        #[test]
        fn canonical_values_stay((ty, value) in typed(Holes::NullAndUnknown)) {
            let once = canonical(&value, &ty);
            prop_assert_eq!(canonical(&once, &ty), once);
        }
    }
}
