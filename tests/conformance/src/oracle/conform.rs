//! Values against types and schemas, one value at a time.

use std::collections::BTreeMap;

use plinth_protocol::{Attribute, AttributeType, Block, Nesting, Path, Schema, Type, Value};

use super::violation::Found;
use super::{Rule, Violation, canonical::canonical};

/// Whether a value is of a type: kinds, every attribute of an object and no other, tuples of
/// the right length, sets without duplicates. Null and unknown are of every type.
pub fn assert_conforms(value: &Value, ty: &Type) -> Vec<Violation> {
    let mut found = Found::default();
    conforms(value, ty, &Path::root(), &mut found);
    found.0
}

fn conforms(value: &Value, ty: &Type, path: &Path, found: &mut Found) {
    match (value, ty) {
        (Value::Null | Value::Unknown(_), _)
        | (Value::Bool(_), Type::Bool)
        | (Value::Number(_), Type::Number)
        | (Value::String(_), Type::String) => {}
        (Value::Dynamic(inner), Type::Dynamic) => {
            let (ty, value) = inner.as_ref();
            conforms(value, ty, path, found);
        }
        (Value::List(elements), Type::List(element)) => {
            for (i, value) in elements.iter().enumerate() {
                conforms(value, element, &path.index(i), found);
            }
        }
        (Value::List(elements), Type::Set(element)) => {
            let before = found.0.len();
            for value in elements {
                conforms(value, element, path, found);
            }
            if found.0.len() == before {
                let mut known: Vec<_> = elements
                    .iter()
                    .filter(|value| value.is_wholly_known())
                    .map(|value| canonical(value, element))
                    .collect();
                known.sort();
                if known.windows(2).any(|pair| pair[0] == pair[1]) {
                    found.add(path, Rule::SetDuplicate);
                }
            }
        }
        (Value::List(elements), Type::Tuple(types)) if elements.len() == types.len() => {
            for (i, (value, ty)) in elements.iter().zip(types).enumerate() {
                conforms(value, ty, &path.index(i), found);
            }
        }
        (Value::Map(elements), Type::Map(element)) => {
            for (key, value) in elements {
                conforms(value, element, &path.key(key), found);
            }
        }
        (Value::Map(elements), Type::Object(types)) => {
            object_conforms(elements, types, path, found);
        }
        _ => found.add(path, Rule::Type),
    }
}

fn object_conforms(
    elements: &BTreeMap<String, Value>,
    types: &BTreeMap<String, Type>,
    path: &Path,
    found: &mut Found,
) {
    for (name, ty) in types {
        match elements.get(name) {
            Some(value) => conforms(value, ty, &path.attribute(name), found),
            None => found.add(&path.attribute(name), Rule::AttributeMissing),
        }
    }
    for name in elements.keys().filter(|name| !types.contains_key(*name)) {
        found.add(&path.attribute(name), Rule::AttributeUnexpected);
    }
}

/// Whether a state holds no unknown value anywhere.
pub fn assert_no_unknown(value: &Value) -> Vec<Violation> {
    let mut found = Found::default();
    known(value, &Path::root(), &mut found);
    found.0
}

fn known(value: &Value, path: &Path, found: &mut Found) {
    match value {
        Value::Unknown(_) => found.add(path, Rule::Unknown),
        Value::List(elements) => {
            for (i, value) in elements.iter().enumerate() {
                known(value, &path.index(i), found);
            }
        }
        Value::Map(elements) => {
            for (name, value) in elements {
                known(value, &path.attribute(name), found);
            }
        }
        Value::Dynamic(inner) => known(&inner.1, path, found),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Whether every write-only attribute is null, as it must be in plans and states.
pub fn assert_write_only_null(schema: &Schema, value: &Value) -> Vec<Violation> {
    let mut found = Found::default();
    block_write_only(&schema.block, value, &Path::root(), &mut found);
    found.0
}

fn block_write_only(block: &Block, value: &Value, path: &Path, found: &mut Found) {
    write_only(&block.attributes, value, path, found);
    for nested in &block.blocks {
        let path = path.attribute(&nested.name);
        each(
            nested.nesting,
            value.get(&nested.name),
            &path,
            |value, path| {
                block_write_only(&nested.block, value, path, found);
            },
        );
    }
}

fn write_only(attributes: &[Attribute], value: &Value, path: &Path, found: &mut Found) {
    for attribute in attributes {
        let path = path.attribute(&attribute.name);
        let value = value.get(&attribute.name);
        if attribute.write_only {
            if !value.is_null() {
                found.add(&path, Rule::WriteOnly);
            }
        } else if let AttributeType::Nested(nesting, inner) = &attribute.ty {
            each(*nesting, value, &path, |value, path| {
                write_only(inner, value, path, found);
            });
        }
    }
}

/// Calls `visit` for each object held in this way.
fn each(nesting: Nesting, value: &Value, path: &Path, mut visit: impl FnMut(&Value, &Path)) {
    match (nesting, value) {
        (Nesting::Single, Value::Map(_)) => visit(value, path),
        (Nesting::List, Value::List(elements)) => {
            elements
                .iter()
                .enumerate()
                .for_each(|(i, value)| visit(value, &path.index(i)));
        }
        (Nesting::Set, Value::List(elements)) => {
            for value in elements {
                visit(value, path);
            }
        }
        (Nesting::Map, Value::Map(elements)) => {
            for (key, value) in elements {
                visit(value, &path.key(key));
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample::*;
    use super::*;

    fn rules(found: &[Violation]) -> Vec<(String, Rule)> {
        found.iter().map(|v| (v.path.to_string(), v.rule)).collect()
    }

    #[test]
    fn kinds_must_fit() {
        let ty = Type::object([
            ("a", Type::list(Type::String)),
            ("m", Type::map(Type::Bool)),
        ]);
        let good = obj([
            ("a", list(["x"])),
            ("m", Value::map([("k", Value::UNKNOWN)])),
        ]);
        assert_eq!(assert_conforms(&good, &ty), []);
        let bad = obj([
            ("a", Value::List(vec![1.into()])),
            ("m", Value::map([("k", "x".into())])),
        ]);
        let expected = [
            ("a[0]".to_owned(), Rule::Type),
            ("m[\"k\"]".to_owned(), Rule::Type),
        ];
        assert_eq!(rules(&assert_conforms(&bad, &ty)), expected);
    }

    #[test]
    fn objects_have_all_their_attributes_and_no_other() {
        let ty = Type::object([("a", Type::String)]);
        let found = assert_conforms(&obj([("b", Value::Null)]), &ty);
        let expected = [
            ("a".to_owned(), Rule::AttributeMissing),
            ("b".to_owned(), Rule::AttributeUnexpected),
        ];
        assert_eq!(rules(&found), expected);
    }

    #[test]
    fn tuples_have_their_length_and_sets_no_duplicates() {
        let tuple = Type::Tuple(vec![Type::String, Type::Bool]);
        assert_eq!(assert_conforms(&list(["x"]), &tuple)[0].rule, Rule::Type);
        let pair = Value::List(vec!["x".into(), true.into()]);
        assert_eq!(assert_conforms(&pair, &tuple), []);
        let set = Type::set(Type::String);
        assert_eq!(
            assert_conforms(&list(["x", "x"]), &set)[0].rule,
            Rule::SetDuplicate
        );
        assert_eq!(assert_conforms(&list(["x", "y"]), &set), []);
        let unknown = Value::List(vec![Value::UNKNOWN, Value::UNKNOWN]);
        assert_eq!(assert_conforms(&unknown, &set), []);
    }

    #[test]
    fn dynamic_values_are_of_the_type_they_bring() {
        let good = Value::Dynamic(Box::new((Type::Bool, true.into())));
        assert_eq!(assert_conforms(&good, &Type::Dynamic), []);
        let bad = Value::Dynamic(Box::new((Type::Bool, "x".into())));
        assert_eq!(assert_conforms(&bad, &Type::Dynamic)[0].rule, Rule::Type);
        assert_eq!(
            assert_conforms(&"x".into(), &Type::Dynamic)[0].rule,
            Rule::Type
        );
        assert_eq!(assert_conforms(&good, &Type::Bool)[0].rule, Rule::Type);
    }

    #[test]
    fn states_are_wholly_known() {
        assert_eq!(
            assert_no_unknown(&obj([("a", list(["x"])), ("b", Value::Null)])),
            []
        );
        let deep = obj([("a", Value::List(vec![obj([("b", Value::UNKNOWN)])]))]);
        assert_eq!(
            rules(&assert_no_unknown(&deep)),
            [("a[0].b".to_owned(), Rule::Unknown)]
        );
        let dynamic = Value::Dynamic(Box::new((Type::String, Value::UNKNOWN)));
        assert_eq!(assert_no_unknown(&dynamic)[0].rule, Rule::Unknown);
    }

    #[test]
    fn write_only_attributes_are_null_at_every_depth() {
        let secret = || {
            vec![
                string("secret").optional().write_only(),
                string("x").optional(),
            ]
        };
        let schema = schema([
            string("top").optional().write_only(),
            nested("l", Nesting::List, secret()).optional(),
            nested("m", Nesting::Map, secret()).optional(),
            nested("s", Nesting::Single, secret()).optional(),
        ])
        .with_block("b", Nesting::List, secret());
        let value = |secret: Value| {
            let inner = obj([("secret", secret.clone()), ("x", "y".into())]);
            obj([
                ("top", secret),
                ("l", Value::List(vec![inner.clone()])),
                ("m", Value::map([("k", inner.clone())])),
                ("s", inner.clone()),
                ("b", Value::List(vec![inner])),
            ])
        };
        assert_eq!(assert_write_only_null(&schema, &value(Value::Null)), []);
        let found = assert_write_only_null(&schema, &value("x".into()));
        let paths: Vec<_> = found.iter().map(|v| v.path.to_string()).collect();
        assert_eq!(
            paths,
            [
                "top",
                "l[0].secret",
                "m[\"k\"].secret",
                "s.secret",
                "b[0].secret"
            ]
        );
        assert_eq!(
            assert_write_only_null(&schema, &value(Value::UNKNOWN)).len(),
            5
        );
    }
}
