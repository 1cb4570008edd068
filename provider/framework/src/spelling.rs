//! Keeping the user's spelling: what means the same as before stays written as before.

use plinth_protocol::{Nesting, Value};

use crate::schema::{AttributeType, ObjectSchema};

/// Gives `new` the spelling of `old` wherever they mean the same, and drops the values of
/// write-only attributes.
pub(crate) fn keep(schema: &ObjectSchema, old: &Value, new: Value) -> Value {
    let Value::Map(mut attributes) = new else {
        return new;
    };
    for attribute in &schema.attributes {
        let Some(value) = attributes.get_mut(attribute.name.as_ref()) else {
            continue;
        };
        if attribute.write_only {
            *value = Value::Null;
            continue;
        }
        let before = old.get(&attribute.name);
        if value == before {
            continue;
        }
        match &attribute.ty {
            AttributeType::Plain(ty) => {
                if attribute.means_the_same(ty, before, value) {
                    before.clone_into(value);
                }
            }
            AttributeType::Nested(nesting, inner) => {
                let taken = std::mem::replace(value, Value::Null);
                *value = keep_nested(*nesting, inner, before, taken);
            }
        }
    }
    Value::Map(attributes)
}

fn keep_nested(nesting: Nesting, schema: &ObjectSchema, old: &Value, new: Value) -> Value {
    match (nesting, old, new) {
        (Nesting::Single, old, new) => keep(schema, old, new),
        (Nesting::List, Value::List(olds), Value::List(news)) => {
            let kept = news.into_iter().enumerate();
            let kept = kept.map(|(i, new)| keep(schema, olds.get(i).unwrap_or(&Value::Null), new));
            Value::List(kept.collect())
        }
        (Nesting::Map, old, Value::Map(news)) => Value::Map(
            news.into_iter()
                .map(|(key, new)| {
                    let new = keep(schema, old.get(&key), new);
                    (key, new)
                })
                .collect(),
        ),
        (Nesting::Set, Value::List(olds), Value::List(news)) => keep_set(schema, olds, news),
        // Without anything before there is no spelling to keep, but write-only values are
        // dropped all the same.
        (_, _, Value::List(news)) => Value::List(
            news.into_iter()
                .map(|new| keep(schema, &Value::Null, new))
                .collect(),
        ),
        (_, _, other) => other,
    }
}

/// Elements that mean the same as one before are that one.
fn keep_set(schema: &ObjectSchema, olds: &[Value], news: Vec<Value>) -> Value {
    let form = |element: &Value| {
        let mut form = canonical_object(schema, element);
        form.normalize(&schema.to_type());
        form
    };
    let mut by_meaning: std::collections::BTreeMap<Value, Vec<&Value>> =
        std::collections::BTreeMap::new();
    for old in olds.iter().rev() {
        by_meaning.entry(form(old)).or_default().push(old);
    }
    let kept = news.into_iter().map(|new| {
        let new = keep(schema, &Value::Null, new);
        by_meaning
            .get_mut(&form(&new))
            .and_then(Vec::pop)
            .cloned()
            .unwrap_or(new)
    });
    Value::List(kept.collect())
}

fn canonical_object(schema: &ObjectSchema, element: &Value) -> Value {
    let Value::Map(attributes) = element else {
        return element.clone();
    };
    let forms = attributes.iter().map(|(name, value)| {
        let form = schema.attribute(name).map_or_else(
            || value.clone(),
            |attribute| attribute.canonical_form(value),
        );
        (name.clone(), form)
    });
    Value::Map(forms.collect())
}
