//! The paths for which a change needs a new object.

use plinth_protocol::{Path, Schema, Step, Type, Value};

use super::canonical::{canonical, same};
use super::violation::Found;
use super::{Rule, Violation};

/// Whether every path of `requires_replace` leads somewhere, in the prior or the planned
/// value.
pub fn assert_requires_replace_paths(
    schema: &Schema,
    prior: &Value,
    planned: &Value,
    paths: &[Path],
) -> Vec<Violation> {
    let ty = schema.block.to_type();
    let mut found = Found::default();
    for path in paths {
        if [prior, planned]
            .iter()
            .all(|value| resolve(value, &ty, path).is_none())
        {
            found.add(path, Rule::ReplacePath);
        }
    }
    found.0
}

/// The paths of `requires_replace` at which prior and planned value differ: Terraform
/// replaces the object when there is one. What is write-only in `schema` always counts, as
/// its value is in neither.
pub fn replaced_paths(
    schema: &Schema,
    prior: &Value,
    planned: &Value,
    paths: &[Path],
) -> Vec<Path> {
    if prior.is_null() || planned.is_null() {
        return Vec::new();
    }
    let ty = schema.block.to_type();
    let changed = |path: &&Path| match (resolve(prior, &ty, path), resolve(planned, &ty, path)) {
        (Some((before, ty)), Some((now, _))) => {
            !same(before, now, ty) || !canonical(now, ty).is_wholly_known()
        }
        (None, None) => false,
        _ => true,
    };
    paths
        .iter()
        .filter(|path| is_write_only(schema, path) || changed(path))
        .cloned()
        .collect()
}

fn is_write_only(schema: &Schema, path: &Path) -> bool {
    use plinth_protocol::AttributeType;
    let (mut attributes, mut blocks) = (&schema.block.attributes[..], &schema.block.blocks[..]);
    for step in &path.0 {
        let Step::Attribute(name) = step else {
            continue;
        };
        if let Some(attribute) = attributes.iter().find(|a| a.name == *name) {
            if attribute.write_only {
                return true;
            }
            blocks = &[];
            attributes = match &attribute.ty {
                AttributeType::Nested(_, inner) => inner,
                AttributeType::Plain(_) => &[],
            };
        } else if let Some(nested) = blocks.iter().find(|b| b.name == *name) {
            (attributes, blocks) = (&nested.block.attributes, &nested.block.blocks);
        } else {
            return false;
        }
    }
    false
}

/// The value at a path, with its type; nothing where the path leads nowhere.
fn resolve<'a>(
    mut value: &'a Value,
    mut ty: &'a Type,
    path: &Path,
) -> Option<(&'a Value, &'a Type)> {
    for step in &path.0 {
        if let Value::Dynamic(inner) = value {
            (ty, value) = (&inner.0, &inner.1);
        }
        (value, ty) = match (step, value, ty) {
            (Step::Attribute(name), Value::Map(elements), Type::Object(types)) => {
                (elements.get(name)?, types.get(name)?)
            }
            (Step::Key(key), Value::Map(elements), Type::Map(element)) => {
                (elements.get(key)?, element.as_ref())
            }
            (Step::Index(index), Value::List(elements), Type::List(element)) => (
                elements.get(usize::try_from(*index).ok()?)?,
                element.as_ref(),
            ),
            (Step::Index(index), Value::List(elements), Type::Tuple(types)) => {
                let index = usize::try_from(*index).ok()?;
                (elements.get(index)?, types.get(index)?)
            }
            (Step::Attribute(name), Value::Unknown(_), Type::Object(types)) => {
                (value, types.get(name)?)
            }
            (Step::Key(_), Value::Unknown(_), Type::Map(element))
            | (Step::Index(_), Value::Unknown(_), Type::List(element)) => (value, element.as_ref()),
            _ => return None,
        };
    }
    Some((value, ty))
}

#[cfg(test)]
mod tests {
    use plinth_protocol::Nesting;

    use super::super::sample::*;
    use super::*;

    fn example() -> (Schema, Value, Value) {
        let schema = schema([
            string("name").required(),
            string("secret").optional().write_only(),
            nested("l", Nesting::List, vec![string("x").optional()]).optional(),
            nested("m", Nesting::Map, vec![string("x").optional()]).optional(),
            nested("s", Nesting::Set, vec![string("x").optional()]).optional(),
        ]);
        let value = |name: &str, x: &str| {
            let inner = obj([("x", x.into())]);
            obj([
                ("name", name.into()),
                ("secret", Value::Null),
                ("l", objects([inner.clone()])),
                ("m", Value::map([("k", inner.clone())])),
                ("s", objects([inner])),
            ])
        };
        (schema, value("a", "1"), value("b", "1"))
    }

    #[test]
    fn paths_lead_somewhere() {
        let (schema, prior, planned) = example();
        let root = Path::root();
        let good = [
            root.attribute("name"),
            root.attribute("l").index(0).attribute("x"),
            root.attribute("m").key("k").attribute("x"),
            root.attribute("s"),
        ];
        assert_eq!(
            assert_requires_replace_paths(&schema, &prior, &planned, &good),
            []
        );
        let bad = [
            root.attribute("nmae"),
            root.attribute("l").index(1),
            root.attribute("m").key("other"),
            root.attribute("s").index(0),
            root.attribute("m").attribute("k"),
        ];
        let found = assert_requires_replace_paths(&schema, &prior, &planned, &bad);
        assert_eq!(
            found.iter().map(|v| v.path.clone()).collect::<Vec<_>>(),
            bad
        );
        assert!(found.iter().all(|v| v.rule == Rule::ReplacePath));
    }

    #[test]
    fn only_changes_replace() {
        let (schema, prior, planned) = example();
        let paths = [
            Path::from("name"),
            Path::from("l"),
            Path::from("s"),
            Path::from("secret"),
        ];
        let replaced = replaced_paths(&schema, &prior, &planned, &paths);
        assert_eq!(replaced, [Path::from("name"), Path::from("secret")]);
        assert_eq!(replaced_paths(&schema, &Value::Null, &planned, &paths), []);
    }

    #[test]
    fn unknown_is_a_change() {
        let (schema, prior, _) = example();
        let mut planned = prior.clone();
        if let Value::Map(attributes) = &mut planned {
            attributes.insert("name".into(), Value::UNKNOWN);
        }
        let paths = [Path::from("name")];
        assert_eq!(replaced_paths(&schema, &prior, &planned, &paths), paths);
    }
}
