//! States that can be stored, and configurations made of them.

use plinth_protocol::{Diagnostic, Nesting, Path, Value};

use crate::erased::attributes;
use crate::schema::{Attribute, AttributeType, ObjectSchema};
use crate::{Diagnostics, Result};

/// A state that can be stored: what is still unknown is null.
pub(super) fn settle(schema: &ObjectSchema, state: Value) -> Value {
    without_unknown(schema, state).unwrap_or_else(|(settled, _)| settled)
}

/// The state if nothing in it is unknown; otherwise what of it can be stored, and an error.
pub(super) fn without_unknown(
    schema: &ObjectSchema,
    state: Value,
) -> Result<Value, (Value, Diagnostics)> {
    if state.is_wholly_known() {
        return Ok(state);
    }
    let mut found = Diagnostics::default();
    for attribute in &schema.attributes {
        if !state.get(&attribute.name).is_wholly_known() {
            found.push(
                Diagnostic::error(format!("{} is not known after apply", attribute.name))
                    .detail("This is a defect of the provider: it must set every computed value.")
                    .at(Path::from(attribute.name.as_ref())),
            );
        }
    }
    Err((known_part(state), found))
}

fn known_part(value: Value) -> Value {
    match value {
        Value::Unknown(_) => Value::Null,
        Value::List(elements) => Value::List(elements.into_iter().map(known_part).collect()),
        Value::Map(elements) => Value::Map(
            elements
                .into_iter()
                .map(|(key, value)| (key, known_part(value)))
                .collect(),
        ),
        Value::Dynamic(inner) if !inner.1.is_wholly_known() => {
            let (ty, value) = *inner;
            Value::Dynamic(Box::new((ty, known_part(value))))
        }
        known => known,
    }
}

/// What of a state a configuration may say.
pub(super) fn configurable(schema: &ObjectSchema, state: Value) -> Value {
    map_attributes(schema, state, &|attribute, value| {
        let left_out = !attribute.is_configurable()
            || attribute.write_only
            || attribute.default.as_ref() == Some(&value);
        if left_out { Value::Null } else { value }
    })
}

/// Applies `leaf` to each attribute, and itself to each nested object.
fn map_attributes(
    schema: &ObjectSchema,
    object: Value,
    leaf: &dyn Fn(&Attribute, Value) -> Value,
) -> Value {
    let Value::Map(_) = object else { return object };
    let mut values = attributes(object);
    for attribute in &schema.attributes {
        let Some(value) = values.get_mut(attribute.name.as_ref()) else {
            continue;
        };
        let taken = leaf(attribute, std::mem::replace(value, Value::Null));
        *value = match (&attribute.ty, taken) {
            (AttributeType::Nested(Nesting::Single, inner), taken) => {
                map_attributes(inner, taken, leaf)
            }
            (AttributeType::Nested(_, inner), Value::List(elements)) => Value::List(
                elements
                    .into_iter()
                    .map(|e| map_attributes(inner, e, leaf))
                    .collect(),
            ),
            (AttributeType::Nested(_, inner), Value::Map(elements)) => Value::Map(
                elements
                    .into_iter()
                    .map(|(k, e)| (k, map_attributes(inner, e, leaf)))
                    .collect(),
            ),
            (_, taken) => taken,
        };
    }
    Value::Map(values)
}
